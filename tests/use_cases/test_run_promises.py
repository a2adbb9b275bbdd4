"""Runs (I12): a heartbeat keeps them, silence makes them unknown, and only somebody's word ends them."""

import pytest

from bot.domain.change import ChangeState
from bot.domain.errors import PermitStale
from bot.domain.permit import Directive, Permit, PermitState
from bot.ports.outside import Outside
from bot.use_cases.permit import beat_permit, direct_run, end_permit, lose_late_runs, start_permit
from tests.acts import ANN, BEN, EVERYBODY, add_server, permit_for, permit_now, stop_the_line
from tests.clocks import FrozenClock
from tests.conftest import AddPeople


@pytest.fixture(autouse=True)
async def people(add_people: AddPeople, outside: Outside) -> None:
    await add_people(*EVERYBODY)
    await add_server(outside, "lb-01")


async def run(outside: Outside) -> Permit:
    permit = await permit_for(outside, "lb-01")
    await start_permit(outside, caller="pipeline", permit_id=permit.id)
    await beat(outside, permit)
    return permit


async def beat(outside: Outside, permit: Permit) -> Directive:
    return (await beat_permit(outside, caller="pipeline", permit_id=permit.id))[1]


async def state(outside: Outside, permit: Permit) -> PermitState:
    return (await permit_now(outside, permit)).state


async def test_a_minute_of_silence_makes_it_unknown_and_a_person_ends_it(outside: Outside, clock: FrozenClock) -> None:
    permit = await run(outside)
    clock.forward(seconds=59)
    await lose_late_runs(outside)
    assert await state(outside, permit) is PermitState.STARTED
    clock.forward(seconds=1)
    await lose_late_runs(outside)
    assert await state(outside, permit) is PermitState.UNKNOWN
    clock.forward(days=9)
    await lose_late_runs(outside)
    assert await state(outside, permit) is PermitState.UNKNOWN
    await end_permit(outside, by=ANN, permit_id=permit.id, outcome=ChangeState.FAILED)
    with pytest.raises(PermitStale):
        await end_permit(outside, by=ANN, permit_id=permit.id, outcome=ChangeState.DONE)


async def test_a_freeze_is_told_at_the_next_heartbeat(outside: Outside) -> None:
    permit = await run(outside)
    assert await beat(outside, permit) is Directive.GO
    await stop_the_line(outside, "lb-01")
    assert await beat(outside, permit) is Directive.DRAIN


async def test_going_on_takes_the_word_of_every_incident_and_stopping_of_one(outside: Outside) -> None:
    permit = await run(outside)
    first, second = [(await stop_the_line(outside, "lb-01")).incident.id for _ in range(2)]
    for incident, told in ((first, Directive.DRAIN), (second, Directive.CONTINUE)):
        await direct_run(outside, by=BEN, permit_id=permit.id, incident_id=incident, directive=Directive.CONTINUE)
        assert await beat(outside, permit) is told
    await direct_run(outside, by=BEN, permit_id=permit.id, incident_id=first, directive=Directive.STOP)
    assert await beat(outside, permit) is Directive.STOP


async def test_who_let_it_go_on_before_it_was_lost_says_so_again(outside: Outside, clock: FrozenClock) -> None:
    permit = await run(outside)
    made = await stop_the_line(outside, "lb-01")
    word = {"by": BEN, "permit_id": permit.id, "incident_id": made.incident.id, "directive": Directive.CONTINUE}
    await direct_run(outside, **word)  # type: ignore[arg-type]
    assert await beat(outside, permit) is Directive.CONTINUE
    clock.forward(minutes=1)
    await lose_late_runs(outside)
    assert await beat(outside, permit) is Directive.DRAIN
