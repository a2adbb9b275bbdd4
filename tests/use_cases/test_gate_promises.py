"""What is promised of the gate: I1, I2, I4, I7, shadow mode, and its tokens."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.audit import Act, decision_label
from bot.domain.errors import KeyConflict, NameUnusable, PermitStale, ServersMissing, UnknownServer
from bot.domain.gate import Verdict
from bot.domain.ids import PermitId
from bot.domain.permit import TIME_TO_START, PermitState
from bot.ports.outside import Outside, Policy
from bot.ports.storage import StoreCollision
from bot.use_cases.fix import claim_fix, verify_server
from bot.use_cases.permit import finish_permit, start_permit
from bot.use_cases.token import caller_of, make_token
from storage.database import Database
from tests.acts import ANN, BEN, EVERYBODY, add_server, ask, audit, hold_on, permit_for, permit_now, stop_the_line
from tests.clocks import START, FrozenClock
from tests.conftest import AddPeople
from tests.faults import Boom, FailingStore, everything


@pytest.fixture(autouse=True)
async def people(add_people: AddPeople, outside: Outside) -> None:
    await add_people(*EVERYBODY)
    await add_server(outside, "lb-01", "lb-02", "web-1")


async def test_a_free_server_gives_a_permit_for_it_as_it_is_now(outside: Outside) -> None:
    answer = await ask(outside, "lb-01", "web-1")
    permit = answer.permit
    assert answer.decision.verdict is Verdict.FREE and permit is not None
    assert permit.expires_at == START + TIME_TO_START and set(permit.epochs.values()) == {0} and len(permit.epochs) == 2
    started = await start_permit(outside, caller="pipeline", permit_id=permit.id)
    assert started.state is PermitState.STARTED


@pytest.mark.parametrize("servers", [("lb-01",), ("web-1", "lb-01"), ("lb-*",)])
async def test_a_held_server_gives_none_and_says_why(outside: Outside, servers: tuple[str, ...]) -> None:
    made = await stop_the_line(outside, "lb-01")
    answer = await ask(outside, *servers)
    assert answer.permit is None and answer.decision.verdict is Verdict.FROZEN
    assert answer.decision.servers == ("lb-01",) and [i.id for i in answer.incidents] == [made.incident.id]
    (row,) = await audit(outside, Act.PERMIT_REFUSED)
    assert answer.decision_id == decision_label(row.seq) and row.incident_id == made.incident.id


async def test_the_same_key_gets_the_same_answer(outside: Outside, store: Database) -> None:
    first = await ask(outside, "lb-01", "web-1", key="run-7")
    before = await everything(store)
    again = await ask(outside, "web-1", "lb-01", key="run-7")
    assert again.permit == first.permit and again.decision_id == first.decision_id
    assert await everything(store) == before


@pytest.mark.parametrize("other", [{"purpose": "reboot"}, {"servers": ("lb-02",)}, {"servers": ("lb-01", "lb-02")}])
async def test_the_same_key_with_other_content_is_a_conflict(
    outside: Outside, store: Database, other: dict[str, object]
) -> None:
    await ask(outside, "lb-01", key="run-7")
    before = await everything(store)
    words = {"servers": ("lb-01",), "purpose": "deploy", **other}
    with pytest.raises(KeyConflict):
        await ask(outside, *words["servers"], key="run-7", purpose=str(words["purpose"]))  # type: ignore[misc]
    assert await everything(store) == before
    mine = await ask(outside, "lb-02", key="run-7", caller="another pipeline")
    assert mine.permit is not None, "keys are each caller's own"


async def test_the_same_key_asked_twice_at_once_makes_one_permit(outside: Outside) -> None:
    """One of two that arrive together may be told to try again; the next try gets the one permit."""

    async def patient() -> PermitId:
        while True:
            try:
                answer = await ask(outside, "lb-01", key="run-7")
            except StoreCollision:
                continue
            assert answer.permit is not None
            return answer.permit.id

    assert len(set(await asyncio.gather(*(patient() for _ in range(8))))) == 1


async def test_a_permit_runs_out(outside: Outside, clock: FrozenClock) -> None:
    permit = await permit_for(outside, "lb-01")
    clock.forward(minutes=5)
    with pytest.raises(PermitStale) as refusal:
        await start_permit(outside, caller="pipeline", permit_id=permit.id)
    assert refusal.value.params == {"why": "expired"}


@pytest.mark.parametrize("drift", [timedelta(days=-900), timedelta(0), timedelta(seconds=299)])
async def test_after_a_freeze_nothing_starts_whatever_the_clocks_say(
    outside: Outside, clock: FrozenClock, drift: timedelta
) -> None:
    """Also where the server was released again in between: the permit was for the server as it was."""
    permits = [await permit_for(outside, "lb-01"), await permit_for(outside, "lb-01", "web-1")]
    await stop_the_line(outside, "lb-01")
    clock.set(START + drift)
    for permit in permits:
        with pytest.raises(PermitStale):
            await start_permit(outside, caller="pipeline", permit_id=permit.id)
    hold = await hold_on(outside, "lb-01")
    await claim_fix(outside, by=ANN, hold_id=hold.id, evidence="rebooted")
    await verify_server(outside, by=BEN, hold_id=hold.id)
    for permit in permits:
        with pytest.raises(PermitStale):
            await start_permit(outside, caller="pipeline", permit_id=permit.id)


async def test_an_old_epoch_is_refused_even_where_nobody_revoked_the_permit(outside: Outside) -> None:
    permit = await permit_for(outside, "lb-01", "web-1")
    async with outside.store.write() as tx:
        await tx.servers.raise_epochs([next(iter(permit.epochs))])
    with pytest.raises(PermitStale) as refusal:
        await start_permit(outside, caller="pipeline", permit_id=permit.id)
    assert refusal.value.params == {"why": "epoch"}


async def test_a_permit_works_once_and_for_its_caller(outside: Outside) -> None:
    permit = await permit_for(outside, "lb-01")
    with pytest.raises(PermitStale):
        await start_permit(outside, caller="somebody else", permit_id=permit.id)
    with pytest.raises(PermitStale):
        await finish_permit(outside, caller="pipeline", permit_id=permit.id, outcome="done")
    await start_permit(outside, caller="pipeline", permit_id=permit.id)
    with pytest.raises(PermitStale):
        await start_permit(outside, caller="pipeline", permit_id=permit.id)
    with pytest.raises(PermitStale):
        await finish_permit(outside, caller="somebody else", permit_id=permit.id, outcome="done")
    done = await finish_permit(outside, caller="pipeline", permit_id=permit.id, outcome="done")
    assert done.state is PermitState.FINISHED
    with pytest.raises(PermitStale):
        await start_permit(outside, caller="pipeline", permit_id=PermitId(12345))


async def test_running_work_is_never_done_by_time_alone(outside: Outside, clock: FrozenClock) -> None:
    permit = await permit_for(outside, "lb-01")
    await start_permit(outside, caller="pipeline", permit_id=permit.id)
    clock.forward(days=30)
    await stop_the_line(outside, "lb-01")
    clock.forward(days=30)
    assert (await permit_now(outside, permit)).state is PermitState.DRAINING
    await finish_permit(outside, caller="pipeline", permit_id=permit.id, outcome="failed")


async def test_names_that_nobody_knows_or_could_know_give_nothing(outside: Outside, store: Database) -> None:
    before = await everything(store)
    with pytest.raises(UnknownServer) as unknown:
        await ask(outside, "lb-1")
    assert "lb-01" in unknown.value.nearest
    with pytest.raises(NameUnusable):
        await ask(outside, "lb 01; rm -rf /")
    with pytest.raises(ServersMissing):
        await ask(outside)
    assert await everything(store) == before


async def test_permit_and_audit_row_are_one_transaction(outside: Outside, store: Database) -> None:
    before = await everything(store)
    for step in range(1, 30):
        broken = replace(outside, store=FailingStore(store, at=step))
        try:
            permit = await permit_for(broken, "lb-01", key="run-1")
            break
        except Boom:
            assert await everything(store) == before
    before = await everything(store)
    for step in range(1, 30):
        broken = replace(outside, store=FailingStore(store, at=step))
        try:
            await start_permit(broken, caller="pipeline", permit_id=permit.id)
            break
        except Boom:
            assert await everything(store) == before


async def test_shadow_mode_says_yes_and_counts_what_it_would_have_refused(outside: Outside) -> None:
    shadow = replace(outside, policy=Policy(shadow=True))
    made = await stop_the_line(shadow, "lb-01")
    for _ in range(3):
        answer = await ask(shadow, "lb-01")
        assert answer.decision.verdict is Verdict.WOULD_REFUSE and answer.decision.allows
        assert answer.permit is not None and answer.permit.shadow
        assert [incident.id for incident in answer.incidents] == [made.incident.id]
        await start_permit(shadow, caller="pipeline", permit_id=answer.permit.id)
    assert len(await audit(shadow, Act.PERMIT_WOULD_BE_REFUSED)) == 3 and not await audit(shadow, Act.PERMIT_REFUSED)
    free = await ask(shadow, "web-1")
    assert free.permit is not None and not free.permit.shadow


async def test_a_permit_of_shadow_mode_starts_nothing_once_the_freeze_is_enforced(outside: Outside) -> None:
    await stop_the_line(outside, "lb-01")
    permit = await permit_for(replace(outside, policy=Policy(shadow=True)), "lb-01")
    with pytest.raises(PermitStale):
        await start_permit(outside, caller="pipeline", permit_id=permit.id)


async def test_a_token_lets_its_caller_in_and_is_not_kept(outside: Outside, store: Database) -> None:
    await make_token(outside, name="ci", secret="s3cret-of-ci")
    known = await caller_of(outside, "s3cret-of-ci")
    assert known is not None and known.name == "ci" and known.expires_at == START + timedelta(days=90)
    assert await caller_of(outside, "s3cret-of-c") is None and await caller_of(outside, "") is None
    assert "s3cret-of-ci" not in repr(await everything(store))
