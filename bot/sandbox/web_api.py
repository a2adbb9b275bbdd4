"""Answers for `/api/<method>`: reads Slack's argument forms, checks the token, runs the method, meets the faults."""

import asyncio
import json
from collections import deque
from dataclasses import dataclass

from aiohttp import web

from bot.sandbox import methods_chat, methods_content, methods_conversations, methods_people, methods_views
from bot.sandbox.api_call import METHODS, Call, Method, invalid
from bot.sandbox.faults import (
    DoneFirst,
    Dropped,
    ErrorAfter,
    Fault,
    Faults,
    HalfAnswer,
    RateLimited,
    ServerError,
    SlackError,
)
from bot.sandbox.model import App, Json, SlackRefusal
from bot.sandbox.real_time import monotonic
from bot.sandbox.workspace import Workspace

FAMILIES = (
    methods_chat,
    methods_content,
    methods_conversations,
    methods_people,
    methods_views,
)  # importing fills METHODS
POSTS_PER_CHANNEL = 60  # a minute


@dataclass
class CallRecord:
    """One line of the call log; times are of the monotonic clock."""

    method: str
    arguments: Json
    started: float
    ended: float = 0.0
    ok: bool = False
    error: str = ""


class WebApi:
    def __init__(self, workspace: Workspace, faults: Faults, server: object) -> None:
        self._workspace, self._faults, self._server = workspace, faults, server
        self.calls: deque[CallRecord] = deque(maxlen=100_000)

    def add_routes(self, router: web.UrlDispatcher) -> None:
        router.add_route("*", "/api/{method}", self._serve)

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        name, arguments = request.match_info["method"], await _arguments(request)
        token = _token(request, arguments)
        record = CallRecord(name, arguments, monotonic())
        self.calls.append(record)
        try:
            return await self._answer(request, record, token)
        finally:
            record.ended = monotonic()

    async def _answer(self, request: web.Request, record: CallRecord, token: str) -> web.StreamResponse:
        method = METHODS.get(record.method)
        fault = self._faults.take(record.method) or self._limited(record, method, token)
        await asyncio.sleep(self._faults.latency_of(record.method))
        if fault is not None and not isinstance(fault, DoneFirst):
            record.error = type(fault).__name__
            return _faulty(request, fault)
        answer = self._run(record, method, token)
        record.ok, record.error = answer["ok"], answer.get("error", "")
        if isinstance(fault, DoneFirst):
            return await _spoiled(request, fault, json.dumps(answer).encode())
        return web.json_response(answer, headers=self._scopes(token))

    def _scopes(self, token: str) -> dict[str, str]:
        app = next((one for one in self._workspace.apps.values() if token == one.bot_token), None)
        return {} if app is None or app.scopes is None else {"x-oauth-scopes": ",".join(app.scopes)}

    def _limited(self, record: CallRecord, method: Method | None, token: str) -> Fault | None:
        """Slack's limit of this method; posts are also limited in each channel."""
        if method is None:
            return None
        over = self._faults.over_tier(token, record.method, method.per_minute)
        if over is None and record.method == "chat.postMessage":
            over = self._faults.over_tier(token, f"post to {record.arguments.get('channel')}", POSTS_PER_CHANNEL)
        return over

    def _run(self, record: CallRecord, method: Method | None, token: str) -> Json:
        try:
            if method is None:
                raise SlackRefusal("unknown_method", req_method=record.method)
            app = self._app(record.method, token)
            missing = [name for name in method.required if record.arguments.get(name) in (None, "")]
            if missing:
                raise invalid(*(f"missing required field: {name}" for name in missing))
            return {"ok": True, **method.run(Call(self._workspace, app, record.arguments, self._server))}
        except SlackRefusal as refusal:
            return refusal.to_json()

    def _app(self, method: str, token: str) -> App:
        if not token:
            raise SlackRefusal("not_authed")
        apps = self._workspace.apps.values()
        for_app_tokens = method == "apps.connections.open"
        for app in apps:
            if token == (app.app_token if for_app_tokens else app.bot_token):
                return app
        wrong_kind = any(token in (app.app_token, app.bot_token) for app in apps)
        raise SlackRefusal("not_allowed_token_type" if wrong_kind else "invalid_auth")


async def _arguments(request: web.Request) -> Json:
    arguments: Json = dict(request.query)
    if request.content_type == "application/json":
        try:
            body = json.loads(await request.text() or "{}")
        except ValueError:
            body = {}
        return arguments | body if isinstance(body, dict) else arguments
    return arguments | dict(await request.post())


def _token(request: web.Request, arguments: Json) -> str:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    argument = str(arguments.pop("token", ""))
    return token if scheme.lower() == "bearer" and token else argument


def _faulty(request: web.Request, fault: Fault) -> web.StreamResponse:
    if isinstance(fault, RateLimited):
        headers = {"Retry-After": str(fault.retry_after)}
        return web.json_response({"ok": False, "error": "ratelimited"}, status=429, headers=headers)
    if isinstance(fault, ServerError):
        return web.json_response({"ok": False, "error": "internal_error"}, status=fault.status)
    if isinstance(fault, SlackError):
        return web.json_response({"ok": False, "error": fault.code})
    assert isinstance(fault, Dropped)
    return _cut_off(request)


async def _spoiled(request: web.Request, fault: DoneFirst, answer: bytes) -> web.StreamResponse:
    """What arrives of an answer to work that is done."""
    match fault:
        case ErrorAfter(status):
            return web.json_response({"ok": False, "error": "internal_error"}, status=status)
        case HalfAnswer(ended=True):
            return web.Response(body=answer[: len(answer) // 2], content_type="application/json")
        case HalfAnswer():
            begun = web.StreamResponse(headers={"Content-Type": "application/json", "Content-Length": str(len(answer))})
            await begun.prepare(request)
            await begun.write(answer[: len(answer) // 2])
            assert request.transport
            request.transport.close()
            return begun
        case _:
            return _cut_off(request)


def _cut_off(request: web.Request) -> web.StreamResponse:
    """Close the connection without an answer."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()
