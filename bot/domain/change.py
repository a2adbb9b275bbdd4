"""Rules of a change: planned work, what was tested before it, who approved it, how it ended."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from bot.domain.errors import (
    ApprovalMissing,
    ApproverTwice,
    ChangeImpossible,
    PreTestMissing,
    RequesterApproves,
    SecondLookMissing,
)
from bot.domain.ids import ChangeId, ChannelId, IncidentId, ServerName, SlackUserId, change_label


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
    UNKNOWN = "unknown"
    WITHDRAWN = "withdrawn"
    DONE = "done"
    FAILED = "failed"
    ABORTED = "aborted"
    ROLLED_BACK = "rolled_back"


ENDS = frozenset({ChangeState.DONE, ChangeState.FAILED, ChangeState.ABORTED, ChangeState.ROLLED_BACK})
RUNNING = frozenset({ChangeState.STARTED, ChangeState.DRAINING})
ENDABLE = RUNNING | {ChangeState.UNKNOWN}
WAITING = frozenset({ChangeState.REQUESTED, ChangeState.APPROVED, ChangeState.REFUSED})

NO_DIFFERENCE = frozenset(
    {
        "none",
        "no",
        "no difference",
        "no differences",
        "nothing",
        "n/a",
        "-",
        "없음",
        "없다",
        "없습니다",
        "차이 없음",
        "차이 없다",
    }
)
"""What people write where the test environment is like production: an empty difference is said to be empty."""


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
    second_look: SlackUserId | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    refused_by_incident: IncidentId | None = None
    fix_for: IncidentId | None = None

    @property
    def needs_second_look(self) -> bool:
        """Major work that was tested somewhere unlike production: two people look at what differs."""
        word = self.differences.strip().rstrip(".").lower()
        return self.kind is ChangeKind.MAJOR and word not in NO_DIFFERENCE

    @property
    def is_approved(self) -> bool:
        """Whether everybody who has to agreed."""
        if self.kind is not ChangeKind.MAJOR:
            return True
        return self.approver is not None and (self.second_look is not None or not self.needs_second_look)

    def without(self, lost: Collection[SlackUserId]) -> "Change":
        """The words of these people do not count any more."""
        kept = [who for who in (self.approver, self.second_look) if who is not None and who not in lost]
        if kept == [who for who in (self.approver, self.second_look) if who is not None]:
            return self
        state = ChangeState.REQUESTED if self.state is ChangeState.APPROVED else self.state
        return replace(self, approver=kept[0] if kept else None, second_look=None, state=state, approved_at=None)

    def check_request(self) -> None:
        """Raises PreTestMissing where major work shows no test, no link, or no word on the difference."""
        if self.kind is not ChangeKind.MAJOR:
            return
        if not self.tested.strip() or "://" not in self.tested or not self.differences.strip():
            raise PreTestMissing

    def approve(self, *, by: SlackUserId, at: datetime) -> "Change":
        """Somebody else agrees; where the tests were unlike production, two of them.

        Raises ChangeImpossible, RequesterApproves, ApproverTwice.
        """
        done = self.approver is not None and (self.second_look is not None or not self.needs_second_look)
        if self.state not in (ChangeState.REQUESTED, ChangeState.REFUSED) or done:
            raise ChangeImpossible(now=self.state, to=ChangeState.APPROVED)
        if by == self.requester:
            raise RequesterApproves
        if by == self.approver:
            raise ApproverTwice
        agreed = replace(self, approver=by) if self.approver is None else replace(self, second_look=by)
        if not agreed.is_approved:
            return agreed
        state = ChangeState.APPROVED if self.state is ChangeState.REQUESTED else self.state
        return replace(agreed, state=state, approved_at=at)

    def check_not_running(self) -> None:
        """Raises ChangeImpossible where it ran or ended already."""
        self.check_not_running_to(ChangeState.STARTED)

    def check_not_running_to(self, to: ChangeState) -> None:
        """As `check_not_running`, on the way to `to`."""
        if self.state not in WAITING:
            raise ChangeImpossible(now=self.state, to=to)

    def check_start(self) -> None:
        """Raises ChangeImpossible where it ran or ended already, ApprovalMissing where major work has none."""
        self.check_not_running()
        if not self.is_approved:
            raise (ApprovalMissing if self.approver is None else SecondLookMissing)(change=change_label(self.id))

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

    def lose(self) -> "Change":
        """I12: nobody knows whether it still runs; only a person says how it ended."""
        return replace(self, state=ChangeState.UNKNOWN) if self.state in RUNNING else self

    def withdraw(self) -> "Change":
        """It was held back and is not wanted any more. Raises ChangeImpossible."""
        self.check_not_running_to(ChangeState.WITHDRAWN)
        return replace(self, state=ChangeState.WITHDRAWN)

    def finish(self, outcome: ChangeState, *, at: datetime) -> "Change":
        """A person says how it ended. Raises ChangeImpossible."""
        if self.state not in ENDABLE or outcome not in ENDS:
            raise ChangeImpossible(now=self.state, to=outcome)
        return replace(self, state=outcome, finished_at=at)
