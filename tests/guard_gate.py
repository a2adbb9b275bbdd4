"""A pretend gate on loopback that speaks the gate's contract, and runs of the guard as on a bare host."""

import asyncio
import json
import os
import ssl
import sys
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer

GUARD = Path(__file__).parents[1] / "bot" / "guard.py"
PYTHON = [sys.executable, "-I", "-S"]
"""Without site packages and without our folder on the path: only the standard library is there."""
TUNED = """
import importlib.util, json, sys, time
spec = importlib.util.spec_from_file_location("guard", sys.argv[1])
guard = importlib.util.module_from_spec(spec)
spec.loader.exec_module(guard)
for name, value in json.loads(sys.argv[2]).items():
    if name == "DNS":
        known, look_up = [None] * value, guard.socket.getaddrinfo
        guard.socket.getaddrinfo = lambda *a, **k: look_up(*a, **k) if known and not known.pop() else time.sleep(60)
    else:
        setattr(guard, name, value)
sys.exit(guard.main(sys.argv[3:]))
"""
"""The same file with other constants, so that a test need not wait for minutes; DNS hangs after so many look-ups."""

GIVEN = {"permit": "12", "state": "granted", "decision": "D-1", "epochs": {}, "warnings": []}
WAITING = {"permit": "12", "state": "waiting", "poll": "/v1/permits/12", "reason": "INC-7 must agree"}
FROZEN = {"error": "frozen", "reason": "lb-01 is frozen by INC-7", "who_can_lift": "Ben", "how": "/freeze verify"}
STALE = {"error": "stale", "reason": "too late"}
Said = tuple[int, Any]
LOST: Said = (0, None)
"""Hangs up instead of an answer."""
HANGS: Said = (-1, None)
"""Says nothing for a minute."""
HASTY = {"PATIENCE_SECONDS": 3, "ANSWER_SECONDS": 1}
"""What hangs is given up after 3 s, else after 12 s; who does not give it up waits for a minute."""


@dataclass
class PretendGate:
    """Gives the answers of a list in turn, the last one for ever; keeps what it heard as (what, body)."""

    ask: list[Said] = field(default_factory=lambda: [(200, GIVEN)])
    poll: list[Said] = field(default_factory=lambda: [(200, GIVEN)])
    start: list[Said] = field(default_factory=lambda: [(200, {**GIVEN, "state": "started"})])
    heartbeat: list[Said] = field(default_factory=lambda: [(200, {"state": "started", "directive": "go"})])
    finish: list[Said] = field(default_factory=lambda: [(200, {**GIVEN, "state": "finished"})])
    bypasses: list[Said] = field(default_factory=list)
    """Without any: confirms every id."""
    heard: list[tuple[str, Any]] = field(default_factory=list)
    url: str = ""

    def bodies(self, what: str) -> list[Any]:
        """The bodies that were sent to one door."""
        return [body for said, body in self.heard if said == what]

    async def answer(self, request: web.Request) -> web.Response:
        """The next answer of the door that was knocked at."""
        what = request.path.rsplit("/", 1)[-1]
        what = {"permits": "ask"}.get(what, "poll" if request.method == "GET" else what)
        body = await request.json() if request.can_read_body else None
        self.heard.append((what, body))
        answers: list[Said] = getattr(self, what)
        if what == "bypasses" and not answers:
            return web.json_response({"known": [entry["id"] for entry in body["entries"]]})
        status, fields = answers.pop(0) if len(answers) > 1 else answers[0]
        if (status, fields) == HANGS:
            await asyncio.sleep(60)
        if (status, fields) == LOST:
            assert request.transport is not None
            request.transport.abort()
            return web.Response()
        if isinstance(fields, bytes):
            return web.Response(body=fields, status=status)
        return web.json_response(fields, status=status)


@asynccontextmanager
async def opened(tls: ssl.SSLContext | None = None, **answers: list[Said]) -> AsyncIterator[PretendGate]:
    """A pretend gate that listens."""
    gate, app = PretendGate(**answers), web.Application()
    app.router.add_route("*", "/v1/{rest:.*}", gate.answer)
    server = TestServer(app, scheme="https" if tls else "http", shutdown_timeout=0)
    await server.start_server(ssl=tls)
    try:
        gate.url = str(server.make_url("/"))
        yield gate
    finally:
        await server.close()


@dataclass
class Ended:
    """How a run of the guard ended."""

    code: int
    out: str
    err: str
    seconds: float


async def guard(
    url: str, *words: str, tuned: Mapping[str, Any] | None = None, token: str = "secret-of-ci", **environment: str
) -> Ended:
    """Runs the guard on `lb-01` with these words before and after `--`."""
    began = time.monotonic()
    process = await spawn(url, *words, tuned=tuned, token=token, **environment)
    out, err = await process.communicate()
    assert process.returncode is not None
    return Ended(process.returncode, out.decode(), err.decode(), time.monotonic() - began)


async def spawn(
    url: str, *words: str, tuned: Mapping[str, Any] | None = None, token: str = "secret-of-ci", **environment: str
) -> asyncio.subprocess.Process:
    """The same, still running."""
    how = ["-c", TUNED, str(GUARD), json.dumps(tuned)] if tuned else [str(GUARD)]
    servers = [] if "--report" in words else ["--server", "lb-01"]
    kept = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "STOPLINE_GATE_URL": url, "STOPLINE_GATE_TOKEN": token}
    return await asyncio.create_subprocess_exec(
        *(*PYTHON, *how, *servers, *words),
        env=kept | environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
