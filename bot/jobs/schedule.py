"""What is done again and again while the product runs: chores, each safe to run twice and on every replica."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Chore:
    """`act` is awaited every so many seconds; what fails is logged and tried again the next time."""

    name: str
    every_seconds: float
    act: Callable[[], Awaitable[object]]


async def keep_doing(chores: list[Chore]) -> None:
    """Runs every chore at its own pace until it is cancelled."""
    async with asyncio.TaskGroup() as tasks:
        for chore in chores:
            tasks.create_task(_again_and_again(chore))


async def _again_and_again(chore: Chore) -> None:
    while True:
        await asyncio.sleep(chore.every_seconds)
        try:
            await chore.act()
        except Exception:
            log.exception("a chore failed and is tried again", extra={"chore": chore.name})
