"""What becomes of a permit: a fix is agreed to, the work starts, beats, is directed, gets lost, ends."""

from collections.abc import Sequence
from datetime import datetime

from bot.domain.audit import Act
from bot.domain.authority import Authority, Duty
from bot.domain.change import ChangeState
from bot.domain.errors import NotTheCommander, PermitStale, UnknownIncident, UnknownPermit
from bot.domain.gate import Decision, Fix, check_started
from bot.domain.ids import (
    THE_BOT,
    IncidentId,
    PermitId,
    SlackUserId,
    change_label,
    incident_label,
    permit_label,
)
from bot.domain.job import JobKind
from bot.domain.permit import RUNNING, Directive, Permit, PermitKind, PermitState
from bot.domain.server import Server
from bot.ports.outside import Outside
from bot.ports.storage import NewJob, Transaction
from bot.use_cases.authority import must_have, still_agreed
from bot.use_cases.change import end_change
from bot.use_cases.fix import work_on
from bot.use_cases.gate import GateAnswer, answer_waiting
from bot.use_cases.line import Touched, judge, touch
from bot.use_cases.person import must_be_member
from bot.use_cases.record import done_before, record
from bot.use_cases.sight import must_see


async def poll_permit(outside: Outside, *, caller: str, permit_id: PermitId) -> GateAnswer:
    """What became of a fix permit that waits for approval. Raises PermitStale, FixNotHeld, Quarantined."""
    async with outside.store.write() as tx:
        seen = await _own(await tx.permits.get(permit_id), caller)
        names = await _names(tx, seen)
        touched = await touch(tx, names, lock=tx.servers.lock_for_permit)
        permit = await _own(await tx.permits.lock(permit_id), caller)
        return await answer_waiting(tx, outside, permit, touched)


async def _names(tx: Transaction, permit: Permit) -> list[str]:
    servers = (await tx.servers.catalogue()).servers
    return [server.name for server in servers if server.id in permit.targets]


async def start_permit(outside: Outside, *, caller: str, permit_id: PermitId) -> Permit:
    """The work begins now. I1, I2, I11 hold at this commit. Raises PermitStale, Quarantined.

    The servers' rows are locked before the permit's, as a freeze does: neither waits for the other in a circle. A fix
    and work under an override lock them alone: they write who works there into the holds.
    """
    at = outside.clock.now()
    async with outside.store.write() as tx:
        seen = await _own(await tx.permits.get(permit_id), caller)
        normal = seen.kind is PermitKind.NORMAL
        lock = tx.servers.lock_for_permit if normal else tx.servers.lock_for_freeze
        await lock(list(seen.epochs))
        locked = await tx.servers.now(list(seen.epochs))
        permit = await _own(await tx.permits.lock(permit_id), caller)
        started, _ = await begin(tx, outside, permit, locked, at=at)
        await record(
            tx,
            at=at,
            act=Act.PERMIT_STARTED,
            actor=SlackUserId(caller),
            subject=f"permit-{permit.id}",
            incident_id=permit.incident_id,
            detail={
                "servers": [server.name for server in locked if server.id in permit.targets],
                "caller": caller,
                "purpose": permit.purpose[:200],
                "permit": permit_label(permit.id),
            },
        )
    return started


async def begin(
    tx: Transaction, outside: Outside, permit: Permit, locked: Sequence[Server], *, at: datetime
) -> tuple[Permit, Decision]:
    """A granted permit starts, in the caller's transaction, on locked servers. Raises PermitStale, Quarantined."""
    permit.check_start(now=at, epochs={server.id: server.epoch for server in locked})
    around = await tx.holds.around(list(permit.epochs))
    targets = tuple(server for server in locked if server.id in permit.targets)
    fix = _fix(await still_agreed(tx, outside, permit), at)
    decision = judge(
        Touched(targets, tuple(locked), line=around.line, holds=tuple(around.holds)),
        shadow=permit.shadow and outside.policy.shadow,
        fix=fix,
        overridden=permit.kind is PermitKind.OVERRIDE,
    )
    if not decision.allows:
        raise PermitStale(why="frozen" if fix is None else PermitState.WAITING)
    check_started(decision, fix)
    started = permit.start(at=at)
    await tx.permits.save(started)
    if permit.kind is not PermitKind.NORMAL:
        people = [permit.person] if permit.person else []
        await work_on(tx, list(permit.epochs), people=people, at=at)
    return started, decision


def _fix(permit: Permit, at: datetime) -> Fix | None:
    if permit.kind is not PermitKind.FIX or permit.incident_id is None:
        return None
    return Fix(permit.incident_id, permit.approved_by(at))


async def beat_permit(outside: Outside, *, caller: str, permit_id: PermitId) -> tuple[Permit, Directive]:
    """The work still runs; the answer says how it goes on. Raises PermitStale."""
    at = outside.clock.now()
    async with outside.store.write() as tx:
        permit = await _own(await tx.permits.lock(permit_id), caller)
        beaten = permit.beat(at=at)
        await tx.permits.save(beaten)
        holding = {hold.incident_id: None for hold in await tx.holds.open_on(list(permit.epochs))}
        if permit.state is PermitState.UNKNOWN:
            against = next(iter(holding), permit.incident_id)
            await _note(tx, beaten, Act.PERMIT_BACK, by=SlackUserId(caller), incident_id=against, at=at)
    return beaten, beaten.told(holding)


async def finish_permit(outside: Outside, *, caller: str, permit_id: PermitId, outcome: str) -> Permit:
    """The work ended; `outcome` is the caller's word. Raises PermitStale."""
    at = outside.clock.now()
    async with outside.store.write() as tx:
        seen = await _own(await tx.permits.get(permit_id), caller)
        return await _finish(tx, seen, by=SlackUserId(caller), outcome=outcome, at=at)


async def end_permit(outside: Outside, *, by: SlackUserId, permit_id: PermitId, outcome: ChangeState) -> Permit:
    """I12: a person says how a machine's work ended, or that of a change, which ends with it.

    Raises UnknownPermit, PermitStale, NoAuthority.
    """
    at = outside.clock.now()
    async with outside.store.write() as tx:
        await must_be_member(tx, by)
        seen = await tx.permits.get(permit_id)
        if seen is None:
            raise UnknownPermit(permit=permit_label(permit_id))
        if seen.change_id is not None:
            ended = seen.finish()
            await end_change(tx, outside, by=by, change_id=seen.change_id, outcome=outcome)
            return ended
        return await _finish(tx, seen, by=by, outcome=outcome.value, at=at)


async def _finish(tx: Transaction, seen: Permit, *, by: SlackUserId, outcome: str, at: datetime) -> Permit:
    await tx.servers.lock_for_freeze(list(seen.epochs))
    permit = await tx.permits.lock(seen.id)
    assert permit is not None
    finished = permit.finish()
    await tx.permits.save(finished)
    await work_on(tx, list(permit.epochs), people=(), at=at)
    await record(
        tx,
        at=at,
        act=Act.PERMIT_FINISHED,
        actor=by,
        subject=f"permit-{permit.id}",
        incident_id=permit.incident_id,
        detail={"outcome": outcome[:100], "caller": permit.caller, "permit": permit_label(permit.id)},
    )
    return finished


async def _own(permit: Permit | None, caller: str) -> Permit:
    """People's changes are nobody's but theirs: a machine may be called like somebody."""
    if permit is None or permit.caller != caller or permit.change_id is not None:
        raise PermitStale(why="unknown")
    return permit


async def approve_fix(
    outside: Outside, *, by: SlackUserId, permit_id: PermitId, incident_id: IncidentId, request_key: str = ""
) -> Permit:
    """I11: an incident agrees to a fix on what it holds, by its commander's word, once for a request.

    Raises UnknownPermit, UnknownIncident, NotTheCommander, RequesterApproves, AlreadyApproved, PermitStale,
    NoAuthority, NotYourDuty, IncidentPrivate.
    """
    at = outside.clock.now()
    async with outside.store.write() as tx:
        right = await must_have(tx, outside, by, Duty.APPROVE)
        permit = await still_agreed(tx, outside, await _asked(tx, by, permit_id, incident_id))
        if await done_before(tx, request_key):
            return permit
        agreed = permit.approve(incident_id=incident_id, by=by, at=at)
        await tx.permits.save(agreed)
        said, key = Act.FIX_APPROVED, request_key
        await _note(tx, agreed, said, by=by, incident_id=incident_id, at=at, request_key=key, **right.detail)
    return agreed


async def refuse_fix(
    outside: Outside, *, by: SlackUserId, permit_id: PermitId, incident_id: IncidentId, request_key: str = ""
) -> Permit:
    """An incident does not agree, once for a request. Raises as `approve_fix`."""
    at = outside.clock.now()
    async with outside.store.write() as tx:
        right = await must_have(tx, outside, by, Duty.APPROVE)
        permit = await _asked(tx, by, permit_id, incident_id)
        if await done_before(tx, request_key):
            return permit
        refused = permit.refuse()
        await tx.permits.save(refused)
        said, key = Act.FIX_REFUSED, request_key
        await _note(tx, refused, said, by=by, incident_id=incident_id, at=at, request_key=key, **right.detail)
    return refused


async def direct_run(
    outside: Outside,
    *,
    by: SlackUserId,
    permit_id: PermitId,
    incident_id: IncidentId,
    directive: Directive,
    request_key: str = "",
) -> tuple[Permit, Directive]:
    """An incident says how drained work goes on, once for a request; the answer is what the work is told now.

    Going on and rolling back are work on a frozen server: every incident that holds there has to agree (I11), and a
    claim made before is void. To stop it is every member's. Raises as `approve_fix`, and PermitNotRunning.
    """
    at = outside.clock.now()
    async with outside.store.write() as tx:
        right = await _may_direct(tx, outside, by, directive)
        seen = await tx.permits.get(permit_id)
        if seen is None:
            raise UnknownPermit(permit=permit_label(permit_id))
        await tx.servers.lock_for_freeze(list(seen.epochs))
        permit = await _asked(tx, by, permit_id, incident_id)
        holding = {hold.incident_id for hold in await tx.holds.open_on(list(permit.epochs))}
        if await done_before(tx, request_key):
            return permit, permit.told(holding)
        directed = permit.direct(directive, incident_id=incident_id, by=by, at=at)
        await tx.permits.save(directed)
        told = directed.told(holding)
        if told in (Directive.CONTINUE, Directive.ROLL_BACK):
            people = [permit.person] if permit.person else []
            await work_on(tx, list(permit.epochs), people=people, at=at)
        more = {"directive": directed.directive.value, **(right.detail if right else {})}
        said, key = Act.RUN_DIRECTED, request_key
        await _note(tx, directed, said, by=by, incident_id=incident_id, at=at, request_key=key, **more)
    return directed, told


async def _may_direct(tx: Transaction, outside: Outside, by: SlackUserId, directive: Directive) -> Authority | None:
    """Stopping is the safe side; whatever lets work go on is an approval."""
    if directive is not Directive.STOP:
        return await must_have(tx, outside, by, Duty.APPROVE)
    await must_be_member(tx, by)
    return None


async def _asked(tx: Transaction, by: SlackUserId, permit_id: PermitId, incident_id: IncidentId) -> Permit:
    """The permit, locked, where somebody may speak for the incident."""
    permit = await tx.permits.lock(permit_id)
    incident = await tx.incidents.get(incident_id)
    if permit is None:
        raise UnknownPermit(permit=permit_label(permit_id))
    if incident is None:
        raise UnknownIncident(incident=incident_label(incident_id))
    await must_see(tx, incident, by)
    speaker = incident.commander if incident.commander != permit.person else None
    if speaker and by != speaker:
        raise NotTheCommander(incident=incident_label(incident_id), who=speaker)
    return permit


async def _note(
    tx: Transaction,
    permit: Permit,
    act: Act,
    *,
    by: SlackUserId,
    incident_id: IncidentId | None,
    at: datetime,
    request_key: str = "",
    **more: str,
) -> None:
    await record(
        tx,
        at=at,
        act=act,
        actor=by,
        subject=f"permit-{permit.id}",
        incident_id=incident_id,
        detail={
            "permit": permit_label(permit.id),
            "permit_id": permit.id,
            "caller": permit.caller,
            "purpose": permit.purpose[:200],
            **more,
        },
        request_key=request_key,
    )


async def lose_late_runs(outside: Outside, *, limit: int = 100) -> Sequence[Permit]:
    """I12: work whose lease or longest time ran out is unknown until somebody says how it ended."""
    now = outside.clock.now()
    async with outside.store.read() as tx:
        late = await tx.permits.late(now=now, limit=limit)
    return [lost for number in late if (lost := await _lose(outside, number, now))]


async def _lose(outside: Outside, number: PermitId, now: datetime) -> Permit | None:
    async with outside.store.write() as tx:
        permit = await tx.permits.lock(number)
        lost = permit.lose(now=now) if permit else None
        if permit is None or lost is None or lost == permit:
            return None
        await tx.permits.save(lost)
        holds = await tx.holds.open_on(list(lost.epochs))
        against = holds[0].incident_id if holds else lost.incident_id
        change = await tx.changes.lock(lost.change_id) if lost.change_id is not None else None
        if change is None:
            await _note(tx, lost, Act.PERMIT_UNKNOWN, by=THE_BOT, incident_id=against, at=now)
            return lost
        await tx.changes.save(change.lose())
        label = change_label(change.id)
        detail = {"change": label, "title": change.title, "who": change.requester}
        await record(
            tx, at=now, act=Act.CHANGE_UNKNOWN, actor=THE_BOT, subject=label, incident_id=against, detail=detail
        )
        told = NewJob(f"unknown:{lost.id}", f"change:{change.id}", JobKind.TELL_UNKNOWN, now, {"change_id": change.id})
        await tx.jobs.put([told])
    return lost


async def runs(outside: Outside) -> Sequence[Permit]:
    """What runs now, or ran and nobody knows how it ended."""
    async with outside.store.read() as tx:
        return await tx.permits.of_state([*RUNNING, PermitState.UNKNOWN])
