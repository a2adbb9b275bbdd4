"""What is promised of the line: overrides, keys, sightings, how runs are directed and end, locks in one order."""

import asyncio
from collections.abc import Sequence

import pytest

from bot.domain.audit import Act
from bot.domain.change import ChangeState
from bot.domain.errors import KeyConflict, PermitStale, Quarantined, Refused
from bot.domain.ids import OverrideId, ServerId
from bot.domain.permit import Directive, PermitState
from bot.domain.server import EdgeKind
from bot.ports.gate_rows import Around
from bot.ports.outside import Outside, Policy
from bot.ports.storage import StoreCollision
from bot.use_cases.catalogue import connect_servers
from bot.use_cases.change import start_change
from bot.use_cases.fix import claim_fix, verify_server
from bot.use_cases.freeze import add_servers, hold_servers
from bot.use_cases.gate import Ask, ask_permit
from bot.use_cases.override import ask_override, confirm_override
from bot.use_cases.permit import (
    approve_fix,
    beat_permit,
    direct_run,
    end_permit,
    finish_permit,
    lose_late_runs,
    poll_permit,
    start_permit,
)
from bot.use_cases.server import named_or_new_servers
from bot.use_cases.sighting import Seen, report_sighting
from storage.database import Database
from storage.freeze import HoldRows
from tests.acts import (
    ANN,
    BEN,
    EVERYBODY,
    add_server,
    ask,
    audit,
    hold_on,
    permit_for,
    request,
    stop_the_line,
)
from tests.clocks import FrozenClock
from tests.conftest import AddPeople


@pytest.fixture(autouse=True)
async def people(add_people: AddPeople, outside: Outside) -> None:
    await add_people(*EVERYBODY)
    await add_server(outside, "lb-01", "lb-02", "web-1")


async def _override(outside: Outside, *servers: str) -> OverrideId:
    asked = await ask_override(outside, by=ANN, servers=servers, reason="users are cut off", request_key="o")
    assert asked is not None
    return (await confirm_override(outside, by=BEN, number=asked.id)).id


async def test_nothing_starts_under_an_override_after_its_quarter_of_an_hour(
    outside: Outside, clock: FrozenClock
) -> None:
    await stop_the_line(outside, "lb-01")
    number = await _override(outside, "lb-01")
    clock.forward(minutes=14)
    answer = await ask(outside, "lb-01", override_id=number)
    assert answer.permit is not None
    clock.forward(minutes=4)
    with pytest.raises(PermitStale):
        await start_permit(outside, caller="pipeline", permit_id=answer.permit.id)


async def test_a_key_of_an_override_is_not_one_of_a_fix(outside: Outside) -> None:
    made = await stop_the_line(outside, "lb-01")
    number = await _override(outside, "lb-01")
    assert int(number) == int(made.incident.id)
    await ask(outside, "lb-01", key="k", override_id=number)
    with pytest.raises(KeyConflict):
        await ask(outside, "lb-01", key="k", fix_for=made.incident.id)


async def test_a_line_break_makes_no_other_servers_of_a_purpose(outside: Outside) -> None:
    await ask(outside, "lb-01", key="k", purpose="lb-02\nx")
    with pytest.raises(KeyConflict):
        await ask(outside, "lb-01", "lb-02", key="k", purpose="x")


def _seen(name: str, at: object, *servers: str) -> Seen:
    return Seen(id=name, at=at, servers=servers or ("lb-01",), who="someone", what="deployed")  # type: ignore[arg-type]


async def test_a_permit_that_ended_covers_nothing_that_is_seen_later(outside: Outside, clock: FrozenClock) -> None:
    permit = await permit_for(outside, "lb-01")
    await start_permit(outside, caller="pipeline", permit_id=permit.id)
    clock.forward(minutes=1)
    await finish_permit(outside, caller="pipeline", permit_id=permit.id, outcome="done")
    clock.forward(days=1)
    await stop_the_line(outside, "lb-01")
    clock.forward(hours=1)
    assert await report_sighting(outside, caller="watch", seen=_seen("deploy-2", clock.now()))


async def test_two_sightings_with_long_names_are_two(outside: Outside, clock: FrozenClock) -> None:
    await stop_the_line(outside, "lb-01")
    clock.forward(minutes=1)
    name = "https://github.com/example/relay/actions/runs/".ljust(127, "0")
    for end in "12":
        assert await report_sighting(outside, caller="watch", seen=_seen(name + end, clock.now()))
    assert len(await audit(outside, Act.BYPASS_SEEN)) == 2


async def test_going_on_as_if_nothing_happened_is_no_direction(outside: Outside) -> None:
    permit = await permit_for(outside, "lb-01")
    await start_permit(outside, caller="pipeline", permit_id=permit.id)
    first, _ = await stop_the_line(outside, "lb-01"), await stop_the_line(outside, "lb-01", by=BEN)
    _, told = await direct_run(
        outside, by=ANN, permit_id=permit.id, incident_id=first.incident.id, directive=Directive.GO
    )
    assert told is Directive.DRAIN
    _, told = await beat_permit(outside, caller="pipeline", permit_id=permit.id)
    assert told is Directive.DRAIN


async def test_a_change_ends_as_a_change(outside: Outside) -> None:
    asked = await request(outside, "lb-01", by=ANN)
    await start_change(outside, by=ANN, change_id=asked.change.id)
    async with outside.store.read() as tx:
        permit = await tx.permits.of_change(asked.change.id)
    assert permit is not None
    await end_permit(outside, by=BEN, permit_id=permit.id, outcome=ChangeState.DONE)
    async with outside.store.read() as tx:
        change = await tx.changes.get(asked.change.id)
    assert change is not None and change.state is ChangeState.DONE
    assert len(await audit(outside, Act.CHANGE_FINISHED, Act.PERMIT_FINISHED)) == 1


async def test_work_that_comes_back_leaves_its_row(outside: Outside, clock: FrozenClock) -> None:
    permit = await permit_for(outside, "lb-01")
    await start_permit(outside, caller="pipeline", permit_id=permit.id)
    clock.forward(hours=3)
    await lose_late_runs(outside)
    before = len(await audit(outside, subject=f"permit-{permit.id}"))
    beaten, told = await beat_permit(outside, caller="pipeline", permit_id=permit.id)
    assert beaten.state is PermitState.DRAINING and told is Directive.DRAIN
    assert len(await audit(outside, subject=f"permit-{permit.id}")) == before + 1
    await beat_permit(outside, caller="pipeline", permit_id=permit.id)
    assert len(await audit(outside, subject=f"permit-{permit.id}")) == before + 1


async def test_a_freeze_names_work_of_which_nobody_knows_whether_it_runs(outside: Outside, clock: FrozenClock) -> None:
    permit = await permit_for(outside, "lb-01")
    await start_permit(outside, caller="pipeline", permit_id=permit.id)
    made = await stop_the_line(outside, "lb-01")
    await direct_run(outside, by=ANN, permit_id=permit.id, incident_id=made.incident.id, directive=Directive.CONTINUE)
    clock.forward(hours=3)
    await lose_late_runs(outside)
    hold = await hold_on(outside, "lb-01")
    await claim_fix(outside, by=ANN, hold_id=hold.id, evidence="rebooted")
    await verify_server(outside, by=BEN, hold_id=hold.id)
    await add_servers(outside, by=BEN, incident_id=made.incident.id, names=["lb-01"])
    _, told = await beat_permit(outside, caller="pipeline", permit_id=permit.id)
    assert told is Directive.DRAIN


async def test_a_machine_called_like_a_person_has_no_part_in_their_work(outside: Outside) -> None:
    made = await stop_the_line(outside, "lb-01")
    asked = await request(outside, "lb-01", by=BEN, fix_for=made.incident.id)  # type: ignore[arg-type]
    async with outside.store.read() as tx:
        permit = await tx.permits.of_change(asked.change.id)
    assert permit is not None
    await approve_fix(outside, by=ANN, permit_id=permit.id, incident_id=made.incident.id)
    with pytest.raises(PermitStale):
        await poll_permit(outside, caller=BEN, permit_id=permit.id)


async def test_a_declaration_with_a_new_server_and_a_new_edge_wait_in_no_circle(outside: Outside) -> None:
    """On PostgreSQL one of them was killed after a second, and the incident with it."""
    made = await stop_the_line(outside, "web-1")
    if outside.store.engine.dialect.name == "sqlite":  # type: ignore[attr-defined]
        return
    async with outside.store.write() as tx:
        named = await named_or_new_servers(tx, ["brand-new", "lb-01"], by=ANN, at=outside.clock.now())
        edge = asyncio.ensure_future(
            connect_servers(outside, by=BEN, one="lb-01", other="lb-02", kind=EdgeKind.SHARED_FATE)
        )
        await asyncio.sleep(0.3)
        await hold_servers(tx, made.incident, named.servers, by=ANN, at=outside.clock.now(), announce=True)
    await edge
    async with outside.store.read() as tx:
        assert {one.server for one in await tx.holds.open()} == {"web-1", "brand-new", "lb-01", "lb-02"}


async def test_nothing_starts_in_a_quarantine_whatever_slipped_in_before(outside: Outside) -> None:
    permit = await permit_for(outside, "lb-01")
    async with outside.store.write() as tx:
        await tx.servers.quarantine(outside.clock.now(), "restored")
    with pytest.raises(Quarantined):
        await start_permit(outside, caller="pipeline", permit_id=permit.id)


async def test_nobody_lets_his_own_work_go_on(outside: Outside) -> None:
    asked = await request(outside, "lb-01", by=BEN)
    await start_change(outside, by=BEN, change_id=asked.change.id)
    made = await stop_the_line(outside, "lb-01", by=BEN)
    async with outside.store.read() as tx:
        permit = await tx.permits.of_change(asked.change.id)
    assert permit is not None
    for word in (Directive.CONTINUE, Directive.ROLL_BACK, Directive.GO):
        with pytest.raises(Refused):
            await direct_run(outside, by=BEN, permit_id=permit.id, incident_id=made.incident.id, directive=word)


async def test_a_reach_that_another_replica_widened_is_locked_whole_at_the_second_try(
    outside: Outside, url: str, clock: FrozenClock
) -> None:
    """Nobody locks more rows while holding some: the transaction ends, and the next one knows the new reach."""
    await ask(outside, "lb-01")
    replica = Outside(Database(url), clock, Policy())
    await connect_servers(replica, one="lb-01", other="lb-02", kind=EdgeKind.SHARED_FATE, by=ANN)
    await stop_the_line(replica, "lb-02", by=ANN)
    with pytest.raises(StoreCollision):
        await ask(outside, "lb-01", key="second")
    assert not (await ask(outside, "lb-01", key="second")).decision.allows
    await replica.store.close()  # type: ignore[attr-defined]


async def test_a_token_s_scope_is_read_in_the_catalogue_that_was_locked(
    outside: Outside, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody else in this process changes the catalogue between the look and the answer."""
    around = HoldRows.around

    async def forgotten(self: HoldRows, ids: Sequence[ServerId]) -> Around:
        seen = await around(self, ids)
        outside.store._memory.forget()  # type: ignore[attr-defined]
        return seen

    await ask(outside, "lb-01")
    monkeypatch.setattr(HoldRows, "around", forgotten)
    scoped = Ask(caller="ci", key="scoped", servers=["lb-01"], purpose="deploy", scope=("lb-01",))
    assert (await ask_permit(outside, scoped)).decision.allows
