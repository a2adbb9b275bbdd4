"""Forgets what people said in incidents that are long over: their words go, the record stays, the chain verifies."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.domain.audit import Act
from bot.domain.audit_chain import ERASED
from bot.domain.draft import Draft, DraftState
from bot.domain.ids import OPERATOR, THE_BOT, ChannelId, IncidentId, incident_label
from bot.domain.incident import Incident
from bot.domain.sight import WHOLE
from bot.ports.outside import Outside
from bot.ports.storage import Transaction
from bot.use_cases.record import record

AT_ONCE = 1000
"""Versions that one transaction empties: nobody who writes waits for a long channel."""


@dataclass(frozen=True, slots=True)
class Forgotten:
    """An incident whose words are due or gone, when it was said that it ended, and how many messages had any."""

    incident_id: IncidentId
    ended_at: datetime
    messages: int


async def forget_in_time(outside: Outside) -> Sequence[Forgotten]:
    """What the operator's setting says; nothing without one. Safe to run twice and on every replica."""
    return await forget(outside, kept_for=outside.policy.retention) if outside.policy.retention else []


async def forget(outside: Outside, *, kept_for: timedelta, dry_run: bool = False) -> Sequence[Forgotten]:
    """Forgets the words of every incident that ended so long ago, and jobs that were given up then.

    `dry_run`: only says which. Each incident is a transaction of its own.
    """
    before = outside.clock.now() - kept_for
    async with outside.store.read(WHOLE) as tx:
        over = await tx.incidents.to_forget(before)
    done = []
    for incident, ended_at in over:
        due = Forgotten(incident.id, ended_at, await _count(outside, incident))
        if dry_run or await _forget(outside, incident, due):
            done.append(due)
    if not dry_run:
        async with outside.store.write() as tx:
            await tx.jobs.forget_dead(before=before)
    return done


async def _count(outside: Outside, incident: Incident) -> int:
    async with outside.store.read(WHOLE) as tx:
        return await tx.messages.count(incident.channel) if incident.channel else 0


async def _forget(outside: Outside, incident: Incident, due: Forgotten) -> bool:
    """Whether this process was the one that said so. Then nothing new is kept, and what is there goes piece by piece;
    where a crash left some of it, the next run goes on.
    """
    first = incident.forgotten_at is None or incident.forgotten_at < due.ended_at
    if first:
        async with outside.store.write() as tx:
            if await tx.incidents.lock(incident.id) != incident:
                return False  # another replica was first, or it was reopened
            await _let_go(tx, incident, due.messages, at=outside.clock.now())
    while incident.channel and await _empty(outside, incident.id, incident.channel) == AT_ONCE:
        pass
    return first


async def _empty(outside: Outside, number: IncidentId, channel: ChannelId) -> int:
    """How many versions lost their words; none where it was reopened."""
    async with outside.store.write() as tx:
        incident = await tx.incidents.lock(number)
        return await tx.messages.forget(channel, limit=AT_ONCE) if incident and incident.is_forgotten else 0


async def _let_go(tx: Transaction, incident: Incident, messages: int, *, at: datetime) -> None:
    rows = await _unquote(tx, incident)  # first, as where a person is erased: neither waits for the other for ever
    await tx.incidents.save(replace(incident, forgotten_at=at))
    if incident.channel:
        await tx.reactions.forget_channel(incident.channel)
    await tx.incidents.forget_reasons(incident.id, OPERATOR)  # an export's: they quote what somebody said
    await tx.entries.forget_messages(incident.id)
    await tx.search.replace(incident.id, [])
    drafts = [one for one in await tx.drafts.of_incident(incident.id) if one.state is not DraftState.APPROVED]
    for one in drafts:
        await tx.drafts.save(_without_words(one, at))
    await record(
        tx,
        at=at,
        act=Act.WORDS_FORGOTTEN,
        actor=THE_BOT,
        subject=incident_label(incident.id),
        incident_id=incident.id,
        detail={"rows": rows, "messages": messages, "drafts": [one.id for one in drafts]},
        tell_channel=False,
    )


def _without_words(draft: Draft, at: datetime) -> Draft:
    """Nobody can approve it any more."""
    waits = draft.state is DraftState.PROPOSED
    decided = draft.decide(DraftState.REPLACED, by=THE_BOT, at=at) if waits else draft
    return replace(decided, sections=(), lines=())


async def _unquote(tx: Transaction, incident: Incident) -> dict[str, str]:
    """Takes the words out of the audit rows that quote a message; what each is sealed with now, by its number."""
    pins = await tx.audit.rows(acts=[Act.MESSAGE_PINNED], subject=incident_label(incident.id))
    payloads = await tx.chain.locked([row.seq for row in pins if row.incident_id == incident.id])
    quoting = [(seq, one, one["detail"]) for seq, one in payloads.items() if one["detail"].get("text")]
    return {
        str(seq): await tx.chain.erase(seq, {**one, "detail": {**detail, "text": ERASED}})
        for seq, one, detail in quoting
    }
