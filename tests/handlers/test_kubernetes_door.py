"""What is promised of the Kubernetes door: no change on frozen servers, no upkeep held up, closed in every doubt."""

import asyncio
import copy
import json
import logging
import random
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.domain.audit import Act
from bot.domain.door import Cluster
from bot.domain.ids import PermitId
from bot.ports.outside import Outside, Policy
from bot.ports.storage import StoreCollision, StoreUnavailable
from bot.use_cases.fix import claim_fix, verify_server
from bot.use_cases.permit import approve_fix
from handlers.http import body as body_limits
from handlers.http import kubernetes as door_module
from handlers.http.entrance import Entrance, Rates, Turnstile
from handlers.http.kubernetes import BODY_LIMIT, WARNING_CHARACTERS, add_kubernetes
from handlers.http.slack import BODY_LIMIT as APP_LIMIT
from tests.acts import ANN, BEN, EVERYBODY, add_server, audit, hold_on, stop_the_line
from tests.conftest import AddPeople
from tests.handlers.kubernetes_reviews import (
    ADMIN,
    CONTROLLER,
    binding,
    deployment,
    exec_options,
    job,
    node,
    pod,
    review,
)

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


async def test_a_deployment_goes_through_and_leaves_one_row_and_a_permit_that_ended(
    door: Door, outside: Outside
) -> None:
    asked = review("deployments", "UPDATE", deployment(replicas=4), deployment())
    answer = await door.ask(asked)
    assert answer == {"uid": asked["request"]["uid"], "allowed": True, "warnings": []}
    (row,) = await audit(outside, Act.PERMIT_USED)
    assert row.actor == "k8s:seoul-1" and row.detail["door"] == "kubernetes" and row.detail["servers"] == ["web-1"]
    assert row.detail["purpose"] == f"{ADMIN} UPDATE apps/deployments messaging/relay"
    async with outside.store.read() as tx:
        permit = await tx.permits.by_key("k8s:seoul-1", asked["request"]["uid"])
    assert permit and permit.state == "finished"
    await door.ask(asked)
    assert len(await audit(outside, Act.PERMIT_USED)) == 1, "the same question again is the same question"


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
UPKEEP: Sequence[tuple[str, tuple[Any, ...], dict[str, Any]]] = [
    ("a crashed pod comes back", ("pods", "CREATE", pod(owner="ReplicaSet")), {"user": CONTROLLER}),
    ("a pod is taken away by its controller", ("pods", "DELETE", None, pod(node="lb-01", owner="ReplicaSet")),
     {"user": CONTROLLER}),
    ("a kubelet clears away a pod", ("pods", "DELETE", None, pod(node="lb-01")), {"user": "system:node:lb-01"}),
    ("garbage is collected", ("replicasets", "DELETE", None, {}),
     {"user": "system:serviceaccount:kube-system:generic-garbage-collector"}),
    ("a rollout goes on", ("replicasets", "UPDATE", {}, {}),
     {"user": "system:serviceaccount:kube-system:deployment-controller"}),
    ("load is answered", ("deployments", "UPDATE", {}, {}),
     {"sub": "scale", "user": "system:serviceaccount:kube-system:horizontal-pod-autoscaler"}),
    ("a status is written", ("deployments", "UPDATE", deployment(), deployment()), {"sub": "status"}),
    ("a rollout is paused", ("deployments", "UPDATE", deployment(paused=True), deployment()), {}),
    ("an unmapped namespace", ("deployments", "CREATE", deployment()), {"namespace": "games"}),
    ("an exempt namespace", ("pods", "CREATE", pod(node="lb-01")), {"namespace": "monitoring"}),
    ("our own namespace", ("deployments", "CREATE", deployment()), {"namespace": "stopline"}),
    ("kube-system", ("pods", "CREATE", binding("lb-01")), {"namespace": "kube-system", "sub": "binding"}),
    ("a pod on a free node", ("pods", "CREATE", binding("lb-02")), {"sub": "binding", "user": SCHEDULER}),
    ("a forwarded port", ("pods", "CONNECT", {}), {"sub": "portforward"}),
    ("a config map", ("configmaps", "CREATE", {}), {}),
]  # fmt: skip


@pytest.mark.parametrize(("args", "more"), [case[1:] for case in CHANGES], ids=[case[0] for case in CHANGES])
async def test_a_change_in_a_frozen_namespace_is_refused_with_one_reason(
    door: Door, outside: Outside, args: Any, more: Any
) -> None:
    made = await stop_the_line(outside, "web-1", "lb-01")
    answer = await door.ask(review(*args, **more))
    assert answer["allowed"] is False and answer["status"]["code"] == 403, args
    message = answer["status"]["message"]
    (row,) = await audit(outside, Act.PERMIT_REFUSED)
    assert "web-1" in message and f"INC-{made.incident.id}" in message and f"D-{row.seq}" in message
    assert await permits(outside) == 0


@pytest.mark.parametrize(("args", "more"), [case[1:] for case in UPKEEP], ids=[case[0] for case in UPKEEP])
async def test_what_is_no_change_goes_on_while_everything_is_frozen(
    door: Door, outside: Outside, args: Any, more: Any
) -> None:
    await stop_the_line(outside, "web-1", "lb-01")
    assert await door.allows(*args, **more), args
    assert not await audit(outside, Act.PERMIT_REFUSED)


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


@pytest.mark.parametrize(("args", "more"), [case[1:] for case in LANDINGS], ids=[case[0] for case in LANDINGS])
async def test_nothing_lands_on_a_frozen_node_and_it_is_left_alone(
    door: Door, outside: Outside, args: Any, more: Any
) -> None:
    assert await door.allows(*args, **more), "while it is free"
    await stop_the_line(outside, "lb-01")
    answer = await door.ask(review(*args, **more))
    assert answer["allowed"] is False and "lb-01" in answer["status"]["message"], args


@pytest.mark.parametrize(
    ("new", "old", "sub", "user"),
    [
        (node(unschedulable=True), node(), "", ADMIN),
        (node(unschedulable=True), node(unschedulable=True), "", ADMIN),
        (node(), node(), "status", "system:node:lb-01"),
        (node(labels={"zone": "b"}), node(), "", "system:node:lb-01"),
        (node(taints=[{"key": "node.kubernetes.io/unschedulable", "effect": "NoSchedule"}]), node(), "",
         "system:serviceaccount:kube-system:node-controller"),
    ],
)  # fmt: skip
async def test_a_frozen_node_may_always_be_cordoned_and_report(
    door: Door, outside: Outside, new: Any, old: Any, sub: str, user: str
) -> None:
    await stop_the_line(outside, "lb-01")
    assert await door.allows("nodes", "UPDATE", new, old, sub=sub, user=user, namespace="", name="lb-01")


async def test_nodes_are_servers_only_where_the_operator_says_so(door: Door, outside: Outside) -> None:
    await stop_the_line(outside, "lb-01")
    asked = review("pods", "CREATE", binding("lb-01"), sub="binding", user=SCHEDULER)
    assert (await door.ask(asked, f"busan-1/{BUSAN.secret}"))["allowed"] is True


async def test_a_mapped_server_that_nobody_knows_is_refused(door: Door) -> None:
    answer = await door.ask(review("deployments", "CREATE", deployment(), namespace="typo"))
    assert answer["allowed"] is False and "web-9" in answer["status"]["message"]
    assert not await door.allows("pods", "CREATE", binding("zebra-77"), sub="binding", user=SCHEDULER)


async def test_after_the_verification_the_change_goes_through_at_once(door: Door, outside: Outside) -> None:
    await stop_the_line(outside, "web-1")
    assert not await door.allows("deployments", "CREATE", deployment())
    hold = await hold_on(outside, "web-1")
    await claim_fix(outside, by=ANN, hold_id=hold.id, evidence="rebooted")
    assert not await door.allows("deployments", "CREATE", deployment())
    await verify_server(outside, by=BEN, hold_id=hold.id)
    assert await door.allows("deployments", "CREATE", deployment())


async def test_a_controller_that_tries_again_hears_the_same_decision_and_writes_no_row(
    door: Door, outside: Outside
) -> None:
    first = await stop_the_line(outside, "lb-01")
    told = []
    for _ in range(5):
        asked = review("pods", "CREATE", binding("lb-01"), sub="binding", user=SCHEDULER)
        told.append((await door.ask(asked))["status"]["message"])
    assert len(set(told)) == 1 and f"INC-{first.incident.id}" in told[0]
    (row,) = await audit(outside, Act.PERMIT_REFUSED)
    assert f"D-{row.seq}" in told[0]
    await stop_the_line(outside, "lb-01", title="and now the disk")
    asked = review("pods", "CREATE", binding("lb-01"), sub="binding", user=SCHEDULER)
    assert "and now the disk" in (await door.ask(asked))["status"]["message"]
    assert len(await audit(outside, Act.PERMIT_REFUSED)) == 2, "another incident is another decision"


async def test_a_dry_run_is_answered_and_leaves_nothing(door: Door, outside: Outside) -> None:
    before = len(await audit(outside))
    assert await door.allows("deployments", "CREATE", deployment(), dry=True)
    await stop_the_line(outside, "web-1")
    middle = len(await audit(outside))
    answer = await door.ask(review("deployments", "CREATE", deployment(), dry=True))
    assert answer["allowed"] is False and "web-1" in answer["status"]["message"]
    assert len(await audit(outside)) == middle > before and await permits(outside) == 0


async def test_a_fix_waits_for_its_incident_and_then_goes_through_once(door: Door, outside: Outside) -> None:
    made = await stop_the_line(outside, "web-1", "lb-02")
    mended = deployment(replicas=5)
    mended["metadata"]["annotations"] = {"stopline/fix-for": f"INC-{made.incident.id}"}
    answer = await door.ask(review("deployments", "UPDATE", mended, deployment()))
    assert answer["allowed"] is False and "approval" in answer["status"]["message"]
    asked = await audit(outside, Act.FIX_ASKED)
    permit = PermitId(int(asked[0].subject.partition("-")[2]))
    await approve_fix(outside, by=BEN, permit_id=permit, incident_id=made.incident.id)
    mended["metadata"]["resourceVersion"] = "4711"
    other = copy.deepcopy(mended)
    other["spec"]["replicas"] = 6
    assert not await door.allows("deployments", "UPDATE", other, deployment()), "approved was another change"
    assert await door.allows("deployments", "UPDATE", mended, deployment())
    assert not await door.allows("deployments", "UPDATE", mended, deployment()), "each permit works once"
    assert not await door.allows("deployments", "UPDATE", deployment(replicas=9), deployment())


async def test_a_freeze_between_approval_and_change_is_seen(door: Door, outside: Outside) -> None:
    made = await stop_the_line(outside, "web-1")
    mended = deployment(replicas=5)
    mended["metadata"]["annotations"] = {"stopline/fix-for": f"INC-{made.incident.id}"}
    assert not await door.allows("deployments", "UPDATE", mended, deployment())
    asked = await audit(outside, Act.FIX_ASKED)
    await approve_fix(
        outside,
        by=BEN,
        permit_id=PermitId(int(asked[0].subject.partition("-")[2])),
        incident_id=made.incident.id,
    )
    await stop_the_line(outside, "web-1", title="and now the disk")
    assert not await door.allows("deployments", "UPDATE", mended, deployment())


async def test_shadow_mode_admits_with_short_warnings(door: Door, outside: Outside) -> None:
    await stop_the_line(outside, "web-1", title="메시지 지연 " * 20)
    for language in ("en", "ko"):
        async with opened(replace(outside, policy=Policy(shadow=True, language=language))) as shadow:
            answer = await shadow.ask(review("deployments", "CREATE", deployment()))
        assert answer["allowed"] is True and answer["warnings"] and "web-1" in answer["warnings"][0]
        assert all(len(one) <= WARNING_CHARACTERS and one.isprintable() for one in answer["warnings"])


@pytest.mark.parametrize(
    "path",
    [
        "seoul-1/wrong",
        "seoul-1/",
        f"nowhere/{SECRET}",
        "nowhere/",
        f"busan-1/{SECRET}",
        "seoul-1/%00",
        "seoul-1/%ED%A0%80",
    ],
)
async def test_another_address_tells_nothing(door: Door, outside: Outside, path: str) -> None:
    asked = json.dumps(review("deployments", "CREATE", deployment())).encode()
    status, text = await door.post(asked, path)
    assert (status, SECRET in text, "seoul" in text) == (404, False, False)
    assert await permits(outside) == 0


@pytest.mark.parametrize(
    "raw",
    [b"", b"{}", b"null", b"[]", b"\xff\xfe", b"[" * 100_000, b'{"a":' * 50_000, b"1e999999", b'"\\ud800"'],
)
async def test_what_is_no_review_is_malformed(door: Door, raw: bytes) -> None:
    assert (await door.post(raw))[0] == 400


async def test_an_older_review_is_malformed(door: Door) -> None:
    for name, value in (("apiVersion", "admission.k8s.io/v1beta1"), ("kind", "Pod"), ("request", None)):
        asked = {**review("deployments", "CREATE", deployment()), name: value}
        assert (await door.post(json.dumps(asked).encode()))[0] == 400
    for name, value in (("uid", ""), ("uid", "a\u0000b"), ("uid", 7), ("operation", "PATCH"), ("userInfo", "root")):
        asked = review("deployments", "CREATE", deployment())
        asked["request"][name] = value
        assert (await door.post(json.dumps(asked).encode()))[0] == 400, name


async def test_large_objects_are_read_and_larger_ones_refused(door: Door) -> None:
    asked = review("deployments", "CREATE", deployment(padding="x" * 2_900_000))
    assert (await door.ask(asked))["allowed"] is True, "more than Slack may send"
    assert (await door.post(b" " * (BODY_LIMIT + 1)))[0] == 413

    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(50):
            yield b" " * 100_000

    assert (await door.post(pieces()))[0] == 413  # type: ignore[arg-type]


class Away:
    """A store that raises or hangs."""

    def __init__(self, trouble: Exception | None = None) -> None:
        self._trouble = trouble

    @asynccontextmanager
    async def write(self, *, urgent: bool = False) -> AsyncIterator[Any]:
        if self._trouble:
            raise self._trouble
        await asyncio.sleep(60)
        yield None

    def read(self) -> Any:
        return self.write()


@pytest.mark.parametrize("away", [Away(StoreUnavailable("gone")), Away(StoreCollision("twice")), Away()])
@pytest.mark.parametrize("dry", [False, True])
async def test_without_the_database_nothing_is_said(
    outside: Outside, monkeypatch: pytest.MonkeyPatch, away: Away, dry: bool
) -> None:
    monkeypatch.setattr(door_module, "PATIENCE_SECONDS", 0.1)
    async with opened(replace(outside, store=away)) as door:
        asked = json.dumps(review("deployments", "CREATE", deployment(), dry=dry)).encode()
        assert (await door.post(asked))[0] == 503
        assert await door.allows("deployments", "UPDATE", {}, {}, sub="status"), "what is not judged needs none"


async def test_overload_and_a_slow_sender_are_not_waited_for(
    outside: Outside, monkeypatch: pytest.MonkeyPatch, add_people: AddPeople
) -> None:
    await add_server(outside, "web-1")
    monkeypatch.setattr(body_limits, "READ_SECONDS", 0.2)
    full = Turnstile(0)
    asked = json.dumps(review("deployments", "CREATE", deployment())).encode()
    async with opened(outside, turnstile=full) as door:
        assert (await door.post(asked))[0] == 503
    async with opened(outside, rates=Rates(0.4)) as door:
        assert (await door.post(asked))[0] == 429

    async def slow() -> AsyncIterator[bytes]:
        yield asked[:50]
        await asyncio.sleep(1)
        yield asked[50:]

    async with opened(outside) as door:
        assert (await door.post(slow()))[0] == 503  # type: ignore[arg-type]


def _mutate(value: Any, dice: random.Random) -> Any:
    """The same, with one thing somewhere inside it broken."""
    if isinstance(value, dict) and value and dice.random() < 0.85:
        name = dice.choice(sorted(value))
        changed = dict(value)
        if dice.random() < 0.15:
            del changed[name]
        else:
            changed[name] = _mutate(value[name], dice)
        return changed
    if isinstance(value, list) and value and dice.random() < 0.7:
        return [_mutate(value[0], dice), *value[1:]]
    odd = ["", "x" * 300, "\u0000", "\ud800", "메시지", "web-1", ["web-1"]]
    return dice.choice([None, 0, -1, 1e308, True, [], {}, [[]], {"a": None}, *odd])


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
async def test_no_mutation_of_a_review_breaks_the_door_or_opens_it(
    outside: Outside, caplog: pytest.LogCaptureFixture
) -> None:
    """4,000 broken reviews of changes on frozen servers: never a 5xx, never a traceback, never a permit."""
    await add_server(outside, "web-1", "lb-01", "web-9")
    for name in ("web-1", "lb-01", "web-9"):
        await stop_the_line(outside, name, by=ANN)
    dice = random.Random(20261122)
    seeds = [review(*args, **more) for _, args, more in (*CHANGES, *LANDINGS)]
    statuses: dict[int, int] = {}
    async with opened(outside, rates=Rates(1e6)) as door:
        for _ in range(4_000):
            asked = _mutate(dice.choice(seeds), dice)
            if isinstance(asked, dict) and isinstance(asked.get("request"), dict) and dice.random() < 0.9:
                asked["request"]["dryRun"] = dice.random() < 0.9
            status, text = await door.post(json.dumps(asked).encode("utf-8", "surrogatepass"))
            statuses[status] = statuses.get(status, 0) + 1
            assert status in (200, 400), (status, asked)
            assert status != 200 or json.loads(text)["response"]["uid"]
    assert statuses[200] > 500 and statuses[400] > 100, statuses
    assert await permits(outside) == 0
    assert not [one for one in caplog.records if one.levelno >= logging.ERROR]
