"""Whether Slack may have failed to deliver something: open incidents' channels are then read from their beginning."""

from datetime import datetime, timedelta

from bot.ports.outside import Outside
from bot.use_cases.backfill import ask_all
from bot.use_cases.sight import read_members_again

SILENCE = timedelta(minutes=10)
"""Once nothing came for so long, what comes next says that something may be missing: Slack tries for 6 minutes."""


class Losses:
    """What this process noticed; it is not kept, because a start reads everything anyway."""

    def __init__(self, outside: Outside) -> None:
        self._outside = outside
        self._suspected = False
        self.limited = 0

    def suspect(self) -> None:
        """Something may be missing."""
        self._suspected = True

    def heard(self, at: datetime, before: datetime | None) -> None:
        """A delivery came; `before`: the one before it."""
        if before is not None and at - before > SILENCE:
            self.suspect()

    def held_back(self) -> None:
        """Slack says that for a minute it delivered nothing, because there was too much (`app_rate_limited`)."""
        self.limited += 1
        self.suspect()

    async def make_good(self) -> None:
        """Has the channels read where something may be missing. Raises StoreUnavailable; it is then tried again."""
        if not self._suspected:
            return
        self._suspected = False
        try:
            await ask_all(self._outside, ended=False)
            await read_members_again(self._outside)
        except BaseException:
            self._suspected = True
            raise
