"""Signed HTTP from Slack: its signature is checked on the bytes as they came, before anything of them is read."""

import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import web
from slack_bolt import BoltResponse
from slack_bolt.adapter.aiohttp import to_aiohttp_response
from slack_bolt.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest

from handlers.http.body import TooLarge, TooSlow, read_bytes
from handlers.shape import is_delivery

BODY_LIMIT = 1024 * 1024
"""Bytes; Slack's payloads are far smaller."""
AGE_SECONDS = 300
"""Older requests may be a replay (docs.slack.dev, verifying requests from Slack)."""
REMEMBERED = timedelta(seconds=2 * AGE_SECONDS)
"""A signature may be so long of use: Slack's clock may be ahead of ours as well."""
MOST = 2_000
"""So many answers are remembered; few have a body."""


class Unreadable(Exception):
    """Signed or not, it is nothing that Slack sends."""


class Answered:
    """What was answered to each signature while it is young: the same request again does nothing and gets the same."""

    def __init__(self) -> None:
        self._answers: dict[str, tuple[datetime, BoltResponse]] = {}

    def before(self, signature: str, now: datetime) -> BoltResponse | None:
        """The answer to this very request, where there was one."""
        at, answer = self._answers.get(signature, (now, None))
        return answer if now - at <= REMEMBERED else None

    def keep(self, signature: str, answer: BoltResponse, now: datetime) -> None:
        """Remembered where it says that the request was taken: what failed may come again."""
        while self._answers and (len(self._answers) >= MOST or self._oldest() < now - REMEMBERED):
            del self._answers[next(iter(self._answers))]
        if answer.status == 200:
            self._answers[signature] = (now, answer)

    def _oldest(self) -> datetime:
        return next(iter(self._answers.values()))[0]


def add_slack(app: web.Application, bolt: AsyncApp, *, secret: str, now: Callable[[], datetime]) -> None:
    """`POST /slack/events` takes everything that Slack sends. `now` is the time by which Slack signs."""

    answered = Answered()

    async def on_slack(request: web.Request) -> web.Response:
        try:
            raw = await read_bytes(request, BODY_LIMIT)
        except TooLarge:
            return web.Response(status=413)
        except TooSlow:
            return web.Response(status=408)
        stamp = request.headers.get("X-Slack-Request-Timestamp", "")
        signature = request.headers.get("X-Slack-Signature", "")
        if not is_signed(raw, secret=secret, stamp=stamp, signature=signature, now=now().timestamp()):
            return web.Response(status=401)
        if again := answered.before(signature, now()):
            return await to_aiohttp_response(again)
        try:
            body = read_body(raw, request.content_type)
        except Unreadable:
            return web.Response(status=400)
        # Bolt takes the object as in Socket Mode: its own reader mistakes the word "payload" in a command
        delivery = AsyncBoltRequest(body=body, headers=dict(request.headers), mode="socket_mode")
        answer = await bolt.async_dispatch(delivery)
        answered.keep(signature, answer, now())
        return await to_aiohttp_response(answer)

    app.router.add_post("/slack/events", on_slack)


def is_signed(raw: bytes, *, secret: str, stamp: str, signature: str, now: float) -> bool:
    """Whether Slack made these bytes, and made them now."""
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) < 12 and abs(now - int(stamp)) <= AGE_SECONDS):
        return False
    digest = hmac.new(secret.encode(), b"v0:" + stamp.encode() + b":" + raw, hashlib.sha256).hexdigest()
    return hmac.compare_digest(f"v0={digest}".encode(), signature.encode("utf-8", "surrogateescape"))


def read_body(raw: bytes, content_type: str) -> dict[str, Any]:
    """The object that was sent, as JSON or in a form. Raises Unreadable."""
    try:
        text = raw.decode()
        body: Any = json.loads(text) if content_type == "application/json" else _form(text)
    except (ValueError, RecursionError) as trouble:
        raise Unreadable from trouble
    if not is_delivery(body):
        raise Unreadable
    return dict(body)


def _form(text: str) -> Any:
    fields = dict(parse_qsl(text, keep_blank_values=True, errors="strict"))
    return json.loads(fields["payload"]) if "payload" in fields else fields
