"""What a person edited: the same check as for what is proposed, and a mark where the log does not bear it out."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import tzinfo
from difflib import SequenceMatcher

from bot.domain.certainty import CAUSES
from bot.domain.citation import BY_HAND, Section, Sentence, judge_sections
from bot.domain.draft import Draft
from bot.domain.transcript import Line

_ALIKE = 0.75
"""How alike a cause is, of 1, that takes the place of another."""


def citable(draft: Draft, transcript: Sequence[Line]) -> tuple[Line, ...]:
    """Return what an edited version may cite: the lines of the draft under their numbers, and all others of the log.

    Where lines came in between since, the others stand under numbers that nobody has seen yet.
    """
    numbers = {line.n for line in draft.lines}
    here = {line.n: _identity(line) for line in transcript}
    if all(here.get(line.n) == _identity(line) for line in draft.lines):
        others = [line for line in transcript if line.n not in numbers]
        return tuple(sorted((*draft.lines, *others), key=lambda line: line.n))
    known, above = {_identity(line) for line in draft.lines}, max(numbers) + len(transcript)
    others = [replace(line, n=above + line.n) for line in transcript if _identity(line) not in known]
    return (*draft.lines, *others)


def _identity(line: Line) -> tuple[object, ...]:
    return line.kind, line.at, line.entry_kind


def as_edited(before: Draft, typed: Sequence[Section], *, zone: tzinfo) -> tuple[Section, ...]:
    """Return what a person made of a draft; a sentence that its sources do not bear out is marked as theirs.

    What nobody changed stays as it was. A cause stays as sure as the one that it takes the place of, if those are
    alike; any other is that person's word.
    """
    return tuple(
        Section(part.heading, tuple(_judged(before, part.heading, one, zone) for one in part.sentences))
        for part in typed
    )


def _judged(before: Draft, heading: str, typed: Sentence, zone: tzinfo) -> Sentence:
    sentences = [one for part in before.sections if part.heading == heading for one in part.sentences]
    for one in sentences:
        if one.citations == typed.citations and " ".join(one.text.split()) == " ".join(typed.text.split()):
            return one
    sure = _certainty_before(before, typed.text) if heading in CAUSES else ""
    kept, _ = judge_sections([Section(heading, (replace(typed, certainty=sure),))], before.lines, zone=zone)
    if sure == BY_HAND or not kept:
        return Sentence(typed.text, typed.citations, BY_HAND)
    (shown,) = kept[0].sentences
    return replace(shown, text=typed.text)


def _certainty_before(before: Draft, text: str) -> str:
    """How sure the cause was that this one takes the place of; a person's word where there was none like it."""
    causes = [one for part in before.sections if part.heading in CAUSES for one in part.sentences]
    alike = {SequenceMatcher(None, one.text, text, autojunk=False).ratio(): one.certainty for one in causes}
    nearest = max(alike, default=0.0)
    return (alike[nearest] or BY_HAND) if nearest >= _ALIKE else BY_HAND
