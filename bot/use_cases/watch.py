"""What Stopline does by itself while time passes: it nags about holds, loses late runs, offers suspects."""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from bot.domain.change import ENDS
from bot.domain.freeze import Hold
from bot.domain.ids import IncidentId, ServerName, change_label
from bot.domain.incident import Incident, TimeName
from bot.domain.job import JobKind
from bot.ports.outside import Outside
from bot.ports.storage import NewJob, Transaction
from bot.use_cases.permit import lose_late_runs
from bot.use_cases.record import incident_key

_WORD = re.compile(r"(?=[a-z0-9._-]*[0-9._-])[a-z][a-z0-9._-]{2,252}")
"""Words that may be a host's name: plain words of a sentence are none, even where some server is called so."""
NAG_AFTER = (timedelta(minutes=30), timedelta(hours=2))
"""A hold that is still there so long after is spoken of again; from then on every day."""
NAG_EVERY = timedelta(days=1)
ESCALATE_FROM = 2
"""From this reminder on the managers hear of it as well."""
KEPT_FOR = timedelta(days=30)
"""So long done jobs are kept."""
AT_ONCE = 500
CHANGED_BEFORE = timedelta(hours=1)
"""Changes that ended so long before an incident began are offered as suspects."""


def nag_stage(held_at: datetime, now: datetime) -> int:
    """How many reminders are due by now: 0 before half an hour, 1, 2 after two hours, then one more a day."""
    age = now - held_at
    early = sum(age >= after for after in NAG_AFTER)
    return early + max(0, (age - NAG_AFTER[-1]) // NAG_EVERY) if early == len(NAG_AFTER) else early


async def pass_time(outside: Outside) -> None:
    """Everything that time itself brings. Safe to run anywhere, at any time, as often as one likes."""
    await lose_late_runs(outside)
    await nag(outside)


async def forget_old_jobs(outside: Outside) -> int:
    """Deletes jobs that were done KEPT_FOR ago, some at a time, and returns how many.

    Until then what Slack delivers again, or a backup brings back, meets the job that it was.
    """
    async with outside.store.write() as tx:
        return await tx.jobs.forget_done(before=outside.clock.now() - KEPT_FOR, limit=AT_ONCE)


async def nag(outside: Outside) -> None:
    """One reminder an incident and stage, by the age of its oldest hold."""
    now = outside.clock.now()
    async with outside.store.read() as tx:
        oldest = _oldest(await tx.holds.open())
    due = [(number, at, stage) for number, at in oldest.items() if (stage := nag_stage(at, now))]
    if not due:
        return
    async with outside.store.write() as tx:
        await tx.jobs.put([_reminder(number, held_at, stage, now) for number, held_at, stage in due])


def _oldest(holds: Iterable[Hold]) -> dict[IncidentId, datetime]:
    oldest: dict[IncidentId, datetime] = {}
    for hold in holds:
        oldest[hold.incident_id] = min(hold.held_at, oldest.get(hold.incident_id, hold.held_at))
    return oldest


def _reminder(number: IncidentId, held_at: datetime, stage: int, now: datetime) -> NewJob:
    """Once a stage and age: a hold that came after the first one's release is spoken of again."""
    about = {"incident_id": number, "stage": stage}
    key = f"nag:{number}:{int(held_at.timestamp())}:{stage}"
    return NewJob(key, incident_key(number), JobKind.NAG, now, about)


async def offer_named(tx: Transaction, incident: Incident, text: str, *, at: datetime) -> None:
    """Known servers that a message in the incident's channel names and that it does not hold: offered once each."""
    catalogue = await tx.servers.catalogue()
    words = dict.fromkeys(word.rstrip(".") for word in _WORD.findall(text.lower()))
    named = [server.name for word in words if (server := catalogue.find(word))]
    await _offer(tx, incident, named, why="named", at=at)


async def offer_changed(tx: Transaction, incident: Incident, *, at: datetime) -> None:
    """Servers of changes that ended shortly before the incident began, or after: offered once each."""
    began = incident.times.get(TimeName.STARTED, at)
    changes = [one for one in await tx.changes.ended_since(began - CHANGED_BEFORE) if one.state in ENDS]
    names = [name for change in changes for name in change.servers]
    await _offer(tx, incident, names, why="changed", at=at, changes=[change_label(one.id) for one in changes])


async def _offer(
    tx: Transaction,
    incident: Incident,
    names: Sequence[ServerName],
    *,
    why: str,
    at: datetime,
    changes: Sequence[str] = (),
) -> None:
    held = {hold.server for hold in await tx.holds.of_incident(incident.id)}
    fresh = [name for name in dict.fromkeys(names) if name not in held]
    known = await tx.facts.get(f"suspects:{incident.id}") or []
    new = [name for name in fresh if name not in known]
    if not new or not incident.is_open:
        return
    await tx.facts.put(f"suspects:{incident.id}", [*known, *new])
    about = {"incident_id": incident.id, "servers": new, "why": why, "changes": list(changes)}
    key = f"suspects:{incident.id}:{len(known)}"
    await tx.jobs.put([NewJob(key, incident_key(incident.id), JobKind.OFFER_SUSPECTS, at, about)])
