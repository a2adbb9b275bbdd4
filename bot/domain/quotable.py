"""The lines of a channel that may be quoted, each with its sentences."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain.transcript import Line, LineKind
from bot.domain.weighing import Said, sentences_of

_PINS = frozenset(("pushpin", "round_pushpin", "📌", "📍"))


@dataclass(frozen=True, slots=True)
class Quotable:
    """A line that may be quoted; `is_early` when it stands in the first fifth of the channel."""

    line: Line
    said: tuple[Said, ...]
    is_early: bool
    is_pinned: bool

    @property
    def is_of_person(self) -> bool:
        """Whether a person said it, and no bot or entry of the timeline."""
        return self.line.kind is LineKind.MESSAGE and not self.line.is_bot


def quotable_in(transcript: Sequence[Line]) -> list[Quotable]:
    """Return what may be quoted of a transcript, in its order: no deleted line, and none that only keeps a talk going.

    At least the first three lines are early.
    """
    early = max(3, len(transcript) // 5)
    told = [(at, line, sentences_of(line.text)) for at, line in enumerate(transcript) if not line.deleted]
    return [Quotable(line, said, at < early, not _PINS.isdisjoint(line.reactions)) for at, line, said in told if said]
