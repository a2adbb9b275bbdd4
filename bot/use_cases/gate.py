"""The gate: one decision for people and machines, its permit and its audit row in one transaction."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain.audit import Act, decision_label
from bot.domain.errors import KeyConflict, PermitStale, ServersMissing
from bot.domain.gate import Decision, Verdict, check_started, decide
from bot.domain.ids import ChangeId, PermitId, SlackUserId
from bot.domain.incident import Incident
from bot.domain.permit import TIME_TO_START, Permit, PermitState
from bot.domain.server import Server
from bot.ports.outside import Outside
from bot.ports.storage import Transaction
from bot.use_cases.record import record
from bot.use_cases.server import named_servers


@dataclass(frozen=True, slots=True)
class GateAnswer:
    """What the gate says, its id that is the same everywhere, and the incidents it speaks of."""

    decision: Decision
    decision_id: str
    incidents: tuple[Incident, ...]
    permit: Permit | None = None


async def judge(tx: Transaction, servers: Sequence[Server], *, shadow: bool) -> tuple[Decision, tuple[Server, ...]]:
    """I1, I4: locks the servers' rows, then reads the holds in a later statement; a freeze waits or was before."""
    locked = tuple(await tx.servers.lock_for_permit([server.id for server in servers]))
    holds = await tx.holds.open_on([server.id for server in locked])
    return decide(locked, holds, shadow=shadow), locked


async def incidents_of(tx: Transaction, decision: Decision) -> tuple[Incident, ...]:
    """The incidents that a decision names, in its order."""
    found = {incident.id: incident for incident in await tx.incidents.named(decision.incident_ids)}
    return tuple(found[number] for number in decision.incident_ids)


async def grant(
    tx: Transaction,
    *,
    caller: str,
    key: str,
    digest: str,
    servers: Sequence[Server],
    at: datetime,
    decision: Decision,
    change_id: ChangeId | None = None,
) -> Permit:
    """A permit for servers as they are now."""
    return await tx.permits.add(
        Permit(
            id=PermitId(0),
            caller=caller,
            key=key,
            digest=digest,
            state=PermitState.GRANTED,
            epochs={server.id: server.epoch for server in servers},
            granted_at=at,
            expires_at=at + TIME_TO_START,
            change_id=change_id,
            shadow=decision.verdict is Verdict.WOULD_REFUSE,
        )
    )


def digest_of(servers: Sequence[str], purpose: str) -> str:
    """What a permit is for; the same key may not come with another one."""
    return hashlib.sha256("\n".join([*sorted(servers), purpose]).encode()).hexdigest()


_ACT = {
    Verdict.FREE: Act.PERMIT_GRANTED,
    Verdict.FROZEN: Act.PERMIT_REFUSED,
    Verdict.WOULD_REFUSE: Act.PERMIT_WOULD_BE_REFUSED,
}


async def ask_permit(
    outside: Outside, *, caller: str, key: str, server_names: Sequence[str], purpose: str
) -> GateAnswer:
    """A machine asks for leave. Raises ServersMissing, UnknownServer, NameUnusable, KeyConflict."""
    if not server_names:
        raise ServersMissing
    at = outside.clock.now()
    digest = digest_of(server_names, purpose)
    async with outside.store.write() as tx:
        named = await named_servers(tx, server_names)
        decision, locked = await judge(tx, named.servers, shadow=outside.policy.shadow)
        earlier = await tx.permits.by_key(caller, key)
        if earlier and earlier.digest != digest:
            raise KeyConflict(key=key)
        if earlier and decision.allows:
            return GateAnswer(decision, await _told(tx, earlier), (), earlier)
        permit = None
        if decision.allows and not earlier:
            permit = await grant(tx, caller=caller, key=key, digest=digest, servers=locked, at=at, decision=decision)
        seq = await _record_answer(tx, decision, caller=caller, purpose=purpose, permit=permit, at=at, asked=locked)
        return GateAnswer(decision, decision_label(seq), await incidents_of(tx, decision), permit)


async def _told(tx: Transaction, permit: Permit) -> str:
    rows = await tx.audit.rows(subject=f"permit-{permit.id}")
    return decision_label(rows[0].seq)


async def _record_answer(
    tx: Transaction,
    decision: Decision,
    *,
    caller: str,
    purpose: str,
    permit: Permit | None,
    at: datetime,
    asked: Sequence[Server],
) -> int:
    """One audit row; the incident's channel hears of a caller's refusal once, however often it asks."""
    against = decision.incident_ids[0] if decision.incident_ids else None
    servers = list(decision.servers) or [server.name for server in asked]
    told = against is not None and await tx.audit.has(Act.PERMIT_REFUSED, caller, against)
    trace = await record(
        tx,
        at=at,
        act=_ACT[decision.verdict],
        actor=SlackUserId(caller),
        subject=f"permit-{permit.id}" if permit else caller,
        incident_id=against,
        detail={"caller": caller, "purpose": purpose[:500], "servers": servers},
        tell_channel=not told,
    )
    return trace.seq


async def start_permit(outside: Outside, *, caller: str, permit_id: PermitId) -> Permit:
    """The work begins now. I1, I2 hold at this commit. Raises PermitStale.

    The servers' rows are locked before the permit's, as a freeze does: neither waits for the other in a circle.
    """
    at = outside.clock.now()
    async with outside.store.write() as tx:
        locked = await tx.servers.lock_for_permit(await tx.permits.servers_of(permit_id))
        permit = await _own(tx, caller, permit_id)
        permit.check_start(now=at, epochs={server.id: server.epoch for server in locked})
        holds = await tx.holds.open_on(list(permit.epochs))
        decision = decide(locked, holds, shadow=permit.shadow and outside.policy.shadow)
        if not decision.allows:
            raise PermitStale(why="frozen")
        check_started(decision)
        started = permit.start()
        await tx.permits.save(started)
        await record(
            tx,
            at=at,
            act=Act.PERMIT_STARTED,
            actor=SlackUserId(caller),
            subject=f"permit-{permit.id}",
            detail={"servers": [server.name for server in locked]},
        )
    return started


async def finish_permit(outside: Outside, *, caller: str, permit_id: PermitId, outcome: str) -> Permit:
    """The work ended; `outcome` is the caller's word. Raises PermitStale."""
    at = outside.clock.now()
    async with outside.store.write() as tx:
        permit = await _own(tx, caller, permit_id)
        finished = permit.finish()
        await tx.permits.save(finished)
        await record(
            tx,
            at=at,
            act=Act.PERMIT_FINISHED,
            actor=SlackUserId(caller),
            subject=f"permit-{permit.id}",
            detail={"outcome": outcome[:100]},
        )
    return finished


async def _own(tx: Transaction, caller: str, permit_id: PermitId) -> Permit:
    permit = await tx.permits.lock(permit_id)
    if permit is None or permit.caller != caller:
        raise PermitStale(why="unknown")
    return permit


class TokenNameTaken(ValueError):
    """Each caller has its own name: what it asked is found under it."""


async def make_token(outside: Outside, *, name: str, secret: str) -> None:
    """Lets a caller in: only the hash of its secret is kept. Raises TokenNameTaken."""
    at = outside.clock.now()
    async with outside.store.write() as tx:
        if name in await tx.permits.callers():
            raise TokenNameTaken(name)
        await tx.permits.add_token(token_hash(secret), name, at)
        await record(tx, at=at, act=Act.TOKEN_MADE, actor=SlackUserId("operator"), subject=name)


async def caller_of(outside: Outside, secret: str) -> str | None:
    """Whose secret this is, or nobody's."""
    async with outside.store.read() as tx:
        return await tx.permits.caller_of(token_hash(secret))


def token_hash(secret: str) -> str:
    """SHA-256: the secret is 32 random bytes, it needs no slow hash."""
    return hashlib.sha256(secret.encode()).hexdigest()
