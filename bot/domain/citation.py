"""Only the log can testify: keeps the sentences of a draft that the lines they cite bear out."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, tzinfo

from bot.domain.evidence import claims_of, comparable, evidence_of
from bot.domain.names import server_names_in
from bot.domain.transcript import Line

HEADINGS = (
    *("summary", "impact", "timeline", "detection", "root_cause"),
    *("contributing", "helped", "hindered", "follow_ups", "answer"),
)


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence and the numbers of the lines it rests on; `certainty` is confirmed, likely, inconclusive or ""."""

    text: str
    citations: tuple[int, ...]
    certainty: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """Sentences under one heading; `heading` is a key of HEADINGS, not text for people."""

    heading: str
    sentences: tuple[Sentence, ...]


@dataclass(frozen=True, slots=True)
class _Log:
    lines: dict[int, Line]
    speakers: frozenset[str]
    zones: tuple[tzinfo, ...]


def keep_grounded(
    sections: Sequence[Section], transcript: Sequence[Line], *, zone: tzinfo = UTC
) -> tuple[tuple[Section, ...], int]:
    """Return the sections with only the sentences their cited lines bear out, and how many were dropped.

    Dropped is a sentence without citations, with one that names no line or a deleted one, or whose times,
    dates, numbers, servers, people, quotations or links are not in the cited lines. A line's own time counts,
    in UTC and in `zone`. Mentions and links are taken out of what is kept. Empty sections are left out.
    """
    lines = {line.n: line for line in transcript}
    speakers = frozenset(line.speaker for line in transcript if _is_telling_name(line.speaker))
    log = _Log(lines, speakers, (UTC, zone))
    kept: list[Section] = []
    dropped = 0
    for section in sections:
        known = section.sentences if section.heading in HEADINGS else ()
        grounded = tuple(found for sentence in known if (found := _grounded(sentence, log)) is not None)
        dropped += len(section.sentences) - len(grounded)
        if grounded:
            kept.append(Section(section.heading, grounded))
    return tuple(kept), dropped


def _grounded(sentence: Sentence, log: _Log) -> Sentence | None:
    """Return the sentence as it may be shown, or None when the log does not bear it out."""
    cited = [log.lines.get(number) for number in dict.fromkeys(sentence.citations)]
    lines = [line for line in cited if line is not None and not line.deleted]
    if not lines or len(lines) < len(cited):
        return None
    testimony = "\n".join(_visible(f"{line.speaker}: {line.text}") for line in lines)
    plain = _without_markers(_visible(sentence.text), sentence.citations)
    shown = _without_links(plain) if plain is not None and _links_are_known(plain, testimony, lines) else None
    if plain is None or not shown or not _is_borne_out(shown, testimony, lines, log):
        return None
    if not all(_is_quoted_from(quote, testimony) for quote in _quotations(plain)):
        return None
    return replace(sentence, text=shown, citations=tuple(dict.fromkeys(sentence.citations)))


def _is_borne_out(text: str, testimony: str, lines: Sequence[Line], log: _Log) -> bool:
    moments = [line.at.astimezone(zone) for line in lines for zone in log.zones]
    evidence = evidence_of(testimony, moments)
    return (
        all(claim & evidence for claim in claims_of(_without_names(text)))
        and all(_has_name(testimony, name) for name in server_names_in(text))
        and all(speaker in testimony for speaker in log.speakers if speaker in text)
    )


def _visible(text: str) -> str:
    """Drop characters nobody sees, with which a link or a mention could hide; compose the rest."""
    composed = unicodedata.normalize("NFC", text)
    if composed.isascii() and composed.isprintable():
        return composed
    return "".join(_seen(char) for char in composed)


def _seen(char: str) -> str:
    category = unicodedata.category(char)
    if category == "Cc":
        return " "
    return "" if category in ("Cf", "Co", "Cs") and char != "\u200d" else char


_MARKER = re.compile(r"\s?[\[【](\d+(?:\s?[,–-]\s?\d+)*)[\]】]")


def _without_markers(text: str, citations: Sequence[int]) -> str | None:
    """Take "[12]" out of a sentence; None when it names a line that is not among its citations."""
    named = {int(number) for found in _MARKER.finditer(text) for number in re.findall(r"\d{1,9}", found[1])}
    return _MARKER.sub("", text) if named <= set(citations) else None


_URL = re.compile(
    r"(?:\b[a-z][a-z0-9+.-]{1,20}://|\bwww\.|\b(?:mailto|tel|javascript|data):)[^\s<>|)\]\"'`]+"
    r"|(?<![\w@.-])(?:[a-z0-9-]+\.)+[a-z]{2,}/[^\s<>|)\]\"'`]*",
    re.IGNORECASE,
)
_USER = re.compile(r"<@([A-Z0-9]+)(?:\|[^>]*)?>")
_MENTION = re.compile(r"<[@!#][^>]{0,300}>|(?<!\w)@(?:here|channel|everyone)\b", re.IGNORECASE)
_SLACK_LINK = re.compile(r"<[^<>|\s]+\|([^<>]*)>|<((?:https?|mailto)[^<>]*)>")
_MARKDOWN_LINK = re.compile(r"!?\[([^\[\]]*)\]\([^()]*\)")


def _links_are_known(text: str, testimony: str, lines: Sequence[Line]) -> bool:
    """Whether every link leads where a cited line leads, and every person mentioned is in one of them."""
    known = {_address(found) for found in _URL.findall(unicodedata.normalize("NFKC", testimony))}
    known |= {_address(line.permalink) for line in lines if line.permalink}
    links = (_address(found) for found in _URL.findall(unicodedata.normalize("NFKC", text)))
    return all(link in known for link in links) and all(user in testimony for user in _USER.findall(text))


def _address(url: str) -> str:
    return url.rstrip(".,;:!?/").removeprefix("https://").removeprefix("http://")


def _without_links(text: str) -> str | None:
    """Return the text without mentions and links (their labels stay); None when something is left of one."""
    before = None
    while before != text:
        before = text
        text = _MENTION.sub("", _MARKDOWN_LINK.sub(r"\1", _SLACK_LINK.sub(r"\1", text)))
        text = _URL.sub("", text).replace("<>", "").replace("()", "")
    text = re.sub(r"\s+([.,!?;:])", r"\1", re.sub(r"\s+", " ", text)).strip()
    return text if re.search(r"\w", text) and not re.search(r"<[@!#]", text) else None


def _without_names(text: str) -> str:
    """Take server names out, so that the digits in them are not looked for as numbers."""
    for name in server_names_in(text):
        text = re.sub(re.escape(name), " ", text, flags=re.IGNORECASE)
    return text


def _has_name(testimony: str, name: str) -> bool:
    """Whether the lines name the server: itself, its full name, or without its hyphens — never web-30 for web-3."""
    spelt = r"[-_]?".join(re.escape(part) for part in re.split(r"[-_]", name))
    return re.search(rf"(?<![a-z0-9-]){spelt}(?![a-z0-9_-])", testimony.lower()) is not None


_QUOTE = re.compile(r'"([^"]{2,})"|(?<![\w\'])\'([^\']{2,})\'(?!\w)|「([^」]{2,})」|『([^』]{2,})』')


def _quotations(text: str) -> tuple[str, ...]:
    return tuple(next(part for part in found.groups() if part) for found in _QUOTE.finditer(comparable(text)))


def _is_quoted_from(quote: str, testimony: str) -> bool:
    """Whether the quoted words are said in the lines; what an ellipsis leaves out may be anything."""
    said = comparable(testimony).replace("'", "").replace('"', "")
    parts = (part.strip(" .,;:!?'") for part in re.split(r"…|\.\.\.|\[…\]", quote))
    return all(part.replace("'", "") in said for part in parts if part)


def _is_telling_name(speaker: str) -> bool:
    """Whether a speaker's name cannot be an ordinary word, so that finding it in a sentence means the person."""
    if re.fullmatch(r"[가-힣]{1,2}|[a-z]+", speaker):
        return False
    return len(speaker) >= 3
