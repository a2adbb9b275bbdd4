"""Who reacted to which message with what."""

from collections.abc import Mapping, Sequence

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.ids import ChannelId, MessageTs, SlackUserId
from bot.domain.message import Reaction
from bot.domain.sight import Sight
from storage.dialect import insert_or_ignore
from storage.message import shown_in
from storage.rows import values
from storage.tables import reaction


class ReactionRows:
    """The table `reaction`."""

    def __init__(self, connection: AsyncConnection, sight: Sight) -> None:
        self._connection = connection
        self._sight = sight

    async def put(self, given: Sequence[Reaction]) -> None:
        """Keeps them; one that is there already stays."""
        if given:
            rows = [values(one, without=()) for one in given]
            await self._connection.execute(insert_or_ignore(self._connection, reaction), rows)

    async def take(self, back: Reaction) -> None:
        """It is gone."""
        same = (getattr(reaction.c, name) == value for name, value in values(back, without=()).items())
        await self._connection.execute(delete(reaction).where(*same))

    async def of_channel(self, channel: ChannelId) -> Mapping[MessageTs, Sequence[Reaction]]:
        """All reactions to each message."""
        found: dict[MessageTs, list[Reaction]] = {}
        for one in await self._read(reaction.c.channel == channel):
            found.setdefault(one.ts, []).append(one)
        return found

    async def of_messages(self, channel: ChannelId, among: Sequence[MessageTs]) -> Sequence[Reaction]:
        """All reactions to these messages."""
        return await self._read(reaction.c.channel == channel, reaction.c.ts.in_(among))

    async def _read(self, *which: ColumnElement[bool]) -> Sequence[Reaction]:
        query = select(reaction).where(*which, shown_in(self._sight, reaction.c.channel))
        return [Reaction(**row._mapping) for row in await self._connection.execute(query)]

    async def forget(self, who: SlackUserId) -> None:
        """The person reacted to nothing."""
        await self._connection.execute(delete(reaction).where(reaction.c.who == who))

    async def forget_channel(self, channel: ChannelId) -> None:
        """Nobody reacted to anything there."""
        await self._connection.execute(delete(reaction).where(reaction.c.channel == channel))
