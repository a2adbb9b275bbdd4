"""One connection of Slack's Socket Mode, used once: it is replaced as soon as it ends, is told to go, or falls silent.

The client of slack_sdk reconnects by itself: it closes the old connection before it opens the new one, tries for ever
in silence, and has been seen to stand there hearing nothing (slackapi/python-slack-sdk#1701, bolt-python#1529). So it
is let hear and answer here, and nothing else.
"""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from slack_bolt import BoltResponse
from slack_bolt.adapter.socket_mode.async_internals import run_async_bolt_app, send_async_response
from slack_bolt.async_app import AsyncApp
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest

log = logging.getLogger(__name__)

WATCH_SECONDS = 0.25
"""How often we look whether a connection still stands."""
PING_SECONDS = 3
"""Between two pings; a missing answer closes the connection after half as long again."""
QUIET_SECONDS = 4 * PING_SECONDS
"""A connection on which nothing came for so long, not even the answer to a ping, is dead."""
DRAIN_SECONDS = 2.0
"""So long what is in hand may take to be acknowledged before a connection is closed."""
CLOSE_SECONDS = 1.0
"""So long the other side may take to say good-bye."""


class Line(SocketModeClient):
    """`open` returns with Slack's hello, `gone` when it must be replaced; `close` drains first.

    What is no `is_delivery` is acknowledged, since Slack would only send it again, and dropped.
    """

    def __init__(self, bolt: AsyncApp, app_token: str, is_delivery: Callable[[Any], bool]) -> None:
        super().__init__(app_token, bolt.logger, bolt.client, ping_interval=PING_SECONDS)
        self._bolt = bolt
        self._is_delivery = is_delivery
        self._in_hand = 0
        self._empty_handed = asyncio.Event()
        self._told_to_go = asyncio.Event()
        self._greeted = asyncio.Event()
        self._last_pong: float | None = None
        self._heard = asyncio.get_running_loop().time()
        self.socket_mode_request_listeners.append(self._take)  # type: ignore[arg-type]

    async def open(self) -> None:
        """Connects, and waits to be greeted. Raises SlackApiError, ClientError, OSError."""
        answer = await self.web_client.apps_connections_open(app_token=self.app_token)
        self.wss_uri = str(answer["url"])
        await self.connect()  # type: ignore[no-untyped-call]
        await self._greeted.wait()

    async def gone(self) -> None:
        """Waits until it must be replaced."""
        while not self.over:
            with suppress(TimeoutError):
                async with asyncio.timeout(WATCH_SECONDS):
                    await self._told_to_go.wait()

    @property
    def is_up(self) -> bool:
        """Slack greeted us and the connection stands."""
        return self._greeted.is_set() and not self.over

    @property
    def over(self) -> bool:
        """It ended, Slack told us to leave it, or nothing is heard on it any more."""
        return self._ended or self._told_to_go.is_set() or self._is_quiet()

    @property
    def _ended(self) -> bool:
        return self.closed or self.current_session is None or self.current_session.closed

    def _is_quiet(self) -> bool:
        now = asyncio.get_running_loop().time()
        if self.last_ping_pong_time != self._last_pong:
            self._last_pong, self._heard = self.last_ping_pong_time, now
        return now - self._heard > QUIET_SECONDS

    async def connect_to_new_endpoint(self, force: bool = False) -> None:
        """What the client calls to reconnect: `force` means that Slack asked for it."""
        if force:
            self._told_to_go.set()

    async def enqueue_message(self, message: str) -> None:
        """From here on it is in hand."""
        self._heard = asyncio.get_running_loop().time()
        self._in_hand += 1
        self._empty_handed.clear()
        await super().enqueue_message(message)

    async def run_message_listeners(self, message: dict[str, Any], raw_message: str) -> None:
        """Until here it is in hand."""
        if message.get("type") == "hello":
            self._greeted.set()
        try:
            await super().run_message_listeners(message, raw_message)
        finally:
            self._in_hand -= 1
            if not self._in_hand:
                self._empty_handed.set()

    async def _take(self, _: SocketModeClient, request: SocketModeRequest) -> None:
        if self._is_delivery(request.payload):
            answer = await run_async_bolt_app(self._bolt, request)
        else:
            log.warning("what came from Slack has no shape that we know and is dropped")
            answer = BoltResponse(status=200)
        await send_async_response(self, request, answer, 0.0)

    async def _drain(self) -> None:
        """Waits until what is in hand is acknowledged, and what comes meanwhile too."""
        if self._in_hand and not self._ended:
            with suppress(TimeoutError):
                async with asyncio.timeout(DRAIN_SECONDS):
                    await self._empty_handed.wait()

    async def close(self) -> None:
        """Drains, then says good-bye; a side that does not answer is not waited for."""
        try:
            await self._drain()
            async with asyncio.timeout(CLOSE_SECONDS):
                await super().close()  # type: ignore[no-untyped-call]
        except TimeoutError:
            self._let_go()
        finally:
            await self.aiohttp_client_session.close()

    def _let_go(self) -> None:
        for task in (self.message_processor, self.current_session_monitor, self.message_receiver):
            if task is not None:
                task.cancel()
