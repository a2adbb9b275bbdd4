"""The timeline of a draft: events of the channel, and what is most telling besides."""

import re
from collections.abc import Container, Iterable, Mapping, Sequence
from datetime import timedelta

from bot.domain.earnest import is_in_earnest
from bot.domain.quotable import Quotable
from bot.domain.quoting import CAPS, QUOTE_LIMIT, Quote, words_from
from bot.domain.reaction import DISAGREES
from bot.domain.weighing import Said

_FILLED = 12
"""A timeline has so many lines where the channel has them."""
_FACT = re.compile(r"\d|`|https?://|[a-z]-[a-z]|[가-힣]{3}")
_SHORTEST = 8
_SILENCE = timedelta(minutes=15)


def timeline(chosen: Mapping[str, list[Quote]], lines: Sequence[Quotable]) -> list[Quote]:
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


def _telling(lines: Sequence[Quotable], known: Container[int]) -> Iterable[Quote]:
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
        text = words_from(quotable, scores, place)
        moved = sum(name not in DISAGREES for name in line.reactions)
        weight = len(_FACT.findall(text)) + moved + 3 * silence + min(len(text), QUOTE_LIMIT) / 40
        yield Quote(line, text, quotable.said[place].text, weight)


def _letters(said: Said) -> float:
    return float(sum(map(str.isalnum, said.text)))
