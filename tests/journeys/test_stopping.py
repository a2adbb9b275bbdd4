"""The bot in a process of its own ends when it is told to, whether Slack is there or not."""

import asyncio
import os
import signal
import socket
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NOBODY = "http://127.0.0.1:9/api/"


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
    async with asyncio.timeout(20):
        while b"does not say who we are yet" not in await process.stderr.readline():
            continue
    began = time.monotonic()
    process.send_signal(stop)
    assert await asyncio.wait_for(process.wait(), 10) == 0
    assert time.monotonic() - began < 10
    assert b"Traceback" not in await process.stderr.read()


async def test_it_stops_while_somebody_is_still_sending(tmp_path: Path) -> None:
    """Over HTTP: half a request holds nobody up."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
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
    async with asyncio.timeout(20):
        while b'"ready"' not in (line := await process.stderr.readline()):
            assert line, "it ended"
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"POST /slack/events HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf")
    await asyncio.sleep(0.2)
    process.send_signal(signal.SIGTERM)
    assert await asyncio.wait_for(process.wait(), 10) == 0
    writer.close()
