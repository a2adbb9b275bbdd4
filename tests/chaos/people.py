"""People and pipelines who go on whatever happens: who does not see it done looks first, and does it again."""

import asyncio
import math
import random
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import aiohttp
from sqlalchemy import String, cast, func, select
from sqlalchemy.exc import SQLAlchemyError

from bot.domain.freeze import HoldState
from bot.domain.incident import Incident, Status
from bot.ports.storage import StoreUnavailable
from bot.sandbox import SandboxServer, SlackRefusal
from storage.database import Database
from storage.tables import incident, job

OPS, ANNOUNCED = "C0OPS", "C0INCIDENTS"
LOOK_SECONDS = 0.05
STANDS_STILL_SECONDS = 8
"""Longer than a stopped replica stands still."""
DEED_SECONDS = 120
"""How long one deed may take once nobody does us harm any more; until then people try again for ever."""


@dataclass
class World:
    """One workspace, the database as an outsider reads it, and the addresses of the replicas' gates."""

    server: SandboxServer
    records: Database
    gates: list[str]
    random: random.Random
    journals: Sequence[Path] = ()
    told: list[str] = field(default_factory=list)
    calm_since: float | None = None

    async def read(self, look: Callable[[], Awaitable[Any]]) -> Any:
        """What `look` finds; while the database is away it is asked again."""
        while True:
            try:
                return await look()
            except (StoreUnavailable, SQLAlchemyError, OSError):
                await asyncio.sleep(LOOK_SECONDS)

    async def waits(self, mark: str) -> bool:
        """Whether the bot still has something to do that speaks of this."""
        if any(mark.encode() in journal.read_bytes() for journal in self.journals if journal.exists()):
            return True
        query = select(func.count()).where(job.c.state == "open", cast(job.c.payload, String).contains(mark))

        async def look() -> bool:
            async with self.records.engine.connect() as connection:
                return bool((await connection.execute(query)).scalar_one())

        return bool(await self.read(look))


@dataclass
class Story:
    """One incident from its declaration to its end; `number` makes its words its own."""

    world: World
    number: int
    names: tuple[str, str] = ("", "")
    claims: int = 0
    """How often the person said that a server is fixed: who is told of a time-out says it again."""

    def __post_init__(self) -> None:
        self.names = (f"web-{self.number}", f"db-{self.number}")
        self.reporter, self.verifier = f"U{self.number % 50:03}BENCH", f"U{50 + self.number % 50:03}BENCH"

    @property
    def title(self) -> str:
        """No other incident's title holds it."""
        return f"outage no{self.number}x on web-{self.number}"

    async def live(self) -> None:
        """All of it."""
        second = self.names[1]
        await self._do(partial(self._freeze, f"declare sev3 {self.title}", OPS), self._declared, self.title)
        await self._do(partial(asyncio.sleep, LOOK_SECONDS), self._opened, self.title)
        await self._do(partial(self._freeze, f"server {second}"), self._both_held, f"server {second}")
        for name in self.names:
            claim = f"fixed {name} rolled back"
            await self._do(partial(self._claim, claim), partial(self._is, name, HoldState.CLAIMED), claim)
        for name in self.names:
            await self._do(partial(self._verify, name), partial(self._is, name, HoldState.RELEASED), f"verify {name}")
        resolve = partial(self._command_there, "/incident", "status resolved")
        await self._do(resolve, self._resolved, "status resolved")

    async def _do(self, act: Callable[[], Awaitable[Any]], done: Callable[[], Awaitable[bool]], mark: str) -> None:
        began = time.monotonic()
        while not await done():
            since = max(began, self.world.calm_since or math.inf)
            assert time.monotonic() - since < DEED_SECONDS, f"{mark} is never done: {self._last_told()}"
            try:
                await act()
            except SlackRefusal:
                await asyncio.sleep(LOOK_SECONDS)
            while not await done() and await self._is_on_its_way(mark):
                await asyncio.sleep(LOOK_SECONDS)

    async def _is_on_its_way(self, mark: str) -> bool:
        await asyncio.sleep(LOOK_SECONDS)
        return await self.world.waits(mark)

    def _last_told(self) -> list[str]:
        places = (self.world.server.workspace.channels[OPS], *self.channels())
        return [str(message.get("text")) for place in places for _, message in place.ephemerals[-2:]]

    def channels(self) -> list[Any]:
        """Every channel of this incident: one, if nothing was doubled."""
        channels = self.world.server.workspace.channels.values()
        return [one for one in channels if f"no{self.number}x" in one.name]

    async def _command_there(self, name: str, text: str, who: str = "") -> None:
        await self.world.server.person(who or self.reporter).command(await self._channel(), name, text)

    async def _channel(self) -> str:
        one = await self.incident()
        assert one and one.channel
        return str(one.channel)

    async def _freeze(self, words: str, channel: str = "") -> None:
        """Whom Slack tells of a time-out looks once more when a replica that stood still goes on: these people verify a
        server within seconds, and what is done then freezes it anew.
        """
        outcome = await self.world.server.person(self.reporter).command(
            channel or await self._channel(), "/incident", words
        )
        if not outcome.acked:
            await asyncio.sleep(STANDS_STILL_SECONDS)

    async def _claim(self, words: str) -> None:
        self.claims += 1
        await self._command_there("/freeze", words)

    async def _verify(self, name: str) -> None:
        verifier = self.world.server.person(self.verifier)
        for view in verifier.views():
            await verifier.close(view)
        await self._command_there("/freeze", f"verify {name}", self.verifier)
        for _ in range(60):
            await asyncio.sleep(LOOK_SECONDS)
            if verifier.views():
                await verifier.submit(verifier.views()[-1])
                return

    async def incident(self) -> Incident | None:
        """As it stands."""

        async def look() -> Incident | None:
            async with self.world.records.read() as tx:
                found = await tx.incidents.named(await self.numbers())
            return found[0] if found else None

        return await self.world.read(look)  # type: ignore[no-any-return]

    async def numbers(self) -> list[Any]:
        """Of every incident with this title: one, if nothing was doubled."""
        query = select(incident.c.id).where(incident.c.title.contains(f"no{self.number}x"))
        async with self.world.records.engine.connect() as connection:
            return list((await connection.execute(query)).scalars())

    async def _declared(self) -> bool:
        return await self.incident() is not None

    async def _opened(self) -> bool:
        one = await self.incident()
        return bool(one and one.channel and one.card_ts)

    async def _resolved(self) -> bool:
        one = await self.incident()
        return one is not None and one.status is Status.RESOLVED

    async def holds(self) -> dict[str, HoldState]:
        """Of every server of this incident."""
        one = await self.incident()
        if one is None:
            return {}

        async def look() -> dict[str, HoldState]:
            async with self.world.records.read() as tx:
                return {str(hold.server): hold.state for hold in await tx.holds.of_incident(one.id)}

        return await self.world.read(look)  # type: ignore[no-any-return]

    async def _is(self, name: str, state: HoldState) -> bool:
        return (await self.holds()).get(name) in (state, HoldState.RELEASED)

    async def _both_held(self) -> bool:
        return len(await self.holds()) == len(self.names)


@dataclass
class Pipeline:
    """A machine that asks, starts and finishes; each request again with its key until somebody answers."""

    world: World
    name: str
    servers: Callable[[], list[str]]
    finished: list[int] = field(default_factory=list)
    refused: int = 0

    async def work(self) -> None:
        """Until it is cancelled."""
        heads = {"Authorization": f"Bearer secret-{self.name}"}
        timeout = aiohttp.ClientTimeout(total=6)
        async with aiohttp.ClientSession(headers=heads, timeout=timeout) as session:
            for n in range(10**9):
                server = self.world.random.choice(self.servers())
                body = {"servers": [server], "purpose": "chaos", "key": f"{self.name}-{n}"}
                status, answer = await self._say(session, "/v1/permits", body)
                if status != 200:
                    self.refused += status == 403
                    await asyncio.sleep(0.02)
                    continue
                permit = answer["permit"]
                status, _ = await self._say(session, f"/v1/permits/{permit}/start", {})
                if status != 200:
                    continue
                await asyncio.sleep(0.02)
                status, _ = await self._say(session, f"/v1/permits/{permit}/finish", {"outcome": "done"})
                if status == 200:
                    self.finished.append(int(permit))

    async def _say(self, session: aiohttp.ClientSession, path: str, body: dict[str, Any]) -> tuple[int, Any]:
        while True:
            try:
                async with session.post(self.world.random.choice(self.world.gates) + path, json=body) as answer:
                    if answer.status < 500 and answer.status != 429:
                        return answer.status, await answer.json()
                    if answer.status != 503:
                        self.world.told.append(f"{path}: {answer.status}")
            except (aiohttp.ClientError, TimeoutError, OSError):
                pass
            await asyncio.sleep(0.1)
