"""Remedies that did not help after all: "rollback done", and later "p99 still 4s"."""

import re
from collections.abc import Collection, Iterable

from bot.domain.cues import QUESTION
from bot.domain.taken_back import subjects_of
from bot.domain.transcript import Line, LineKind

_NEAR = 10
"""So many messages later it is of something else that nothing changed, unless the remedy is named."""
_NO_CHANGE = re.compile(
    r"^(?:and |but |nope,? |hm+,? )?still (?!ok\b|okay\b|fine\b|up\b|good\b|green\b|stable\b|healthy\b|watching|monitor"
    r"|looking|working\b|investigating|on it\b|here\b|need|to\b|in progress|waiting|checking|sure\b|think|trying"
    r"|open\b)\w"
    r"|\bstill (?:the |all )?(?:same|\d|p9\d|5xx|errors?|broken|down|dead|fail\w*|slow|seeing|getting|not\b|timing"
    r"|happening|fault\w*|high|red|stuck|bad|there|can'?t|cant|unable|nothing|degraded|hang\w*)|\bno (?:change|effect"
    r"|improvement|difference|luck|dice|joy)\b|\bd(?:id|oes|o)(?:n'?t| not) (?:seem to )?(?:help|fix|work|change"
    r"|do)\b|(?<!\bi )(?<!\bwe )\b(?:did|changed"
    r"|fixed|helped) nothing\b|\bsame (?:thing|result|as before|errors?$)|^no(?:pe)?\b.{0,20}\bstill\b|\bnot (?:fixed"
    r"|better|gone|helping)\b|\b(?:errors?|alerts?|5\d\ds?|timeouts) (?:is |are )?back\b|그대로(?!\s?(?:두|둘|유지))"
    r"|\bmade (?:it|things) worse\b|\b(?:block\w*|fail\w*|down|broken?|stuck|slow|dead|red|back at \S+"
    r"|hit)\b[^.?!,]{0,15}?\bagain\b"
    r"|\bagain (?:down|failing|blocked|stuck|slow)\b|여전|똑같(?!이 (?!안|느|에러|오류|실패|나))|마찬가지|소용\S*\s?없"
    r"|(?:효과|변화|차이)\S*\s?없"
    r"|안 먹[힘혀힙]|(?:그래도|아직도?) (?!확인).{0,15}(?:안|못|느"
    r"|에러|오류)|(?:변화|차도) 없|[리지]지 않(?!게)|안 되네|(?:다시|또) (?:느[려리립림]|안 |에러|오류|끊|죽|실패|멈"
    r"|밀|패닉|panic)"
    r"|[로서에]도 (?:된다|나온다|난다|나와|발생|안 )"
)
"""Trouble stays, or is there again."""
_FAULT = re.compile(
    r"\b(?:faults?|bugs?|defects?|root cause|cause|underlying \w+)\b[^,;.]{0,50}?\b(?:still|remains?)\b[^,;.]{0,20}"
    r"|(?:결함|버그|원인|근본)[^,.]{0,15}?(?:그대로|여전|아직)[^,.]{0,15}"
)
"""That the fault is still there says nothing of a remedy: it was not to mend the fault."""


def without_the_fault(plain: str) -> str:
    """Return a text in lower case without what it says of the fault itself being there still."""
    return _FAULT.sub(" ", plain)


def nothing_changed(plain: str) -> bool:
    """Whether somebody says that a remedy changed nothing: "still 500s", 그대로예요."""
    return _NO_CHANGE.search(without_the_fault(plain)) is not None


_KINDS = tuple(
    re.compile(one)
    for one in (
        r"\broll\w* ?back|\brevert|롤백|원복|되돌",
        r"\bre(?:start|boot)|재시작|재기동|재부팅",
        r"\bfail\w* ?over|\bswitched (?:to|over)|절체|페일오버",
        r"\bflush|\bpurg|\bclear\w* the cache|비[우웠워]|퍼지",
        r"\bscal(?:ed?|ing)\b|\bbump|\braised?\b|증설|늘[렸려리]|올[렸려리]",
        r"\bpatch|\bhot ?fix|패치|핫픽스",
    )
)
_DEED = re.compile(
    r"\b(?:restarting|rebooting|rolling back|reverting|failing over|flushing|scaling|purging|draining|patching"
    r"|swapping|replacing|redeploying|disabling|killing|now trying|trying)\b"
)

_RESULT = re.compile(
    r"\b(?:gone|stopped|recovered|(?<!roll )(?<!rolled )(?<!rolling )back|again|normal|healthy|resolved|dropped"
    r"|down to|fell|fixed|worked|helped|trick)\b|정상|돌아|살아|사라|해소|풀렸|해결|떨어|줄[었어]"
)


def useless_in(transcript: Iterable[Line], claimed: Collection[int]) -> frozenset[int]:
    """Return those of the `claimed` lines that are undone later: nothing changed, or that very remedy did not help.

    Whoever says only that nothing changed means the last thing done, shortly before, if nobody told a result of it.
    """
    known: list[Line] = []
    latest, age = 0, 0
    useless: set[int] = set()
    for line in transcript:
        if line.deleted or line.is_bot or line.kind is not LineKind.MESSAGE:
            continue
        plain, age = line.text.lower(), age + 1
        if known and nothing_changed(plain) and not QUESTION.search(plain):
            useless |= {one.n for one in known if _is_same_remedy(one.text.lower(), plain)}
            useless |= {latest} if latest and age <= _NEAR else set()
        if line.n in claimed:
            known.append(line)
            latest, age = (0 if _RESULT.search(plain) else line.n), 0
        elif _DEED.search(plain):
            latest = 0
    return frozenset(useless)


def _is_same_remedy(one: str, other: str) -> bool:
    """Whether both speak of the same kind of remedy, and not of different hosts or versions."""
    return any(kind.search(one) and kind.search(other) for kind in _KINDS) and not names_another(one, other)


def names_another(one: str, other: str) -> bool:
    """Whether both name hosts or versions, and none in common."""
    named = [
        {word for word in subjects_of(text) if word[0] != "=" and any(map(str.isdigit, word))} for text in (one, other)
    ]
    return all(named) and named[0].isdisjoint(named[1])
