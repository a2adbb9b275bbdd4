"""What is quoted for its place in the course of the incident: the first sign, deeds that helped or not, duties."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from bot.domain.course import Deed, Outcome, deeds_in, duties_in, is_of_before, unaided_from
from bot.domain.cues_of_deeds import OF_ITSELF
from bot.domain.parts_played import OddsOf
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
    """The first sign, and what else was said at the beginning of how it was noticed.

    Where the learned weights speak for other lines and not for the sign, it is none.
    """
    early = frozenset(quotable.line.n for quotable in lines if quotable.is_early)
    others = [quote for quote in told if quote.line.n in early]
    likely = [quote.line.n for quote in others if quote.odds is not None]
    if sign is None or (likely and sign.line.n not in likely):
        return others
    odds = next((quote.odds for quote in told if quote.line.n == sign.line.n), None)
    return distinct_quotes([replace(_sign_quote(sign), odds=odds), *others], _SIGNS)


def _sign_quote(sign: Quotable) -> Quote:
    scores = [max(score_of(heading, said) for heading in ("detection", "impact")) for said in sign.said]
    place = max(range(len(scores)), key=lambda at: (scores[at], -at))
    return Quote(sign.line, words_from(sign, scores, place), sign.said[place].text, _NOTICED)


def remedies(
    chosen: dict[str, list[Quote]], lines: Sequence[Quotable], transcript: Sequence[Line], odds: OddsOf
) -> dict[str, list[Quote]]:
    """What helped, and what did not: deeds by what came of them, then what was said to have helped or not.

    A remedy that a later line undoes, or whose own words say so, did not help; what came of itself neither, nor what
    the learned weights speak against.
    """
    deeds = [deed for deed in deeds_in(lines) if _is_borne_out(deed, odds)]
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


def _is_borne_out(deed: Deed, odds: OddsOf) -> bool:
    """Whether the weights make the same of a deed, or of the line that tells what came of it; or say nothing."""
    told = [odds[number] for number in (deed.told.line.n, deed.result) if odds.get(number)]
    if not told or deed.outcome not in _HEADING_OF:
        return True
    heading, other = _HEADING_OF[deed.outcome]
    return max(one[heading] for one in told) >= max(0.0, *(one[other] for one in told))


_HEADING_OF = {Outcome.WORKED: ("helped", "hindered"), Outcome.FAILED: ("hindered", "helped")}


def with_duties(chosen: dict[str, list[Quote]], lines: Sequence[Quotable], odds: OddsOf) -> dict[str, list[Quote]]:
    """The follow-ups with what somebody took on after the last recovery, and other headings without that.

    What the learned weights speak against is none.
    """
    taken = [one for one in duties_in(lines) if odds[one[0].line.n].get("follow_ups", 0.0) >= _NO_DUTY]
    placed = [whole_quote(told, place) for told, place in taken]
    duties = frozenset(quote.plain for quote in placed)
    told = {heading: chosen[heading] for heading in _TOLD_BEFORE if heading in chosen}
    cleared = {heading: [one for one in quotes if one.plain not in duties] for heading, quotes in told.items()}
    known = frozenset(quote.line.n for quote in chosen["follow_ups"])
    more = [quote for quote in placed if quote.line.n not in known]
    return cleared | {"follow_ups": distinct_quotes([*chosen["follow_ups"], *more], CAPS["follow_ups"])}


_NO_DUTY = -1.0
"""Below such odds a promise is of something else: to look, to come back, to call."""


def _deed_quote(deed: Deed) -> Quote:
    after = () if deed.result == deed.told.line.n else (deed.result,)
    return replace(whole_quote(deed.told, deed.place), after=after)


def before_the_alarm(told: Iterable[Quote], noticed: int) -> list[Quote]:
    """The two likeliest; else the last two things done before line `noticed`, else two that are said to have been."""
    told = sorted(told, key=lambda quote: quote.line.n)
    likely = sorted((quote for quote in told if quote.odds is not None), key=lambda quote: -quote.score)
    before = [quote for quote in told if quote.line.n <= noticed]
    return likely[:2] or before[-2:] or [quote for quote in told if is_of_before(quote.plain)][:2]


_ANSWERS = re.compile(
    r"(?:ok(?:ay)?|sure|yes|yep|yup|yeah|agreed?|acceptable|fine|will do|can do|now|go|do (?:it|that)|approved|sounds"
    r"|works|please|pls)\b|(?:네|넵|넹|예|ㅇㅇ|ㅇㅋ|ㄱㄱ|가능|좋|알겠|그렇게|그러|승인|동의|오케이)"
)
_SHORT = 24
"""Fewer letters after that, half as many in Korean, say nothing without what they answer."""


def answered(quotes: Iterable[Quote], lines: Sequence[Quotable], transcript: Sequence[Line]) -> list[Quote]:
    """Bare answers in the words they answer; where these are quoted already, once, with the answer cited."""
    once: dict[str, Quote] = {}
    for quote in (with_what_it_answers(quote, lines, transcript) for quote in quotes):
        if quote.plain not in once or quote.after:
            once[quote.plain] = quote
    return list(once.values())


def with_what_it_answers(quote: Quote, lines: Sequence[Quotable], transcript: Sequence[Line]) -> Quote:
    """Return a short answer ("now please", 네 내일까지 할게요) as the line before of somebody else, and both cited."""
    answer = _ANSWERS.match(quote.text.lower())
    if (
        answer is None
        or sum(1 + ("가" <= one <= "힣") for one in quote.text[answer.end() :] if one.isalnum()) >= _SHORT
    ):
        return quote
    spoken = (line.n for line in transcript if line.n < quote.line.n and not (line.deleted or line.is_bot))
    before = max(spoken, default=0)
    asked = next((one for one in lines if one.line.n == before and one.is_of_person), None)
    if asked is None or asked.line.speaker == quote.line.speaker:
        return quote
    place = next(at for at, said in enumerate(asked.said) if not said.is_chatter)
    text = words_from(asked, [0.0] * len(asked.said), place)
    return replace(quote, line=asked.line, text=text, own=asked.said[place].text, after=(quote.line.n,))
