"""What changed between two versions of a draft, section by section."""

from dataclasses import dataclass

from bot.domain.citation import Sentence
from bot.domain.draft import Draft


@dataclass(frozen=True, slots=True)
class Changed:
    """One section: the sentences that are gone, and those that came. One with other sources counts as both."""

    heading: str
    gone: tuple[Sentence, ...]
    new: tuple[Sentence, ...]


def changes(before: Draft, after: Draft) -> tuple[Changed, ...]:
    """The sections that differ, in the newer one's order; sources are compared by the lines that they are."""
    earlier, later = _sections(before), _sections(after)
    found = []
    for heading in dict.fromkeys([*later, *earlier]):
        was, is_now = earlier.get(heading, {}), later.get(heading, {})
        gone = tuple(sentence for key, sentence in was.items() if key not in is_now)
        new = tuple(sentence for key, sentence in is_now.items() if key not in was)
        if gone or new:
            found.append(Changed(heading, gone, new))
    return tuple(found)


def _sections(draft: Draft) -> dict[str, dict[tuple[str, frozenset[str]], Sentence]]:
    """Lines are numbered anew with each draft: a line is known by its link, or its words where it has none."""
    lines = {line.n: line.permalink or line.text for line in draft.lines}
    return {
        part.heading: {
            (" ".join(s.text.split()), frozenset(lines.get(n, "") for n in s.citations)): s for s in part.sentences
        }
        for part in draft.sections
    }
