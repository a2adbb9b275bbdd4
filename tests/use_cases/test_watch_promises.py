"""What time brings: reminders of holds, suspects offered once, servers that a message names."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.domain.change import ChangeState
from bot.domain.job import JobKind
from bot.ports.outside import Outside
from bot.use_cases.change import finish_change, start_change
from bot.use_cases.fix import claim_fix, verify_server
from bot.use_cases.freeze import add_servers
from bot.use_cases.watch import nag, nag_stage, offer_named
from storage.database import Database
from storage.tables import job
from tests.acts import ANN, BEN, EVERYBODY, add_server, hold_on, request, stop_the_line
from tests.clocks import START, FrozenClock
from tests.conftest import AddPeople


@pytest.fixture(autouse=True)
async def people(add_people: AddPeople, outside: Outside) -> None:
    await add_people(*EVERYBODY)
    await add_server(outside, "lb-01", "lb-02", "web-1")


async def queued(store: Database, kind: JobKind) -> list[dict[str, object]]:
    async with store.engine.connect() as connection:
        query = select(job.c.payload).where(job.c.kind == kind.value).order_by(job.c.seq)
        return list((await connection.execute(query)).scalars())


@pytest.mark.parametrize(
    ("after", "stage"),
    [(29, 0), (30, 1), (119, 1), (120, 2), (120 + 1439, 2), (120 + 1440, 3), (120 + 2880, 4)],
)
def test_a_hold_is_spoken_of_after_half_an_hour_two_hours_and_then_daily(after: int, stage: int) -> None:
    assert nag_stage(START, START + timedelta(minutes=after)) == stage


async def test_each_reminder_is_given_once(outside: Outside, store: Database, clock: FrozenClock) -> None:
    await stop_the_line(outside, "lb-01", "lb-02")
    for minutes in (29, 1, 0, 89, 1, 1440):
        clock.forward(minutes=minutes)
        await nag(outside)
    assert [one["stage"] for one in await queued(store, JobKind.NAG)] == [1, 2, 3]


async def test_a_later_hold_of_the_same_incident_is_spoken_of_again(
    outside: Outside, store: Database, clock: FrozenClock
) -> None:
    made = await stop_the_line(outside, "lb-01")
    clock.forward(minutes=30)
    await nag(outside)
    hold = await hold_on(outside, "lb-01")
    await claim_fix(outside, by=ANN, hold_id=hold.id, evidence="a graph")
    await verify_server(outside, by=BEN, hold_id=hold.id)
    await add_servers(outside, by=ANN, incident_id=made.incident.id, names=["lb-02"])
    clock.forward(minutes=30)
    await nag(outside)
    assert [one["stage"] for one in await queued(store, JobKind.NAG)] == [1, 1]


async def test_servers_of_work_that_just_ended_are_suspects_once(
    outside: Outside, store: Database, clock: FrozenClock
) -> None:
    asked = await request(outside, "lb-02")
    await start_change(outside, by=ANN, change_id=asked.change.id)
    await finish_change(outside, by=ANN, change_id=asked.change.id, outcome=ChangeState.DONE)
    clock.forward(minutes=59)
    await stop_the_line(outside, "lb-01")
    (offered,) = await queued(store, JobKind.OFFER_SUSPECTS)
    assert offered["servers"] == ["lb-02"] and offered["why"] == "changed"


async def test_servers_that_a_message_names_are_offered_once(outside: Outside, store: Database) -> None:
    made = await stop_the_line(outside, "lb-01")
    for text in ("is LB-01 alone? lb-02 too.", "lb-02 again, and web-1", "lb-02 web-1 nothing-9"):
        async with store.write() as tx:
            await offer_named(tx, made.incident, text, at=START)
    assert [one["servers"] for one in await queued(store, JobKind.OFFER_SUSPECTS)] == [["lb-02"], ["web-1"]]
