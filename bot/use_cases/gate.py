"""The gate: one decision for people and machines, its permit and its audit row in one transaction."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from bot.domain.audit import Act, decision_label
from bot.domain.door import Door, Selectors
from bot.domain.errors import (
    KeyConflict,
    OutOfScope,
    OverrideSpent,
    PermitStale,
    Refused,
    ServersMissing,
    UnknownIncident,
    UnknownOverride,
)
from bot.domain.gate import Decision, Fix, Verdict, check_started
from bot.domain.ids import (
    ChangeId,
    IncidentId,
    OverrideId,
    PermitId,
    SlackUserId,
    incident_label,
    override_label,
    permit_label,
)
from bot.domain.incident import Incident
from bot.domain.job import JobKind
from bot.domain.override import Override, check_overridden
from bot.domain.permit import DEAD, TIME_TO_START, Permit, PermitKind, PermitState
from bot.domain.server import Catalogue, Server
from bot.ports.outside import Outside
from bot.ports.storage import NewJob, StoreCollision, Transaction
from bot.use_cases.authority import still_agreed
from bot.use_cases.fix import work_on
from bot.use_cases.line import Touched, incidents_of, judge, reach, touch
from bot.use_cases.override import lost_by
from bot.use_cases.record import incident_key, record
from bot.use_cases.server import known_servers
from bot.use_cases.thaw import held_back


class Shot(StrEnum):
    """How much of the work one answer covers: leave to start later; leave and start; leave, start and end."""

    LEAVE = "leave"
    START = "start"
    WHOLE = "whole"


@dataclass(frozen=True, slots=True)
class Ask:
    """A machine's question. `key`: the same key with the same content gets the same answer (I7).

    `scope`: what the caller may ask for (empty: anything). `fix_for` and `override_id` exclude each other.
    """

    caller: str
    key: str
    servers: Sequence[str]
    purpose: str
    door: Door = Door.HTTP
    scope: Selectors = ()
    fix_for: IncidentId | None = None
    override_id: OverrideId | None = None
    shot: Shot = Shot.LEAVE

    @property
    def digest(self) -> str:
        """What the permit is for; the same key may not come with another one."""
        fix = [incident_label(self.fix_for)] if self.fix_for is not None else []
        override = [override_label(self.override_id)] if self.override_id is not None else []
        return digest_of(self.servers, self.purpose, *fix, *override)


@dataclass(frozen=True, slots=True)
class GateAnswer:
    """What the gate says, its id that is the same everywhere, and the incidents it speaks of."""

    decision: Decision
    decision_id: str
    incidents: tuple[Incident, ...]
    permit: Permit | None = None


def digest_of(servers: Sequence[str], purpose: str, *more: str) -> str:
    """SHA-256 of what is asked for, whatever the order of the servers; no words of one part can pass for another."""
    return hashlib.sha256(json.dumps([sorted(servers), purpose, *more]).encode()).hexdigest()


_ACT = {
    Verdict.FREE: Act.PERMIT_GRANTED,
    Verdict.FIX: Act.PERMIT_GRANTED,
    Verdict.OVERRIDDEN: Act.OVERRIDE_USED,
    Verdict.FROZEN: Act.PERMIT_REFUSED,
    Verdict.WAITING: Act.FIX_ASKED,
    Verdict.WOULD_REFUSE: Act.PERMIT_WOULD_BE_REFUSED,
}


async def ask_permit(outside: Outside, ask: Ask) -> GateAnswer:
    """A machine asks for leave.

    Raises ServersMissing, UnknownServer, NameUnusable, OutOfScope, KeyConflict, PermitStale (the key's permit is worth
    nothing any more), FixNotHeld, UnknownIncident, UnknownOverride, OverrideSpent, OverrideElsewhere, Quarantined.
    """
    if not ask.servers:
        raise ServersMissing
    async with outside.store.write() as tx:
        alone = ask.override_id is not None or ask.fix_for is not None
        touched = await touch(tx, ask.servers, lock=tx.servers.lock_for_freeze if alone else tx.servers.lock_for_permit)
        check_scope(touched, ask.scope)
        if ask.fix_for is not None:
            return await _ask_fix(tx, outside, ask, touched)
        override = await _override(tx, outside, ask, touched, at=outside.clock.now())
        decision = judge(touched, shadow=outside.policy.shadow, overridden=override is not None)
        if not decision.allows:
            return await _refuse(tx, outside, ask, touched, decision)
        return await _allow(tx, outside, ask, touched, decision, override)


def check_scope(touched: Touched, scope: Selectors) -> None:
    """Raises OutOfScope for a server that the caller may not ask for."""
    if not scope:
        return
    own = {server.name for text in scope for server in _known_or_none(touched.catalogue, text)}
    if foreign := sorted({server.name for server in touched.targets} - own):
        raise OutOfScope(servers=foreign)


def _known_or_none(catalogue: Catalogue, text: str) -> Sequence[Server]:
    try:
        return known_servers(catalogue, [text])
    except Refused:
        return ()


async def _override(tx: Transaction, outside: Outside, ask: Ask, touched: Touched, *, at: datetime) -> Override | None:
    if ask.override_id is None:
        return None
    override = await tx.overrides.lock(ask.override_id)
    if override is None:
        raise UnknownOverride(override=override_label(ask.override_id))
    earlier = await tx.permits.by_key(ask.caller, ask.key)
    if not (earlier and earlier.override_id == override.id):
        override.check_use(tuple(server.name for server in touched.targets), at=at)
        if await lost_by(tx, outside, override):
            raise OverrideSpent(why="lost")
    return override


async def _allow(
    tx: Transaction, outside: Outside, ask: Ask, touched: Touched, decision: Decision, override: Override | None
) -> GateAnswer:
    """A permit for servers as they are now, or the one that this key got before."""
    at = outside.clock.now()
    new = _permit(ask, touched, decision, at=at, override=override)
    permit = await tx.permits.add(new)
    if permit is None:
        return await _again(tx, ask, decision, now=at)
    if decision.verdict is Verdict.OVERRIDDEN and override is not None:
        names = tuple(server.name for server in touched.targets)
        check_overridden(override, names, at=at)
        await tx.overrides.save(override.use(permit.id, at=at))
        await work_on(tx, [server.id for server in touched.blast], people=_people(override), at=at)
    if ask.shot is not Shot.LEAVE:
        check_started(decision)
    act = _ACT[decision.verdict] if ask.shot is Shot.LEAVE else _STARTED_ACT.get(decision.verdict, _SHOT_ACT[ask.shot])
    seq = await note_answer(tx, ask, decision, act=act, permit=permit, touched=touched, at=at)
    return GateAnswer(decision, decision_label(seq), await incidents_of(tx, decision), permit)


_SHOT_ACT = {Shot.START: Act.PERMIT_STARTED, Shot.WHOLE: Act.PERMIT_USED}
_STARTED_ACT = {Verdict.OVERRIDDEN: Act.OVERRIDE_USED, Verdict.WOULD_REFUSE: Act.PERMIT_WOULD_BE_REFUSED}


def _people(override: Override) -> tuple[SlackUserId, ...]:
    return (override.asked_by,)


def _permit(
    ask: Ask, touched: Touched, decision: Decision, *, at: datetime, override: Override | None = None
) -> Permit:
    """I9: nothing starts on the word of an override after its quarter of an hour."""
    overridden = decision.verdict is Verdict.OVERRIDDEN
    until = at + TIME_TO_START
    new = Permit(
        id=PermitId(0),
        caller=ask.caller,
        key=ask.key,
        digest=ask.digest,
        state=PermitState.GRANTED,
        epochs={server.id: server.epoch for server in touched.blast},
        targets=frozenset(server.id for server in touched.targets),
        granted_at=at,
        expires_at=min(until, override.expires_at) if overridden and override else until,
        kind=PermitKind.OVERRIDE if overridden else PermitKind.NORMAL,
        door=ask.door,
        purpose=ask.purpose,
        override_id=ask.override_id,
        shadow=decision.verdict is Verdict.WOULD_REFUSE,
    )
    if ask.shot is Shot.LEAVE:
        return new
    started = new.start(at=at)
    return started if ask.shot is Shot.START else started.finish()


async def _again(tx: Transaction, ask: Ask, decision: Decision, *, now: datetime) -> GateAnswer:
    """I7: the answer that this key got, while it is worth anything. Raises KeyConflict, PermitStale."""
    earlier = await _earlier(tx, ask)
    if earlier is None:
        raise StoreCollision("the key was used a moment ago")
    if earlier.state in DEAD or earlier.has_expired(now):
        raise PermitStale(why="expired" if earlier.has_expired(now) else earlier.state)
    return GateAnswer(decision, await told(tx, earlier), await incidents_of(tx, decision), earlier)


async def _earlier(tx: Transaction, ask: Ask) -> Permit | None:
    earlier = await tx.permits.by_key(ask.caller, ask.key)
    if earlier and earlier.digest != ask.digest:
        raise KeyConflict(key=ask.key)
    return earlier


async def told(tx: Transaction, permit: Permit) -> str:
    """The decision id under which a permit was first answered."""
    rows = await tx.audit.rows(subject=f"permit-{permit.id}")
    return decision_label(rows[0].seq)


async def _refuse(tx: Transaction, outside: Outside, ask: Ask, touched: Touched, decision: Decision) -> GateAnswer:
    """The refusal is kept for the thaw. Raises KeyConflict."""
    at = outside.clock.now()
    await _earlier(tx, ask)
    seq = await note_answer(tx, ask, decision, act=Act.PERMIT_REFUSED, permit=None, touched=touched, at=at)
    kept = held_back(
        decision,
        decision_id=decision_label(seq),
        caller=ask.caller,
        digest=ask.digest,
        door=ask.door,
        purpose=ask.purpose,
        names=touched.names,
        at=at,
    )
    await tx.held_back.note(kept)
    return GateAnswer(decision, decision_label(seq), await incidents_of(tx, decision))


async def _ask_fix(tx: Transaction, outside: Outside, ask: Ask, touched: Touched) -> GateAnswer:
    """I11: a fix permit waits until every incident that holds there agreed."""
    assert ask.fix_for is not None
    at = outside.clock.now()
    if await tx.incidents.get(ask.fix_for) is None:
        raise UnknownIncident(incident=incident_label(ask.fix_for))
    earlier = await _earlier(tx, ask)
    if earlier is not None:
        return await answer_waiting(tx, outside, earlier, touched)
    decision = judge(touched, shadow=False, fix=Fix(ask.fix_for))
    permit = await add_fix(tx, ask, touched, decision, at=at)
    rows = await tx.audit.rows(subject=f"permit-{permit.id}")
    return GateAnswer(decision, decision_label(rows[0].seq), await incidents_of(tx, decision), permit)


async def add_fix(
    tx: Transaction,
    ask: Ask,
    touched: Touched,
    decision: Decision,
    *,
    at: datetime,
    person: SlackUserId | None = None,
    change_id: ChangeId | None = None,
) -> Permit:
    """A fix permit that waits; every incident that holds there is asked in its channel."""
    new = replace(
        _permit(replace(ask, shot=Shot.LEAVE), touched, decision, at=at),
        state=PermitState.WAITING,
        kind=PermitKind.FIX,
        incident_id=ask.fix_for,
        person=person,
        change_id=change_id,
    )
    permit = await tx.permits.add(new)
    if permit is None:
        raise StoreCollision("the key was used a moment ago")
    await note_answer(tx, ask, decision, act=Act.FIX_ASKED, permit=permit, touched=touched, at=at)
    jobs = [
        NewJob(
            f"fix:{permit.id}:{number}",
            incident_key(number),
            JobKind.ASK_APPROVAL,
            at,
            {"permit_id": permit.id, "incident_id": number},
        )
        for number in decision.waiting_for
    ]
    await tx.jobs.put(jobs)
    return permit


async def answer_waiting(tx: Transaction, outside: Outside, permit: Permit, touched: Touched) -> GateAnswer:
    """What became of a fix permit: it goes ahead once everybody agreed. Raises PermitStale, FixNotHeld."""
    now = outside.clock.now()
    if permit.state in DEAD or permit.has_expired(now):
        raise PermitStale(why="expired" if permit.has_expired(now) else permit.state)
    assert permit.incident_id is not None
    fix = Fix(permit.incident_id, (await still_agreed(tx, outside, permit)).approved_by(now))
    if permit.state is not PermitState.WAITING:
        decision = Decision(Verdict.FIX)
        return GateAnswer(decision, await told(tx, permit), (), permit)
    decision = judge(touched, shadow=False, fix=fix)
    if not decision.allows:
        return GateAnswer(decision, await told(tx, permit), await incidents_of(tx, decision), permit)
    granted = permit.grant(epochs={server.id: server.epoch for server in touched.blast}, at=now)
    await tx.permits.save(granted)
    await tx.permits.save_epochs(granted)
    await record(
        tx,
        at=now,
        act=Act.PERMIT_GRANTED,
        actor=SlackUserId(permit.caller),
        subject=f"permit-{permit.id}",
        incident_id=permit.incident_id,
        detail={"caller": permit.caller, "purpose": permit.purpose[:500], "servers": list(touched.names)},
    )
    return GateAnswer(decision, await told(tx, permit), await incidents_of(tx, decision), granted)


async def note_answer(
    tx: Transaction,
    ask: Ask,
    decision: Decision,
    *,
    act: Act,
    permit: Permit | None,
    touched: Touched,
    at: datetime,
) -> int:
    """One audit row; the incident's channel hears of a caller's refusal once, however often it asks."""
    against = ask.fix_for or (decision.incident_ids[0] if decision.incident_ids else None)
    heard = act is Act.PERMIT_REFUSED and against is not None and await tx.audit.has(act, ask.caller, against)
    trace = await record(
        tx,
        at=at,
        act=act,
        actor=SlackUserId(ask.caller),
        subject=f"permit-{permit.id}" if permit else ask.caller,
        incident_id=against,
        detail={
            "caller": ask.caller,
            "purpose": ask.purpose[:500],
            "servers": list(decision.servers) or list(touched.names),
            "door": ask.door.value,
            **({"permit": permit_label(permit.id)} if permit else {}),
            **({"override": override_label(ask.override_id)} if ask.override_id else {}),
        },
        tell_channel=not heard and act is not Act.FIX_ASKED,
    )
    return trace.seq


async def look(outside: Outside, ask: Ask) -> GateAnswer:
    """What the gate would say, without any effect and without a decision id. Raises as `ask_permit`."""
    async with outside.store.read() as tx:
        catalogue = await tx.servers.catalogue()
        touched = reach(catalogue, ask.servers)
        around = await tx.holds.around([server.id for server in (*touched.blast, *touched.served)])
        touched = replace(touched, line=around.line, holds=tuple(around.holds))
        check_scope(touched, ask.scope)
        decision = judge(touched, shadow=outside.policy.shadow)
        return GateAnswer(decision, "", await incidents_of(tx, decision))
