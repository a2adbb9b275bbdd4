"""The audit log's chain: a link for every row, in the transaction of the row."""

import secrets
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from sqlalchemy import CursorResult, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.audit_chain import Fact, Head, Link, commit_to, links_after, sealed_at
from storage.dialect import is_sqlite
from storage.tables import audit, audit_head, audit_link


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
        if remembered and is_sqlite(self._connection):
            links = _links(remembered, added)
            written = await self._run(_ADD_WHERE_IT_FITS, [(*_values(link), link.n - 1, link.prev) for link in links])
            if written.rowcount:
                return _end(remembered, links)
        lock, add = (_HEAD_OF_SQLITE, _ADD_SQLITE) if is_sqlite(self._connection) else (_LOCK_HEAD, _ADD_POSTGRES)
        row = (await self._connection.exec_driver_sql(lock)).one()
        head = Head(row.log, row.n, row.hash)
        links = _links(head, added)
        await self._run(add, [_values(link) for link in links])
        return _end(head, links)

    async def _run(self, statement: str, rows: list[tuple[int | str, ...]]) -> CursorResult[Any]:
        return await self._connection.exec_driver_sql(statement, rows[0] if len(rows) == 1 else rows)

    async def head(self) -> Head:
        """The end of the chain as this transaction sees it."""
        row = (await self._connection.execute(_HEAD)).one()
        return Head(row.log, row.n, row.hash)

    async def after(self, n: int, limit: int) -> Sequence[tuple[Link, Fact | None]]:
        """The links behind this position with the rows they seal; None where a row is gone."""
        rows = await self._connection.execute(_SEALED.where(audit_link.c.n > n).limit(limit))
        return [_sealed(*row) for row in rows]

    async def unsealed(self) -> int | None:
        """The number of the first audit row without a link."""
        seq = (await self._connection.execute(_UNSEALED)).scalar_one_or_none()
        return None if seq is None else int(seq)

    async def erase(self, seq: int, payload: Mapping[str, Any]) -> str:
        """Puts this payload in the place of a row's own and gives its link a new salt; the new commitment (hex)."""
        salt = secrets.token_hex(32)
        await self._connection.execute(update(audit).where(audit.c.seq == seq).values(dict(payload)))
        await self._connection.execute(update(audit_link).where(audit_link.c.seq == seq).values(salt=salt))
        return commit_to(salt, payload)


def _links(head: Head, added: Sequence[Fact]) -> list[Link]:
    return links_after(head, added, partial(secrets.token_hex, 32))


def _end(head: Head, links: Sequence[Link]) -> Head:
    return Head(head.log, links[-1].n, links[-1].hash)


def _values(link: Link) -> tuple[int | str, ...]:
    return link.n, link.seq, link.salt, link.commitment, link.prev, link.hash


def _sealed(n: int, link_seq: int, salt: str, commitment: str, prev: str, sealed: str, *row: Any) -> Any:
    seq, at, act, incident, actor, subject, detail = row
    link = Link(n, link_seq, salt, commitment, prev, sealed)
    if seq is None:
        return link, None
    payload = {"actor": actor, "subject": subject, "detail": detail}
    return link, Fact(seq, sealed_at(at), act, str(incident or ""), payload)


_ROW = [audit.c[name] for name in ("seq", "at", "act", "incident_id", "actor", "subject", "detail")]
_SEALED = select(*audit_link.c, *_ROW).outerjoin(audit, audit.c.seq == audit_link.c.seq).order_by(audit_link.c.n)
_UNSEALED = select(func.min(audit.c.seq)).where(audit.c.seq.not_in(select(audit_link.c.seq)))
_HEAD = select(audit_head)
_HEAD_OF_SQLITE = "SELECT log, n, hash FROM audit_head"
_LOCK_HEAD = f"{_HEAD_OF_SQLITE} FOR UPDATE"
_ADD = "INSERT INTO audit_link (n, seq, salt, commitment, prev, hash)"
_ADD_SQLITE = f"{_ADD} VALUES (?, ?, ?, ?, ?, ?)"
_ADD_POSTGRES = f"{_ADD} VALUES ($1, $2, $3, $4, $5, $6)"
_ADD_WHERE_IT_FITS = f"{_ADD} SELECT ?, ?, ?, ?, ?, ? FROM audit_head WHERE n = ? AND hash = ?"
"""In the databases' own words: every permit waits for these, and SQLAlchemy would take longer than the databases."""
