"""After the thaw: what was held back is offered once all its servers are free, then resumed or withdrawn, once."""

import asyncio

import pytest

from bot.domain.change import ChangeState
from bot.domain.errors import HeldBackDecided
from bot.domain.held_back import HeldBackState
from bot.domain.ids import IncidentId
from bot.ports.outside import Outside
from bot.use_cases.change import list_changes
from bot.use_cases.fix import claim_fix, verify_server
from bot.use_cases.merge import merge_incident
from bot.use_cases.thaw import decide_held_back, everything_held_back
from tests.acts import ANN, BEN, EVERYBODY, add_server, ask, hold_on, request, stop_the_line
from tests.conftest import AddPeople


@pytest.fixture(autouse=True)
async def people(add_people: AddPeople, outside: Outside) -> None:
    await add_people(*EVERYBODY)
    await add_server(outside, "lb-01", "lb-02", "web-1")


async def release(outside: Outside, server: str, incident_id: IncidentId | None = None) -> None:
    hold = await hold_on(outside, server, incident_id)
    await claim_fix(outside, by=ANN, hold_id=hold.id, evidence="a graph")
    await verify_server(outside, by=BEN, hold_id=hold.id)


async def states(outside: Outside) -> list[HeldBackState]:
    return [one.state for one in await everything_held_back(outside)]


async def test_it_is_offered_only_when_all_its_servers_are_free(outside: Outside) -> None:
    await stop_the_line(outside, "lb-01", "lb-02")
    await ask(outside, "lb-01", "lb-02")
    await release(outside, "lb-01")
    assert await states(outside) == [HeldBackState.WAITING]
    await release(outside, "lb-02")
    assert await states(outside) == [HeldBackState.OFFERED]


async def test_it_is_offered_although_another_incident_held_the_server_last(outside: Outside) -> None:
    first = await stop_the_line(outside, "lb-01")
    await ask(outside, "lb-01")
    second = await stop_the_line(outside, "lb-01")
    await release(outside, "lb-01", first.incident.id)
    assert await states(outside) == [HeldBackState.WAITING]
    await release(outside, "lb-01", second.incident.id)
    assert await states(outside) == [HeldBackState.OFFERED]


async def test_it_is_offered_although_its_incident_was_merged_into_another(outside: Outside) -> None:
    first = await stop_the_line(outside, "lb-01")
    second = await stop_the_line(outside, "web-1")
    await ask(outside, "lb-01")
    await merge_incident(outside, by=ANN, merged=first.incident.id, into=second.incident.id)
    await release(outside, "lb-01")
    assert await states(outside) == [HeldBackState.OFFERED]


async def test_of_two_releases_at_once_the_later_one_offers_it(outside: Outside) -> None:
    for n in range(5):
        servers = (f"a-{n}", f"b-{n}")
        await add_server(outside, *servers)
        await stop_the_line(outside, *servers)
        await ask(outside, *servers)
        holds = [await hold_on(outside, server) for server in servers]
        for hold in holds:
            await claim_fix(outside, by=ANN, hold_id=hold.id, evidence="a graph")
        await asyncio.gather(*(verify_server(outside, by=BEN, hold_id=hold.id) for hold in holds))
    assert await states(outside) == [HeldBackState.OFFERED] * 5


async def test_asked_again_it_is_the_same_work(outside: Outside) -> None:
    await stop_the_line(outside, "lb-01")
    for _ in range(3):
        await ask(outside, "lb-01", purpose="deploy 7")
    (kept,) = await everything_held_back(outside)
    assert kept.asked == 3 and kept.purpose == "deploy 7"


async def test_it_is_decided_once_and_not_before_the_thaw(outside: Outside) -> None:
    await stop_the_line(outside, "lb-01")
    await ask(outside, "lb-01")
    (kept,) = await everything_held_back(outside)
    with pytest.raises(HeldBackDecided):
        await decide_held_back(outside, by=ANN, number=kept.id, resume=True)
    await release(outside, "lb-01")
    await decide_held_back(outside, by=ANN, number=kept.id, resume=True)
    with pytest.raises(HeldBackDecided):
        await decide_held_back(outside, by=BEN, number=kept.id, resume=False)
    assert await states(outside) == []


async def test_a_withdrawn_change_is_over(outside: Outside) -> None:
    await stop_the_line(outside, "lb-01")
    await request(outside, "lb-01")
    await release(outside, "lb-01")
    (kept,) = await everything_held_back(outside)
    await decide_held_back(outside, by=ANN, number=kept.id, resume=False)
    (change,) = await list_changes(outside)
    assert change.state is ChangeState.WITHDRAWN
