"""What is promised of a change: pre-tests, two people, the gate at the start, an end that a person says."""

from typing import Any

import pytest

from bot.domain.audit import Act
from bot.domain.change import ENDS, ChangeKind, ChangeState
from bot.domain.errors import (
    ApprovalMissing,
    ApproverTwice,
    ChangeImpossible,
    PreTestMissing,
    RequesterApproves,
    SecondLookMissing,
    ServersMissing,
    UnknownChange,
    UnknownServer,
)
from bot.domain.ids import ChangeId
from bot.domain.permit import PermitState
from bot.ports.outside import Outside
from bot.use_cases.change import approve_change, finish_change, list_changes, start_change
from bot.use_cases.fix import claim_fix, verify_server
from storage.database import Database
from tests.acts import ANN, BEN, CHO, DAN, EVERYBODY, add_server, hold_on, request, stop_the_line
from tests.clocks import FrozenClock
from tests.conftest import AddPeople
from tests.faults import everything

TESTED = {"tested": "staging run https://ci.example/7", "differences": "half the nodes"}


@pytest.fixture(autouse=True)
async def people(add_people: AddPeople, outside: Outside) -> None:
    await add_people(*EVERYBODY)
    await add_server(outside, "lb-01", "web-1")


@pytest.mark.parametrize(
    "words",
    [
        {},
        {"tested": "yes, https://ci.example/7"},
        {"tested": "by hand, no link", "differences": "none"},
        {"differences": "none"},
    ],
)
async def test_major_work_shows_its_test_with_a_link_and_how_it_differed(
    outside: Outside, store: Database, words: dict[str, Any]
) -> None:
    before = await everything(store)
    with pytest.raises(PreTestMissing):
        await request(outside, "lb-01", kind=ChangeKind.MAJOR, **words)
    assert await everything(store) == before


@pytest.mark.parametrize("word", ["none", "None.", "없음", "차이 없음"])
async def test_where_the_tests_were_like_production_one_approver_is_enough(outside: Outside, word: str) -> None:
    told = {**TESTED, "differences": word}
    change = (await request(outside, "lb-01", by=ANN, kind=ChangeKind.MAJOR, **told)).change
    approved = await approve_change(outside, by=BEN, change_id=change.id)
    assert approved.state is ChangeState.APPROVED


async def test_major_work_that_was_tested_elsewhere_is_looked_at_by_two_others(
    outside: Outside,
) -> None:
    change = (await request(outside, "lb-01", by=ANN, kind=ChangeKind.MAJOR, **TESTED)).change
    with pytest.raises(ApprovalMissing):
        await start_change(outside, by=ANN, change_id=change.id)
    with pytest.raises(RequesterApproves):
        await approve_change(outside, by=ANN, change_id=change.id)
    approved = await approve_change(outside, by=BEN, change_id=change.id)
    assert approved.approver == BEN and approved.state is ChangeState.REQUESTED
    with pytest.raises(SecondLookMissing):
        await start_change(outside, by=ANN, change_id=change.id)
    with pytest.raises(ApproverTwice):
        await approve_change(outside, by=BEN, change_id=change.id)
    assert (await approve_change(outside, by=CHO, change_id=change.id)).state is ChangeState.APPROVED
    with pytest.raises(ChangeImpossible):
        await approve_change(outside, by=DAN, change_id=change.id)
    assert (await start_change(outside, by=ANN, change_id=change.id)).change.state is ChangeState.STARTED


async def test_a_request_names_servers_that_are_known(outside: Outside) -> None:
    with pytest.raises(ServersMissing):
        await request(outside)
    with pytest.raises(UnknownServer):
        await request(outside, "lb-99")
    with pytest.raises(UnknownChange):
        await start_change(outside, by=ANN, change_id=ChangeId(77))
    with pytest.raises(UnknownChange):
        await finish_change(outside, by=ANN, change_id=ChangeId(77), outcome=ChangeState.DONE)


async def test_the_same_submission_makes_one_change(outside: Outside, store: Database) -> None:
    first = await request(outside, "lb-01", key="view-1")
    before = await everything(store)
    again = await request(outside, "lb-01", key="view-1", title="typed again")
    assert again.again and again.change.id == first.change.id
    assert await everything(store) == before


async def test_a_change_is_refused_while_its_server_is_held_and_starts_after_the_release(outside: Outside) -> None:
    made = await stop_the_line(outside, "lb-01")
    asked = await request(outside, "lb-01", "web-1")
    assert not asked.decision.allows and asked.change.state is ChangeState.REFUSED
    assert asked.change.refused_by_incident == made.incident.id and asked.decision.servers == ("lb-01",)
    async with outside.store.read() as tx:
        kinds = [entry.kind for entry in await tx.entries.of_incident(made.incident.id)]
    assert Act.CHANGE_REFUSED in kinds, "the incident hears of what it held back"
    assert not (await start_change(outside, by=ANN, change_id=asked.change.id)).decision.allows
    hold = await hold_on(outside, "lb-01")
    await claim_fix(outside, by=ANN, hold_id=hold.id, evidence="rebooted")
    await verify_server(outside, by=BEN, hold_id=hold.id)
    answer = await start_change(outside, by=ANN, change_id=asked.change.id)
    assert answer.change.state is ChangeState.STARTED and answer.change.refused_by_incident is None


async def test_a_change_starts_and_ends_once(outside: Outside, clock: FrozenClock) -> None:
    change = (await request(outside, "lb-01")).change
    with pytest.raises(ChangeImpossible):
        await finish_change(outside, by=ANN, change_id=change.id, outcome=ChangeState.DONE)
    await start_change(outside, by=ANN, change_id=change.id)
    with pytest.raises(ChangeImpossible):
        await start_change(outside, by=ANN, change_id=change.id)
    for no_end in set(ChangeState) - ENDS:
        with pytest.raises(ChangeImpossible):
            await finish_change(outside, by=ANN, change_id=change.id, outcome=no_end)
    clock.forward(minutes=20)
    done = await finish_change(outside, by=BEN, change_id=change.id, outcome=ChangeState.ROLLED_BACK)
    assert done.finished_at == clock.now()
    with pytest.raises(ChangeImpossible):
        await finish_change(outside, by=ANN, change_id=change.id, outcome=ChangeState.DONE)
    with pytest.raises(ChangeImpossible):
        await start_change(outside, by=ANN, change_id=change.id)


async def test_the_permit_of_a_change_lives_and_ends_with_it(outside: Outside) -> None:
    change = (await request(outside, "lb-01")).change
    await start_change(outside, by=ANN, change_id=change.id)
    assert await _permit_state(outside, change.id) is PermitState.STARTED
    await stop_the_line(outside, "lb-01")
    assert await _permit_state(outside, change.id) is PermitState.DRAINING
    assert (await list_changes(outside, states=[ChangeState.DRAINING]))[0].id == change.id
    await finish_change(outside, by=ANN, change_id=change.id, outcome=ChangeState.ABORTED)
    assert await _permit_state(outside, change.id) is PermitState.FINISHED


async def _permit_state(outside: Outside, change_id: ChangeId) -> PermitState:
    async with outside.store.write() as tx:
        permit = await tx.permits.of_change(change_id)
    assert permit is not None
    return permit.state
