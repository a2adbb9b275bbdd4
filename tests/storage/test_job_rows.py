"""What is promised of durable work: queued once, in the order of its key, by one worker, with a fenced journal."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest

from bot.domain.job import Job, JobKind
from bot.jobs.worker import LeaseLost, Run, Worker
from bot.ports.outside import Outside
from bot.ports.storage import NewJob
from bot.use_cases.watch import forget_old_jobs
from storage.database import Database
from storage.intake import Intake
from tests.clocks import START, FrozenClock
from tests.faults import Boom

LEASE = timedelta(seconds=30)


def job(name: str, key: str = "k", *, at: datetime = START, **payload: object) -> NewJob:
    return NewJob(name, key, JobKind.POST, at, payload)


async def put(store: Database, *jobs: NewJob) -> None:
    async with store.write() as tx:
        await tx.jobs.put(jobs)


async def claim(store: Database, owner: str = "a", *, now: datetime = START, limit: int = 64) -> Sequence[Job]:
    async with store.write() as tx:
        return await tx.jobs.claim(owner=owner, now=now, lease=LEASE, limit=limit)


async def finish(store: Database, name: str, owner: str = "a") -> None:
    async with store.write() as tx:
        await tx.jobs.finish(name, owner=owner)


async def test_the_same_job_is_queued_once(store: Database) -> None:
    await put(store, job("j1", text="first"), job("j1", text="second"))
    await put(store, job("j1", text="third"))
    assert [(j.id, j.payload) for j in await claim(store)] == [("j1", {"text": "first"})]
    await finish(store, "j1")
    await put(store, job("j1"))
    assert not await claim(store, now=START + timedelta(days=1))


async def test_a_job_is_queued_with_the_transaction_that_causes_it_or_not_at_all(store: Database) -> None:
    with pytest.raises(Boom):
        async with store.write() as tx:
            await tx.jobs.put([job("j1")])
            raise Boom
    assert not await claim(store)


async def test_jobs_of_one_key_run_one_after_the_other_and_other_keys_beside_them(store: Database) -> None:
    await put(store, job("a1", "a"), job("a2", "a"), job("b1", "b"), job("a3", "a"))
    assert [j.id for j in await claim(store)] == ["a1", "b1"]
    assert not await claim(store, "other")
    await finish(store, "a1")
    assert [j.id for j in await claim(store)] == ["a2"]


async def test_a_timer_that_is_not_due_does_not_block_its_key(store: Database) -> None:
    later = START + timedelta(hours=2)
    await put(store, job("reminder", at=later), job("now"))
    assert [j.id for j in await claim(store)] == ["now"]
    await finish(store, "now")
    assert [j.id for j in await claim(store, now=later)] == ["reminder"]


async def test_a_job_that_rests_before_its_next_try_keeps_its_place(store: Database) -> None:
    await put(store, job("first"), job("second"))
    await claim(store)
    soon = START + timedelta(seconds=5)
    async with store.write() as tx:
        await tx.jobs.retry("first", owner="a", at=soon, error="no answer")
    assert not await claim(store), "the second must not overtake the first"
    assert [(j.id, j.attempts) for j in await claim(store, now=soon)] == [("first", 2)]


async def test_what_a_dead_worker_held_is_taken_over_when_its_lease_ran_out(store: Database) -> None:
    await put(store, job("j1"))
    await claim(store, "dead")
    assert not await claim(store, "b", now=START + LEASE - timedelta(seconds=1))
    async with store.write() as tx:
        await tx.jobs.journal("j1", "channel_made", {"channel": "C7"})
    (taken,) = await claim(store, "b", now=START + LEASE + timedelta(seconds=1))
    assert taken.attempts == 2 and taken.done == {"channel_made": {"channel": "C7"}}
    async with store.write() as tx:
        await tx.jobs.finish("j1", owner="dead")
        await tx.jobs.bury("j1", owner="dead", error="late")
        await tx.jobs.retry("j1", owner="dead", at=START, error="late")
        assert await tx.jobs.renew(["j1"], owner="dead", until=START + timedelta(days=1)) == 0
        assert await tx.jobs.renew(["j1"], owner="b", until=START + timedelta(days=1)) == 1
        assert await tx.jobs.count_open(due_by=START) == 1 and not await tx.jobs.dead()


async def test_a_run_whose_lease_was_lost_journals_nothing(store: Database, clock: FrozenClock) -> None:
    await put(store, job("j1"))
    (mine,) = await claim(store, "slow")
    clock.forward(seconds=31)
    await claim(store, "b", now=clock.now())
    worker = Worker(store, clock, {}, name="slow", on_buried=_nobody)

    async def act() -> str:
        return "late"

    with pytest.raises(LeaseLost):
        await Run(worker, mine).step("posted", act)
    (again,) = await claim(store, "c", now=clock.now() + LEASE * 2)
    assert again.done == {}


async def _nobody(job: Job, error: str) -> None:
    raise AssertionError(f"{job.id} was buried: {error}")


async def test_a_step_is_journaled_once_and_keeps_its_first_result(store: Database) -> None:
    await put(store, job("j1"))
    await claim(store)
    for result in ("first", "second"):
        async with store.write() as tx:
            await tx.jobs.journal("j1", "posted", {"ts": result})
    (again,) = await claim(store, now=START + timedelta(minutes=1))
    assert again.done == {"posted": {"ts": "first"}}


async def test_two_workers_that_claim_at_once_never_get_the_same_job(store: Database) -> None:
    await put(store, *(job(f"j{n}", f"k{n % 40}") for n in range(120)))
    seen: list[str] = []
    while True:
        rounds = await asyncio.gather(*(claim(store, f"w{n}", limit=7) for n in range(4)))
        taken = [(f"w{n}", j.id) for n, jobs in enumerate(rounds) for j in jobs]
        if not taken:
            break
        seen += [name for _, name in taken]
        for owner, name in taken:
            await finish(store, name, owner)
    assert sorted(seen) == sorted(f"j{n}" for n in range(120))


async def test_deliveries_that_arrive_together_are_all_there_once_recorded(store: Database) -> None:
    intake = Intake(store)
    await asyncio.gather(*(intake.record(job(f"d{n % 80}", f"k{n % 80}")) for n in range(100)))
    assert len(await claim(store, limit=200)) == 80


async def test_deliveries_that_arrive_together_share_commits(store: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    commits = 0
    write = store.write

    def counted(*, urgent: bool = False):  # type: ignore[no-untyped-def]
        nonlocal commits
        commits += 1
        assert urgent, "what must be acknowledged goes before other writers"
        return write(urgent=urgent)

    monkeypatch.setattr(store, "write", counted)
    intake = Intake(store)
    await asyncio.gather(*(intake.record(job(f"d{n}")) for n in range(100)))
    assert commits < 10


async def test_a_delivery_that_cannot_be_written_fails_alone(store: Database) -> None:
    intake = Intake(store)
    hostile = NewJob("bad", "k", JobKind.POST, datetime(2024, 5, 20), {})  # noqa: DTZ001 - no zone, on purpose
    results = await asyncio.gather(
        intake.record(job("d1")),
        intake.record(job("d2")),
        intake.record(hostile),
        intake.record(job("d3", words="\ud83d half a pair")),
        return_exceptions=True,
    )
    assert [isinstance(result, Exception) for result in results] == [False, False, True, False]
    async with store.read() as tx:
        assert await tx.jobs.count_open(due_by=START) == 3


async def test_what_people_typed_goes_first_then_the_most_urgent_then_in_order(store: Database) -> None:
    mild, bad = (
        NewJob("mild", "mild", JobKind.OPEN_CHANNEL, START, urgency=3),
        NewJob("bad", "bad", JobKind.OPEN_CHANNEL, START, urgency=0),
    )
    await put(store, mild, bad, job("post", "p"), NewJob("typed", "t", JobKind.SLACK_DELIVERY, START))
    assert [j.id for j in await claim(store, limit=2)] == ["typed", "bad"]
    assert [j.id for j in await claim(store)] == ["post", "mild"]


async def test_one_edit_does_for_all_that_wait_but_not_for_one_that_runs(store: Database) -> None:
    await put(store, job("c1", "card"), job("c2", "card"), job("c3", "card"), job("other", "x"))
    (first, _) = await claim(store)
    await put(store, job("c4", "card"))
    async with store.write() as tx:
        await tx.jobs.overtake(first.id, key="card")
    await finish(store, "c1")
    assert await claim(store, "b") == []
    await put(store, job("c5", "card"))
    assert [j.id for j in await claim(store, "b")] == ["c5"]


async def test_old_jobs_are_forgotten_and_what_is_not_done_never(store: Database, outside: Outside) -> None:
    now, old = outside.clock.now(), outside.clock.now() - timedelta(days=31)
    await put(store, job("done", at=old, text="what somebody typed"), job("open", "other", at=old))
    await put(store, job("young", "young", at=now - timedelta(days=29)))
    run = await claim(store, now=now)
    async with store.write() as tx:
        await tx.jobs.journal("done", "posted", {"ts": "1"})
    for name in ("done", "young"):
        await finish(store, name)
    assert {one.id for one in run} == {"done", "open", "young"}
    assert (await forget_old_jobs(outside), await forget_old_jobs(outside)) == (1, 0)
    await put(store, job("young", "young"), job("open", "other"), job("done"))
    assert [one.id for one in await claim(store, "b", now=now + LEASE * 2)] == ["open", "done"]


async def test_what_a_newer_replica_queued_is_left_to_it_and_holds_up_nothing_else(store: Database) -> None:
    await put(store, job("new", "n"), job("after it", "n"), job("ours", "o"))
    async with store.begun(writing=True) as connection:
        await connection.exec_driver_sql("UPDATE job SET kind = 'of_tomorrow' WHERE id = 'new'")
    assert [one.id for one in await claim(store)] == ["ours"]


async def test_so_many_that_were_given_up_are_forgotten_at_once(store: Database) -> None:
    """More than PostgreSQL takes values in one statement."""
    for start in range(0, 33_000, 1000):
        await put(store, *(job(str(n), str(n)) for n in range(start, start + 1000)))
    async with store.begun(writing=True) as connection:
        await connection.exec_driver_sql("UPDATE job SET state = 'dead'")
        await connection.exec_driver_sql("INSERT INTO job_step (job_id, name, result) VALUES ('7', 'x', '1')")
    async with store.write() as tx:
        await tx.jobs.forget_dead(before=START + LEASE)
        assert await tx.jobs.dead() == [] and await tx.jobs.holding(["x"]) == []
