"""Slack's export of a workspace: one channel of it, read without unpacking anything; a hostile file ends in a sentence.

Its shape (slack.com/help, how to read Slack data exports): channels.json, groups.json, users.json (org_users.json of a
grid), and a folder for each channel with one JSON list of messages a day.
"""

import json
import re
import unicodedata
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Any, TypeGuard
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.domain.ids import ChannelId, MessageTs, SlackUserId
from bot.domain.imported import OldChannel
from bot.domain.incident import TITLE_LIMIT, UNSEEN
from bot.domain.message import PIN, Message, Reaction, mentioned, moment, read_message, readable
from bot.domain.names import nearest_names
from bot.domain.shortening import shorten

FILE_BYTES = 64 * 1024 * 1024
"""Of one file at most, as it is when unpacked: a day of a channel, or the list of all people."""
ALL_BYTES = 256 * 1024 * 1024
"""Of all files of the channel together."""
PART = 1024 * 1024
MESSAGES = 100_000
TEXT = 40_000
"""Characters of a message: Slack takes no more (docs.slack.dev, chat.postMessage)."""
_ID = re.compile(r"[A-Z0-9]{2,30}")
_TS = re.compile(r"\d{9,10}\.\d{1,6}")
_NAME = re.compile(r"[^\s:]{1,80}")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}\.json")
_TROUBLE = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError)
"""What reading a broken, encrypted or forged archive raises; so does JSON that is none, or nested without end."""


class ExportWrong(ValueError):
    """A file is no export that can be read; the text `imported.wrong.<key>` with `params` says why."""

    def __init__(self, key: str, **params: object) -> None:
        super().__init__(key, params)
        self.key = f"imported.wrong.{key}"
        self.params = params


def read_export(file: Path, name: str) -> OldChannel:
    """The channel of this name (with or without #) in an export. Raises ExportWrong."""
    wanted = unicodedata.normalize("NFC", name).strip().lstrip("#")
    try:
        with zipfile.ZipFile(file) as archive:
            return _Export(archive).channel(wanted)
    except ExportWrong:
        raise
    except _TROUBLE as trouble:
        raise ExportWrong("unreadable", file=file.name, reason=type(trouble).__name__) from trouble


class _Export:
    """One open archive. Only files that are asked for by their name are read, and never more than the limits."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._names = {unicodedata.normalize("NFC", one): one for one in archive.namelist()}
        self._left = ALL_BYTES
        for one in self._names:
            if "\\" in one or one.startswith("/") or ".." in PurePosixPath(one).parts:
                raise ExportWrong("outside", name=shorten(one, 80))

    def channel(self, name: str) -> OldChannel:
        """Everything that is known of one channel"""
        about, private = self._find(name)
        number, folder = _id(about.get("id")), _word(about, "name")
        if number is None:
            raise ExportWrong("shape", name="channels.json")
        channel = ChannelId(number)
        rows = list(self._rows(folder, channel))
        messages = [one for row in rows if (one := _message(channel, row))]
        if not messages:
            raise ExportWrong("empty", channel=folder)
        kept = sorted({one.ts: one for one in messages}.values(), key=lambda one: float(one.ts))
        names, zone = self._people(kept)
        created = about.get("created")
        reactions = tuple(_reactions(channel, rows, {one.ts for one in kept if not one.deleted}))
        opened = datetime.fromtimestamp(created, UTC) if _is_moment(created) else moment(kept[0].ts)
        return OldChannel(
            channel=channel,
            name=folder,
            topic=_title(about, names),
            private=private,
            opened_at=opened,
            opened_by=_person(about.get("creator")),
            messages=tuple(kept),
            names=names,
            pins=_pins(reactions),
            reactions=reactions,
            left_out=len(rows) - len(kept),
            zone=zone,
        )

    def _find(self, name: str) -> tuple[Mapping[str, Any], bool]:
        """A channel that is private by any word of the export is private"""
        public, closed = (list(self._list(file)) for file in ("channels.json", "groups.json"))
        if not public and not closed:
            raise ExportWrong("no_export")
        for private, rows in ((True, closed), (False, public)):
            for about in rows:
                if name in (_word(about, "name"), about.get("id")):
                    return about, private or about.get("is_private") is True
        near = nearest_names(name, [_word(one, "name") for one in (*public, *closed)])
        raise ExportWrong("no_channel_near" if near else "no_channel", channel=name, near=near)

    def _rows(self, folder: str, channel: ChannelId) -> Iterator[Mapping[str, Any]]:
        """The days of a channel in their order"""
        count = 0
        for place in (folder, channel):
            days = [one for one in self._names if one.startswith(f"{place}/") and _DAY.fullmatch(one[len(place) + 1 :])]
            for day in sorted(days):
                for row in self._list(day):
                    count += 1
                    if count > MESSAGES:
                        raise ExportWrong("too_many", limit=MESSAGES)
                    yield row
            if days:
                return

    def _people(self, messages: Iterable[Message]) -> tuple[dict[SlackUserId, str], str]:
        """Of those who wrote or are named in the channel, what they were called; and the time zone of most of them"""
        there = {one.user for one in messages}.union(*(mentioned(one.text) for one in messages))
        found: dict[SlackUserId, str] = {}
        zones: dict[SlackUserId, str] = {}
        for file in ("users.json", "org_users.json"):
            for about in self._list(file):
                who = _person(about.get("id"))
                if who and who in there:
                    found[who] = _called(about) or str(who)
                    zones[who] = _zone(about)
        counted = Counter(filter(None, zones.values()))
        return found, counted.most_common(1)[0][0] if counted else ""

    def _list(self, name: str) -> Iterator[Mapping[str, Any]]:
        """The objects of a JSON list; nothing where there is no such file"""
        real = self._names.get(name)
        if real is None:
            return
        content = self._read(real)
        try:
            value = json.loads(content)
        except (ValueError, RecursionError) as trouble:
            raise ExportWrong("json", name=name) from trouble
        if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
            raise ExportWrong("shape", name=name)
        yield from value

    def _read(self, name: str) -> bytes:
        """What the archive says of a file's size is not believed"""
        limit = min(FILE_BYTES, self._left)
        content = bytearray()
        with self._archive.open(name) as file:
            while part := file.read(PART):
                content += part
                if len(content) > limit:
                    raise ExportWrong("too_big", name=shorten(name, 80))
        self._left -= len(content)
        return bytes(content)


def _message(channel: ChannelId, row: Mapping[str, Any]) -> Message | None:
    """What somebody said; a tombstone stands where a message with replies was deleted"""
    if _ts(row.get("ts")) is None or row.get("type", "message") != "message":
        return None
    edited = row.get("edited")
    tidy = {
        "ts": row["ts"],
        "text": row.get("text") if isinstance(row.get("text"), str) else "",
        "attachments": row.get("attachments"),
        "blocks": row.get("blocks"),
        "subtype": _word(row, "subtype"),
        "user": _id(row.get("user")) or "",
        "bot_id": _id(row.get("bot_id")),
        "thread_ts": _ts(row.get("thread_ts")),
        "edited": {"ts": _ts(edited.get("ts")) or ""} if isinstance(edited, dict) else None,
    }
    if tidy["subtype"] == "tombstone":
        buried = read_message(channel, {**tidy, "subtype": "", "text": "", "edited": None})
        return replace(buried, version=buried.ts, deleted=True) if buried else None
    said = read_message(channel, tidy)
    return replace(said, text=shorten(_sound(said.text), TEXT)) if said else None


def _reactions(channel: ChannelId, rows: Iterable[Mapping[str, Any]], kept: set[MessageTs]) -> Iterator[Reaction]:
    """Who reacted to which message with what, skin tones left out"""
    for row in rows:
        given = row.get("reactions") if _ts(row.get("ts")) in kept else None
        for one in given if isinstance(given, list) else ():
            people = one.get("users") if isinstance(one, dict) else None
            name = _word(one, "name").partition("::")[0] if isinstance(one, dict) else ""
            if _NAME.fullmatch(name) and isinstance(people, list):
                found = (_person(who) for who in people)
                yield from (Reaction(channel, MessageTs(row["ts"]), name, who) for who in found if who)


def _pins(reactions: Iterable[Reaction]) -> tuple[tuple[MessageTs, SlackUserId], ...]:
    """Messages with our reaction for the timeline, and who gave it first"""
    first: dict[MessageTs, SlackUserId] = {}
    for one in reactions:
        if one.name == PIN:
            first.setdefault(one.ts, one.who)
    return tuple(first.items())


def _title(about: Mapping[str, Any], names: Mapping[SlackUserId, str]) -> str:
    """The topic, else the purpose, as people read it"""
    called = {str(who): name for who, name in names.items()}
    for part in ("topic", "purpose"):
        said = about.get(part)
        words = readable(_word(said, "value"), called) if isinstance(said, dict) else ""
        if tidy := " ".join(words.translate(UNSEEN).split()):
            return shorten(tidy, TITLE_LIMIT)
    return ""


def _called(about: Mapping[str, Any]) -> str:
    profile = about.get("profile")
    shown = _word(profile, "display_name") if isinstance(profile, dict) else ""
    return shorten(shown or _word(about, "real_name") or _word(about, "name") or "?", 80)


def _zone(about: Mapping[str, Any]) -> str:
    """The time zone of a person, "" where there is none of that name (docs.slack.dev, users.info)"""
    try:
        return ZoneInfo(_word(about, "tz")).key
    except (ValueError, OSError, ZoneInfoNotFoundError):
        return ""


def _word(about: Mapping[str, Any], name: str) -> str:
    value = about.get(name)
    return unicodedata.normalize("NFC", _sound(value)).strip() if isinstance(value, str) else ""


def _sound(text: str) -> str:
    """Without halves of characters, which no database takes"""
    return text.encode("utf-8", "replace").decode()


def _id(value: object) -> str | None:
    return value if isinstance(value, str) and _ID.fullmatch(value) else None


def _ts(value: object) -> str | None:
    return value if isinstance(value, str) and _TS.fullmatch(value) else None


def _person(value: object) -> SlackUserId | None:
    found = _id(value)
    return SlackUserId(found) if found and found[0] in "UW" else None


def _is_moment(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and 0 < value < 10**10
