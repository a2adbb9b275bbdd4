"""What stands before a sentence: labels that only repeat its heading, and who speaks where it says "I"."""

import re
from collections.abc import Mapping
from functools import cache

from bot.domain.certainty import CONFIRMED, LIKELY
from bot.domain.citation import BY_HAND, Sentence
from bot.domain.transcript import Line, LineKind

_OF_HEADING = {
    "impact": r"(?:user |customer )?impact|(?:사용자 |고객 )?영향(?: ?범위)?",
    "detection": r"detect(?:ion|ed)|감지|탐지",
    "trigger": r"trigger|발단|트리거",
    "root_cause": r"(?:the )?(?:root )?cause|rca|(?:근본 ?)?원인",
    "contributing": r"contributing (?:cause|factor)s?|기여 ?요인",
    "decisions": r"decisions?|decided|결정(?: ?사항)?",
    "follow_ups": r"follow[- ]?ups?(?: items?)?|action items?|to-?dos?|후속 ?(?:조치|작업)|액션 ?아이템|할 ?일",
}
_OF_CERTAINTY = {
    CONFIRMED: r"confirmed|확인(?:됨)?|확정",
    LIKELY: r"likely|probably|추정|유력",
}
_NOTHING = r"(?!)"


_FIRST_PERSON = re.compile(
    r"(?<![\w./'-])(?:[Ii](?![/.\w-])|[Ww]e(?![\w-])|[Mm]y(?![\w-])|[Oo]ur(?![\w-]))"
    r"|(?<![가-힣])(?:제가|저는|저도|저희|저한테|내가|나는|우리(?![가-힣]{2,}은행))|(?<=[가-힣])(?<!러)게요(?![가-힣])|(?<!알)겠습니다"
)


def with_speaker(heading: str, sentence: Sentence, lines: Mapping[int, Line]) -> str:
    """Return the sentence as it is shown: without its label, after the name of its speaker where it says "I" or "we".

    Only a quotation of one message of a person has such a speaker.
    """
    text = without_label(heading, sentence)
    line = lines.get(sentence.citations[0]) if len(sentence.citations) == 1 else None
    if line is None or line.kind is not LineKind.MESSAGE or line.is_bot or sentence.certainty == BY_HAND:
        return text
    is_own = bool(line.speaker) and not text.startswith(line.speaker) and _FIRST_PERSON.search(text)
    return f"{line.speaker}: {text}" if is_own else text


def without_label(heading: str, sentence: Sentence) -> str:
    """Return the sentence without a label that only says what its heading or its certainty says beside it.

    Not a word of the sentence itself goes; where nothing else was said it is returned whole.
    """
    return _label(heading, sentence.certainty).sub("", sentence.text, count=1) or sentence.text


@cache
def _label(heading: str, certainty: str) -> re.Pattern[str]:
    sure, label = _OF_CERTAINTY.get(certainty, _NOTHING), _OF_HEADING.get(heading, _NOTHING)
    what = rf"(?:(?:{sure}) )?(?:{label})(?: ?#?\d{{1,2}})?"
    return re.compile(rf"\A\s*(?:{_marked(sure)})?(?:{_marked(what)})?", re.IGNORECASE)


def _marked(words: str) -> str:
    """Before a colon, in bold or not."""
    return rf"[*_]{{0,2}}(?:{words})[*_]{{0,2}}\s?[:：][*_]{{0,2}}\s*"
