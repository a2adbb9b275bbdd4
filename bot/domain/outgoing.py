"""What of a log may leave the building: the lines that matter most, without secrets, mentions and links."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from bot.domain.extract import draft_sections
from bot.domain.redaction import redact
from bot.domain.shortening import shorten
from bot.domain.transcript import Line, LineKind

LOG_CHARACTERS = 48_000
"""How much of a log is sent at most."""
LINE_CHARACTERS = 2_000
"""How much of one line: what is pasted goes on for longer than it says something."""
SPEAKER_CHARACTERS = 80
_FRAME = 24
"""What number, time and quotation marks add to a line."""
_FIRST, _LAST = 150, 350
_PINS = frozenset(("pushpin", "round_pushpin", "📌", "📍"))


def outgoing_lines(lines: Sequence[Line], limit: int = LOG_CHARACTERS) -> tuple[Line, ...]:
    """Return the lines to send, in their order and with their numbers: at most about `limit` characters.

    Of a log that is longer: what is pinned or would be quoted, then entries, the beginning and the end, then the
    newest of the rest. Deleted lines stay here.
    """
    present = [line for line in lines if not line.deleted]
    fits = sum(sent_characters(line) for line in present) <= limit
    kept: list[Line] = []
    for line in present if fits else _by_need(present):
        outgoing = replace(
            line, speaker=_short(line.speaker, SPEAKER_CHARACTERS), text=_short(line.text, LINE_CHARACTERS)
        )
        limit -= len(outgoing.text) + len(outgoing.speaker) + _FRAME
        if limit < 0 and not fits:
            break
        kept.append(outgoing)
    return tuple(sorted(kept, key=lambda line: line.n))


def sent_characters(line: Line) -> int:
    """How many characters a line takes of a request, about."""
    return min(len(line.text), LINE_CHARACTERS) + min(len(line.speaker), SPEAKER_CHARACTERS) + _FRAME


def outgoing_text(text: str) -> str:
    """Return a text without secrets, links and characters that cannot be sent; whom it mentions is only named."""
    text, _ = redact(text.encode("utf-8", "replace").decode())
    for _ in range(_NESTED):
        text = _REFERENCE.sub("someone", _LABELLED.sub(r" \1 ", text))
    return _URL.sub("[link]", _AT_ALL.sub(r"\1", _OPENED.sub("", text))).strip()


def _short(text: str, limit: int) -> str:
    return shorten(outgoing_text(text), limit)


def _by_need(lines: Sequence[Line]) -> Iterator[Line]:
    """The most needed first; of those needed alike the newest, but the beginning and the end turn by turn."""
    quoted = {n for section in draft_sections("postmortem", lines) for s in section.sentences for n in s.citations}

    def need(place: int) -> tuple[float, int]:
        line = lines[place]
        if line.n in quoted or _PINS.intersection(line.reactions):
            return 0, -place
        if line.kind is LineKind.ENTRY:
            return 1, -place
        return 2 + min(place / _FIRST, (len(lines) - 1 - place) / _LAST, 1), -place

    return (lines[place] for place in sorted(range(len(lines)), key=need))


_NESTED = 3
"""How deep a label inside a label is followed; what is left of deeper ones loses its bracket."""
_OPENED = re.compile(r"<(?=[@#!])")
_LABELLED = re.compile(r"<[@#!]?[^<>|\s]{1,2000}\|([^<>]{0,2000})>")
_REFERENCE = re.compile(r"<[@#!][^<>]{0,300}>")
_AT_ALL = re.compile(r"(?<!\w)@(here|channel|everyone)\b", re.IGNORECASE)
_URL = re.compile(
    r"<?\b(?:[a-z][a-z0-9+.-]{1,20}://|www\.|mailto:|javascript:|data:)(?:\[redacted:\w+\]|[^\s<>|\"'`)\]])+>?",
    re.IGNORECASE,
)
