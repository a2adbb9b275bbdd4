"""Causes that are taken back: later lines that say "scratch that", "ok not the deploy", 롤백해도 똑같아요."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.domain.cues import QUESTION
from bot.domain.cues_of_causes import CAUSE_DENIED, CORRECTION, LEFT_OPEN
from bot.domain.evidence import comparable
from bot.domain.transcript import Line
from bot.domain.wording import words_of

_LEAD = r"^(?:(?:no|nope|actually|ok|okay|so|huh|hm+|oh|ah|well|then|and|but|right)\b[,. ]*)*"
"""What people say before they take something back."""
_UNSURE = r"(?! (?:clear|sure|certain|obvious|known|possible|easy|only|just|yet|\w+ing)\b)"
_BARE = re.compile(
    r"\b(?:scratch|strike|disregard|ignore|retract|take) that\b|\b(?:i was|we were|was i|that was|i am|i'm) wrong\b"
    r"|\bmy (?:bad|mistake)\b|\bnever ?mind\b|\btake (?:it|that) back\b|\bcorrection\b|\bnot it\b"
    rf"|{_LEAD}(?:it|that|this)(?: is|'s| was)?(?:n't| not)\b{_UNSURE}|{_LEAD}not (?:it|that|this)[.!]*$"
    r"|^(?:아,? |앗,? )?(?:아니었|아니네|아니에요|아닙니다|아닌 ?것|그게 아니)[가-힣]*|정정[가-힣]*|틀렸[가-힣]*"
    r"|잘못 ?(?:봤|짚|알)[가-힣]*|취소[합할][가-힣]*"
)
"""What takes something back without a word on what it is; then it is what was said just before."""
_DENIED = re.compile(
    r"\b(?:is|was|were|had)(?:n't| not) (?:it|related|involved|to blame|the (?:issue|problem|reason))\b"
    r"|\bnothing to do with\b|상관\S* 없|문제\S* 아니|관련\S* 없"
    rf"|{_LEAD}not (?:(?:the|our|that|this) (?!(?:whole|only|entire|full|same|first|last|right|best)\b)"
    r"[\w./-]+(?: [\w./-]+){0,2}|(?!(?:sure|yet|\w+ed|\w+ing)\b)[\w./-]+(?: (?:then|either|after all))?)[.!]*$"
    r"|(?<!아직)(?<!제가)(?<![은는한된난] [건게])(?<!때)\s"
    r"아(?:니네|니에요|니예요|니야|니다|니죠|닙니다|님|닌 ?(?:것|거|듯|데))"
)
_ACQUITTED = re.compile(
    r"\b(?:innocent|blameless|exonerated|vindicated|off the hook|in the clear|not guilty|false lead)\b"
    r"|억울|누명|결백|무죄|혐의\S* (?:벗|없)"
)
_UNDONE = re.compile(
    r"\b(?:roll\w* ?back|revert\w*)\b.{0,40}\b(?:(?:did(?:n't| not)|does(?:n't| not)) (?:help|change|fix|do|make)"
    r"|(?:changed|did|fixed) nothing|no (?:effect|change|difference|improvement|help)|without (?:effect|success))\b"
    r"|(?:롤백|원복|되돌)\S*\s?.{0,20}?(?:똑같|그대로(?! (?:두|둘|유지))|여전"
    r"|(?:변화|차이|소용|효과)\S*\s?없|동일|달라진 \S* 없)"
)
"""Undoing a change did not help: then it was not that change."""
_CAUSE = re.compile(r"cause|culprit|원인|때문|탓")
_HINT = re.compile(
    r"correct|wrong|turns? out|actually|cause|due to|ruled|unrelated|herring|scratch|strike|disregard|ignore|retract"
    r"|mistake|my bad|mind|take (?:it|that)|to do with|\bnot\b|n.t\b|정정|틀렸|잘못|아니|아닙|아닌|아님"
    r"|원인|때문|탓|무관|무근|취소|상관|관련|문제"
    r"|innocent|blameless|exonerat|vindicat|off the hook|in the clear|false lead|roll|revert"
    r"|억울|누명|결백|무죄|혐의|롤백|원복|되돌"
    r"|know|n.t have|unknown|undetermined|unexplained|inconclusive|모르|모릅|모름|몰라"
)
"""Without one of these no line takes anything back: most lines are looked at no further."""
_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")
_CLAUSE = re.compile(r"[,.;:]\s|\s[-–—]\s|\bbut\b|(?<=고)\s")
_NEAR = 20
"""So many lines later a bare "scratch that" is about something else."""

_NEXT = 5
"""So few lines later it answers what was said there."""


@dataclass(frozen=True, slots=True)
class Retraction:
    """A line that takes something back: what its denying clauses speak of, and whether one of them names nothing."""

    n: int
    words: frozenset[str]
    is_bare: bool
    is_of_cause: bool
    leaves_open: bool = False
    """Whether it says that the cause is not known: then nothing named before it is."""


def retractions_in(transcript: Iterable[Line]) -> Sequence[Retraction]:
    """Return the lines that take something back, in the order of the log."""
    hinted = (line for line in transcript if not line.deleted and _HINT.search(line.text.lower()))
    found = (retraction_in(line.text, line.n) for line in hinted)
    return [one for one in found if one is not None]


def retraction_in(text: str, n: int = 0) -> Retraction | None:
    """Return what a text takes back, None when it does not; what only asks does not."""
    sentences = [comparable(one) for one in _SENTENCE.split(text)]
    told = [one for one in sentences if not QUESTION.search(one)]
    denying = [(part, one) for one in told for part in _clauses(one) if part and _denies(part)]
    leaves_open = any(map(LEFT_OPEN.search, told))
    if not denying and not leaves_open:
        return None
    clauses = [part for part, _ in denying]
    words = [_words(part, sentence) for part, sentence in denying]
    is_bare = any(not known and _BARE.search(one) for one, known in zip(clauses, words, strict=True))
    return Retraction(n, frozenset[str]().union(*words), is_bare, any(map(_CAUSE.search, clauses)), leaves_open)


def _clauses(sentence: str) -> Sequence[str]:
    """The clauses of a sentence, and what it says of a rollback in several: "rolled back v88, no effect"."""
    clauses = _CLAUSE.split(sentence)
    undone = _UNDONE.search(sentence)
    return [*clauses, undone[0]] if undone and not any(map(_UNDONE.search, clauses)) else clauses


def _denies(clause: str) -> bool:
    return any(one.search(clause) for one in (CORRECTION, CAUSE_DENIED, _BARE, _DENIED, _ACQUITTED, _UNDONE))


def _words(clause: str, sentence: str) -> frozenset[str]:
    """What a clause speaks of besides taking it back; "it was innocent" speaks of what its sentence does.

    A rollback that names nothing is that of whatever was deployed or changed.
    """
    rest = clause
    for pattern in (_BARE, CORRECTION):
        rest = pattern.sub(" ", rest)
    if _UNDONE.search(clause):
        return (subjects_of(rest) - _UNDOING) or _UNDOABLE
    if _ACQUITTED.search(clause):
        return subjects_of(_ACQUITTED.sub(" ", rest)) or subjects_of(_ACQUITTED.sub(" ", sentence))
    return subjects_of(rest)


def subjects_of(text: str) -> frozenset[str]:
    """Return the keys of what a text speaks of, with what has a number in its name: versions, hosts, changes."""
    return frozenset((*words_of(text), *_NUMBERED.findall(comparable(text))))


_NUMBERED = re.compile(r"(?<![a-z0-9._-])[a-z][a-z_-]{0,40}\d[a-z0-9]*(?:[._-][a-z0-9]+)*")
_UNDOING = subjects_of(
    "rollback revert undo help change fix do nothing effect difference improvement success done still"
    " 롤백 원복 되돌려도 되돌렸 똑같아 그대로 여전 변화 차이 소용 효과 동일 달라진 없어 없습 없네 없음 없었"
)
_UNDOABLE = subjects_of(
    "deploy release rollout version change update upgrade config merge 배포 릴리스 변경 업데이트 적용 설정"
)


def is_denied(about: frozenset[str], retraction: Retraction) -> bool:
    """Whether the very thing is taken back."""
    return bool(about & retraction.words)


def is_shaken(retraction: Retraction, *, last: int) -> bool:
    """Whether a cause last stated in line `last` is in doubt, although something else or nothing was named."""
    return retraction.is_of_cause or (retraction.is_bare and retraction.n - last <= _NEAR)


def is_answer(retraction: Retraction, *, last: int) -> bool:
    """Whether it names nothing and follows line `last` so closely that it means what was said there."""
    return retraction.is_bare and retraction.n - last <= _NEXT
