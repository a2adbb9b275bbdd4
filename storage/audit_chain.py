"""The audit log's chain: a link for every row, in the transaction of the row."""

import json
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import CursorResult, Text, cast, func, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.audit_chain import Fact, Head, Link, commit_to, links_after, sealed_at
from bot.ports.storage import HistoryLost
from storage.dialect import is_sqlite
from storage.tables import audit, audit_head, audit_link


class ChainRows:
    """The tables `audit_link` and `audit_head`; triggers move the head and refuse what does not follow it."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def seal(self, added: Sequence[Fact], remembered: Head | None) -> Head | None:
        """Links these rows to the chain; its new end, or None where nothing was added.

        `remembered` is the end as this process last wrote it. SQLite has one writer, so that nearly always it still is:
        one statement tries. On PostgreSQL the head's row is locked until the commit. Raises HistoryLost where what this
        process wrote is no longer there.
        """
        if not added:
            return None
        if remembered and is_sqlite(self._connection):
            links = _links(remembered, added)
            written = await self._run(_ADD_WHERE_IT_FITS, [(*_values(link), link.n - 1, link.prev) for link in links])
            if written.rowcount:
                return _end(remembered, links)
        lock, add = (_HEAD_OF_SQLITE, _ADD_SQLITE) if is_sqlite(self._connection) else (_LOCK_HEAD, _ADD_POSTGRES)
        row = (await self._connection.exec_driver_sql(lock, (remembered.n if remembered else 0,))).one()
        if remembered and remembered.n and (row.log, row.kept) != (remembered.log, remembered.hash):
            raise HistoryLost
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

    async def holds(self, seen: Head) -> bool:
        """Whether this end of the chain is still a link of it."""
        query = select(audit_link.c.n).where(audit_link.c.n == seen.n, audit_link.c.hash == seen.hash)
        return (await self._connection.execute(query)).first() is not None

    async def after(self, n: int, limit: int) -> Sequence[tuple[Link, Fact | None]]:
        """The links behind this position with the rows they seal; None where a row is gone."""
        rows = await self._connection.execute(_SEALED, {"n": n, "most": limit})
        return [_sealed(*row) for row in rows.all()]

    async def locked(self, seqs: Sequence[int]) -> Mapping[int, Mapping[str, Any]]:
        """The payloads of these rows as they stand; nobody else erases in them until this transaction ends."""
        found: dict[int, Mapping[str, Any]] = {}
        columns = (audit.c.seq, audit.c.actor, audit.c.subject, cast(audit.c.detail, Text))
        for start in range(0, len(seqs), _AT_ONCE):
            some = select(*columns).where(audit.c.seq.in_(seqs[start : start + _AT_ONCE])).order_by(audit.c.seq)
            rows = await self._connection.execute(some.with_for_update())
            found |= {
                seq: {"actor": actor, "subject": subject, "detail": _read(detail)}
                for seq, actor, subject, detail in rows
            }
        return found

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


_AT_ONCE = 1000
"""Numbers in one statement: PostgreSQL takes 32,767."""


def _links(head: Head, added: Sequence[Fact]) -> list[Link]:
    return links_after(head, added, partial(secrets.token_hex, 32))


def _end(head: Head, links: Sequence[Link]) -> Head:
    return Head(head.log, links[-1].n, links[-1].hash)


def _values(link: Link) -> tuple[int | str, ...]:
    return link.n, link.seq, link.salt, link.commitment, link.prev, link.hash


def _sealed(*columns: Any) -> tuple[Link, Fact | None]:
    seq, at, act, incident, actor, subject, detail = columns[6:]
    link = Link(*columns[:6])
    if seq is None:
        return link, None
    when = sealed_at(at) if isinstance(at, datetime) else f"{at}Z".replace(" ", "T")
    payload = {"actor": actor, "subject": subject, "detail": _read(detail)}
    return link, Fact(seq, when, str(act), str(incident or ""), payload)


def _read(detail: Any) -> Any:
    """What is no JSON stands for nothing: no commitment is over it."""
    try:
        return json.loads(detail)
    except (ValueError, TypeError):
        return None


_SEALED = text(
    "SELECT l.n, l.seq, l.salt, l.commitment, l.prev, l.hash,"
    " a.seq, a.at, a.act, a.incident_id, a.actor, a.subject, CAST(a.detail AS TEXT)"
    " FROM audit_link l LEFT JOIN audit a ON a.seq = l.seq WHERE l.n > :n ORDER BY l.n LIMIT :most"
)
"""Read as it lies there, without SQLAlchemy's types: whoever tampers may leave what is no time and no JSON."""
_UNSEALED = select(func.min(audit.c.seq)).where(audit.c.seq.not_in(select(audit_link.c.seq)))
_HEAD = select(audit_head)
_HEAD_AND_KEPT = "SELECT log, n, hash, (SELECT hash FROM audit_link WHERE n = {}) AS kept FROM audit_head"
_HEAD_OF_SQLITE = _HEAD_AND_KEPT.format("?")
_LOCK_HEAD = _HEAD_AND_KEPT.format("$1") + " FOR UPDATE"
_ADD = "INSERT INTO audit_link (n, seq, salt, commitment, prev, hash)"
_ADD_SQLITE = f"{_ADD} VALUES (?, ?, ?, ?, ?, ?)"
_ADD_POSTGRES = f"{_ADD} VALUES ($1, $2, $3, $4, $5, $6)"
_ADD_WHERE_IT_FITS = f"{_ADD} SELECT ?, ?, ?, ?, ?, ? FROM audit_head WHERE n = ? AND hash = ?"
"""In the databases' own words: every permit waits for these, and SQLAlchemy would take longer than the databases."""
