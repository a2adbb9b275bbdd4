"""Answers for response_urls: a command's or an action's own address, good for 5 posts in 30 minutes."""

import json
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from aiohttp import web

from bot.sandbox import messages
from bot.sandbox.methods_chat import refuse_bad_blocks
from bot.sandbox.model import App, Channel, Json, SlackRefusal
from bot.sandbox.real_time import monotonic
from bot.sandbox.workspace import Workspace

POSTS, SECONDS = 5, 30 * 60.0


@dataclass
class ResponseUrl:
    app: App
    user: str
    channel: Channel
    source: Json | None  # the message an action came from
    made: float
    used: int = 0


class ResponseUrls:
    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._urls: dict[str, ResponseUrl] = {}

    def add_routes(self, router: web.UrlDispatcher) -> None:
        router.add_post("/response/{token}", self._serve)

    def new(self, app: App, user: str, channel: Channel, source: Json | None = None) -> str:
        token = uuid4().hex
        self._urls[token] = ResponseUrl(app, user, channel, source, monotonic())
        return f"{self._workspace.base_url}/response/{token}"

    async def _serve(self, request: web.Request) -> web.Response:
        url = self._urls.get(request.match_info["token"])
        if url is None or monotonic() - url.made > SECONDS:
            return web.json_response({"ok": False, "error": "expired_url"}, status=404)
        if url.used >= POSTS:
            return web.json_response({"ok": False, "error": "used_url"}, status=404)
        try:
            body = json.loads(await request.text())
            self.respond(url, body)
        except ValueError:
            return web.Response(text="invalid_payload", status=400)
        except SlackRefusal as refusal:
            return web.json_response(refusal.to_json(), status=400)
        url.used += 1
        return web.Response(text="ok")

    def answer(self, app: App, user: str, channel: Channel, body: Json | str) -> None:
        """What an app says in the acknowledgement itself."""
        given = {"text": body} if isinstance(body, str) else body
        if given.get("text") or given.get("blocks"):
            self.respond(ResponseUrl(app, user, channel, None, monotonic()), given)

    def respond(self, url: ResponseUrl, body: Json) -> None:
        if body.get("delete_original") and url.source:
            self._delete(url, url.source)
            return
        given = _content(body)
        if body.get("replace_original") and url.source:
            self._replace(url, url.source, given)
            return
        by = messages.bot_author(self._workspace, url.app)
        thread = body.get("thread_ts")
        if body.get("response_type") == "in_channel":
            messages.post(self._workspace, url.channel, by, thread_ts=thread, **given)
        else:
            given.pop("metadata", None)
            messages.post_ephemeral(self._workspace, url.channel, url.user, by, thread_ts=thread, **given)

    def _delete(self, url: ResponseUrl, source: Json) -> None:
        if source["ts"] in url.channel.messages:
            messages.delete(self._workspace, url.channel, source["ts"])
        else:
            messages.drop_ephemeral(self._workspace, url.channel, url.user, source["ts"])

    def _replace(self, url: ResponseUrl, source: Json, given: dict[str, Any]) -> None:
        if source["ts"] in url.channel.messages:
            messages.edit(self._workspace, url.channel, source["ts"], url.app.bot_user, **given)
        else:
            messages.edit_ephemeral(self._workspace, url.channel, url.user, source["ts"], **given)


def _content(body: Json) -> dict[str, Any]:
    blocks = body.get("blocks") or []
    if isinstance(blocks, str):
        blocks = json.loads(blocks)
    if blocks:
        refuse_bad_blocks(blocks)
    elif not str(body.get("text") or "").strip():
        raise SlackRefusal("no_text")
    return {"text": str(body.get("text") or ""), "blocks": blocks, "metadata": body.get("metadata")}
