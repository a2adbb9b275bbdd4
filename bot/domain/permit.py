"""Rules of a permit: leave to start one piece of work, once, soon, on servers as they were when it was given."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from bot.domain.door import Door
from bot.domain.errors import AlreadyApproved, PermitNotRunning, PermitStale, RequesterApproves
from bot.domain.ids import ChangeId, IncidentId, OverrideId, PermitId, ServerId, SlackUserId

TIME_TO_START = timedelta(minutes=5)
"""A permit not started by then is worth nothing."""
APPROVAL_LASTS = timedelta(minutes=30)
"""A fix permit is asked for again within this time after its approval, or approved anew."""
LEASE = timedelta(seconds=60)
"""A caller that sent a heartbeat once sends another within this time, or nobody knows what became of its work."""
LONGEST_RUN = timedelta(hours=2)
"""A machine's work that has not ended by then is in an unknown state."""
LONGEST_CHANGE = timedelta(hours=12)
"""The same for work that a person started in Slack."""


class PermitKind(StrEnum):
    """Normal work; the fix of one incident on what it holds; work under an override."""

    NORMAL = "normal"
    FIX = "fix"
    OVERRIDE = "override"


class PermitState(StrEnum):
    """The life of a permit. Unknown: it ran, and only a person can say how it ended."""

    WAITING = "waiting"
    GRANTED = "granted"
    STARTED = "started"
    DRAINING = "draining"
    UNKNOWN = "unknown"
    REVOKED = "revoked"
    REFUSED = "refused"
    FINISHED = "finished"


RUNNING = frozenset({PermitState.STARTED, PermitState.DRAINING})
ENDABLE = RUNNING | {PermitState.UNKNOWN}
DEAD = frozenset({PermitState.REVOKED, PermitState.REFUSED})


class Directive(StrEnum):
    """What a running piece of work is told at its heartbeat. Drain: finish the step at hand, begin no other."""

    GO = "go"
    DRAIN = "drain"
    CONTINUE = "continue"
    ROLL_BACK = "roll_back"
    STOP = "stop"


@dataclass(frozen=True, slots=True)
class Approval:
    """One incident agrees, by the word of its commander (or of a member, where it has none)."""

    incident_id: IncidentId
    by: SlackUserId
    at: datetime


@dataclass(frozen=True, slots=True)
class Permit:
    """Leave for `caller` to work on `targets`.

    `epochs` (server id → epoch when it was given) spans the targets and all that share their fate.
    `person` is who does the work, where that is known; `incident_id` is whose fix it is.
    """

    id: PermitId
    caller: str
    key: str
    digest: str
    state: PermitState
    epochs: Mapping[ServerId, int]
    granted_at: datetime
    expires_at: datetime
    targets: frozenset[ServerId] = frozenset()
    kind: PermitKind = PermitKind.NORMAL
    door: Door = Door.HTTP
    purpose: str = ""
    person: SlackUserId | None = None
    change_id: ChangeId | None = None
    incident_id: IncidentId | None = None
    override_id: OverrideId | None = None
    shadow: bool = False
    approvals: tuple[Approval, ...] = ()
    directive: Directive = Directive.GO
    started_at: datetime | None = None
    lease_until: datetime | None = None
    ends_by: datetime | None = None

    def approved_by(self, now: datetime) -> frozenset[IncidentId]:
        """The incidents whose approval still counts."""
        return frozenset(one.incident_id for one in self.approvals if now < one.at + APPROVAL_LASTS)

    def without(self, lost: Collection[SlackUserId]) -> "Permit":
        """The words of these people do not count any more."""
        return replace(self, approvals=tuple(one for one in self.approvals if one.by not in lost))

    def approve(self, *, incident_id: IncidentId, by: SlackUserId, at: datetime) -> "Permit":
        """I11: one more incident agrees to the fix. Raises PermitStale, RequesterApproves, AlreadyApproved."""
        if self.state is not PermitState.WAITING:
            raise PermitStale(why=self.state)
        if by == self.person:
            raise RequesterApproves
        if incident_id in self.approved_by(at):
            raise AlreadyApproved
        others = tuple(one for one in self.approvals if one.incident_id != incident_id)
        return replace(self, approvals=(*others, Approval(incident_id, by, at)))

    def refuse(self) -> "Permit":
        """A commander says no to the fix. Raises PermitStale."""
        if self.state is not PermitState.WAITING:
            raise PermitStale(why=self.state)
        return replace(self, state=PermitState.REFUSED)

    def grant(self, *, epochs: Mapping[ServerId, int], at: datetime) -> "Permit":
        """A fix that waited goes ahead, on servers as they are now."""
        return replace(
            self, state=PermitState.GRANTED, epochs=dict(epochs), granted_at=at, expires_at=at + TIME_TO_START
        )

    def check_start(self, *, now: datetime, epochs: Mapping[ServerId, int]) -> None:
        """I2: raises PermitStale when started, revoked, expired, or a server's epoch moved."""
        if self.state is not PermitState.GRANTED:
            raise PermitStale(why=self.state)
        if self.has_expired(now):
            raise PermitStale(why="expired")
        if any(epochs.get(server) != epoch for server, epoch in self.epochs.items()):
            raise PermitStale(why="epoch")

    def has_expired(self, now: datetime) -> bool:
        """Whether it was given and not started in its time."""
        return self.state is PermitState.GRANTED and now >= self.expires_at

    def start(self, *, at: datetime) -> "Permit":
        """Work begins; `check_start` came before."""
        longest = LONGEST_RUN if self.change_id is None else LONGEST_CHANGE
        return replace(self, state=PermitState.STARTED, started_at=at, ends_by=at + longest)

    def freeze(self) -> "Permit":
        """I3: what has not started is revoked, what runs is drained. A fix that waits goes on waiting."""
        if self.state is PermitState.GRANTED:
            return replace(self, state=PermitState.REVOKED)
        if self.state in RUNNING:
            return replace(self, state=PermitState.DRAINING, directive=Directive.DRAIN, approvals=())
        return self

    def beat(self, *, at: datetime) -> "Permit":
        """The work still runs. Raises PermitStale.

        Work that nobody knew of comes back as drained: who said before that it may go on did not know what froze since.
        """
        if self.state is PermitState.UNKNOWN:
            how = Directive.STOP if self.directive is Directive.STOP else Directive.DRAIN
            back = replace(self, state=PermitState.DRAINING, directive=how, approvals=())
            return replace(back, lease_until=at + LEASE)
        if self.state not in RUNNING:
            raise PermitStale(why=self.state)
        return replace(self, lease_until=at + LEASE)

    def direct(self, directive: Directive, *, incident_id: IncidentId, by: SlackUserId, at: datetime) -> "Permit":
        """An incident says how drained work goes on. Another word than before is agreed to anew by every incident.

        "Go" is what work is told that nobody stopped: here it means to continue, with everybody's word.
        Nobody lets his own work go on. Raises PermitNotRunning, RequesterApproves.
        """
        if self.state is not PermitState.DRAINING:
            raise PermitNotRunning(now=self.state)
        directive = Directive.CONTINUE if directive is Directive.GO else directive
        if directive in (Directive.CONTINUE, Directive.ROLL_BACK) and by == self.person:
            raise RequesterApproves
        agreed = self.approvals if directive is self.directive else ()
        others = tuple(one for one in agreed if one.incident_id != incident_id)
        return replace(self, directive=directive, approvals=(*others, Approval(incident_id, by, at)))

    def told(self, holding: Collection[IncidentId]) -> Directive:
        """What the work is told: going on or back takes the word of every incident that holds there, stopping one."""
        if self.directive not in (Directive.CONTINUE, Directive.ROLL_BACK):
            return self.directive
        agreed = {one.incident_id for one in self.approvals}
        return self.directive if set(holding) <= agreed else Directive.DRAIN

    def lose(self, *, now: datetime) -> "Permit":
        """I12: work whose lease or longest time ran out is unknown, never done."""
        late = (self.lease_until and now >= self.lease_until) or (self.ends_by and now >= self.ends_by)
        if self.state in RUNNING and late:
            return replace(self, state=PermitState.UNKNOWN)
        return self

    def finish(self) -> "Permit":
        """The work ended, as its caller or a person says. Raises PermitStale where it never ran."""
        if self.state not in ENDABLE:
            raise PermitStale(why=self.state)
        return replace(self, state=PermitState.FINISHED)
