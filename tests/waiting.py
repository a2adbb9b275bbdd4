"""Waiting for what a test needs: how soon it comes is no promise of ours, so there is plenty of time."""

import asyncio
from collections.abc import Callable

PLENTY_SECONDS = 60.0


async def until(there: Callable[[], object]) -> None:
    """Raises TimeoutError where it never comes."""
    async with asyncio.timeout(PLENTY_SECONDS):
        while not there():
            await asyncio.sleep(0.01)
