"""Every act leaves one audit row, and in an incident one timeline entry that its channel sees."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.domain.audit import Act, Entry
from bot.domain.ids import ChannelId, EntryId, IncidentId, MessageTs, SlackUserId
from bot.domain.job import JobKind
from bot.ports.storage import NewJob, Transaction


@dataclass(frozen=True, slots=True)
class Trace:
    """What an act left behind: the number of its audit row, and its entry where it has one."""

    seq: int
    entry: Entry | None


async def record(
    tx: Transaction,
    *,
    at: datetime,
    act: Act,
    actor: SlackUserId,
    subject: str,
    incident_id: IncidentId | None = None,
    detail: Mapping[str, Any] | None = None,
    happened_at: datetime | None = None,
    message: tuple[ChannelId, MessageTs] | None = None,
    replaces: EntryId | None = None,
    tell_channel: bool = True,
    request_key: str = "",
) -> Trace:
    """Writes the row, the entry (in an incident), and queues what the channel and its card show of it.

    `happened_at` is the moment the entry speaks of, where that is not now; `detail` is plain JSON;
    `request_key` is what somebody asked for once (see `done_before`).
    """
    params = dict(detail or {})
    seq = await tx.audit.add(
        at=at,
        act=act,
        actor=actor,
        subject=subject,
        incident_id=incident_id,
        detail=params,
        request_key=request_key,
    )
    if incident_id is None:
        return Trace(seq, None)
    channel, ts = message or (None, None)
    entry = await tx.entries.add(
        Entry(EntryId(0), incident_id, happened_at or at, act, actor, params, channel, ts, replaces)
    )
    await tx.jobs.put(_effects(entry, at, tell_channel))
    return Trace(seq, entry)


async def done_before(tx: Transaction, request_key: str) -> bool:
    """Whether this very request was carried out already: a command or a form that came again changes nothing."""
    return bool(request_key and await tx.audit.rows(request_key=request_key))


SEARCHED = frozenset({Act.INCIDENT_DECLARED, Act.STATUS_CHANGED, Act.INCIDENT_REOPENED, Act.WORDS_FORGOTTEN})
"""Acts after which an incident is indexed anew; so is it after each draft."""


ON_THE_CARD = frozenset(
    {
        Act.INCIDENT_DECLARED,
        Act.STATUS_CHANGED,
        Act.INCIDENT_REOPENED,
        Act.SEVERITY_CHANGED,
        Act.ROLE_ASSIGNED,
        Act.TIME_CORRECTED,
        Act.SERVER_HELD,
        Act.FIX_CLAIMED,
        Act.FIX_REJECTED,
        Act.SERVER_VERIFIED,
        Act.MISTAKE_CLAIMED,
        Act.MISTAKE_VERIFIED,
        Act.CLAIM_VOIDED,
        Act.HOLDS_TAKEN_OVER,
        Act.INCIDENT_MERGED,
    }
)
"""Acts that the card shows."""

IN_THE_TOPIC = frozenset(
    {
        Act.SERVER_HELD,
        Act.SERVER_VERIFIED,
        Act.MISTAKE_VERIFIED,
        Act.SEVERITY_CHANGED,
        Act.INCIDENT_MERGED,
        Act.HOLDS_TAKEN_OVER,
    }
)
"""Acts after which the channel's topic says something else."""


def _effects(entry: Entry, at: datetime, tell_channel: bool) -> list[NewJob]:
    key = incident_key(entry.incident_id)
    about = {"incident_id": entry.incident_id, "entry_id": entry.id}
    jobs = []
    if entry.kind in ON_THE_CARD:
        jobs.append(NewJob(f"card:{entry.id}", f"card:{entry.incident_id}", JobKind.REFRESH_CARD, at, about))
    if entry.kind in SEARCHED:
        jobs.append(NewJob(f"index:{entry.id}", f"index:{entry.incident_id}", JobKind.INDEX_INCIDENT, at, about))
    if tell_channel:
        jobs.insert(0, NewJob(f"post:{entry.id}", key, JobKind.POST, at, about))
    if tell_channel and entry.kind in IN_THE_TOPIC:
        jobs.append(topic_job(entry.incident_id, f"topic:{entry.id}", at))
    return jobs


def topic_job(incident_id: IncidentId, job_id: str, at: datetime, *, urgency: int = 0) -> NewJob:
    """In a line of its own: a workspace has twenty topics a minute, and what the channel is told does not wait."""
    about = {"incident_id": incident_id}
    return NewJob(job_id, f"topic:{incident_id}", JobKind.SET_TOPIC, at, about, urgency)


def incident_key(incident_id: IncidentId) -> str:
    """The key whose jobs reach one incident's channel in their order."""
    return f"incident:{incident_id}"
