"""Answers for `/client/*`: the page's interface, each request acting as one person."""

import json
import mimetypes
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from aiohttp import web

from bot.sandbox.client_deeds import DEEDS
from bot.sandbox.client_pushes import ClientPushes
from bot.sandbox.interactions import Interactions
from bot.sandbox.model import Json, SlackRefusal
from bot.sandbox.person import Person
from bot.sandbox.workspace import Workspace, channel_for, person_for_page

PAGE = Path(__file__).parent / "page"


class ClientApi:
    def __init__(self, workspace: Workspace, interactions: Interactions, pushes: ClientPushes) -> None:
        self._workspace, self._interactions, self._pushes = workspace, interactions, pushes
        self.story: StoryRemote | None = None

    def add_routes(self, router: web.UrlDispatcher) -> None:
        router.add_get("/client/state", self._state)
        router.add_get("/client/messages", self._messages)
        router.add_get("/client/replies", self._replies)
        router.add_get("/client/ws", self._pushes.serve)
        router.add_post("/client/story", self._story)
        router.add_post("/client/{deed}", self._deed)
        for path in ("/", "/archives/{channel}/{message}"):
            router.add_get(path, self._index)
        router.add_get("/page/{file:.+}", self._file)

    def person(self, user: str) -> Person:
        return Person(self._workspace, self._interactions, user)

    # -- reading

    async def _state(self, request: web.Request) -> web.Response:
        return _answered(lambda: self.state(request.query.get("as", "") or self._somebody()))

    def _somebody(self) -> str:
        """Who a page is that does not say: the first of the people."""
        return next((user.id for user in self._workspace.people.values() if not user.is_bot), "")

    def state(self, me: str) -> Json:
        workspace = self._workspace
        workspace.person(me)
        apps = workspace.apps.values()
        return {
            "team": {"id": workspace.team_id, "name": workspace.name, "url": f"{workspace.base_url}/"},
            "me": me,
            "clock": workspace.clock().isoformat(),
            "people": [person_for_page(user) for user in workspace.people.values()],
            "channels": [
                channel_for(channel, me) for channel in workspace.channels.values() if workspace.sees(me, channel)
            ],
            "apps": [{"id": app.id, "name": app.name, "bot_user": app.bot_user} for app in apps],
            "commands": [
                {"description": "", "usage_hint": "", **about, "app": app.id} for app in apps for about in app.commands
            ],
            "shortcuts": [{**about, "app": app.id} for app in apps for about in app.shortcuts],
            "views": self.person(me).views(),
            "story": self.story.state() if self.story else None,
        }

    async def _messages(self, request: web.Request) -> web.Response:
        query = request.query
        limit = int(query.get("limit", "100"))
        return _answered(
            lambda: {
                "messages": self.person(query.get("as", "")).messages(
                    query.get("channel", ""), before=query.get("before"), limit=limit
                )
            }
        )

    async def _replies(self, request: web.Request) -> web.Response:
        query = request.query
        return _answered(
            lambda: {
                "messages": self.person(query.get("as", "")).replies(query.get("channel", ""), query.get("ts", ""))
            }
        )

    # -- acting

    async def _deed(self, request: web.Request) -> web.Response:
        deed = DEEDS.get(request.match_info["deed"])
        try:
            body = json.loads(await request.text() or "{}")
            if deed is None:
                raise SlackRefusal("unknown_deed")
            return web.json_response({"ok": True, **await deed(self.person(body.get("as", "")), body)})
        except SlackRefusal as refusal:
            return web.json_response(refusal.to_json())
        except (KeyError, TypeError, ValueError) as mistake:
            return web.json_response({"ok": False, "error": f"invalid_arguments: {mistake!r}"})

    async def _story(self, request: web.Request) -> web.Response:
        if self.story is None:
            return web.json_response({"ok": False, "error": "no_story"})
        body = json.loads(await request.text() or "{}")
        self.story.control(body.get("do", ""), body.get("speed"))
        return web.json_response({"ok": True, "story": self.story.state()})

    # -- the page

    async def _index(self, request: web.Request) -> web.StreamResponse:
        return _page_file("index.html")

    async def _file(self, request: web.Request) -> web.StreamResponse:
        return _page_file(request.match_info["file"])


class StoryRemote(Protocol):
    """What the page needs of a story player (story_player.py is one)."""

    def state(self) -> Json: ...

    def control(self, do: str, speed: float | None) -> None: ...


def _answered(read: Callable[[], Json]) -> web.Response:
    try:
        return web.json_response(read())
    except SlackRefusal as refusal:
        return web.json_response(refusal.to_json())


def _page_file(name: str) -> web.StreamResponse:
    path = (PAGE / name).resolve()
    if not path.is_relative_to(PAGE) or not path.is_file():
        raise web.HTTPNotFound
    kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return web.FileResponse(path, headers={"Content-Type": kind, "Cache-Control": "no-cache"})
