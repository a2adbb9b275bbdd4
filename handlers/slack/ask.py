"""Questions by mention and by direct message."""

import re
from typing import Any

from slack_bolt.async_app import AsyncApp

from bot.use_cases import ask as questions
from handlers.desk import Desk
from handlers.parsing import spoken

MENTION = re.compile(r"<@[UW][A-Z0-9]+(?:\|[^>]*)?>")


def register(app: AsyncApp, desk: Desk) -> None:
    """A mention is answered in its thread, a direct message where it came."""

    @app.event("app_mention")
    async def on_mention(event: dict[str, Any]) -> None:
        question = MENTION.sub(" ", event.get("text", "")).strip()
        if question and event.get("user"):
            await _ask(desk, event, question, thread_ts=event.get("thread_ts") or event["ts"])

    @app.event("message", matchers=[_is_direct])
    async def on_direct(event: dict[str, Any]) -> None:
        if event.get("text", "").strip():
            await _ask(desk, event, event["text"].strip(), thread_ts=event.get("thread_ts"))


async def _is_direct(event: dict[str, Any]) -> bool:
    return event.get("channel_type") == "im" and not event.get("subtype") and not event.get("bot_id")


async def _ask(desk: Desk, event: dict[str, Any], question: str, *, thread_ts: str | None) -> None:
    await questions.ask(
        desk.outside,
        by=event["user"],
        question=spoken(question),
        channel=event["channel"],
        thread_ts=thread_ts,
        request_key=f"msg:{event['channel']}:{event['ts']}",
    )
