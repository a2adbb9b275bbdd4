"""What is promised of a Backstage catalogue: its servers and what serves what; everything else in it is passed over."""

import json
from pathlib import Path

import pytest

from bot.adapters.backstage_file import SERVER_TYPES, read_backstage_file
from bot.adapters.catalogue_file import read_catalogue
from bot.adapters.servers_file import ServersFileWrong, read_servers_file
from bot.domain.server import Edge, EdgeKind
from bot.ports.catalogue import Described
from tests.adapters.test_servers_file import server, told

CATALOGUE = """apiVersion: backstage.io/v1alpha1
kind: Component
metadata: {name: checkout}
spec:
  type: service
  dependsOn: [resource:lb-01]
---
# a Kubernetes manifest beside it
apiVersion: v1
kind: Service
metadata: {name: lb-09}
spec: {type: node, ports: [{port: 80}]}
---
---
apiVersion: backstage.io/v1alpha1
kind: Resource
metadata:
  name: LB-01
  description: The first load balancer
  labels: {stopline.dev/role: relay, stopline.dev/pool: label, example.com/other: x}
  annotations:
    stopline.dev/pool: main
    stopline.dev/image: registry.example.com/relay:4.2
    stopline.dev/aliases: lb-01.dc1.example.net, first-lb
    stopline.dev/shared-fate: lb-02, host-1
    backstage.io/managed-by-location: url:https://example.com/catalog-info.yaml
  links: [{url: https://example.com, title: Board}]
spec:
  type: Load-Balancer
  owner: group:default/infra
  system: system:default/Messaging
  dependsOn: [resource:default/host-1, resource:artists-db, component:lb-02, Resource:LB-02, lb-01]
  dependencyOf: [session-01, {kind: Resource, name: lb-02}]
---
apiVersion: backstage.io/v1beta1
kind: Resource
metadata: {name: lb-02}
spec: {type: vm, owner: infra, system: messaging}
---
apiVersion: backstage.io/v1alpha1
kind: Resource
metadata: {name: session-01, labels: {stopline.dev/service: login}}
spec: {type: kubernetes-node, owner: infra, system: messaging}
---
apiVersion: backstage.io/v1alpha1
kind: Resource
metadata: {name: host-1}
spec: {type: bare-metal, owner: infra}
---
apiVersion: backstage.io/v1alpha1
kind: Resource
metadata: {name: artists-db}
spec: {type: database, owner: infra}
"""
ENTITY = """apiVersion: backstage.io/v1alpha1
kind: Resource
metadata:
  name: {name}
  namespace: {space}
spec:
  type: server
"""


def read(folder: Path, text: str) -> Described:
    path = folder / "catalog-info.yaml"
    path.write_text(text)
    assert read_catalogue(path) == read_backstage_file(path)
    return read_backstage_file(path)


def mistake(folder: Path, text: str) -> str:
    path = folder / "catalog-info.yaml"
    path.write_text(text)
    with pytest.raises(ServersFileWrong) as caught:
        read_backstage_file(path)
    assert caught.value.file == "catalog-info.yaml"
    return told(caught.value)


def test_resources_that_are_servers_become_the_catalogue(tmp_path: Path) -> None:
    found = read(tmp_path, CATALOGUE)
    assert found.servers == (
        server(
            "lb-01",
            "lb-01.dc1.example.net",
            "first-lb",
            role="relay",
            service="messaging",
            pool="main",
            image="registry.example.com/relay:4.2",
        ),
        server("lb-02", service="messaging"),
        server("session-01", service="login"),
        server("host-1"),
    )
    assert found.edges == {
        Edge("lb-01", "lb-02", EdgeKind.SHARED_FATE),  # type: ignore[arg-type]
        Edge("host-1", "lb-01", EdgeKind.SHARED_FATE),  # type: ignore[arg-type]
        Edge("host-1", "lb-01", EdgeKind.SERVES),  # type: ignore[arg-type]
        Edge("lb-02", "lb-01", EdgeKind.SERVES),  # type: ignore[arg-type]
        Edge("lb-01", "session-01", EdgeKind.SERVES),  # type: ignore[arg-type]
        Edge("lb-01", "lb-02", EdgeKind.SERVES),  # type: ignore[arg-type]
    }


def test_what_the_api_answers_in_json_is_read_too(tmp_path: Path) -> None:
    entities = [
        {
            "apiVersion": "backstage.io/v1alpha1",
            "kind": "Resource",
            "metadata": {"name": name, "uid": "2152f463", "annotations": {}, "labels": None},
            "spec": {"type": "server", "dependsOn": []},
            "relations": [{"type": "ownedBy", "targetRef": "group:default/infra"}],
        }
        for name in ("a", "b")
    ]
    assert read(tmp_path, json.dumps(entities, indent=1)).servers == (server("a"), server("b"))


@pytest.mark.parametrize("kind", SERVER_TYPES)
def test_each_word_for_a_server_means_one(tmp_path: Path, kind: str) -> None:
    text = ENTITY.format(name="a", space="default").replace("type: server", f"type: {kind}")
    assert read(tmp_path, text).servers == (server("a"),)


def test_references_stay_in_their_namespace(tmp_path: Path) -> None:
    prod = ENTITY.format(name="a", space="prod") + "  dependsOn: [resource:b]\n"
    other = ENTITY.format(name="b", space="test")
    assert read(tmp_path, f"{prod}---\n{other}").edges == frozenset()
    here = prod.replace("resource:b", "resource:TEST/b")
    assert read(tmp_path, f"{here}---\n{other}").edges == {Edge("b", "a", EdgeKind.SERVES)}  # type: ignore[arg-type]


def test_each_mistake_has_its_line(tmp_path: Path) -> None:
    good = ENTITY.format(name="a", space="default")
    note = good.replace("spec:", "  annotations:\n    stopline.dev/{}\nspec:")
    assert mistake(tmp_path, good.replace("  name: a\n", "")) == "line 4: “name” is missing here"
    assert mistake(tmp_path, good.replace("name: a", "name: {$text: x}")) == "line 4: write one text here"
    assert mistake(tmp_path, good.replace("name: a", "name: -a-")) == "line 4: “-a-” cannot be a server's name"
    assert "line 7: “stopline.dev/rolle” is not known here" in mistake(tmp_path, note.format("rolle: relay"))
    assert "line 7: no server of this file is called “b”" in mistake(tmp_path, note.format("shared-fate: b"))
    assert "line 7: “a” is this server itself" in mistake(tmp_path, note.format("shared-fate: a"))
    assert "line 7: write “a b” as one word" in mistake(tmp_path, note.format("role: a b"))
    assert "line 7: at most 100 can be written" in mistake(tmp_path, note.format("aliases: " + "b," * 101))
    twice = good + "---\n" + ENTITY.format(name="A", space="prod")
    assert mistake(tmp_path, twice) == "line 12: “a” stands at line 4 already"
    assert mistake(tmp_path, good + "  type: host\n") == "line 8: “type” stands at line 7 already"
    assert "line 8: write a list here" in mistake(tmp_path, good + "  dependsOn: b\n")


def test_a_file_without_any_server_is_a_mistake(tmp_path: Path) -> None:
    said = mistake(tmp_path, ENTITY.format(name="a", space="default").replace("server", "database"))
    assert "no entity in it is a server" in said and "kubernetes-node" in said


def test_our_own_file_is_known_from_theirs(tmp_path: Path) -> None:
    path = tmp_path / "servers.yaml"
    path.write_text("servers:\n- name: a\n- name: apiVersion\n  role: backstage.io/v1\n")
    assert read_catalogue(path) == read_servers_file(path)
    path.write_text("apiVersion: v1\nkind: Resource\n")
    with pytest.raises(ServersFileWrong) as caught:
        read_catalogue(path)
    assert "“apiVersion” is not known here; use servers" in told(caught.value)
