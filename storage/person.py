"""People as we last saw them."""

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.ids import SlackUserId
from bot.domain.person import Person
from storage.dialect import insert_or_update
from storage.rows import values
from storage.tables import person


class PersonRows:
    """The table `person`."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def get(self, who: SlackUserId) -> Person | None:
        """The person with this Slack id."""
        row = (await self._connection.execute(select(person).where(person.c.id == who))).one_or_none()
        return Person(**row._mapping) if row else None

    async def lock(self, who: SlackUserId) -> None:
        """What this person does at the same moment waits until this transaction ends."""
        await self._connection.execute(select(person.c.id).where(person.c.id == who).with_for_update())

    async def save(self, seen: Person) -> None:
        """Writes who they are now."""
        await self._connection.execute(
            insert_or_update(self._connection, person, values(seen, without=("is_known",)), "id")
        )

    async def forget(self, who: SlackUserId) -> None:
        """The person's row is gone."""
        await self._connection.execute(delete(person).where(person.c.id == who))
