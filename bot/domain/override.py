"""Rules of an override (break-glass): two people, named servers, a reason, a quarter of an hour, once."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.domain.errors import OverrideElsewhere, OverrideSpent, ReasonMissing, RequesterConfirms, ServersMissing
from bot.domain.ids import OverrideId, PermitId, ServerName, SlackUserId

LASTS = timedelta(minutes=15)
"""From the second person's word."""
TIME_TO_CONFIRM = timedelta(minutes=30)
"""An override that nobody confirmed by then is asked for anew."""


@dataclass(frozen=True, slots=True)
class Override:
    """Leave to work on frozen `servers` once, against their holds and without changing them (I9)."""

    id: OverrideId
    servers: tuple[ServerName, ...]
    reason: str
    asked_by: SlackUserId
    asked_at: datetime
    confirmed_by: SlackUserId | None = None
    confirmed_at: datetime | None = None
    used_at: datetime | None = None
    permit_id: PermitId | None = None

    def check(self) -> None:
        """Raises ServersMissing, ReasonMissing."""
        if not self.servers:
            raise ServersMissing
        if not self.reason.strip():
            raise ReasonMissing

    @property
    def expires_at(self) -> datetime:
        """Worth nothing from then on: UTC."""
        return self.confirmed_at + LASTS if self.confirmed_at else self.asked_at + TIME_TO_CONFIRM

    def confirm(self, *, by: SlackUserId, at: datetime) -> "Override":
        """A second person agrees. Raises RequesterConfirms, OverrideSpent."""
        if by == self.asked_by:
            raise RequesterConfirms
        if self.confirmed_by is not None or at >= self.expires_at:
            raise OverrideSpent(why="confirmed" if self.confirmed_by else "expired")
        return replace(self, confirmed_by=by, confirmed_at=at)

    def check_use(self, targets: tuple[ServerName, ...], *, at: datetime) -> None:
        """Raises OverrideSpent (unconfirmed, expired, used), OverrideElsewhere (a server that it does not name)."""
        if self.confirmed_by is None:
            raise OverrideSpent(why="unconfirmed")
        if self.used_at is not None:
            raise OverrideSpent(why="used")
        if at >= self.expires_at:
            raise OverrideSpent(why="expired")
        if others := sorted(set(targets) - set(self.servers)):
            raise OverrideElsewhere(servers=others)

    def use(self, permit_id: PermitId, *, at: datetime) -> "Override":
        """It is spent; `check_use` came before."""
        return replace(self, used_at=at, permit_id=permit_id)


def check_overridden(override: Override, targets: tuple[ServerName, ...], *, at: datetime) -> None:
    """I9 at run time."""
    assert override.reason.strip() and override.servers and set(targets) <= set(override.servers)
    assert override.confirmed_by is not None and override.confirmed_at is not None
    assert override.confirmed_by != override.asked_by
    assert at < override.confirmed_at + LASTS and override.used_at is None
