"""A running Kubernetes door, the API server that asks there, and what it asks in one cluster or the other."""

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.domain.door import Cluster
from bot.domain.ids import PermitId
from bot.ports.outside import Outside
from handlers.http.entrance import Entrance
from handlers.http.kubernetes import add_kubernetes
from handlers.http.slack import BODY_LIMIT as APP_LIMIT
from tests.acts import EVERYBODY, add_server
from tests.conftest import AddPeople
from tests.handlers.kubernetes_reviews import CONTROLLER, binding, deployment, exec_options, job, node, pod, review

SECRET = "a-secret-in-the-address"
SEOUL = Cluster("seoul-1", SECRET, {"messaging": ("web-1",), "typo": ("web-9",)}, nodes=True, exempt=("monitoring",))
BUSAN = Cluster("busan-1", "another-secret-of-it", {"messaging": ("web-2",)})
SCHEDULER = "system:kube-scheduler"


class Door:
    """A running door and the API server that asks there."""

    def __init__(self, url: str, session: aiohttp.ClientSession) -> None:
        self._url, self._session = url, session

    async def post(self, data: bytes, path: str = f"seoul-1/{SECRET}", **more: Any) -> tuple[int, str]:
        headers = {"Content-Type": "application/json", **more.pop("headers", {})}
        address = f"{self._url}/v1/admission/{path}"
        async with self._session.post(address, data=data, headers=headers, **more) as got:
            return got.status, await got.text()

    async def ask(self, asked: Any, path: str = f"seoul-1/{SECRET}", **more: Any) -> dict[str, Any]:
        """The response part of a review's answer."""
        status, text = await self.post(json.dumps(asked).encode(), path, **more)
        assert status == 200, text
        answer = json.loads(text)
        assert (answer["apiVersion"], answer["kind"]) == ("admission.k8s.io/v1", "AdmissionReview")
        assert answer["response"]["uid"] == asked["request"]["uid"]
        found: dict[str, Any] = answer["response"]
        return found

    async def allows(self, *args: Any, **more: Any) -> bool:
        """Whether this change is admitted."""
        return bool((await self.ask(review(*args, **more)))["allowed"])


@asynccontextmanager
async def opened(outside: Outside, **entrance: Any) -> AsyncIterator[Door]:
    app = web.Application(client_max_size=APP_LIMIT)
    add_kubernetes(app, Entrance(outside, **entrance), [SEOUL, BUSAN])
    async with TestServer(app) as server, aiohttp.ClientSession() as session:
        yield Door(str(server.make_url("/")).rstrip("/"), session)


@pytest.fixture
async def door(outside: Outside, add_people: AddPeople) -> AsyncIterator[Door]:
    await add_people(*EVERYBODY)
    await add_server(outside, "web-1", "web-2", "lb-01", "lb-02")
    async with opened(outside) as running:
        yield running


async def permits(outside: Outside) -> int:
    async with outside.store.read() as tx:
        found = [await tx.permits.get(PermitId(number)) for number in range(1, 50)]
    return sum(one is not None for one in found)


CHANGES: Sequence[tuple[str, tuple[Any, ...], dict[str, Any]]] = [
    ("a new deployment", ("deployments", "CREATE", deployment()), {}),
    ("a scaled deployment", ("deployments", "UPDATE", {"spec": {"replicas": 9}}), {"sub": "scale"}),
    ("a deleted deployment", ("deployments", "DELETE", None, deployment()), {}),
    ("a stateful set", ("statefulsets", "UPDATE", {}, {}), {}),
    ("a daemon set", ("daemonsets", "CREATE", {}), {}),
    ("a replica set", ("replicasets", "CREATE", {}), {}),
    ("a job", ("jobs", "CREATE", job()), {}),
    ("a job that a CronJob starts", ("jobs", "CREATE", job(owner="CronJob")),
     {"user": "system:serviceaccount:kube-system:cronjob-controller"}),
    ("a cron job", ("cronjobs", "UPDATE", {}, {}), {}),
    ("a bare pod", ("pods", "CREATE", pod()), {}),
    ("a deleted pod", ("pods", "DELETE", None, pod(node="lb-02")), {}),
    ("an evicted pod", ("pods", "CREATE", {"kind": "Eviction"}), {"sub": "eviction"}),
    ("a shell", ("pods", "CONNECT", exec_options()), {"sub": "exec"}),
    ("an attached terminal", ("pods", "CONNECT", exec_options()), {"sub": "attach"}),
    ("a debugging container", ("pods", "UPDATE", pod(), pod()), {"sub": "ephemeralcontainers"}),
    ("a pod of somebody who lives in kube-system", ("pods", "CREATE", pod(owner="ReplicaSet")),
     {"user": "system:serviceaccount:kube-system:flux"}),
    ("a pod of the controller's account that nothing owns", ("pods", "CREATE", pod()), {"user": CONTROLLER}),
    ("a pause and more", ("deployments", "UPDATE", deployment(paused=True, replicas=0), deployment()), {}),
    ("a pause that is undone", ("deployments", "UPDATE", deployment(), deployment(paused=True)), {}),
    ("its namespace deleted", ("namespaces", "DELETE", None, {}), {"name": "messaging"}),
]  # fmt: skip

LANDINGS: Sequence[tuple[str, tuple[Any, ...], dict[str, Any]]] = [
    ("bound by the scheduler", ("pods", "CREATE", binding("lb-01")), {"sub": "binding", "user": SCHEDULER}),
    ("bound in a namespace that is not mapped", ("pods", "CREATE", binding("lb-01")),
     {"sub": "binding", "user": SCHEDULER, "namespace": "games"}),
    ("bound the old way", ("bindings", "CREATE", binding("lb-01")), {}),
    ("placed by hand", ("pods", "CREATE", pod(node="lb-01")), {"namespace": "games"}),
    ("placed by a controller", ("pods", "CREATE", pod(node="lb-01", owner="ReplicaSet")), {"user": CONTROLLER}),
    ("uncordoned", ("nodes", "UPDATE", node(), node(unschedulable=True)), {"namespace": "", "name": "lb-01"}),
    ("labelled", ("nodes", "UPDATE", node(labels={"pool": "b"}), node()), {"namespace": "", "name": "lb-01"}),
    ("tainted", ("nodes", "UPDATE", node(taints=[{"key": "a", "effect": "NoExecute"}]), node()),
     {"namespace": "", "name": "lb-01"}),
    ("untainted", ("nodes", "UPDATE", node(), node(taints=[{"key": "a", "effect": "NoSchedule"}])),
     {"namespace": "", "name": "lb-01"}),
    ("deleted", ("nodes", "DELETE", None, node()), {"namespace": "", "name": "lb-01"}),
    ("labelled by another kubelet", ("nodes", "UPDATE", node(labels={"pool": "b"}), node()),
     {"namespace": "", "name": "lb-01", "user": "system:node:lb-02"}),
]  # fmt: skip
