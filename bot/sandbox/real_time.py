"""Answers for real time: what is transport and not story (deadlines, signatures, expiry), and tasks kept alive."""

import asyncio
import logging
import time
from collections.abc import Coroutine
from typing import Any

log = logging.getLogger(__name__)


def unix_now() -> float:
    return time.time()  # noqa: TID251 - a signature is checked against real time


def monotonic() -> float:
    return time.monotonic()


class Tasks:
    """Background work of one server: kept referenced while it runs, ended when the server stops."""

    def __init__(self) -> None:
        self._running: set[asyncio.Task[None]] = set()

    def spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)  # noqa: TID251 - the sandbox stands outside the product's worker
        self._running.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("a sandbox task failed", exc_info=error)

    async def idle(self) -> None:
        """Wait until nothing runs."""
        while self._running:
            await asyncio.wait(set(self._running))

    async def cancel(self) -> None:
        tasks = list(self._running)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
