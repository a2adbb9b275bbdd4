"""What is promised of the Kubernetes door: no change on frozen servers, no upkeep held up, closed in every doubt."""

import copy
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from bot.domain.audit import Act
from bot.domain.ids import PermitId
from bot.ports.outside import Outside, Policy
from bot.use_cases.fix import claim_fix, verify_server
from bot.use_cases.permit import approve_fix
from handlers.http.kubernetes import WARNING_CHARACTERS
from tests.acts import ANN, BEN, audit, hold_on, stop_the_line
from tests.handlers.kubernetes_reviews import (
    ADMIN,
    CONTROLLER,
    binding,
    deployment,
    node,
    pod,
    review,
)
from tests.handlers.kubernetes_stage import BUSAN, CHANGES, LANDINGS, SCHEDULER, Door, door, opened, permits

__all__ = ["door"]


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
