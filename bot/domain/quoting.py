"""What is quoted of a line: the sentence that counts, with what it leans on and what follows it."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.domain.cues_of_duties import LEANS
from bot.domain.likeness import distinct_of
from bot.domain.quotable import Quotable
from bot.domain.shortening import cut_after_clause
from bot.domain.transcript import Line, LineKind

QUOTE_LIMIT = 240
"""So many characters are quoted of one line."""
CAP = 6
"""So many quotations stand under a heading that has none of its own in `CAPS`."""
CAPS = {"timeline": 25, "summary": 3, "follow_ups": 10}
OF_PLACE = 4.0
"""What has its place in the course of the incident weighs more than most of what words alone say."""
_LEANS_BACK = re.compile(
    r"(?:because|which|so|and|but|since|due to|that(?:'s|s| is| was)|this (?:is|was)|그래서|그런데|근데|때문에|그리고"
    r"|그게|이게|그거|이거|그것[이은도])\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Quote:
    """What is quoted of a line (`text`), for the sake of one sentence of it (`own`)."""

    line: Line
    text: str
    own: str
    score: float
    certainty: str = ""
    after: tuple[int, ...] = ()
    """Lines after it that make it what it is quoted for: the "that is the cause" of another."""

    odds: float | None = None
    """How much the weights that were learned speak for it, None where they do not."""

    @property
    def plain(self) -> str:
        return self.own.lower()


def words_from(quotable: Quotable, scores: Sequence[float], place: int) -> str:
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


def whole_quote(told: Quotable, place: int) -> Quote:
    """The sentence at `place` with what follows it, and with what is before it where it says "that"."""
    leans = LEANS.search(told.said[place].plain) is not None
    scores = [float(leans and not (said.is_question or said.is_chatter)) for said in told.said]
    return Quote(told.line, words_from(told, scores, place), told.said[place].text, OF_PLACE)


def distinct_quotes(quotes: Iterable[Quote], cap: int) -> list[Quote]:
    return distinct_of(quotes, lambda quote: quote.plain, cap)
