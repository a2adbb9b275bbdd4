"""What an approver knows of the same servers: incidents without a known end there, follow-ups that are late."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from bot.domain.change import WAITING, Change
from bot.domain.draft import FollowUp
from bot.domain.ids import ChangeId
from bot.domain.incident import Incident
from bot.domain.sight import EVERYBODY, Sight
from bot.ports.outside import Outside
from bot.ports.storage import Transaction
from bot.use_cases.freeze import server_ids_of

LOOKED_AT = 20
"""Incidents of these servers, newest first, whose follow-ups are read."""


@dataclass(frozen=True, slots=True)
class Past:
    """`unresolved`: open incidents that hold or held these servers. `overdue`: follow-ups of any that did."""

    unresolved: tuple[Incident, ...] = ()
    overdue: tuple[tuple[FollowUp, Incident], ...] = ()


async def pasts_of(outside: Outside, changes: Sequence[Change], *, sight: Sight = EVERYBODY) -> Mapping[ChangeId, Past]:
    """For each change that still needs somebody's word: what is known of its servers."""
    asked = [change for change in changes if change.state in WAITING and not change.is_approved]
    if not asked:
        return {}
    async with outside.store.read(sight) as tx:
        return {change.id: await _past(tx, outside, change) for change in asked}


async def _past(tx: Transaction, outside: Outside, change: Change) -> Past:
    today = outside.clock.now().astimezone(ZoneInfo(outside.policy.zone)).date()
    holds = await tx.holds.on(await server_ids_of(tx, change.servers))
    numbers = sorted({hold.incident_id for hold in holds}, reverse=True)[:LOOKED_AT]
    incidents = sorted(await tx.incidents.named(numbers), key=lambda one: one.id, reverse=True)
    overdue = [
        (follow_up, incident)
        for incident in incidents
        for follow_up in await tx.drafts.follow_ups(incident.id)
        if follow_up.due is not None and follow_up.due < today
    ]
    return Past(tuple(one for one in incidents if one.is_open), tuple(overdue))
