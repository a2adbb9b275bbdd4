"""Answers for the running pretend Slack: one HTTP server over a workspace, its parts wired together."""

import asyncio
import socket
from collections import deque

from aiohttp import web

from bot.sandbox.client_api import ClientApi, StoryRemote
from bot.sandbox.client_pushes import ClientPushes
from bot.sandbox.delivery import Delivery
from bot.sandbox.faults import Faults
from bot.sandbox.interactions import Interactions
from bot.sandbox.person import Person
from bot.sandbox.real_time import Tasks
from bot.sandbox.upload import Uploads
from bot.sandbox.views import Triggers
from bot.sandbox.web_api import CallRecord, WebApi
from bot.sandbox.workspace import Workspace

BODY_LIMIT = 64 * 1024 * 1024


class SandboxServer:
    def __init__(self, workspace: Workspace) -> None:
        self.workspace, self.faults, self.url = workspace, Faults(), ""
        self.tasks = Tasks()
        self.delivery = Delivery(workspace)
        self._interactions = Interactions(workspace, self.delivery)
        self._pushes = ClientPushes(workspace, self.tasks)
        self._client_api = ClientApi(workspace, self._interactions, self._pushes)
        self._web_api = WebApi(workspace, self.faults, self)
        self._runner: web.AppRunner | None = None

    @property
    def calls(self) -> deque[CallRecord]:
        """The log of Web API calls."""
        return self._web_api.calls

    @property
    def triggers(self) -> Triggers:
        return self._interactions.triggers

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> None:
        application = web.Application(client_max_size=BODY_LIMIT)
        parts = (
            self._web_api,
            self.delivery,
            self._interactions.response_urls,
            Uploads(self.workspace),
            self._client_api,
        )
        for part in parts:
            part.add_routes(application.router)
        self._runner = web.AppRunner(application, shutdown_timeout=0.2, access_log=None)
        await self._runner.setup()
        listener = _listen(host, port)
        await web.SockSite(self._runner, listener, backlog=1024).start()
        self.url = self.workspace.base_url = f"http://{host}:{listener.getsockname()[1]}"

    async def stop(self) -> None:
        await self.tasks.cancel()
        await self._pushes.close()
        await self.delivery.close()
        if self._runner:
            await self._runner.cleanup()
        await asyncio.sleep(0)

    def person(self, user: str) -> Person:
        return self._client_api.person(user)

    async def disconnect_sockets(self, reason: str = "refresh_requested") -> None:
        await self.delivery.sockets.disconnect(reason)

    def drop_sockets(self) -> None:
        self.delivery.sockets.drop()

    async def delivered(self) -> None:
        """Wait until every event on its way is delivered or given up."""
        await self.delivery.idle()

    async def settle(self) -> None:
        """A short while for answers on their way."""
        await asyncio.sleep(0.005)

    def show_story(self, story: StoryRemote | None) -> None:
        """The story whose state and controls the page shows."""
        self._client_api.story = story
        self.push_story()

    def push_story(self) -> None:
        story = self._client_api.story
        self.workspace.tell_pages(lambda _: {"type": "story", "story": story.state() if story else None})

    def push_clock(self) -> None:
        self.workspace.tell_pages(lambda _: {"type": "clock", "now": self.workspace.clock().isoformat()})


def _listen(host: str, port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((host, port))
    return listener
