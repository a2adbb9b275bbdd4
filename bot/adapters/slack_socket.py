"""Slack's Socket Mode: two connections at once, each replaced by a new one before the old one is let go.

Slack sends each delivery over any one of them, and what it repeats may come over the other: one row keeps it once.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

from aiohttp import ClientError
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError

from bot.adapters.slack_line import Line

log = logging.getLogger(__name__)

LINES = 2
"""Connections at once; Slack allows ten."""
TRY_SECONDS = 10.0
"""So long a connection may take until Slack's hello."""
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0
"""Seconds between two tries, doubled each time."""


class Sockets:
    """Listens for a Bolt app while `listening` runs; `up` counts the connections that stand.

    `on_hole` is called once Slack reaches us again after a time when none stood.
    """

    def __init__(
        self, bolt: AsyncApp, app_token: str, is_delivery: Callable[[Any], bool], on_hole: Callable[[], None]
    ) -> None:
        self._new_line = partial(Line, bolt, app_token, is_delivery)
        self._on_hole = on_hole
        self._was_alone = False
        self._lines: set[Line] = set()
        self._first = asyncio.Event()

    @property
    def up(self) -> int:
        """Connections over which Slack reaches us now."""
        return sum(line.is_up for line in self._lines)

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[None]:
        """Waits for the first connection; at the end acknowledges what is in hand, then closes."""
        keepers = [asyncio.ensure_future(self._keep(place)) for place in range(LINES)]
        try:
            await self._first.wait()
            yield
        finally:
            for keeper in keepers:
                keeper.cancel()
            await asyncio.gather(*keepers, return_exceptions=True)
            await asyncio.gather(*(line.close() for line in self._lines), return_exceptions=True)
            self._lines.clear()

    async def _keep(self, place: int) -> None:
        if place:
            await self._first.wait()
        old: Line | None = None
        while True:
            line = await self._open()
            self._first.set()
            if self._was_alone:
                self._was_alone = False
                self._on_hole()
            if old is not None:
                await self._retire(old)
            await line.gone()
            log.info("a connection to Slack is replaced", extra={"place": place, "still_up": self.up})
            self._was_alone = self._was_alone or not self.up
            old = line

    async def _open(self) -> Line:
        pause = FIRST_PAUSE
        while True:
            line = self._new_line()
            self._lines.add(line)
            try:
                async with asyncio.timeout(TRY_SECONDS):
                    await line.open()
            except SlackApiError as refused:
                pause = max(pause, _asked(refused))
            except (ClientError, OSError, TimeoutError) as trouble:
                log.warning("no connection to Slack yet: %s", type(trouble).__name__)
            else:
                return line
            await self._retire(line)
            await asyncio.sleep(pause)
            pause = min(LONGEST_PAUSE, pause * 2)

    async def _retire(self, line: Line) -> None:
        await line.close()
        self._lines.discard(line)


def _asked(refused: SlackApiError) -> float:
    """The seconds that Slack asks us to wait; what it refuses for good is said aloud."""
    reason = refused.response.get("error")
    if reason == "ratelimited":
        asked = str(refused.response.headers.get("Retry-After", ""))
        return float(asked) if asked.isdigit() else LONGEST_PAUSE
    log.error("Slack refuses our app token: %s. Copy SLACK_APP_TOKEN from the app's page.", reason)
    return 0.0
