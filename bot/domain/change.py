"""Rules of a change: planned work, what was tested before it, who approved it, how it ended."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from bot.domain.errors import ApprovalMissing, ChangeImpossible, PreTestMissing, RequesterApproves
from bot.domain.ids import ChangeId, ChannelId, IncidentId, ServerName, SlackUserId


class ChangeKind(StrEnum):
    """Minor work needs no approval; major work needs pre-test evidence and somebody else's approval."""

    MINOR = "minor"
    MAJOR = "major"


class ChangeState(StrEnum):
    """The life of a change."""

    REQUESTED = "requested"
    APPROVED = "approved"
    REFUSED = "refused"
    STARTED = "started"
    DRAINING = "draining"
    DONE = "done"
    FAILED = "failed"
    ABORTED = "aborted"
    ROLLED_BACK = "rolled_back"


ENDS = frozenset({ChangeState.DONE, ChangeState.FAILED, ChangeState.ABORTED, ChangeState.ROLLED_BACK})
RUNNING = frozenset({ChangeState.STARTED, ChangeState.DRAINING})


@dataclass(frozen=True, slots=True)
class Change:
    """One piece of planned work. `differences`: how the test environment differs from production ("none" is said)."""

    id: ChangeId
    title: str
    kind: ChangeKind
    state: ChangeState
    servers: tuple[ServerName, ...]
    requester: SlackUserId
    requested_at: datetime
    rollback: str = ""
    tested: str = ""
    differences: str = ""
    planned: str = ""
    channel: ChannelId | None = None
    approver: SlackUserId | None = None
    approved_at: datetime | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    refused_by_incident: IncidentId | None = None

    def check_request(self) -> None:
        """Raises PreTestMissing where major work shows no test, no link, or no word on the difference."""
        if self.kind is not ChangeKind.MAJOR:
            return
        if not self.tested.strip() or "://" not in self.tested or not self.differences.strip():
            raise PreTestMissing

    def approve(self, *, by: SlackUserId, at: datetime) -> "Change":
        """Somebody else agrees. Raises ChangeImpossible, RequesterApproves."""
        if self.state not in (ChangeState.REQUESTED, ChangeState.REFUSED) or self.approver is not None:
            raise ChangeImpossible(now=self.state, to=ChangeState.APPROVED)
        if by == self.requester:
            raise RequesterApproves
        state = ChangeState.APPROVED if self.state is ChangeState.REQUESTED else self.state
        return replace(self, state=state, approver=by, approved_at=at)

    def check_not_running(self) -> None:
        """Raises ChangeImpossible where it ran or ended already."""
        if self.state in RUNNING | ENDS:
            raise ChangeImpossible(now=self.state, to=ChangeState.STARTED)

    def check_start(self) -> None:
        """Raises ChangeImpossible where it ran or ended already, ApprovalMissing where major work has none."""
        self.check_not_running()
        if self.kind is ChangeKind.MAJOR and self.approver is None:
            raise ApprovalMissing(change=self.id)

    def start(self, *, at: datetime) -> "Change":
        """Work begins. Raises as `check_start`; whether its servers are free is the gate's word."""
        self.check_start()
        return replace(self, state=ChangeState.STARTED, started_at=at, refused_by_incident=None)

    def refuse(self, incident_id: IncidentId) -> "Change":
        """The gate said no; the change may be asked for again."""
        return replace(self, state=ChangeState.REFUSED, refused_by_incident=incident_id)

    def drain(self) -> "Change":
        """A freeze came while it ran."""
        return replace(self, state=ChangeState.DRAINING)

    def finish(self, outcome: ChangeState, *, at: datetime) -> "Change":
        """A person says how it ended. Raises ChangeImpossible."""
        if self.state not in RUNNING or outcome not in ENDS:
            raise ChangeImpossible(now=self.state, to=outcome)
        return replace(self, state=outcome, finished_at=at)
