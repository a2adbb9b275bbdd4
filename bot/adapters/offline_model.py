"""No model at all: drafts and answers are quotations from the log."""

import asyncio
import sys
from collections.abc import Sequence

from bot.domain.citation import Refused, Section, Sentence
from bot.domain.draft import OFFLINE
from bot.domain.shortening import shorten
from bot.domain.spending import Meter
from bot.domain.transcript import Line

QUOTE = 240
"""Characters of a quotation at most."""
ANSWER_LINES = 8


class OfflineModel:
    """Implements `bot.ports.language_model.LanguageModel` without one; it is always there."""

    name = OFFLINE
    capacity = sys.maxsize

    async def draft(self, kind: str, lines: Sequence[Line], language: str, meter: Meter) -> Sequence[Section]:
        """Quotations under the headings of this kind."""
        from bot.domain.extract import draft_sections

        return await asyncio.to_thread(draft_sections, kind, lines)

    async def mend(
        self, lines: Sequence[Line], language: str, refused: Sequence[Refused], meter: Meter
    ) -> Sequence[Section]:
        """Nothing: a quotation has no better one."""
        return ()

    async def merge(self, kind: str, parts: Sequence[Section], language: str, meter: Meter) -> Sequence[Section]:
        """Nothing: it reads a log of any length at once."""
        return ()

    async def answer(self, question: str, lines: Sequence[Line], language: str) -> Sequence[Section]:
        """The lines themselves."""
        quotes = (Sentence(shorten(line.text, QUOTE), (line.n,)) for line in lines[:ANSWER_LINES])
        return [Section("answer", tuple(quotes))]

    async def close(self) -> None:
        """It has no connections."""
