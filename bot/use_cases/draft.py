"""Drafts: made from the log, decided by a manager."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from bot.domain.audit import Act
from bot.domain.authority import ROLE, Authority, Duty, NotYourDuty
from bot.domain.citation import Section
from bot.domain.draft import BRIEFS, Draft, DraftKind, DraftState
from bot.domain.edited import as_edited, citable
from bot.domain.errors import DraftDecided, NotTheManager, UnknownIncident
from bot.domain.ids import OPERATOR, DraftId, IncidentId, MessageTs, SlackUserId, incident_label
from bot.domain.incident import Incident, TimeName
from bot.domain.job import JobKind
from bot.domain.message import Message, moment, ts_of
from bot.domain.reading import Reading
from bot.domain.redaction import without_secrets
from bot.domain.sight import EVERYBODY, WHOLE, Sight
from bot.domain.spending import Meter, Spent
from bot.domain.transcript import Line, LineFate, LineKind
from bot.ports.language_model import LanguageModel
from bot.ports.outside import Outside
from bot.ports.storage import NewJob, Transaction
from bot.use_cases.authority import must_have, people_in
from bot.use_cases.brief import brief, brief_draft
from bot.use_cases.person import is_outsider, must_be_member
from bot.use_cases.proposal import Means, Step, at_once, propose_sections
from bot.use_cases.record import record
from bot.use_cases.sight import must_see
from bot.use_cases.transcript import read_transcript


async def ask_for_draft(
    outside: Outside, *, by: SlackUserId, incident_id: IncidentId, kind: DraftKind, request_key: str
) -> None:
    """Queues a draft; it is posted when it is made. Raises NoAuthority, IncidentPrivate."""
    at = outside.clock.now()
    async with outside.store.write() as tx:
        await must_be_member(tx, by)
        await must_see(tx, await tx.incidents.get(incident_id), by)
        about = {"incident_id": incident_id, "kind": kind.value, "by": by}
        await tx.jobs.put(
            [NewJob(f"draft:{request_key}:{kind.value}", f"draft:{incident_id}", JobKind.MAKE_DRAFT, at, about)]
        )


async def make_draft(
    outside: Outside,
    model: LanguageModel,
    offline: LanguageModel,
    *,
    by: SlackUserId,
    incident_id: IncidentId,
    kind: DraftKind,
    read_to: datetime | None = None,
    meter: Meter | None = None,
    step: Step = at_once,
    job: str = "",
) -> Draft:
    """As `propose_draft`, and kept: the older version gives way to it, and it is sent. Raises UnknownIncident.

    `meter` shows how far it is, `step` remembers what the model said, for a run after a crash. For one `job` there is
    one draft.
    """
    async with outside.store.read(WHOLE) as tx:
        made = _made_for(job, await tx.drafts.of_incident(incident_id))
    if made:
        return made
    about: Any = {"by": by, "incident_id": incident_id, "kind": kind, "read_to": read_to, "meter": meter, "step": step}
    return await _keep(outside, await propose_draft(outside, model, offline, **about, job=job))


def _made_for(job: str, drafts: Sequence[Draft]) -> Draft | None:
    return next((one for one in drafts if job and one.reading and one.reading.job == job), None)


async def propose_draft(
    outside: Outside,
    model: LanguageModel,
    offline: LanguageModel,
    *,
    by: SlackUserId,
    incident_id: IncidentId,
    kind: DraftKind,
    read_to: datetime | None = None,
    meter: Meter | None = None,
    step: Step = at_once,
    job: str = "",
) -> Draft:
    """Reads the log, lets the model propose, takes what the log bears out. Without a usable model the log is quoted.

    So it is of a private incident, unless the operator lets the model read those. `read_to`: what was said in the
    channel later than this is not known. A secret that somebody pasted there is in no draft. Raises UnknownIncident.
    """
    async with outside.store.read(WHOLE) as tx:
        incident = await tx.incidents.get(incident_id)
        if incident is None:
            raise UnknownIncident(incident=incident_label(incident_id))
        lines = await read_transcript(tx, incident, zone=outside.policy.zone)
        earlier = await tx.drafts.of_incident(incident_id)
    lines = await asyncio.to_thread(without_secrets, lines)
    if incident.private and not outside.policy.model_reads_private:
        model = offline
    if kind in BRIEFS:
        sections = await brief(kind, lines, incident, zone=outside.policy.zone)
        made = brief_draft(incident, kind, sections, lines, by=by, outside=outside)
        return replace(made, read_to=read_to, reading=Reading(job=job))
    zone = ZoneInfo(outside.policy.zone)
    before = sum((one.reading.spent for one in earlier if one.reading), Spent())
    means = Means(model, offline, outside.policy.budget, before, meter or Meter(), step, job)
    began = incident.times.get(TimeName.STARTED)
    told = await propose_sections(means, kind.value, lines, language=incident.language, zone=zone, began=began)
    return Draft(
        id=DraftId(0),
        incident_id=incident.id,
        kind=kind,
        version=0,
        state=DraftState.PROPOSED,
        sections=tuple(section for section in told.sections if section.sentences),
        lines=_cited(told.sections, lines),
        dropped=told.dropped,
        by=by,
        made_at=outside.clock.now(),
        source=told.source,
        read_to=read_to,
        reading=told.reading,
    )


async def _keep(outside: Outside, new: Draft) -> Draft:
    at = new.made_at
    async with outside.store.write() as tx:
        await tx.incidents.lock(new.incident_id)
        made = _made_for(new.reading.job if new.reading else "", await tx.drafts.of_incident(new.incident_id))
        if made:
            return made
        await _replace_older(tx, new.incident_id, new.kind, by=new.by, at=at)
        draft = await tx.drafts.add(new)
        await _note(tx, draft, Act.DRAFT_MADE, by=new.by, at=at)
        await tx.jobs.put([_send(draft, at), _index(draft, at)])
    return draft


def _cited(sections: Sequence[Section], lines: Sequence[Line]) -> tuple[Line, ...]:
    wanted = {n for section in sections for sentence in section.sentences for n in sentence.citations}
    return tuple(line for line in lines if line.n in wanted)


async def _replace_older(
    tx: Transaction, incident_id: IncidentId, kind: DraftKind, *, by: SlackUserId, at: datetime
) -> None:
    for older in await tx.drafts.of_incident(incident_id):
        if older.kind is kind and older.state is DraftState.PROPOSED:
            await _replace(tx, older, by=by, at=at)


async def _replace(tx: Transaction, older: Draft, *, by: SlackUserId, at: datetime) -> None:
    await tx.drafts.save(older.decide(DraftState.REPLACED, by=by, at=at))
    await _note(tx, older, Act.DRAFT_REPLACED, by=by, at=at)


def _send(draft: Draft, at: datetime) -> NewJob:
    about = {"incident_id": draft.incident_id, "draft_id": draft.id}
    return NewJob(f"send:{draft.id}", f"incident:{draft.incident_id}", JobKind.SEND_DRAFT, at, about)


def _publish(draft: Draft, at: datetime) -> NewJob:
    about = {"incident_id": draft.incident_id, "draft_id": draft.id}
    return NewJob(f"publish:{draft.id}", f"incident:{draft.incident_id}", JobKind.PUBLISH_DRAFT, at, about)


def _index(draft: Draft, at: datetime) -> NewJob:
    about = {"incident_id": draft.incident_id}
    return NewJob(f"index:draft:{draft.id}", f"index:{draft.incident_id}", JobKind.INDEX_INCIDENT, at, about)


async def _note(
    tx: Transaction,
    draft: Draft,
    act: Act,
    *,
    by: SlackUserId,
    at: datetime,
    comment: str = "",
    right: Authority | None = None,
) -> None:
    await record(
        tx,
        at=at,
        act=act,
        actor=by,
        subject=f"draft-{draft.id}",
        incident_id=draft.incident_id,
        detail={
            "draft": draft.kind.value,
            "version": draft.version,
            "dropped": draft.dropped,
            "comment": comment,
            **(right.detail if right else {}),
        },
        tell_channel=act in (Act.DRAFT_APPROVED, Act.DRAFT_SENT_BACK),
    )


async def get_draft(outside: Outside, draft_id: DraftId, *, sight: Sight = EVERYBODY) -> tuple[Draft, Incident]:
    """A draft and its incident; its lines say what became of them since. DraftDecided where these eyes may see none."""
    async with outside.store.read(sight) as tx:
        draft, incident = await _get(tx, draft_id)
        return await as_it_is_now(tx, draft, incident), incident


async def as_it_is_now(tx: Transaction, draft: Draft, incident: Incident) -> Draft:
    """The draft, its lines marked where their messages are not as they were when the log was read for it."""
    lines = [await _as_it_is_now(tx, line, incident, draft.made_at) for line in draft.lines]
    return replace(draft, lines=tuple(lines))


async def _as_it_is_now(tx: Transaction, line: Line, incident: Incident, made_at: datetime) -> Line:
    if line.kind is not LineKind.MESSAGE or not incident.channel:
        return line
    now = await tx.messages.get(incident.channel, MessageTs(ts_of(line.at)))
    if now is None or _was_read(now, line, made_at):
        return line
    return replace(line, since=LineFate.DELETED if now.deleted else LineFate.EDITED)


def _was_read(now: Message, line: Line, made_at: datetime) -> bool:
    """Whether the line is the message as it is now; older drafts know only when they were made."""
    if line.version is not None:
        return now.version == line.version
    return not now.version or moment(now.version) <= made_at


async def version_before(outside: Outside, draft: Draft, *, sight: Sight = EVERYBODY) -> Draft | None:
    """The version that this one took the place of; None for the first."""
    async with outside.store.read(sight) as tx:
        known = await tx.drafts.of_incident(draft.incident_id)
    return next((one for one in known if one.kind is draft.kind and one.version == draft.version - 1), None)


async def _get(tx: Transaction, draft_id: DraftId) -> tuple[Draft, Incident]:
    draft = await tx.drafts.get(draft_id)
    incident = await tx.incidents.get(draft.incident_id) if draft else None
    if draft is None or incident is None:
        raise DraftDecided(state="unknown")
    return draft, incident


async def decide_draft(
    outside: Outside, *, by: SlackUserId, draft_id: DraftId, state: DraftState, comment: str = ""
) -> Draft:
    """A manager approves or sends back the newest version.

    Raises NoAuthority, NotTheManager, GroupUnread, DraftDecided.
    """
    at = outside.clock.now()
    async with outside.store.write() as tx:
        draft, right = await _for_manager(tx, outside, draft_id, by=by)
        decided = draft.decide(state, by=by, at=at, comment=comment.strip())
        await tx.drafts.save(decided)
        act = Act.DRAFT_APPROVED if state is DraftState.APPROVED else Act.DRAFT_SENT_BACK
        await _note(tx, decided, act, by=by, at=at, comment=comment.strip(), right=right)
        if state is DraftState.APPROVED:
            await tx.jobs.put([_publish(decided, at)])
    return decided


async def lines_to_cite(outside: Outside, draft_id: DraftId, *, sight: Sight) -> tuple[Line, ...]:
    """What a version that somebody edits may cite. DraftDecided where these eyes may see no such draft."""
    async with outside.store.read(sight) as tx:
        draft, incident = await _get(tx, draft_id)
        log = await read_transcript(tx, incident, zone=outside.policy.zone)
    return citable(draft, await asyncio.to_thread(without_secrets, log))


async def edit_draft(
    outside: Outside, *, by: SlackUserId, draft_id: DraftId, sections: Sequence[Section], lines: Sequence[Line] = ()
) -> Draft:
    """A manager's words become the next version, marked where the log does not bear them out; of a brief its asker's.

    `lines`: of `lines_to_cite`, if they cite more than the draft did. Raises NoAuthority, NotTheManager, GroupUnread,
    DraftDecided.
    """
    async with outside.store.read(WHOLE) as tx:
        shown, _ = await _get(tx, draft_id)
    cited = _cited(sections, lines) or shown.lines
    told = await asyncio.to_thread(as_edited, replace(shown, lines=cited), sections, zone=ZoneInfo(outside.policy.zone))
    at = outside.clock.now()
    async with outside.store.write() as tx:
        before, right = await _for_editor(tx, outside, draft_id, by=by)
        await _replace(tx, before, by=by, at=at)
        new = replace(before, sections=told, lines=cited, by=by, made_at=at, reading=Reading(edited=True))
        edited = await tx.drafts.add(new)
        await _note(tx, edited, Act.DRAFT_EDITED, by=by, at=at, right=right)
        await tx.jobs.put([_send(edited, at), _index(edited, at)])
    return edited


async def _for_manager(
    tx: Transaction, outside: Outside, draft_id: DraftId, *, by: SlackUserId
) -> tuple[Draft, Authority]:
    """The draft as it stands, its incident locked, for somebody who may decide it, and by which right."""
    draft, incident = await _get(tx, draft_id)
    right = await _right_to_manage(tx, outside, incident, by=by)
    await tx.incidents.lock(incident.id)
    return (await _get(tx, draft.id))[0], right


async def _for_editor(
    tx: Transaction, outside: Outside, draft_id: DraftId, *, by: SlackUserId
) -> tuple[Draft, Authority | None]:
    """As `_for_manager`; a brief is edited by whoever asked for it, as any member may ask."""
    draft, incident = await _get(tx, draft_id)
    if not (draft.kind in BRIEFS and draft.by == by):
        return await _for_manager(tx, outside, draft_id, by=by)
    await must_be_member(tx, by)
    await must_see(tx, await tx.incidents.lock(incident.id), by)
    return (await _get(tx, draft.id))[0], None


async def _right_to_manage(tx: Transaction, outside: Outside, incident: Incident, *, by: SlackUserId) -> Authority:
    """Raises NotTheManager, GroupUnread, NoAuthority, StandingUnknown."""
    managers = await people_in(tx, outside.policy.managers)
    if incident.private or not outside.policy.managers:
        await must_be_member(tx, by)
        if by not in await managers_in(tx, outside, incident):
            raise NotTheManager
        if by not in managers:
            return Authority(Duty.MANAGE, ROLE)
    try:
        return await must_have(tx, outside, by, Duty.MANAGE)
    except NotYourDuty as another:
        raise NotTheManager from another


async def draft_to_decide(outside: Outside, *, by: SlackUserId, draft_id: DraftId) -> Draft:
    """The draft, before its form opens. Raises what `edit_draft` would raise of it."""
    async with outside.store.read(Sight(who=by)) as tx:
        draft, incident = await _get(tx, draft_id)
        if not (draft.kind in BRIEFS and draft.by == by):
            await _right_to_manage(tx, outside, incident, by=by)
    if draft.state is not DraftState.PROPOSED:
        raise DraftDecided(state=draft.state)
    return draft


async def managers_of(outside: Outside, incident: Incident) -> tuple[SlackUserId, ...]:
    """Who receives the postmortem draft: the managers, of a private incident those in its channel.

    Where there is none the commander or reporter, but no guest.
    """
    async with outside.store.read() as tx:
        return await managers_in(tx, outside, incident)


async def managers_in(tx: Transaction, outside: Outside, incident: Incident) -> tuple[SlackUserId, ...]:
    """As `managers_of`, within a transaction."""
    managers = await people_in(tx, outside.policy.managers)
    if incident.private:
        insiders = await tx.insiders.of_incident(incident.id)
        managers = tuple(who for who in managers if who in insiders)
    if managers or (outside.policy.managers and not incident.private):
        return tuple(managers)
    for who in (incident.commander, incident.reporter):
        if who and who != OPERATOR and not await is_outsider(tx, who):
            return (who,)
    return ()
