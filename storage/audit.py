"""The audit log: rows are only ever added."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.audit import Act, AuditRow
from bot.domain.audit_chain import Fact, payload_of, sealed_at
from bot.domain.ids import IncidentId
from bot.domain.sight import Sight
from storage.sight import may_see
from storage.tables import audit


class AuditRows:
    """The table `audit`."""

    def __init__(self, connection: AsyncConnection, sight: Sight) -> None:
        self._connection = connection
        self._sight = sight
        self.added: list[Fact] = []

    @property
    def _seen(self) -> ColumnElement[bool]:
        return may_see(self._sight, audit.c.incident_id)

    async def add(
        self,
        *,
        at: datetime,
        act: Act,
        actor: str,
        subject: str,
        incident_id: IncidentId | None,
        detail: Mapping[str, Any],
        request_key: str = "",
    ) -> int:
        """Writes one row and returns its number; the end of the transaction seals it (see `ChainRows.seal`)."""
        row = dict(at=at, act=act.value, actor=actor, subject=subject, incident_id=incident_id, detail=dict(detail))
        result = await self._connection.execute(_ADD, {**row, "request_key": request_key or None})
        seq, payload = int(result.scalar_one()), payload_of(actor, subject, detail)
        self.added.append(Fact(seq, sealed_at(at), act.value, str(incident_id or ""), payload))
        return seq

    async def rows(
        self,
        *,
        acts: Sequence[Act] = (),
        subject: str = "",
        request_key: str = "",
        since: datetime | None = None,
    ) -> Sequence[AuditRow]:
        """In the order of their numbers."""
        query = select(audit).where(self._seen).order_by(audit.c.seq)
        if acts:
            query = query.where(audit.c.act.in_([act.value for act in acts]))
        if subject:
            query = query.where(audit.c.subject == subject)
        if request_key:
            query = query.where(audit.c.request_key == request_key)
        if since:
            query = query.where(audit.c.at >= since)
        return [_row(row) for row in await self._connection.execute(query)]

    async def has(self, act: Act, subject: str, incident_id: IncidentId) -> bool:
        """Whether there is a row of this act for this subject in this incident."""
        same = (audit.c.act == act.value, audit.c.subject == subject, audit.c.incident_id == incident_id)
        return (await self._connection.execute(select(audit.c.seq).where(*same).limit(1))).first() is not None


_ADD = insert(audit).returning(audit.c.seq)


def _row(row: Any) -> AuditRow:
    return AuditRow(**{**row._mapping, "act": Act(row.act)})
