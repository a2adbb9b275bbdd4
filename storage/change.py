"""Changes: planned work."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.change import Change, ChangeKind, ChangeState
from bot.domain.ids import ChangeId
from storage.rows import values
from storage.tables import change


class ChangeRows:
    """The table `change`."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, new: Change, request_key: str) -> Change:
        """Writes a change; its id is the next number."""
        row = {**values(new), "request_key": request_key}
        result = await self._connection.execute(insert(change).values(row).returning(change.c.id))
        return replace(new, id=ChangeId(result.scalar_one()))

    async def by_request_key(self, key: str) -> Change | None:
        """The change that this very submission already made."""
        row = (await self._connection.execute(select(change).where(change.c.request_key == key))).one_or_none()
        return _change(row) if row else None

    async def get(self, number: ChangeId) -> Change | None:
        """By its number."""
        row = (await self._connection.execute(select(change).where(change.c.id == number))).one_or_none()
        return _change(row) if row else None

    async def lock(self, number: ChangeId) -> Change | None:
        """By its number, and nobody else changes it until this transaction ends."""
        query = select(change).where(change.c.id == number).with_for_update(key_share=True)
        row = (await self._connection.execute(query)).one_or_none()
        return _change(row) if row else None

    async def recent(self, limit: int, *, states: Sequence[ChangeState] = ()) -> Sequence[Change]:
        """The newest first."""
        query = select(change).order_by(change.c.id.desc()).limit(limit)
        if states:
            query = query.where(change.c.state.in_([s.value for s in states]))
        return [_change(row) for row in await self._connection.execute(query)]

    async def ended_since(self, since: datetime) -> Sequence[Change]:
        """Those that ended since then, newest first."""
        query = select(change).where(change.c.finished_at >= since).order_by(change.c.finished_at.desc())
        return [_change(row) for row in await self._connection.execute(query)]

    async def save(self, changed: Change) -> None:
        """Writes everything but the id and the key."""
        await self._connection.execute(update(change).where(change.c.id == changed.id).values(values(changed)))


def _change(row: Any) -> Change:
    columns = dict(row._mapping)
    del columns["request_key"]
    return Change(
        **{
            **columns,
            "kind": ChangeKind(row.kind),
            "state": ChangeState(row.state),
            "servers": tuple(row.servers),
        }
    )
