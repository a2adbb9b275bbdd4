"""Slack user groups as they were last read: facts that begin with `group:`."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.authority import Group
from bot.domain.ids import GroupId, SlackUserId
from storage.facts import FactRows
from storage.tables import fact

PREFIX = "group:"


class GroupRows:
    """Rows of the table `fact`: the members of each group, as a list."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def named(self, wanted: Sequence[GroupId]) -> Sequence[Group]:
        """Those of these groups that were ever read, with who was in them then."""
        return await self._found(fact.c.name.in_([f"{PREFIX}{one}" for one in wanted])) if wanted else ()

    async def save(self, read: Group) -> None:
        """Writes who is in it now."""
        await FactRows(self._connection).put(f"{PREFIX}{read.id}", sorted(read.members))

    async def forget(self, who: SlackUserId) -> None:
        """The person is in no group any more."""
        for group in await self._found(fact.c.name.startswith(PREFIX, autoescape=True)):
            if who in group.members:
                await self.save(Group(group.id, group.members - {who}))

    async def _found(self, which: object) -> list[Group]:
        rows = await self._connection.execute(select(fact.c.name, fact.c.value).where(which))  # type: ignore[arg-type]
        return [Group(GroupId(row.name.removeprefix(PREFIX)), frozenset(row.value)) for row in rows]
