"""Only the log can testify: keeps the sentences of a draft that the lines they cite bear out."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from enum import StrEnum
from functools import cached_property

from bot.domain.amounts import TIME, Amount, Counted, counted_in, unknown_amounts
from bot.domain.certainty import CAUSES, INCONCLUSIVE, certainty_of, weaker
from bot.domain.evidence import claims_of, comparable, evidence_of
from bot.domain.mood import Moods
from bot.domain.names import server_names_in
from bot.domain.opposites import bare_words_in
from bot.domain.polarity import Testimony
from bot.domain.quotations import is_torn, is_whole_quotation
from bot.domain.spans import is_span, is_within_span, moments_of, said_times
from bot.domain.spoken_names import SpokenNames
from bot.domain.taken_back import Retraction, retractions_in
from bot.domain.transcript import Line
from bot.domain.wording import is_legible, is_spoken_of, words_of

HEADINGS = (
    *("summary", "impact", "timeline", "detection", "trigger", "root_cause"),
    *("contributing", "helped", "hindered", "decisions", "follow_ups", "answer"),
)


BY_HAND = "by_hand"
"""Instead of a certainty: a person wrote it, and the lines it cites do not bear it out."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence and the numbers of the lines it rests on.

    `certainty`: of a cause confirmed, likely or inconclusive; of anything that a person wrote BY_HAND; else "".
    `computed`: a duration in it was said by nobody but follows from two cited times.
    """

    text: str
    citations: tuple[int, ...]
    certainty: str = ""
    computed: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """Sentences under one heading; `heading` is a key of HEADINGS, not text for people."""

    heading: str
    sentences: tuple[Sentence, ...]


class Reason(StrEnum):
    """Why a sentence is not shown; the model is told so when it is asked once more."""

    HEADING = "heading"
    UNCITED = "uncited"
    NO_SUCH_LINE = "no_such_line"
    DELETED = "deleted"
    LINK = "link"
    NUMBER = "number"
    SERVER = "server"
    PERSON = "person"
    QUOTATION = "quotation"
    NEGATION = "negation"
    UNSETTLED = "unsettled"
    ELSEWHERE = "elsewhere"


@dataclass(frozen=True, slots=True)
class Refused:
    """A sentence that is not shown, under which heading it was proposed and why not."""

    heading: str
    sentence: Sentence
    reason: Reason


@dataclass(frozen=True)
class _Log:
    lines: dict[int, Line]
    names: SpokenNames
    zone: tzinfo
    began: datetime | None
    cited: "dict[tuple[int, ...], _Cited]" = field(default_factory=dict)

    @cached_property
    def taken_back(self) -> Sequence[Retraction]:
        return retractions_in(self.lines.values())


class _Cited:
    """Lines that are cited together, and what they bear out: found once, however many sentences cite them."""

    def __init__(self, lines: Sequence[Line], zone: tzinfo) -> None:
        self.lines, self._zone = lines, zone

    @cached_property
    def testimony(self) -> str:
        return "\n".join(_visible(f"{line.speaker}: {line.text}") for line in self.lines)

    @cached_property
    def evidence(self) -> frozenset[str]:
        return evidence_of(self.testimony, [line.at for line in self.lines], self._zone)

    @cached_property
    def counted(self) -> Counted:
        return counted_in(self.testimony, (line.at.astimezone(self._zone).year for line in self.lines))

    @cached_property
    def are_many(self) -> bool:
        return len(self.lines) > 1 or len(server_names_in(self.testimony)) > 1

    @cached_property
    def times(self) -> list[timedelta]:
        return [time for line in self.lines for time in said_times(line.text)]

    @cached_property
    def rows(self) -> list[list[str]]:
        """Each line by its rows, as they are shown and compared."""
        return [
            [comparable(_without_links(_visible(row)) or "") for row in line.text.split("\n")] for line in self.lines
        ]

    @cached_property
    def said(self) -> list[str]:
        return [_without_names(_visible(line.text)) for line in self.lines]

    @cached_property
    def statements(self) -> Testimony:
        return Testimony(self.said)

    @cached_property
    def moods(self) -> Moods:
        return Moods(self.said)

    @cached_property
    def words(self) -> frozenset[str]:
        plain = (_URL.sub(" ", one) for one in self.said)
        bare = (bare_words_in(comparable(one)) for one in self.said)
        return frozenset(words_of(" ".join([*self.said, *plain, *bare, *(line.speaker for line in self.lines)])))


class _NotBorneOut(Exception):
    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason = reason


def keep_grounded(
    sections: Sequence[Section], transcript: Sequence[Line], *, zone: tzinfo = UTC
) -> tuple[tuple[Section, ...], int]:
    """Return the sections with only the sentences their cited lines bear out, and how many were dropped."""
    kept, refused = judge_sections(sections, transcript, zone=zone)
    return kept, len(refused)


def judge_sections(
    sections: Sequence[Section], transcript: Sequence[Line], *, zone: tzinfo = UTC, began: datetime | None = None
) -> tuple[tuple[Section, ...], tuple[Refused, ...]]:
    """Return the sections with only the sentences their cited lines bear out, and the others with the reason.

    Refused is a sentence without citations, with one that names no line or a deleted one, whose times, dates,
    numbers, units, servers, people, quotations or links are not in the cited lines, that denies what they affirm or
    affirms what they deny, or that speaks of something else. A line's own time counts, in UTC and in `zone`; a
    duration may be computed from two cited times and is marked. Mentions and links are taken out of what is kept.
    A cause is no surer than the log and the time the trouble `began` allow. Empty sections are left out.
    """
    log = _Log({line.n: line for line in transcript}, SpokenNames(line.speaker for line in transcript), zone, began)
    kept: list[Section] = []
    refused: list[Refused] = []
    for section in sections:
        shown = []
        for sentence in section.sentences:
            try:
                shown.append(_grounded(section.heading, sentence, log))
            except _NotBorneOut as failed:
                refused.append(Refused(section.heading, sentence, failed.reason))
        if shown:
            kept.append(Section(section.heading, tuple(shown)))
    return tuple(kept), tuple(refused)


def _grounded(heading: str, sentence: Sentence, log: _Log) -> Sentence:
    """Return the sentence as it may be shown. Raises _NotBorneOut."""
    _must(heading in HEADINGS, Reason.HEADING)
    numbers = tuple(dict.fromkeys(sentence.citations))
    cited = _cited(numbers, log)
    lines, testimony = cited.lines, cited.testimony
    plain = _without_markers(_visible(sentence.text), numbers)
    _must(plain is not None and _links_are_known(plain, testimony, lines), Reason.LINK)
    shown = _without_links(plain or "")
    if plain is None or not shown or not re.search(r"\w", shown.replace(_LINK, "")):
        raise _NotBorneOut(Reason.LINK)
    computed = False
    if not is_whole_quotation(shown, cited.rows):
        _must(all(_is_quoted_from(quote, testimony) for quote in _quotations(plain)), Reason.QUOTATION)
        _must(not is_torn(shown, cited.rows), Reason.QUOTATION)
        told = shown.replace(_LINK, " ")
        computed = _check_facts(told, cited, log)
        _check_meaning(heading, told, cited, log)
    certainty = sentence.certainty
    if heading in CAUSES or (heading == "summary" and certainty):
        allowed = certainty_of(
            shown, lines, tuple(log.lines.values()), zone=log.zone, began=log.began, taken_back=log.taken_back
        )
        certainty = weaker(certainty or INCONCLUSIVE, allowed)
    return Sentence(shown, numbers, certainty, computed)


def _must(holds: bool, reason: Reason) -> None:
    if not holds:
        raise _NotBorneOut(reason)


def _cited(numbers: tuple[int, ...], log: _Log) -> _Cited:
    if numbers not in log.cited:
        _must(bool(numbers), Reason.UNCITED)
        lines = [line for number in numbers if (line := log.lines.get(number)) is not None]
        _must(len(lines) == len(numbers), Reason.NO_SUCH_LINE)
        _must(not any(line.deleted for line in lines), Reason.DELETED)
        log.cited[numbers] = _Cited(lines, log.zone)
    return log.cited[numbers]


def _check_facts(text: str, cited: _Cited, log: _Log) -> bool:
    """Whether a duration in the text was computed; every other claim stands in the lines. Raises _NotBorneOut."""
    plain = _without_names(text)
    _must(all(claim & cited.evidence for claim in claims_of(plain)), Reason.NUMBER)
    unknown = unknown_amounts(plain, cited.counted, are_many=cited.are_many)
    said, written = _times(text, cited, log) if unknown else ([], [])
    _must(all(_is_between(one, said, written) for one in unknown), Reason.NUMBER)
    _must(all(_has_name(cited.testimony, name) for name in server_names_in(text)), Reason.SERVER)
    _must(log.names.are_in(cited.testimony, text), Reason.PERSON)
    return bool(unknown)


def _is_between(one: Amount, said: Sequence[timedelta], written: Sequence[timedelta]) -> bool:
    """Whether a length of time lies between times that were said, or between those at which lines were written."""
    if one.kind != TIME or abs(one.value) > _LONGEST:
        return False
    length = timedelta(milliseconds=float(one.value))
    if one.mark:
        return is_within_span(length, said) or is_within_span(length, written)
    return is_span(length, said, overnight=True) or is_span(length, written, overnight=False)


_LONGEST = 10**12


def _times(text: str, cited: _Cited, log: _Log) -> tuple[list[timedelta], list[timedelta]]:
    """The times between which a duration may lie: said in the sentence itself, else in one or two lines, and theirs."""
    own = said_times(text)
    if len(own) > 1 or len(cited.lines) > 2:
        return own, []
    return cited.times, moments_of([line.at.astimezone(log.zone) for line in cited.lines])


def _check_meaning(heading: str, text: str, cited: _Cited, log: _Log) -> None:
    """Raises _NotBorneOut where the lines speak of something else, or say no where the text says yes."""
    _must(cited.statements.agrees(_without_names(text)), Reason.NEGATION)
    _must(heading in CAUSES or cited.moods.bear_out(heading, _without_names(text)), Reason.UNSETTLED)
    words = words_of(log.names.left_out_of(_without_names(_URL.sub(" ", text))))
    share = _CAUSE_SHARE if heading in CAUSES else _SHARE
    _must(is_legible(text, "\n".join(cited.said)), Reason.ELSEWHERE)
    _must(is_spoken_of(words, cited.words, text, testimony=" ".join(cited.said), share=share), Reason.ELSEWHERE)


_SHARE, _CAUSE_SHARE = 0.5, 0.6
"""How much of what a sentence speaks of its lines must speak of, too."""


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
    r"(?:\b[a-z][a-z0-9+.-]{1,20}://|\bwww\.|\b(?:mailto|tel|javascript|data):)(?:\[redacted:\w+\]|[^\s<>|)\]\"'`])+"
    r"|(?<![\w@.-])(?:[a-z0-9-]+\.)+[a-z]{2,}/[^\s<>|)\]\"'`]*",
    re.IGNORECASE,
)
_USER = re.compile(r"<@([A-Z0-9]+)(?:\|[^>]*)?>")
_ONE_MENTION = r"(?:<[@!#][^>]{0,300}>|(?<!\w)@(?:here|channel|everyone)\b)"
_MENTION = re.compile(rf" ?{_ONE_MENTION}(?: ?{_ONE_MENTION})*(?=[.,!?;:])|{_ONE_MENTION}", re.IGNORECASE)
_OPENING = re.compile(r"<(?=[@!#])")
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
    """Return the text without mentions, with a mark for each link that has no label; None when one is left."""
    before, text = None, re.sub(r"\s+", " ", text)
    while before != text:
        before = text
        text = _SLACK_LINK.sub(lambda found: found[1] or _LINK, text)
        text = _OPENING.sub("", _URL.sub(_LINK, _MENTION.sub("", _MARKDOWN_LINK.sub(r"\1", text))))
    text = re.sub(r"\s+", " ", text).strip()
    return text if not _LEFT.search(unicodedata.normalize("NFKC", text)) else None


_LINK = "[link]"
"""Stands where a link stood: nothing is cut out of what was said without a trace."""
_LEFT = re.compile(r"<[@#!]|(?<!\w)@(?:here|channel|everyone)\b|://|\bwww\.", re.IGNORECASE)


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
