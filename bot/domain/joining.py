"""Several drafts of one log made into one without a model: each heading's most telling sentences, said once."""

import re
from collections.abc import Iterable, Sequence

from bot.domain.certainty import CONFIRMED, LIKELY
from bot.domain.citation import HEADINGS, Section, Sentence
from bot.domain.polarity import Testimony
from bot.domain.wording import words_of

MOST = {"summary": 3, "timeline": 15, "follow_ups": 8}
"""Sentences under a heading at most; a postmortem has no room for all that a long channel says."""
_MOST = 5
_ALIKE = 0.8
_SURE = {CONFIRMED: 2, LIKELY: 1}


def joined(drafts: Iterable[Sequence[Section]]) -> tuple[Section, ...]:
    """Return one draft of several, in the order of HEADINGS and under each in the order of the log.

    Kept are the surest sentences, of these the ones with most citations, then the later. Of two with nearly the same
    words, the same figures and names and the same "not" the first of these is kept.
    """
    found: dict[str, list[Sentence]] = {}
    for section in (section for draft in drafts for section in draft):
        found.setdefault(section.heading, []).extend(section.sentences)
    kept = ((heading, _most_telling(heading, found.get(heading, ()))) for heading in HEADINGS)
    return tuple(Section(heading, sentences) for heading, sentences in kept if sentences)


def _most_telling(heading: str, sentences: Sequence[Sentence]) -> tuple[Sentence, ...]:
    kept: list[Sentence] = []
    for sentence in sorted(sentences, key=_tells, reverse=True):
        if len(kept) < MOST.get(heading, _MOST) and not any(_are_alike(sentence.text, other.text) for other in kept):
            kept.append(sentence)
    return tuple(sorted(kept, key=lambda sentence: min(sentence.citations, default=0)))


def _tells(sentence: Sentence) -> tuple[int, int, int]:
    return _SURE.get(sentence.certainty, 0), len(sentence.citations), max(sentence.citations, default=0)


_FIGURES = re.compile(r"\S*\d\S*")


def _figures(text: str) -> list[str]:
    return sorted(found.strip(".,;:!?()") for found in _FIGURES.findall(text))


def _are_alike(one: str, other: str) -> bool:
    if _figures(one) != _figures(other):
        return False
    words, others = frozenset(words_of(one)), frozenset(words_of(other))
    common = len(words & others) >= _ALIKE * max(len(words | others), 1)
    return common and Testimony([other]).agrees(one) and Testimony([one]).agrees(other)
