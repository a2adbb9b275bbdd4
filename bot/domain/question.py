"""A question about the past, and what was found to answer it."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain.citation import Sentence
from bot.domain.ids import IncidentId
from bot.domain.transcript import Line

Phrase = Sequence[str]
Term = Sequence[Phrase]
"""Alternatives for one word of the question: any of these phrases of index tokens will do."""


@dataclass(frozen=True, slots=True)
class Hit:
    """One document that matched; a higher score is a better match."""

    incident_id: IncidentId
    source: str
    text: str
    score: float


@dataclass(frozen=True, slots=True)
class Answer:
    """What the log says to a question: sentences, each cited to lines of past incidents."""

    question: str
    incident_ids: tuple[IncidentId, ...]
    sentences: tuple[Sentence, ...]
    lines: tuple[Line, ...]
    dropped: int = 0
