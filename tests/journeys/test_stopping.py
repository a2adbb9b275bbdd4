"""The bot in a process of its own ends when it is told to, whether Slack is there or not."""

import asyncio
import os
import signal
import sys
from pathlib import Path

import pytest

from bot import wiring
from bot.adapters.journal_lines import from_line
from bot.sandbox import SandboxServer
from bot.serve import END_SECONDS
from bot.use_cases.quarantine import quarantine_now
from storage.sqlite_library import sqlite3
from tests.bench.bot_process import PEOPLE, environment, workspace
from tests.journeys.stage import MINJI, a_place
from tests.journeys.test_lost_database import locked
from tests.ports import free_port
from tests.waiting import PLENTY_SECONDS, until

ROOT = Path(__file__).parents[2]
NOBODY = "http://127.0.0.1:9/api/"
IN_TIME = 2 * END_SECONDS
"""One deadline for all of the end, and as much for a busy machine; a part that waits by itself takes longer."""


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
async def test_it_stops_while_slack_cannot_be_reached(tmp_path: Path, stop: signal.Signals) -> None:
    env = os.environ | {
        "SLACK_BOT_TOKEN": "xoxb-1",
        "SLACK_APP_TOKEN": "xapp-1",
        "STOPLINE_SLACK_API_URL": NOBODY,
        "STOPLINE_DATABASE_URL": f"sqlite:///{tmp_path / 'x.db'}",
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "serve", cwd=ROOT, env=env, stderr=asyncio.subprocess.PIPE
    )
    assert process.stderr
    async with asyncio.timeout(PLENTY_SECONDS):
        while b"does not say who we are yet" not in (line := await process.stderr.readline()):
            assert line, "it ended"
    process.send_signal(stop)
    assert await asyncio.wait_for(process.wait(), IN_TIME) == 0
    assert b"Traceback" not in await process.stderr.read()


async def test_it_stops_while_somebody_is_still_sending(tmp_path: Path) -> None:
    """Over HTTP: half a request holds nobody up."""
    port = free_port()
    env = os.environ | {
        "SLACK_BOT_TOKEN": "xoxb-1",
        "SLACK_SIGNING_SECRET": "secret",
        "STOPLINE_HTTP_PORT": str(port),
        "STOPLINE_SLACK_API_URL": NOBODY,
        "STOPLINE_DATABASE_URL": f"sqlite:///{tmp_path / 'x.db'}",
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "serve", cwd=ROOT, env=env, stderr=asyncio.subprocess.PIPE
    )
    assert process.stderr
    async with asyncio.timeout(PLENTY_SECONDS):
        while b'"ready"' not in (line := await process.stderr.readline()):
            assert line, "it ended"
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"POST /slack/events HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf")
    await asyncio.sleep(0.2)
    process.send_signal(signal.SIGTERM)
    assert await asyncio.wait_for(process.wait(), IN_TIME) == 0
    writer.close()


async def test_it_stops_while_somebody_else_has_the_database_and_loses_nothing(tmp_path: Path) -> None:
    """Deliveries are in hand, and every part of the end waits for the database: together they have one deadline."""
    made = workspace()
    server = SandboxServer(made)
    server.delivery.deadline = 10.0
    await server.start(host="127.0.0.1", port=0)
    env = environment(server, tmp_path) | {"STOPLINE_DATABASE_URL": f"sqlite:///{tmp_path / 'x.db'}"}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "serve", cwd=ROOT, env=env, stderr=asyncio.subprocess.DEVNULL
    )
    (app,) = made.apps.values()
    await until(lambda: len(server.delivery.sockets.connections(app)) == 2)
    await server.person(PEOPLE[0]).command("C0OPS", "/incident", "declare sev2 checkout errors on web-1")
    await until(lambda: any(one.name.startswith("inc-") and one.pins for one in made.channels.values()))
    await server.delivered()
    people, notes = [server.person(who) for who in PEOPLE[:10]], [f"note {n}" for n in range(20)]
    with locked(tmp_path / "x.db", "BEGIN IMMEDIATE"):
        said = [who.command("C0OPS", "/incident", note) for who, note in zip(people, notes[:10], strict=True)]
        assert all(one.acked for one in await asyncio.gather(*said))
        late = [
            asyncio.ensure_future(who.command("C0OPS", "/incident", note))
            for who, note in zip(people, notes[10:], strict=True)
        ]
        await asyncio.sleep(0.3)
        process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(process.wait(), IN_TIME) == 0
        acknowledged = notes[:10] + [note for note, one in zip(notes[10:], late, strict=True) if (await one).acked]
    assert set(acknowledged) <= set(in_journal(tmp_path / "x.db.inbox"))
    await server.stop()


def in_journal(file: Path) -> list[str]:
    """What was typed in the commands that it keeps, or was handing over when the process went."""
    parts = [part for part in (file, file.with_name(f"{file.name}.draining")) if part.exists()]
    kept = [from_line(line).payload for part in parts for line in part.read_bytes().splitlines()]
    return [body["text"] for body in kept if "command" in body]


async def test_a_freeze_of_the_last_seconds_is_missed_when_an_older_copy_is_put_back(
    database_file: Path, servers_file: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A clean end notes how far the log went, also where the last look was before the freeze."""
    monkeypatch.setattr(wiring, "HISTORY_SECONDS", 3600.0)
    older = database_file.with_suffix(".older")
    async with a_place(f"sqlite:///{database_file}", servers_file=servers_file) as place:
        async with place.bot() as stage:
            await stage.declare(MINJI, "sev2 결제 오류")
            _copy(database_file, older)
            await stage.declare(MINJI, "sev1 문자 발송 오류 서버 lb-01")
        _copy(older, database_file)
        async with place.bot() as stage:
            stage.expected |= {"the database lost commits"}
            assert (await quarantine_now(stage.product.desk.outside)).quarantined_at


def _copy(file: Path, to: Path) -> None:
    with sqlite3.connect(file) as source, sqlite3.connect(to) as copy:
        source.backup(copy)
