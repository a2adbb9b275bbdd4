"""What answering at machines' doors needs of the services behind them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from bot.domain.door import Drift


class DoorAway(Exception):
    """The service does not answer, or says that it cannot now: try again."""


class DoorRefused(Exception):
    """The service will not take it, however often it is tried: nobody waits for the answer any more, or we may not."""


class Seal(Protocol):
    """Keeps a token that a job needs from everybody who only reads the database."""

    def close(self, token: str) -> str:
        """What may be written down."""
        ...

    def open(self, sealed: str) -> str:
        """The token. Raises DoorRefused where it was sealed with another secret."""
        ...


class Callbacks(Protocol):
    """Answers to addresses that a request named."""

    async def send(
        self, method: str, url: str, *, hosts: Collection[str], headers: Mapping[str, str], body: Mapping[str, Any]
    ) -> None:
        """Sends JSON once, to one of `hosts` only. Raises DoorAway, DoorRefused."""
        ...

    async def close(self) -> None:
        """Lets go of its connections."""
        ...


class GitHub(Protocol):
    """The GitHub App."""

    async def review(
        self, *, repository: str, run_id: str, installation_id: int, environment: str, state: str, comment: str
    ) -> None:
        """Approves or rejects a waiting deployment; without a state it only comments. Raises DoorAway, DoorRefused."""
        ...

    async def drift(self, *, repository: str, environment: str) -> Sequence[Drift]:
        """What is not as it should be with an environment's protection. Raises DoorAway, DoorRefused."""
        ...


@dataclass(frozen=True, slots=True)
class Project:
    """An Argo CD project as its server tells it: `fields` is the whole object, to be sent back with other windows."""

    name: str
    fields: Mapping[str, Any]

    @property
    def windows(self) -> Sequence[Mapping[str, Any]]:
        """Its sync windows, ours and everybody else's, in their order."""
        found = self.fields.get("spec", {}).get("syncWindows") or ()
        return [window for window in found if isinstance(window, Mapping)]

    def with_windows(self, windows: Sequence[Mapping[str, Any]]) -> "Project":
        """The same project with other windows and nothing else changed."""
        spec = {**self.fields.get("spec", {}), "syncWindows": list(windows)}
        return Project(self.name, {**self.fields, "spec": spec})


class ProjectChanged(Exception):
    """Somebody else wrote the project in the meantime: read it again."""


class ArgoProjects(Protocol):
    """One Argo CD server."""

    async def read(self, name: str) -> Project:
        """A project as it is now. Raises DoorAway, DoorRefused."""
        ...

    async def write(self, project: Project) -> Project:
        """Writes it where nobody did since it was read; as it stands then.

        Raises ProjectChanged, DoorAway, DoorRefused.
        """
        ...


class Webhooks(Protocol):
    """One Kubernetes API server, asked about its webhook configurations."""

    async def read(self, name: str) -> Mapping[str, Any] | None:
        """A ValidatingWebhookConfiguration; None where there is none. Raises DoorAway, DoorRefused."""
        ...
