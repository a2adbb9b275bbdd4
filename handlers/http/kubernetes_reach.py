"""What a change in a Kubernetes cluster touches: the servers that are asked for, none where it is not ours to judge.

Judged: workloads and shells into them by their namespace, nodes by their name. A freeze forbids changes, not the
cluster's own upkeep: a controller that replaces a crashed pod carries out what was judged when its owner was written,
so it is let through, unless the pod is bound to a frozen node. Upkeep is done by the named accounts below and by
nobody else who lives in kube-system. What a CronJob starts is new work, and judged. What only makes things safer
(cordon, pausing a rollout) is never held up.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.domain.door import Cluster
from bot.domain.ids import IncidentId
from handlers.http.machine_words import fix_in, printable

if TYPE_CHECKING:
    from handlers.http.kubernetes_bodies import Request

EXEMPT = frozenset({"stopline", "kube-system"})
"""Never judged: a gate that blocks its own repair, or the cluster's, cannot be opened again."""
FIX_FOR = "stopline/fix-for"
"""The annotation by which a change says whose fix it is: `INC-7`."""
_ACCOUNT = "system:serviceaccount:kube-system:"
_CRONJOBS = f"{_ACCOUNT}cronjob-controller"
UPKEEP = frozenset(
    {
        "system:kube-controller-manager",
        "system:kube-scheduler",
        _CRONJOBS,
        *(
            f"{_ACCOUNT}{name}"
            for name in (
                "attachdetach-controller", "cloud-node-lifecycle-controller", "daemon-set-controller",
                "deployment-controller", "disruption-controller", "endpoint-controller", "generic-garbage-collector",
                "horizontal-pod-autoscaler", "job-controller", "namespace-controller", "node-controller",
                "pod-garbage-collector", "pvc-protection-controller", "replicaset-controller",
                "replication-controller", "statefulset-controller", "taint-eviction-controller", "ttl-controller",
                "ttl-after-finished-controller",
            )
        ),
    }
)  # fmt: skip
"""The controllers of kube-controller-manager and the scheduler, by the users that they act as
(kubernetes.io/docs/reference/access-authn-authz/rbac, "Roles for built-in controllers")."""
_KUBELET = "system:node:"
WORKLOADS = frozenset(
    {
        ("apps", "daemonsets"), ("apps", "deployments"), ("apps", "replicasets"), ("apps", "statefulsets"),
        ("batch", "cronjobs"), ("batch", "jobs"), ("", "replicationcontrollers"),
    }
)  # fmt: skip
SHELLS = frozenset({"exec", "attach", "ephemeralcontainers"})


@dataclass(frozen=True, slots=True)
class Touched:
    """The servers to ask for (none: let it through), and whose fix the change says to be."""

    servers: tuple[str, ...] = ()
    fix_for: IncidentId | None = None


def touched_by(request: "Request", cluster: Cluster) -> Touched:
    """What this change touches."""
    if request.namespace in EXEMPT or request.namespace in cluster.exempt:
        return Touched()
    servers = tuple(dict.fromkeys(_servers(request, cluster)))
    notes = _at(request.object, "metadata", "annotations")
    return Touched(servers, fix_in(f"fix-for: {notes.get(FIX_FOR, '')}"))


def purpose_of(request: "Request") -> str:
    """Who does what to what, in Kubernetes' own words: printable, of at most 500 characters, the same at each try."""
    resource = "/".join(filter(None, (request.resource.group, request.resource.resource, request.subResource)))
    made = _at(request.object, "metadata").get("generateName")
    name = f"{made}*" if made else request.name
    words = f"{request.userInfo.username[:100]} {request.operation} {resource} {request.namespace}/{name}"
    return printable(words, 500)


def wanted_of(request: "Request") -> str:
    """What the change makes of the thing, the same at each try: the server's own marks on it are left out."""
    metadata = _at(request.object, "metadata")
    annotation = _at(metadata, "annotations").get(FIX_FOR)
    parts = (request.operation, request.resource.group, request.resource.resource, request.subResource)
    named = (request.namespace, request.name or metadata.get("generateName"), annotation)
    return json.dumps([*parts, *named, _at(request.object, "spec")], sort_keys=True)


def _servers(request: "Request", cluster: Cluster) -> Iterator[str]:
    group, resource, sub = request.resource.group, request.resource.resource, request.subResource
    by_namespace = cluster.namespaces.get(request.namespace, ())
    if (group, resource) == ("", "nodes"):
        if cluster.nodes and not sub and _changes_node(request):
            yield _name(request)
    elif (group, resource) == ("", "namespaces"):
        if request.operation == "DELETE" and not sub and request.userInfo.username not in UPKEEP:
            yield from cluster.namespaces.get(_name(request), ())
    elif (group, resource) == ("", "bindings") or ((group, resource) == ("", "pods") and sub == "binding"):
        yield from _node(cluster, _at(request.object, "target").get("name"))
    elif (group, resource) == ("", "pods"):
        yield from _pod(request, cluster, by_namespace)
    elif (group, resource) in WORKLOADS and sub in ("", "scale") and _changes_workload(request):
        yield from by_namespace


def _node(cluster: Cluster, name: Any) -> Iterator[str]:
    if cluster.nodes and name:
        yield str(name)


def _pod(request: "Request", cluster: Cluster, by_namespace: tuple[str, ...]) -> Iterator[str]:
    """A shell or an eviction by its namespace; a pod by its namespace, and by its node where it has one."""
    if request.subResource in SHELLS or request.subResource == "eviction":
        if request.userInfo.username not in UPKEEP:
            yield from by_namespace
        return
    if request.subResource:
        return
    upkeep = _is_upkeep(request)
    if not upkeep:
        yield from by_namespace
    if request.operation == "CREATE" or not upkeep:
        pod = request.object if request.operation == "CREATE" else request.oldObject
        yield from _node(cluster, _at(pod, "spec").get("nodeName"))


def _changes_workload(request: "Request") -> bool:
    return not (_is_upkeep(request) or _only_pauses(request))


def _is_upkeep(request: "Request") -> bool:
    """Whether the cluster looks after itself here: its own accounts, and what they make belongs to something."""
    who = request.userInfo.username
    if request.resource.resource == "pods" and who.startswith(_KUBELET):
        return request.operation != "CREATE"
    if who not in UPKEEP or (who == _CRONJOBS and request.operation == "CREATE"):
        return False
    return request.operation != "CREATE" or bool(request.subResource) or _has_controller(request.object)


def _has_controller(thing: Any) -> bool:
    owners = _at(thing, "metadata").get("ownerReferences")
    return isinstance(owners, list) and any(_at(owner).get("controller") is True for owner in owners)


def _only_pauses(request: "Request") -> bool:
    """Whether a rollout is stopped where it stands (`kubectl rollout pause`) and nothing else is changed."""
    if request.operation != "UPDATE" or request.resource.resource != "deployments" or request.subResource:
        return False
    new, old = dict(_at(request.object, "spec")), dict(_at(request.oldObject, "spec"))
    paused, was = new.pop("paused", False), old.pop("paused", False)
    noted = all(
        _at(request.object, "metadata", part) == _at(request.oldObject, "metadata", part)
        for part in ("labels", "annotations")
    )
    return bool(new) and paused is True and not was and new == old and noted


def _changes_node(request: "Request") -> bool:
    """Taking a node away, letting work onto it again, other labels or taints. Cordon and heartbeats are none."""
    if request.userInfo.username in UPKEEP or request.userInfo.username == f"{_KUBELET}{_name(request)}":
        return False
    if request.operation == "DELETE":
        return True
    if request.operation != "UPDATE":
        return False
    new, old = request.object, request.oldObject
    shut, was_shut = _at(new, "spec").get("unschedulable"), _at(old, "spec").get("unschedulable")
    if was_shut and not shut:
        return True
    labels = _at(new, "metadata", "labels") != _at(old, "metadata", "labels")
    return labels or _taints(new) != _taints(old)


def _taints(node: Any) -> list[str]:
    found = _at(node, "spec").get("taints")
    return sorted(str(taint) for taint in found) if isinstance(found, list) else []


def _name(request: "Request") -> str:
    found = request.name or _at(request.object or request.oldObject, "metadata").get("name")
    return str(found or "?")


def _at(thing: Any, *path: str) -> Mapping[str, Any]:
    """The part that stands there, or an empty one: whoever writes objects writes anything."""
    for step in path:
        thing = thing.get(step) if isinstance(thing, Mapping) else None
    return thing if isinstance(thing, Mapping) else {}
