"""Two incidents are one: the holds of the first go to the other in one transaction, and none is dropped."""

from dataclasses import replace

from bot.domain.audit import Act
from bot.domain.errors import MergeImpossible, MergePublishes
from bot.domain.ids import IncidentId, SlackUserId, incident_label
from bot.domain.incident import Incident, Status
from bot.ports.outside import Outside
from bot.ports.storage import Transaction
from bot.use_cases.backfill import ask_once_more
from bot.use_cases.person import must_be_member
from bot.use_cases.record import record
from bot.use_cases.sight import must_see


async def merge_incident(outside: Outside, *, by: SlackUserId, merged: IncidentId, into: IncidentId) -> Incident:
    """Ends `merged` as cancelled; `into` holds its servers now. Where both held one, two holds stay to be verified.

    Raises MergeImpossible (the same, or one of them has ended), MergePublishes, NoAuthority, IncidentPrivate.
    """
    at = outside.clock.now()
    async with outside.store.write(urgent=True) as tx:
        await must_be_member(tx, by)
        found = {number: await tx.incidents.lock(number) for number in sorted({merged, into})}
        gone, stays = found[merged], found[into]
        await must_see(tx, gone, by)
        await must_see(tx, stays, by)
        if merged == into or gone is None or stays is None or not (gone.is_open and stays.is_open):
            raise MergeImpossible(merged=incident_label(merged), into=incident_label(into))
        if gone.private and not stays.private:
            raise MergePublishes(merged=incident_label(merged), into=incident_label(into))
        servers = await _move_holds(tx, gone, stays)
        await tx.incidents.save(replace(gone, status=Status.CANCELLED, forgotten_at=None))
        await ask_once_more(tx, gone, at=at)
        reason = incident_label(into)
        await record(
            tx,
            at=at,
            act=Act.INCIDENT_MERGED,
            actor=by,
            subject=incident_label(merged),
            incident_id=merged,
            detail={"into": reason, "servers": servers},
        )
        await record(
            tx,
            at=at,
            act=Act.HOLDS_TAKEN_OVER,
            actor=by,
            subject=reason,
            incident_id=into,
            detail={"merged": incident_label(merged), "servers": servers},
        )
    return stays


async def _move_holds(tx: Transaction, gone: Incident, stays: Incident) -> list[str]:
    """Their servers' rows are locked as for a freeze; the epochs grow, so that no permit spans the merger."""
    holds = [hold for hold in await tx.holds.of_incident(gone.id) if hold.freezes]
    ids = sorted({hold.server_id for hold in holds})
    if not ids:
        return []
    await tx.servers.lock_for_freeze(ids)
    holds = [hold for hold in await tx.holds.of_incident(gone.id) if hold.freezes]
    await tx.servers.raise_epochs(ids)
    for hold in holds:
        await tx.holds.save(hold.move_to(stays.id))
    return sorted({hold.server for hold in holds})
