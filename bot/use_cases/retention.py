"""Forgets what people said in incidents that are long over: their words go, the record stays, the chain verifies."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.domain.audit import Act
from bot.domain.audit_chain import ERASED, payload_of
from bot.domain.draft import Draft, DraftState
from bot.domain.ids import OPERATOR, THE_BOT, IncidentId, incident_label
from bot.domain.incident import Incident
from bot.domain.message import moment
from bot.domain.retention import ended_at
from bot.domain.sight import WHOLE
from bot.ports.outside import Outside
from bot.ports.storage import Transaction
from bot.use_cases.record import record

AT_ONCE = 1000
"""Messages that one transaction empties: nobody who writes waits for a long channel."""


@dataclass(frozen=True, slots=True)
class Forgotten:
    """An incident whose words are due or gone, when it ended, and of how many messages there were any."""

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
    done = []
    for incident in await _over(outside, before):
        due = await _look(outside, incident, before)
        if due and (dry_run or await _forget(outside, incident, due)):
            done.append(due)
    if not dry_run:
        async with outside.store.write() as tx:
            await tx.jobs.forget_dead(before=before)
    return done


async def _over(outside: Outside, before: datetime) -> Sequence[Incident]:
    async with outside.store.read(WHOLE) as tx:
        return await tx.incidents.to_forget(before)


async def _look(outside: Outside, incident: Incident, before: datetime) -> Forgotten | None:
    """None where it ended later."""
    channel = incident.channel
    async with outside.store.read(WHOLE) as tx:
        last = await tx.messages.last(channel) if channel else None
        ended = ended_at(incident, await tx.entries.of_incident(incident.id), moment(last) if last else None)
        if ended is None or ended >= before:
            return None
        return Forgotten(incident.id, ended, await tx.messages.count(channel) if channel else 0)


async def _forget(outside: Outside, incident: Incident, due: Forgotten) -> bool:
    """Whether this process did. What is long is emptied before the transaction that says so."""
    emptied = AT_ONCE if incident.channel else 0
    while emptied == AT_ONCE:
        async with outside.store.write() as tx:
            if await tx.incidents.lock(incident.id) != incident:
                return False
            emptied = await tx.messages.forget(incident.channel, limit=AT_ONCE) if incident.channel else 0
    async with outside.store.write() as tx:
        if await tx.incidents.lock(incident.id) != incident:
            return False  # another replica was first, or it was reopened
        await _let_go(tx, incident, due.messages, at=outside.clock.now())
    return True


async def _let_go(tx: Transaction, incident: Incident, messages: int, *, at: datetime) -> None:
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
        detail={"rows": await _unquote(tx, incident), "messages": messages, "drafts": [one.id for one in drafts]},
        tell_channel=False,
    )


def _without_words(draft: Draft, at: datetime) -> Draft:
    """Nobody can approve it any more."""
    waits = draft.state is DraftState.PROPOSED
    decided = draft.decide(DraftState.REPLACED, by=THE_BOT, at=at) if waits else draft
    return replace(decided, sections=(), lines=())


async def _unquote(tx: Transaction, incident: Incident) -> dict[str, str]:
    """Takes the words out of the audit rows that quote a message; what each is sealed with now, by its number."""
    rows = await tx.audit.rows(acts=[Act.MESSAGE_PINNED], subject=incident_label(incident.id))
    quoting = [row for row in rows if row.incident_id == incident.id and row.detail.get("text")]
    return {
        str(row.seq): await tx.chain.erase(row.seq, payload_of(row.actor, row.subject, {**row.detail, "text": ERASED}))
        for row in quoting
    }
