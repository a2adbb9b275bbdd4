"""No model at all: drafts and answers are quotations from the log."""

from collections.abc import Sequence

from bot.domain.citation import Section
from bot.domain.extract import answer_sections, draft_sections
from bot.domain.transcript import Line


class OfflineModel:
    """Implements `bot.ports.language_model.LanguageModel` without one; it is always there."""

    name = "offline"

    async def draft(self, kind: str, lines: Sequence[Line], language: str) -> Sequence[Section]:
        """Quotations under the headings of this kind."""
        return draft_sections(kind, lines)

    async def answer(self, question: str, lines: Sequence[Line], language: str) -> Sequence[Section]:
        """The lines themselves."""
        return answer_sections(lines)
