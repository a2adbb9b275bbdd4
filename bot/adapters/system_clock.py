"""The machine's own clock."""

from datetime import UTC, datetime


class SystemClock:
    """Implements `bot.ports.clock.Clock`."""

    def now(self) -> datetime:
        """Aware UTC."""
        return datetime.now(UTC)  # noqa: TID251 - this is the clock
