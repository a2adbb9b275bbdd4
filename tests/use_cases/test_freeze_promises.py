"""What is promised of the freeze: I2, I3, I5, I6 and what people see of it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.audit import Act
from bot.domain.change import ChangeKind, ChangeState
from bot.domain.errors import (
    EvidenceChanged,
    EvidenceMissing,
    HeldByMany,
    NotClaimed,
    NotHeld,
    ReasonMissing,
    UnknownServer,
    VerifierFixed,
)
from bot.domain.freeze import HoldState
from bot.domain.ids import HoldId, ServerId, ServerName
from bot.domain.permit import PermitState
from bot.domain.server import Server
from bot.ports.outside import Outside
from bot.use_cases.catalogue import describe_servers
from bot.use_cases.change import approve_change, start_change
from bot.use_cases.fix import claim_fix, reject_fix, verify_server
from bot.use_cases.freeze import add_servers, find_hold, frozen_servers
from bot.use_cases.permit import start_permit
from storage.database import Database
from tests.acts import (
    ANN,
    BEN,
    CHO,
    DAN,
    EVERYBODY,
    add_server,
    ask,
    audit,
    described,
    epochs,
    hold_on,
    permit_for,
    permit_now,
    request,
    stop_the_line,
)
from tests.clocks import FrozenClock
from tests.conftest import AddPeople
from tests.faults import Boom, FailingStore, everything


@pytest.fixture(autouse=True)
async def people(add_people: AddPeople) -> None:
    await add_people(*EVERYBODY)


async def frozen(outside: Outside) -> list[str]:
    return [item.hold.server for item in await frozen_servers(outside)]


async def test_every_new_hold_raises_the_epoch_and_nothing_lowers_it(outside: Outside) -> None:
    await add_server(outside, "lb-01", "lb-02")
    first = await stop_the_line(outside, "lb-01")
    assert await epochs(outside) == {"lb-01": 1, "lb-02": 0}
    await stop_the_line(outside, "lb-01", "lb-02")
    assert await epochs(outside) == {"lb-01": 2, "lb-02": 1}
    await add_servers(outside, by=ANN, incident_id=first.incident.id, names=["lb-01"])
    assert await epochs(outside) == {"lb-01": 2, "lb-02": 1}, "held by this incident already: no new hold"
    hold = await hold_on(outside, "lb-01", first.incident.id)
    await claim_fix(outside, by=ANN, hold_id=hold.id, evidence="rebooted")
    await verify_server(outside, by=BEN, hold_id=hold.id)
    await describe_servers(outside, described(Server(ServerId(0), ServerName("lb-01"), 0, role="balancer")))
    assert await epochs(outside) == {"lb-01": 2, "lb-02": 1}


async def test_a_freeze_revokes_what_waits_and_drains_what_runs(outside: Outside) -> None:
    await add_server(outside, "lb-01", "web-1")
    waiting, running = await permit_for(outside, "lb-01"), await permit_for(outside, "web-1", "lb-01")
    elsewhere = await permit_for(outside, "web-1")
    await start_permit(outside, caller="pipeline", permit_id=running.id)
    change = (await request(outside, "lb-01", by=CHO)).change
    await start_change(outside, by=CHO, change_id=change.id)

    number = (await stop_the_line(outside, "lb-01")).incident.id

    assert (await permit_now(outside, waiting)).state is PermitState.REVOKED
    assert (await permit_now(outside, running)).state is PermitState.DRAINING
    assert (await permit_now(outside, elsewhere)).state is PermitState.GRANTED
    async with outside.store.read() as tx:
        drained = await tx.changes.get(change.id)
        entries = await tx.entries.of_incident(number)
    assert drained is not None and drained.state is ChangeState.DRAINING
    named = {(entry.kind, entry.params.get("caller") or entry.params.get("change")) for entry in entries}
    assert {
        (Act.PERMIT_REVOKED, "pipeline"),
        (Act.PERMIT_DRAINING, "pipeline"),
        (Act.CHANGE_DRAINING, f"CHG-{change.id}"),
    } <= named


async def test_work_that_still_runs_is_named_in_each_incident_that_freezes_its_server(outside: Outside) -> None:
    await add_server(outside, "lb-01")
    permit = await permit_for(outside, "lb-01")
    await start_permit(outside, caller="pipeline", permit_id=permit.id)
    for _ in range(2):
        number = (await stop_the_line(outside, "lb-01")).incident.id
        async with outside.store.read() as tx:
            kinds = [entry.kind for entry in await tx.entries.of_incident(number)]
        assert kinds.count(Act.PERMIT_DRAINING) == 1


async def test_a_freeze_does_not_dig_up_permits_that_ran_out_long_ago(outside: Outside, clock: FrozenClock) -> None:
    await add_server(outside, "lb-01")
    for _ in range(3):
        await permit_for(outside, "lb-01")
    clock.forward(hours=5)
    await stop_the_line(outside, "lb-01")
    assert not await audit(outside, Act.PERMIT_REVOKED)


async def test_a_freeze_is_one_transaction(outside: Outside, store: Database) -> None:
    await add_server(outside, "lb-01")
    await permit_for(outside, "lb-01")
    running = await permit_for(outside, "lb-01")
    await start_permit(outside, caller="pipeline", permit_id=running.id)
    number = (await stop_the_line(outside)).incident.id
    before = await everything(store)
    for step in range(1, 60):
        broken = replace(outside, store=FailingStore(store, at=step))
        try:
            await add_servers(broken, by=ANN, incident_id=number, names=["lb-01", "lb-02"])
            break
        except Boom:
            assert await everything(store) == before
    assert step > 10, "the fault was never met"
    assert await frozen(outside) == ["lb-01", "lb-02"]


async def test_nobody_who_ever_worked_on_the_fix_verifies_it(outside: Outside) -> None:
    await stop_the_line(outside, "lb-01")
    hold = await hold_on(outside, "lb-01")
    await claim_fix(outside, by=ANN, hold_id=hold.id, evidence="rebooted")
    await reject_fix(outside, by=CHO, hold_id=hold.id, reason="errors continue")
    await claim_fix(outside, by=BEN, hold_id=hold.id, evidence="reverted 4.2.1")
    for fixer in (ANN, BEN):
        with pytest.raises(VerifierFixed):
            await verify_server(outside, by=fixer, hold_id=hold.id)
    assert await frozen(outside) == ["lb-01"]
    released = await verify_server(outside, by=CHO, hold_id=hold.id)
    assert released.hold.verified_by == CHO and await frozen(outside) == []


async def test_a_claimed_fix_still_freezes(outside: Outside) -> None:
    await stop_the_line(outside, "lb-01")
    hold = await hold_on(outside, "lb-01")
    await claim_fix(outside, by=ANN, hold_id=hold.id, evidence="rebooted")
    assert not (await ask(outside, "lb-01")).decision.allows


async def test_only_a_claimed_fix_is_verified_or_rejected_and_only_with_words(outside: Outside) -> None:
    await stop_the_line(outside, "lb-01")
    hold = await hold_on(outside, "lb-01")
    with pytest.raises(NotClaimed):
        await verify_server(outside, by=BEN, hold_id=hold.id)
    with pytest.raises(NotClaimed):
        await reject_fix(outside, by=BEN, hold_id=hold.id, reason="no")
    with pytest.raises(EvidenceMissing):
        await claim_fix(outside, by=ANN, hold_id=hold.id, evidence="  ")
    await claim_fix(outside, by=ANN, hold_id=hold.id, evidence="rebooted")
    with pytest.raises(ReasonMissing):
        await reject_fix(outside, by=BEN, hold_id=hold.id, reason=" ")


async def test_the_verifier_approves_exactly_what_was_shown(outside: Outside, clock: FrozenClock) -> None:
    await stop_the_line(outside, "lb-01")
    hold = await hold_on(outside, "lb-01")
    shown = (await claim_fix(outside, by=ANN, hold_id=hold.id, evidence="rebooted")).hold.digest
    clock.forward(minutes=1)
    again = (await claim_fix(outside, by=ANN, hold_id=hold.id, evidence="rebooted twice")).hold.digest
    with pytest.raises(EvidenceChanged):
        await verify_server(outside, by=BEN, hold_id=hold.id, digest=shown)
    assert (await verify_server(outside, by=BEN, hold_id=hold.id, digest=again)).remaining == ()


async def test_a_release_is_final(outside: Outside) -> None:
    await stop_the_line(outside, "lb-01")
    hold = await hold_on(outside, "lb-01")
    await claim_fix(outside, by=ANN, hold_id=hold.id, evidence="rebooted")
    await verify_server(outside, by=BEN, hold_id=hold.id)
    with pytest.raises(NotHeld):
        await claim_fix(outside, by=ANN, hold_id=hold.id, evidence="again")
    with pytest.raises(NotHeld):
        await verify_server(outside, by=CHO, hold_id=hold.id)
    with pytest.raises(NotHeld):
        await reject_fix(outside, by=CHO, hold_id=hold.id, reason="late")
    with pytest.raises(NotHeld):
        await claim_fix(outside, by=ANN, hold_id=HoldId(999), evidence="nothing there")


async def test_a_release_touches_the_hold_of_its_own_incident_only(outside: Outside) -> None:
    numbers = [(await stop_the_line(outside, "lb-01", "lb-02")).incident.id for _ in range(3)]
    with pytest.raises(HeldByMany):
        await find_hold(outside, server="lb-01", incident_id=None)
    for left, number in zip((2, 1, 0), numbers, strict=True):
        hold = await hold_on(outside, "lb-01", number)
        await claim_fix(outside, by=ANN, hold_id=hold.id, evidence="rebooted")
        moved = await verify_server(outside, by=DAN, hold_id=hold.id)
        assert moved.remaining == ("lb-02",)
        assert (await frozen(outside)).count("lb-01") == left
        assert (await ask(outside, "lb-01")).decision.allows is (left == 0)
        assert (await frozen(outside)).count("lb-02") == 3


async def test_a_release_has_its_audit_row_with_evidence_in_the_same_transaction(
    outside: Outside, store: Database
) -> None:
    await stop_the_line(outside, "lb-01")
    hold = await hold_on(outside, "lb-01")
    await claim_fix(outside, by=ANN, hold_id=hold.id, evidence="rebooted")
    before = await everything(store)
    for step in range(1, 40):
        broken = replace(outside, store=FailingStore(store, at=step))
        try:
            await verify_server(broken, by=BEN, hold_id=hold.id)
            break
        except Boom:
            assert await everything(store) == before
    (row,) = await audit(outside, Act.SERVER_VERIFIED)
    assert row.actor == BEN and row.detail["evidence"] == "rebooted" and row.detail["fixers"] == [ANN]


async def test_a_hold_never_expires(outside: Outside, clock: FrozenClock) -> None:
    await stop_the_line(outside, "lb-01")
    clock.forward(days=4000)
    assert await frozen(outside) == ["lb-01"] and not (await ask(outside, "lb-01")).decision.allows


async def test_a_group_freezes_every_server_of_it(outside: Outside) -> None:
    known = [
        Server(ServerId(0), ServerName("relay-1"), 0, role="relay", aliases=("r1",)),
        Server(ServerId(0), ServerName("relay-2"), 0, role="relay"),
        Server(ServerId(0), ServerName("web-1"), 0, role="web", service="shop"),
    ]
    await describe_servers(outside, described(*known))
    assert (await stop_the_line(outside, "role:relay")).frozen == ("relay-1", "relay-2")
    assert (await stop_the_line(outside, "RELAY-*", "service:shop")).frozen == ("relay-1", "relay-2", "web-1")
    assert not (await ask(outside, "R1")).decision.allows, "an alias is the same server"
    with pytest.raises(UnknownServer):
        await stop_the_line(outside, "role:nothing")


async def test_an_unknown_name_is_frozen_all_the_same_and_the_near_ones_are_offered(outside: Outside) -> None:
    await add_server(outside, "web-prod-3")
    made = await stop_the_line(outside, "web-prd-3")
    assert made.frozen == ("web-prd-3",) and made.added == ("web-prd-3",) and made.near == ("web-prod-3",)


async def test_major_work_that_was_approved_before_the_freeze_does_not_start_after_it(outside: Outside) -> None:
    await add_server(outside, "lb-01")
    asked = await request(
        outside, "lb-01", kind=ChangeKind.MAJOR, tested="staging: https://ci.example/1", differences="none"
    )
    await approve_change(outside, by=BEN, change_id=asked.change.id)
    await stop_the_line(outside, "lb-01")
    answer = await start_change(outside, by=ANN, change_id=asked.change.id)
    assert not answer.decision.allows and answer.change.state is ChangeState.REFUSED


async def test_frozen_servers_are_told_with_their_incident_and_since_when(outside: Outside, clock: FrozenClock) -> None:
    since = clock.now()
    number = (await stop_the_line(outside, "lb-01")).incident.id
    clock.forward(minutes=30)
    (item,) = await frozen_servers(outside)
    assert (item.incident.id, item.hold.held_at, clock.now() - item.hold.held_at) == (
        number,
        since,
        timedelta(minutes=30),
    )


@pytest.mark.parametrize("held_before", [False, True])
async def test_a_command_that_comes_again_after_the_release_freezes_nothing(
    outside: Outside, add_people: AddPeople, held_before: bool
) -> None:
    await add_people(*EVERYBODY)
    number = (await stop_the_line(outside, "lb-01", "lb-02" if held_before else "lb-01", by=ANN)).incident.id
    again = {"by": ANN, "incident_id": number, "names": ["lb-02"], "request_key": "slack:command-7"}
    await add_servers(outside, **again)
    hold = await hold_on(outside, "lb-02", number)
    await claim_fix(outside, by=ANN, hold_id=hold.id, evidence="rolled back")
    await verify_server(outside, by=BEN, hold_id=hold.id)
    await add_servers(outside, **again)
    assert len(await frozen_servers(outside)) == 1, "what was verified stays free"
    await add_servers(outside, **{**again, "request_key": "slack:command-8"})
    assert len(await frozen_servers(outside)) == 2, "another command is another wish"


async def test_a_rejection_that_comes_again_rejects_no_later_claim(outside: Outside, add_people: AddPeople) -> None:
    await add_people(*EVERYBODY)
    await stop_the_line(outside, "lb-01", by=ANN)
    hold = await hold_on(outside, "lb-01")
    for evidence in ("restarted", "rolled back"):
        await claim_fix(outside, by=ANN, hold_id=hold.id, evidence=evidence)
        await reject_fix(outside, by=BEN, hold_id=hold.id, reason="errors go on", request_key="view:V1")
    assert (await hold_on(outside, "lb-01")).state is HoldState.CLAIMED


async def test_a_verification_that_comes_again_is_no_refusal(outside: Outside, add_people: AddPeople) -> None:
    await add_people(*EVERYBODY)
    await stop_the_line(outside, "lb-01", by=ANN)
    hold = await hold_on(outside, "lb-01")
    await claim_fix(outside, by=ANN, hold_id=hold.id, evidence="rolled back")
    for _ in range(2):
        moved = await verify_server(outside, by=BEN, hold_id=hold.id, request_key="view:V1")
        assert moved.hold.state is HoldState.RELEASED
    assert len(await audit(outside, Act.SERVER_VERIFIED)) == 1
