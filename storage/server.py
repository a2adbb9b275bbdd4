"""Servers, and the row locks that order a freeze against a permit."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.ids import ServerId, ServerName
from bot.domain.server import Server
from storage.dialect import insert_or_update
from storage.tables import server


class ServerRows:
    """The table `server`."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def all(self) -> Sequence[Server]:
        """Every server, by name."""
        return [_server(row) for row in await self._connection.execute(select(server).order_by(server.c.name))]

    async def add(self, name: ServerName, *, role: str = "", service: str = "", pool: str = "") -> Server:
        """A server that was not known before."""
        row = dict(name=name, epoch=0, role=role, service=service, pool=pool, aliases=[])
        result = await self._connection.execute(insert(server).values(row).returning(server))
        return _server(result.one())

    async def describe(self, described: Server) -> None:
        """Writes role, service, pool and aliases by name; the epoch stays."""
        row: dict[str, Any] = dict(
            name=described.name,
            epoch=0,
            role=described.role,
            service=described.service,
            pool=described.pool,
            aliases=list(described.aliases),
        )
        await self._connection.execute(insert_or_update(self._connection, server, row, "name", keep=("epoch",)))

    async def lock_for_permit(self, ids: Sequence[ServerId]) -> Sequence[Server]:
        """Their rows, shared: a freeze waits until this transaction ends. In id order, so that none waits for ever."""
        query = select(server).where(server.c.id.in_(ids)).order_by(server.c.id).with_for_update(read=True)
        return [_server(row) for row in await self._connection.execute(query)]

    async def lock_for_freeze(self, ids: Sequence[ServerId]) -> Sequence[Server]:
        """Their rows, alone: a permit waits until this transaction ends."""
        query = select(server).where(server.c.id.in_(ids)).order_by(server.c.id).with_for_update(key_share=True)
        return [_server(row) for row in await self._connection.execute(query)]

    async def raise_epochs(self, ids: Sequence[ServerId]) -> None:
        """Every permit given before is stale now."""
        await self._connection.execute(update(server).where(server.c.id.in_(ids)).values(epoch=server.c.epoch + 1))


def _server(row: Any) -> Server:
    return Server(**{**row._mapping, "aliases": tuple(row.aliases)})
