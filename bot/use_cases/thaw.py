"""After the thaw: what the freeze held back is offered, then resumed or withdrawn by a person."""

from collections.abc import Sequence
from datetime import datetime

from bot.domain.audit import Act
from bot.domain.change import ChangeState
from bot.domain.door import Door
from bot.domain.errors import HeldBackDecided
from bot.domain.freeze import Hold
from bot.domain.gate import Decision
from bot.domain.held_back import HeldBack, HeldBackState
from bot.domain.ids import THE_BOT, ChangeId, HeldBackId, ServerId, ServerName, SlackUserId, incident_label
from bot.domain.job import JobKind
from bot.ports.outside import Outside
from bot.ports.storage import NewJob, Transaction
from bot.use_cases.person import must_be_member
from bot.use_cases.record import done_before, incident_key, record


def held_back(
    decision: Decision,
    *,
    decision_id: str,
    caller: str,
    digest: str,
    door: Door,
    purpose: str,
    names: Sequence[str],
    at: datetime,
    change_id: ChangeId | None = None,
) -> HeldBack:
    """A refusal as it is kept for the thaw."""
    return HeldBack(
        id=HeldBackId(0),
        caller=caller,
        digest=digest,
        door=door,
        purpose=purpose[:500],
        servers=tuple(ServerName(name) for name in names),
        incident_ids=decision.incident_ids,
        decision=decision_id,
        at=at,
        change_id=change_id,
    )


async def offer_thawed(tx: Transaction, released: Hold, *, at: datetime) -> None:
    """A hold was released: whatever waited for this server, and has all its servers free now, is offered.

    The list goes to the channel of the incident whose hold was the last: another one than it was refused for, where
    that froze the server later or took the hold over. What waits is locked before the holds are read: of two releases
    at the same moment the later one sees both.
    """
    waiting = await tx.held_back.waiting()
    if not waiting:
        return
    catalogue = await tx.servers.catalogue()
    reach: dict[HeldBackId, set[ServerId]] = {
        one.id: {server.id for server in catalogue.closure(one.servers)} for one in waiting
    }
    waiting = [
        one for one in waiting if released.incident_id in one.incident_ids or released.server_id in reach[one.id]
    ]
    every = sorted(set().union(*(reach[one.id] for one in waiting)))
    frozen = {hold.server_id for hold in await tx.holds.open_on(every)} if every else set()
    free = [one for one in waiting if not reach[one.id] & frozen]
    if not free:
        return
    for one in free:
        await tx.held_back.save(one.offer())
    number = released.incident_id
    about = {"incident_id": number, "held_back": [one.id for one in free]}
    told = NewJob(f"thaw:{released.id}", incident_key(number), JobKind.TELL_THAW, at, about)
    await tx.jobs.put([told])
    await record(
        tx,
        at=at,
        act=Act.WORK_OFFERED,
        actor=THE_BOT,
        subject=incident_label(number),
        incident_id=number,
        detail={"count": len(free), "held_back": [one.id for one in free]},
        tell_channel=False,
    )


async def decide_held_back(
    outside: Outside, *, by: SlackUserId, number: HeldBackId, resume: bool, request_key: str = ""
) -> HeldBack:
    """A person resumes what was held back (it asks the gate anew, as any work does) or withdraws it.

    Once for a request. Raises HeldBackDecided, NoAuthority.
    """
    at = outside.clock.now()
    to = HeldBackState.RESUMED if resume else HeldBackState.WITHDRAWN
    async with outside.store.write() as tx:
        await must_be_member(tx, by)
        seen = next(iter(await tx.held_back.named([number])), None)
        change = await tx.changes.lock(seen.change_id) if seen and seen.change_id is not None else None
        found = await tx.held_back.lock(number)
        if found is None:
            raise HeldBackDecided(now="unknown")
        if await done_before(tx, request_key):
            return found
        decided = found.decide(to, by=by)
        await tx.held_back.save(decided)
        if change is not None and change.state is ChangeState.REFUSED and not resume:
            await tx.changes.save(change.withdraw())
        await record(
            tx,
            at=at,
            act=Act.WORK_RESUMED if resume else Act.WORK_WITHDRAWN,
            actor=by,
            subject=decided.caller,
            incident_id=decided.incident_ids[0] if decided.incident_ids else None,
            detail={"purpose": decided.purpose, "caller": decided.caller, "servers": list(decided.servers)},
            request_key=request_key,
        )
    return decided


async def held_back_work(outside: Outside, numbers: Sequence[HeldBackId]) -> Sequence[HeldBack]:
    """Those with these numbers, as they stand."""
    async with outside.store.read() as tx:
        return await tx.held_back.named(numbers)


async def everything_held_back(outside: Outside) -> Sequence[HeldBack]:
    """What waits for a thaw or for somebody's word, oldest first."""
    async with outside.store.read() as tx:
        return await tx.held_back.of_state([HeldBackState.WAITING, HeldBackState.OFFERED])
