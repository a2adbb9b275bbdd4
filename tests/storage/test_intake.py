"""What is recorded before it is acknowledged: whoever stops waiting, and what cannot be written, harm nobody else."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.job import JobKind
from bot.ports.journal import Unrecordable
from bot.ports.storage import NewJob
from storage.database import Database
from storage.intake import Intake

AT = datetime(2024, 5, 20, tzinfo=UTC)


def job(id: str, at: datetime = AT) -> NewJob:
    return NewJob(id, id, JobKind.SLACK_DELIVERY, at, {"id": id})


async def ids(store: Database) -> set[str]:
    async with store.write() as tx:
        found = await tx.jobs.claim(owner="w", now=AT, lease=timedelta(0), limit=50)
    return {one.id for one in found}


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
async def test_somebody_who_stops_waiting_while_it_is_written(store: Database) -> None:
    intake, began, go_on = Intake(store), asyncio.Event(), asyncio.Event()
    commit = intake._commit

    async def slow(batch: list[object]) -> None:
        began.set()
        await go_on.wait()
        await commit(batch)  # type: ignore[arg-type]

    intake._commit = slow  # type: ignore[method-assign,assignment]
    async with intake._turn:
        tasks = [asyncio.ensure_future(intake.record(job(f"j{n}"))) for n in range(3)]
        await asyncio.sleep(0)
    await began.wait()
    tasks[1].cancel()
    await asyncio.sleep(0)
    go_on.set()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(result) for result in results] == [type(None), asyncio.CancelledError, type(None)]
    assert {"j0", "j2"} <= await ids(store)


async def test_one_that_the_database_does_not_take(store: Database) -> None:
    intake = Intake(store)
    wrong = job("wrong", AT.replace(tzinfo=None))
    results = await asyncio.gather(
        intake.record(job("a")), intake.record(wrong), intake.record(job("b")), return_exceptions=True
    )
    assert [type(result) for result in results] == [type(None), Unrecordable, type(None)]
    assert await ids(store) == {"a", "b"}
