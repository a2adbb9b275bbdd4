"""Work that was seen without the gate's leave: behind broken glass, or simply done. Told to the incident it touched."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.audit import Act
from bot.domain.errors import Refused
from bot.domain.freeze import Hold
from bot.domain.ids import ServerId, SlackUserId
from bot.domain.permit import ENDABLE, Permit
from bot.ports.outside import Outside
from bot.ports.storage import Transaction
from bot.use_cases.fix import work_on
from bot.use_cases.record import done_before, record
from bot.use_cases.server import known_servers

LATE = timedelta(minutes=15)
"""Work may be seen so long after it ended: what is seen later was not that work."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One piece of work: when (UTC), on which servers (as they were written), by whom, what. `id` is its reporter's."""

    id: str
    at: datetime
    servers: Sequence[str]
    who: str
    what: str
    reason: str = ""
    ended_at: datetime | None = None


async def report_bypasses(outside: Outside, *, caller: str, entries: Sequence[Seen]) -> Sequence[str]:
    """Runs behind broken glass, each told once however often it is reported; the ids that are known now."""
    for entry in entries:
        await _report(outside, caller, entry, Act.GLASS_BROKEN)
    return [entry.id for entry in entries]


async def report_sighting(outside: Outside, *, caller: str, seen: Seen) -> bool:
    """Work that a machine saw: whether it was on a frozen server and without a permit, and so was told to somebody."""
    return await _report(outside, caller, seen, Act.BYPASS_SEEN)


async def _report(outside: Outside, caller: str, seen: Seen, act: Act) -> bool:
    key = f"{act.value}:{hashlib.sha256(f'{caller} {seen.id}'.encode()).hexdigest()}"
    now = outside.clock.now()
    async with outside.store.write() as tx:
        if await done_before(tx, key):
            return False
        ids = await _ids(tx, seen.servers)
        await tx.servers.lock_for_freeze(ids)
        holds = [hold for hold in await tx.holds.on(ids) if _held_at(hold, seen.at)]
        unheard = act is Act.GLASS_BROKEN or (holds and not await _permitted(tx, ids, seen.at))
        if not unheard:
            return False
        await work_on(tx, ids, people=(), at=now)
        await record(
            tx,
            at=now,
            act=act,
            actor=SlackUserId(caller),
            subject=caller,
            incident_id=holds[0].incident_id if holds else None,
            happened_at=min(seen.at, now),
            detail={
                "servers": list(seen.servers)[:20],
                "who": seen.who[:200],
                "what": seen.what[:300],
                "reason": seen.reason[:500],
                "caller": caller,
            },
            request_key=key,
        )
    return bool(holds)


async def _ids(tx: Transaction, names: Sequence[str]) -> list[ServerId]:
    """What is known of these names; the rest is told in words."""
    catalogue = await tx.servers.catalogue()
    found: set[ServerId] = set()
    for name in names:
        try:
            found |= {server.id for server in known_servers(catalogue, [name])}
        except Refused:
            continue
    return sorted(found)


def _held_at(hold: Hold, at: datetime) -> bool:
    return hold.held_at <= at and (hold.released_at is None or at < hold.released_at)


async def _permitted(tx: Transaction, ids: Sequence[ServerId], at: datetime) -> bool:
    """Whether some permit covers every one of these servers, had begun by then and had not long ended."""
    for permit in await tx.permits.touching(ids):
        covers = set(ids) <= permit.targets and permit.started_at is not None and permit.started_at <= at
        if covers and (permit.state in ENDABLE or at <= await _end(tx, permit) + LATE):
            return True
    return False


async def _end(tx: Transaction, permit: Permit) -> datetime:
    """When the work under a permit ended; that of a single moment ended when it began."""
    change = await tx.changes.get(permit.change_id) if permit.change_id is not None else None
    rows = await tx.audit.rows(acts=[Act.PERMIT_FINISHED], subject=f"permit-{permit.id}")
    ends = [row.at for row in rows] + ([change.finished_at] if change and change.finished_at else [])
    assert permit.started_at is not None
    return max(ends, default=permit.started_at)
