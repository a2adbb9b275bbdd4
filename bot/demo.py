"""`stopline demo`: the story in a pretend workspace, with the product as it runs in production."""

import asyncio
import json
import logging
import secrets
import signal
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.config import ModelSettings, Settings
from bot.demo_report import Run, read_run, report
from bot.domain.change import RUNNING, Change
from bot.domain.ids import SlackUserId
from bot.i18n.texts import Texts
from bot.logs import set_up_logs
from bot.manifest import BOT_EVENTS, COMMANDS, SHORTCUTS
from bot.ports.outside import Policy
from bot.sandbox import SandboxServer, Story, StoryPlayer, Workspace
from bot.serve import running
from bot.use_cases.change import list_changes
from bot.wiring import Product

STORY = Path(__file__).parent / "assets" / "story"
ZONE = "Asia/Seoul"
SPEED = 20.0
"""The page's first speed: a minute of the story in three seconds."""
SETTLE_SECONDS = 60
THIRD_WORK = 2
"""The index of the third piece of work in the order it was asked for."""


class StoryClock:
    """The story's time: set by its steps, going on by itself between them, never backwards."""

    def __init__(self, start: datetime) -> None:
        self._at, self._since = start, time.monotonic()

    def now(self) -> datetime:
        """Aware UTC."""
        return (self._at + timedelta(seconds=time.monotonic() - self._since)).astimezone(UTC)

    def set(self, at: datetime) -> None:
        """The next step's time."""
        self._at, self._since = max(at.astimezone(UTC), self.now()), time.monotonic()


@dataclass(slots=True)
class Stage:
    """One workspace with its bot, ready to play."""

    server: SandboxServer
    product: Product
    player: StoryPlayer


@asynccontextmanager
async def stage(
    language: str, *, shadow: bool, port: int = 0, restart: Callable[[], None] | None = None
) -> AsyncIterator[Stage]:
    """A fresh workspace and database, and the bot connected by Socket Mode. Raises StoryError."""
    story = Story.load(STORY / f"{language}.toml")
    clock = StoryClock(story.steps[0].at)
    workspace = Workspace(clock=clock.now, name="Haneul Talk", domain="haneul-talk")
    settings_of = _add_app(workspace)
    story.populate(workspace)
    server = SandboxServer(workspace)
    await _start(server, port)
    with tempfile.TemporaryDirectory(prefix="stopline-demo-", ignore_cleanup_errors=True) as folder:
        settings = settings_of(server.url, Path(folder), _policy(language, shadow=shadow))
        try:
            async with running(settings, clock) as product:
                player = StoryPlayer(
                    server,
                    story,
                    settle=lambda: settled(server, product),
                    conditions={
                        "third_work_started": lambda: third_work_started(product),
                        "work_runs": lambda: work_runs(product),
                    },
                    set_time=clock.set,
                    restart=restart,
                )
                yield Stage(server, product, player)
        finally:
            await server.stop()


def _add_app(workspace: Workspace) -> Callable[[str, Path, Policy], Settings]:
    bot, app = f"xoxb-{secrets.token_hex(12)}", f"xapp-1-{secrets.token_hex(12)}"
    workspace.add_app(
        name="Stopline",
        bot_token=bot,
        app_token=app,
        signing_secret=secrets.token_hex(16),
        commands=[{"command": c, "description": d, "usage_hint": h} for c, d, h in COMMANDS],
        shortcuts=[{"callback_id": c, "name": n, "type": "message"} for c, n, _ in SHORTCUTS],
        events=set(BOT_EVENTS),
    )

    def settings_of(url: str, folder: Path, policy: Policy) -> Settings:
        return Settings(
            bot_token=bot,
            app_token=app,
            signing_secret="",
            slack_api_url=f"{url}/api/",
            database_url=f"sqlite:///{folder / 'stopline.db'}",
            http_host="127.0.0.1",
            http_port=None,
            model=ModelSettings(),
            servers_file=str(STORY / "servers.yaml"),
            policy=policy,
        )

    return settings_of


def _policy(language: str, *, shadow: bool) -> Policy:
    on_call = tuple(SlackUserId(who) for who in ("U01MINJI", "U02DOYUN", "U03SEOYEON"))
    return Policy(
        shadow=shadow,
        managers=(SlackUserId("U05HANA"),),
        on_call=on_call,
        announce_channel="#incidents",
        language=language,
        zone=ZONE,
    )


async def _start(server: SandboxServer, port: int) -> None:
    try:
        await server.start(host="127.0.0.1", port=port)
    except OSError:
        await server.start(host="127.0.0.1", port=0)


async def settled(server: SandboxServer, product: Product) -> None:
    """Until the bot has handled everything it was told. Raises TimeoutError."""
    async with asyncio.timeout(SETTLE_SECONDS):
        quiet = 0
        while quiet < 2:
            await server.settle()
            soon = product.desk.outside.clock.now() + timedelta(minutes=10)
            async with product.database.read() as tx:
                waiting = await tx.jobs.count_open(due_by=soon)
            quiet = 0 if waiting or product.worker.busy else quiet + 1
            await asyncio.sleep(0.005)


async def third_work_started(product: Product) -> bool:
    """Whether the third piece of work ever went ahead."""
    changes: list[Change] = sorted(await list_changes(product.desk.outside), key=lambda c: c.id)
    return len(changes) > THIRD_WORK and changes[THIRD_WORK].started_at is not None


async def work_runs(product: Product) -> bool:
    """Whether some change is under way."""
    return bool(await list_changes(product.desk.outside, states=tuple(RUNNING)))


async def run_once(language: str, *, as_json: bool) -> int:
    """Both runs without waiting; 0 when they came to the end they must have."""
    set_up_logs("ERROR")
    say = Texts(language).plain
    runs = []
    for shadow in (True, False):
        print(say("demo.shadow" if shadow else "demo.enforced"), flush=True)
        runs.append(await _play_once(language, shadow=shadow))
    told = report(*runs)
    minutes = {"without": told["minutes_without"], "with_it": told["minutes_with"]}
    print(json.dumps(told, ensure_ascii=False) if as_json else say("demo.told", **minutes), flush=True)
    return 0


async def _play_once(language: str, *, shadow: bool) -> Run:
    async with stage(language, shadow=shadow) as ready:
        await ready.player.run_all()
        return await read_run(ready.product.desk.outside)


async def run(language: str, port: int) -> int:
    """The page with the story playing, until somebody presses Ctrl-C."""
    set_up_logs("ERROR")
    logging.getLogger("bot.sandbox").setLevel(logging.WARNING)
    stop, again = asyncio.Event(), asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    said = False
    while not stop.is_set():
        again.clear()
        async with stage(language, shadow=False, port=port, restart=again.set) as ready:
            if not said:
                print(Texts(language).plain("demo.open", url=f"{ready.server.url}/"), flush=True)
                said = True
            ready.player.play(SPEED)
            await _first(stop, again)
    return 0


async def _first(*events: asyncio.Event) -> None:
    async with asyncio.TaskGroup() as tasks:
        waits = [tasks.create_task(event.wait()) for event in events]
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        for wait in waits:
            wait.cancel()
