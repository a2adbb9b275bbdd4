"""Holds: the only place that says what is frozen."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Select, and_, bindparam, case, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.freeze import FREEZING, Hold, HoldCause, HoldState
from bot.domain.ids import HoldId, IncidentId, ServerId
from bot.domain.sight import Sight
from bot.ports.gate_rows import Around, Line
from storage.rows import values
from storage.sight import unseen
from storage.tables import hold, line, server


class HoldRows:
    """The table `hold`. Of one that a private incident has, others than its insiders get no evidence."""

    def __init__(self, connection: AsyncConnection, sight: Sight) -> None:
        self._connection = connection
        self._sight = sight

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
        if not self._sight.whole:
            return await self._some(hold.c.server_id.in_(ids), _FREEZES)
        return [_hold(dict(row._mapping)) for row in await self._connection.execute(_OPEN_ON, {"ids": list(ids)})]

    async def around(self, ids: Sequence[ServerId]) -> Around:
        """The line, and of these servers their epochs and open holds: one statement, one moment."""
        rows = (await self._connection.execute(_AROUND, {"ids": list(ids)})).all()
        held = [row for row in rows if row.id is not None]
        first = rows[0]
        return Around(
            line=Line(first.version, first.quarantined_at, first.quarantine_reason),
            epochs={ServerId(row.at): row.epoch for row in rows if row.at is not None},
            holds=[_hold({name: getattr(row, name) for name in _NAMES}) for row in held],
        )

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
        rows = await self._connection.execute(_holds(self._sight).where(*conditions))
        return [_hold(dict(row._mapping)) for row in rows]


_FREEZES = hold.c.state.in_([state.value for state in FREEZING])
_HOLDS = select(hold, server.c.name.label("server")).join(server, server.c.id == hold.c.server_id).order_by(hold.c.id)
_OPEN_ON = _HOLDS.where(hold.c.server_id.in_(bindparam("ids", expanding=True)), _FREEZES)


def _holds(sight: Sight) -> Select[Any]:
    if sight.whole:
        return _HOLDS
    hidden = hold.c.incident_id.in_(unseen(sight))
    shown = (case((hidden, ""), else_=c).label(c.name) if c.name == "evidence" else c for c in hold.c)
    named = server.c.name.label("server")
    return select(*shown, named).join(server, server.c.id == hold.c.server_id).order_by(hold.c.id)


_HERE = and_(hold.c.server_id == server.c.id, _FREEZES)
_THESE = server.c.id.in_(bindparam("ids", expanding=True))
_NAMES = [*hold.c.keys(), "server"]
_AROUND = (
    select(
        *(line.c.version, line.c.quarantined_at, line.c.quarantine_reason),
        *(server.c.id.label("at"), server.c.epoch, server.c.name.label("server"), hold),
    )
    .select_from(line.outerjoin(server, _THESE).outerjoin(hold, _HERE))
    .order_by(hold.c.id)
)


def _columns(item: Hold) -> dict[str, Any]:
    """The name stands with the server."""
    return values(item, without=("id", "server"))


def _hold(row: Mapping[str, Any]) -> Hold:
    read = {
        "state": HoldState(row["state"]),
        "cause": HoldCause(row["cause"]),
        "fixers": frozenset(row["fixers"]),
    }
    return Hold(**{**row, **read})
