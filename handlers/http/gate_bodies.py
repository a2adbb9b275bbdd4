"""The shapes of what machines send to the gate. Imported with the first request: pydantic takes its time."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from pydantic.types import Strict

_CLEAN = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$"
"""No control characters: databases and terminals read them in their own ways."""

Name = Annotated[str, Strict(), StringConstraints(min_length=1, max_length=253, pattern=_CLEAN)]
Key = Annotated[str, Strict(), StringConstraints(min_length=1, max_length=128, pattern=_CLEAN)]
Words = Annotated[str, Strict(), StringConstraints(max_length=500, pattern=_CLEAN)]
Outcome = Annotated[str, Strict(), StringConstraints(min_length=1, max_length=100, pattern=_CLEAN)]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Ask(_Body):
    """`POST /v1/permits`: leave to work on these servers (names, aliases or groups). The same key asks once."""

    servers: Annotated[list[Name], Strict(), Field(min_length=1, max_length=100)]
    purpose: Words
    key: Key | None = None


class Finish(_Body):
    """`POST /v1/permits/{id}/finish`: how the work ended, in the caller's words."""

    outcome: Outcome
