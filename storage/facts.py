"""Small facts that we learn from Slack and keep: the workspace's address, the bot's own ids."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.dialect import insert_or_update
from storage.tables import fact


class FactRows:
    """The table `fact`."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def get(self, name: str) -> Any:
        """The value, or None."""
        return (await self._connection.execute(select(fact.c.value).where(fact.c.name == name))).scalar_one_or_none()

    async def put(self, name: str, value: Any) -> None:
        """Writes the value, plain JSON."""
        row = {"name": name, "value": value}
        await self._connection.execute(insert_or_update(self._connection, fact, row, "name"))
