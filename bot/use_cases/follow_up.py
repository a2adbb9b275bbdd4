"""Follow-ups: what people take over from a draft, each with an owner and a date."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from bot.domain.audit import Act
from bot.domain.draft import FollowUp
from bot.domain.ids import FollowUpId, IncidentId, SlackUserId
from bot.domain.sight import EVERYBODY, Sight
from bot.ports.outside import Outside
from bot.use_cases.person import must_be_member
from bot.use_cases.record import record
from bot.use_cases.sight import must_see


async def add_follow_ups(
    outside: Outside,
    *,
    by: SlackUserId,
    incident_id: IncidentId,
    items: Sequence[tuple[str, SlackUserId | None, date | None]],
) -> Sequence[FollowUp]:
    """Keeps (text, owner, due) as follow-ups; one whose words are kept already gets the new owner and date.

    Raises NoAuthority, IncidentPrivate.
    """
    at = outside.clock.now()
    kept = []
    async with outside.store.write() as tx:
        await must_be_member(tx, by)
        await must_see(tx, await tx.incidents.lock(incident_id), by)
        known = {f.text: f for f in await tx.drafts.follow_ups(incident_id)}
        for text, owner, due in items:
            old = known.get(text)
            if old:
                one = replace(old, owner=owner or old.owner, due=due or old.due)
                await tx.drafts.save_follow_up(one)
            else:
                one = await tx.drafts.add_follow_up(FollowUp(FollowUpId(0), incident_id, text, owner, due))
            await record(
                tx,
                at=at,
                act=Act.FOLLOW_UP_OWNED if old else Act.FOLLOW_UP_ADDED,
                actor=by,
                subject=f"follow-up-{one.id}",
                incident_id=incident_id,
                detail={"text": text, "who": one.owner or "", "due": one.due.isoformat() if one.due else ""},
                tell_channel=False,
            )
            kept.append(one)
    return kept


async def follow_ups_of(outside: Outside, incident_id: IncidentId, *, sight: Sight = EVERYBODY) -> Sequence[FollowUp]:
    """Oldest first; none to those who may not see the incident."""
    async with outside.store.read(sight) as tx:
        return await tx.drafts.follow_ups(incident_id)
