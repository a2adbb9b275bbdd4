"""What is promised of the guard: nothing runs without an authenticated yes, and what runs is what was typed."""

import asyncio
import json
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.domain.audit import Act
from bot.ports.outside import Outside
from bot.use_cases.token import make_token
from handlers.http.entrance import Entrance
from handlers.http.gate import add_gate
from tests.acts import EVERYBODY, add_server, audit, stop_the_line
from tests.conftest import AddPeople
from tests.guard_gate import HASTY
from tests.guard_gate import guard as tuned_guard

GUARD = Path(__file__).parents[2] / "bot" / "guard.py"
SECRET = "a-secret-of-the-pipeline"
PYTHON = [sys.executable, "-S", "-I"]
"""Without site packages and without our folder on the path: only the standard library is there."""


@dataclass
class Ended:
    """How a run of the guard ended."""

    code: int
    out: str
    err: str


async def guard(
    url: str, *command: str, servers: tuple[str, ...] = ("lb-01",), token: str = SECRET, **environment: str
) -> Ended:
    """Runs the guard as a person would on a bare host."""
    names = [word for server in servers for word in ("--server", server)]
    process = await asyncio.create_subprocess_exec(
        *(*PYTHON, str(GUARD), *names, "--", *command),
        env=_environment(url, token, environment),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    assert process.returncode is not None
    return Ended(process.returncode, out.decode(), err.decode())


def _environment(url: str, token: str, more: dict[str, str]) -> dict[str, str]:
    kept = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8"}
    return {**kept, "STOPLINE_GATE_URL": url, "STOPLINE_GATE_TOKEN": token, **more}


@pytest.fixture
async def gate(outside: Outside, add_people: AddPeople) -> AsyncIterator[str]:
    """The address of a real gate."""
    await add_people(*EVERYBODY)
    await add_server(outside, "lb-01", "lb-02")
    await make_token(outside, name="pipeline", secret=SECRET)
    app = web.Application()
    add_gate(app, Entrance(outside))
    async with TestServer(app) as server:
        yield str(server.make_url("/"))


async def test_a_free_server_lets_the_command_run_and_its_end_is_told(gate: str, outside: Outside) -> None:
    ended = await guard(gate, "sh", "-c", "echo worked; exit 7", servers=("lb-01", "LB-02"))
    assert (ended.code, ended.out) == (7, "worked\n"), ended
    assert [row.act for row in await audit(outside) if row.act.startswith("permit")] == [
        Act.PERMIT_GRANTED,
        Act.PERMIT_STARTED,
        Act.PERMIT_FINISHED,
    ]
    (row,) = await audit(outside, Act.PERMIT_FINISHED)
    assert row.detail["outcome"].endswith("exit 7")
    (row,) = await audit(outside, Act.PERMIT_GRANTED)
    assert row.detail["purpose"] == "sh", "the arguments may be secret: they are not for the record"


async def test_the_command_is_run_by_its_arguments_without_a_shell_and_without_the_token(
    gate: str, tmp_path: Path
) -> None:
    show = "import os,sys; print(sys.argv[1:], [k for k, v in os.environ.items() if 'secret' in v])"
    words = ["$(touch x)", "; echo no", "--server", "two words", "--", "한글"]
    ended = await guard(gate, sys.executable, "-c", show, *words, KEPT="yes")
    assert ended.code == 0 and ended.out.strip() == f"{words} []"


@pytest.mark.parametrize(("locale", "words"), [("ko_KR.UTF-8", "동결"), ("en_US.UTF-8", "frozen")])
async def test_a_frozen_server_refuses_with_the_reason_in_the_persons_language(
    gate: str, outside: Outside, tmp_path: Path, locale: str, words: str
) -> None:
    await stop_the_line(outside, "lb-02", title="relay down")
    mark = tmp_path / "ran"
    ended = await guard(gate, "touch", str(mark), servers=("lb-01", "lb-02"), LC_ALL=locale, PYTHONUTF8="1")
    assert ended.code == 77 and words in ended.err and "INC-1" in ended.err and not ended.out
    assert not mark.exists()


@pytest.mark.parametrize(
    ("servers", "token"), [(("lb-99",), SECRET), (("lb 01",), SECRET), (("lb-01",), "wrong"), (("",), SECRET)]
)
async def test_unknown_malformed_and_unauthorised_are_refusals(gate: str, servers: tuple[str, ...], token: str) -> None:
    ended = await guard(gate, "echo", "ran", servers=servers, token=token)
    assert ended.code == 77 and not ended.out and ended.err


async def test_a_command_that_is_not_there_is_told_as_a_shell_does(gate: str, outside: Outside) -> None:
    ended = await guard(gate, "no-such-command-anywhere")
    assert ended.code == 127
    assert (await audit(outside, Act.PERMIT_FINISHED))[0].detail["outcome"].endswith("exit 127")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_for_the_guard_reaches_the_command(gate: str, number: signal.Signals) -> None:
    script = "import signal,sys,time\nfor n in (2, 15): signal.signal(n, lambda n, f: sys.exit(40 + n))\nprint('up', flush=True)\ntime.sleep(90)"  # noqa: E501
    process = await asyncio.create_subprocess_exec(
        *(*PYTHON, str(GUARD), "--server", "lb-01", "--", sys.executable, "-c", script),
        env=_environment(gate, SECRET, {}),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    assert await asyncio.wait_for(process.stdout.readline(), 60) == b"up\n"
    process.send_signal(number)
    assert await asyncio.wait_for(process.wait(), 60) == 40 + number


async def test_a_command_that_dies_of_a_signal_gives_the_code_of_a_shell(gate: str) -> None:
    assert (await guard(gate, "sh", "-c", "kill -9 $$")).code == 137


async def test_without_settings_or_command_nothing_runs(gate: str) -> None:
    assert (await guard("", "echo", "ran")).code == 75
    assert (await guard("file:///etc/passwd", "echo", "ran")).code == 75
    assert (await guard(gate, "echo", "ran", token="")).code == 75
    ended = await guard(gate)
    assert ended.code == 2 and not ended.out


GIVEN: dict[str, Any] = {"permit": "7", "state": "granted", "decision": "D-1", "epochs": {}, "warnings": []}
STARTED = {**GIVEN, "state": "started"}
Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


def says(body: object, status: int = 200, **headers: str) -> Answer:
    async def answer(_: web.Request) -> web.Response:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        return web.Response(body=raw, status=status, headers=headers)

    return answer


async def hangs(_: web.Request) -> web.Response:
    await asyncio.sleep(60)
    return web.Response()


async def trickles(request: web.Request) -> web.StreamResponse:
    answer = web.StreamResponse()
    await answer.prepare(request)
    for _ in range(100):
        await answer.write(b" ")
        await asyncio.sleep(0.5)
    return answer


async def hangs_up(request: web.Request) -> web.Response:
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


@pytest.mark.parametrize(
    ("ask", "start"),
    [
        (says(b"<html>welcome</html>"), says(STARTED)),
        (says(b""), says(STARTED)),
        (says(b"[" * 90_000), says(STARTED)),
        (says([]), says(STARTED)),
        (says({"ok": True}), says(STARTED)),
        (says({**GIVEN, "permit": None}), says(STARTED)),
        (says({**GIVEN, "permit": 7}), says(STARTED)),
        (says({**GIVEN, "permit": "../7"}), says(STARTED)),
        (says({**GIVEN, "state": "refused"}), says(STARTED)),
        (says({**GIVEN, "error": "frozen"}), says(STARTED)),
        (says(GIVEN, 202), says(STARTED)),
        (says(GIVEN, 500), says(STARTED)),
        (says(b"x" * 3_000_000), says(STARTED)),
        (says(GIVEN, 302, Location="/v1/elsewhere"), says(STARTED)),
        (says(GIVEN, 307, Location="/v1/elsewhere"), says(STARTED)),
        (says({"error": "unavailable"}, 503), says(STARTED)),
        (hangs_up, says(STARTED)),
        (says(GIVEN), says({"error": "stale"}, 409)),
        (says(GIVEN), says(GIVEN)),
        (says(GIVEN), says({**STARTED, "permit": "8"})),
        (says(GIVEN), says(b"")),
        (says(GIVEN), hangs_up),
        (says(GIVEN), says({"error": "unavailable"}, 503)),
    ],
    ids=range(23),
)
async def test_in_every_doubt_nothing_runs(ask: Answer, start: Answer) -> None:
    asked = 0

    async def counted(request: web.Request) -> web.StreamResponse:
        nonlocal asked
        asked += 1
        return await ask(request)

    app = web.Application()
    app.router.add_post("/v1/permits", counted)
    app.router.add_post("/v1/permits/7/start", start)
    app.router.add_route("*", "/{elsewhere:.*}", says(GIVEN))
    async with TestServer(app) as server:
        ended = await guard(str(server.make_url("/")), "echo", "ran")
    assert ended.code == 75 and not ended.out and "Nothing was run" in ended.err
    assert asked == 3


@pytest.mark.parametrize("ask", [hangs, trickles])
async def test_a_gate_that_hangs_is_given_up(ask: Answer) -> None:
    app = web.Application()
    app.router.add_post("/v1/permits", ask)
    async with TestServer(app, shutdown_timeout=0) as server:
        ended = await tuned_guard(str(server.make_url("/")), "--", "echo", "ran", tuned=HASTY)
    assert ended.code == 75 and not ended.out and ended.seconds < 40


async def test_headers_that_trickle_are_given_up_too() -> None:
    async def drip(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            for piece in ("HTTP/1.1 200 OK\r\n", *("X-A: b\r\n" for _ in range(200))):
                writer.write(piece.encode())
                await writer.drain()
                await asyncio.sleep(0.5)
        except ConnectionError:
            return

    server = await asyncio.start_server(drip, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    ended = await tuned_guard(f"http://127.0.0.1:{port}", "--", "echo", "ran", tuned=HASTY)
    server.close()
    assert ended.code == 75 and not ended.out and ended.seconds < 40


async def test_nobody_there_and_no_tls_where_tls_was_asked_for() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    assert (await guard(f"http://127.0.0.1:{port}", "echo", "ran")).code == 75
    app = web.Application()
    app.router.add_post("/v1/permits", says(GIVEN))
    async with TestServer(app) as server:
        ended = await guard(str(server.make_url("/")).replace("http:", "https:"), "echo", "ran")
    assert ended.code == 75 and not ended.out


async def test_text_from_the_network_does_not_steer_the_terminal() -> None:
    app = web.Application()
    app.router.add_post("/v1/permits", says({"error": "frozen", "reason": "\x1b[2Jno\x07 <\u202e>"}, 403))
    async with TestServer(app) as server:
        ended = await guard(str(server.make_url("/")), "echo", "ran")
    assert ended.code == 77 and "[2Jno" in ended.err and not set(ended.err) & {"\x1b", "\x07", "\u202e"}


async def test_the_real_gate_hears_of_broken_glass_when_it_answers_again(
    gate: str, outside: Outside, tmp_path: Path
) -> None:
    log = {"STOPLINE_GUARD_LOG": str(tmp_path / "guard.jsonl")}
    told = (*PYTHON, str(GUARD), "--report")
    away = (*PYTHON, str(GUARD), "--server", "lb-01", "--break-glass", "게이트 점검 중", "--", "true")
    for words, url in ((away, "http://127.0.0.1:1"), (told, gate), (told, gate)):
        process = await asyncio.create_subprocess_exec(
            *words, env=_environment(url, SECRET, log), stderr=asyncio.subprocess.PIPE
        )
        _, err = await process.communicate()
        assert process.returncode == 0, err
    assert err.endswith(b"told of: 0\n")
    (row,) = [row for row in await audit(outside) if "게이트 점검 중" in str(row.detail)]
    assert "lb-01" in str(row.detail)
