"""What we need of a language model: proposals, never facts. Without one the log is quoted instead."""

from collections.abc import Sequence
from typing import Protocol

from bot.domain.citation import Refused, Section
from bot.domain.transcript import Line


class ModelUnavailable(Exception):
    """The model is down, slow, refuses or rambles: the offline draft is used instead."""


class LanguageModel(Protocol):
    """Proposes sentences with citations by line number; whoever asks drops what the lines do not bear out."""

    @property
    def name(self) -> str:
        """What drafts say about their source."""
        ...

    async def draft(self, kind: str, lines: Sequence[Line], language: str) -> Sequence[Section]:
        """Sections of a draft of this kind. Raises ModelUnavailable."""
        ...

    async def mend(self, lines: Sequence[Line], language: str, refused: Sequence[Refused]) -> Sequence[Section]:
        """Another attempt at sentences that these lines did not bear out. Raises ModelUnavailable."""
        ...

    async def answer(self, question: str, lines: Sequence[Line], language: str) -> Sequence[Section]:
        """One section that answers the question from these lines. Raises ModelUnavailable."""
        ...
