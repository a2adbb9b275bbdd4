"""Briefs: made from the log in a moment, without a model; a person reads them, or sends them on."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.domain.audit import Act
from bot.domain.brief import catch_up_sections, impact_of, newest, status_update_sections
from bot.domain.citation import Section, Sentence
from bot.domain.draft import Draft, DraftKind, DraftState
from bot.domain.errors import UnknownIncident
from bot.domain.ids import DraftId, IncidentId, SlackUserId, incident_label
from bot.domain.incident import Incident, Status, TimeName
from bot.domain.notice import Affected, affected, what_failed
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
    return await asyncio.to_thread(_notice, incident, lines, zone)


def _notice(incident: Incident, lines: Sequence[Line], zone: str) -> tuple[Section, ...]:
    """What did not work for whom, since when, and what holds now; each cites the entries that bear it out."""
    declared, moved = newest(lines, frozenset({Act.INCIDENT_DECLARED})), newest(lines, MOVED)
    now = Texts(incident.language, zone).plain(f"notice.{incident.status}")
    hurt = affected(impact_of(lines))
    told = [Sentence(now, (moved.n,))] if moved else []
    if declared and incident.status is not Status.CANCELLED:
        cited = [declared.n, *([moved.n] if moved and _until(incident) else []), *([hurt.n] if hurt else [])]
        begun = _begun(incident, hurt, {line.speaker for line in lines}, zone)
        told.insert(0, Sentence(begun, tuple(sorted(set(cited)))))
    return (Section("now", tuple(told)),) if told else ()


def _begun(incident: Incident, hurt: Affected | None, people: Iterable[str], zone: str) -> str:
    texts = Texts(incident.language, zone)
    say, times = texts.plain, incident.times
    since, until = times.get(TimeName.STARTED) or times[TimeName.DECLARED], _until(incident)
    what = what_failed(redact(incident.title)[0], people)
    whom = say(f"notice.of_{hurt.group}", share=hurt.share) if hurt else say("notice.of_some")
    key = f"notice.{'over' if until else 'ongoing'}{'' if what else '_unnamed'}"
    days = {texts.clock(at, "day") for at in (since, until) if at}
    end = texts.clock(until, "moment" if len(days) > 1 else "time") if until else ""
    zoned = since.astimezone(ZoneInfo(zone)).tzname()
    return say(key, what=what, whom=whom, since=texts.clock(since, "moment"), until=end, zone=zoned)


def _until(incident: Incident) -> datetime | None:
    """When users stopped being hurt, if they did and are not hurt again."""
    if incident.status not in (Status.MITIGATED, Status.RESOLVED, Status.CLOSED):
        return None
    return incident.times.get(TimeName.MITIGATED) or incident.times.get(TimeName.RESOLVED)


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
