"""Servers and what connects them, and the row locks that order a freeze against a permit."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.ids import ServerId, ServerName
from bot.domain.server import Catalogue, Edge, EdgeKind, Server
from bot.ports.gate_rows import Line
from storage.dialect import insert_or_ignore, insert_or_update, is_sqlite
from storage.rows import values
from storage.tables import edge, line, server


class CatalogueMemory:
    """The catalogue as it was last read in this process: the version in the row `line` says whether it still is."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """Whoever asks next reads it anew."""
        self.latest = Catalogue(servers=(), version=0)


class ServerRows:
    """The tables `server`, `edge` and `line`."""

    def __init__(self, connection: AsyncConnection, memory: CatalogueMemory) -> None:
        self._connection = connection
        self._memory = memory
        self._changed = False

    async def line(self) -> Line:
        """The version of the catalogue, and whether everything is quarantined."""
        row = (await self._connection.execute(_LINE)).one()
        return Line(row.version, row.quarantined_at, row.quarantine_reason)

    async def lock_line(self) -> None:
        """Whoever changes the catalogue or the quarantine does it alone, and before locking servers: no circle."""
        await self._connection.execute(select(line.c.version).with_for_update(key_share=True))

    async def quarantine(self, since: datetime | None, reason: str) -> None:
        """Begins or ends a quarantine (`since` is None)."""
        await self._connection.execute(update(line).values(quarantined_at=since, quarantine_reason=reason))

    @property
    def remembered(self) -> Catalogue:
        """The catalogue as this process knows it, without asking the database: whoever uses it compares its version.

        A transaction that changed the catalogue itself (`changed`) asks for `catalogue` in place of this.
        """
        return self._memory.latest

    @property
    def changed(self) -> bool:
        """Whether this transaction changed the catalogue itself."""
        return self._changed

    async def catalogue(self) -> Catalogue:
        """Every server and edge, as they are in this transaction; the epochs in it may be old (see `now`)."""
        version = (await self.line()).version
        if self._memory.latest.version == version and not self._changed:
            return self._memory.latest
        read = Catalogue(servers=tuple(await self.all()), edges=await self._edges(), version=version)
        if not self._changed:
            self._memory.latest = read
        return read

    async def all(self) -> Sequence[Server]:
        """Every server, by name."""
        return [_server(row) for row in await self._connection.execute(select(server).order_by(server.c.name))]

    async def _edges(self) -> frozenset[Edge]:
        one, other = server.alias("a"), server.alias("b")
        query = select(one.c.name, other.c.name, edge.c.kind).select_from(edge)
        query = query.join(one, one.c.id == edge.c.one).join(other, other.c.id == edge.c.other)
        rows = await self._connection.execute(query)
        return frozenset(Edge(ServerName(a), ServerName(b), EdgeKind(kind)) for a, b, kind in rows)

    async def add(self, name: ServerName, **labels: str) -> Server:
        """A server that was not known before, with its labels (role, service, pool, image)."""
        row = {"role": "", "service": "", "pool": "", "image": "", **labels, "name": name, "epoch": 0, "aliases": []}
        result = await self._connection.execute(insert(server).values(row).returning(server))
        await self._widen()
        return _server(result.one())

    async def describe(self, described: Server) -> None:
        """Writes labels and aliases by name; the epoch stays."""
        row = values(described)
        await self._connection.execute(insert_or_update(self._connection, server, row, "name", keep=("epoch",)))
        await self._widen()

    async def connect(self, added: Iterable[Edge], removed: Iterable[Edge] = ()) -> None:
        """Adds and removes edges between known servers."""
        ids = {s.name: s.id for s in await self.all()}
        for gone in removed:
            same = (edge.c.one == ids[gone.one], edge.c.other == ids[gone.other], edge.c.kind == gone.kind.value)
            await self._connection.execute(delete(edge).where(*same))
        rows = [dict(one=ids[new.one], other=ids[new.other], kind=new.kind.value) for new in added]
        if rows:
            await self._connection.execute(insert_or_ignore(self._connection, edge), rows)
        await self._widen()

    async def _widen(self) -> None:
        self._changed = True
        await self._connection.execute(update(line).values(version=line.c.version + 1))

    async def now(self, ids: Sequence[ServerId]) -> Sequence[Server]:
        """Their rows as they are now, with their epochs: those of a catalogue may be old."""
        rows = await self._connection.execute(select(server).where(server.c.id.in_(ids)).order_by(server.c.name))
        return [_server(row) for row in rows]

    async def lock_for_permit(self, ids: Sequence[ServerId]) -> None:
        """Their rows, shared: a freeze waits until this transaction ends. In id order, so that none waits for ever."""
        if not is_sqlite(self._connection):
            await self._connection.execute(_LOCK_FOR_PERMIT, {"ids": list(ids)})

    async def lock_for_freeze(self, ids: Sequence[ServerId]) -> None:
        """Their rows, alone: a permit waits until this transaction ends. SQLite's one writer is alone anyway."""
        if not is_sqlite(self._connection):
            await self._connection.execute(_LOCK_FOR_FREEZE, {"ids": list(ids)})

    async def raise_epochs(self, ids: Sequence[ServerId]) -> None:
        """Every permit given before is stale now."""
        await self._connection.execute(update(server).where(server.c.id.in_(ids)).values(epoch=server.c.epoch + 1))


_LINE = select(line)
_THESE = select(server.c.id).where(server.c.id.in_(bindparam("ids", expanding=True))).order_by(server.c.id)
_LOCK_FOR_PERMIT = _THESE.with_for_update(read=True)
_LOCK_FOR_FREEZE = _THESE.with_for_update(key_share=True)
"""What every permit asks is put together once: SQLAlchemy takes longer for that than the database for its answer."""


def _server(row: Any) -> Server:
    return Server(**{**row._mapping, "image": row.image or "", "aliases": tuple(row.aliases)})
