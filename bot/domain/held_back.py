"""Rules of what a freeze held back: after the thaw a person resumes it or withdraws it, nothing is forgotten."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from bot.domain.door import Door
from bot.domain.errors import HeldBackDecided
from bot.domain.ids import ChangeId, HeldBackId, IncidentId, ServerName, SlackUserId


class HeldBackState(StrEnum):
    """Waiting for the thaw, offered after it, then decided."""

    WAITING = "waiting"
    OFFERED = "offered"
    RESUMED = "resumed"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class HeldBack:
    """One piece of work that was refused, however often it was asked for (`asked` times)."""

    id: HeldBackId
    caller: str
    digest: str
    door: Door
    purpose: str
    servers: tuple[ServerName, ...]
    incident_ids: tuple[IncidentId, ...]
    decision: str
    at: datetime
    asked: int = 1
    change_id: ChangeId | None = None
    state: HeldBackState = HeldBackState.WAITING
    decided_by: SlackUserId | None = None

    def offer(self) -> "HeldBack":
        """Its servers are free again."""
        return replace(self, state=HeldBackState.OFFERED)

    def decide(self, to: HeldBackState, *, by: SlackUserId) -> "HeldBack":
        """Resumed or withdrawn, once. Raises HeldBackDecided."""
        if self.state is not HeldBackState.OFFERED:
            raise HeldBackDecided(now=self.state)
        return replace(self, state=to, decided_by=by)
