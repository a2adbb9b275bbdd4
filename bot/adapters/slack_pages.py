"""Pages of history as Slack's Web API gives them (docs.slack.dev: conversations.history, conversations.replies)."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from bot.domain.backfill import Page, Thread
from bot.domain.ids import ChannelId, MessageTs, SlackUserId
from bot.domain.message import PIN, Message, Reaction, read_message

_Said = Sequence[tuple[Mapping[str, Any], Message]]
"""Messages, each with what Slack wrote of it."""


def read_history(channel: ChannelId, answer: Mapping[str, Any]) -> Page:
    """A page of the channel, newest first. A broadcast reply stands in it and belongs to its thread."""
    raw = answer["messages"]
    threads = [
        Thread(MessageTs(one["ts"]), MessageTs(str(one.get("latest_reply") or "")), int(one["reply_count"]))
        for one in raw
        if one.get("reply_count") and one.get("thread_ts", one["ts"]) == one["ts"]
    ]
    return _page(channel, raw, answer, threads=tuple(threads), limited=bool(answer.get("is_limited")))


def read_replies(channel: ChannelId, thread: MessageTs, answer: Mapping[str, Any]) -> Page:
    """A page of a thread, oldest first. Its first message comes again on every page and is left out."""
    return _page(channel, [one for one in answer["messages"] if one["ts"] != thread], answer)


def next_cursor(answer: Any) -> str:
    """What leads to the next page; "" on the last one."""
    return str((answer.get("response_metadata") or {}).get("next_cursor") or "")


def _page(channel: ChannelId, raw: Sequence[Mapping[str, Any]], answer: Any, **more: Any) -> Page:
    stamps = [str(one["ts"]) for one in raw]
    said = [(one, message) for one in raw if (message := read_message(channel, one))]
    return Page(
        messages=tuple(message for _, message in said),
        lowest=min(stamps, default=""),
        highest=max(stamps, default=""),
        next=next_cursor(answer),
        pins=tuple(_pins(said)),
        reactions=tuple(
            Reaction(channel, ts, name, SlackUserId(who))
            for ts, name, one in _reactions(said)
            for who in one.get("users") or ()
        ),
        unnamed=frozenset(
            (ts, name) for ts, name, one in _reactions(said) if one.get("count") != len(one.get("users") or ())
        ),
        **more,
    )


def _reactions(said: _Said) -> Iterable[tuple[MessageTs, str, Mapping[str, Any]]]:
    """Each reaction with the message it is to and its name without a skin tone."""
    for one, message in said:
        for reaction in one.get("reactions") or ():
            yield message.ts, str(reaction.get("name") or "").partition("::")[0], reaction


def _pins(said: _Said) -> Iterable[tuple[MessageTs, tuple[SlackUserId, ...]]]:
    """People's messages with a pin, and who reacted (`users` may be cut short, but not at its head)."""
    for one, message in said:
        for reaction in one.get("reactions") or ():
            if reaction.get("name") == PIN and reaction.get("users") and not message.is_bot:
                yield message.ts, tuple(SlackUserId(who) for who in reaction["users"])
