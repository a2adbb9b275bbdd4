"""Holds: the only place that says what is frozen."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.freeze import FREEZING, Hold, HoldCause, HoldState
from bot.domain.ids import HoldId, IncidentId, ServerId
from storage.rows import values
from storage.tables import hold, server


class HoldRows:
    """The table `hold`."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, new: Hold) -> Hold:
        """Writes a hold; its id is the next number."""
        result = await self._connection.execute(insert(hold).values(_columns(new)).returning(hold.c.id))
        return replace(new, id=HoldId(result.scalar_one()))

    async def get(self, number: HoldId) -> Hold | None:
        """By its id."""
        return next(iter(await self._some(hold.c.id == number)), None)

    async def of_incident(self, number: IncidentId) -> Sequence[Hold]:
        """All of one incident, released ones too, oldest first."""
        return await self._some(hold.c.incident_id == number)

    async def open_on(self, ids: Sequence[ServerId]) -> Sequence[Hold]:
        """Those that freeze these servers."""
        return await self._some(hold.c.server_id.in_(ids), _FREEZES)

    async def on(self, ids: Sequence[ServerId]) -> Sequence[Hold]:
        """All that ever held these servers, released ones too."""
        return await self._some(hold.c.server_id.in_(ids))

    async def open(self) -> Sequence[Hold]:
        """Everything that is frozen."""
        return await self._some(_FREEZES)

    async def save(self, changed: Hold) -> None:
        """Writes everything but the id."""
        await self._connection.execute(update(hold).where(hold.c.id == changed.id).values(_columns(changed)))

    async def _some(self, *conditions: Any) -> Sequence[Hold]:
        query = select(hold, server.c.name.label("server")).join(server, server.c.id == hold.c.server_id)
        rows = await self._connection.execute(query.where(*conditions).order_by(hold.c.id))
        return [_hold(row) for row in rows]


_FREEZES = hold.c.state.in_([state.value for state in FREEZING])


def _columns(item: Hold) -> dict[str, Any]:
    """The name stands with the server."""
    return values(item, without=("id", "server"))


def _hold(row: Any) -> Hold:
    read = {"state": HoldState(row.state), "cause": HoldCause(row.cause), "fixers": frozenset(row.fixers)}
    return Hold(**{**row._mapping, **read})
