"""One Argo CD server: its projects, read and written whole, as `GET` and `PUT /api/v1/projects/{name}` take them.

The object's resourceVersion goes back with it, so that a project which somebody else wrote meanwhile is not
overwritten. That conflict comes as 409 with gRPC's code 10, Aborted (argoproj/argo-cd util/grpc/errors.go,
`kubeErrToGRPC`); older versions had another status and the same words of Kubernetes (argoproj/argo-cd#155).
"""

import ssl
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import aiohttp

from bot.adapters.door_http import DoorStatus, exchange
from bot.domain.door import ArgoServer
from bot.ports.doors import DoorRefused, Project, ProjectChanged

_CHANGED = "the object has been modified"


class ArgoApi:
    """Implements `bot.ports.doors.ArgoProjects`."""

    def __init__(self, server: ArgoServer, session: aiohttp.ClientSession) -> None:
        self._server, self._session = server, session
        self._ssl: Any = ssl.create_default_context(cadata=server.ca) if server.ca else True

    async def read(self, name: str) -> Project:
        """A project as it is now. Raises DoorAway, DoorRefused."""
        return _project(name, await self._call("GET", name))

    async def write(self, project: Project) -> Project:
        """Writes it where nobody did since it was read. Raises ProjectChanged, DoorAway, DoorRefused."""
        try:
            return _project(project.name, await self._call("PUT", project.name, {"project": project.fields}))
        except DoorStatus as refused:
            if refused.status == 409 or _CHANGED in refused.body:
                raise ProjectChanged(project.name) from refused
            raise

    async def _call(self, method: str, name: str, body: Mapping[str, Any] | None = None) -> Any:
        url = f"{self._server.url}/api/v1/projects/{quote(name, safe='')}"
        headers = {"Authorization": f"Bearer {self._server.token}", "Content-Type": "application/json"}
        return await exchange(self._session, method, url, headers=headers, body=body, ssl=self._ssl)


def _project(name: str, fields: Any) -> Project:
    metadata = fields.get("metadata") if isinstance(fields, Mapping) else None
    spec = fields.get("spec", {}) if isinstance(fields, Mapping) else None
    if not (isinstance(metadata, Mapping) and metadata.get("resourceVersion") and isinstance(spec, Mapping)):
        raise DoorRefused("that is no project")
    windows = spec.get("syncWindows") or []
    if not (isinstance(windows, list) and all(isinstance(window, Mapping) for window in windows)):
        raise DoorRefused("windows that we do not understand")
    return Project(name, fields)
