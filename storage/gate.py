"""What stands around the gate: overrides, what was held back, and the tokens of those who ask."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.door import Door
from bot.domain.held_back import HeldBack, HeldBackState
from bot.domain.ids import ChangeId, HeldBackId, OverrideId
from bot.domain.override import Override
from bot.domain.token import Token
from storage.dialect import insert_or_ignore
from storage.rows import values
from storage.tables import held_back, override, token


class OverrideRows:
    """The table `override`."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, new: Override) -> Override:
        """Writes an override; its id is the next number."""
        result = await self._connection.execute(insert(override).values(values(new)).returning(override.c.id))
        return replace(new, id=OverrideId(result.scalar_one()))

    async def lock(self, number: OverrideId) -> Override | None:
        """By its number, and nobody else changes it until this transaction ends."""
        return next(iter(await self._some(override.c.id == number, for_update=True)), None)

    async def usable(self, *, confirmed_after: datetime) -> Sequence[Override]:
        """Those that two people agreed to since then and nobody used, oldest first."""
        return await self._some(override.c.used_at.is_(None), override.c.confirmed_at > confirmed_after)

    async def save(self, changed: Override) -> None:
        """Writes everything but the number."""
        await self._connection.execute(update(override).where(override.c.id == changed.id).values(values(changed)))

    async def _some(self, *conditions: Any, for_update: bool = False) -> Sequence[Override]:
        query = select(override).where(*conditions).order_by(override.c.id)
        query = query.with_for_update() if for_update else query
        rows = await self._connection.execute(query)
        return [Override(**{**row._mapping, "servers": tuple(row.servers)}) for row in rows]


class HeldBackRows:
    """The table `held_back`."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def note(self, new: HeldBack) -> None:
        """Writes what was refused; asked again while it waits, it is counted."""
        again = (
            update(held_back)
            .where(held_back.c.caller == new.caller, held_back.c.digest == new.digest, _WAITING)
            .values(asked=held_back.c.asked + 1, decision=new.decision)
        )
        if not (await self._connection.execute(again)).rowcount:
            await self._connection.execute(insert_or_ignore(self._connection, held_back), [values(new)])

    async def waiting(self) -> Sequence[HeldBack]:
        """Everything that waits for a thaw, oldest first; nobody else offers it until this transaction ends."""
        return await self._some(_WAITING, for_update=True)

    async def of_state(self, states: Sequence[HeldBackState]) -> Sequence[HeldBack]:
        """Those in these states, oldest first."""
        return await self._some(held_back.c.state.in_([state.value for state in states]))

    async def named(self, numbers: Sequence[HeldBackId]) -> Sequence[HeldBack]:
        """Those with these numbers."""
        return await self._some(held_back.c.id.in_(numbers))

    async def lock(self, number: HeldBackId) -> HeldBack | None:
        """By its number, and nobody else changes it until this transaction ends."""
        return next(iter(await self._some(held_back.c.id == number, for_update=True)), None)

    async def close(self, number: ChangeId, to: HeldBackState) -> None:
        """A change went on, or was withdrawn, by another way."""
        open_ = held_back.c.state.in_([HeldBackState.WAITING.value, HeldBackState.OFFERED.value])
        query = update(held_back).where(held_back.c.change_id == number, open_).values(state=to.value)
        await self._connection.execute(query)

    async def save(self, changed: HeldBack) -> None:
        """Writes everything but the number."""
        await self._connection.execute(update(held_back).where(held_back.c.id == changed.id).values(values(changed)))

    async def _some(self, *conditions: Any, for_update: bool = False) -> Sequence[HeldBack]:
        query = select(held_back).where(*conditions).order_by(held_back.c.id)
        query = query.with_for_update() if for_update else query
        return [_held_back(row) for row in await self._connection.execute(query)]


_WAITING = held_back.c.state == HeldBackState.WAITING.value


def _held_back(row: Any) -> HeldBack:
    read = {"door": Door(row.door), "state": HeldBackState(row.state)}
    listed = {"servers": tuple(row.servers), "incident_ids": tuple(row.incident_ids)}
    return HeldBack(**{**row._mapping, **read, **listed})


class TokenRows:
    """The table `token`: hashes of what callers carry, never the tokens."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, new: Token) -> None:
        """Lets a caller in."""
        await self._connection.execute(insert(token).values(values(new, without=())))

    async def replace(self, old: Token, new: Token) -> None:
        """The same name gets a new secret; the old one is forgotten."""
        await self._connection.execute(update(token).where(token.c.hash == old.hash).values(values(new, without=())))

    async def by_hash(self, token_hash: str) -> Token | None:
        """Whose token this is."""
        return next(iter(await self._some(token.c.hash == token_hash)), None)

    async def by_name(self, name: str) -> Token | None:
        """The token of this caller."""
        return next(iter(await self._some(token.c.name == name)), None)

    async def all(self) -> Sequence[Token]:
        """Every token, by name."""
        return await self._some()

    async def save(self, changed: Token) -> None:
        """Writes everything but hash and name."""
        row = values(changed, without=("hash", "name"))
        await self._connection.execute(update(token).where(token.c.hash == changed.hash).values(row))

    async def _some(self, *conditions: Any) -> Sequence[Token]:
        rows = await self._connection.execute(select(token).where(*conditions).order_by(token.c.name))
        return [Token(**{**row._mapping, "scope": tuple(row.scope or ())}) for row in rows]
