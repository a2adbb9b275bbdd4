"""Whether what a sentence tells as a fact was stated by its lines, or only asked, supposed or planned by them."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from bot.domain.cues import HEDGE
from bot.domain.evidence import comparable
from bot.domain.polarity import CLAUSE_ENDS
from bot.domain.wording import words_of


class Mood(StrEnum):
    """How something was said."""

    STATED = "stated"
    ASKED = "asked"
    SUPPOSED = "supposed"
    PLANNED = "planned"


@dataclass(frozen=True, slots=True)
class _Clause:
    text: str
    words: frozenset[str]
    mood: Mood


_ASKED = re.compile(
    r"\?|^(?:is|are|was|were|did|does|do|can|could|should|would|shall|has|have)\b(?! not\b)"
    r"(?=.{0,60}\b(?:you|we|any(?:one|body|thing)|it|this|that|there|they|the)\b)|^(?:could|should|shall)\b(?! not)"
    r"|(?:나요|까요?|인가요?|는지요|던가요?|[는은한된건]가요?|뭐죠|뭐지|뭘까|왜죠)[.~…\s]*$"
    r"|(?:[인는은한된던]|있|없|했|됐)지(?=\s(?:\S+\s){0,3}(?:확인|검토|조사|파악|알아|모르|몰라|논의|판단|의문|궁금)(?![했됐]|\s?완료))"
)
_PLANNED = re.compile(
    r"\b(?:will|shall|going to|gonna|plan(?:s|ning)? to|(?:is|are) (?:planned|scheduled)|about to|want to"
    r"|let(?:'s| us| me)|i(?:'d)? suggest|needs? to|have to|has to|should|must|todo|tomorrow"
    r"|(?:trying|attempting) to|(?:a?waiting) (?:for|on)|please(?! (?:note|be aware)))\b|'ll\b"
    r"|(?<!알)(?<!모르)(?<!되)겠(?!지만)|[할볼릴올둘갈]게요|예정|계획|하려|해야|어야|합시다|하시죠|하자(?![가-힣])|하죠"
    r"|바랍니다|부탁|[해려둬와봐]\s?주(?:세요|십시오)|필요(?:합|해|함)|기로|검토|[할볼]까 합"
    r"|(?:대기|준비|시도) 중|보류|고민|[할될갈올볼낼뺄]지(?= )|여부"
)
_NEXT = re.compile(
    r"\bthen (?=(?:we |i |you )?(?:fail|roll|switch|turn|scale|restart|reboot|(?:re-?)?deploy|drain|flush|revert|enable"
    r"|disable|retry|move|remove|delete|rotate|upgrade|patch|block|unblock|promote|kill|stop|start)"
    r"(?: (?:over|back|up|down|off|on|out|it|them|the|a|an|all|to)\b|\s?$|[.,;]| \S*\d))"
)
"""What comes after "then" in so bare a form is the next step of a plan: "we wait, then fail over"."""
_WORTH = re.compile(r"\bworth (?:(?:a|another|one more) (?:try|shot|go)|trying)\b|[해봐]\s?볼 ?만")
"""Makes a plan of the whole sentence."""
_HOW_MANY = re.compile(r"몇|얼마|언제|\bhow (?:many|much|long|often)\b|\bwhat time\b|\bwhen\b")
_FIGURE = re.compile(r"\W*(?:about |around |~|약 )?\d")
_SEEN = re.compile(r"(?<=[이가]) ?보(?:입니다|이네요|여요)")
"""What is seen; only 것으로 보입니다 is supposed."""
_IF = re.compile(r"\b(?:if|whether|wonder\w*|(?:thinking|think) (?:about|of)|considering|next step)\b")
_OWN = {
    Mood.ASKED: r"\?|\bask\w*|\bquestion\w*|\bwonder\w*|\bwhether\b|\bif\b|\bdiscuss\w*|물었|물어|질문|문의|여부|논의"
    r"|검토",
    Mood.SUPPOSED: r"\bif\b|\b(?:possibl|probabl|presum|suppos|estimat|suspect|suggest|believ|unconfirm|uncertain"
    r"|speculat|think|thought|appear)\w*|추정|의심|추측|가능성|예상|생각|짐작|알려졌",
    Mood.PLANNED: r"\b(?:plan\w*|schedul\w*|intend\w*|announc\w*|want\w*|promis\w*|expect\w*|would|decid\w+|decision"
    r"|agree\w*|to be|attempt\w*|tried|a?wait\w*)\b|시도|대기|준비|보류|고민|여부|의사|방침|결정|합의|약속",
}
_PROPOSED = r"|\b(?:propos|suggest|consider|request|offer|recommend|ask)\w*|제안|제기|건의|요청|제시"
_SAYS_SO = {mood: re.compile(own + _PROPOSED) for mood, own in _OWN.items()}
_DONE = re.compile(
    r"(?:yes|yep|yeah|confirmed|correct|(?:all )?done|it (?:did|was|is))\b|(?:네|넵|예)(?![가-힣])|맞[습아]"
    r"|(?:완료|했습니다|됐습니다)(?![가-힣])"
)
"""The answer to a question, or that what was planned is done."""
_DUTIES = frozenset(("follow_ups", "decisions"))
_OF_DUTIES = frozenset((Mood.PLANNED, Mood.ASKED))
_AS_DONE = re.compile(
    r"\b(?:was|were|has|have|had|did|got)\b|^(?!(?:add|write|create|fix|move|make|update|document|set|use|check)\b)"
    r"(?:\S+\s){1,2}(?!need)\w+ed\b"
    r"|(?:[했됐었았렸켰]|하였|되었)(?:다|습니다|음|어요)"
)


class Moods:
    """What several texts state, ask, suppose and plan, clause by clause."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._said = [clause for one in texts for clause in _clauses(one)]

    def bear_out(self, heading: str, text: str) -> bool:
        """Whether each clause that `text` tells as a fact is stated by the clauses that share most with it.

        What says itself that it was asked, supposed or planned tells no such fact; a duty or a decision is a plan.
        """
        if all(clause.mood is Mood.STATED for clause in self._said):
            return True
        plain = comparable(text)
        free = _OF_DUTIES if heading in _DUTIES and not _AS_DONE.search(plain) else frozenset[Mood]()
        return all(self._is_stated(clause, plain, free) for clause in _clauses(text) if clause.mood is Mood.STATED)

    def _is_stated(self, claim: _Clause, text: str, free: frozenset[Mood]) -> bool:
        shared = [(len(claim.words & clause.words), clause) for clause in self._said]
        most = max((count for count, _ in shared), default=0)
        if not most:
            return True
        near = [clause for count, clause in shared if count >= _NEARLY * most]
        moods = {clause.mood for clause in near}
        if Mood.STATED in moods or any(_DONE.match(one.text) for one in self._said) or self._is_counted(near):
            return True
        return any(mood in free or HEDGE.search(text) or _SAYS_SO[mood].search(text) for mood in moods)

    def _is_counted(self, asked: Sequence[_Clause]) -> bool:
        """Whether it was asked how many or how long, and a clause answers with a figure."""
        is_asked = any(one.mood is Mood.ASKED and _HOW_MANY.search(one.text) for one in asked)
        return is_asked and any(one.mood is Mood.STATED and _FIGURE.match(one.text) for one in self._said)


_NEARLY = 0.6
_SENTENCE = re.compile(r"(?<=[.!?。])\s+")
_SEGMENT = re.compile(r"[,;:]\s|\s[-–—]\s|(?<=지만)\s|(?<=는데)\s|\b(?:but|because)\b")
_PAST = re.compile(r"[했됐었았렸켰]\S{0,2}$")


def _clauses(text: str) -> Iterator[_Clause]:
    for row in map(comparable, text.split("\n")):
        for sentence in _SENTENCE.split(row):
            is_plan = _WORTH.search(sentence) is not None
            for segment in _SEGMENT.split(_NEXT.sub("then will ", sentence)):
                found = _of_segment(segment)
                yield from (replace(one, mood=Mood.PLANNED) for one in found) if is_plan else found


def _mood(clause: str) -> Mood:
    if _ASKED.search(clause):
        return Mood.ASKED
    supposed = HEDGE.search(_SEEN.sub(" ", clause)) or _IF.search(clause)
    return Mood.PLANNED if _PLANNED.search(clause) else Mood.SUPPOSED if supposed else Mood.STATED


def _of_segment(segment: str) -> Iterator[_Clause]:
    """Clauses up to a comma: an English "will" is about what follows it, a Korean one about what goes before."""
    parts = [one for one in CLAUSE_ENDS.split(segment) if one and one.strip()]
    moods = [_mood(one.strip()) for one in parts]
    if moods and segment.rstrip().endswith("?"):
        moods[-1] = Mood.ASKED
    for at in range(1, len(parts)):
        if moods[at] is Mood.STATED and parts[at - 1].isascii():
            moods[at] = moods[at - 1]
    for at in range(len(parts) - 2, -1, -1):
        if moods[at] is Mood.STATED and not parts[at].isascii() and not _PAST.search(parts[at].rstrip()):
            moods[at] = moods[at + 1]
    for part, mood in zip(parts, moods, strict=True):
        yield _Clause(part, frozenset(words_of(part)), mood)
