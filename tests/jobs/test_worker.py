"""Durable work: tried as long as it may still succeed, run once at a time, never given up in silence."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from bot.domain.job import TOLD_ATTEMPTS, JobKind
from bot.jobs.worker import CONCURRENCY, REPLIES, Run, Worker
from bot.ports.chat import EFFECTS, ChatPermanent, ChatTransient
from bot.ports.storage import NewJob, Store
from tests.clocks import FrozenClock
from tests.waiting import PLENTY_SECONDS, until

Handler = Callable[[Run], Awaitable[None]]


@asynccontextmanager
async def working(
    store: Store, clock: FrozenClock, handler: Handler, buried: Any, *, name: str = "w"
) -> AsyncIterator[Worker]:
    worker = Worker(store, clock, {JobKind.POST: handler}, name=name, on_buried=buried)
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(worker.run())
        yield worker
        await worker.stop()
        await running


async def queue(store: Store, clock: FrozenClock) -> None:
    async with store.write() as tx:
        await tx.jobs.put([NewJob("one", "one", JobKind.POST, clock.now())])


async def rested(store: Store, clock: FrozenClock, worker: Worker) -> None:
    """Until all that is due has been tried."""
    worker.wake()
    async with asyncio.timeout(PLENTY_SECONDS):
        while worker.busy or await due(store, clock):
            await asyncio.sleep(0.01)


async def due(store: Store, clock: FrozenClock) -> int:
    async with store.read() as tx:
        return await tx.jobs.count_open(due_by=clock.now())


async def test_an_absence_of_slack_of_half_an_hour_loses_nothing_and_is_over_in_a_minute(
    store: Store, clock: FrozenClock
) -> None:
    tries, told = [], []
    back_at = clock.now().timestamp() + 1800

    async def handler(run: Run) -> None:
        tries.append(run.job.attempts)
        if clock.now().timestamp() < back_at:
            raise ChatTransient("away")

    async def buried(*what: Any) -> None:
        told.append(what)

    await queue(store, clock)
    async with working(store, clock, handler, buried) as worker:
        while clock.now().timestamp() < back_at:
            clock.forward(seconds=60)
            await rested(store, clock, worker)
        clock.forward(seconds=75)
        await rested(store, clock, worker)
    async with store.read() as tx:
        assert (await tx.jobs.count_open(due_by=clock.forward(days=2)), await tx.jobs.dead()) == (0, [])
    assert len(tries) > 5 and told == []


async def test_a_clock_that_leaps_does_not_start_a_running_job_again(store: Store, clock: FrozenClock) -> None:
    started, go_on = [], asyncio.Event()

    async def handler(run: Run) -> None:
        started.append(run.job.id)
        await go_on.wait()

    async def buried(*_: Any) -> None:
        raise AssertionError

    await queue(store, clock)
    async with working(store, clock, handler, buried) as worker:
        await until(lambda: len(started) == 1)
        clock.forward(hours=3)
        worker.wake()
        await asyncio.sleep(0.2)
        go_on.set()
        await until(lambda: not worker.busy)
    assert started == ["one"]


async def test_what_can_never_work_is_told_even_when_telling_fails(store: Store, clock: FrozenClock) -> None:
    told = []

    async def handler(run: Run) -> None:
        raise ChatPermanent("channel_not_found")

    async def buried(job: Any, error: str) -> None:
        told.append(error)
        raise RuntimeError("telling fails too")

    await queue(store, clock)
    async with working(store, clock, handler, buried) as worker:
        await until(lambda: bool(told))
        await until(lambda: not worker.busy)
    async with store.read() as tx:
        assert [job for job, _ in await tx.jobs.dead()] == ["one"]


async def test_a_flood_of_what_people_typed_runs_in_its_places_and_replies_that_hang_leave_room(
    store: Store, clock: FrozenClock
) -> None:
    most, typed, go_on = 0, [0], asyncio.Event()

    async def hang(run: Run) -> None:
        await go_on.wait()

    async def type_(run: Run) -> None:
        nonlocal most
        typed[0] += 1
        most = max(most, len(worker._running))
        await asyncio.sleep(0)

    async def buried(*what: Any) -> None:
        raise AssertionError(what)

    handlers = {JobKind.POST: hang, JobKind.SLACK_DELIVERY: type_}
    async with store.write() as tx:
        await tx.jobs.put([NewJob(f"p{n}", f"p{n}", JobKind.POST, clock.now()) for n in range(100)])
    worker = Worker(store, clock, handlers, name="w", on_buried=buried)
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(worker.run())
        await until(lambda: len(worker._running) == REPLIES)
        async with store.write() as tx:
            await tx.jobs.put([NewJob(f"d{n}", f"d{n}", JobKind.SLACK_DELIVERY, clock.now()) for n in range(300)])
        worker.wake()
        await until(lambda: typed[0] == 300)
        assert REPLIES < most <= CONCURRENCY
        go_on.set()
        await worker.stop()
        await running


@pytest.mark.parametrize(
    ("failure", "wrote", "again"),
    [
        (ChatTransient("ratelimited", after=1.0), False, False),
        (ChatTransient("ratelimited", after=1.0), True, True),
        (ConnectionError("cut"), False, True),
    ],
    ids=["nothing was done", "something was done before", "nobody knows"],
)
async def test_a_second_try_looks_for_what_the_first_may_have_done(
    store: Store, clock: FrozenClock, failure: Exception, wrote: bool, again: bool
) -> None:
    seen: list[bool] = []

    async def handler(run: Run) -> None:
        seen.append(run.again)
        if wrote:
            effects = EFFECTS.get()
            assert effects is not None
            effects.written.append("chat_postMessage")
        if len(seen) < 3:
            raise failure

    async def buried(*what: Any) -> None:
        raise AssertionError(what)

    await queue(store, clock)
    async with working(store, clock, handler, buried) as worker:
        while len(seen) < 3:
            clock.forward(seconds=5)
            await rested(store, clock, worker)
    assert seen == [False, again, again]


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
async def test_whoever_stood_still_past_the_lease_does_nothing_outside_any_more(
    store: Store, clock: FrozenClock
) -> None:
    """No clock of its own tells it: a stopped machine's stands still as well, and two machines' differ."""
    went_on, began, done = asyncio.Event(), asyncio.Event(), []

    async def stands_still(run: Run) -> None:
        began.set()
        await went_on.wait()
        await may_write()
        done.append("the first")

    async def goes_on(run: Run) -> None:
        await may_write()
        done.append("the second")

    await queue(store, clock)
    async with working(store, clock, stands_still, never):
        await began.wait()
        later = FrozenClock()
        later.forward(seconds=5)
        async with working(store, later, goes_on, never, name="v"):
            await until(lambda: bool(done))
        went_on.set()
    assert done == ["the second"]


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
async def test_only_who_gives_a_job_up_tells_of_it(store: Store, clock: FrozenClock) -> None:
    went_on, began, told, done = asyncio.Event(), asyncio.Event(), [], []

    async def fails_late(run: Run) -> None:
        began.set()
        await went_on.wait()
        raise ChatPermanent("channel_not_found")

    async def goes_on(run: Run) -> None:
        done.append("the second")

    async def buried(*what: Any) -> None:
        told.append(what)

    await queue(store, clock)
    async with working(store, clock, fails_late, buried) as worker:
        await began.wait()
        later = FrozenClock()
        later.forward(seconds=5)
        async with working(store, later, goes_on, never, name="v") as second:
            await until(lambda: bool(done) and not second.busy)
        went_on.set()
        await until(lambda: not worker.busy)
    assert told == []


async def may_write() -> None:
    effects = EFFECTS.get()
    assert effects is not None
    await effects.still_ours()


async def never(*what: Any) -> None:
    raise AssertionError(what)


@pytest.mark.parametrize("asked", [-1740.0, 0.0])
async def test_an_answer_that_says_to_wait_for_less_than_nothing_is_tried_again_at_once(
    store: Store, clock: FrozenClock, asked: float
) -> None:
    tries = []

    async def handler(run: Run) -> None:
        tries.append(run.job.attempts)
        if len(tries) < 3:
            raise ChatTransient("early", after=asked)

    await queue(store, clock)
    async with working(store, clock, handler, never) as worker:
        await until(lambda: len(tries) == 3 and not worker.busy)


async def test_a_slack_that_always_says_to_wait_no_time_is_not_asked_without_end(
    store: Store, clock: FrozenClock
) -> None:
    """Tries are counted: they must last for a day, however short the waits that Slack asks for."""
    tries: list[datetime] = []

    async def handler(_: Run) -> None:
        tries.append(clock.now())
        raise ChatTransient("away", after=0)

    async def buried(*_: Any) -> None:
        raise AssertionError

    await queue(store, clock)
    async with working(store, clock, handler, buried) as worker:
        while len(tries) < TOLD_ATTEMPTS + 10:
            clock.forward(seconds=30)
            await rested(store, clock, worker)
    pauses = [later - earlier for earlier, later in pairwise(tries[-8:])]
    assert min(pauses) >= timedelta(minutes=1), "one a minute at the end"
