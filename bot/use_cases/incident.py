"""Incidents: declare, move along, correct, reopen."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.domain.audit import Act
from bot.domain.draft import DraftKind, DraftState
from bot.domain.errors import FollowUpsLoose, NotAnIncidentChannel, PostmortemMissing, UnknownIncident
from bot.domain.freeze import FREEZING, Hold, HoldCause, server_names
from bot.domain.ids import ChannelId, IncidentId, ServerName, SlackUserId, incident_label
from bot.domain.incident import (
    OVER,
    TIME_OF_STATUS,
    Incident,
    Role,
    Severity,
    Status,
    TimeName,
    assign,
    cancel,
    change_status,
    check_title,
    correct_time,
    reopen,
)
from bot.domain.job import JobKind
from bot.domain.sight import EVERYBODY, Sight
from bot.ports.outside import Outside
from bot.ports.storage import NewJob, Transaction
from bot.use_cases.backfill import ask_once_more
from bot.use_cases.freeze import hold_servers
from bot.use_cases.person import must_be_member, must_not_be_guest
from bot.use_cases.record import done_before, incident_key, record
from bot.use_cases.server import named_or_new_servers
from bot.use_cases.sight import let_in, must_see, unveiled
from bot.use_cases.watch import offer_changed

TYPED_AGAIN = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Declared:
    """A declared incident; `again` when this very submission had made it before, or the same words just before it."""

    incident: Incident
    frozen: tuple[str, ...]
    added: tuple[ServerName, ...] = ()
    near: tuple[ServerName, ...] = ()
    again: bool = False


async def declare(
    outside: Outside,
    *,
    by: SlackUserId,
    title: str,
    severity: Severity,
    servers: Sequence[str],
    request_key: str,
    language: str,
    started_at: datetime | None = None,
    wide: bool = False,
    private: bool = False,
    typed: bool = False,
) -> Declared:
    """Opens an incident and freezes its servers, all in one transaction; the channel follows as a job.

    More than ASK_ABOVE servers only where that was asked for (`wide`). A `private` one stays so. `typed`: whom Slack
    tells of a time-out types it again, and both may arrive; the same words within TYPED_AGAIN are one incident.
    Raises TitleMissing, TitleTooLong, TimeCannotBe, UnknownServer (for a group that has no server), NameUnusable,
    NoAuthority, TooManyServers.
    """
    at = outside.clock.now()
    title = check_title(title)
    async with outside.store.write(urgent=True) as tx:
        await must_not_be_guest(tx, by)
        earlier = await tx.incidents.by_request_key(request_key)
        if earlier:
            return Declared(earlier, server_names(await tx.holds.of_incident(earlier.id)), again=True)
        named = await named_or_new_servers(tx, servers, by=by, at=at)
        times = {TimeName.STARTED: at, TimeName.DETECTED: at, TimeName.DECLARED: at}
        new = Incident(IncidentId(0), title, severity, Status.INVESTIGATING, by, language, times, {}, private=private)
        if started_at:
            new = correct_time(new, TimeName.STARTED, started_at, now=at)
        if typed and (same := await _same_words(tx, new, {one.name for one in named.servers}, at=at)):
            return Declared(same, server_names(await tx.holds.of_incident(same.id)), again=True)
        incident = await _open(tx, new, at=at, key=request_key)
        about = {"incident_id": incident.id}
        worst_first = list(Severity).index(severity)
        opening = NewJob(f"open:{incident.id}", incident_key(incident.id), JobKind.OPEN_CHANNEL, at, about, worst_first)
        await tx.jobs.put([opening])  # before the freeze: what that tells the channel waits for its turn
        holds = await hold_servers(
            tx, incident, named.servers, by=by, at=at, announce=False, cause=HoldCause.DECLARED, wide=wide
        )
        await offer_changed(tx, incident, at=at)
    return Declared(incident, server_names(holds), named.added, named.near)


async def _same_words(tx: Transaction, new: Incident, names: set[ServerName], *, at: datetime) -> Incident | None:
    """An open incident that this person declared just now in these words, and that freezes all that they name."""
    await tx.people.lock(new.reporter)
    for one in await tx.incidents.of_words(new.title, reporter=new.reporter, since=at - TYPED_AGAIN):
        frozen = {hold.server for hold in await tx.holds.of_incident(one.id) if hold.state in FREEZING}
        if one.is_open and (one.severity, one.private) == (new.severity, new.private) and names <= frozen:
            return one
    return None


async def _open(tx: Transaction, new: Incident, *, at: datetime, key: str) -> Incident:
    by = new.reporter
    incident = await tx.incidents.add(new, key)
    await let_in(tx, incident)
    await tx.incidents.add_time_versions(incident.id, incident.times, by, at, "")
    await record(
        tx,
        at=at,
        act=Act.INCIDENT_DECLARED,
        actor=by,
        subject=incident_label(incident.id),
        incident_id=incident.id,
        detail={"title": new.title, "severity": new.severity.value, **({"private": True} if new.private else {})},
        tell_channel=False,
    )
    return incident


async def find_incident(
    outside: Outside,
    *,
    channel: ChannelId | None = None,
    incident_id: IncidentId | None = None,
    sight: Sight = EVERYBODY,
) -> Incident:
    """The incident of a number, or of the channel the person is in.

    Raises UnknownIncident, NotAnIncidentChannel, IncidentPrivate.
    """
    async with outside.store.read(sight) as tx:
        if incident_id is not None:
            return unveiled(_there(await tx.incidents.get(incident_id), incident_id))
        incident = await tx.incidents.by_channel(channel) if channel else None
    if incident is None:
        raise NotAnIncidentChannel
    return incident


def _there(incident: Incident | None, incident_id: IncidentId) -> Incident:
    if incident is None:
        raise UnknownIncident(incident=incident_label(incident_id))
    return incident


async def list_incidents(
    outside: Outside, *, only_open: bool, limit: int = 20, sight: Sight = EVERYBODY
) -> Sequence[Incident]:
    """The newest first, of those that these eyes may see."""
    async with outside.store.read(sight) as tx:
        return await tx.incidents.recent(limit, only_open=only_open)


async def set_status(
    outside: Outside, *, by: SlackUserId, incident_id: IncidentId, to: Status, reason: str = "", request_key: str = ""
) -> Incident:
    """Moves the status and logs its time, once for a request. `cancelled` and the way back need a reason.

    Raises StatusImpossible, HoldsRemain, ReasonMissing, PostmortemMissing, FollowUpsLoose, NoAuthority,
    IncidentPrivate.
    """
    at = outside.clock.now()
    async with outside.store.write() as tx:
        await must_be_member(tx, by)
        before = _there(await tx.incidents.lock(incident_id), incident_id)
        await must_see(tx, before, by)
        if await done_before(tx, request_key):
            return before
        after = await _moved(tx, before, to, at=at, reason=reason)
        await tx.incidents.save(after)
        await _keep_times(tx, before, after, by=by, at=at, reason=reason)
        await record(
            tx,
            at=at,
            act=Act.INCIDENT_REOPENED if to is Status.INVESTIGATING else Act.STATUS_CHANGED,
            actor=by,
            subject=incident_label(incident_id),
            incident_id=incident_id,
            detail={"before": before.status.value, "status": to.value, "reason": reason.strip()},
            request_key=request_key,
        )
        if to is Status.RESOLVED:
            await queue_drafts(tx, after, by=by, at=at)
        if to in OVER:
            await ask_once_more(tx, after, at=at)
    return after


async def check_status(outside: Outside, *, incident_id: IncidentId, to: Status, sight: Sight = EVERYBODY) -> None:
    """Raises what `set_status` would raise of the incident as it stands, before anybody is asked for a reason."""
    async with outside.store.read(sight) as tx:
        one = unveiled(_there(await tx.incidents.get(incident_id), incident_id))
        await _moved(tx, one, to, at=outside.clock.now(), reason="…")


async def _moved(tx: Transaction, before: Incident, to: Status, *, at: datetime, reason: str) -> Incident:
    open_now = server_names(await tx.holds.of_incident(before.id))
    if to is Status.INVESTIGATING:
        return reopen(before, reason=reason)
    if to is Status.CANCELLED:
        return cancel(before, reason=reason, open_holds=open_now)
    after = change_status(before, to, at=at, open_holds=open_now)
    if to is Status.CLOSED:
        await _check_close(tx, before.id)
    return after


async def _check_close(tx: Transaction, incident_id: IncidentId) -> None:
    if not await _has_postmortem(tx, incident_id):
        raise PostmortemMissing
    loose = [f.text for f in await tx.drafts.follow_ups(incident_id) if f.is_loose]
    if loose:
        raise FollowUpsLoose(count=len(loose))


async def _has_postmortem(tx: Transaction, incident_id: IncidentId) -> bool:
    """Whether one is approved that speaks of the whole incident: one from before its reopening does not."""
    entries = await tx.entries.of_incident(incident_id)
    reopened = max((entry.at for entry in entries if entry.kind is Act.INCIDENT_REOPENED), default=None)
    return any(
        draft.kind is DraftKind.POSTMORTEM
        and draft.state is DraftState.APPROVED
        and (reopened is None or (draft.decided_at is not None and draft.decided_at > reopened))
        for draft in await tx.drafts.of_incident(incident_id)
    )


async def _keep_times(
    tx: Transaction, before: Incident, after: Incident, *, by: SlackUserId, at: datetime, reason: str
) -> None:
    changed = [name for name in TimeName if before.times.get(name) != after.times.get(name)]
    await tx.incidents.add_time_versions(after.id, {n: after.times.get(n) for n in changed}, by, at, reason)


async def queue_drafts(tx: Transaction, incident: Incident, *, by: SlackUserId, at: datetime) -> None:
    """After the resolution: root cause, follow-ups, and the postmortem that goes to the managers."""
    moment = incident.times[TIME_OF_STATUS[Status.RESOLVED]].timestamp()
    await tx.jobs.put(
        [
            NewJob(
                f"draft:{incident.id}:{kind.value}:{moment}",
                f"draft:{incident.id}",
                JobKind.MAKE_DRAFT,
                at,
                {"incident_id": incident.id, "kind": kind.value, "by": by},
            )
            for kind in (DraftKind.ROOT_CAUSE, DraftKind.FOLLOW_UPS, DraftKind.POSTMORTEM)
        ]
    )


async def set_severity(
    outside: Outside, *, by: SlackUserId, incident_id: IncidentId, to: Severity, request_key: str = ""
) -> Incident:
    """Worse or better, once for a request; it never touches a hold. Raises NoAuthority, IncidentPrivate."""
    at = outside.clock.now()
    async with outside.store.write() as tx:
        await must_be_member(tx, by)
        before = _there(await tx.incidents.lock(incident_id), incident_id)
        await must_see(tx, before, by)
        if await done_before(tx, request_key):
            return before
        after = replace(before, severity=to)
        await tx.incidents.save(after)
        await record(
            tx,
            at=at,
            act=Act.SEVERITY_CHANGED,
            actor=by,
            subject=incident_label(incident_id),
            incident_id=incident_id,
            detail={"before": before.severity.value, "severity": to.value},
            request_key=request_key,
        )
    return after


async def assign_role(
    outside: Outside, *, by: SlackUserId, incident_id: IncidentId, role: Role, who: SlackUserId, request_key: str = ""
) -> Incident:
    """Gives somebody a role, once for a request; the first commander acknowledges the incident.

    Raises NoAuthority, IncidentPrivate.
    """
    at = outside.clock.now()
    async with outside.store.write() as tx:
        await must_be_member(tx, by)
        before = _there(await tx.incidents.lock(incident_id), incident_id)
        await must_see(tx, before, by)
        if await done_before(tx, request_key):
            return before
        after = assign(before, role, who, at=at)
        await tx.incidents.save(after)
        await let_in(tx, after)
        await _keep_times(tx, before, after, by=by, at=at, reason="")
        trace = await record(
            tx,
            at=at,
            act=Act.ROLE_ASSIGNED,
            actor=by,
            subject=incident_label(incident_id),
            incident_id=incident_id,
            detail={"role": role.value, "who": who},
            request_key=request_key,
        )
        about = {"incident_id": incident_id, "people": [who]}
        await tx.jobs.put([NewJob(f"invite:{trace.seq}", incident_key(incident_id), JobKind.INVITE, at, about)])
    return after


@dataclass(frozen=True, slots=True)
class Corrected:
    """A corrected time, with what stood there before."""

    incident: Incident
    name: TimeName
    before: datetime | None
    after: datetime


async def set_time(
    outside: Outside,
    *,
    by: SlackUserId,
    incident_id: IncidentId,
    name: TimeName,
    value: datetime,
    reason: str = "",
    request_key: str = "",
) -> Corrected:
    """Corrects one time, once for a request; the first value, the correction, who and why are kept.

    Raises TimeCannotBe, NoAuthority, IncidentPrivate.
    """
    at = outside.clock.now()
    async with outside.store.write() as tx:
        await must_be_member(tx, by)
        before = _there(await tx.incidents.lock(incident_id), incident_id)
        await must_see(tx, before, by)
        old = before.times.get(name)
        if await done_before(tx, request_key):
            return Corrected(before, name, old, value)
        after = correct_time(before, name, value, now=at)
        await tx.incidents.save(after)
        await _keep_times(tx, before, after, by=by, at=at, reason=reason)
        await record(
            tx,
            at=at,
            act=Act.TIME_CORRECTED,
            actor=by,
            subject=incident_label(incident_id),
            incident_id=incident_id,
            detail={
                "time": name.value,
                "before": old.isoformat() if old else None,
                "value": value.isoformat(),
                "reason": reason,
            },
            request_key=request_key,
        )
    return Corrected(after, name, old, value)


@dataclass(frozen=True, slots=True)
class Overview:
    """An incident with its holds and how far its papers are."""

    incident: Incident
    holds: tuple[Hold, ...]
    has_postmortem: bool


async def overview(outside: Outside, *, incident_id: IncidentId, sight: Sight = EVERYBODY) -> Overview:
    """What the card shows. Raises UnknownIncident, IncidentPrivate."""
    async with outside.store.read(sight) as tx:
        incident = unveiled(_there(await tx.incidents.get(incident_id), incident_id))
        return Overview(
            incident, tuple(await tx.holds.of_incident(incident_id)), await _has_postmortem(tx, incident_id)
        )


async def id_of_channel(outside: Outside, channel: ChannelId) -> IncidentId | None:
    """The incident whose channel this is, or None; for somebody who is in that channel."""
    async with outside.store.read(Sight(channel=channel)) as tx:
        incident = await tx.incidents.by_channel(channel)
    return incident.id if incident else None
