"""Rules of the freeze: one incident holds one server until somebody else verified the fix there."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from bot.domain.errors import (
    EvidenceChanged,
    EvidenceMissing,
    NotClaimed,
    NotHeld,
    ReasonMissing,
    VerifierFixed,
)
from bot.domain.ids import HoldId, IncidentId, ServerId, ServerName, SlackUserId


class HoldState(StrEnum):
    """Active and claimed freeze the server; released is final."""

    ACTIVE = "active"
    CLAIMED = "claimed"
    RELEASED = "released"


class HoldCause(StrEnum):
    """How a server came to be held: named at the declaration, added later, or reached over a `shared_fate` edge."""

    DECLARED = "declared"
    ADDED = "added"
    PROPAGATED = "propagated"


class ReleaseReason(StrEnum):
    """Why a hold was let go; a mistaken one goes the same way, with two people."""

    VERIFIED = "verified"
    MISTAKE = "mistake"


FREEZING = frozenset({HoldState.ACTIVE, HoldState.CLAIMED})


@dataclass(frozen=True, slots=True)
class Hold:
    """One incident holds one server. `fixers` is everybody who ever claimed or worked on the fix: it only grows.

    `reached_from`: the named server whose fate this one shares; `mistaken`: the claim says that it never was at fault.
    """

    id: HoldId
    incident_id: IncidentId
    server_id: ServerId
    server: ServerName
    state: HoldState
    cause: HoldCause
    held_by: SlackUserId
    held_at: datetime
    fixers: frozenset[SlackUserId] = frozenset()
    evidence: str = ""
    claimed_by: SlackUserId | None = None
    claimed_at: datetime | None = None
    verified_by: SlackUserId | None = None
    released_at: datetime | None = None
    reached_from: ServerName | None = None
    mistaken: bool = False

    @property
    def freezes(self) -> bool:
        """Whether this hold freezes its server."""
        return self.state in FREEZING

    @property
    def digest(self) -> str:
        """What a verifier approves: changes with the evidence, the claimer and the moment of the claim."""
        seen = f"{self.id}\n{self.claimed_by}\n{self.claimed_at}\n{self.mistaken}\n{self.evidence}"
        return hashlib.sha256(seen.encode()).hexdigest()[:16]

    def claim(self, *, by: SlackUserId, evidence: str, at: datetime, mistaken: bool = False) -> "Hold":
        """Somebody says that the fault is fixed here (or never was here), and shows it.

        Raises NotHeld, EvidenceMissing.
        """
        self._must_freeze()
        if not evidence.strip():
            raise EvidenceMissing(server=self.server)
        return replace(
            self,
            state=HoldState.CLAIMED,
            evidence=evidence.strip(),
            claimed_by=by,
            claimed_at=at,
            mistaken=mistaken,
            fixers=self.fixers | {by},
        )

    def worked_on(self, by: Iterable[SlackUserId]) -> "Hold":
        """People work on this server now: none of them verifies it, and what was claimed before no longer shows it."""
        touched = replace(self, fixers=self.fixers | set(by))
        return touched.void() if self.state is HoldState.CLAIMED else touched

    def void(self) -> "Hold":
        """The claim no longer holds: work came after it, or a check turned red. Raises NotHeld, NotClaimed."""
        self._must_be_claimed()
        return self._active_again()

    def move_to(self, incident_id: IncidentId) -> "Hold":
        """The incident was merged into another, which takes over the hold. Raises NotHeld."""
        self._must_freeze()
        return replace(self, incident_id=incident_id)

    def reject(self, *, reason: str) -> "Hold":
        """The evidence does not convince: the hold is active again. Raises NotHeld, NotClaimed, ReasonMissing."""
        self._must_be_claimed()
        if not reason.strip():
            raise ReasonMissing
        return self._active_again()

    def _active_again(self) -> "Hold":
        return replace(self, state=HoldState.ACTIVE, evidence="", claimed_by=None, claimed_at=None, mistaken=False)

    @property
    def release_reason(self) -> ReleaseReason | None:
        """Why it was let go, once it was."""
        if self.state is not HoldState.RELEASED:
            return None
        return ReleaseReason.MISTAKE if self.mistaken else ReleaseReason.VERIFIED

    def verify(self, *, by: SlackUserId, at: datetime, digest: str | None = None) -> "Hold":
        """Releases the hold. Raises NotHeld, NotClaimed, VerifierFixed, EvidenceChanged."""
        self._must_be_claimed()
        if by in self.fixers:
            raise VerifierFixed(server=self.server)
        if digest is not None and digest != self.digest:
            raise EvidenceChanged(server=self.server)
        return replace(self, state=HoldState.RELEASED, verified_by=by, released_at=at)

    def _must_freeze(self) -> None:
        if not self.freezes:
            raise NotHeld(server=self.server)

    def _must_be_claimed(self) -> None:
        self._must_freeze()
        if self.state is not HoldState.CLAIMED:
            raise NotClaimed(server=self.server)


def check_release(before: Hold, after: Hold) -> None:
    """I5, I6 at run time: evidence, a verifier who fixed nothing, the same incident and server."""
    assert after.state is HoldState.RELEASED and before.state is HoldState.CLAIMED
    assert before.evidence and after.verified_by is not None
    assert after.verified_by not in before.fixers | {before.claimed_by}
    assert (before.incident_id, before.server_id) == (after.incident_id, after.server_id)


def open_holds(holds: Iterable[Hold]) -> tuple[Hold, ...]:
    """The holds that freeze, oldest first."""
    return tuple(sorted((h for h in holds if h.freezes), key=lambda h: (h.held_at, h.id)))


def server_names(holds: Iterable[Hold]) -> tuple[str, ...]:
    """The names of the servers that these holds freeze, each once, sorted."""
    return tuple(sorted({h.server for h in holds if h.freezes}))
