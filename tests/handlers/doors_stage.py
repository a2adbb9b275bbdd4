"""A service behind a door on loopback: what it was told, and what it says next; and the worker that answers it."""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.domain.job import Job, JobKind
from bot.jobs.worker import Run
from bot.ports.outside import Outside
from handlers.http.entrance import Entrance
from tests.clocks import FrozenClock


class Service:
    """Takes every request; `answers` are used up one after another, then the usual one is given."""

    def __init__(self, usual: Callable[[web.Request, Any], web.StreamResponse]) -> None:
        self.heard: list[tuple[str, str, dict[str, str], Any]] = []
        self.answers: list[web.Response] = []
        self._usual = usual
        self.url = ""

    @asynccontextmanager
    async def running(self) -> AsyncIterator["Service"]:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._take)
        async with TestServer(app) as server:
            self.url = str(server.make_url("/")).rstrip("/")
            yield self

    async def _take(self, request: web.Request) -> web.StreamResponse:
        raw = await request.read()
        body = json.loads(raw) if raw else None
        self.heard.append((request.method, request.path_qs, dict(request.headers), body))
        return self.answers.pop(0) if self.answers else self._usual(request, body)

    def told(self, method: str) -> list[Any]:
        """The bodies of what came by this method."""
        return [body for how, _, _, body in self.heard if how == method]


class Worker:
    """Runs due jobs one after another, as the worker would, without its pauses; failures stay where they are."""

    def __init__(self, outside: Outside, clock: FrozenClock, handlers: dict[JobKind, Any]) -> None:
        self._outside, self._clock, self._handlers = outside, clock, handlers

    async def claim(self) -> list[Job]:
        async with self._outside.store.write() as tx:
            return list(await tx.jobs.claim(owner="t", now=self._clock.now(), lease=timedelta(seconds=10), limit=50))

    async def run(self) -> int:
        """Every job of ours that is due now; how many there were. Raises what they raise."""
        mine = [job for job in await self.claim() if job.kind in self._handlers]
        for job in mine:
            await self._handlers[job.kind](Run(None, job))  # type: ignore[arg-type]
            async with self._outside.store.write() as tx:
                await tx.jobs.finish(job.id, owner="t")
        return len(mine)


@asynccontextmanager
async def opened(add: Callable[[web.Application, Entrance], None], entrance: Entrance) -> AsyncIterator["Knock"]:
    """Somebody who knocks at a running door."""
    app = web.Application()
    add(app, entrance)
    async with TestServer(app) as server, aiohttp.ClientSession() as session:
        yield Knock(str(server.make_url("/")).rstrip("/"), session)


class Knock:
    """POSTs bytes."""

    def __init__(self, url: str, session: aiohttp.ClientSession) -> None:
        self._url, self._session = url, session

    async def __call__(self, path: str, raw: bytes, headers: dict[str, str]) -> int:
        """The status; nothing else is ever told."""
        async with self._session.post(self._url + path, data=raw, headers=headers) as got:
            assert not await got.read()
            return got.status


def mutate(value: Any, dice: Any) -> Any:
    """The same, with one thing somewhere inside it broken."""
    if isinstance(value, dict) and value and dice.random() < 0.9:
        name = dice.choice(sorted(value))
        if dice.random() < 0.15:
            return {key: one for key, one in value.items() if key != name}
        return {**value, name: mutate(value[name], dice)}
    odd = ["", "x" * 3_000, "\u0000", "메시지", "production", "http://169.254.169.254/", "https://evil.example/"]
    return dice.choice([None, 0, -1, 2**70, 1e308, True, [], {}, [[]], {"a": None}, *odd])
