"""One Kubernetes API server, asked whether our webhook still stands as it should.

`GET /apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/{name}`
(kubernetes.io/docs/reference/kubernetes-api/extend-resources/validating-webhook-configuration-v1). Its token needs the
verb `get` on that one object and nothing else.
"""

import ssl
from collections.abc import Mapping, Sequence
from itertools import product
from typing import Any
from urllib.parse import quote

import aiohttp

from bot.adapters.door_http import DoorStatus, exchange
from bot.domain.door import Cluster, Drift
from bot.ports.doors import DoorRefused

_PATH = "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/"


class KubernetesApi:
    """Implements `bot.ports.doors.Webhooks`."""

    def __init__(self, cluster: Cluster, session: aiohttp.ClientSession) -> None:
        self._cluster, self._session = cluster, session
        self._ssl: Any = ssl.create_default_context(cadata=cluster.ca) if cluster.ca else True

    async def read(self, name: str) -> Mapping[str, Any] | None:
        """A configuration; None where there is none. Raises DoorAway, DoorRefused."""
        headers = {"Authorization": f"Bearer {self._cluster.api_token}", "Accept": "application/json"}
        url = self._cluster.api_url + _PATH + quote(name, safe="")
        try:
            found = await exchange(self._session, "GET", url, headers=headers, ssl=self._ssl)
        except DoorStatus as refused:
            if refused.status == 404:
                return None
            raise
        if not isinstance(found, Mapping):
            raise DoorRefused("that is no webhook configuration")
        return found

    async def drift(self) -> Sequence[Drift]:
        """What lets changes go past us. Raises DoorAway, DoorRefused."""
        return drift_of(await self.read(self._cluster.webhook), self._cluster)


def drift_of(found: Mapping[str, Any] | None, cluster: Cluster) -> Sequence[Drift]:
    """What is not as in our example, if anything.

    Only webhooks that ask us for this cluster count; another address is another's.
    """
    ours = [hook for hook in _list((found or {}).get("webhooks")) if _is_ours(hook, cluster)]
    if not ours:
        return [Drift.MISSING]
    wrong = []
    if any(hook.get("failurePolicy", "Fail") != "Fail" for hook in ours):
        wrong.append(Drift.NOT_CLOSED)
    rules = [rule for hook in ours for rule in _list(hook.get("rules"))]
    asked = {pair for rule in rules for pair in product(_texts(rule, "resources"), _texts(rule, "operations"))}
    if _needed(cluster) - asked:
        wrong.append(Drift.RULE_MISSING)
    if any(hook.get("objectSelector") for hook in ours):
        wrong.append(Drift.LABEL_ESCAPE)
    return wrong


def _needed(cluster: Cluster) -> set[tuple[str, str]]:
    """The least that the door needs to be asked about."""
    workloads = {("deployments", "CREATE"), ("deployments", "UPDATE"), ("pods", "CREATE"), ("pods/exec", "CONNECT")}
    nodes = {("nodes", "UPDATE"), ("nodes", "DELETE"), ("pods/binding", "CREATE")}
    return (workloads if cluster.namespaces else set()) | (nodes if cluster.nodes else set())


def _is_ours(hook: Mapping[str, Any], cluster: Cluster) -> bool:
    config = hook.get("clientConfig")
    url = str(config.get("url", "")) if isinstance(config, Mapping) else ""
    return url.endswith(f"/v1/admission/{cluster.name}/{cluster.secret}")


def _list(value: Any) -> list[Mapping[str, Any]]:
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []


def _texts(rule: Mapping[str, Any], name: str) -> list[str]:
    found = rule.get(name)
    return [str(one) for one in found] if isinstance(found, list) else []
