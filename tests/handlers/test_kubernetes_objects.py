"""What we ask Kubernetes to install, and the objects of these tests, against Kubernetes' published schemas."""

from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from tests.handlers.kubernetes_reviews import binding, deployment, job, node, pod

ASSETS = Path(__file__).parents[2] / "bot/assets/doors/kubernetes"


def test_what_we_ask_kubernetes_to_install_is_valid_and_closed() -> None:
    config = yaml.safe_load((ASSETS / "validating-webhook.yaml").read_text(encoding="utf-8"))
    kubernetes_validate.validate(config, "1.37", strict=True)
    for hook in config["webhooks"]:
        assert (hook["failurePolicy"], hook["timeoutSeconds"], hook["sideEffects"]) == ("Fail", 3, "NoneOnDryRun")
        assert "objectSelector" not in hook, "users set labels"
        assert all(rule["operations"] != ["*"] and "*/*" not in rule["resources"] for rule in hook["rules"])
        if any(rule["scope"] == "Namespaced" for rule in hook["rules"]):
            ours = {"key": "kubernetes.io/metadata.name", "operator": "NotIn", "values": ["stopline", "kube-system"]}
            assert ours in hook["namespaceSelector"]["matchExpressions"]
    resources = {name for hook in config["webhooks"] for rule in hook["rules"] for name in rule["resources"]}
    assert {"deployments", "pods", "pods/exec", "pods/binding", "nodes"} <= resources


@pytest.mark.parametrize(
    "thing",
    [
        *(deployment(), deployment(paused=True), pod(), pod(node="lb-01", owner="ReplicaSet"), node(), job()),
        *(node(unschedulable=True, taints=[{"key": "a", "effect": "NoSchedule"}]), job(owner="CronJob")),
        binding("lb-01"),
    ],
)
def test_the_objects_of_these_tests_are_real_ones(thing: dict[str, Any]) -> None:
    kubernetes_validate.validate(thing, "1.37", strict=True)
