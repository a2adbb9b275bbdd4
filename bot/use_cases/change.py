"""Changes: asked for, approved, started through the gate, finished."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.domain.audit import Act, decision_label
from bot.domain.change import Change, ChangeKind, ChangeState
from bot.domain.errors import ServersMissing, UnknownChange
from bot.domain.gate import Decision, Verdict, check_started
from bot.domain.ids import ChangeId, ChannelId, ServerName, SlackUserId, change_label
from bot.domain.incident import Incident, check_title
from bot.ports.outside import Outside
from bot.ports.storage import Transaction
from bot.use_cases.gate import digest_of, grant, incidents_of, judge
from bot.use_cases.person import must_be_member
from bot.use_cases.record import Trace, record
from bot.use_cases.server import named_servers


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
        named = await named_servers(tx, words.servers)
        earlier = await tx.changes.by_request_key(request_key)
        decision, locked = await judge(tx, named.servers, shadow=outside.policy.shadow)
        if earlier:
            return ChangeAnswer(earlier, decision, "", await incidents_of(tx, decision), again=True)
        new = Change(
            id=ChangeId(0),
            title=check_title(words.title),
            kind=words.kind,
            state=ChangeState.REQUESTED,
            servers=tuple(ServerName(server.name) for server in locked),
            requester=by,
            requested_at=at,
            rollback=words.rollback.strip(),
            tested=words.tested.strip(),
            differences=words.differences.strip(),
            planned=words.planned.strip(),
            channel=channel,
        )
        new.check_request()
        change = await tx.changes.add(new, request_key)
        await _note(tx, change, Act.CHANGE_REQUESTED, by=by, outside=outside)
        return await _answer(tx, outside, change, decision, by=by)


async def _answer(
    tx: Transaction, outside: Outside, change: Change, decision: Decision, *, by: SlackUserId
) -> ChangeAnswer:
    incidents = await incidents_of(tx, decision)
    if decision.verdict is Verdict.FREE:
        return ChangeAnswer(change, decision, "", incidents)
    if decision.allows:
        trace = await _note(tx, change, Act.CHANGE_WOULD_BE_REFUSED, by=by, outside=outside, decision=decision)
        return ChangeAnswer(change, decision, decision_label(trace.seq), incidents)
    refused = change.refuse(decision.incident_ids[0])
    await tx.changes.save(refused)
    trace = await _note(tx, refused, Act.CHANGE_REFUSED, by=by, outside=outside, decision=decision)
    return ChangeAnswer(refused, decision, decision_label(trace.seq), incidents)


async def approve_change(outside: Outside, *, by: SlackUserId, change_id: ChangeId) -> Change:
    """Somebody else agrees. Raises UnknownChange, ChangeImpossible, RequesterApproves, NoAuthority."""
    async with outside.store.write() as tx:
        await must_be_member(tx, by)
        change = await _locked(tx, change_id)
        approved = change.approve(by=by, at=outside.clock.now())
        await tx.changes.save(approved)
        await _note(tx, approved, Act.CHANGE_APPROVED, by=by, outside=outside)
    return approved


async def start_change(outside: Outside, *, by: SlackUserId, change_id: ChangeId) -> ChangeAnswer:
    """The work begins, if the gate says so now. A refusal is an answer, not an error.

    Rows are locked in the order of a freeze (servers, permits, change): neither waits for the other in a circle.
    Raises UnknownChange, ChangeImpossible, ApprovalMissing, NoAuthority.
    """
    at = outside.clock.now()
    async with outside.store.write() as tx:
        await must_be_member(tx, by)
        named = await named_servers(tx, await _servers(tx, change_id))
        decision, locked = await judge(tx, named.servers, shadow=outside.policy.shadow)
        change = await _locked(tx, change_id)
        if not decision.allows:
            change.check_not_running()
            return await _answer(tx, outside, change, decision, by=by)
        started = change.start(at=at)
        check_started(decision)
        answer = await _answer(tx, outside, started, decision, by=by)
        permit = await grant(
            tx,
            caller=by,
            key=f"{change_label(change.id)}:{at.isoformat()}",
            digest=digest_of(change.servers, change.title),
            servers=locked,
            at=at,
            decision=decision,
            change_id=change.id,
        )
        await tx.permits.save(permit.start())
        await tx.changes.save(started)
        trace = await _note(tx, started, Act.CHANGE_STARTED, by=by, outside=outside)
        return replace(answer, change=started, decision_id=answer.decision_id or decision_label(trace.seq))


async def finish_change(outside: Outside, *, by: SlackUserId, change_id: ChangeId, outcome: ChangeState) -> Change:
    """A person says how it ended. Raises UnknownChange, ChangeImpossible, NoAuthority."""
    async with outside.store.write() as tx:
        await must_be_member(tx, by)
        permit = await tx.permits.of_change(change_id)
        change = await _locked(tx, change_id)
        finished = change.finish(outcome, at=outside.clock.now())
        await tx.changes.save(finished)
        if permit:
            await tx.permits.save(permit.finish())
        await _note(tx, finished, Act.CHANGE_FINISHED, by=by, outside=outside)
    return finished


async def list_changes(outside: Outside, *, states: Sequence[ChangeState] = (), limit: int = 20) -> Sequence[Change]:
    """The newest first."""
    async with outside.store.read() as tx:
        return await tx.changes.recent(limit, states=states)


async def _locked(tx: Transaction, change_id: ChangeId) -> Change:
    return _there(await tx.changes.lock(change_id), change_id)


async def _servers(tx: Transaction, change_id: ChangeId) -> Sequence[ServerName]:
    return _there(await tx.changes.get(change_id), change_id).servers


def _there(change: Change | None, change_id: ChangeId) -> Change:
    if change is None:
        raise UnknownChange(change=change_label(change_id))
    return change


async def _note(
    tx: Transaction, change: Change, act: Act, *, by: SlackUserId, outside: Outside, decision: Decision | None = None
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
        },
    )
