"""Questions by mention and by direct message."""

import re
from typing import Any

from slack_bolt.async_app import AsyncApp

from bot.domain.errors import Refused
from bot.use_cases import ask as questions
from handlers.desk import Desk, refusal_sentence
from handlers.parsing import spoken
from handlers.standing import asker

MENTION = re.compile(r"<@[UW][A-Z0-9]+(?:\|[^>]*)?>")


def register(app: AsyncApp, desk: Desk) -> None:
    """A mention is answered in its thread, a direct message where it came."""

    @app.event("app_mention")
    async def on_mention(event: dict[str, Any]) -> None:
        question = MENTION.sub(" ", event.get("text", "")).strip()
        if question and event.get("user") and not event.get("bot_id"):
            await _ask(desk, event, question, thread_ts=event.get("thread_ts") or event["ts"], alone=False)

    @app.event("message", matchers=[_is_direct])
    async def on_direct(event: dict[str, Any]) -> None:
        if event.get("text", "").strip():
            await _ask(desk, event, event["text"].strip(), thread_ts=event.get("thread_ts"), alone=True)


async def _is_direct(event: dict[str, Any]) -> bool:
    return event.get("channel_type") == "im" and not event.get("subtype") and not event.get("bot_id")


async def _ask(desk: Desk, event: dict[str, Any], question: str, *, thread_ts: str | None, alone: bool) -> None:
    """A refusal is said where the question was asked."""
    who, key = await asker(desk, event["user"]), f"msg:{event['channel']}:{event['ts']}"
    try:
        await questions.ask(
            desk.outside,
            by=who.id,
            question=spoken(question),
            channel=event["channel"],
            thread_ts=thread_ts,
            request_key=key,
            alone=alone,
        )
    except Refused as refused:
        sentence = refusal_sentence(who.texts, refused)
        await desk.chat.post(event["channel"], sentence, blocks=None, key=key, thread_ts=thread_ts, again=True)
