"""Entries of the timeline; none is ever deleted."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.audit import Act, Entry
from bot.domain.ids import ChannelId, EntryId, IncidentId, MessageTs
from bot.domain.sight import Sight
from storage.rows import values
from storage.sight import may_see
from storage.tables import entry


class EntryRows:
    """The table `entry`."""

    def __init__(self, connection: AsyncConnection, sight: Sight) -> None:
        self._connection = connection
        self._sight = sight

    @property
    def _seen(self) -> ColumnElement[bool]:
        return may_see(self._sight, entry.c.incident_id)

    async def add(self, new: Entry) -> Entry:
        """Writes an entry; its id is the next number."""
        row = {**values(new), "params": dict(new.params)}
        result = await self._connection.execute(insert(entry).values(row).returning(entry.c.id))
        return replace(new, id=EntryId(result.scalar_one()))

    async def of_incident(self, number: IncidentId) -> Sequence[Entry]:
        """The newest version of each entry, in the order things happened; acts of a newer program are passed over."""
        query = select(entry).where(entry.c.incident_id == number, self._seen).order_by(entry.c.at, entry.c.id)
        rows = (await self._connection.execute(query)).all()
        replaced = {row.replaces for row in rows}
        return [_entry(row) for row in rows if row.id not in replaced and row.kind in _KNOWN]

    async def of_message(self, number: IncidentId, channel: ChannelId, ts: MessageTs) -> Entry | None:
        """The entry that stands for this message, if somebody put it on the timeline."""
        same = (entry.c.incident_id == number, entry.c.channel == channel, entry.c.ts == ts)
        rows = (await self._connection.execute(select(entry).where(*same, self._seen).order_by(entry.c.id))).all()
        return _entry(rows[-1]) if rows else None

    async def get(self, number: EntryId) -> Entry | None:
        """By its id."""
        row = (await self._connection.execute(select(entry).where(entry.c.id == number, self._seen))).one_or_none()
        return _entry(row) if row else None

    async def shown_as(self, number: EntryId, channel: ChannelId, ts: MessageTs) -> None:
        """Notes the message that shows an entry in its channel."""
        await self._connection.execute(update(entry).where(entry.c.id == number).values(channel=channel, ts=ts))

    async def forget_messages(self, number: IncidentId) -> None:
        """Entries that stand for a message no longer say what it said."""
        same = (entry.c.incident_id == number, entry.c.kind == Act.MESSAGE_PINNED.value)
        for row in (await self._connection.execute(select(entry).where(*same))).all():
            words = {**row.params, "text": "", "forgotten": True}
            await self._connection.execute(update(entry).where(entry.c.id == row.id).values(params=words))


_KNOWN = frozenset(act.value for act in Act)


def _entry(row: Any) -> Entry:
    return Entry(**{**row._mapping, "kind": Act(row.kind)})
