"""Durable jobs: queued in the transaction that causes them, claimed by one worker, journaled step by step."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Integer, Text, bindparam, cast, delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.job import Job, JobKind
from bot.ports.storage import NewJob
from storage.dialect import insert_or_ignore
from storage.tables import job, job_step

OPEN, DONE, DEAD = "open", "done", "dead"


MORE_THAN_ENOUGH = 4
"""So many times the jobs we want are looked at: other replicas take some of them meanwhile."""


class JobRows:
    """The tables `job` and `job_step`."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
        self._new: list[NewJob] = []

    async def put(self, new: Sequence[NewJob]) -> None:
        """Queues at the end of the transaction; a job whose id is there already is not queued again."""
        self._new += new

    async def flush(self) -> bool:
        """Writes what was queued, in one statement; whether there was anything."""
        if not self._new:
            return False
        rows = [
            dict(
                id=j.id,
                key=j.key,
                kind=j.kind.value,
                payload=dict(j.payload),
                state=OPEN,
                run_at=j.run_at,
                attempts=0,
                urgency=j.urgency,
                again=False,
            )
            for j in self._new
        ]
        await self._connection.execute(insert_or_ignore(self._connection, job), rows)
        self._new = []
        return True

    async def claim(
        self, *, owner: str, now: datetime, lease: timedelta, limit: int, only: JobKind | None = None
    ) -> Sequence[Job]:
        """Takes the first due job of each key; a timer that is not due does not block its key. What people typed goes
        first, and alone where `only` says so; then what is most urgent.

        Two statements, because one that joins the table with itself takes half a second once 2,000 jobs wait.
        """
        asked = {"now": now, "at_most": MORE_THAN_ENOUGH * limit}
        found = (await self._connection.execute(_first_in_line(only), asked)).scalars().all()
        if not found:
            return []
        asked = {"now": now, "at_most": limit, "found": found}
        rows = (await self._connection.execute(_still_due(only), asked)).all()
        if not rows:
            return []
        taken = dict(owner=owner, lease=now + lease, attempts=job.c.attempts + 1, again=True)
        await self._connection.execute(update(job).where(job.c.seq.in_([r.seq for r in rows])).values(taken))
        done = await self._done([r.id for r in rows if r.attempts])
        return [
            Job(r.id, r.key, JobKind(r.kind), r.payload, r.attempts + 1, done.get(r.id, {}), r.again, r.urgency)
            for r in rows
        ]

    async def _done(self, ids: Sequence[str]) -> dict[str, dict[str, Any]]:
        found: dict[str, dict[str, Any]] = {}
        if ids:
            for row in await self._connection.execute(select(job_step).where(job_step.c.job_id.in_(ids))):
                found.setdefault(row.job_id, {})[row.name] = row.result
        return found

    async def renew(self, ids: Sequence[str], *, owner: str, until: datetime) -> int:
        """Holds on to claimed jobs; returns how many are still the owner's."""
        mine = (job.c.id.in_(ids), job.c.owner == owner, job.c.state == OPEN)
        result = await self._connection.execute(update(job).where(*mine).values(lease=until))
        return int(result.rowcount)

    async def journal(self, job_id: str, name: str, result: Any) -> None:
        """Notes the result of one finished step."""
        row = dict(job_id=job_id, name=name, result=result)
        await self._connection.execute(insert_or_ignore(self._connection, job_step), [row])

    async def finish(self, job_id: str, *, owner: str) -> None:
        """Done, unless somebody else has it by now."""
        mine = (job.c.id == job_id, job.c.owner == owner, job.c.state == OPEN)
        await self._connection.execute(update(job).where(*mine).values(state=DONE, lease=None, error=None))

    async def retry(self, job_id: str, *, owner: str, at: datetime, error: str, again: bool = True) -> None:
        """To be tried again at `at`. `again`: this run or an earlier one may have had an effect."""
        mine = (job.c.id == job_id, job.c.owner == owner, job.c.state == OPEN)
        later = dict(run_at=at, lease=None, owner=None, error=error, again=again)
        await self._connection.execute(update(job).where(*mine).values(later))

    async def hurry(self, *, key: str, urgency: int) -> None:
        """Somebody waits: what stands before them in the line of this key is no less urgent."""
        slower = (job.c.key == key, job.c.state == OPEN, job.c.urgency > urgency)
        await self._connection.execute(update(job).where(*slower).values(urgency=urgency))

    async def overtake(self, job_id: str, *, key: str) -> None:
        """The other jobs of this key that nobody runs are done with this one."""
        others = (job.c.key == key, job.c.id != job_id, job.c.state == OPEN, job.c.lease.is_(None))
        await self._connection.execute(update(job).where(*others).values(state=DONE, error=None))

    async def is_last(self, job_id: str, *, key: str) -> bool:
        """Whether nothing was queued with this key after it, however far that came."""
        mine = select(job.c.seq).where(job.c.id == job_id).scalar_subquery()
        later = select(job.c.seq).where(job.c.seq > mine, job.c.key == key).limit(1)
        return (await self._connection.execute(later)).first() is None

    async def bury(self, job_id: str, *, owner: str, error: str) -> bool:
        """Tried often enough: a person must look. False where somebody else has it by now."""
        mine = (job.c.id == job_id, job.c.owner == owner, job.c.state == OPEN)
        burying = update(job).where(*mine).values(state=DEAD, lease=None, error=error)
        return bool((await self._connection.execute(burying)).rowcount)

    async def count_open(self, *, due_by: datetime) -> int:
        """How many wait or run."""
        query = select(func.count()).select_from(job).where(job.c.state == OPEN, job.c.run_at <= due_by)
        return int((await self._connection.execute(query)).scalar_one())

    async def forget_done(self, *, before: datetime, limit: int) -> int:
        """Deletes so many of the first that are done, where they were due before; how many it were."""
        first = select(job.c.id, job.c.run_at).where(job.c.state == DONE).order_by(job.c.seq).limit(limit).subquery()
        ids = (await self._connection.execute(select(first.c.id).where(first.c.run_at < before))).scalars().all()
        await self._delete(ids)
        return len(ids)

    async def forget_dead(self, *, before: datetime) -> None:
        """Deletes those that were given up and were due before."""
        old = (job.c.state == DEAD, job.c.run_at < before)
        of_them = job_step.c.job_id.in_(select(job.c.id).where(*old))
        await self._connection.execute(delete(job_step).where(of_them))
        await self._connection.execute(delete(job).where(*old))

    async def _delete(self, ids: Sequence[str]) -> None:
        if ids:
            await self._connection.execute(delete(job_step).where(job_step.c.job_id.in_(ids)))
            await self._connection.execute(delete(job).where(job.c.id.in_(ids)))

    async def holding(self, words: Sequence[str]) -> Sequence[tuple[str, bool, Any]]:
        """(id, whether it still waits, plain JSON that it carries) wherever one of the words may stand in that."""
        own = select(job.c.id, job.c.state, job.c.key, job.c.payload).where(_holds(words, job.c.key, job.c.payload))
        found = [(row.id, row.state == OPEN, [row.key, row.payload]) for row in await self._connection.execute(own)]
        steps = select(job_step, job.c.state).join(job, job.c.id == job_step.c.job_id)
        steps = steps.where(_holds(words, job_step.c.name, job_step.c.result))
        done = await self._connection.execute(steps)
        return [*found, *((row.job_id, row.state == OPEN, [row.name, row.result]) for row in done)]

    async def empty(self, ids: Sequence[str]) -> None:
        """Those of them that do not wait carry nothing any more; what is queued again still meets them."""
        query = select(job.c.id).where(job.c.id.in_(ids), job.c.state != OPEN).with_for_update()
        over = (await self._connection.execute(query)).scalars().all()
        await self._connection.execute(update(job).where(job.c.id.in_(over)).values(key=job.c.id, payload={}))
        await self._connection.execute(delete(job_step).where(job_step.c.job_id.in_(over)))

    async def dead(self) -> Sequence[tuple[str, str]]:
        """(id, error) of those that were given up."""
        rows = await self._connection.execute(select(job.c.id, job.c.error).where(job.c.state == DEAD))
        return [(row.id, row.error or "") for row in rows]


def _holds(words: Sequence[str], name: Any, content: Any) -> ColumnElement[bool]:
    written = [(word, json.dumps(word, ensure_ascii=False)[1:-1]) for word in words]
    places = [
        (name.contains(word, autoescape=True), cast(content, Text).contains(quoted, autoescape=True))
        for word, quoted in written
    ]
    return or_(*(one for both in places for one in both))


_NOW: Any = bindparam("now", type_=job.c.run_at.type)
_AT_MOST: Any = bindparam("at_most", type_=Integer)


@cache
def _first_in_line(only: JobKind | None) -> Any:
    """Of each key the first job, if it is due; built once, because workers ask it many times a second."""
    place = func.row_number().over(partition_by=job.c.key, order_by=job.c.seq).label("place")
    lined_up = or_(job.c.run_at <= _NOW, job.c.attempts > 0)
    line = select(job.c.seq, job.c.kind, job.c.run_at, job.c.lease, job.c.urgency, place).where(
        job.c.state == OPEN, lined_up
    )
    first = line.subquery()
    known = first.c.kind.in_([kind.value for kind in JobKind])  # a newer replica's jobs are left to it
    query = select(first.c.seq).where(first.c.place == 1, known, *_due(first, only))
    return query.order_by(*_order(first)).limit(_AT_MOST)


@cache
def _still_due(only: JobKind | None) -> Any:
    found = job.c.seq.in_(bindparam("found", expanding=True))
    query = select(job).where(found, job.c.state == OPEN, *_due(job, only))
    return query.order_by(*_order(job)).limit(_AT_MOST).with_for_update(skip_locked=True)


def _due(jobs: Any, only: JobKind | None) -> list[Any]:
    due = [jobs.c.run_at <= _NOW, or_(jobs.c.lease.is_(None), jobs.c.lease < _NOW)]
    return [*due, jobs.c.kind == only.value] if only else due


def _order(jobs: Any) -> tuple[Any, Any, Any]:
    return jobs.c.kind != JobKind.SLACK_DELIVERY.value, jobs.c.urgency, jobs.c.seq
