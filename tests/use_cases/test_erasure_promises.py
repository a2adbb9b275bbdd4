"""What is promised of erasing a person: nothing names them, everything else stands, and the chain still verifies."""

from datetime import timedelta

import pytest

from bot.domain.audit import Act
from bot.domain.audit_check import Why
from bot.domain.authority import Group
from bot.domain.erasure import Erasure
from bot.domain.errors import ReasonMissing
from bot.domain.ids import ChannelId, GroupId, MessageTs
from bot.domain.job import JobKind
from bot.domain.message import Message, Reaction
from bot.ports.outside import Outside
from bot.ports.storage import NewJob
from bot.use_cases.audit import checkpoint_now, verify_audit
from bot.use_cases.erasure import erase_person
from bot.use_cases.fix import claim_fix, reject_fix
from bot.use_cases.freeze import find_hold
from storage.database import Database
from tests.acts import ANN, BEN, audit, stop_the_line
from tests.chains import as_owner
from tests.conftest import AddPeople
from tests.faults import everything


@pytest.fixture
async def past(outside: Outside, add_people: AddPeople) -> None:
    """Ann declared and said something, Ben looked on."""
    await add_people(ANN, name="Ann Lee")
    await add_people(BEN)
    await stop_the_line(outside, "web-3", by=ANN, title="Ann Lee cannot send")
    hold = await find_hold(outside, server="web-3", incident_id=None)
    await claim_fix(outside, by=BEN, hold_id=hold.id, evidence=f"asked <@{ANN}> and Ann Lee가 확인")
    await reject_fix(outside, by=ANN, hold_id=hold.id, reason="no")
    async with outside.store.write() as tx:
        said = Message(ChannelId("C1"), MessageTs("1.1"), "", ANN, "I did it")
        await tx.groups.save(Group(GroupId("S0SRE"), frozenset({ANN, BEN})))
        await tx.messages.put([said, Message(ChannelId("C1"), MessageTs("1.2"), "", BEN, "fine")])


@pytest.mark.usefixtures("past")
async def test_nobody_finds_the_person_in_the_log(outside: Outside, store: Database) -> None:
    before = await audit(outside)
    anchor = await checkpoint_now(outside)
    done = await erase_person(outside, who=ANN, reason="Ann Lee asked for it")
    assert done.rows >= 3 and done.messages == 1
    found = await verify_audit(outside, checkpoints=[anchor])
    assert (found.wrong, found.erased) == ([], done.rows)
    tables = await everything(store)
    assert BEN in repr(tables["fact"])
    for table in ("audit", "audit_link", "person", "message", "fact"):
        assert "Ann Lee" not in repr(tables[table]) and ANN not in repr(tables[table])
    after = await audit(outside)
    assert [(row.seq, row.at, row.act) for row in before] == [(row.seq, row.at, row.act) for row in after[:-1]]
    claimed = next(row for row in after if row.act is Act.FIX_CLAIMED)
    assert claimed.actor == BEN and "asked <@erased> and erased가 확인" in repr(claimed.detail)
    last = after[-1]
    assert (last.act, last.subject, last.detail["reason"]) == (Act.PERSON_ERASED, "erased", "erased asked for it")
    async with store.read() as tx:
        kept = await tx.messages.of_channel(ChannelId("C1"))
    assert [(one.user, one.text) for one in kept] == [("erased", ""), (BEN, "fine")]


async def job(outside: Outside, name: str, key: str, payload: dict[str, object], told: object = None) -> None:
    """One that is done, after a step that told something; where nothing was told it waits."""
    at = outside.clock.now()
    async with outside.store.write() as tx:
        await tx.jobs.put([NewJob(name, key, JobKind.MAKE_DRAFT, at, payload)])
    if told is not None:
        async with outside.store.write() as tx:
            await tx.jobs.journal(name, f"to {key}", told)
            await tx.jobs.claim(owner="me", now=at, lease=timedelta(minutes=1), limit=50)
            await tx.jobs.finish(name, owner="me")


@pytest.mark.usefixtures("past")
async def test_jobs_and_reactions_name_nobody(outside: Outside, store: Database) -> None:
    await job(outside, "d1", "a", {"event": {"user": ANN}}, told="fine")
    await job(outside, "d2", "b", {"incident_id": 1}, told=["Ann Lee가 고쳤습니다"])
    await job(outside, "d3", ANN, {"by": BEN}, told=1)
    await job(outside, "d4", "c", {"by": BEN}, told=f"{ANN}2 and Annette Leeds")
    async with outside.store.write() as tx:
        await tx.reactions.put([Reaction(ChannelId("C1"), MessageTs("1.2"), "eyes", who) for who in (ANN, BEN)])
    await job(outside, "w1", "d", {"by": ANN})
    before = await everything(store)
    done = await erase_person(outside, who=ANN, reason="x")
    after = await everything(store)
    assert (done.jobs, done.waiting) == (3, 1)
    assert [row[3] for row in after["reaction"]] == [BEN]
    left = [row for row in after["job"] if row not in before["job"]]
    assert {row[1] for row in left} == {"d1", "d2", "d3"} and "Ann Lee" not in repr(after["job_step"])
    assert ANN not in repr([row for row in left if row[1] != "w1"])
    assert [row[0] for row in after["job_step"]] == ["d4"]


@pytest.mark.usefixtures("past")
async def test_what_comes_again_still_meets_the_job_that_it_was(outside: Outside) -> None:
    await job(outside, "d1", "a", {"by": ANN}, told=1)
    await erase_person(outside, who=ANN, reason="x")
    await job(outside, "d1", "a", {"by": ANN})
    async with outside.store.read() as tx:
        assert "d1" not in {number for number, waits, _ in await tx.jobs.holding([ANN]) if waits}


@pytest.mark.usefixtures("past")
async def test_two_people_may_be_erased_from_one_row(outside: Outside) -> None:
    await erase_person(outside, who=ANN, reason=f"{BEN} asked for it: this row proves others and stays as it is")
    await erase_person(outside, who=BEN, reason="x")
    found = await verify_audit(outside)
    assert found.wrong == [] and found.erased >= 4


@pytest.mark.usefixtures("past")
async def test_what_is_left_of_an_erased_row_cannot_be_changed_unseen(outside: Outside, store: Database) -> None:
    await erase_person(outside, who=ANN, reason="x")
    await as_owner(store, "UPDATE audit SET subject = 'web-4' WHERE act = 'fix_rejected'")
    assert [one.why for one in (await verify_audit(outside)).wrong] == [Why.PAYLOAD]


@pytest.mark.usefixtures("past")
async def test_an_erasure_that_nobody_wrote_down_is_tampering(outside: Outside, store: Database) -> None:
    """The database allows the very change, so that erasing works; the chain tells."""
    async with store.write() as tx:
        await tx.chain.erase(1, {"actor": "erased", "subject": "erased", "detail": {"x": "erased"}})
    first = (await verify_audit(outside)).wrong[0]
    assert (first.n, first.why, first.seq) == (1, Why.PAYLOAD, 1)


async def test_an_erasure_has_a_reason(outside: Outside) -> None:
    with pytest.raises(ReasonMissing):
        await erase_person(outside, who=ANN, reason=" ")
    assert await audit(outside) == []


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("<@U0ANN> and U0ANN2", "<@erased> and U0ANN2"),
        ("Ann announced it to Annie", "erased announced it to Annie"),
        ("Ann이 했다", "erased이 했다"),
        ("nobody", "nobody"),
    ],
)
def test_a_name_is_a_whole_word(text: str, left: str) -> None:
    assert Erasure("U0ANN", "Ann").in_text(text) == left
    assert Erasure("U0ANN", "").in_text("a b") == "a b"
