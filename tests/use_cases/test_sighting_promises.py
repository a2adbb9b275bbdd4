"""Work that was seen without leave is told once to the incident that it touched."""

import pytest

from bot.domain.audit import Act
from bot.domain.freeze import HoldState
from bot.ports.outside import Outside
from bot.use_cases.fix import claim_fix, report_check
from bot.use_cases.sighting import Seen, report_bypasses, report_sighting
from tests.acts import ANN, EVERYBODY, add_server, audit, hold_on, stop_the_line
from tests.clocks import START
from tests.conftest import AddPeople


@pytest.fixture(autouse=True)
async def people(add_people: AddPeople, outside: Outside) -> None:
    await add_people(*EVERYBODY)
    await add_server(outside, "lb-01", "web-1")


def seen(number: str, *servers: str) -> Seen:
    return Seen(id=number, at=START, servers=servers, who="root", what="reload", reason="now")


async def test_on_a_frozen_server_it_is_told_once(outside: Outside) -> None:
    made = await stop_the_line(outside, "lb-01")
    assert await report_sighting(outside, caller="cluster", seen=seen("a", "lb-01"))
    assert not await report_sighting(outside, caller="cluster", seen=seen("a", "lb-01"))
    assert not await report_sighting(outside, caller="cluster", seen=seen("b", "web-1"))
    (row,) = await audit(outside, Act.BYPASS_SEEN)
    assert row.incident_id == made.incident.id


async def test_broken_glass_is_told_once_however_often_it_is_reported(outside: Outside) -> None:
    await stop_the_line(outside, "lb-01")
    for _ in range(2):
        known = await report_bypasses(outside, caller="host", entries=[seen("a", "lb-01"), seen("b", "web-1")])
        assert known == ["a", "b"]
    assert len(await audit(outside, Act.GLASS_BROKEN)) == 2


async def test_it_voids_what_was_claimed_there(outside: Outside) -> None:
    await stop_the_line(outside, "lb-01")
    hold = await hold_on(outside, "lb-01")
    await claim_fix(outside, by=ANN, hold_id=hold.id, evidence="a graph")
    await report_bypasses(outside, caller="host", entries=[seen("a", "lb-01")])
    assert (await hold_on(outside, "lb-01")).state is HoldState.ACTIVE


async def test_a_check_that_turns_red_voids_a_claim_and_a_green_one_does_not(outside: Outside) -> None:
    await stop_the_line(outside, "lb-01")
    hold = await hold_on(outside, "lb-01")
    await claim_fix(outside, by=ANN, hold_id=hold.id, evidence="a graph")
    for green in (True, False):
        await report_check(outside, caller="probe", server="lb-01", check="http", green=green, words="5xx")
        state = HoldState.CLAIMED if green else HoldState.ACTIVE
        assert (await hold_on(outside, "lb-01")).state is state
