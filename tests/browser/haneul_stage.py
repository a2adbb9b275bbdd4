"""The workspace the browser tests play in: people, channels, a clock in 2024, and the bot of haneul_bot.py."""

import logging
from datetime import UTC, datetime, timedelta
from typing import Any

from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox import SandboxServer, Workspace
from tests.browser.haneul_bot import listen
from tests.waiting import PLENTY_SECONDS, until

MINJI, ALEX, SORA = "U01MINJI", "U02ALEX", "U03SORA"
COMMANDS = [
    {"command": "/incident", "description": "Declare and run an incident", "usage_hint": "declare sev2 <what happens>"},
    {"command": "/change", "description": "Ask to change a server", "usage_hint": "request <server>"},
]
SHORTCUTS = [
    {"callback_id": "keep", "name": "Keep as evidence", "type": "message"},
    {"callback_id": "declare_now", "name": "Declare now", "type": "global"},
]
START = datetime(2024, 5, 13, 4, 44, tzinfo=UTC)


class Clock:
    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        self.now += timedelta(milliseconds=1)
        return self.now

    def set(self, now: datetime) -> None:
        self.now = max(now, self.now)


class Stage:
    """A running sandbox with its bot; `heard` is what reached the bot."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.workspace = workspace = Workspace(self.clock, name="Haneul", domain="haneul")
        workspace.add_person(MINJI, name="minji", real_name="김민지", locale="ko-KR", tz="Asia/Seoul")
        workspace.add_person(ALEX, name="alex", real_name="Alex Stone", tz="America/New_York")
        workspace.add_person(SORA, name="sora", real_name="박소라", locale="ko-KR", tz="Asia/Seoul")
        self.app = workspace.add_app(
            name="Stopline",
            bot_token="xoxb-page",
            app_token="xapp-page",
            signing_secret="s",
            commands=COMMANDS,
            shortcuts=SHORTCUTS,
        )
        bot = self.app.bot_user
        self.general = workspace.add_channel("general", members=[MINJI, ALEX, SORA, bot], topic="회사 전체 이야기").id
        self.ops = workspace.add_channel("ops", members=[MINJI, ALEX, bot], topic="Servers and the night shift").id
        self.server = SandboxServer(workspace)
        self.heard: list[tuple[str, Any]] = []

    async def open(self) -> None:
        self.server.delivery.deadline = self.server.triggers.seconds = PLENTY_SECONDS
        await self.server.start()
        base = f"{self.server.url}/api/"
        self.api = AsyncWebClient(token="xoxb-page", base_url=base)
        app = self.app

        async def authorize() -> AuthorizeResult:
            return AuthorizeResult(
                enterprise_id=None,
                team_id="T0SANDBOX",
                bot_user_id=app.bot_user,
                bot_id=app.bot_id,
                bot_token="xoxb-page",
            )

        quiet = logging.getLogger("page_stage")
        quiet.setLevel(logging.CRITICAL)
        bolt = AsyncApp(client=self.api, authorize=authorize, signing_secret="s", logger=quiet)
        listen(bolt, self.heard)
        link_client = AsyncWebClient(token="xapp-page", base_url=base)
        self._link = AsyncSocketModeHandler(bolt, "xapp-page", web_client=link_client)
        await self._link.connect_async()

    async def close(self) -> None:
        await self._link.close_async()
        await self.server.stop()

    async def until(self, kind: str) -> Any:
        """What the bot heard of this kind, once it has."""
        await until(lambda: any(name == kind for name, _ in self.heard))
        return next(what for name, what in self.heard if name == kind)
