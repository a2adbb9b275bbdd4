"""A pretend power cut: at the chosen step of the bot everything stands still, and nothing of that life goes on.

A step is a commit or a call that writes in Slack, and the cut comes just before it: what came after the step before is
the same to whoever comes later. A call whose effect stands while nothing noted it is the cut before the next commit,
and so is a look for work that finds none: it writes nothing, and how many there are is the machine's affair.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from contextvars import ContextVar
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.adapters.slack_chat import SlackChat
from bot.adapters.slack_effects import READS
from storage.database import Database
from storage.job import JobRows

IN_VAIN: ContextVar[bool] = ContextVar("in_vain")
"""Whether this transaction looked for work and found none."""


class Lights:
    """Counts the steps of one life. `at`: the one that is not taken any more (0: none)."""

    def __init__(self, at: int = 0) -> None:
        self.at = at
        self.steps: list[str] = []
        self.out = asyncio.Event()
        self.over = False
        self._still: set[asyncio.Task[Any]] = set()

    async def step(self, name: str) -> None:
        """Goes on, or never again. Raises CancelledError once the life is over: a dead process holds no lock."""
        if self.over:
            raise asyncio.CancelledError
        if not self.out.is_set():
            self.steps.append(name)
            if len(self.steps) != self.at:
                return
            self.out.set()
        task = asyncio.current_task()
        assert task is not None
        self._still.add(task)
        await asyncio.Event().wait()

    async def sweep(self) -> None:
        """Ends what stands still or comes later, so that its connections close, as a dead process's do."""
        self.over = True
        for _ in range(20):
            left = [task for task in self._still if not task.done()]
            if not left:
                return
            for task in left:
                task.cancel()
            await asyncio.wait(left, timeout=0.5)
        raise AssertionError("something of the old life goes on")


def wired(monkeypatch: Any, lives: list[Lights]) -> None:
    """Every commit and every call passes the lights of its life: the newest when its database or client was made."""
    begun, call = Database.begun, SlackChat._call
    make_database, make_chat, claim = Database.__init__, SlackChat.__init__, JobRows.claim

    def database(self: Any, *args: Any) -> None:
        make_database(self, *args)
        self.lights = lives[-1]

    def chat(self: Any, *args: Any) -> None:
        make_chat(self, *args)
        self.lights = lives[-1]

    @asynccontextmanager
    async def writing(self: Any, *, writing: bool) -> AsyncIterator[AsyncConnection]:
        async with begun(self, writing=writing) as connection:
            IN_VAIN.set(False)
            yield connection
            if writing and not IN_VAIN.get():
                await self.lights.step("commit")

    async def calling(self: Any, method: Any, **arguments: Any) -> Any:
        if method.__name__ not in READS:
            await self.lights.step(method.__name__)
        return await call(self, method, **arguments)

    async def claiming(self: Any, **about: Any) -> Any:
        found = await claim(self, **about)
        IN_VAIN.set(not found)
        return found

    monkeypatch.setattr(JobRows, "claim", claiming)
    monkeypatch.setattr(Database, "__init__", database)
    monkeypatch.setattr(SlackChat, "__init__", chat)
    monkeypatch.setattr(Database, "begun", writing)
    monkeypatch.setattr(SlackChat, "_call", calling)
