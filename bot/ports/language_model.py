"""What we need of a language model: proposals, never facts. Without one the log is quoted instead."""

from collections.abc import Sequence
from typing import Protocol

from bot.domain.citation import Refused, Section
from bot.domain.spending import Meter
from bot.domain.transcript import Line


class ModelUnavailable(Exception):
    """The model is down, slow, refuses or rambles: the offline draft is used instead."""


class LogTooLong(ModelUnavailable):
    """The model cannot hold so many lines at once; its `capacity` is smaller from now on."""


class LanguageModel(Protocol):
    """Proposes sentences with citations by line number; whoever asks drops what the lines do not bear out.

    What requests take is added to the meter, whether they succeed or not.
    """

    @property
    def name(self) -> str:
        """What drafts say about their source."""
        ...

    @property
    def capacity(self) -> int:
        """Characters of the log that one request can carry."""
        ...

    async def draft(self, kind: str, lines: Sequence[Line], language: str, meter: Meter) -> Sequence[Section]:
        """Sections of a draft of this kind. Raises LogTooLong, ModelUnavailable."""
        ...

    async def mend(
        self, lines: Sequence[Line], language: str, refused: Sequence[Refused], meter: Meter
    ) -> Sequence[Section]:
        """Another attempt at sentences that these lines did not bear out. Raises ModelUnavailable."""
        ...

    async def merge(self, kind: str, parts: Sequence[Section], language: str, meter: Meter) -> Sequence[Section]:
        """One draft of the drafts of several parts. A citation is the place of a sentence in `parts`, from 1.

        Raises LogTooLong, ModelUnavailable.
        """
        ...

    async def answer(self, question: str, lines: Sequence[Line], language: str) -> Sequence[Section]:
        """One section that answers the question from these lines. Raises ModelUnavailable."""
        ...

    async def close(self) -> None:
        """Lets its connections go."""
        ...
