"""The draft without a model: quotes the channel under the headings of a postmortem, each quotation cited."""

import re
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from bot.domain.certainty import CAUSES, CONFIRMED, INCONCLUSIVE, LIKELY, still_sure, weaker
from bot.domain.citation import Section, Sentence
from bot.domain.cues import (
    CAUSE_DENIED,
    CAUSE_SOUGHT,
    CAUSE_TOLD,
    CHATTER,
    EARLIER,
    EXPLICIT_CAUSE,
    HEDGE,
    QUESTION,
    SPOKEN_OF,
)
from bot.domain.reaction import AGREES, DISAGREES
from bot.domain.shortening import shorten
from bot.domain.taken_back import Retraction, retractions_in
from bot.domain.transcript import Line, LineKind
from bot.domain.wording import words_of

QUOTE_LIMIT = 240
CAPS = {"timeline": 25, "summary": 3}
_CAP = 6
_HEADINGS_OF = {
    "root_cause": ("root_cause", "contributing", "hindered"),
    "follow_ups": ("follow_ups",),
    "postmortem": (
        *("summary", "impact", "timeline", "detection", "trigger", "root_cause"),
        *("contributing", "helped", "hindered", "decisions", "follow_ups"),
    ),
}
_THRESHOLD = {
    "root_cause": 2.0,
    "contributing": 2.5,
    "trigger": 3.0,
    "decisions": 3.0,
    "impact": 2.5,
    "detection": 2.5,
    "helped": 2.0,
    "timeline": 2.0,
}
_WEAKEST = 1.5
_NEVER_EMPTY = frozenset(("impact", "detection", "root_cause"))
_PINS = frozenset(("pushpin", "round_pushpin", "📌", "📍"))
_PIN_BONUS = 2.0
_READ_AT_MOST = 4_000
_OF_ENTRIES = frozenset(("timeline", "detection"))
_OF_BOTS = frozenset(("timeline", "detection", "impact"))
_FILLED = 12
"""A timeline has so many lines where the channel has them."""
_MAY_ASK = frozenset(("detection",))


@dataclass(frozen=True, slots=True)
class _Said:
    """One sentence of a line, as it stands there (`text`) and in lower case (`plain`)."""

    text: str
    plain: str
    is_question: bool
    is_chatter: bool
    has_hangul: bool
    has_latin: bool


@dataclass(frozen=True, slots=True)
class _Quotable:
    """A line that may be quoted; `is_early` when it stands in the first fifth of the channel."""

    line: Line
    said: tuple[_Said, ...]
    is_early: bool
    is_pinned: bool


@dataclass(frozen=True, slots=True)
class _Quote:
    line: Line
    text: str
    plain: str
    score: float


def draft_sections(kind: str, transcript: Sequence[Line]) -> tuple[Section, ...]:
    """Return the sections of a draft of `kind`: root_cause, follow_ups or postmortem; empty ones are left out.

    Each sentence is the wording of one line (at most 240 characters) and cites it. Deleted lines are not quoted,
    bots and entries only for what happened, not for why. Raises KeyError for an unknown kind.
    """
    headings = _HEADINGS_OF[kind]
    lines = _quotable(transcript)
    chosen = {heading: _chosen(heading, lines) for heading in headings if heading != "summary"}
    if "summary" in headings:
        chosen["summary"] = _summary(chosen)
        chosen["trigger"] = _before_the_alarm(chosen)
        chosen["timeline"] = _timeline(chosen, lines)
    taken_back = retractions_in(transcript)
    return tuple(
        Section(heading, tuple(_sentence(heading, quote, taken_back) for quote in chosen[heading]))
        for heading in headings
        if chosen[heading]
    )


def _sentence(heading: str, quote: _Quote, taken_back: Sequence[Retraction]) -> Sentence:
    if heading not in CAUSES:
        return Sentence(quote.text, (quote.line.n,))
    left = still_sure(frozenset(words_of(quote.text)), quote.line.n, taken_back)
    return Sentence(quote.text, (quote.line.n,), weaker(_certainty(quote.plain), left))


def _certainty(plain: str) -> str:
    """Say how sure the speaker was: an explicit, unhedged statement is confirmed."""
    plain = _after_denial(plain)
    if CAUSE_DENIED.search(plain) or CAUSE_SOUGHT.search(plain) or EARLIER.search(plain):
        return INCONCLUSIVE
    if HEDGE.search(plain):
        return LIKELY
    return CONFIRMED if EXPLICIT_CAUSE.search(plain) else LIKELY if CAUSE_TOLD.search(plain) else INCONCLUSIVE


def _summary(chosen: dict[str, list[_Quote]]) -> list[_Quote]:
    """The strongest line on impact, on cause and on what helped, in the order they were said."""
    best = {found[0].line.n: found[0] for key in ("impact", "root_cause", "helped") if (found := chosen.get(key))}
    return [best[number] for number in sorted(best)]


def _before_the_alarm(chosen: dict[str, list[_Quote]]) -> list[_Quote]:
    """The last two things done before somebody noticed; without such, the first that was told."""
    noticed = min((quote.line.n for quote in chosen["detection"][:2]), default=0)
    told = sorted(chosen["trigger"], key=lambda quote: quote.line.n)
    return [quote for quote in told if quote.line.n <= noticed][-2:] or told[:1]


def _timeline(chosen: dict[str, list[_Quote]], lines: Sequence[_Quotable]) -> list[_Quote]:
    """The events of the channel with the best of detection, impact, cause and help among them, in order of time.

    A channel with few events is told by what is most telling besides.
    """
    best = [quote for key in ("detection", "root_cause", "helped", "impact") for quote in chosen.get(key, [])[:2]]
    events = sorted(chosen["timeline"], key=lambda quote: -quote.score)
    by_line = {quote.line.n: quote for quote in reversed([*best, *events][: CAPS["timeline"]])}
    if len(by_line) < _FILLED:
        others = sorted(_telling(lines, by_line), key=lambda quote: (-quote.score, quote.line.n))
        by_line |= {quote.line.n: quote for quote in others[: _FILLED - len(by_line)]}
    return [by_line[number] for number in sorted(by_line)]


_FACT = re.compile(r"\d|`|https?://|[a-z]-[a-z]|[가-힣]{3}")


def _telling(lines: Sequence[_Quotable], known: Container[int]) -> Iterable[_Quote]:
    """The longest sentence of each line that asks nothing; figures, names, reactions and a silence before weigh.

    Who says no does not say that it tells something.
    """
    for before, quotable in zip([None, *lines], lines, strict=False):
        line = quotable.line
        scores = [0.0 if said.is_question or said.is_chatter else _letters(said) for said in quotable.said]
        place = max(range(len(scores)), key=lambda at: scores[at])
        if line.n in known or scores[place] < _SHORTEST:
            continue
        silence = before is not None and line.at - before.line.at > _SILENCE
        text = _from(quotable, scores, place)
        moved = sum(name not in DISAGREES for name in line.reactions)
        weight = len(_FACT.findall(text)) + moved + 3 * silence + min(len(text), QUOTE_LIMIT) / 40
        yield _Quote(line, text, quotable.said[place].plain, weight)


def _letters(said: _Said) -> float:
    return float(sum(map(str.isalnum, said.text)))


_SHORTEST = 8
_SILENCE = timedelta(minutes=15)
_CODE = re.compile(r"```.*?(?:```|\Z)", re.DOTALL)
_SPLIT = re.compile(r"(?<=[.!?。])(?<!e\.g\.)(?<!i\.e\.)(?<!vs\.)(?<!\b\d\.)\s+|\s*\n+\s*")
_BULLET = re.compile(r"^(?:[-*•>&]|&gt;|\d+[.)])\s+")
_LATIN = re.compile("[a-z]{2}")
_SPACES = re.compile(r"\s+")


def _quotable(transcript: Sequence[Line]) -> list[_Quotable]:
    early = max(3, len(transcript) // 5)
    found = []
    for place, line in enumerate(transcript):
        if line.deleted:
            continue
        said = _sentences(line.text)
        if said:
            found.append(_Quotable(line, said, place < early, bool(_PINS.intersection(line.reactions))))
    return found


def _sentences(text: str) -> tuple[_Said, ...]:
    """Split a message into its sentences, without pasted code; nothing of one that only keeps a talk going."""
    parts = _SPLIT.split(_CODE.sub("\n…\n", text[:_READ_AT_MOST]).strip())
    found = []
    for part in parts:
        sentence = _SPACES.sub(" ", _BULLET.sub("", part)).strip()
        plain = sentence.lower()
        is_chatter = len(sentence) < 5 or (len(plain) < 60 and CHATTER.fullmatch(plain) is not None)
        has_latin = bool(_LATIN.search(plain))
        found.append(
            _Said(sentence, plain, bool(QUESTION.search(plain)), is_chatter, not plain.isascii(), has_latin),
        )
    return tuple(found) if not all(said.is_chatter for said in found) else ()


def _chosen(heading: str, lines: Iterable[_Quotable]) -> list[_Quote]:
    """Return the quotations under one heading: the best, no two alike, the timeline in order of time.

    Where no line speaks clearly of it, the two that come nearest are shown rather than none.
    """
    quotes = [quote for quotable in lines if (quote := _quote(heading, quotable)) is not None]
    quotes.sort(key=lambda quote: (-quote.score, quote.line.n))
    clear = [quote for quote in quotes if quote.score >= _THRESHOLD.get(heading, 3.0)]
    kept = _distinct(clear, CAPS.get(heading, _CAP)) or (_distinct(quotes, 2) if heading in _NEVER_EMPTY else [])
    return sorted(kept, key=lambda quote: quote.line.n) if heading == "timeline" else kept


def _distinct(quotes: Iterable[_Quote], cap: int) -> list[_Quote]:
    kept: list[_Quote] = []
    known: list[frozenset[str]] = []
    for quote in quotes:
        if len(kept) == cap:
            break
        words = frozenset(re.findall(r"\w+", quote.plain))
        if not any(_are_alike(words, other) for other in known):
            kept.append(quote)
            known.append(words)
    return kept


def _are_alike(one: frozenset[str], other: frozenset[str]) -> bool:
    common = len(one & other)
    return common >= 0.7 * max(len(one), len(other), 1) or common >= 0.9 * max(min(len(one), len(other)), 4)


def _quote(heading: str, quotable: _Quotable) -> _Quote | None:
    """Return the best sentence of a line for a heading and what follows it, or None when it says nothing there."""
    is_entry = quotable.line.kind is LineKind.ENTRY
    if (is_entry and heading not in _OF_ENTRIES) or (quotable.line.is_bot and heading not in _OF_BOTS):
        return None
    scores = [_score(heading, said) for said in quotable.said]
    place = max(range(len(scores)), key=lambda at: (scores[at], -at))
    score = scores[place]
    if heading == "timeline" and (is_entry or quotable.is_pinned):
        score = max(score, 3.0)
    if score < _WEAKEST:
        return None
    score += _PIN_BONUS if quotable.is_pinned or is_entry else 0.0
    score += _weight_of_people(heading, quotable.line)
    score += 1.5 if heading == "detection" and quotable.is_early else 0.0
    text = _from(quotable, scores, place)
    return _Quote(quotable.line, text, quotable.said[place].plain, score)


def _weight_of_people(heading: str, line: Line) -> float:
    """What it adds that others agreed or did not, and that whoever said it has a role; a commander decides."""
    agreed = sum(name in AGREES for name in line.reactions) - sum(name in DISAGREES for name in line.reactions)
    role = 0.0 if not line.role else 1.0 if (heading, line.role) == ("decisions", "commander") else 0.25
    return role + max(-1.0, min(1.5, 0.5 * agreed))


def _score(heading: str, said: _Said) -> float:
    """Add up the cues of a heading in one sentence; a question, and a cause still sought or denied, count nothing."""
    if said.is_chatter or (said.is_question and heading not in _MAY_ASK):
        return 0.0
    plain = _after_denial(said.plain) if heading == "root_cause" else said.plain
    score = 0.0
    for cue in SPOKEN_OF[heading]:
        if cue.weight <= 1 and not score:
            return 0.0
        if (cue.needs_hangul and not said.has_hangul) or (cue.needs_latin and not said.has_latin):
            continue
        if cue.pattern.search(plain):
            score += cue.weight
    if heading == "root_cause":
        score = _cause_score(plain, score)
    if heading == "helped" and _FAILED.search(plain):
        return 0.0
    if said.is_question:
        score *= 0.6
    return score - (1.0 if len(plain) < 12 else 0.0)


def _cause_score(plain: str, score: float) -> float:
    if CAUSE_SOUGHT.search(plain) or CAUSE_DENIED.search(plain) or EARLIER.search(plain):
        return 0.0
    return score + (5.0 if EXPLICIT_CAUSE.search(plain) else 1.0 if HEDGE.search(plain) else 0.0)


_RATHER = re.compile(r"\b(?:caused by|because of|due to|it was|it is|it's|rather)\b|때문|인해|인한|탓")


def _after_denial(plain: str) -> str:
    """Of "not the cache, it was the proxy" return what was it; a denial alone is returned whole."""
    denied = CAUSE_DENIED.search(plain)
    rest = plain[denied.end() :] if denied else ""
    return rest if _RATHER.search(rest) else plain


_FAILED = re.compile(
    r"실패|안\s?[됩돼됐됨되]|소용|효과\S*\s?없|하겠습니다|할까|할게요|해야|하려|예정"
    r"|\bnot?\b|n't\b|\bfailed to\b|\b(?:let's|shall|should|will|going to|want to|need to|trying)\b"
)


_LEANS_BACK = re.compile(r"(?:because|which|so|and|but|since|due to|그래서|그런데|근데|때문에|그리고)\b", re.IGNORECASE)


def _from(quotable: _Quotable, scores: Sequence[float], place: int) -> str:
    """Return the sentence at `place` with what it leans on before it and what fits after it, up to a question.

    An entry of the timeline is one statement, and whole.
    """
    said = quotable.said
    if quotable.line.kind is LineKind.ENTRY:
        whole = " ".join(one.text for one in said)
        return whole if len(whole) <= QUOTE_LIMIT else _cut(whole)
    first, text = place, said[place].text
    if len(text) > QUOTE_LIMIT:
        return _cut(text)
    while first > 0 and (scores[first - 1] > 0 or _LEANS_BACK.match(said[first].text)):
        if len(text) + 1 + len(said[first - 1].text) > QUOTE_LIMIT:
            break
        first -= 1
        text = f"{said[first].text} {text}"
    for following in said[place + 1 :]:
        if following.is_question or following.is_chatter or len(text) + 1 + len(following.text) > QUOTE_LIMIT:
            break
        text = f"{text} {following.text}"
    return text


def _cut(text: str) -> str:
    """Cut a long sentence after a clause or a word, visibly, so that no number or name is split."""
    cut = shorten(text, QUOTE_LIMIT).removesuffix("…")
    boundary = max(cut.rfind(", "), cut.rfind("; "), cut.rfind("고 "), cut.rfind("며 "))
    if boundary < QUOTE_LIMIT // 2:
        boundary = cut.rfind(" ")
    return (cut[: boundary + 1] if boundary > 0 else cut).rstrip(" ,;") + "…"
