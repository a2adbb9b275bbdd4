"""Answers for bringing events, commands and interactions to an app, by socket or signed HTTP, in time."""

import asyncio
import hashlib
import hmac
import json
from dataclasses import dataclass
from urllib.parse import urlencode
from uuid import uuid4

import aiohttp
from aiohttp import web

from bot.sandbox.model import App, Json
from bot.sandbox.real_time import Tasks, monotonic, unix_now
from bot.sandbox.socket_mode import SocketMode
from bot.sandbox.workspace import Workspace

DEADLINE, RETRY_DELAYS = 3.0, (0.0, 60.0, 300.0)


@dataclass(frozen=True)
class Answer:
    """What came of one delivery; `body` is what the app answered with."""

    acked: bool
    seconds: float
    body: Json | str
    error: str = ""
    retry: bool = True


class Delivery:
    def __init__(self, workspace: Workspace) -> None:
        self._workspace, self._events = workspace, Tasks()
        self.sockets = SocketMode(workspace)
        self.deadline = DEADLINE
        self.retry_delays = RETRY_DELAYS
        self.repeats = 0  # every event comes so many times more, with its event_id: Slack promises "at least once"
        self.undelivered: list[Json] = []  # events given up after the last retry
        self.held_back = False  # events are neither delivered nor tried again, as above Slack's hourly limit
        self._session: aiohttp.ClientSession | None = None
        workspace.event_sinks.append(self.event)

    def add_routes(self, router: web.UrlDispatcher) -> None:
        self.sockets.add_routes(router)

    def new_link(self, app: App) -> str:
        return self.sockets.new_link(app)

    async def close(self) -> None:
        self._workspace.event_sinks.remove(self.event)
        await self._events.cancel()
        await self.sockets.close()
        if self._session:
            await self._session.close()

    async def idle(self) -> None:
        await self._events.idle()

    # -- events: retried

    def event(self, app: App, event: Json) -> None:
        if (app.request_url or app.app_token) and not self.held_back:
            self._events.spawn(self._deliver_event(app, self._wrapped(app, event)))

    def _wrapped(self, app: App, event: Json) -> Json:
        team = self._workspace.team_id
        seen_by = {
            "enterprise_id": None,
            "team_id": team,
            "user_id": app.bot_user,
            "is_bot": True,
            "is_enterprise_install": False,
        }
        return {
            "token": app.token,
            "team_id": team,
            "context_team_id": team,
            "context_enterprise_id": None,
            "api_app_id": app.id,
            "event": event,
            "type": "event_callback",
            "event_id": f"Ev{uuid4().hex[:12].upper()}",
            "event_time": int(float(event["event_ts"])),
            "authorizations": [seen_by],
            "is_ext_shared_channel": False,
            "event_context": f"4-{uuid4().hex}",
        }

    async def _deliver_event(self, app: App, body: Json) -> None:
        reason = ""
        for attempt, delay in enumerate((0.0, *self.retry_delays)):
            await asyncio.sleep(delay)
            answer = await self._try(app, "events_api", body, attempt, reason)
            if answer.acked:
                await self._repeat(app, body)
            if answer.acked or not answer.retry:
                return
            reason = answer.error
        self.undelivered.append(body)

    async def _repeat(self, app: App, body: Json) -> None:
        for attempt in range(1, self.repeats + 1):
            await self._try(app, "events_api", body, attempt, "timeout")

    async def tell_rate_limited(self, app: App) -> bool:
        """Slack's word for a minute in which it delivered nothing; whether it was acknowledged."""
        minute = int(self._workspace.clock().timestamp()) // 60 * 60
        body: Json = {"token": app.token, "type": "app_rate_limited", "team_id": self._workspace.team_id}
        body |= {"minute_rate_limited": minute, "api_app_id": app.id}
        return (await self._try(app, "events_api", body, 0, "")).acked

    async def verify_url(self, app: App) -> bool:
        """Whether the app's request_url answers the challenge Slack sends when the address is set."""
        challenge = uuid4().hex
        body = {"type": "url_verification", "token": app.token, "challenge": challenge}
        answer = await self._try(app, "events_api", body, 0, "")
        return answer.acked and challenge in str(answer.body)

    # -- commands and interactions: once

    async def once(self, app: App, type: str, payload: Json) -> Answer:
        """`type` is slash_commands or interactive; what is not acknowledged in time is lost."""
        return await self._try(app, type, payload, 0, "")

    async def _try(self, app: App, type: str, body: Json, attempt: int, reason: str) -> Answer:
        started = monotonic()
        try:
            if app.request_url:
                return await self._post(app, type, body, attempt, reason, started)
            return await self._send(app, type, body, attempt, reason, started)
        except TimeoutError:
            error = "http_timeout" if app.request_url else "timeout"
        except aiohttp.ClientError:
            error = "connection_failed"
        return Answer(False, monotonic() - started, {}, error)

    async def _send(self, app: App, type: str, body: Json, attempt: int, reason: str, started: float) -> Answer:
        envelope: Json = {
            "envelope_id": str(uuid4()),
            "type": type,
            "payload": body,
            "accepts_response_payload": type != "events_api",
        }
        if type == "events_api":
            envelope |= {"retry_attempt": attempt, "retry_reason": reason}
        answer = await self.sockets.send(app, envelope, self.deadline)
        if answer is None:
            return Answer(False, monotonic() - started, {}, "no_connection")
        return Answer(True, monotonic() - started, answer)

    async def _post(self, app: App, type: str, body: Json, attempt: int, reason: str, started: float) -> Answer:
        if type == "events_api":
            content_type, text = "application/json", json.dumps(body)
        else:
            form = body if type == "slash_commands" else {"payload": json.dumps(body)}
            content_type, text = "application/x-www-form-urlencoded", urlencode(form)
        headers = {"Content-Type": content_type, **signed(app.signing_secret, text)}
        if attempt:
            headers |= {"X-Slack-Retry-Num": str(attempt), "X-Slack-Retry-Reason": reason}
        self._session = self._session or aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))
        timeout = aiohttp.ClientTimeout(total=self.deadline)
        async with self._session.post(app.request_url or "", data=text, headers=headers, timeout=timeout) as response:
            answer = await response.text()
            retry = response.headers.get("x-slack-no-retry") != "1"
            if response.status // 100 != 2:
                return Answer(False, monotonic() - started, {}, "http_error", retry)
            return Answer(True, monotonic() - started, _parsed(answer))


def signed(secret: str, body: str) -> dict[str, str]:
    """The two headers that prove a request comes from Slack."""
    timestamp = str(int(unix_now()))
    digest = hmac.new(secret.encode(), f"v0:{timestamp}:{body}".encode(), hashlib.sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": timestamp, "X-Slack-Signature": f"v0={digest}"}


def _parsed(answer: str) -> Json | str:
    try:
        body = json.loads(answer) if answer else {}
    except ValueError:
        return answer
    return body if isinstance(body, dict) else answer
