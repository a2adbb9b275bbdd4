"""Slack's Socket Mode: one connection for a Bolt app, tried until it stands."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import ClientError
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError

log = logging.getLogger(__name__)

PING_SECONDS = 5
TRY_SECONDS = 10.0
"""The client tries for ever and in silence by itself: after these we say so and begin anew."""
LONGEST_PAUSE = 30.0
"""Seconds between two tries at the most."""


@asynccontextmanager
async def connected(bolt: AsyncApp, app_token: str) -> AsyncIterator[None]:
    """Listens while the block runs; waits for the first connection."""
    handler = AsyncSocketModeHandler(bolt, app_token, ping_interval=PING_SECONDS)
    try:
        await _connect(handler)
        yield
    finally:
        await handler.close_async()  # type: ignore[no-untyped-call]


async def _connect(handler: AsyncSocketModeHandler) -> None:
    pause = 0.5
    while True:
        try:
            await asyncio.wait_for(handler.connect_async(), TRY_SECONDS)  # type: ignore[no-untyped-call]
        except SlackApiError as refused:
            reason = refused.response.get("error")
            log.error("Slack refuses our app token: %s. Copy SLACK_APP_TOKEN from the app's page.", reason)
        except (ClientError, OSError, TimeoutError) as trouble:
            log.warning("no connection to Slack yet: %s", type(trouble).__name__)
        else:
            return
        await asyncio.sleep(pause)
        pause = min(LONGEST_PAUSE, pause * 2)
