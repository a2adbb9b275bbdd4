"""Every sentence for people: looked up by key, filled in, in the reader's language."""

import re
import string
import tomllib
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from bot.domain.durations import split_duration
from bot.i18n.korean import josa

LANGUAGES = ("en", "ko")
FOLDER = Path(__file__).parent / "texts"


SLACK_ID = re.compile(r"[UW][A-Z0-9]{5,}")
"""Who has such an id is a person of the workspace; every other caller is a machine, known by its name."""
GROUP_ID = re.compile(r"S[A-Z0-9]{5,}")
"""A Slack user group."""
MARKS = re.compile(r":[a-z_]+: ?|\*(?=\S)([^*]+)(?<=\S)\*")
"""What a sentence has for Slack's eyes only: emoji codes and bold (a star alone, as in `relay-*`, is none)."""


class Markup(str):
    """Slack markup that we made ourselves: it is not escaped again."""

    __slots__ = ()


def escape(text: str) -> str:
    """Slack's three control characters made harmless (docs.slack.dev, formatting message text)."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


@cache
def catalogue() -> Mapping[str, Mapping[str, str]]:
    """key → {"en": …, "ko": …}, from the files of `texts/`."""
    found: dict[str, Mapping[str, str]] = {}
    for path in sorted(FOLDER.glob("*.toml")):
        _collect(tomllib.loads(path.read_text(encoding="utf-8")), "", found)
    return found


def _collect(table: Mapping[str, Any], prefix: str, found: dict[str, Mapping[str, str]]) -> None:
    if "en" in table and isinstance(table["en"], str):
        found[prefix] = {language: table[language] for language in LANGUAGES}
    for name, value in table.items():
        if isinstance(value, Mapping):
            _collect(value, f"{prefix}.{name}" if prefix else name, found)


class Texts:
    """Sentences in one language, times in one zone. `plain`: no markup, people by `names`."""

    def __init__(self, language: str, zone: str = "UTC", names: Mapping[str, str] | None = None) -> None:
        self.language = language if language in LANGUAGES else "en"
        self.zone = zone
        self.names = names or {}
        self._markup = _Filler(self, markup=True)
        self._plain = _Filler(self, markup=False)

    def __call__(self, key: str, /, **params: Any) -> Markup:
        """The sentence as Slack markup; what is filled in is escaped."""
        return Markup(self._markup.vformat(catalogue()[key][self.language], (), params))

    def plain(self, key: str, /, **params: Any) -> str:
        """The sentence as plain text."""
        return self._plain.vformat(MARKS.sub(r"\1", catalogue()[key][self.language]), (), params)

    def has(self, key: str) -> bool:
        """Whether the key has a sentence."""
        return key in catalogue()

    def clock(self, at: datetime, pattern: str = "time") -> str:
        """A moment in the reader's zone; pattern "time", "moment" (with the day) or "day"."""
        local = at.astimezone(ZoneInfo(self.zone))
        hour = local.hour % 12 or 12
        if self.language == "ko":
            half = "오전" if local.hour < 12 else "오후"
            time, day = f"{half} {hour}:{local:%M}", f"{local.month}월 {local.day}일"
        else:
            time, day = f"{local:%H:%M}", f"{local.day} {local:%b}"
        return {"time": time, "day": day, "moment": f"{day} {time}"}[pattern]

    def duration(self, span: timedelta) -> str:
        """ "1 h 6 min", "1시간 6분"."""
        words = {
            "en": {"day": " d", "hour": " h", "minute": " min", "second": " s"},
            "ko": {"day": "일", "hour": "시간", "minute": "분", "second": "초"},
        }[self.language]
        return " ".join(f"{n}{words[unit]}" for n, unit in split_duration(span))

    def join(self, items: Iterable[Any]) -> str:
        """A list in a sentence."""
        return ", ".join(str(item) for item in items)


class _Filler(string.Formatter):
    """Fills `{name}`, `{name:person}`, `{name:name}`, `{name:caller}`, `{name:holders}`, `{name:moment}`,
    `{name:code,은/는}`.
    """

    def __init__(self, texts: Texts, *, markup: bool) -> None:
        self._texts = texts
        self._escapes = markup

    def get_value(self, key: int | str, args: Any, kwargs: Mapping[str, Any]) -> Any:
        return kwargs[str(key)]

    def format_field(self, value: Any, format_spec: str) -> str:
        if format_spec == "caller" and not SLACK_ID.fullmatch(str(value)):
            return self._safe(value, "code")
        if format_spec == "person" and SLACK_ID.fullmatch(str(value)):
            return f"<@{value}>" if self._escapes else f"@{self._texts.names.get(str(value), value)}"
        if format_spec in ("name", "caller", "person"):
            return self._name(str(value))
        if format_spec.startswith("holders"):
            return self._words([Markup(self._holder(str(one))) for one in value], format_spec.partition(",")[2])
        if isinstance(value, datetime):
            return self._moment(value, format_spec or "moment")
        if isinstance(value, timedelta):
            return self._texts.duration(value)
        return self._words(value, format_spec)

    def _name(self, who: str) -> str:
        """Who, without calling them: a mention in a channel rings their phone."""
        if who in self._texts.names:
            return self._safe(self._texts.names[who], "")
        if not SLACK_ID.fullmatch(who):
            return self._safe(who, "")
        return f"<@{who}>" if self._escapes else f"@{who}"

    def _holder(self, one: str) -> str:
        """Somebody or a group, in what one person alone reads: in a channel it would ring a whole group's phones."""
        if GROUP_ID.fullmatch(one):
            return f"<!subteam^{one}>" if self._escapes else one
        return self._name(one)

    def _moment(self, at: datetime, pattern: str) -> str:
        words = self._texts.clock(at, pattern)
        if not self._escapes:
            return words
        shown = {"time": "{time}", "moment": "{date_short_pretty} {time}", "day": "{date_short_pretty}"}[pattern]
        return f"<!date^{int(at.astimezone(UTC).timestamp())}^{shown}|{words}>"

    def _words(self, value: Any, format_spec: str) -> str:
        if isinstance(value, str) or not isinstance(value, Iterable):
            words = self._safe(value, format_spec)
        else:
            words = self._texts.join(self._safe(item, format_spec) for item in value)
        pair = next((part for part in format_spec.split(",") if "/" in part), "")
        return josa(words, pair) if pair else words

    def _safe(self, value: Any, format_spec: str) -> str:
        words = str(value)
        if self._escapes and not isinstance(value, Markup):
            words = escape(words)
        return f"`{words}`" if self._escapes and format_spec.startswith("code") else words
