"""Overrides (I9): two people, named servers, a reason, a quarter of an hour, once; loud, and no hold is touched."""

import pytest
from sqlalchemy import select

from bot.domain.audit import Act
from bot.domain.errors import (
    NoAuthority,
    NothingHeld,
    OverrideElsewhere,
    OverrideSpent,
    ReasonMissing,
    RequesterConfirms,
)
from bot.domain.gate import Verdict
from bot.domain.ids import OverrideId
from bot.domain.job import JobKind
from bot.ports.outside import Outside
from bot.use_cases.change import start_change
from bot.use_cases.fix import claim_fix, verify_server
from bot.use_cases.freeze import frozen_servers
from bot.use_cases.override import ask_override, confirm_override
from storage.database import Database
from storage.tables import job
from tests.acts import ANN, BEN, CHO, EVERYBODY, add_server, ask, audit, hold_on, request, stop_the_line
from tests.clocks import FrozenClock
from tests.conftest import AddPeople


@pytest.fixture(autouse=True)
async def people(add_people: AddPeople, outside: Outside) -> None:
    await add_people(*EVERYBODY)
    await add_server(outside, "lb-01", "lb-02", "web-1")


async def glass(outside: Outside, *servers: str) -> OverrideId:
    asked = await ask_override(outside, by=ANN, servers=servers, reason="users are cut off", request_key="glass")
    assert asked is not None
    return asked.id


async def test_one_person_is_not_enough(outside: Outside) -> None:
    await stop_the_line(outside, "lb-01")
    number = await glass(outside, "lb-01")
    with pytest.raises(OverrideSpent):
        await ask(outside, "lb-01", override_id=number)
    with pytest.raises(RequesterConfirms):
        await confirm_override(outside, by=ANN, number=number)


async def test_a_guest_is_no_second_person(outside: Outside, add_people: AddPeople) -> None:
    await add_people("U0GUEST", is_member=False)
    await stop_the_line(outside, "lb-01")
    number = await glass(outside, "lb-01")
    with pytest.raises(NoAuthority):
        await confirm_override(outside, by="U0GUEST", number=number)  # type: ignore[arg-type]


async def test_it_works_once(outside: Outside) -> None:
    await stop_the_line(outside, "lb-01")
    number = await glass(outside, "lb-01")
    await confirm_override(outside, by=BEN, number=number)
    assert (await ask(outside, "lb-01", override_id=number)).decision.verdict is Verdict.OVERRIDDEN
    with pytest.raises(OverrideSpent):
        await ask(outside, "lb-01", override_id=number)


async def test_it_works_for_a_quarter_of_an_hour(outside: Outside, clock: FrozenClock) -> None:
    await stop_the_line(outside, "lb-01")
    number = await glass(outside, "lb-01")
    await confirm_override(outside, by=BEN, number=number)
    clock.forward(minutes=15)
    with pytest.raises(OverrideSpent):
        await ask(outside, "lb-01", override_id=number)


async def test_it_is_confirmed_within_half_an_hour(outside: Outside, clock: FrozenClock) -> None:
    await stop_the_line(outside, "lb-01")
    number = await glass(outside, "lb-01")
    clock.forward(minutes=30)
    with pytest.raises(OverrideSpent):
        await confirm_override(outside, by=BEN, number=number)


async def test_it_works_where_it_names(outside: Outside) -> None:
    await stop_the_line(outside, "lb-01", "lb-02")
    number = await glass(outside, "lb-01")
    await confirm_override(outside, by=BEN, number=number)
    with pytest.raises(OverrideElsewhere):
        await ask(outside, "lb-01", "lb-02", override_id=number)


async def test_it_names_a_reason_and_something_frozen(outside: Outside) -> None:
    await stop_the_line(outside, "lb-01")
    with pytest.raises(ReasonMissing):
        await ask_override(outside, by=ANN, servers=["lb-01"], reason=" ", request_key="a")
    with pytest.raises(NothingHeld):
        await ask_override(outside, by=ANN, servers=["web-1"], reason="now", request_key="b")


async def test_it_changes_no_hold_but_what_was_claimed_before_is_shown_anew(outside: Outside) -> None:
    await stop_the_line(outside, "lb-01")
    hold = await hold_on(outside, "lb-01")
    await claim_fix(outside, by=CHO, hold_id=hold.id, evidence="a graph")
    number = await glass(outside, "lb-01")
    await confirm_override(outside, by=BEN, number=number)
    await ask(outside, "lb-01", override_id=number)
    (still,) = await frozen_servers(outside)
    assert still.hold.id == hold.id and still.hold.claimed_by is None and still.hold.fixers == {ANN, CHO}


async def test_who_asked_for_it_does_not_verify_there(outside: Outside) -> None:
    await stop_the_line(outside, "lb-01")
    number = await glass(outside, "lb-01")
    await confirm_override(outside, by=BEN, number=number)
    await ask(outside, "lb-01", override_id=number)
    hold = await hold_on(outside, "lb-01")
    await claim_fix(outside, by=CHO, hold_id=hold.id, evidence="a graph")
    with pytest.raises(Exception, match="verifier"):
        await verify_server(outside, by=ANN, hold_id=hold.id)
    await verify_server(outside, by=BEN, hold_id=hold.id)


async def test_every_incident_that_holds_there_hears_of_it(outside: Outside, store: Database) -> None:
    made = [await stop_the_line(outside, "lb-01") for _ in range(2)]
    number = await glass(outside, "lb-01")
    await confirm_override(outside, by=BEN, number=number)
    async with store.engine.connect() as connection:
        query = select(job.c.payload).where(job.c.kind == JobKind.ASK_CONFIRMATION.value)
        told = {payload["incident_id"] for payload in (await connection.execute(query)).scalars()}
    assert told == {one.incident.id for one in made}
    await ask(outside, "lb-01", override_id=number)
    acts = (Act.OVERRIDE_ASKED, Act.OVERRIDE_CONFIRMED, Act.OVERRIDE_USED)
    assert [row.act for row in await audit(outside, *acts)] == list(acts)


async def test_a_change_of_those_two_people_uses_it_by_itself(outside: Outside) -> None:
    await stop_the_line(outside, "lb-01")
    asked = await request(outside, "lb-01", by=ANN)
    other = await request(outside, "lb-01", by=CHO)
    number = await glass(outside, "lb-01")
    await confirm_override(outside, by=BEN, number=number)
    assert not (await start_change(outside, by=CHO, change_id=other.change.id)).decision.allows
    assert (await start_change(outside, by=ANN, change_id=asked.change.id)).decision.verdict is Verdict.OVERRIDDEN
    again = await request(outside, "lb-01", by=BEN)
    assert not (await start_change(outside, by=BEN, change_id=again.change.id)).decision.allows
