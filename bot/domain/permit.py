"""Rules of a permit: leave to start one piece of work, once, soon, on servers as they were when it was given."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from bot.domain.errors import PermitStale
from bot.domain.ids import ChangeId, PermitId, ServerId

TIME_TO_START = timedelta(minutes=5)
"""A permit not started by then is worth nothing."""


class PermitState(StrEnum):
    """The life of a permit."""

    GRANTED = "granted"
    STARTED = "started"
    DRAINING = "draining"
    REVOKED = "revoked"
    FINISHED = "finished"


@dataclass(frozen=True, slots=True)
class Permit:
    """Leave for `caller` to work on the servers of `epochs` (server id → epoch when it was given)."""

    id: PermitId
    caller: str
    key: str
    digest: str
    state: PermitState
    epochs: Mapping[ServerId, int]
    granted_at: datetime
    expires_at: datetime
    change_id: ChangeId | None = None
    shadow: bool = False

    def check_start(self, *, now: datetime, epochs: Mapping[ServerId, int]) -> None:
        """I2: raises PermitStale when started, revoked, expired, or a server's epoch moved."""
        if self.state is not PermitState.GRANTED:
            raise PermitStale(why=self.state)
        if now >= self.expires_at:
            raise PermitStale(why="expired")
        if any(epochs.get(server) != epoch for server, epoch in self.epochs.items()):
            raise PermitStale(why="epoch")

    def start(self) -> "Permit":
        """Work begins; `check_start` came before."""
        return replace(self, state=PermitState.STARTED)

    def freeze(self) -> "Permit":
        """I3: what has not started is revoked, what runs is drained."""
        if self.state is PermitState.GRANTED:
            return replace(self, state=PermitState.REVOKED)
        if self.state is PermitState.STARTED:
            return replace(self, state=PermitState.DRAINING)
        return self

    def finish(self) -> "Permit":
        """The work ended, as its caller says. Raises PermitStale where it never ran."""
        if self.state not in (PermitState.STARTED, PermitState.DRAINING):
            raise PermitStale(why=self.state)
        return replace(self, state=PermitState.FINISHED)
