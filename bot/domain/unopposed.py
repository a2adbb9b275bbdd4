"""Decisions by silence: what somebody is about to do and asks who objects, where nobody does."""

import re
from bisect import bisect_right
from collections.abc import Sequence
from itertools import islice

from bot.domain.quotable import Quotable
from bot.domain.quoting import OF_PLACE, Quote, words_from
from bot.domain.reaction import DISAGREES
from bot.domain.transcript import Line, LineKind

_WHO_OBJECTS = re.compile(
    r"^(?!.*\b(?:did|had|was|were)\b).*\bobjections?\b|\b(?:any|no) reason not to\b|\bany noes\b"
    r"|\banyone against\b|이견|이의\s?(?:있|없)|반대\s?(?:하실|하시|의견|있|없)"
)
_OBJECTS_NOT = re.compile(
    r"\b(?:no|don'?t|do not|not|nothing|nobody)(?: to)? (?:objections?|object|against|see|mind|have)\b|반대 ?(?:는 )?없"
)
_OBJECTS = re.compile(
    r"\b(?:wait|hold (?:on|off|it)|hang on|stop|don'?t|do not|not (?:yet|so fast|now|sure|a fan)|i object|against"
    r"|rather|instead|disagree|risky)\b|^-1\b|잠[깐시]|반대|안\s?[됩돼됨]|아닌 것|멈|하지 ?[마말]|아직|위험|말고"
)
_HEARD = 2
"""So many messages of others after it are read for one that objects."""
_TELLING = 12
"""Fewer letters before the question, half as many in Korean, do not say what is decided: "kill it. objections?"."""


def unopposed(lines: Sequence[Quotable], transcript: Sequence[Line]) -> list[Quote]:
    """What stands before "any objections?" (이견 있으신가요?) in the lines to which nobody objects, in their order."""
    quotes = (_before_the_question(told) for told in lines if told.is_of_person)
    return [quote for quote in quotes if quote and not _is_opposed(quote.line, transcript)]


def _before_the_question(told: Quotable) -> Quote | None:
    asks = (at for at, said in enumerate(told.said) if said.is_question and _WHO_OBJECTS.search(said.plain))
    place = next(asks, 0) - 1
    if place < 0 or told.said[place].is_question or told.said[place].is_chatter:
        return None
    scores = [float(not (said.is_question or said.is_chatter)) for said in told.said]
    text = words_from(told, scores, place)
    if sum(1 + ("가" <= one <= "힣") for one in text if one.isalnum()) < _TELLING:
        return None
    return Quote(told.line, text, told.said[place].text, OF_PLACE)


def _is_opposed(line: Line, transcript: Sequence[Line]) -> bool:
    """Whether a reaction or one of the next messages of others speaks against it."""
    first = bisect_right(transcript, line.n, key=lambda one: one.n)
    after = (transcript[at] for at in range(first, len(transcript)))
    said = (one for one in after if one.kind is LineKind.MESSAGE and not (one.deleted or one.is_bot))
    others = (one for one in said if one.speaker != line.speaker)
    against = any(_OBJECTS.search(_OBJECTS_NOT.sub(" ", one.text.strip().lower())) for one in islice(others, _HEARD))
    return against or not DISAGREES.isdisjoint(line.reactions)
