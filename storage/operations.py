"""Counts for whoever watches over us: of what is open, so that they stay small however much has been done."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, bindparam, func, literal, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.freeze import FREEZING
from bot.domain.incident import OPEN as OPEN_INCIDENT
from bot.domain.job import JobKind
from bot.ports.operations import Figures
from storage.database import Database
from storage.dialect import clock_of
from storage.job import DEAD, OPEN
from storage.migrate import current_version, newest_version
from storage.tables import hold, incident, job, permit


def _is(column: ColumnElement[Any], *states: str) -> ColumnElement[bool]:
    """With the states written out: PostgreSQL plans a question once for all values, and then uses no partial index."""
    if len(states) == 1:
        return column == literal(states[0], literal_execute=True)
    return column.in_(bindparam(None, list(states), expanding=True, literal_execute=True))


_OPEN = _is(job.c.state, OPEN)
_DELIVERY = job.c.kind == JobKind.SLACK_DELIVERY.value
_FREEZES = hold.c.state.in_([state.value for state in FREEZING])
_LIVE = ("waiting", "granted", "unknown", "started", "draining")
"""Permits that may still matter; the index `ix_permit_live` names the same."""


class DatabaseMeter:
    """Implements `bot.ports.operations.Meter`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def figures(self, now: datetime) -> Figures:
        """How things stand, in one reading transaction. Raises StoreUnavailable."""
        async with self._database.begun(writing=False) as connection:
            deliveries = await _row(connection, [func.count(), func.min(job.c.run_at)], _OPEN, _DELIVERY)
            due = await _jobs_due(connection, now)
            again = await _row(connection, [func.count()], _OPEN, job.c.attempts > 0, job.c.lease.is_(None))
            dead = await _row(connection, [func.count()], _is(job.c.state, DEAD))
            holds = await _by(connection, hold.c.state, _FREEZES)
            held = await _row(connection, [func.count(hold.c.server_id.distinct())], _FREEZES)
            open_ = await _row(
                connection,
                [func.count()],
                incident.c.status.in_([status.value for status in OPEN_INCIDENT]),
                ~incident.c.private,
            )
            may_start = or_(permit.c.state != "granted", permit.c.expires_at > now)
            permits = await _by(connection, permit.c.state, _is(permit.c.state, *_LIVE), may_start)
            clock = await clock_of(connection)
        return Figures(
            deliveries=deliveries[0],
            oldest_delivery=deliveries[1],
            due={kind: count for kind, (count, _) in due.items()},
            oldest_due=min((since for _, since in due.values()), default=None),
            tried_again=again[0],
            dead=dead[0],
            holds={state.value: holds.get(state.value, 0) for state in sorted(FREEZING)},
            servers_held=held[0],
            incidents_open=open_[0],
            permits={state: permits.get(state, 0) for state in _LIVE},
            clock=clock,
        )

    async def schema_is_ours(self) -> bool:
        """Whether the schema is as new as this program needs, or newer. Raises StoreUnavailable."""
        return (await current_version(self._database) or "") >= newest_version()


async def _row(connection: AsyncConnection, columns: list[Any], *where: ColumnElement[bool]) -> Any:
    return (await connection.execute(select(*columns).where(*where))).one()


async def _by(connection: AsyncConnection, column: Any, *where: ColumnElement[bool]) -> dict[str, int]:
    rows = await connection.execute(select(column, func.count()).where(*where).group_by(column))
    return {row[0]: row[1] for row in rows}


async def _jobs_due(connection: AsyncConnection, now: datetime) -> Mapping[str, tuple[int, datetime]]:
    columns = [job.c.kind, func.count(), func.min(job.c.run_at)]
    query = select(*columns).where(_OPEN, job.c.run_at <= now, ~_DELIVERY).group_by(job.c.kind)
    return {kind: (count, since) for kind, count, since in await connection.execute(query)}
