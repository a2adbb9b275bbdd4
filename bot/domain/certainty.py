"""How sure a cause is: confirmed when somebody said so and the timeline agrees, else likely or inconclusive."""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta, tzinfo

from bot.domain.cues import HEDGE, QUESTION
from bot.domain.cues_of_causes import CAUSE_SOUGHT, EARLIER, EXPLICIT_CAUSE
from bot.domain.earnest import is_in_earnest
from bot.domain.evidence import comparable
from bot.domain.spans import said_times
from bot.domain.taken_back import (
    Retraction,
    is_answer,
    is_denied,
    is_shaken,
    retraction_in,
    retractions_in,
    subjects_of,
)
from bot.domain.transcript import Line, LineKind

CAUSES = frozenset(("root_cause", "contributing"))
"""The headings whose sentences say how sure they are."""
CONFIRMED, LIKELY, INCONCLUSIVE = "confirmed", "likely", "inconclusive"
CERTAINTIES = (CONFIRMED, LIKELY, INCONCLUSIVE)
"""The surest first."""


def weaker(one: str, other: str) -> str:
    """Return the less sure of two certainties."""
    return max(one, other, key=lambda certainty: CERTAINTIES.index(certainty) if certainty in CERTAINTIES else 2)


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

    Confirmed is what a person states without a doubt in a cited line, or tells so that another agrees at once. Likely
    is what is supposed, what an app says, or what was stated before somebody took a cause back. Inconclusive is what
    is asked, sought, denied or not said in earnest, what caused an earlier incident, what somebody denied or left open
    later, and what the timeline forbids: work that was done after the trouble `began`. `taken_back`: what the
    transcript takes back, where that is known already.
    """
    about = subjects_of(text)
    if began and (_came_later(text, cited, began, zone) or _is_recorded_later(about, cited, transcript, began)):
        return INCONCLUSIVE
    told = (_told(line, about, transcript) for line in cited)
    sure = min(told, key=CERTAINTIES.index, default=INCONCLUSIVE)
    last = max((line.n for line in cited), default=0)
    return still_sure(sure, about, last, retractions_in(transcript) if taken_back is None else taken_back)


def _told(line: Line, about: frozenset[str], transcript: Sequence[Line]) -> str:
    said = surer(_said(line.text, about), comparable(line.text), line, transcript)
    return weaker(said, LIKELY if line.is_bot else CONFIRMED)


def surer(said: str, plain: str, line: Line, transcript: Iterable[Line]) -> str:
    """Return how sure a cause that a line tells in the words `plain` is once another person agreed at once.

    What is supposed, asked, sought or not said in earnest stays as sure as it was.
    """
    if said == CONFIRMED or HEDGE.search(plain) or _sureness(plain) == INCONCLUSIVE or not is_in_earnest(line.text):
        return said
    return CERTAINTIES[CERTAINTIES.index(said) - 1] if _is_agreed(line, transcript) else said


_AT_ONCE = 2
"""So many lines later somebody still agrees with what was said here, if nobody else spoke between."""
_AGREES = re.compile(
    r"^(?:(?:ok|okay|ah|oh|yes|yeah|yep|ya|so|right|네|넵|예|아)[,.!]* )*(?:(?:i agree|agreed|exactly|correct|seconded"
    r"|confirmed|that's (?:it|right|the (?:root )?cause)|\+1)"
    r"(?= ?(?:$|[.,;:!]|(?:with|that|on|it|it's|its)\b))|동의|그렇게 (?:적|쓰|정리|하)[죠시]"
    r"|(?:(?:그게|그거|이게|이거) )?(?:맞습니다|맞아요|맞네)|그거네)"
    r"|\b(?:happy|fine|good) with (?:that|this|it) as (?:the )?(?:root )?cause\b"
)
_OBJECTS = re.compile(r"\?|\b(?:but|though|except|unless|however|not)\b|n't\b|지만|[는은인]데|니다만|아니|아닌|근데")


def _is_agreed(line: Line, transcript: Iterable[Line]) -> bool:
    """Whether the next other person who speaks agrees, without a but."""
    after = (one for one in transcript if line.n < one.n <= line.n + _AT_ONCE and not one.deleted and not one.is_bot)
    answer = next((comparable(one.text) for one in after if one.speaker != line.speaker), "")
    return bool(_AGREES.search(answer)) and not _OBJECTS.search(answer)


def still_sure(said: str, about: frozenset[str], last: int, taken_back: Sequence[Retraction]) -> str:
    """Return how sure a cause that was last stated in line `last`, so sure, is after all that was taken back later.

    What was sure is likely where it is only shaken; a guess is nothing more where "so not that" follows it.
    Nothing is sure once somebody says later that the cause is not known.
    """
    sure = said
    for one in taken_back:
        if one.n > last and (one.leaves_open or is_denied(about, one)):
            return INCONCLUSIVE
        if one.n > last and is_shaken(one, last=last):
            sure = weaker(sure, INCONCLUSIVE if said == LIKELY and is_answer(one, last=last) else LIKELY)
    return sure


_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")


def _said(text: str, about: frozenset[str]) -> str:
    """How sure the surest sentence of a line that speaks of it is that it is a cause, and what follows leaves of it."""
    if not is_in_earnest(text):
        return INCONCLUSIVE
    sentences = [comparable(one) for one in _SENTENCE.split(text)]
    speaking = [one for one in sentences if about & subjects_of(one)] or sentences
    sure = min((_sureness(one) for one in speaking), key=CERTAINTIES.index)
    back = retraction_in(text)
    return INCONCLUSIVE if back and is_denied(about, back) and not _is_said_after(text, about) else sure


def _is_said_after(text: str, about: frozenset[str]) -> bool:
    """Whether a clause of the line states it, and none after it denies that: "not the cache, it was the proxy"."""
    clauses = [one for one in _CLAUSE.split(comparable(text)) if one and about & subjects_of(one)]
    kept = [one for one in clauses if retraction_in(one) is None]
    if not kept:
        return False
    denied = [found.words for one in clauses[clauses.index(kept[-1]) + 1 :] if (found := retraction_in(one))]
    return not any(one <= subjects_of(kept[-1]) for one in denied)


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
    entries = [line for line in transcript if line.kind is LineKind.ENTRY and line.entry_kind in _TELLS_OF_WORK]
    told = [line for line in cited if line.kind is LineKind.MESSAGE and _NOW.search(line.text.lower())]
    times = [line.at for line in (*entries, *told) if not line.deleted and _is_that_work(line.text, about)]
    return bool(times) and all(at - began > _SLACK for at in times)


def _is_that_work(text: str, about: frozenset[str]) -> bool:
    plain = comparable(text)
    if not _WORK.search(plain) or _FOUND.search(plain) or _MENDS.search(plain) or EXPLICIT_CAUSE.search(plain):
        return False
    shared = about & subjects_of(plain)
    return bool(shared - _COMMON) and len(shared) >= min(2, max(len(about), 1))


_COMMON = subjects_of(
    "deploy release rollout change apply update upgrade migrate merge push work start new old method way balancing load"
    " server servers service system file files message messages user users traffic connection connections script config"
    " 배포 변경 적용 업데이트 교체 반영 작업 서버 서비스 시스템 파일 메시지 사용자 이용자 연결"
    " 스크립트 설정 방식 분산 부하 신규 기존"
)
"""Words that any two changes have in common: a host, a component, a version or a number must be shared besides."""
_TELLS_OF_WORK = frozenset(("", "note_added", "message_pinned", "change_started", "permit_started"))
"""The other entries are of what the bot itself did; that work was running when a freeze came says it began before."""
