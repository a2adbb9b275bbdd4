"""A merger drops no hold: where both incidents held a server, two are verified."""

import pytest

from bot.domain.errors import HoldsRemain, MergeImpossible
from bot.domain.incident import Status
from bot.ports.outside import Outside
from bot.use_cases.fix import claim_fix, verify_server
from bot.use_cases.freeze import frozen_servers
from bot.use_cases.incident import set_status
from bot.use_cases.merge import merge_incident
from tests.acts import ANN, BEN, EVERYBODY, add_server, ask, epochs, hold_on, stop_the_line
from tests.conftest import AddPeople


@pytest.fixture(autouse=True)
async def people(add_people: AddPeople, outside: Outside) -> None:
    await add_people(*EVERYBODY)
    await add_server(outside, "lb-01", "lb-02")


async def test_both_holds_of_a_server_stay_to_be_verified(outside: Outside) -> None:
    gone, stays = [await stop_the_line(outside, "lb-01") for _ in range(2)]
    await merge_incident(outside, by=ANN, merged=gone.incident.id, into=stays.incident.id)
    for left in (1, 0):
        with pytest.raises(HoldsRemain):
            await set_status(outside, by=ANN, incident_id=stays.incident.id, to=Status.RESOLVED)
        hold = await hold_on(outside, "lb-01")
        await claim_fix(outside, by=ANN, hold_id=hold.id, evidence="a graph")
        await verify_server(outside, by=BEN, hold_id=hold.id)
        assert len(await frozen_servers(outside)) == left
    assert (await ask(outside, "lb-01")).decision.allows


async def test_epochs_grow_and_the_merged_one_takes_nothing_more(outside: Outside) -> None:
    gone, stays = await stop_the_line(outside, "lb-01"), await stop_the_line(outside, "lb-02")
    before = await epochs(outside)
    await merge_incident(outside, by=ANN, merged=gone.incident.id, into=stays.incident.id)
    assert (await epochs(outside))["lb-01"] > before["lb-01"]
    assert {one.incident.id for one in await frozen_servers(outside)} == {stays.incident.id}
    with pytest.raises(MergeImpossible):
        await merge_incident(outside, by=ANN, merged=gone.incident.id, into=stays.incident.id)


async def test_no_incident_is_merged_into_itself(outside: Outside) -> None:
    made = await stop_the_line(outside, "lb-01")
    with pytest.raises(MergeImpossible):
        await merge_incident(outside, by=ANN, merged=made.incident.id, into=made.incident.id)
