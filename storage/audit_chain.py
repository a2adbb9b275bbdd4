"""The audit log's chain: a link for every row, in the transaction of the row."""

import secrets
from collections.abc import Sequence
from functools import partial
from typing import Any

from sqlalchemy import bindparam, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.audit_chain import Fact, Head, Link, links_after
from storage.dialect import is_sqlite
from storage.tables import audit_head, audit_link


class ChainRows:
    """The tables `audit_link` and `audit_head`; triggers move the head and refuse what does not follow it."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def seal(self, added: Sequence[Fact], remembered: Head | None) -> Head | None:
        """Links these rows to the chain; its new end, or None where nothing was added.

        `remembered` is the end as this process last wrote it. SQLite has one writer, so that nearly always it still is:
        one statement tries. On PostgreSQL the head's row is locked until the commit.
        """
        if not added:
            return None
        if is_sqlite(self._connection) and remembered:
            links = _links(remembered, added)
            if await self._fits(links):
                return _end(remembered, links)
        head = await self.lock_head()
        links = _links(head, added)
        await self._connection.execute(_ADD, [_values(link) for link in links])
        return _end(head, links)

    async def lock_head(self) -> Head:
        """The end of the chain, and nobody else adds to it until this transaction ends."""
        row = (await self._connection.execute(_LOCK_HEAD)).one()
        return Head(row.log, row.n, row.hash)

    async def head(self) -> Head:
        """The end of the chain as this transaction sees it."""
        row = (await self._connection.execute(_HEAD)).one()
        return Head(row.log, row.n, row.hash)

    async def _fits(self, links: Sequence[Link]) -> bool:
        """Adds them where they follow the head, else none of them."""
        written = await self._connection.execute(_ADD_WHERE_IT_FITS, [_values(link) for link in links])
        return bool(written.rowcount)


def _links(head: Head, added: Sequence[Fact]) -> list[Link]:
    return links_after(head, added, partial(secrets.token_hex, 32))


def _end(head: Head, links: Sequence[Link]) -> Head:
    return Head(head.log, links[-1].n, links[-1].hash)


def _values(link: Link) -> dict[str, Any]:
    return {name: getattr(link, name) for name in _NAMES}


_HEAD = select(audit_head)
_LOCK_HEAD = _HEAD.with_for_update()
_ADD = insert(audit_link)
_NAMES = [column.name for column in audit_link.c]
_GIVEN = [bindparam(column.name, type_=column.type) for column in audit_link.c]
_FOLLOWS = (audit_head.c.n == bindparam("n") - 1, audit_head.c.hash == bindparam("prev"))
_ADD_WHERE_IT_FITS = insert(audit_link).from_select(_NAMES, select(*_GIVEN).where(*_FOLLOWS))
