"""What is quoted for its place in the course of the incident: the first sign, deeds that helped or not, duties."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from bot.domain.course import Deed, Outcome, deeds_in, duties_in, is_of_before, unaided_from
from bot.domain.cues_of_deeds import OF_ITSELF
from bot.domain.quotable import Quotable
from bot.domain.quoting import CAP, CAPS, Quote, distinct_quotes, whole_quote, words_from
from bot.domain.remedies import nothing_changed, useless_in
from bot.domain.transcript import Line
from bot.domain.weighing import score_of

_NOTICED = 2.5
"""The first sign weighs no more than what is said clearly of how it was noticed."""
_SIGNS = 3
"""So many quotations say how it was noticed."""
_TOLD_BEFORE = ("impact", "detection", "trigger", "helped", "hindered")
"""What these tell lies before the time of duties."""


def noticed(told: Sequence[Quote], sign: Quotable | None, lines: Sequence[Quotable]) -> list[Quote]:
    """The first sign, and what else was said at the beginning of how it was noticed."""
    early = frozenset(quotable.line.n for quotable in lines if quotable.is_early)
    others = [quote for quote in told if quote.line.n in early]
    return others if sign is None else distinct_quotes([_sign_quote(sign), *others], _SIGNS)


def _sign_quote(sign: Quotable) -> Quote:
    scores = [max(score_of(heading, said) for heading in ("detection", "impact")) for said in sign.said]
    place = max(range(len(scores)), key=lambda at: (scores[at], -at))
    return Quote(sign.line, words_from(sign, scores, place), sign.said[place].text, _NOTICED)


def remedies(
    chosen: dict[str, list[Quote]], lines: Sequence[Quotable], transcript: Sequence[Line]
) -> dict[str, list[Quote]]:
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
        "helped": distinct_quotes([*worked, *(quote for quote in told if quote not in undone)], CAP),
        "hindered": distinct_quotes(hindered, CAP),
    }


def with_duties(chosen: dict[str, list[Quote]], lines: Sequence[Quotable]) -> dict[str, list[Quote]]:
    """The follow-ups with what somebody took on after the last recovery, and other headings without that."""
    placed = [whole_quote(told, place) for told, place in duties_in(lines)]
    duties = frozenset(quote.plain for quote in placed)
    told = {heading: chosen[heading] for heading in _TOLD_BEFORE if heading in chosen}
    cleared = {heading: [one for one in quotes if one.plain not in duties] for heading, quotes in told.items()}
    known = frozenset(quote.line.n for quote in chosen["follow_ups"])
    more = [quote for quote in placed if quote.line.n not in known]
    return cleared | {"follow_ups": distinct_quotes([*chosen["follow_ups"], *more], CAPS["follow_ups"])}


def _deed_quote(deed: Deed) -> Quote:
    after = () if deed.result == deed.told.line.n else (deed.result,)
    return replace(whole_quote(deed.told, deed.place), after=after)


def before_the_alarm(told: Iterable[Quote], noticed: int) -> list[Quote]:
    """The last two things done before line `noticed`, else the first two that are later said to have been done then."""
    told = sorted(told, key=lambda quote: quote.line.n)
    before = [quote for quote in told if quote.line.n <= noticed]
    return before[-2:] or [quote for quote in told if is_of_before(quote.plain)][:2]
