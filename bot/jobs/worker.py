"""The worker: claims durable jobs, runs them side by side, journals their steps, tries again, gives up aloud."""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any, TypeVar

from bot.domain.job import ATTEMPTS, GENERATION, PASSING_ATTEMPTS, TOLD_ATTEMPTS, Job, JobKind, pause_before_retry
from bot.ports.chat import EFFECTS, ChatPermanent, ChatTransient, Effects
from bot.ports.clock import Clock
from bot.ports.storage import Store, StoreUnavailable, Transaction

T = TypeVar("T")
log = logging.getLogger(__name__)

LEASE = timedelta(seconds=4)
POLL_SECONDS = 0.5
CONCURRENCY = 64
REPLIES = 48
"""So many places are for what we do in Slack; the others stay free for what people type, also when Slack hangs."""


class LeaseLost(Exception):
    """Somebody else has the job by now: this run must write nothing more."""


class Run:
    """One run of a job. A finished `step` is not done again by a later run."""

    def __init__(self, worker: "Worker", job: Job) -> None:
        self._worker = worker
        self.job = job
        self.payload = job.payload

    @property
    def again(self) -> bool:
        """An earlier run may have had its effect without our noting it."""
        return self.job.again

    async def step(self, name: str, act: Callable[[], Awaitable[T]]) -> T:
        """The journaled result of this step, or `act()` and its result (plain JSON) journaled. Raises LeaseLost."""
        if name in self.job.done:
            result: T = self.job.done[name]
            return result
        result = await act()
        await self._worker.journal(self.job, name, result)
        self.job = replace(self.job, done={**self.job.done, name: result})
        return result


Handler = Callable[[Run], Awaitable[None]]
Buried = Callable[[Job, str], Awaitable[None]]


class Worker:
    """Runs jobs until it is stopped; `wake` tells it that there may be something new."""

    def __init__(
        self, store: Store, clock: Clock, handlers: Mapping[JobKind, Handler], *, name: str, on_buried: Buried
    ) -> None:
        self._store = store
        self._clock = clock
        self._handlers = handlers
        self._name = name
        self._on_buried = on_buried
        self._news = asyncio.Event()
        self._running: dict[str, asyncio.Task[None]] = {}
        self._replies: set[str] = set()
        self._stopping = False
        self._generation = ""

    def wake(self) -> None:
        """Something was queued."""
        self._news.set()

    @property
    def busy(self) -> bool:
        """Whether a job runs right now."""
        return bool(self._running)

    async def run(self) -> None:
        """Works until `stop`."""
        beat = asyncio.create_task(self._beat())  # noqa: TID251 - the worker is where tasks start
        try:
            while not self._stopping:
                self._news.clear()
                if not await self._claim():
                    await self._rest()
        finally:
            beat.cancel()

    async def stop(self, *, grace_seconds: float = 5.0) -> None:
        """Claims nothing more, lets what runs end, then lets go of it: another run will finish it."""
        self._stopping = True
        self._news.set()
        if self._running:
            _, late = await asyncio.wait(list(self._running.values()), timeout=grace_seconds)
            for task in late:
                task.cancel()

    async def _rest(self) -> None:
        try:
            async with asyncio.timeout(POLL_SECONDS):
                await self._news.wait()
        except TimeoutError:
            return

    async def _claim(self) -> bool:
        free = CONCURRENCY - len(self._running)
        room, only = min(free, REPLIES - len(self._replies)), None
        if room <= 0:
            room, only = free, JobKind.SLACK_DELIVERY
        if room <= 0:
            return False
        try:
            async with self._store.write(urgent=True) as tx:
                jobs = await tx.jobs.claim(owner=self._name, now=self._clock.now(), lease=LEASE, limit=room, only=only)
                if jobs:
                    self._generation = str(await tx.facts.get(GENERATION) or "")
        except Exception:
            log.exception("jobs could not be claimed; trying again")
            return False
        for job in jobs:
            if job.id in self._running:  # the clock leapt over its lease: it runs here already
                continue
            task = asyncio.create_task(self._run(job))  # noqa: TID251 - the worker is where tasks start
            self._running[job.id] = task
            if job.kind is not JobKind.SLACK_DELIVERY:
                self._replies.add(job.id)
            task.add_done_callback(partial(self._ended, job.id))
        return bool(jobs)

    def _ended(self, job_id: str, _: asyncio.Task[None]) -> None:
        self._running.pop(job_id, None)
        self._replies.discard(job_id)
        self._news.set()

    async def _run(self, job: Job) -> None:
        effects = Effects(partial(self._still_ours, job), self._generation)
        EFFECTS.set(effects)
        run = Run(self, job)
        try:
            await self._handlers[job.kind](run)
        except LeaseLost:
            log.warning("lease lost", extra={"job": job.id})
        except ChatPermanent as trouble:
            await self._settle(run.job, trouble, give_up=True, wrote=bool(effects.written))
        except Exception as trouble:  # noqa: BLE001 - logged, retried and told in `_settle`
            give_up = job.attempts >= (PASSING_ATTEMPTS if _passes(trouble) else ATTEMPTS)
            await self._settle(run.job, trouble, give_up=give_up, wrote=bool(effects.written))
        else:
            await self._write(job, lambda tx: tx.jobs.finish(job.id, owner=self._name))

    async def _settle(self, job: Job, trouble: Exception, *, give_up: bool, wrote: bool) -> None:
        log.warning("job failed", extra={"job": job.id, "attempt": job.attempts}, exc_info=trouble)
        error = f"{type(trouble).__name__}: {trouble}"[:1000]
        if give_up:
            if await self._write(job, lambda tx: tx.jobs.bury(job.id, owner=self._name, error=error)):
                await self._tell(job, error)
            return
        at = self._clock.now() + self._pause(job, trouble)
        again = job.again or not isinstance(trouble, ChatTransient) or wrote
        await self._write(job, lambda tx: tx.jobs.retry(job.id, owner=self._name, at=at, error=error, again=again))

    async def _tell(self, job: Job, error: str) -> None:
        EFFECTS.set(None)  # nobody else takes a job that was given up
        try:
            await self._on_buried(job, error)
        except Exception:
            log.exception("nobody could be told of a job that was given up", extra={"job": job.id})

    def _pause(self, job: Job, trouble: Exception) -> timedelta:
        asked = trouble.after if isinstance(trouble, ChatTransient) else None
        own = pause_before_retry(job.attempts, passing=_passes(trouble))
        if asked is not None:
            return max(timedelta(seconds=asked), own if job.attempts > TOLD_ATTEMPTS else timedelta())
        return own * random.uniform(0.8, 1.2)

    async def _write(self, job: Job, act: Callable[[Any], Awaitable[T]]) -> T | None:
        try:
            async with self._store.write() as tx:
                result = await act(tx)
        except Exception:
            log.exception("the end of a job could not be noted; its lease will run out", extra={"job": job.id})
            return None
        return result

    async def journal(self, job: Job, name: str, result: Any) -> None:
        """Notes one finished step, if the job is still ours. Raises LeaseLost."""
        async with self._store.write() as tx:
            await self._renew(tx, job)
            await tx.jobs.journal(job.id, name, result)

    async def _still_ours(self, job: Job) -> None:
        """Whoever stood still past the lease does nothing outside any more, and no clock of ours knows how long it was.

        Raises LeaseLost, StoreUnavailable.
        """
        if self._store.shared:
            async with self._store.write() as tx:
                await self._renew(tx, job)

    async def _renew(self, tx: Transaction, job: Job) -> None:
        if not await tx.jobs.renew([job.id], owner=self._name, until=self._clock.now() + LEASE):
            raise LeaseLost

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(LEASE.total_seconds() / 3)
            if not self._running:
                continue
            try:
                async with self._store.write() as tx:
                    await tx.jobs.renew(list(self._running), owner=self._name, until=self._clock.now() + LEASE)
            except Exception:
                log.exception("leases could not be renewed; trying again")


def _passes(trouble: Exception) -> bool:
    """Whether it is not the job's fault: the same job works once the other side is back."""
    return isinstance(trouble, ChatTransient | StoreUnavailable)
