"""A running sandbox, and a bot built with the real bolt library in front of it."""

import logging
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox import App, SandboxServer, Workspace

logging.getLogger("slack_bolt").setLevel(logging.CRITICAL)


class Clock:
    def __init__(self) -> None:
        self.now = datetime(2024, 5, 13, 4, 44, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.now += timedelta(milliseconds=1)
        return self.now


@pytest.fixture
def workspace() -> Workspace:
    workspace = Workspace(Clock(), name="Haneul", domain="haneul")
    workspace.add_person("U01MINJI", name="minji", real_name="김민지", locale="ko-KR", tz="Asia/Seoul")
    workspace.add_person("U02ALEX", name="alex", real_name="Alex Stone")
    workspace.add_person("U03GUEST", name="guest", is_ultra_restricted=True)
    return workspace


@pytest.fixture
def app(workspace: Workspace) -> App:
    commands = [{"command": "/incident", "description": "Run an incident", "usage_hint": "declare"}]
    shortcuts = [
        {"callback_id": "pin_message", "name": "Pin it", "type": "message"},
        {"callback_id": "declare", "name": "Declare", "type": "global"},
    ]
    return workspace.add_app(
        name="Stopline",
        bot_token="xoxb-1",
        app_token="xapp-1",
        signing_secret="s3cret",
        commands=commands,
        shortcuts=shortcuts,
    )


@pytest.fixture
def ops(workspace: Workspace, app: App) -> str:
    return workspace.add_channel("ops", members=["U01MINJI", "U02ALEX", app.bot_user]).id


@pytest.fixture
async def server(workspace: Workspace, app: App) -> AsyncIterator[SandboxServer]:
    server = SandboxServer(workspace)
    server.delivery.deadline = server.triggers.seconds = 60.0  # what is about Slack's three seconds says so itself
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
def client(server: SandboxServer) -> AsyncWebClient:
    return AsyncWebClient(token="xoxb-1", base_url=f"{server.url}/api/")


@pytest.fixture
def idle_bolt(client: AsyncWebClient, app: App) -> AsyncApp:
    """A bot not connected to anything yet."""

    async def authorize() -> AuthorizeResult:
        return AuthorizeResult(
            enterprise_id=None, team_id="T0SANDBOX", bot_user_id=app.bot_user, bot_id=app.bot_id, bot_token="xoxb-1"
        )

    return AsyncApp(client=client, authorize=authorize, signing_secret="s3cret", ignoring_self_events_enabled=False)


@pytest.fixture
async def bolt(client: AsyncWebClient, idle_bolt: AsyncApp) -> AsyncIterator[AsyncApp]:
    """A bot connected by Socket Mode; tests add their listeners to it."""
    handler = AsyncSocketModeHandler(
        idle_bolt, "xapp-1", web_client=AsyncWebClient(token="xapp-1", base_url=client.base_url)
    )
    await handler.connect_async()
    yield idle_bolt
    await handler.close_async()
