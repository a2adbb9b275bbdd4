"""A workspace whose bot dies and is started again, and the people in it who go on with their incident."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any

from bot.config import Settings
from bot.jobs.worker import LEASE
from bot.ports.outside import Outside, Policy
from bot.sandbox import SandboxServer
from bot.serve import running
from bot.wiring import Product
from storage.database import Database
from tests.crash.lights import Lights, wired
from tests.journeys.stage import JourneyClock, at_rest, new_workspace, settings_for

REST_SECONDS = 120


@dataclass(frozen=True)
class Deed:
    """What somebody does, and how they see that it is done; who does not see it after a while does it again."""

    name: str
    act: Callable[["World"], Awaitable[Any]]
    done: Callable[["World"], Awaitable[bool]]


class World:
    """One workspace, one database, one life of the bot after the other."""

    def __init__(
        self, server: SandboxServer, settings: Settings, clock: JourneyClock, ops: str, at: int, monkeypatch: Any
    ) -> None:
        self.server, self.settings, self.clock, self.ops = server, settings, clock, ops
        self.lives: list[Lights] = [Lights()]
        wired(monkeypatch, self.lives)
        self.records = Outside(Database(settings.database_url), clock, Policy())
        self.product: Product | None = None
        self._next_cut = at
        self._living: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """A new life; the first one has the cut."""
        self.lives.append(Lights(self._next_cut))
        self._next_cut = 0
        started = asyncio.get_running_loop().create_future()
        self._living = asyncio.ensure_future(self._live(started))
        cut = asyncio.ensure_future(self.lights.out.wait())
        await asyncio.wait({started, cut, self._living}, return_when=asyncio.FIRST_COMPLETED)
        cut.cancel()
        if self._living.done():
            self._living.result()
        if started.done():
            self.product = started.result()

    async def _live(self, started: "asyncio.Future[Product]") -> None:
        async with running(self.settings, self.clock) as product:
            started.set_result(product)
            await asyncio.Event().wait()

    @property
    def lights(self) -> Lights:
        """Those of the present life."""
        return self.lives[-1]

    async def die(self) -> None:
        """As kill -9: nothing is said any more, and every connection closes."""
        assert self._living
        self.lights.at = 0
        self.lights.out.set()
        self._living.cancel()
        workers = list(self.product.worker._running.values()) if self.product else []
        for task in workers:
            task.cancel()
        await self.lights.sweep()
        with suppress(asyncio.CancelledError):
            await asyncio.wait_for(self._living, 30)
        self.product = None

    async def do(self, deed: Deed) -> None:
        """Until it is seen to be done."""
        for _ in range(5):
            acting = asyncio.ensure_future(deed.act(self))
            await self.settled(acting)
            with suppress(Exception, asyncio.CancelledError):  # the dead life: what is not done shows it
                await acting
            await self.settled()
            if await deed.done(self):
                return
        raise AssertionError(f"{deed.name} is never done")

    async def settled(self, acting: "asyncio.Future[Any] | None" = None) -> None:
        """Until the bot has done everything; where the lights went out it is started again."""
        began, quiet = time.monotonic(), 0
        while quiet < 2 or (acting is not None and not acting.done()):
            assert time.monotonic() - began < REST_SECONDS, "the bot does not come to rest"
            if self.lights.out.is_set() or self.product is None:
                await self.die()
                self.clock.forward(seconds=LEASE.total_seconds())
                await self.start()
                continue
            await asyncio.sleep(0.005)
            quiet = quiet + 1 if await at_rest(self.records.store, self.product, self.clock) else 0


@asynccontextmanager
async def a_world(database_url: str, servers_file: str, at: int, monkeypatch: Any) -> AsyncIterator[World]:
    """The bot running in it, with a cut at that step (0: none)."""
    clock = JourneyClock()
    workspace, _, ops, _ = new_workspace(clock)
    server = SandboxServer(workspace)
    await server.start()
    settings = settings_for(server.url, database_url, None, {"servers_file": servers_file})
    world = World(server, settings, clock, ops, at, monkeypatch)
    try:
        await world.start()
        await world.settled()
        yield world
    finally:
        await world.die()
        await world.records.store.close()  # type: ignore[attr-defined]
        await server.stop()
