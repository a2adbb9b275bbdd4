"""What a model answers with: sections of cited sentences. Its wire format is the JSON schema of `Proposal`."""

from typing import Annotated

from pydantic import BaseModel, Field

from prompts.library import HEADINGS_OF

HEADINGS = (*HEADINGS_OF["postmortem"], *HEADINGS_OF["answer"])
CERTAINTIES = ("confirmed", "likely", "inconclusive")


def _one_of(*words: str | None) -> dict[str, list[str | None]]:
    """Tells the model which words there are; an answer with another word is still read, whoever asks drops it."""
    return {"enum": list(words)}


class ProposedSentence(BaseModel):
    """One sentence, the numbers of the lines it rests on, and for a cause how sure the log is."""

    text: str
    citations: list[int]
    certainty: Annotated[str, Field(json_schema_extra={**_one_of(*CERTAINTIES)})] | None = None


class ProposedSection(BaseModel):
    """The sentences under one heading."""

    heading: Annotated[str, Field(json_schema_extra={**_one_of(*HEADINGS)})]
    sentences: list[ProposedSentence]


class Proposal(BaseModel):
    """A whole answer."""

    sections: list[ProposedSection]
