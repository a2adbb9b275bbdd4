"""Several drafts of one log made into one without a model: each heading's most telling sentences, said once."""

from collections.abc import Iterable, Sequence

from bot.domain.certainty import CONFIRMED, LIKELY
from bot.domain.citation import HEADINGS, Section, Sentence
from bot.domain.wording import words_of

MOST = {"summary": 3, "timeline": 15, "follow_ups": 8}
"""Sentences under a heading at most; a postmortem has no room for all that a long channel says."""
_MOST = 5
_ALIKE = 0.8
_SURE = {CONFIRMED: 2, LIKELY: 1}


def joined(drafts: Iterable[Sequence[Section]]) -> tuple[Section, ...]:
    """Return one draft of several, in the order of HEADINGS and under each in the order of the log.

    Kept are the surest sentences, of these the ones with most citations, then the later. Of two with nearly the same
    words the first of these is kept.
    """
    found: dict[str, list[Sentence]] = {}
    for section in (section for draft in drafts for section in draft):
        found.setdefault(section.heading, []).extend(section.sentences)
    kept = ((heading, _most_telling(heading, found.get(heading, ()))) for heading in HEADINGS)
    return tuple(Section(heading, sentences) for heading, sentences in kept if sentences)


def _most_telling(heading: str, sentences: Sequence[Sentence]) -> tuple[Sentence, ...]:
    kept: list[tuple[Sentence, frozenset[str]]] = []
    for sentence in sorted(sentences, key=_tells, reverse=True):
        words = frozenset(words_of(sentence.text))
        if len(kept) < MOST.get(heading, _MOST) and not any(_are_alike(words, other) for _, other in kept):
            kept.append((sentence, words))
    return tuple(sorted((sentence for sentence, _ in kept), key=lambda sentence: min(sentence.citations, default=0)))


def _tells(sentence: Sentence) -> tuple[int, int, int]:
    return _SURE.get(sentence.certainty, 0), len(sentence.citations), max(sentence.citations, default=0)


def _are_alike(one: frozenset[str], other: frozenset[str]) -> bool:
    return len(one & other) >= _ALIKE * max(len(one | other), 1)
