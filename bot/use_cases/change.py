"""Changes: asked for, approved, started through the gate, finished."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.domain.audit import Act, decision_label
from bot.domain.authority import Duty
from bot.domain.change import Change, ChangeKind, ChangeState
from bot.domain.door import Door
from bot.domain.errors import FixNotApproved, IncidentEnded, ServersMissing, UnknownChange, UnknownIncident
from bot.domain.gate import Decision, Fix, Verdict, check_started
from bot.domain.held_back import HeldBackState
from bot.domain.ids import (
    ChangeId,
    ChannelId,
    IncidentId,
    OverrideId,
    PermitId,
    ServerName,
    SlackUserId,
    change_label,
    incident_label,
    override_label,
)
from bot.domain.incident import Incident, check_title
from bot.domain.override import Override, check_overridden
from bot.domain.permit import TIME_TO_START, Permit, PermitKind, PermitState
from bot.domain.sight import Sight
from bot.ports.outside import Outside
from bot.ports.storage import Transaction
from bot.use_cases.authority import must_have, still_agreed, still_approved
from bot.use_cases.fix import work_on
from bot.use_cases.gate import Ask, add_fix, digest_of
from bot.use_cases.line import Touched, incidents_of, judge, touch
from bot.use_cases.override import usable_override
from bot.use_cases.person import must_be_member
from bot.use_cases.record import Trace, record
from bot.use_cases.thaw import held_back


@dataclass(frozen=True, slots=True)
class ChangeAnswer:
    """A change and what the gate said of it just now."""

    change: Change
    decision: Decision
    decision_id: str
    incidents: tuple[Incident, ...]
    again: bool = False


@dataclass(frozen=True, slots=True)
class ChangeWords:
    """What a person typed of a change."""

    title: str
    kind: ChangeKind
    servers: Sequence[str]
    rollback: str = ""
    tested: str = ""
    differences: str = ""
    planned: str = ""
    fix_for: IncidentId | None = None


async def request_change(
    outside: Outside, *, by: SlackUserId, words: ChangeWords, request_key: str, channel: ChannelId | None
) -> ChangeAnswer:
    """Asks for leave; the gate's answer comes at once.

    Raises TitleMissing, TitleTooLong, ServersMissing, UnknownServer, NameUnusable, PreTestMissing, NoAuthority.
    """
    if not words.servers:
        raise ServersMissing
    at = outside.clock.now()
    async with outside.store.write() as tx:
        await must_be_member(tx, by)
        touched = await touch(tx, words.servers, lock=tx.servers.lock_for_permit)
        earlier = await tx.changes.by_request_key(request_key)
        fix = await _fix(tx, words.fix_for)
        decision = judge(touched, shadow=outside.policy.shadow, fix=fix)
        if earlier:
            incidents = await incidents_of(tx, decision, sight=Sight(who=by))
            return ChangeAnswer(earlier, decision, "", incidents, again=True)
        new = Change(
            id=ChangeId(0),
            title=check_title(words.title),
            kind=words.kind,
            state=ChangeState.REQUESTED,
            servers=tuple(ServerName(server.name) for server in touched.targets),
            requester=by,
            requested_at=at,
            rollback=words.rollback.strip(),
            tested=words.tested.strip(),
            differences=words.differences.strip(),
            planned=words.planned.strip(),
            channel=channel,
            fix_for=words.fix_for,
        )
        new.check_request()
        change = await tx.changes.add(new, request_key)
        await _note(tx, change, Act.CHANGE_REQUESTED, by=by, outside=outside)
        if fix is not None:
            await _ask_for_fix(tx, change, touched, decision, at=at)
        return await _answer(tx, outside, change, decision, by=by)


async def _fix(tx: Transaction, number: IncidentId | None) -> Fix | None:
    """Raises UnknownIncident, IncidentEnded."""
    if number is None:
        return None
    incident = await tx.incidents.get(number)
    if incident is None:
        raise UnknownIncident(incident=incident_label(number))
    if not incident.is_open:
        raise IncidentEnded(incident=incident_label(number))
    return Fix(number)


async def _ask_for_fix(
    tx: Transaction, change: Change, touched: Touched, decision: Decision, *, at: datetime
) -> Permit:
    """I11: its permit waits until every incident that holds there agreed."""
    ask = Ask(
        caller=change.requester,
        key=f"{change_label(change.id)}:{at.isoformat()}",
        servers=change.servers,
        purpose=change.title,
        door=Door.SLACK,
        fix_for=change.fix_for,
    )
    return await add_fix(tx, ask, touched, decision, at=at, person=change.requester, change_id=change.id)


async def _answer(
    tx: Transaction, outside: Outside, change: Change, decision: Decision, *, by: SlackUserId
) -> ChangeAnswer:
    incidents = await incidents_of(tx, decision, sight=Sight(who=by))
    if decision.verdict in (Verdict.FREE, Verdict.WAITING, Verdict.FIX, Verdict.OVERRIDDEN):
        return ChangeAnswer(change, decision, "", incidents)
    if decision.allows:
        trace = await _note(tx, change, Act.CHANGE_WOULD_BE_REFUSED, by=by, outside=outside, decision=decision)
        return ChangeAnswer(change, decision, decision_label(trace.seq), incidents)
    refused = change.refuse(decision.incident_ids[0])
    await tx.changes.save(refused)
    trace = await _note(tx, refused, Act.CHANGE_REFUSED, by=by, outside=outside, decision=decision)
    await _keep_for_the_thaw(tx, refused, decision, decision_label(trace.seq), at=outside.clock.now())
    return ChangeAnswer(refused, decision, decision_label(trace.seq), incidents)


async def _keep_for_the_thaw(tx: Transaction, change: Change, decision: Decision, said: str, *, at: datetime) -> None:
    kept = held_back(
        decision,
        decision_id=said,
        caller=change.requester,
        digest=digest_of(change.servers, change_label(change.id)),
        door=Door.SLACK,
        purpose=change.title,
        names=change.servers,
        at=at,
        change_id=change.id,
    )
    await tx.held_back.note(kept)


async def approve_change(outside: Outside, *, by: SlackUserId, change_id: ChangeId) -> Change:
    """Somebody else agrees. Raises UnknownChange, ChangeImpossible, RequesterApproves, NoAuthority, NotYourDuty."""
    async with outside.store.write() as tx:
        right = await must_have(tx, outside, by, Duty.APPROVE)
        change = await still_approved(tx, outside, await _locked(tx, change_id))
        approved = change.approve(by=by, at=outside.clock.now())
        await tx.changes.save(approved)
        await _note(tx, approved, Act.CHANGE_APPROVED, by=by, outside=outside, more=right.detail)
    return approved


async def start_change(outside: Outside, *, by: SlackUserId, change_id: ChangeId) -> ChangeAnswer:
    """The work begins, if the gate says so now. A refusal is an answer, not an error.

    Rows are locked in the order of a freeze (servers, permits, change): neither waits for the other in a circle. An
    override that names its servers and that this person asked for or confirmed is used by itself.
    Raises UnknownChange, ChangeImpossible, ApprovalMissing, SecondLookMissing, NoAuthority.
    """
    at = outside.clock.now()
    async with outside.store.write() as tx:
        await must_be_member(tx, by)
        seen = _there(await tx.changes.get(change_id), change_id)
        touched = await touch(tx, seen.servers, lock=tx.servers.lock_for_freeze)
        waiting = await tx.permits.of_change(change_id) if seen.fix_for is not None else None
        change = await still_approved(tx, outside, await _locked(tx, change_id))
        override = await usable_override(tx, outside, (one.name for one in touched.targets), by=by, at=at)
        decision = await _judge_start(tx, outside, change, touched, waiting, override, at=at)
        if not decision.allows:
            change.check_not_running()
            return await _answer(tx, outside, change, decision, by=by)
        started = change.start(at=at)
        answer = await _answer(tx, outside, started, decision, by=by)
        permit = await _started_permit(tx, started, touched, decision, waiting, override, by=by, at=at)
        await tx.changes.save(started)
        await tx.held_back.close(change.id, HeldBackState.RESUMED)
        trace = await _note_started(tx, outside, started, decision, permit, override, by=by)
        return replace(answer, change=started, decision_id=answer.decision_id or decision_label(trace.seq))


async def _judge_start(
    tx: Transaction,
    outside: Outside,
    change: Change,
    touched: Touched,
    waiting: Permit | None,
    override: Override | None,
    *,
    at: datetime,
) -> Decision:
    """I1, I11 at this commit: the gate's word, checked once more where it is yes."""
    fix = None
    if change.fix_for is not None and waiting is not None:
        if waiting.state is PermitState.REFUSED:
            raise FixNotApproved(incident=incident_label(change.fix_for))
        fix = Fix(change.fix_for, (await still_agreed(tx, outside, waiting)).approved_by(at))
    decision = judge(touched, shadow=outside.policy.shadow, fix=fix, overridden=fix is None and override is not None)
    if decision.allows:
        check_started(decision, fix)
    return decision


async def _started_permit(
    tx: Transaction,
    change: Change,
    touched: Touched,
    decision: Decision,
    waiting: Permit | None,
    override: Override | None,
    *,
    by: SlackUserId,
    at: datetime,
) -> Permit:
    """The permit under which it runs; who works on a held server is written into its holds."""
    if decision.verdict is Verdict.FIX and waiting is not None:
        granted = waiting.grant(epochs={server.id: server.epoch for server in touched.blast}, at=at)
        await tx.permits.save_epochs(granted)
        permit = granted.start(at=at)
        await tx.permits.save(permit)
    else:
        permit = await _add_started(tx, change, touched, decision, override, by=by, at=at)
    if decision.verdict is Verdict.OVERRIDDEN and override is not None:
        check_overridden(override, tuple(server.name for server in touched.targets), at=at)
        await tx.overrides.save(override.use(permit.id, at=at))
    if decision.verdict in (Verdict.FIX, Verdict.OVERRIDDEN):
        await work_on(tx, [server.id for server in touched.blast], people={by, change.requester}, at=at)
    return permit


async def _add_started(
    tx: Transaction,
    change: Change,
    touched: Touched,
    decision: Decision,
    override: Override | None,
    *,
    by: SlackUserId,
    at: datetime,
) -> Permit:
    overridden = decision.verdict is Verdict.OVERRIDDEN
    new = Permit(
        id=PermitId(0),
        caller=by,
        key=f"{change_label(change.id)}:{at.isoformat()}",
        digest=digest_of(change.servers, change.title),
        state=PermitState.GRANTED,
        epochs={server.id: server.epoch for server in touched.blast},
        targets=frozenset(server.id for server in touched.targets),
        granted_at=at,
        expires_at=at + TIME_TO_START,
        kind=PermitKind.OVERRIDE if overridden else PermitKind.NORMAL,
        door=Door.SLACK,
        purpose=change.title,
        person=change.requester,
        change_id=change.id,
        override_id=override.id if overridden and override else None,
        shadow=decision.verdict is Verdict.WOULD_REFUSE,
    )
    permit = await tx.permits.add(new.start(at=at))
    assert permit is not None, "the change's row is locked: nobody else starts it at this moment"
    return permit


async def _note_started(
    tx: Transaction,
    outside: Outside,
    change: Change,
    decision: Decision,
    permit: Permit,
    override: Override | None,
    *,
    by: SlackUserId,
) -> Trace:
    """Work on what is frozen is told to its incident."""
    if decision.verdict is Verdict.OVERRIDDEN and override is not None:
        more = {"override": override_label(OverrideId(override.id)), "reason": override.reason}
        return await _note(tx, change, Act.OVERRIDE_USED, by=by, outside=outside, decision=decision, more=more)
    shown = decision if decision.verdict is Verdict.FIX else None
    return await _note(tx, change, Act.CHANGE_STARTED, by=by, outside=outside, decision=shown)


async def finish_change(outside: Outside, *, by: SlackUserId, change_id: ChangeId, outcome: ChangeState) -> Change:
    """A person says how it ended. Raises UnknownChange, ChangeImpossible, NoAuthority."""
    async with outside.store.write() as tx:
        await must_be_member(tx, by)
        return await end_change(tx, outside, by=by, change_id=change_id, outcome=outcome)


async def end_change(
    tx: Transaction, outside: Outside, *, by: SlackUserId, change_id: ChangeId, outcome: ChangeState
) -> Change:
    """As `finish_change`, in the caller's transaction."""
    at = outside.clock.now()
    seen = _there(await tx.changes.get(change_id), change_id)
    touched = await touch(tx, seen.servers, lock=tx.servers.lock_for_freeze)
    permit = await tx.permits.of_change(change_id)
    change = await _locked(tx, change_id)
    finished = change.finish(outcome, at=at)
    await tx.changes.save(finished)
    if permit:
        await tx.permits.save(permit.finish())
    await work_on(tx, [server.id for server in touched.blast], people=(), at=at)
    await _note(tx, finished, Act.CHANGE_FINISHED, by=by, outside=outside)
    return finished


async def withdraw_change(outside: Outside, *, by: SlackUserId, change_id: ChangeId) -> Change:
    """It is not wanted any more. Raises UnknownChange, ChangeImpossible, NoAuthority."""
    async with outside.store.write() as tx:
        await must_be_member(tx, by)
        withdrawn = (await _locked(tx, change_id)).withdraw()
        await tx.changes.save(withdrawn)
        await tx.held_back.close(change_id, HeldBackState.WITHDRAWN)
        await _note(tx, withdrawn, Act.CHANGE_WITHDRAWN, by=by, outside=outside)
    return withdrawn


async def list_changes(outside: Outside, *, states: Sequence[ChangeState] = (), limit: int = 20) -> Sequence[Change]:
    """The newest first."""
    async with outside.store.read() as tx:
        return await tx.changes.recent(limit, states=states)


async def _locked(tx: Transaction, change_id: ChangeId) -> Change:
    return _there(await tx.changes.lock(change_id), change_id)


def _there(change: Change | None, change_id: ChangeId) -> Change:
    if change is None:
        raise UnknownChange(change=change_label(change_id))
    return change


async def _note(
    tx: Transaction,
    change: Change,
    act: Act,
    *,
    by: SlackUserId,
    outside: Outside,
    decision: Decision | None = None,
    more: dict[str, str] | None = None,
) -> Trace:
    """One audit row; a change that a freeze stands against is told to that incident too."""
    against = decision.incident_ids[0] if decision and decision.incident_ids else None
    return await record(
        tx,
        at=outside.clock.now(),
        act=act,
        actor=by,
        subject=change_label(change.id),
        incident_id=against,
        detail={
            "change": change_label(change.id),
            "title": change.title,
            "who": change.requester,
            "servers": list(decision.servers if decision else change.servers),
            "outcome": change.state.value,
            **({"since": min(hold.held_at for hold in decision.holds).isoformat()} if decision else {}),
            **(more or {}),
        },
    )
