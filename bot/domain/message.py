"""Messages of Slack as we keep them: every version, folded to the newest."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.domain.ids import ChannelId, MessageTs, SlackUserId

LATE = timedelta(minutes=1)
"""What we hear of a message later than this after it was written came late."""


@dataclass(frozen=True, slots=True)
class Message:
    """One version of a message. `version` is "" as first posted, else the ts of the edit or deletion.

    `heard_at`: when Slack first gave us this version, or any version where it is folded; None where nobody noted it.
    """

    channel: ChannelId
    ts: MessageTs
    version: str
    user: SlackUserId
    text: str
    thread_ts: MessageTs | None = None
    deleted: bool = False
    is_bot: bool = False
    heard_at: datetime | None = None

    @property
    def is_edited(self) -> bool:
        """Whether it stands there with other words than it was posted with."""
        return bool(self.version) and not self.deleted

    @property
    def came_late(self) -> bool:
        """Whether we heard of it so long after it was written that others had read it before."""
        return self.heard_at is not None and self.heard_at - moment(self.ts) > LATE


def fold(versions: Iterable[Message]) -> tuple[Message, ...]:
    """The newest version of each message, in the order they were posted, whatever order they arrived in.

    A deletion is final: an edit that is heard of later was made before it.
    """
    newest: dict[tuple[str, str], Message] = {}
    for message in versions:
        key = (message.channel, message.ts)
        known = newest.get(key, message)
        newer = message if _order(message) > _order(known) else known
        newest[key] = replace(newer, heard_at=_first(known.heard_at, message.heard_at))
    return tuple(sorted(newest.values(), key=lambda m: (seconds(m.ts), m.channel)))


def _order(message: Message) -> tuple[bool, float]:
    return (message.deleted, seconds(message.version) if message.version else 0.0)


@dataclass(frozen=True, slots=True)
class Reaction:
    """Somebody's reaction to a message; `name` is Slack's, without colons and skin tone."""

    channel: ChannelId
    ts: MessageTs
    name: str
    who: SlackUserId


def _first(one: datetime | None, other: datetime | None) -> datetime | None:
    return min(one, other) if one and other else None


def moment(ts: str) -> datetime:
    """A Slack ts as an aware UTC time."""
    return datetime.fromtimestamp(seconds(ts), UTC)


def ts_of(at: datetime) -> str:
    """An aware time as a Slack ts."""
    return f"{int(at.timestamp())}.{at.microsecond:06d}"


def seconds(ts: str) -> float:
    """A Slack ts as seconds of the Unix epoch."""
    return float(ts)


def permalink(team_url: str, message_channel: str, ts: str, thread_ts: str | None = None) -> str:
    """Slack's permanent link of a message, computed (docs.slack.dev: chat.getPermalink has the same shape).

    "" while the workspace's address is not known: half a link leads nowhere.
    """
    if not team_url:
        return ""
    link = f"{team_url.rstrip('/')}/archives/{message_channel}/p{ts.replace('.', '')}"
    if thread_ts and thread_ts != ts:
        link += f"?thread_ts={thread_ts}&cid={message_channel}"
    return link


_PERSON = re.compile(r"<@([UW][A-Z0-9]+)(?:\|([^<>]*))?>")
_PLACE = re.compile(r"<#[A-Z0-9]+\|([^<>]+)>")
_EVERYBODY = re.compile(r"<!(?:subteam\^[A-Z0-9]+\|@?([^<>]+)|(here|channel|everyone)(?:\|[^<>]*)?)>")


PEOPLE = ("U", "W")
"""How the ids of those begin whom Slack knows as somebody: people, and the users of apps."""


def mentioned(text: str) -> frozenset[SlackUserId]:
    """Whom a message names."""
    return frozenset(SlackUserId(found[1]) for found in _PERSON.finditer(text))


def readable(text: str, names: Mapping[str, str]) -> str:
    """A message's markup as people read it (docs.slack.dev, formatting message text): who and where by name, & < >.

    Links stay as they are; whoever shows the text escapes it again, so that it calls nobody.
    """
    text = _PERSON.sub(lambda found: f"@{names.get(found[1]) or found[2] or found[1]}", text)
    text = _EVERYBODY.sub(lambda found: f"@{found[1] or found[2]}", _PLACE.sub(r"#\1", text))
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


PIN = "pushpin"
"""The reaction that puts a message on the timeline."""
PARTS = 50
"""So many blocks and attachments of a message, and fields of one, are read: Slack takes no more blocks."""
UNFURLED = ("from_url", "original_url")
"""An attachment with one of these is what Slack or an app shows of a page that the message links to."""
SPEECHLESS = ("[no preview available]", "This content can't be displayed.")
"""What Slack writes for an app that gave nothing but blocks."""
SILENT = frozenset(f"channel_{verb}" for verb in ("join", "leave", "topic", "purpose", "name", "archive", "unarchive"))
"""Subtypes that Slack writes by itself: nobody said them."""


def read_message(channel: ChannelId, raw: Mapping[str, Any]) -> Message | None:
    """A message as history and events give it (docs.slack.dev: message event); None for what nobody said.

    Nobody says a tombstone: it stands in a history where a message with replies was deleted.
    """
    if raw.get("subtype") in (*SILENT, "tombstone") or "ts" not in raw or raw.get("hidden"):
        return None
    edited = raw.get("edited") or {}
    thread = raw.get("thread_ts")
    is_bot = bool(raw.get("bot_id")) or raw.get("subtype") == "bot_message"
    return Message(
        channel=channel,
        ts=MessageTs(raw["ts"]),
        version=str(edited.get("ts", "")),
        user=SlackUserId(raw.get("user") or raw.get("bot_id") or ""),
        text=_words(raw, is_bot=is_bot).replace("\x00", ""),
        thread_ts=MessageTs(thread) if thread and thread != raw["ts"] else None,
        is_bot=is_bot,
    )


def _words(raw: Mapping[str, Any], *, is_bot: bool) -> str:
    """What it says. What people attach is others' pages; alerts say in blocks and attachments what they have to say.

    docs.slack.dev, secondary message attachments: `pretext`, `title`, `text` and `fields`, or else `fallback`.
    """
    told = [str(raw.get("text") or "")]
    if is_bot:
        told += _in_blocks(raw)
        told += ["\n".join(_attached(one)) for one in _rows(raw, "attachments") if not any(map(one.get, UNFURLED))]
    return "\n".join(dict.fromkeys(words for words in told if words.strip() and words not in SPEECHLESS))


def _attached(one: Mapping[str, Any]) -> list[str]:
    told = [str(one[name]) for name in ("pretext", "title", "text") if one.get(name)]
    for field in _rows(one, "fields"):
        if field.get("value"):
            told.append(f"{field.get('title') or ''}: {field['value']}".removeprefix(": "))
    return [*told, *_in_blocks(one)] or [str(one.get("fallback") or "")]


def _in_blocks(one: Mapping[str, Any]) -> list[str]:
    """What headers, sections and contexts say (docs.slack.dev, blocks); rich text says what stands in `text`."""
    told = []
    for block in _rows(one, "blocks"):
        parts = [block.get("text"), *_rows(block, "fields")]
        parts += _rows(block, "elements") if block.get("type") == "context" else ()
        told += [str(part["text"]) for part in parts if isinstance(part, dict) and part.get("text")]
    return told


def _rows(one: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    """The objects in a list, as many as are read."""
    rows = one.get(name)
    return [row for row in rows[:PARTS] if isinstance(row, dict)] if isinstance(rows, list) else []


def read_reaction(event: Mapping[str, Any]) -> Reaction | None:
    """A reaction event (docs.slack.dev: reaction_added, reaction_removed); None where it is to no message."""
    item = event.get("item") or {}
    if item.get("type") != "message":
        return None
    name = str(event["reaction"]).partition("::")[0]
    return Reaction(ChannelId(item["channel"]), MessageTs(item["ts"]), name, SlackUserId(event["user"]))


def read_message_event(event: Mapping[str, Any]) -> Message | None:
    """A message event: posted, edited (`message_changed`) or deleted (`message_deleted`).

    A deleted message with replies is a change, too: a tombstone takes its place.
    """
    channel, subtype, now = ChannelId(event["channel"]), event.get("subtype"), event.get("message") or {}
    buried = subtype == "message_changed" and now.get("subtype") == "tombstone"
    if subtype == "message_changed" and not buried:
        return read_message(channel, now)
    if subtype != "message_deleted" and not buried:
        return read_message(channel, event)
    before = read_message(channel, event.get("previous_message") or {"ts": now.get("ts") or event["deleted_ts"]})
    return replace(before, version=str(event["event_ts"]), deleted=True, text="") if before else None
