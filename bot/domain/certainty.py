"""How sure a cause is: confirmed when somebody said so and the timeline agrees, else likely or inconclusive."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta, tzinfo

from bot.domain.cues import CAUSE_SOUGHT, EARLIER, EXPLICIT_CAUSE, HEDGE, QUESTION
from bot.domain.evidence import comparable
from bot.domain.spans import said_times
from bot.domain.taken_back import Retraction, is_denied, is_shaken, retraction_in, retractions_in
from bot.domain.transcript import Line, LineKind
from bot.domain.wording import words_of

CAUSES = frozenset(("root_cause", "contributing"))
"""The headings whose sentences say how sure they are."""
CONFIRMED, LIKELY, INCONCLUSIVE = "confirmed", "likely", "inconclusive"
_WEAKER = (CONFIRMED, LIKELY, INCONCLUSIVE)


def weaker(one: str, other: str) -> str:
    """Return the less sure of two certainties."""
    return max(one, other, key=lambda certainty: _WEAKER.index(certainty) if certainty in _WEAKER else 2)


def certainty_of(
    text: str,
    cited: Sequence[Line],
    transcript: Sequence[Line],
    *,
    zone: tzinfo,
    began: datetime | None,
    taken_back: Sequence[Retraction] | None = None,
) -> str:
    """Return how sure the log allows a cause to be.

    Confirmed is what a person states without a doubt in a cited line. Likely is what is supposed, what an app says, or
    what was stated before somebody took a cause back. Inconclusive is what is asked, sought or denied, what caused an
    earlier incident, what somebody denied later, and what the timeline forbids: work that was done after the trouble
    `began`. `taken_back`: what the transcript takes back, where that is known already.
    """
    about = frozenset(words_of(text))
    if began and (_came_later(text, cited, began, zone) or _is_recorded_later(about, cited, transcript, began)):
        return INCONCLUSIVE
    told = (weaker(_said(line.text, about), LIKELY if line.is_bot else CONFIRMED) for line in cited)
    sure = min(told, key=_WEAKER.index, default=INCONCLUSIVE)
    last = max((line.n for line in cited), default=0)
    return weaker(sure, still_sure(about, last, retractions_in(transcript) if taken_back is None else taken_back))


def still_sure(about: frozenset[str], last: int, taken_back: Sequence[Retraction]) -> str:
    """Return how sure a cause that was last stated in line `last` may be after all that was taken back later."""
    sure = CONFIRMED
    for one in taken_back:
        if one.n > last:
            sure = weaker(
                sure, INCONCLUSIVE if is_denied(about, one) else LIKELY if is_shaken(one, last=last) else sure
            )
    return sure


_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")


def _said(text: str, about: frozenset[str]) -> str:
    """How sure the surest sentence of a line that speaks of it is that it is a cause, and what follows leaves of it."""
    sentences = [comparable(one) for one in _SENTENCE.split(text)]
    speaking = [one for one in sentences if about & frozenset(words_of(one))] or sentences
    sure = min((_sureness(one) for one in speaking), key=_WEAKER.index)
    back = retraction_in(text)
    return INCONCLUSIVE if back and is_denied(about, back) and not _is_said_after(text, about) else sure


def _is_said_after(text: str, about: frozenset[str]) -> bool:
    """Whether a clause of the line that denies nothing states it: "not the cache, it was the proxy"."""
    clauses = [one for one in _CLAUSE.split(comparable(text)) if one and about & frozenset(words_of(one))]
    kept = [one for one in clauses if retraction_in(one) is None]
    return bool(kept) and not any(retraction_in(one) for one in clauses[clauses.index(kept[-1]) + 1 :])


_CLAUSE = re.compile(r"[,.;]\s|\s[-–—]\s|\bbut\b|(?<=고)\s|(?<=라)\s")


def _sureness(plain: str) -> str:
    if CAUSE_SOUGHT.search(plain) or QUESTION.search(plain) or EARLIER.search(plain):
        return INCONCLUSIVE
    return CONFIRMED if EXPLICIT_CAUSE.search(plain) and not HEDGE.search(plain) else LIKELY


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


_NOW = re.compile(r"\b(?:now|just|starting|begins?)\b|지금|방금|시작(?:합|했)|진행합")
_MENDS = re.compile(r"\b(?:hot)?fix\w*|\bpatch\w*|핫픽스|수정")


def _is_recorded_later(
    about: frozenset[str], cited: Sequence[Line], transcript: Sequence[Line], began: datetime
) -> bool:
    """Whether the timeline, or a cited line that tells what is being done, has that work only after the beginning."""
    entries = [line for line in transcript if line.kind is LineKind.ENTRY]
    told = [line for line in cited if line.kind is LineKind.MESSAGE and _NOW.search(line.text.lower())]
    times = [line.at for line in (*entries, *told) if not line.deleted and _is_that_work(line.text, about)]
    return bool(times) and all(at - began > _SLACK for at in times)


def _is_that_work(text: str, about: frozenset[str]) -> bool:
    plain = comparable(text)
    if not _WORK.search(plain) or _FOUND.search(plain) or _MENDS.search(plain) or EXPLICIT_CAUSE.search(plain):
        return False
    return len(about & frozenset(words_of(plain))) >= min(2, max(len(about), 1))
