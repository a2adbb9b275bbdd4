"""The draft without a model: quotes the channel under the headings of a postmortem, each quotation cited."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace

from bot.domain.causes import surest_first
from bot.domain.certainty import CAUSES, CONFIRMED, INCONCLUSIVE
from bot.domain.citation import Section, Sentence
from bot.domain.course import first_sign
from bot.domain.cues_of_causes import LEFT_OPEN
from bot.domain.cues_of_effects import OF_NO_USERS
from bot.domain.earnest import is_meant
from bot.domain.parts_played import Odds, OddsOf, odds_of, spoken_for
from bot.domain.placed import answered, before_the_alarm, noticed, remedies, with_duties
from bot.domain.quotable import Quotable, quotable_in
from bot.domain.quoting import CAP, CAPS, Quote, distinct_quotes, words_from
from bot.domain.reaction import AGREES, DISAGREES
from bot.domain.taken_back import retractions_in
from bot.domain.telling import timeline
from bot.domain.transcript import Line, LineKind
from bot.domain.unopposed import unopposed
from bot.domain.weighing import Said, is_measured, is_ruled_out, score_of

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
# From how much on the learned weights speak for a line: each part is as rare as it is, so that fewer odds do for some.
_FOR = {
    "detection": 0.0,
    "impact": -0.5,
    "trigger": -1.0,
    "root_cause": -0.7,
    "helped": -0.5,
    "hindered": -0.5,
    "decisions": -0.5,
    "follow_ups": -0.5,
}
_AGAINST = {"impact": -1.0, "trigger": -1.0, "root_cause": -0.7, "hindered": -1.0}
_FAR_AGAINST = -2.5
"""Where so much speaks against a line, no phrase makes up for it but one that names the cause outright."""
_OUTRIGHT = 4.0
_NEVER_EMPTY = frozenset(("impact", "detection", "root_cause"))
_PIN_BONUS = 2.0
_FIRST = {"detection": 1.5, "impact": 1.0}
"""What it adds to be said at the beginning: a channel opens with what was noticed and what does not work."""
_MEASURED = 6.0
"""What it adds to an impact that it is counted or timed: that is what is known of it in the end."""
_OF_ENTRIES = frozenset(("timeline", "detection"))
_OF_DOING = frozenset(("trigger", "helped", "hindered"))
_OF_BOTS = frozenset(("timeline", "detection", "impact", "trigger"))


def draft_sections(kind: str, transcript: Sequence[Line]) -> tuple[Section, ...]:
    """Return the sections of a draft of `kind`: root_cause, follow_ups or postmortem; empty ones are left out.

    Each sentence is the wording of one line (at most 240 characters) and cites it, and the line that tells what came of
    a remedy or agrees to a cause. Deleted lines are not quoted,
    bots and entries only for what happened, not for why. Raises KeyError for an unknown kind.
    """
    headings = HEADINGS_OF[kind]
    lines = quotable_in(transcript)
    odds = odds_of(transcript)
    taken_back = retractions_in(transcript)
    chosen = {heading: _chosen(heading, lines, odds) for heading in headings if heading != "summary"}
    sign = first_sign(lines)
    if "detection" in headings:
        chosen["detection"] = noticed(chosen["detection"], sign, lines)
    if "follow_ups" in headings:
        chosen |= with_duties(chosen, lines, odds)
    for heading in CAUSES.intersection(headings):
        chosen[heading] = surest_first(heading, chosen[heading], lines, transcript, taken_back)
    if "helped" in headings:
        chosen |= remedies(chosen, lines, transcript, odds)
    if "decisions" in headings:
        chosen["decisions"] = distinct_quotes([*chosen["decisions"], *unopposed(lines, transcript)], CAP)
    for heading in _ANSWERED.intersection(headings):
        chosen[heading] = answered(chosen[heading], lines, transcript)
    if "summary" in headings:
        chosen["summary"] = _summary(chosen)
        chosen["trigger"] = before_the_alarm(chosen["trigger"], sign.line.n if sign else 0)
        chosen["timeline"] = timeline(chosen, lines)
    chosen |= _each_once(chosen, sign.line.n if sign else 0)
    return tuple(
        Section(heading, tuple(_sentence(heading, quote) for quote in chosen[heading]))
        for heading in headings
        if chosen[heading]
    )


def _sentence(heading: str, quote: Quote) -> Sentence:
    return Sentence(quote.text, (quote.line.n, *quote.after), quote.certainty if heading in _SAYS_HOW_SURE else "")


_ANSWERED = frozenset(("decisions", "follow_ups"))
"""These are often taken by a bare answer to what somebody proposes or asks."""
_SAYS_HOW_SURE = CAUSES | {"summary"}


_REPEATS = frozenset(("summary", "timeline"))
_OF_LITTLE_WORTH = frozenset(("detection", "trigger"))


def _each_once(chosen: dict[str, list[Quote]], sign: int) -> dict[str, list[Quote]]:
    """Each sentence under one heading: of a sure cause, else where it stands highest and weighs most.

    The first `sign` (the number of its line) tells how it was noticed, and the harm as well where nothing else does.
    """
    headings = [heading for heading in chosen if heading not in _REPEATS]
    home: dict[str, str] = {}
    of_line: dict[int, list[Quote]] = {}
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


def _by_claim(chosen: dict[str, list[Quote]], sign: int) -> list[tuple[Quote, str]]:
    """The quotations with their headings: the likeliest first, then those to which a heading has the best claim."""

    def claim(place: tuple[int, Quote, str]) -> tuple[float, int, int, bool, float]:
        rank, quote, heading = place
        doubt = (2 if quote.certainty == INCONCLUSIVE else 0) if heading == "root_cause" else 1
        odds = -math.inf if quote.odds is None else quote.odds
        is_sign = heading == "detection" and quote.line.n == sign
        doubt -= is_sign
        if quote.certainty == CONFIRMED or (is_sign and quote.odds is not None):
            odds = max(odds, 0.0) + _SURER
        return -odds, doubt, rank, heading in _OF_LITTLE_WORTH, -quote.score

    places = [(rank, quote, heading) for heading in chosen for rank, quote in enumerate(chosen[heading])]
    return [(quote, heading) for _, quote, heading in sorted(places, key=claim)]


def _apart(quote: Quote, others: Iterable[Quote]) -> Quote:
    """A quotation without the sentences that other headings quote of the same line."""
    text = quote.text
    for other in others:
        before, found, after = text.partition(other.own)
        if found and other.own != quote.own:
            text = before if quote.own in before else after if quote.own in after else text
    return replace(quote, text=text.strip()) if sum(map(str.isalnum, text)) >= _TELLING else quote


_TELLING = 8
"""Fewer letters say too little to stand alone."""


def _summary(chosen: dict[str, list[Quote]]) -> list[Quote]:
    """The strongest line on impact, on cause and on what helped, in the order they were said; no cause in doubt."""
    first = [found[0] for key in ("impact", "root_cause", "helped") if (found := chosen.get(key))]
    best = {quote.line.n: quote for quote in first if quote.certainty != INCONCLUSIVE}
    return [best[number] for number in sorted(best)]


def _chosen(heading: str, lines: Iterable[Quotable], odds: OddsOf) -> list[Quote]:
    """Return the quotations under one heading: the best, no two alike, the timeline in order of time.

    Where a line is likelier than not to be of it, those that are not stay out, but of the impact. Where no line speaks
    clearly of impact, detection or root cause, the two that come nearest are shown, as long as they say
    something of it: nothing is put under a heading only to fill it.
    """
    quotes = [quote for quotable in lines if (quote := _quote(heading, quotable, odds[quotable.line.n])) is not None]
    quotes.sort(key=lambda quote: (-quote.score, quote.line.n))
    clear = [quote for quote in quotes if quote.score >= _THRESHOLD.get(heading, 3.0)]
    if heading != "impact" and any(quote.odds is not None and quote.odds >= 0 for quote in clear):
        clear = [quote for quote in clear if quote.odds is None or quote.odds >= 0]
    kept = distinct_quotes(clear, CAPS.get(heading, CAP)) or (
        distinct_quotes(quotes, 2) if heading in _NEVER_EMPTY else []
    )
    return sorted(kept, key=lambda quote: quote.line.n) if heading == "timeline" else kept


def _quote(heading: str, quotable: Quotable, odds: Odds) -> Quote | None:
    """Return the best sentence of a line for a heading and what follows it, or None when it says nothing there."""
    is_entry = quotable.line.kind is LineKind.ENTRY
    if (is_entry and heading not in _OF_ENTRIES) or (quotable.line.is_bot and heading not in _OF_BOTS):
        return None
    if heading in CAUSES and not is_meant(quotable.line.text):
        return None
    if heading == "impact" and OF_NO_USERS.search(quotable.line.text.lower()):
        return None
    scores = [0.0 if said.follows_guess and heading in _OF_DOING else score_of(heading, said) for said in quotable.said]
    odd = odds.get(heading)
    is_outright = heading in CAUSES and max(scores) >= _OUTRIGHT
    if odd is not None and odd < _AGAINST.get(heading, _FAR_AGAINST) and not is_outright:
        return None
    if odd is not None and odd >= _FOR.get(heading, math.inf):
        points = _THRESHOLD.get(heading, 3.0) + odd - _FOR[heading]
        scores = _weighed(heading, quotable, scores, points)
    place = max(range(len(scores)), key=lambda at: (scores[at], -at))
    score = scores[place]
    if heading == "timeline" and (is_entry or quotable.is_pinned):
        score = max(score, 3.0)
    if score < _WEAKEST:
        return None
    score += _PIN_BONUS if quotable.is_pinned or is_entry else 0.0
    score += _weight_of_people(heading, quotable.line)
    if DISAGREES.isdisjoint(quotable.line.reactions):
        is_sized = _is_sized(heading, quotable.said[place])
        score += _MEASURED if is_sized else _FIRST.get(heading, 0.0) if quotable.is_early else 0.0
    text = words_from(quotable, scores, place)
    own = quotable.said[place]
    return Quote(quotable.line, text, own.text, score, odds=_spoken_for(heading, own, odds))


def _weighed(heading: str, quotable: Quotable, scores: Sequence[float], points: float) -> list[float]:
    """What the sentences of a line score for which the weights speak.

    Where one leaves the cause open and none names it outright, the weights speak for that one.
    """
    pairs = list(zip(quotable.said, scores, strict=True))
    is_open = [LEFT_OPEN.search(said.plain) and not said.is_question for said in quotable.said]
    if heading in CAUSES and any(is_open) and max(scores) < _OUTRIGHT:
        return [points if found else score for found, score in zip(is_open, scores, strict=True)]
    told = zip(pairs, _leans(heading, quotable), strict=True)
    return [score if is_ruled_out(heading, said) else max(score, points) + lean for (said, score), lean in told]


def _leans(heading: str, quotable: Quotable) -> list[float]:
    """Which of the sentences of a line its heading is owed to: next to nothing, and most for the most telling."""
    if len(quotable.said) == 1:
        return [0.0]
    told = [spoken_for(said.text, heading, is_bot=quotable.line.is_bot) for said in quotable.said]
    return [_LEAN * (one - max(told)) for one in told]


_LEAN = 0.01


def _spoken_for(heading: str, said: Said, odds: Odds) -> float | None:
    """How much speaks for a sentence under its heading; figures of harm and what is said to have contributed are surer.

    None where nothing speaks for it but the phrases.
    """
    if odds and _is_sized(heading, said):
        return max(odds[heading], 0.0) + _SURER
    if odds and heading == "contributing" and score_of(heading, said) > score_of("root_cause", said):
        return odds["root_cause"] + _SURER
    likely = odds.get(heading, -math.inf)
    return likely if likely >= _FOR.get(heading, math.inf) else None


_SURER = 3.0


def _is_sized(heading: str, said: Said) -> bool:
    return heading == "impact" and is_measured(said)


def _weight_of_people(heading: str, line: Line) -> float:
    """What it adds that others agreed or did not, and that whoever said it has a role; a commander decides."""
    agreed = sum(name in AGREES for name in line.reactions) - sum(name in DISAGREES for name in line.reactions)
    role = 0.0 if not line.role else 1.0 if (heading, line.role) == ("decisions", "commander") else 0.25
    return role + max(-1.0, min(1.5, 0.5 * agreed))
