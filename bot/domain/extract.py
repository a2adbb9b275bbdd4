"""The draft without a model: quotes the channel under the headings of a postmortem, each quotation cited."""

import re
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from bot.domain.certainty import CAUSES, CERTAINTIES, INCONCLUSIVE, still_sure, surer
from bot.domain.citation import Section, Sentence
from bot.domain.course import Deed, Outcome, deeds_in, duties_in, first_sign, is_of_before, unaided_from
from bot.domain.cues_of_causes import CAUSE_POINTED
from bot.domain.cues_of_deeds import OF_ITSELF
from bot.domain.cues_of_duties import LEANS
from bot.domain.cues_of_effects import OF_NO_USERS
from bot.domain.earnest import is_in_earnest, is_meant
from bot.domain.likeness import distinct_of
from bot.domain.quotable import Quotable, quotable_in
from bot.domain.reaction import AGREES, DISAGREES
from bot.domain.remedies import nothing_changed, useless_in
from bot.domain.shortening import cut_after_clause
from bot.domain.taken_back import Retraction, retractions_in, subjects_of
from bot.domain.transcript import Line, LineKind
from bot.domain.weighing import Said, certainty_said, is_measured, score_of

QUOTE_LIMIT = 240
CAPS = {"timeline": 25, "summary": 3, "follow_ups": 10}
_CAP = 6
HEADINGS_OF = {
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
_SIGNS = 3
_TOLD_BEFORE = ("impact", "detection", "trigger", "helped", "hindered")
"""What these tell lies before the time of duties."""
"""So many quotations say how it was noticed."""
_NEVER_EMPTY = frozenset(("impact", "detection", "root_cause"))
_PIN_BONUS = 2.0
_FIRST = {"detection": 1.5, "impact": 1.0}
"""What it adds to be said at the beginning: a channel opens with what was noticed and what does not work."""
_MEASURED = 6.0
"""What it adds to an impact that it is counted or timed: that is what is known of it in the end."""
_OF_ENTRIES = frozenset(("timeline", "detection"))
_OF_DOING = frozenset(("trigger", "helped", "hindered"))
_OF_BOTS = frozenset(("timeline", "detection", "impact"))
_FILLED = 12
"""A timeline has so many lines where the channel has them."""


@dataclass(frozen=True, slots=True)
class _Quote:
    """What is quoted of a line (`text`), for the sake of one sentence of it (`own`)."""

    line: Line
    text: str
    own: str
    score: float
    certainty: str = ""
    after: tuple[int, ...] = ()
    """Lines after it that make it what it is quoted for: the "that is the cause" of another."""

    @property
    def plain(self) -> str:
        return self.own.lower()


def draft_sections(kind: str, transcript: Sequence[Line]) -> tuple[Section, ...]:
    """Return the sections of a draft of `kind`: root_cause, follow_ups or postmortem; empty ones are left out.

    Each sentence is the wording of one line (at most 240 characters) and cites it, and the line that tells what came of
    a remedy or agrees to a cause. Deleted lines are not quoted,
    bots and entries only for what happened, not for why. Raises KeyError for an unknown kind.
    """
    headings = HEADINGS_OF[kind]
    lines = quotable_in(transcript)
    taken_back = retractions_in(transcript)
    chosen = {heading: _chosen(heading, lines) for heading in headings if heading != "summary"}
    sign = first_sign(lines)
    if "detection" in headings:
        chosen["detection"] = _noticed(chosen["detection"], sign, lines)
    if "follow_ups" in headings:
        chosen |= _with_duties(chosen, lines)
    for heading in CAUSES.intersection(headings):
        chosen[heading] = _surest_first(chosen[heading], lines, transcript, taken_back)
    if "helped" in headings:
        chosen |= _remedies(chosen, lines, transcript)
    if "summary" in headings:
        chosen["summary"] = _summary(chosen)
        chosen["trigger"] = _before_the_alarm(chosen["trigger"], sign.line.n if sign else 0)
        chosen["timeline"] = _timeline(chosen, lines)
    chosen |= _each_once(chosen, sign.line.n if sign else 0)
    return tuple(
        Section(heading, tuple(_sentence(heading, quote) for quote in chosen[heading]))
        for heading in headings
        if chosen[heading]
    )


def _sentence(heading: str, quote: _Quote) -> Sentence:
    return Sentence(quote.text, (quote.line.n, *quote.after), quote.certainty if heading in _SAYS_HOW_SURE else "")


_SAYS_HOW_SURE = CAUSES | {"summary"}


def _noticed(told: Sequence[_Quote], sign: Quotable | None, lines: Sequence[Quotable]) -> list[_Quote]:
    """The first sign, and what else was said at the beginning of how it was noticed."""
    early = frozenset(quotable.line.n for quotable in lines if quotable.is_early)
    others = [quote for quote in told if quote.line.n in early]
    return others if sign is None else _distinct([_sign_quote(sign), *others], _SIGNS)


def _sign_quote(sign: Quotable) -> _Quote:
    scores = [max(score_of(heading, said) for heading in ("detection", "impact")) for said in sign.said]
    place = max(range(len(scores)), key=lambda at: (scores[at], -at))
    return _Quote(sign.line, _from(sign, scores, place), sign.said[place].text, _THRESHOLD["detection"])


def _remedies(
    chosen: dict[str, list[_Quote]], lines: Sequence[Quotable], transcript: Sequence[Line]
) -> dict[str, list[_Quote]]:
    """What helped, and what did not: deeds by what came of them, then what was said to have helped or not.

    A remedy that a later line undoes, or whose own words say so, did not help; what came of itself neither.
    """
    deeds = deeds_in(lines)
    worked = [_deed_quote(deed) for deed in reversed(deeds) if deed.outcome is Outcome.WORKED]
    failed = [_deed_quote(deed) for deed in deeds if deed.outcome is Outcome.FAILED]
    judged = frozenset(deed.told.line.n for deed in deeds if deed.outcome is not Outcome.NOTHING)
    unaided = unaided_from(lines) or len(transcript) + 1
    told = [quote for quote in chosen["helped"] if quote.line.n not in judged and quote.line.n < unaided]
    plain = ((quote, quote.text.lower()) for quote in told)
    told = [quote for quote, text in plain if not (nothing_changed(text) or OF_ITSELF.search(text))]
    useless = useless_in(transcript, frozenset(quote.line.n for quote in told))
    undone = [quote for quote in told if quote.line.n in useless]
    known = frozenset(quote.line.n for quote in (*failed, *undone))
    others = [quote for quote in chosen["hindered"] if quote.line.n not in known]
    hindered = sorted([*failed, *undone, *others], key=lambda quote: (-quote.score, quote.line.n))
    return {
        "helped": _distinct([*worked, *(quote for quote in told if quote not in undone)], _CAP),
        "hindered": _distinct(hindered, _CAP),
    }


def _with_duties(chosen: dict[str, list[_Quote]], lines: Sequence[Quotable]) -> dict[str, list[_Quote]]:
    """The follow-ups with what somebody took on after the last recovery, and other headings without that."""
    placed = [_whole_quote(told, place) for told, place in duties_in(lines)]
    duties = frozenset(quote.plain for quote in placed)
    told = {heading: chosen[heading] for heading in _TOLD_BEFORE if heading in chosen}
    cleared = {heading: [one for one in quotes if one.plain not in duties] for heading, quotes in told.items()}
    known = frozenset(quote.line.n for quote in chosen["follow_ups"])
    more = [quote for quote in placed if quote.line.n not in known]
    return cleared | {"follow_ups": _distinct([*chosen["follow_ups"], *more], CAPS["follow_ups"])}


def _deed_quote(deed: Deed) -> _Quote:
    after = () if deed.result == deed.told.line.n else (deed.result,)
    return replace(_whole_quote(deed.told, deed.place), after=after)


def _whole_quote(told: Quotable, place: int) -> _Quote:
    """The sentence at `place` with what follows it, and with what is before it where it says "that"."""
    leans = LEANS.search(told.said[place].plain) is not None
    scores = [float(leans and not (said.is_question or said.is_chatter)) for said in told.said]
    return _Quote(told.line, _from(told, scores, place), told.said[place].text, _OF_PLACE)


_OF_PLACE = 4.0
"""What has its place in the course of the incident weighs more than most of what words alone say."""


_REPEATS = frozenset(("summary", "timeline"))
_OF_LITTLE_WORTH = frozenset(("detection", "trigger"))


def _each_once(chosen: dict[str, list[_Quote]], sign: int) -> dict[str, list[_Quote]]:
    """Each sentence under one heading: of a sure cause, else where it stands highest and weighs most.

    The first `sign` (the number of its line) tells how it was noticed, and the harm as well where nothing else does.
    """
    headings = [heading for heading in chosen if heading not in _REPEATS]
    home: dict[str, str] = {}
    of_line: dict[int, list[_Quote]] = {}
    for quote, heading in _by_claim({heading: chosen[heading] for heading in headings}, sign):
        if home.setdefault(quote.plain, heading) == heading:
            of_line.setdefault(quote.line.n, []).append(quote)
    once = {
        heading: [_apart(quote, of_line[quote.line.n]) for quote in chosen[heading] if home[quote.plain] == heading]
        for heading in headings
    }
    if not once.get("impact"):
        once["impact"] = [quote for quote in chosen.get("impact", []) if home[quote.plain] == "detection"][:1]
    return once


def _by_claim(chosen: dict[str, list[_Quote]], sign: int) -> list[tuple[_Quote, str]]:
    """The quotations with their headings, those first to which a heading has the best claim."""

    def claim(place: tuple[int, _Quote, str]) -> tuple[int, int, bool, float]:
        rank, quote, heading = place
        doubt = (2 if quote.certainty == INCONCLUSIVE else 0) if heading == "root_cause" else 1
        doubt -= heading == "detection" and quote.line.n == sign
        return doubt, rank, heading in _OF_LITTLE_WORTH, -quote.score

    places = [(rank, quote, heading) for heading in chosen for rank, quote in enumerate(chosen[heading])]
    return [(quote, heading) for _, quote, heading in sorted(places, key=claim)]


def _apart(quote: _Quote, others: Iterable[_Quote]) -> _Quote:
    """A quotation without the sentences that other headings quote of the same line."""
    text = quote.text
    for other in others:
        before, found, after = text.partition(other.own)
        if found and other.own != quote.own:
            text = before if quote.own in before else after if quote.own in after else text
    return replace(quote, text=text.strip())


def _meant(cause: _Quote, lines: Sequence[Quotable]) -> _Quote | None:
    """The cause that is named: of a bare "that is the cause" what was said just before, None when that asks."""
    if not CAUSE_POINTED.search(cause.plain):
        return cause
    so_far = [one for one in lines if one.line.n == cause.line.n or (one.line.n < cause.line.n and not one.line.is_bot)]
    if next(said.text for said in so_far[-1].said if not said.is_chatter) != cause.own:
        return cause
    before = so_far[-2:-1]
    if not before or before[0].said[-1].is_question:
        return None
    place = next(at for at, said in enumerate(before[0].said) if not said.is_chatter)
    text = _from(before[0], [0.0] * len(before[0].said), place)
    own = before[0].said[place].text
    return replace(cause, line=before[0].line, text=text, own=own, after=(cause.line.n,))


def _surest_first(
    causes: Iterable[_Quote], lines: Sequence[Quotable], transcript: Sequence[Line], taken_back: Sequence[Retraction]
) -> list[_Quote]:
    """The causes with how sure they are after all that was agreed on and taken back later."""
    sure = []
    for one in causes:
        meant = _meant(one, lines)
        if meant is not None:
            said = certainty_said(one.plain) if is_in_earnest(one.line.text) else INCONCLUSIVE
            said = surer(said, one.plain, one.line, transcript)
            left = still_sure(said, subjects_of(meant.text), one.line.n, taken_back)
            sure.append(replace(meant, certainty=left))
    return sorted(sure, key=lambda one: CERTAINTIES.index(one.certainty))


def _summary(chosen: dict[str, list[_Quote]]) -> list[_Quote]:
    """The strongest line on impact, on cause and on what helped, in the order they were said; no cause in doubt."""
    first = [found[0] for key in ("impact", "root_cause", "helped") if (found := chosen.get(key))]
    best = {quote.line.n: quote for quote in first if quote.certainty != INCONCLUSIVE}
    return [best[number] for number in sorted(best)]


def _before_the_alarm(told: Iterable[_Quote], noticed: int) -> list[_Quote]:
    """The last two things done before line `noticed`, else the first two that are later said to have been done then."""
    told = sorted(told, key=lambda quote: quote.line.n)
    before = [quote for quote in told if quote.line.n <= noticed]
    return before[-2:] or [quote for quote in told if is_of_before(quote.plain)][:2]


def _timeline(chosen: dict[str, list[_Quote]], lines: Sequence[Quotable]) -> list[_Quote]:
    """The events of the channel with the best of detection, impact, cause and help among them, in order of time.

    A channel with few events is told by what is most telling besides.
    """
    best = [quote for key in ("detection", "root_cause", "helped", "impact") for quote in chosen.get(key, [])[:2]]
    events = sorted(chosen["timeline"], key=lambda quote: -quote.score)
    by_line = {quote.line.n: quote for quote in reversed([*best, *events][: CAPS["timeline"]])}
    if len(by_line) < _FILLED:
        known = frozenset(quote.plain for quote in by_line.values())
        fresh = {quote.plain: quote for quote in _telling(lines, by_line) if quote.plain not in known}
        others = sorted(fresh.values(), key=lambda quote: (-quote.score, quote.line.n))
        by_line |= {quote.line.n: quote for quote in others[: _FILLED - len(by_line)]}
    return [by_line[number] for number in sorted(by_line)]


_FACT = re.compile(r"\d|`|https?://|[a-z]-[a-z]|[가-힣]{3}")


def _telling(lines: Sequence[Quotable], known: Container[int]) -> Iterable[_Quote]:
    """The longest sentence of each line that asks nothing; figures, names, reactions and a silence before weigh.

    Who says no does not say that it tells something.
    """
    for before, quotable in zip([None, *lines], lines, strict=False):
        line = quotable.line
        scores = [0.0 if said.is_question or said.is_chatter else _letters(said) for said in quotable.said]
        place = max(range(len(scores)), key=lambda at: scores[at])
        if line.n in known or scores[place] < _SHORTEST or not is_in_earnest(line.text):
            continue
        silence = before is not None and line.at - before.line.at > _SILENCE
        text = _from(quotable, scores, place)
        moved = sum(name not in DISAGREES for name in line.reactions)
        weight = len(_FACT.findall(text)) + moved + 3 * silence + min(len(text), QUOTE_LIMIT) / 40
        yield _Quote(line, text, quotable.said[place].text, weight)


def _letters(said: Said) -> float:
    return float(sum(map(str.isalnum, said.text)))


_SHORTEST = 8
_SILENCE = timedelta(minutes=15)


def _chosen(heading: str, lines: Iterable[Quotable]) -> list[_Quote]:
    """Return the quotations under one heading: the best, no two alike, the timeline in order of time.

    Where no line speaks clearly of impact, detection or root cause, the two that come nearest are shown, as long as
    they say something of it: nothing is put under a heading only to fill it.
    """
    quotes = [quote for quotable in lines if (quote := _quote(heading, quotable)) is not None]
    quotes.sort(key=lambda quote: (-quote.score, quote.line.n))
    clear = [quote for quote in quotes if quote.score >= _THRESHOLD.get(heading, 3.0)]
    kept = _distinct(clear, CAPS.get(heading, _CAP)) or (_distinct(quotes, 2) if heading in _NEVER_EMPTY else [])
    return sorted(kept, key=lambda quote: quote.line.n) if heading == "timeline" else kept


def _distinct(quotes: Iterable[_Quote], cap: int) -> list[_Quote]:
    return distinct_of(quotes, lambda quote: quote.plain, cap)


def _quote(heading: str, quotable: Quotable) -> _Quote | None:
    """Return the best sentence of a line for a heading and what follows it, or None when it says nothing there."""
    is_entry = quotable.line.kind is LineKind.ENTRY
    if (is_entry and heading not in _OF_ENTRIES) or (quotable.line.is_bot and heading not in _OF_BOTS):
        return None
    if heading in CAUSES and not is_meant(quotable.line.text):
        return None
    if heading == "impact" and OF_NO_USERS.search(quotable.line.text.lower()):
        return None
    scores = [0.0 if said.follows_guess and heading in _OF_DOING else score_of(heading, said) for said in quotable.said]
    place = max(range(len(scores)), key=lambda at: (scores[at], -at))
    score = scores[place]
    if heading == "timeline" and (is_entry or quotable.is_pinned):
        score = max(score, 3.0)
    if score < _WEAKEST:
        return None
    score += _PIN_BONUS if quotable.is_pinned or is_entry else 0.0
    score += _weight_of_people(heading, quotable.line)
    if DISAGREES.isdisjoint(quotable.line.reactions):
        is_sized = heading == "impact" and is_measured(quotable.said[place])
        score += _MEASURED if is_sized else _FIRST.get(heading, 0.0) if quotable.is_early else 0.0
    text = _from(quotable, scores, place)
    return _Quote(quotable.line, text, quotable.said[place].text, score)


def _weight_of_people(heading: str, line: Line) -> float:
    """What it adds that others agreed or did not, and that whoever said it has a role; a commander decides."""
    agreed = sum(name in AGREES for name in line.reactions) - sum(name in DISAGREES for name in line.reactions)
    role = 0.0 if not line.role else 1.0 if (heading, line.role) == ("decisions", "commander") else 0.25
    return role + max(-1.0, min(1.5, 0.5 * agreed))


_LEANS_BACK = re.compile(
    r"(?:because|which|so|and|but|since|due to|that(?:'s|s| is| was)|this (?:is|was)|그래서|그런데|근데|때문에|그리고"
    r"|그게|이게|그거|이거|그것[이은도])\b",
    re.IGNORECASE,
)


def _from(quotable: Quotable, scores: Sequence[float], place: int) -> str:
    """Return the sentence at `place` with what it leans on before it and what fits after it, up to a question.

    An entry of the timeline is one statement, and whole.
    """
    said = quotable.said
    if quotable.line.kind is LineKind.ENTRY:
        whole = " ".join(one.text for one in said)
        return whole if len(whole) <= QUOTE_LIMIT else cut_after_clause(whole, QUOTE_LIMIT)
    first, text = place, said[place].text
    if len(text) > QUOTE_LIMIT:
        return cut_after_clause(text, QUOTE_LIMIT)
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
