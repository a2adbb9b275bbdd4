"""Permits and the epochs they were given for."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.door import Door
from bot.domain.ids import THE_BOT, ChangeId, IncidentId, PermitId, ServerId, SlackUserId
from bot.domain.permit import RUNNING, Approval, Directive, Permit, PermitKind, PermitState
from storage.dialect import insert_once, is_sqlite
from storage.rows import values
from storage.tables import permit, permit_server

A_SECOND = 1_000
"""More permits than are given in a second."""

_RUNS = permit.c.state.in_([state.value for state in RUNNING])
_WAITS = permit.c.state == PermitState.GRANTED.value
_APART = ("id", "epochs", "targets", "approvals")


class PermitRows:
    """The tables `permit` and `permit_server`."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, new: Permit) -> Permit | None:
        """Writes a permit with its epochs; its id is the next number. None where the caller used the key before."""
        query = insert_once(self._connection, permit)
        number = (await self._connection.execute(query, _columns(new))).scalar_one_or_none()
        if number is None:
            return None
        added = replace(new, id=PermitId(number))
        await self._connection.execute(_ADD_SERVERS, _servers(added))
        return added

    async def get(self, number: PermitId) -> Permit | None:
        """By its number, as it is now; nothing is locked."""
        return next(iter(await self._some(permit.c.id == number, lock=False)), None)

    async def lock(self, number: PermitId) -> Permit | None:
        """By its number, and nobody else changes it until this transaction ends."""
        return next(iter(await self._some(permit.c.id == number)), None)

    async def by_key(self, caller: str, key: str) -> Permit | None:
        """The answer that this caller already got for this key."""
        return next(iter(await self._some(permit.c.caller == caller, permit.c.key == key)), None)

    async def of_change(self, number: ChangeId) -> Permit | None:
        """The newest permit of a change."""
        return next(reversed(await self._some(permit.c.change_id == number)), None)

    async def live_on(self, ids: Sequence[ServerId], *, now: datetime) -> Sequence[Permit]:
        """Those that run on any of these servers, or may still start there."""
        touching = select(permit_server.c.permit_id).where(permit_server.c.server_id.in_(ids))
        return await self._some(permit.c.id.in_(touching), or_(_RUNS, _WAITS & (permit.c.expires_at > now)))

    async def touching(self, ids: Sequence[ServerId]) -> Sequence[Permit]:
        """Every permit that ever named any of these servers; nothing is locked."""
        named = select(permit_server.c.permit_id).where(permit_server.c.server_id.in_(ids))
        return await self._some(permit.c.id.in_(named), lock=False)

    async def leap(self, *, at: datetime) -> None:
        """A revoked permit of nobody takes a number far ahead: those behind it, which a copy may not know, are over.

        Time itself is the number, so that the same copy put back twice goes on differently each time.
        """
        newest = (await self._connection.execute(select(func.max(permit.c.id)))).scalar_one() or 0
        number = PermitId(max(newest + 1, int(at.timestamp()) * A_SECOND))
        key = f"leap-{number}"
        dead = Permit(number, THE_BOT, key, "", PermitState.REVOKED, {}, granted_at=at, expires_at=at)
        await self._connection.execute(insert(permit).values(id=number, **_columns(dead)))
        if not is_sqlite(self._connection):
            onward = func.setval(func.pg_get_serial_sequence("permit", "id"), number)
            await self._connection.execute(select(onward))

    async def unstarted(self) -> Sequence[Permit]:
        """Every permit that was given and has not begun."""
        return await self._some(_WAITS)

    async def of_state(self, states: Iterable[PermitState]) -> Sequence[Permit]:
        """Those in one of these states, oldest first."""
        return await self._some(permit.c.state.in_([state.value for state in states]), lock=False)

    async def late(self, *, now: datetime, limit: int) -> Sequence[PermitId]:
        """Those that run although their lease or their longest time is over; nothing is locked."""
        over = or_(permit.c.ends_by <= now, permit.c.lease_until <= now)
        query = select(permit.c.id).where(_RUNS, over).order_by(permit.c.id).limit(limit)
        return [PermitId(found) for found in (await self._connection.execute(query)).scalars()]

    async def save(self, changed: Permit) -> None:
        """Writes everything but who asked for what."""
        await self._connection.execute(update(permit).where(permit.c.id == changed.id).values(_columns(changed)))

    async def save_epochs(self, changed: Permit) -> None:
        """Writes the servers and epochs anew."""
        await self._connection.execute(delete(permit_server).where(permit_server.c.permit_id == changed.id))
        await self._connection.execute(insert(permit_server), _servers(changed))

    async def _some(self, *conditions: Any, lock: bool = True) -> list[Permit]:
        query = select(permit).where(*conditions).order_by(permit.c.id)
        query = query.with_for_update(key_share=True) if lock else query
        rows = (await self._connection.execute(query)).all()
        if not rows:
            return []
        epochs: dict[int, dict[ServerId, int]] = {row.id: {} for row in rows}
        targets: dict[int, set[ServerId]] = {row.id: set() for row in rows}
        pairs = select(permit_server).where(permit_server.c.permit_id.in_(list(epochs)))
        for pair in await self._connection.execute(pairs):
            epochs[pair.permit_id][ServerId(pair.server_id)] = pair.epoch
            if pair.target:
                targets[pair.permit_id].add(ServerId(pair.server_id))
        return [_permit(row, epochs[row.id], targets[row.id]) for row in rows]


_ADD_SERVERS = insert(permit_server)


def _columns(item: Permit) -> dict[str, Any]:
    approvals = [{**asdict(one), "at": one.at.isoformat()} for one in item.approvals]
    return {**values(item, without=_APART), "approvals": approvals}


def _servers(item: Permit) -> list[dict[str, Any]]:
    return [
        dict(permit_id=item.id, server_id=number, epoch=epoch, target=number in item.targets)
        for number, epoch in item.epochs.items()
    ]


def _permit(row: Any, epochs: dict[ServerId, int], targets: set[ServerId]) -> Permit:
    approvals = tuple(
        Approval(IncidentId(one["incident_id"]), SlackUserId(one["by"]), datetime.fromisoformat(one["at"]))
        for one in row.approvals or ()
    )
    read = {
        "state": PermitState(row.state),
        "kind": PermitKind(row.kind),
        "door": Door(row.door),
        "purpose": row.purpose or "",
        "directive": Directive(row.directive),
        "approvals": approvals,
        "epochs": epochs,
        "targets": frozenset(targets),
    }
    return Permit(**{**row._mapping, **read})
