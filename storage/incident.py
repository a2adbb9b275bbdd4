"""Incidents and every version of their times."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, case, func, insert, null, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.ids import ChannelId, IncidentId, SlackUserId
from bot.domain.incident import OPEN, OVER, Incident, Severity, Status, TimeName
from bot.domain.retention import ENDINGS
from bot.domain.sight import Sight
from storage.sight import is_hidden
from storage.tables import entry, incident, message, time_version


class IncidentRows:
    """The tables `incident` and `time_version`. Of what `sight` may not see the number and the roles are loaded."""

    def __init__(self, connection: AsyncConnection, sight: Sight) -> None:
        self._connection = connection
        self._sight = sight

    async def add(self, new: Incident, request_key: str) -> Incident:
        """Writes a new incident; its id is the next number."""
        row = {**_columns(new), "request_key": request_key}
        result = await self._connection.execute(insert(incident).values(row).returning(incident.c.id))
        number = IncidentId(result.scalar_one())
        return Incident(**{**_fields(new), "id": number})

    async def by_request_key(self, key: str) -> Incident | None:
        """The incident that this very submission already made."""
        return await self._one(incident.c.request_key == key)

    async def of_words(self, title: str, *, reporter: SlackUserId, since: datetime) -> Sequence[Incident]:
        """What this person declared with this title since then, the newest first."""
        same = (incident.c.reporter == reporter, incident.c.title == title, incident.c.declared_at >= since)
        query = _shown(self._sight).where(*same).order_by(incident.c.id.desc())
        return [_incident(row) for row in await self._connection.execute(query)]

    async def get(self, number: IncidentId) -> Incident | None:
        """By its number."""
        return await self._one(incident.c.id == number)

    async def lock(self, number: IncidentId) -> Incident | None:
        """By its number, and nobody else changes it until this transaction ends."""
        query = select(incident).where(incident.c.id == number).with_for_update(key_share=True)
        row = (await self._connection.execute(query)).one_or_none()
        return _incident(row) if row else None

    async def by_channel(self, channel: ChannelId) -> Incident | None:
        """The incident whose channel this is."""
        return await self._one((incident.c.channel == channel) & ~is_hidden(self._sight))

    async def recent(self, limit: int, *, only_open: bool) -> Sequence[Incident]:
        """The newest first."""
        query = _shown(self._sight).where(~is_hidden(self._sight))
        query = query.order_by(incident.c.id.desc()).limit(limit)
        if only_open:
            query = query.where(incident.c.status.in_([s.value for s in OPEN]))
        return [_incident(row) for row in await self._connection.execute(query)]

    async def followed(self, since: datetime) -> Sequence[Incident]:
        """Those with a channel that are open, or were resolved or closed since then."""
        ended = func.coalesce(incident.c.closed_at, incident.c.resolved_at) >= since
        going_on = incident.c.status.in_([s.value for s in OPEN])
        still = or_(going_on, and_(ended, incident.c.status != Status.CANCELLED.value))
        query = _shown(self._sight).where(incident.c.channel.is_not(None), ~is_hidden(self._sight), still)
        return [_incident(row) for row in await self._connection.execute(query.order_by(incident.c.id))]

    async def named(self, numbers: Sequence[IncidentId], *, sight: Sight | None = None) -> Sequence[Incident]:
        """Those with these numbers, veiled where need be; `sight` where it is another than the transaction's."""
        query = _shown(sight or self._sight).where(incident.c.id.in_(numbers))
        rows = await self._connection.execute(query)
        return [_incident(row) for row in rows]

    async def private_channels(self, *, only_open: bool = False) -> Sequence[IncidentId]:
        """The private incidents that have a channel."""
        query = select(incident.c.id).where(incident.c.private, incident.c.channel.is_not(None)).order_by(incident.c.id)
        if only_open:
            query = query.where(incident.c.status.in_([s.value for s in OPEN]))
        return [IncidentId(number) for number in (await self._connection.execute(query)).scalars()]

    async def to_forget(self, before: datetime) -> Sequence[tuple[Incident, datetime]]:
        """Those that ended before then and of which words are still kept, with when it was said that they ended."""
        acts = entry.c.kind.in_([act.value for act in ENDINGS])
        ended = select(entry.c.incident_id, func.max(entry.c.at).label("ended")).where(acts)
        last = ended.group_by(entry.c.incident_id).subquery()
        said = select(message.c.ts).where(message.c.channel == incident.c.channel, message.c.text != "").exists()
        kept = or_(incident.c.forgotten_at.is_(None), incident.c.forgotten_at < last.c.ended, said)
        over = incident.c.status.in_([s.value for s in OVER])
        query = _shown(self._sight).join(last, last.c.incident_id == incident.c.id).add_columns(last.c.ended)
        query = query.where(over, last.c.ended < before, kept, ~is_hidden(self._sight)).order_by(incident.c.id)
        return [(_incident(row), row.ended) for row in await self._connection.execute(query)]

    async def save(self, changed: Incident) -> None:
        """Writes everything but the number and the key."""
        assert not changed.is_veiled, "what was loaded for other eyes is never written"
        await self._connection.execute(update(incident).where(incident.c.id == changed.id).values(_columns(changed)))

    async def add_time_versions(
        self,
        number: IncidentId,
        times: Mapping[TimeName, datetime | None],
        by: SlackUserId,
        at: datetime,
        reason: str,
    ) -> None:
        """Keeps one version of each of these times; None says that the time no longer holds."""
        same = dict(incident_id=number, by=by, recorded_at=at, reason=reason)
        rows = [{**same, "name": name.value, "value": value} for name, value in times.items()]
        if rows:
            await self._connection.execute(insert(time_version).values(rows))

    async def time_versions(self, number: IncidentId) -> Sequence[tuple[TimeName, datetime | None, SlackUserId, str]]:
        """(name, value, who, why) of every version, oldest first."""
        query = select(time_version).where(time_version.c.incident_id == number).order_by(time_version.c.id)
        rows = await self._connection.execute(query)
        return [(TimeName(r.name), r.value, SlackUserId(r.by), r.reason) for r in rows]

    async def forget_reasons(self, number: IncidentId, by: SlackUserId) -> None:
        """Why this one corrected its times is no longer known."""
        same = (time_version.c.incident_id == number, time_version.c.by == by)
        await self._connection.execute(update(time_version).where(*same).values(reason=""))

    async def _one(self, condition: Any) -> Incident | None:
        row = (await self._connection.execute(_shown(self._sight).where(condition))).one_or_none()
        return _incident(row) if row else None


_SECRET = {"title": "", "channel": null(), "channel_name": null(), "card_ts": null()}
"""Columns of a private incident that are not loaded for others, and what stands there instead."""


def _shown(sight: Sight) -> Select[Any]:
    if sight.whole:
        return select(incident)
    hidden = is_hidden(sight)
    return select(
        *(case((hidden, _SECRET[c.name]), else_=c).label(c.name) if c.name in _SECRET else c for c in incident.c)
    )


def _fields(item: Incident) -> dict[str, Any]:
    return {name: getattr(item, name) for name in Incident.__slots__}


def _columns(item: Incident) -> dict[str, Any]:
    row = _fields(item)
    del row["id"]
    times = row.pop("times")
    row["roles"] = dict(row["roles"])
    return {**row, **{name.value: times.get(name) for name in TimeName}}


def _incident(row: Any) -> Incident:
    columns = {c.name: row._mapping[c.name] for c in incident.c if c.name != "request_key"}
    times = {name: at for name in TimeName if (at := columns.pop(name.value)) is not None}
    columns["severity"] = Severity(row.severity)
    columns["status"] = Status(row.status)
    return Incident(**columns, times=times)
