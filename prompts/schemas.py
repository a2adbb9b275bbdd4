"""What a model answers with: sections of cited sentences. Its wire format is the JSON schema of `Proposal`."""

from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from prompts.library import HEADINGS_OF

HEADINGS = (*HEADINGS_OF["postmortem"], *HEADINGS_OF["answer"])
CERTAINTIES = ("confirmed", "likely", "inconclusive")


def _one_of(*words: str | None) -> dict[str, list[str | None]]:
    """Tells the model which words there are; an answer with another word is still read, whoever asks drops it."""
    return {"enum": list(words)}


def _strict(schema: dict[str, Any]) -> None:
    """Every field is written and no other: servers hold a model to such a schema only. What we read is more lenient."""
    schema["additionalProperties"] = False
    schema["required"] = list(schema["properties"])
    for field in schema["properties"].values():
        field.pop("default", None)


class _Strict(BaseModel):
    model_config = ConfigDict(json_schema_extra=_strict)


class ProposedSentence(_Strict):
    """One sentence, the numbers of the lines it rests on, and for a cause how sure the log is."""

    text: str
    citations: list[int]
    certainty: Annotated[str, Field(json_schema_extra={**_one_of(*CERTAINTIES)})] | None = None


class ProposedSection(_Strict):
    """The sentences under one heading."""

    heading: Annotated[str, Field(json_schema_extra={**_one_of(*HEADINGS)})]
    sentences: list[ProposedSentence]


class Proposal(_Strict):
    """A whole answer."""

    sections: list[ProposedSection]


def proposal_schema(headings: Sequence[str]) -> dict[str, Any]:
    """The JSON schema of a Proposal under these headings only."""
    schema = Proposal.model_json_schema()
    schema["$defs"][ProposedSection.__name__]["properties"]["heading"]["enum"] = list(headings)
    return schema
