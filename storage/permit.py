"""Permits and the epochs they were given for."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.ids import ChangeId, PermitId, ServerId
from bot.domain.permit import Permit, PermitState
from storage.rows import values
from storage.tables import permit, permit_server, token

_RUNS = permit.c.state.in_([PermitState.STARTED.value, PermitState.DRAINING.value])
_WAITS = permit.c.state == PermitState.GRANTED.value


class PermitRows:
    """The tables `permit`, `permit_server` and `token`."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, new: Permit) -> Permit:
        """Writes a permit with its epochs; its id is the next number."""
        row = values(new, without=("id", "epochs"))
        result = await self._connection.execute(insert(permit).values(row).returning(permit.c.id))
        number = PermitId(result.scalar_one())
        epochs = [dict(permit_id=number, server_id=s, epoch=e) for s, e in new.epochs.items()]
        await self._connection.execute(insert(permit_server), epochs)
        return replace(new, id=number)

    async def servers_of(self, number: PermitId) -> Sequence[ServerId]:
        """The servers that a permit names: their rows are locked before its own."""
        query = select(permit_server.c.server_id).where(permit_server.c.permit_id == number)
        return [ServerId(found) for found in (await self._connection.execute(query)).scalars()]

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

    async def save(self, changed: Permit) -> None:
        """Writes the state."""
        await self._connection.execute(
            update(permit).where(permit.c.id == changed.id).values(state=changed.state.value)
        )

    async def add_token(self, token_hash: str, name: str, made_at: Any) -> None:
        """Keeps the hash of a caller's token, never the token."""
        await self._connection.execute(insert(token).values(hash=token_hash, name=name, made_at=made_at))

    async def callers(self) -> Sequence[str]:
        """The names of all callers."""
        return list((await self._connection.execute(select(token.c.name))).scalars())

    async def caller_of(self, token_hash: str) -> str | None:
        """The name of the caller whose token this is."""
        query = select(token.c.name).where(token.c.hash == token_hash)
        return (await self._connection.execute(query)).scalar_one_or_none()

    async def _some(self, *conditions: Any) -> list[Permit]:
        query = select(permit).where(*conditions).order_by(permit.c.id).with_for_update(key_share=True)
        rows = (await self._connection.execute(query)).all()
        if not rows:
            return []
        epochs: dict[int, dict[ServerId, int]] = {row.id: {} for row in rows}
        pairs = select(permit_server).where(permit_server.c.permit_id.in_(list(epochs)))
        for pair in await self._connection.execute(pairs):
            epochs[pair.permit_id][ServerId(pair.server_id)] = pair.epoch
        return [_permit(row, epochs[row.id]) for row in rows]


def _permit(row: Any, epochs: dict[ServerId, int]) -> Permit:
    return Permit(**{**row._mapping, "state": PermitState(row.state), "epochs": epochs})
