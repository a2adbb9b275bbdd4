"""How far each incident's channel is read."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.backfill import ChannelRead, Reading
from bot.domain.ids import ChannelId
from storage.dialect import insert_or_ignore
from storage.rows import values
from storage.tables import channel_read


class ChannelReadRows:
    """The table `channel_read`; `under_way` holds the reading at hand, then the one that is parked."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def ask(self, channel: ChannelId, *, through: bool, at: datetime) -> int:
        """One more request to read it, from its beginning where that is wanted; the request's number."""
        first = values(ChannelRead(channel), without=("parked",))
        await self._connection.execute(insert_or_ignore(self._connection, channel_read), [first])
        number = channel_read.c.asked + 1
        changed: dict[str, Any] = {"asked": number, "asked_at": at, **({"wanted": number} if through else {})}
        query = update(channel_read).where(channel_read.c.channel == channel).values(changed)
        return int((await self._connection.execute(query.returning(channel_read.c.asked))).scalar_one())

    async def lock(self, channel: ChannelId) -> ChannelRead | None:
        """How far it is read, and nobody else changes that until this transaction ends."""
        query = select(channel_read).where(channel_read.c.channel == channel).with_for_update()
        return next((_read(row) for row in await self._connection.execute(query)), None)

    async def of(self, channels: Sequence[ChannelId]) -> dict[ChannelId, ChannelRead]:
        """How far these are read; those that nobody asked for yet are left out."""
        query = select(channel_read).where(channel_read.c.channel.in_(channels))
        return {ChannelId(row.channel): _read(row) for row in await self._connection.execute(query)}

    async def save(self, changed: ChannelRead) -> None:
        """Writes everything but the channel."""
        row = values(changed, without=("channel",))
        row["under_way"] = [_columns(reading) for reading in (row["under_way"], row.pop("parked")) if reading]
        await self._connection.execute(
            update(channel_read).where(channel_read.c.channel == changed.channel).values(row)
        )


def _columns(reading: Reading) -> dict[str, Any]:
    return {**asdict(reading), "began_at": reading.began_at.isoformat(), "threads": list(reading.threads)}


def _read(row: Any) -> ChannelRead:
    columns = dict(row._mapping)
    under_way, parked, *_ = [*map(_reading, columns.pop("under_way") or ()), None, None]
    return ChannelRead(**columns, under_way=under_way, parked=parked)


def _reading(raw: dict[str, Any]) -> Reading:
    began_at = datetime.fromisoformat(raw["began_at"])
    return Reading(**{**raw, "began_at": began_at, "threads": tuple(raw["threads"])})
