"""The bot in a process of its own, as an operator runs it, against a pretend workspace in ours."""

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bot.manifest import BOT_EVENTS, COMMANDS, SHORTCUTS
from bot.sandbox import SandboxServer, Workspace

ROOT = Path(__file__).parents[2]
BOT_TOKEN, APP_TOKEN = "xoxb-bench", "xapp-1-bench"
PEOPLE = [f"U{n:03}BENCH" for n in range(100)]


@dataclass(slots=True)
class Bench:
    """A workspace of a hundred people, and its bot."""

    server: SandboxServer
    process: asyncio.subprocess.Process
    ready_seconds: float

    def resident_mb(self) -> float:
        """Resident memory of the bot's process, MB."""
        pages = int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def workspace() -> Workspace:
    """People, two channels and the app."""
    made = Workspace(clock=lambda: datetime.now(UTC), name="Bench", domain="bench")  # noqa: TID251
    app = made.add_app(
        name="Stopline",
        bot_token=BOT_TOKEN,
        app_token=APP_TOKEN,
        signing_secret="bench",
        commands=[{"command": c, "description": d, "usage_hint": h} for c, d, h in COMMANDS],
        shortcuts=[{"callback_id": c, "name": n, "type": "message"} for c, n, _ in SHORTCUTS],
        events=set(BOT_EVENTS),
    )
    for who in PEOPLE:
        made.add_person(who, name=who.lower(), real_name=who, locale="en-US", tz="Asia/Seoul")
    made.add_channel("ops", members=PEOPLE, id="C0OPS")
    made.add_channel("incidents", members=[*PEOPLE, app.bot_user], id="C0INCIDENTS")
    return made


def environment(server: SandboxServer, folder: Path) -> dict[str, str]:
    """What an operator would set."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("STOPLINE_", "SLACK_"))}
    return kept | {
        "SLACK_BOT_TOKEN": BOT_TOKEN,
        "SLACK_APP_TOKEN": APP_TOKEN,
        "STOPLINE_SLACK_API_URL": f"{server.url}/api/",
        "STOPLINE_DATABASE_URL": os.environ.get("BENCH_DATABASE_URL", f"sqlite:///{folder / 'bench.db'}"),
        "STOPLINE_ANNOUNCE_CHANNEL": "C0INCIDENTS",
    }


@asynccontextmanager
async def bot(folder: Path) -> AsyncIterator[Bench]:
    """The bot, connected; `ready_seconds` is from its spawn to Slack's hello."""
    made = workspace()
    server = SandboxServer(made)
    await server.start(host="127.0.0.1", port=0)
    env = environment(server, folder)
    await _run(env, "migrate")
    began = time.perf_counter()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "serve", env=env, cwd=ROOT, stderr=asyncio.subprocess.DEVNULL
    )
    try:
        app = next(iter(made.apps.values()))
        async with asyncio.timeout(30):
            while not server.delivery.sockets.connections(app):
                await asyncio.sleep(0.002)
        ready = time.perf_counter() - began
        await asyncio.sleep(1.0)
        yield Bench(server, process, ready)
    finally:
        process.terminate()
        await process.wait()
        await server.stop()


async def _run(env: dict[str, str], *arguments: str) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", *arguments, env=env, cwd=ROOT, stdout=asyncio.subprocess.DEVNULL
    )
    assert await process.wait() == 0
