"""Briefs: made from the log in a moment, without a model; a person reads them, or sends them on."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from bot.domain.audit import Act
from bot.domain.brief import catch_up_sections, status_update_sections, user_notice_sections
from bot.domain.citation import Section
from bot.domain.draft import Draft, DraftKind, DraftState
from bot.domain.errors import UnknownIncident
from bot.domain.ids import DraftId, IncidentId, SlackUserId, incident_label
from bot.domain.incident import Incident, TimeName
from bot.domain.redaction import redact, without_secrets
from bot.domain.sight import Sight
from bot.domain.transcript import Line
from bot.i18n.texts import Texts
from bot.ports.outside import Outside
from bot.use_cases.sight import unveiled
from bot.use_cases.transcript import read_transcript

MOVED = frozenset({Act.INCIDENT_DECLARED, Act.STATUS_CHANGED, Act.INCIDENT_REOPENED})


async def catch_up(
    outside: Outside, *, by: SlackUserId, incident_id: IncidentId, language: str, zone: str, sight: Sight
) -> tuple[Draft, Incident]:
    """For somebody who joins late, in their language; nothing is kept. Raises UnknownIncident, IncidentPrivate."""
    async with outside.store.read(sight) as tx:
        incident = await tx.incidents.get(incident_id)
        if incident is None:
            raise UnknownIncident(incident=incident_label(incident_id))
        theirs = replace(unveiled(incident), language=language)
        lines = await read_transcript(tx, theirs, zone=zone)
    lines = await asyncio.to_thread(without_secrets, lines)
    sections = await asyncio.to_thread(catch_up_sections, lines)
    return brief_draft(incident, DraftKind.STATUS_UPDATE, sections, lines, by=by, outside=outside), incident


async def brief(kind: DraftKind, lines: Sequence[Line], incident: Incident, *, zone: str) -> tuple[Section, ...]:
    """The sections of a status update or a user notice."""
    if kind is DraftKind.STATUS_UPDATE:
        return await asyncio.to_thread(status_update_sections, lines)
    words = _notice(incident, zone)
    return await asyncio.to_thread(user_notice_sections, lines, words)


def _notice(incident: Incident, zone: str) -> list[tuple[str, frozenset[Act]]]:
    """What users may be told, with the acts that bear it out: since when, how it stands."""
    say = Texts(incident.language, zone).plain
    since = incident.times.get(TimeName.STARTED, incident.times[TimeName.DECLARED])
    title, _ = redact(incident.title)
    begun = (say("notice.since", title=title, at=since), frozenset({Act.INCIDENT_DECLARED}))
    return [begun, (say(f"notice.{incident.status}"), MOVED)]


def brief_draft(
    incident: Incident,
    kind: DraftKind,
    sections: tuple[Section, ...],
    lines: Sequence[Line],
    *,
    by: SlackUserId,
    outside: Outside,
) -> Draft:
    """Not kept: as other drafts look."""
    wanted = {n for section in sections for sentence in section.sentences for n in sentence.citations}
    return Draft(
        id=DraftId(0),
        incident_id=incident.id,
        kind=kind,
        version=1,
        state=DraftState.PROPOSED,
        sections=sections,
        lines=tuple(line for line in lines if line.n in wanted),
        dropped=0,
        by=by,
        made_at=outside.clock.now(),
        source="offline",
    )
