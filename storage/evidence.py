"""Everything that the tables say of one incident, as plain JSON: for the evidence bundle."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Table, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.ids import IncidentId
from bot.domain.sight import Sight
from storage.sight import is_hidden, may_see
from storage.tables import change, draft, entry, follow_up, hold, incident, permit, server, time_version


class EvidenceRows:
    """Reads only; nothing of what `sight` may not see."""

    def __init__(self, connection: AsyncConnection, sight: Sight) -> None:
        self._connection = connection
        self._sight = sight

    async def of_incident(self, number: IncidentId) -> Mapping[str, Sequence[Mapping[str, Any]]]:
        """Rows by table: those of this incident, and the changes and permits that name it. Times are ISO 8601."""
        servers = select(server.c.id, server.c.name).where(
            server.c.id.in_(select(hold.c.server_id).where(hold.c.incident_id == number))
        )
        of_it = {
            one.name: await self._rows(one, (one.c.incident_id == number) & may_see(self._sight, one.c.incident_id))
            for one in (time_version, entry, hold, permit, draft, follow_up)
        }
        named = or_(change.c.fix_for == number, change.c.refused_by_incident == number)
        return {
            "incident": await self._rows(incident, (incident.c.id == number) & ~is_hidden(self._sight)),
            **of_it,
            "change": await self._rows(change, named),
            "server": [dict(row._mapping) for row in await self._connection.execute(servers)],
        }

    async def _rows(self, table: Table, condition: Any) -> list[dict[str, Any]]:
        query = select(table).where(condition).order_by(table.c.id)
        return [_plain(row._mapping) for row in await self._connection.execute(query)]


def _plain(row: Any) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in row.items()}
