"""The shape of GitHub's `deployment_protection_rule` event. Imported with the first request: pydantic takes its time.

docs.github.com/en/webhooks/webhook-events-and-payloads#deployment_protection_rule; fields that we do not read are left
alone.
"""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Number = Annotated[int, Field(ge=1, lt=2**63)]
Word = Annotated[str, StringConstraints(max_length=2_000)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True, strict=True)


class Repository(_Part):
    """Ids stay when names change hands."""

    id: Number
    full_name: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]{1,100}/[A-Za-z0-9._-]{1,100}$")]


class Installation(_Part):
    """Where the App is installed."""

    id: Number


class Deployment(_Part):
    """What is to be deployed."""

    id: Number
    ref: Word = ""


class Sender(_Part):
    """Who set it off."""

    login: Word = ""


class Event(_Part):
    """A job waits for our word before it may use the environment."""

    environment: Annotated[str, StringConstraints(min_length=1, max_length=255)]
    deployment_callback_url: Word
    deployment: Deployment | None = None
    repository: Repository
    installation: Installation
    sender: Sender = Field(default_factory=Sender)


class Action(_Part):
    """The part that every event has."""

    action: Word = ""
