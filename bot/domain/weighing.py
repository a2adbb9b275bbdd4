"""How clearly one sentence of a channel speaks of a heading, and how sure its speaker is of a cause."""

import re
from dataclasses import dataclass

from bot.domain.certainty import CAUSES, CONFIRMED, INCONCLUSIVE, LIKELY
from bot.domain.cues import CHATTER, HEDGE, QUESTION, SPOKEN_OF
from bot.domain.cues_of_causes import CAUSE_DENIED, CAUSE_SOUGHT, CAUSE_TOLD, EARLIER, EXPLICIT_CAUSE, PROVEN
from bot.domain.cues_of_effects import MEASURED, NO_HARM, NOT_FELT, OVER, SMALL_TALK, UNREAL
from bot.domain.remedies import without_the_fault

_READ_AT_MOST = 4_000
_MAY_ASK = frozenset(("detection",))
_NOT_OF_WORK = frozenset(("impact", "detection", "trigger", "root_cause", "contributing", "helped", "hindered"))
_IS_WORK = 3.0
"""What speaks so clearly of work to do later tells nothing of what was."""


@dataclass(frozen=True, slots=True)
class Said:
    """One sentence of a line, as it stands there (`text`) and in lower case (`plain`).

    It `follows_guess` when the sentence before it asks whether something is so: it is no surer than that.
    """

    text: str
    plain: str
    is_question: bool
    is_chatter: bool
    follows_guess: bool
    has_hangul: bool
    has_latin: bool


_CODE = re.compile(r"```.*?(?:```|\Z)", re.DOTALL)
_SPLIT = re.compile(r"(?<=[.!?。])(?<!e\.g\.)(?<!i\.e\.)(?<!vs\.)(?<!\b\d\.)\s+|\s*\n+\s*")
_BULLET = re.compile(r"^(?:[-*•>&]|&gt;|\d+[.)])\s+")
_ASKS_WHAT = re.compile(
    r"\b(?:what|why|who|whose|when|where|how|which)\b|왜|뭐|뭘|뭔|무엇|무슨|누가|누구|언제|어디|어느|어떻게"
)
_LATIN = re.compile("[a-z]{2}")
_SPACES = re.compile(r"\s+")


def sentences_of(text: str) -> tuple[Said, ...]:
    """Split a message into its sentences, without pasted code; nothing of one that only keeps a talk going."""
    parts = _SPLIT.split(_CODE.sub("\n…\n", text[:_READ_AT_MOST]).strip())
    found: list[Said] = []
    for part in parts:
        sentence = _SPACES.sub(" ", _BULLET.sub("", part)).strip()
        plain = sentence.lower()
        is_chatter = len(sentence) < 5 or (len(plain) < 60 and CHATTER.fullmatch(plain) is not None)
        has_latin = bool(_LATIN.search(plain))
        asks = bool(QUESTION.search(plain))
        guess = bool(found) and found[-1].is_question and not _ASKS_WHAT.search(found[-1].plain)
        found.append(Said(sentence, plain, asks, is_chatter, guess, not plain.isascii(), has_latin))
    return tuple(found) if not all(said.is_chatter for said in found) else ()


def score_of(heading: str, said: Said) -> float:
    """Add up the cues of a heading in a sentence; what is asked, guessed, sought or denied counts nothing."""
    if said.is_chatter or (said.is_question and heading not in _MAY_ASK):
        return 0.0
    if said.follows_guess and heading in CAUSES:
        return 0.0
    plain = _weighed_of(heading, said.plain)
    score = 0.0
    for cue in SPOKEN_OF[heading]:
        if cue.weight <= 1 and not score:
            return 0.0
        if (cue.needs_hangul and not said.has_hangul) or (cue.needs_latin and not said.has_latin):
            continue
        if cue.pattern.search(plain):
            score += cue.weight
    score = _weighed(heading, plain, score) if score > 0 else score
    if score > 0 and heading in _NOT_OF_WORK and _is_work(said):
        return 0.0
    if said.is_question:
        score *= 0.6
    return score - (1.0 if len(plain) < (_SHORT // 2 if said.has_hangul else _SHORT) else 0.0)


def is_ruled_out(heading: str, said: Said) -> bool:
    """Whether a sentence cannot be of a heading, whatever speaks for it: it asks, denies, supposes, tells of before."""
    if said.is_chatter or said.is_question or (said.follows_guess and heading in _NOT_OF_WORK):
        return True
    against = _NOT_OF.get(heading)
    if against is not None and against.search(said.plain) and not EXPLICIT_CAUSE.search(said.plain):
        return True
    plain = _weighed_of(heading, said.plain)
    return not any(map(str.isalnum, plain)) or _weighed(heading, plain, _TOLD_AS_CAUSE + 1.0) <= 0


_TO_COME = r"\b(?:could(?!n'?t| not)|we can|let'?s)\b|\brefund|\bcompensat|\bvoucher|보상|환불"
_NOT_OF = {
    "root_cause": re.compile(_TO_COME),
    "trigger": re.compile(_TO_COME),
    "impact": re.compile(
        r"\b(?:back )?in (?:january|february|march|april|june|july|august|september|october|november|december)\b"
    ),
    "helped": re.compile(r"해\s?(?:봅니다|볼게|보겠)"),
}
"""What is proposed or made good is no cause, another month's harm none of today; who will try has not helped yet."""


def is_measured(said: Said) -> bool:
    """Whether a sentence tells harm with a figure beside it."""
    return MEASURED.search(_weighed_of("impact", said.plain)) is not None


def _weighed_of(heading: str, plain: str) -> str:
    """What of a sentence is weighed: not what it denies."""
    if heading == "impact":
        return NO_HARM.sub(" ", plain)
    return _after_denial(plain) if heading == "root_cause" else plain


_SHORT = 12
"""So few letters seldom tell much; Korean says as much in half of them."""
_TOLD_AS_CAUSE = 2.5
"""A cause that names an outage tells no harm by that."""


def _is_work(said: Said) -> bool:
    return score_of("follow_ups", said) >= _IS_WORK and not EXPLICIT_CAUSE.search(said.plain)


def _weighed(heading: str, plain: str, score: float) -> float:
    """What is left of a score after all that speaks against the heading."""
    if heading == "root_cause":
        return _cause_score(plain, score)
    if heading in _OF_REMEDIES:
        against = _OF_REMEDIES[heading].search(without_the_fault(plain))
        return 0.0 if against or EARLIER.search(plain) else score
    if heading == "detection":
        return 0.0 if OVER.search(plain) else score
    if heading == "impact":
        felt = UNREAL if MEASURED.search(plain) else NOT_FELT
        if felt.search(plain) or EARLIER.search(plain):
            return 0.0
        return score - _TOLD_AS_CAUSE * bool(EXPLICIT_CAUSE.search(plain))
    return score


def _cause_score(plain: str, score: float) -> float:
    if CAUSE_SOUGHT.search(plain) or CAUSE_DENIED.search(plain) or EARLIER.search(plain) or SMALL_TALK.search(plain):
        return 0.0
    return score + (1.0 if HEDGE.search(plain) and not EXPLICIT_CAUSE.search(plain) else 0.0)


_RATHER = re.compile(r"\b(?:caused by|because of|due to|it was|it is|it's|rather)\b|때문|인해|인한|탓")


def _after_denial(plain: str) -> str:
    """Of "not the cache, it was the proxy" return what was it; a denial alone is returned whole."""
    denied = CAUSE_DENIED.search(plain)
    rest = plain[denied.end() :] if denied else ""
    return rest if _RATHER.search(rest) else plain


_FAILED = re.compile(
    r"기로\s?(?:했|함|하|결)|\b(?:decid|agre)\w+ to\b|주세요|[되하가이으]면(?:\s|$)|zilch|\bnothing\b|\bdelayed\b"
    r"|\bin review\b|\bgoing with\b|\beta\b|\bon staging\b|실패|안\s?[됩돼됐됨되]|소용|효과\S*\s?없|하겠습니다|할까"
    r"|할게요|해야|하려|예정|그대로|여전|똑같|\bnot?\b|n't\b|\bfailed to\b|\bstill (?!ok\b|fine\b|up\b|stable\b"
    r"|good\b|watching|monitor)|\b(?:let'?s|hope\w*|if|try|could|shall|should|will|going to|want to|need to|trying)\b"
)
_SUPPOSED = re.compile(r"\b(?:if|might|may not|let'?s|hope\w*)\b|[되하가이으]면(?:\s|$)|예정|할게요|하겠")
_OF_REMEDIES = {"helped": _FAILED, "hindered": _SUPPOSED}
"""What a remedy did here is told by no line that says the contrary, supposes it or tells of another incident."""


def certainty_said(plain: str, *, is_cause: bool) -> str:
    """Say how sure the speaker was: an explicit, unhedged statement is confirmed, as is one that was looked into.

    What is stated without a word of cause is likely where it is known to be one (`is_cause`).
    """
    plain = _after_denial(plain)
    if CAUSE_DENIED.search(plain) or CAUSE_SOUGHT.search(plain) or EARLIER.search(plain):
        return INCONCLUSIVE
    if HEDGE.search(plain):
        return LIKELY
    if EXPLICIT_CAUSE.search(plain) or PROVEN.search(plain):
        return CONFIRMED
    return LIKELY if is_cause or CAUSE_TOLD.search(plain) else INCONCLUSIVE
