"""Causes that are taken back: later lines that say "scratch that", "the deploy is unrelated", 아니었네요."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.domain.cues import CAUSE_DENIED, CORRECTION, QUESTION
from bot.domain.evidence import comparable
from bot.domain.transcript import Line
from bot.domain.wording import words_of

_BARE = re.compile(
    r"\b(?:scratch|strike|disregard|ignore|retract|take) that\b|\b(?:i was|we were|was i|that was|i am|i'm) wrong\b"
    r"|\bmy (?:bad|mistake)\b|\bnever ?mind\b|\btake (?:it|that) back\b|\bcorrection\b|\bnot it\b"
    r"|^(?:no|nope|actually)?,? ?(?:it|that|this)(?: is|'s| was)?(?:n't| not)\b"
    r"|^(?:아,? |앗,? )?(?:아니었|아니네|아니에요|아닙니다|아닌 ?것|그게 아니)[가-힣]*|정정[가-힣]*|틀렸[가-힣]*"
    r"|잘못 ?(?:봤|짚|알)[가-힣]*|취소[합할][가-힣]*"
)
"""What takes something back without a word on what it is; then it is what was said just before."""
_DENIED = re.compile(
    r"\b(?:is|was|were|had)(?:n't| not) (?:it|related|involved|to blame|the (?:issue|problem|reason))\b"
    r"|\bnothing to do with\b|상관\S* 없|문제\S* 아니|관련\S* 없"
)
_CAUSE = re.compile(r"cause|culprit|원인|때문|탓")
_HINT = re.compile(
    r"correct|wrong|turns? out|actually|cause|due to|ruled|unrelated|herring|scratch|strike|disregard|ignore|retract"
    r"|mistake|my bad|mind|take (?:it|that)|not it|to do with|(?:is|was|were)(?:n.t| not)|정정|틀렸|잘못|아니|아닙|아닌"
    r"|원인|때문|탓|무관|무근|취소|상관|관련|문제"
)
"""Without one of these no line takes anything back: most lines are looked at no further."""
_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")
_CLAUSE = re.compile(r"[,.;:]\s|\s[-–—]\s|\bbut\b|(?<=고)\s")
_NEAR = 20
"""So many lines later a bare "scratch that" is about something else."""


@dataclass(frozen=True, slots=True)
class Retraction:
    """A line that takes something back: what its denying clauses speak of, and whether one of them names nothing."""

    n: int
    words: frozenset[str]
    is_bare: bool
    is_of_cause: bool


def retractions_in(transcript: Iterable[Line]) -> Sequence[Retraction]:
    """Return the lines that take something back, in the order of the log."""
    hinted = (line for line in transcript if not line.deleted and _HINT.search(line.text.lower()))
    found = (retraction_in(line.text, line.n) for line in hinted)
    return [one for one in found if one is not None]


def retraction_in(text: str, n: int = 0) -> Retraction | None:
    """Return what a text takes back, None when it does not; what only asks does not."""
    sentences = [comparable(one) for one in _SENTENCE.split(text)]
    told = [one for one in sentences if not QUESTION.search(one)]
    clauses = [part for one in told for part in _CLAUSE.split(one) if part and _denies(part)]
    if not clauses:
        return None
    words = [_words(one) for one in clauses]
    is_bare = any(not known and _BARE.search(one) for one, known in zip(clauses, words, strict=True))
    return Retraction(n, frozenset[str]().union(*words), is_bare, any(map(_CAUSE.search, clauses)))


def _denies(clause: str) -> bool:
    return any(one.search(clause) for one in (CORRECTION, CAUSE_DENIED, _BARE, _DENIED))


def _words(clause: str) -> frozenset[str]:
    """What a clause speaks of besides taking it back."""
    rest = clause
    for pattern in (_BARE, CORRECTION):
        rest = pattern.sub(" ", rest)
    return frozenset(words_of(rest))


def is_denied(about: frozenset[str], retraction: Retraction) -> bool:
    """Whether the very thing is taken back."""
    return bool(about & retraction.words)


def is_shaken(retraction: Retraction, *, last: int) -> bool:
    """Whether a cause last stated in line `last` is in doubt, although something else or nothing was named."""
    return retraction.is_of_cause or (retraction.is_bare and retraction.n - last <= _NEAR)
