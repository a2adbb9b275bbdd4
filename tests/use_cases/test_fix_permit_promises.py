"""Fix permits (I11): one incident, servers that it holds, the word of every incident that holds there."""

import pytest

from bot.domain.errors import AlreadyApproved, FixNotHeld, NotTheCommander, PermitStale, RequesterApproves
from bot.domain.freeze import HoldState
from bot.domain.gate import Verdict
from bot.domain.ids import IncidentId, PermitId, SlackUserId
from bot.domain.incident import Role
from bot.domain.permit import PermitState
from bot.ports.outside import Outside
from bot.use_cases.change import start_change
from bot.use_cases.fix import claim_fix
from bot.use_cases.incident import assign_role
from bot.use_cases.permit import approve_fix, poll_permit, refuse_fix, start_permit
from storage.database import Database
from storage.tables import permit
from tests.acts import ANN, BEN, CHO, EVERYBODY, add_server, ask, hold_on, request, stop_the_line
from tests.clocks import FrozenClock
from tests.conftest import AddPeople


@pytest.fixture(autouse=True)
async def people(add_people: AddPeople, outside: Outside) -> None:
    await add_people(*EVERYBODY)
    await add_server(outside, "lb-01", "lb-02", "web-1")


async def fix(outside: Outside, incident_id: IncidentId, *servers: str) -> PermitId:
    answer = await ask(outside, *servers, fix_for=incident_id)
    assert answer.permit is not None and answer.decision.verdict is Verdict.WAITING
    return answer.permit.id


async def polled(outside: Outside, number: PermitId) -> Verdict:
    return (await poll_permit(outside, caller="pipeline", permit_id=number)).decision.verdict


async def permit_of_change(store: Database) -> PermitId:
    async with store.engine.connect() as connection:
        return PermitId((await connection.execute(permit.select())).one().id)


async def test_it_waits_for_the_incident_and_then_goes_ahead(outside: Outside) -> None:
    made = await stop_the_line(outside, "lb-01")
    number = await fix(outside, made.incident.id, "lb-01")
    assert await polled(outside, number) is Verdict.WAITING
    await approve_fix(outside, by=BEN, permit_id=number, incident_id=made.incident.id)
    assert await polled(outside, number) is Verdict.FIX
    started = await start_permit(outside, caller="pipeline", permit_id=number)
    assert started.state is PermitState.STARTED


async def test_it_covers_only_what_its_incident_holds(outside: Outside) -> None:
    made = await stop_the_line(outside, "lb-01")
    await stop_the_line(outside, "lb-02")
    for servers in (("lb-02",), ("lb-01", "lb-02"), ("web-1",)):
        with pytest.raises(FixNotHeld):
            await ask(outside, *servers, fix_for=made.incident.id)


async def test_every_other_incident_that_holds_there_agrees_too(outside: Outside) -> None:
    first = await stop_the_line(outside, "lb-01")
    second = await stop_the_line(outside, "lb-01")
    number = await fix(outside, first.incident.id, "lb-01")
    await approve_fix(outside, by=BEN, permit_id=number, incident_id=first.incident.id)
    assert await polled(outside, number) is Verdict.WAITING
    await approve_fix(outside, by=BEN, permit_id=number, incident_id=second.incident.id)
    assert await polled(outside, number) is Verdict.FIX


async def test_an_incident_that_comes_later_is_asked_as_well(outside: Outside) -> None:
    first = await stop_the_line(outside, "lb-01")
    number = await fix(outside, first.incident.id, "lb-01")
    await approve_fix(outside, by=BEN, permit_id=number, incident_id=first.incident.id)
    assert await polled(outside, number) is Verdict.FIX
    await stop_the_line(outside, "lb-01")
    with pytest.raises(PermitStale):
        await start_permit(outside, caller="pipeline", permit_id=number)


async def test_only_the_commander_speaks_where_there_is_one(outside: Outside) -> None:
    made = await stop_the_line(outside, "lb-01")
    await assign_role(outside, by=ANN, incident_id=made.incident.id, role=Role.COMMANDER, who=CHO)
    number = await fix(outside, made.incident.id, "lb-01")
    with pytest.raises(NotTheCommander):
        await approve_fix(outside, by=BEN, permit_id=number, incident_id=made.incident.id)
    await approve_fix(outside, by=CHO, permit_id=number, incident_id=made.incident.id)


@pytest.mark.parametrize("commander", [None, ANN])
async def test_nobody_approves_his_own_fix(outside: Outside, store: Database, commander: SlackUserId | None) -> None:
    made = await stop_the_line(outside, "lb-01")
    if commander:
        await assign_role(outside, by=BEN, incident_id=made.incident.id, role=Role.COMMANDER, who=commander)
    asked = await request(outside, "lb-01", by=ANN, fix_for=made.incident.id)
    number = await permit_of_change(store)
    with pytest.raises(RequesterApproves):
        await approve_fix(outside, by=ANN, permit_id=number, incident_id=made.incident.id)
    assert not (await start_change(outside, by=ANN, change_id=asked.change.id)).decision.allows
    await approve_fix(outside, by=BEN, permit_id=number, incident_id=made.incident.id)
    assert (await start_change(outside, by=ANN, change_id=asked.change.id)).decision.allows


async def test_an_approval_lasts_half_an_hour(outside: Outside, clock: FrozenClock) -> None:
    made = await stop_the_line(outside, "lb-01")
    number = await fix(outside, made.incident.id, "lb-01")
    await approve_fix(outside, by=BEN, permit_id=number, incident_id=made.incident.id)
    with pytest.raises(AlreadyApproved):
        await approve_fix(outside, by=BEN, permit_id=number, incident_id=made.incident.id)
    clock.forward(minutes=30)
    assert await polled(outside, number) is Verdict.WAITING
    await approve_fix(outside, by=BEN, permit_id=number, incident_id=made.incident.id)
    assert await polled(outside, number) is Verdict.FIX


async def test_one_no_is_enough(outside: Outside) -> None:
    made = await stop_the_line(outside, "lb-01")
    number = await fix(outside, made.incident.id, "lb-01")
    await refuse_fix(outside, by=BEN, permit_id=number, incident_id=made.incident.id)
    with pytest.raises(PermitStale):
        await poll_permit(outside, caller="pipeline", permit_id=number)


async def test_who_fixed_verifies_nothing_and_an_earlier_claim_is_void(outside: Outside, store: Database) -> None:
    made = await stop_the_line(outside, "lb-01")
    hold = await hold_on(outside, "lb-01")
    asked = await request(outside, "lb-01", by=ANN, fix_for=made.incident.id)
    await approve_fix(outside, by=BEN, permit_id=await permit_of_change(store), incident_id=made.incident.id)
    await claim_fix(outside, by=CHO, hold_id=hold.id, evidence="a graph")
    await start_change(outside, by=ANN, change_id=asked.change.id)
    now = await hold_on(outside, "lb-01")
    assert now.state is HoldState.ACTIVE and now.fixers == {ANN, CHO}
