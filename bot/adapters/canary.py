"""The canary: knocks at each of our own doors, from outside, with a question that must be refused."""

import json
import uuid
from dataclasses import dataclass
from typing import Any

import aiohttp

from bot.domain.door import Cluster, Doors
from bot.use_cases.doors import CANARY

SECONDS = 5.0
"""A door that takes longer does not answer."""


@dataclass(frozen=True, slots=True)
class Unlike:
    """What a door said in place of what it must."""

    said: str
    wanted: str


class Canary:
    """Speaks to the doors at the address at which pipelines do."""

    def __init__(self, session: aiohttp.ClientSession, base_url: str, doors: Doors) -> None:
        self._session, self._base, self._doors = session, base_url.rstrip("/"), doors

    async def knock(self, secret: str) -> dict[str, Unlike | None]:
        """For each configured door what is wrong with its answer; None where it said no, as it must."""
        found = {"http": await self._http(secret)}
        for cluster in self._doors.clusters:
            found[f"kubernetes:{cluster.name}"] = await self._kubernetes(cluster)
        for name, path, there, wanted in (
            ("github", "/v1/github", self._doors.github, 401),
            ("terraform", "/v1/terraform", self._doors.terraform, 401),
            ("azure", f"/v1/azure/{CANARY}", self._doors.azure, 404),
        ):
            if there:
                found[name] = await self._unknown(path, wanted)
        return found

    async def _http(self, secret: str) -> Unlike | None:
        """A server that does not exist: 403 and nothing else."""
        body = {"servers": [CANARY], "purpose": "canary"}
        status, fields = await self._post("/v1/permits", body, {"Authorization": f"Bearer {secret}"})
        if status == 403 and fields.get("error") == "unknown_server":
            return None
        return _unlike(status, fields, "403 unknown_server")

    async def _unknown(self, path: str, wanted: int) -> Unlike | None:
        """A webhook without a signature, or with a secret that nobody has."""
        status, fields = await self._post(path, {"action": "canary"}, {})
        return None if status == wanted else _unlike(status, fields, str(wanted))

    async def _kubernetes(self, cluster: Cluster) -> Unlike | None:
        """A dry run on a node that does not exist: an answer to this very question, and where nodes are judged a no."""
        uid = str(uuid.uuid4())
        status, fields = await self._post(f"/v1/admission/{cluster.name}/{cluster.secret}", _review(uid), {})
        answer = fields.get("response")
        answer = answer if isinstance(answer, dict) else {}
        if status != 200 or answer.get("uid") != uid or (cluster.nodes and answer.get("allowed") is not False):
            return _unlike(status, {}, "200, allowed: false")
        return None

    async def _post(self, path: str, body: Any, headers: dict[str, str]) -> tuple[int, dict[str, Any]]:
        """(0, what went wrong) where there was no answer."""
        timeout = aiohttp.ClientTimeout(total=SECONDS)
        try:
            async with self._session.post(
                self._base + path, json=body, headers=headers, timeout=timeout, allow_redirects=False
            ) as answer:
                raw = await answer.content.read(64 * 1024)
                return answer.status, _object(raw)
        except (TimeoutError, aiohttp.ClientError, OSError) as trouble:
            return 0, {"error": type(trouble).__name__}


def _object(raw: bytes) -> dict[str, Any]:
    try:
        fields = json.loads(raw)
    except ValueError:
        return {}
    return fields if isinstance(fields, dict) else {}


def _unlike(status: int, fields: dict[str, Any], wanted: str) -> Unlike:
    said = str(fields.get("error") or "")[:60]
    return Unlike(f"HTTP {status} {said}".strip(), wanted)


def _review(uid: str) -> dict[str, Any]:
    """An uncordon of the canary's node, as a dry run (Kubernetes, AdmissionReview v1)."""

    def node(unschedulable: bool) -> dict[str, Any]:
        spec = {"unschedulable": True} if unschedulable else {}
        return {"apiVersion": "v1", "kind": "Node", "metadata": {"name": CANARY}, "spec": spec}

    return {
        "apiVersion": "admission.k8s.io/v1",
        "kind": "AdmissionReview",
        "request": {
            "uid": uid,
            "kind": {"group": "", "version": "v1", "kind": "Node"},
            "resource": {"group": "", "version": "v1", "resource": "nodes"},
            "name": CANARY,
            "operation": "UPDATE",
            "userInfo": {"username": CANARY, "groups": []},
            "object": node(False),
            "oldObject": node(True),
            "dryRun": True,
            "options": {},
        },
    }
