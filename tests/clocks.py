"""A clock that stands still until a test moves it."""

from datetime import UTC, datetime, timedelta

START = datetime(2024, 5, 20, 5, 52, tzinfo=UTC)
"""20 May 2024, 14:52 in Seoul: the minute in which the second outage of the story began."""


class FrozenClock:
    """Implements `bot.ports.clock.Clock`."""

    def __init__(self, at: datetime = START) -> None:
        self._at = at

    def now(self) -> datetime:
        """Aware UTC."""
        return self._at

    def set(self, at: datetime) -> None:
        """Any moment, also an earlier one: clocks do go back."""
        self._at = at

    def forward(self, **span: float) -> datetime:
        """`forward(minutes=5)`; returns the new time."""
        self._at += timedelta(**span)
        return self._at
