"""Who may see which incident, as SQL: the one condition behind every look-up; and the insiders of private incidents.

`bot/domain/sight.py` is the rule that this says again.
"""

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, delete, false, insert, or_, select, true
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.ids import IncidentId, SlackUserId
from bot.domain.sight import Sight
from storage.tables import incident, insider


def is_hidden(sight: Sight) -> ColumnElement[bool]:
    """Whether a row of the table `incident` is one that these eyes may not see."""
    if sight.whole:
        return false()
    hidden: list[ColumnElement[bool]] = [incident.c.private]
    if sight.channel is not None:
        hidden.append(or_(incident.c.channel.is_(None), incident.c.channel != sight.channel))
    if sight.who is not None:
        mine = select(insider.c.incident_id).where(insider.c.person == sight.who)
        hidden.append(incident.c.id.not_in(mine))
    return and_(*hidden)


def unseen(sight: Sight) -> Select[Any]:
    """The numbers of the incidents that these eyes may not see: few, and found by an index."""
    return select(incident.c.id).where(is_hidden(sight)).correlate(None)


def may_see(sight: Sight, number: ColumnElement[Any]) -> ColumnElement[bool]:
    """Whether these eyes may see the incident that this column names; what names none is open to everybody."""
    if sight.whole:
        return true()
    return or_(number.is_(None), number.not_in(unseen(sight)))


class InsiderRows:
    """The table `insider`: who is in the channel of a private incident, or was invited by name."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def of_incident(self, number: IncidentId) -> frozenset[SlackUserId]:
        """Everybody who may see it."""
        query = select(insider.c.person).where(insider.c.incident_id == number)
        return frozenset(SlackUserId(who) for who in (await self._connection.execute(query)).scalars())

    async def put(self, number: IncidentId, people: Collection[SlackUserId]) -> None:
        """These and nobody else."""
        await self._connection.execute(delete(insider).where(insider.c.incident_id == number))
        rows = [dict(incident_id=number, person=who) for who in sorted(people)]
        if rows:
            await self._connection.execute(insert(insider), rows)
