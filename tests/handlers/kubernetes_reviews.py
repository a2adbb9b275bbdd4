"""AdmissionReviews as an API server sends them, written by hand from the reference of admission.k8s.io/v1."""

import copy
import itertools
import uuid
from typing import Any

KINDS = {
    "deployments": ("apps", "Deployment"), "statefulsets": ("apps", "StatefulSet"), "daemonsets": ("apps", "DaemonSet"),
    "replicasets": ("apps", "ReplicaSet"), "jobs": ("batch", "Job"), "cronjobs": ("batch", "CronJob"),
    "pods": ("", "Pod"), "nodes": ("", "Node"), "namespaces": ("", "Namespace"),
}  # fmt: skip
ADMIN = "kubernetes-admin"
CONTROLLER = "system:serviceaccount:kube-system:replicaset-controller"
_numbers = itertools.count(1)


def pod_template() -> dict[str, Any]:
    return {
        "metadata": {"labels": {"app": "relay"}},
        "spec": {"containers": [{"name": "relay", "image": "registry.example.com/relay:4.2"}]},
    }


def deployment(**spec: Any) -> dict[str, Any]:
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "relay", "namespace": "messaging", "labels": {"app": "relay"}},
        "spec": {"replicas": 3, "selector": {"matchLabels": {"app": "relay"}}, "template": pod_template(), **spec},
    }


def pod(*, node: str = "", owner: str = "") -> dict[str, Any]:
    made: dict[str, Any] = {"apiVersion": "v1", "kind": "Pod", **pod_template()}
    made["metadata"] |= {"name": "relay-5d9c7", "namespace": "messaging"}
    if owner:
        reference = {"apiVersion": "apps/v1", "kind": owner, "name": "relay-5d9c", "uid": str(uuid.UUID(int=7))}
        made["metadata"]["ownerReferences"] = [{**reference, "controller": True, "blockOwnerDeletion": True}]
    if node:
        made["spec"]["nodeName"] = node
    return made


def node(name: str = "lb-01", *, labels: Any = None, **spec: Any) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": name, "labels": {"kubernetes.io/hostname": name, **(labels or {})}},
        "spec": {"podCIDR": "10.1.0.0/24", "providerID": f"kind://{name}", **spec},
    }


def job(*, owner: str = "") -> dict[str, Any]:
    template = pod_template()
    template["spec"]["restartPolicy"] = "Never"
    made: dict[str, Any] = {"apiVersion": "batch/v1", "kind": "Job", "spec": {"template": template}}
    made["metadata"] = {"name": "nightly-28", "namespace": "messaging"}
    if owner:
        reference = {"apiVersion": "batch/v1", "kind": owner, "name": "nightly", "uid": str(uuid.UUID(int=8))}
        made["metadata"]["ownerReferences"] = [{**reference, "controller": True}]
    return made


def binding(to: str) -> dict[str, Any]:
    target = {"apiVersion": "v1", "kind": "Node", "name": to}
    metadata = {"name": "relay-5d9c7", "namespace": "messaging"}
    return {"apiVersion": "v1", "kind": "Binding", "metadata": metadata, "target": target}


def exec_options() -> dict[str, Any]:
    options = {"stdin": True, "stdout": True, "tty": True, "container": "relay", "command": ["sh"]}
    return {"apiVersion": "v1", "kind": "PodExecOptions", **options}


def review(
    resource: str,
    operation: str,
    new: Any = None,
    old: Any = None,
    *,
    sub: str = "",
    user: str = ADMIN,
    namespace: str = "messaging",
    name: str = "relay",
    dry: bool = False,
) -> dict[str, Any]:
    """The whole envelope, with all the fields that a server sends."""
    group, kind = KINDS.get(resource, ("", "Thing"))
    kinds = {"group": group, "version": "v1", "kind": kind}
    resources = {"group": group, "version": "v1", "resource": resource}
    request: dict[str, Any] = {
        "uid": str(uuid.UUID(int=next(_numbers))),
        "kind": kinds,
        "resource": resources,
        "requestKind": kinds,
        "requestResource": resources,
        "name": name,
        "operation": operation,
        "userInfo": {"username": user, "uid": "u-1", "groups": ["system:authenticated"], "extra": {"scopes": ["a"]}},
        "object": copy.deepcopy(new),
        "oldObject": copy.deepcopy(old),
        "dryRun": dry,
        "options": {"kind": "CreateOptions", "apiVersion": "meta.k8s.io/v1", "fieldManager": "kubectl"},
    }
    if namespace:
        request["namespace"] = namespace
    if sub:
        request |= {"subResource": sub, "requestSubResource": sub}
    return {"kind": "AdmissionReview", "apiVersion": "admission.k8s.io/v1", "request": request}
