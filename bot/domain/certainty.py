"""How sure a cause is: confirmed when somebody said so and the timeline agrees, else likely or inconclusive."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta, tzinfo

from bot.domain.cues import CAUSE_DENIED, CAUSE_SOUGHT, CORRECTION, EXPLICIT_CAUSE, HEDGE, QUESTION
from bot.domain.evidence import comparable
from bot.domain.spans import said_times
from bot.domain.transcript import Line
from bot.domain.wording import words_of

CAUSES = frozenset(("root_cause", "contributing"))
"""The headings whose sentences say how sure they are."""
CONFIRMED, LIKELY, INCONCLUSIVE = "confirmed", "likely", "inconclusive"
_WEAKER = (CONFIRMED, LIKELY, INCONCLUSIVE)


def weaker(one: str, other: str) -> str:
    """Return the less sure of two certainties."""
    return max(one, other, key=lambda certainty: _WEAKER.index(certainty) if certainty in _WEAKER else 2)


def certainty_of(
    text: str, cited: Sequence[Line], transcript: Sequence[Line], *, zone: tzinfo, began: datetime | None
) -> str:
    """Return how sure the log allows a cause to be.

    Confirmed is what a person states without a doubt in a cited line. Likely is what is supposed, what an app says, or
    what was stated before somebody took a cause back. Inconclusive is what is asked, sought or denied, what somebody
    denied later, and what the timeline forbids: work that was done after the trouble `began`.
    """
    about = frozenset(words_of(text))
    if began and _came_later(text, cited, began, zone):
        return INCONCLUSIVE
    told = (weaker(_said(line.text, about), LIKELY if line.is_bot else CONFIRMED) for line in cited)
    sure = min(told, key=_WEAKER.index, default=INCONCLUSIVE)
    last = max((line.n for line in cited), default=0)
    for line in transcript:
        if line.n > last and not line.deleted and ("cause" in line.text.lower() or "원인" in line.text):
            sure = weaker(sure, _after(line.text, about))
    return sure


_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")


def _said(text: str, about: frozenset[str]) -> str:
    """How sure the surest sentence of a line that speaks of it is that it is a cause."""
    sentences = [comparable(one) for one in _SENTENCE.split(text)]
    speaking = [one for one in sentences if about & frozenset(words_of(one))] or sentences
    return min((_sureness(one) for one in speaking), key=_WEAKER.index)


def _sureness(plain: str) -> str:
    if CAUSE_SOUGHT.search(plain) or QUESTION.search(plain):
        return INCONCLUSIVE
    return CONFIRMED if EXPLICIT_CAUSE.search(plain) and not HEDGE.search(plain) else LIKELY


_CLAUSE = re.compile(r"[,.;]\s|\bbut\b|(?<=고)\s")


def _after(text: str, about: frozenset[str]) -> str:
    """How sure a cause may still be after a later line: inconclusive where it is the one that is taken back."""
    plain = comparable(text)
    if QUESTION.search(plain) or not (CORRECTION.search(plain) or CAUSE_DENIED.search(plain)):
        return CONFIRMED
    denied = [one for one in _CLAUSE.split(plain) if CAUSE_DENIED.search(one) or CORRECTION.search(one)]
    return INCONCLUSIVE if any(about & frozenset(words_of(one)) for one in denied) else LIKELY


_PART = re.compile(r"[.!?:;,]\s")
_WORK = re.compile(
    r"\b(?:deploy|releas|roll(?:ed|ing) out|merg|push|chang|appli|upgrad|updat|migrat)\w*"
    r"|배포|변경|적용|작업|업데이트|교체|반영"
)
_FOUND = re.compile(
    r"\b(?:found|identif|confirm|detect|notic|restor|recover|roll\w* back)\w*|확인|발견|파악|복구|롤백|원복"
)


def _came_later(text: str, cited: Sequence[Line], began: datetime, zone: tzinfo) -> bool:
    """Whether the work that is named as the cause has a time, and that is after the beginning."""
    clauses = [one for part in (text, *(line.text for line in cited)) for one in _PART.split(comparable(part))]
    times = [time for one in clauses if _WORK.search(one) and not _FOUND.search(one) for time in said_times(one)]
    local = began.astimezone(zone)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    return bool(times) and all(_SLACK < midnight + time - local < _HALF_A_DAY for time in times)


_SLACK = timedelta(minutes=1)
_HALF_A_DAY = timedelta(hours=12)
"""A clock time that is farther off belongs to another day."""
