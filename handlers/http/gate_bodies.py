"""The shapes of what machines send to the gate. Imported with the first request: pydantic takes its time."""

from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints
from pydantic.types import Strict

_CLEAN = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$"
"""No control characters: databases and terminals read them in their own ways."""

Name = Annotated[str, Strict(), StringConstraints(min_length=1, max_length=253, pattern=_CLEAN)]
Key = Annotated[str, Strict(), StringConstraints(min_length=1, max_length=128, pattern=_CLEAN)]
Words = Annotated[str, Strict(), StringConstraints(max_length=500, pattern=_CLEAN)]
Outcome = Annotated[str, Strict(), StringConstraints(min_length=1, max_length=100, pattern=_CLEAN)]
IncidentLabel = Annotated[str, Strict(), StringConstraints(pattern=r"^INC-[1-9][0-9]{0,8}$")]
OverrideLabel = Annotated[str, Strict(), StringConstraints(pattern=r"^O-[1-9][0-9]{0,8}$")]
Names = Annotated[list[Name], Strict(), Field(min_length=1, max_length=100)]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Ask(_Body):
    """`POST /v1/permits`: leave to work on these servers (names, aliases or groups). The same key asks once.

    `fix_for`: the work mends what that incident holds. `override`: two people broke the glass for it in Slack.
    """

    servers: Names
    purpose: Words
    key: Key | None = None
    fix_for: IncidentLabel | None = None
    override: OverrideLabel | None = None


class Finish(_Body):
    """`POST /v1/permits/{id}/finish`: how the work ended, in the caller's words."""

    outcome: Outcome
    result: Literal["done", "failed", "aborted", "rolled_back"] | None = None


class Check(_Body):
    """`POST /v1/checks`: a machine's own check of a server turned red or green."""

    server: Name
    check: Annotated[str, Strict(), StringConstraints(min_length=1, max_length=100, pattern=_CLEAN)]
    state: Literal["red", "green"]
    words: Words = ""


class Bypass(_Body):
    """One run behind broken glass, from the guard's log on its host. Times are ISO 8601 with a zone."""

    id: Annotated[str, Strict(), StringConstraints(pattern=r"^[0-9a-f]{32}$")]
    at: AwareDatetime
    ended_at: AwareDatetime | None = None
    servers: Names
    reason: Annotated[str, Strict(), StringConstraints(min_length=1, max_length=500, pattern=_CLEAN)]
    purpose: Words = ""
    who: Words = ""
    host: Words = ""
    command: Words = ""
    exit: int | None = None


class Bypasses(_Body):
    """`POST /v1/bypasses`: what ran without the gate's leave while the gate was away."""

    entries: Annotated[list[Bypass], Field(min_length=1, max_length=100)]


class Sighting(_Body):
    """`POST /v1/sightings`: work that was seen on servers (a deploy event), whoever gave leave for it or not."""

    id: Key
    at: AwareDatetime
    servers: Names
    who: Words = ""
    what: Words
