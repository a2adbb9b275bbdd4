"""Every version of every message we saw."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, func, select, true, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.ids import ChannelId, MessageTs, SlackUserId
from bot.domain.message import Message, fold
from bot.domain.sight import Sight
from storage.dialect import insert_or_ignore
from storage.rows import values
from storage.sight import is_hidden
from storage.tables import incident, message


class MessageRows:
    """The table `message`."""

    def __init__(self, connection: AsyncConnection, sight: Sight) -> None:
        self._connection = connection
        self._sight = sight

    async def put(self, seen: Sequence[Message]) -> None:
        """Keeps versions; one that is there already stays as it is."""
        if seen:
            rows = [values(one, without=()) for one in seen]
            await self._connection.execute(insert_or_ignore(self._connection, message), rows)

    async def of_channel(self, channel: ChannelId) -> Sequence[Message]:
        """The newest version of each message, in the order they were posted."""
        rows = await self._connection.execute(select(message).where(message.c.channel == channel, _shown(self._sight)))
        return fold(Message(**row._mapping) for row in rows)

    async def between(
        self, channel: ChannelId, after: str, before: str, *, thread: MessageTs | None
    ) -> Sequence[Message]:
        """Those that were posted after one ts and before another: replies of this thread, or all of them."""
        same = [message.c.channel == channel, message.c.ts > after, message.c.ts < before]
        if thread:
            same.append(message.c.thread_ts == thread)
        rows = await self._connection.execute(select(message).where(*same, _shown(self._sight)))
        return fold(Message(**row._mapping) for row in rows)

    async def replies_between(self, channel: ChannelId, after: str, before: str) -> Sequence[Message]:
        """The replies to messages that were posted after one ts and before another."""
        same = (message.c.channel == channel, message.c.thread_ts > after, message.c.thread_ts < before)
        rows = await self._connection.execute(select(message).where(*same, _shown(self._sight)))
        return fold(Message(**row._mapping) for row in rows)

    async def get(self, channel: ChannelId, ts: MessageTs) -> Message | None:
        """The newest version of one message."""
        same = (message.c.channel == channel, message.c.ts == ts)
        rows = await self._connection.execute(select(message).where(*same, _shown(self._sight)))
        return next(iter(fold(Message(**row._mapping) for row in rows)), None)

    async def erase(self, who: SlackUserId, instead: str) -> int:
        """Every version of what somebody wrote loses its text and has `instead` for its author; how many."""
        nothing = update(message).where(message.c.user == who).values(user=instead, text="")
        return int((await self._connection.execute(nothing)).rowcount)

    async def count(self, channel: ChannelId) -> int:
        """How many messages have a text, in whatever version."""
        said = (message.c.channel == channel, message.c.text != "", _shown(self._sight))
        query = select(func.count(message.c.ts.distinct())).where(*said)
        return int((await self._connection.execute(query)).scalar_one())

    async def forget(self, channel: ChannelId, *, limit: int) -> int:
        """So many versions that have a text lose it; how many it were."""
        of_it = (message.c.channel == channel, message.c.text != "")
        first = select(message.c.ts, message.c.version).where(*of_it).limit(limit)
        nothing = update(message).where(
            message.c.channel == channel, tuple_(message.c.ts, message.c.version).in_(first)
        )
        return int((await self._connection.execute(nothing.values(text=""))).rowcount)


def _shown(sight: Sight) -> ColumnElement[bool]:
    return shown_in(sight, message.c.channel)


def shown_in(sight: Sight, channel: ColumnElement[str]) -> ColumnElement[bool]:
    """Whether these eyes may see what was said in this channel."""
    if sight.whole:
        return true()
    hidden = select(incident.c.channel).where(is_hidden(sight), incident.c.channel.is_not(None))
    return channel.not_in(hidden)
