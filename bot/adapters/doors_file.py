"""`doors.yaml`: the doors at which machines ask, read with a sentence for each mistake.

What may be written is in `bot/assets/doors.example.yaml`.
"""

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

from bot.adapters.doors_issuers import issuers
from bot.adapters.doors_values import DoorsFileWrong, Fields, address, host, secret, selectors, shared_secret, word
from bot.adapters.yaml_file import read_document
from bot.adapters.yaml_lines import SHOWN, Value
from bot.domain.door import (
    ArgoProject,
    ArgoServer,
    AzureCheck,
    Cluster,
    Doors,
    GitHubApp,
    GitHubEnvironment,
    Selectors,
    TerraformTasks,
)

__all__ = ["DoorsFileWrong", "read_doors_file"]

PLACES = 1_000
"""Environments, namespaces, workspaces or projects of one door."""
CLUSTERS = 100
ARGO_SERVERS = 100
HOSTS = 20
PATTERNS = 100
GITHUB_API = "https://api.github.com"
TERRAFORM_HOSTS = ("app.terraform.io",)
AZURE_HOSTS = ("dev.azure.com",)
_CERTIFICATE = "-----BEGIN CERTIFICATE-----"
_NUMBER = re.compile(r"[0-9]{1,20}")
_REPOSITORY = re.compile(r"[A-Za-z0-9._-]{1,100}/[A-Za-z0-9._-]{1,100}")
_PLACE = re.compile(r"[^\x00-\x1f\x7f]{1,255}")
_KUBERNETES_NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_OBJECT_NAME = re.compile(r"[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?")
_IN_A_PATH = re.compile(r"[A-Za-z0-9._~-]+")

Part = TypeVar("Part")


def read_doors_file(path: Path) -> Doors:
    """The doors of the file; its secrets are read from their files now. Raises DoorsFileWrong."""
    document = read_document(path, DoorsFileWrong)
    fields = document.fields(("issuers", "github", "clusters", "argocd", "terraform", "azure"))
    return Doors(
        issuers=issuers(fields["issuers"]) if "issuers" in fields else (),
        github=_part(fields, "github", _github),
        clusters=_each(fields, "clusters", CLUSTERS, _cluster, lambda cluster: cluster.name),
        argocd=_each(fields, "argocd", ARGO_SERVERS, _argo_server, lambda server: server.url),
        terraform=_part(fields, "terraform", _terraform),
        azure=_part(fields, "azure", _azure),
    )


def _part(fields: Fields, name: str, read: Callable[[Value], Part]) -> Part | None:
    return read(fields[name]) if name in fields else None


def _each(
    fields: Fields, name: str, most: int, read: Callable[[Value], Part], identity: Callable[[Part], object]
) -> tuple[Part, ...]:
    """The parts of a list, no two of which may have the same identity."""
    found: dict[object, Part] = {}
    for item in fields[name].items(most) if name in fields else ():
        part = read(item)
        if identity(part) in found:
            raise item.wrong("twice_written", word=str(identity(part))[:SHOWN])
        found[identity(part)] = part
    return tuple(found.values())


def _github(value: Value) -> GitHubApp:
    needed = ("app_id", "private_key_file", "webhook_secret_file", "environments")
    fields = value.fields(("api_url", *needed), needed)
    return GitHubApp(
        api_url=address(fields["api_url"]) if "api_url" in fields else GITHUB_API,
        app_id=word(fields["app_id"], _NUMBER, "bad_number"),
        private_key=secret(fields, "private_key_file", begins="-----BEGIN "),
        webhook_secret=shared_secret(fields, "webhook_secret_file"),
        environments=_each(
            fields, "environments", PLACES, _environment, lambda one: f"{one.repository_id} {one.environment}"
        ),
    )


def _environment(value: Value) -> GitHubEnvironment:
    needed = ("repository_id", "repository", "environment", "servers")
    fields = value.fields(needed, needed)
    return GitHubEnvironment(
        repository_id=word(fields["repository_id"], _NUMBER, "bad_number"),
        repository=word(fields["repository"], _REPOSITORY, "bad_repository"),
        environment=word(fields["environment"], _PLACE, "bad_place"),
        servers=selectors(fields["servers"]),
    )


_CLUSTER_FIELDS = ("namespaces", "nodes", "exempt", "api_url", "api_token_file", "ca_file", "webhook")


def _cluster(value: Value) -> Cluster:
    fields = value.fields(("name", "secret_file", *_CLUSTER_FIELDS), ("name", "secret_file"))
    if "api_url" in fields or "webhook" in fields:
        value.need(fields, ("api_url", "api_token_file", "webhook"))
    known = shared_secret(fields, "secret_file")
    if not _IN_A_PATH.fullmatch(known):
        raise fields["secret_file"].wrong("secret_in_path", field="secret_file")
    exempt = fields["exempt"].items(PATTERNS) if "exempt" in fields else []
    return Cluster(
        name=word(fields["name"], _KUBERNETES_NAME, "bad_place"),
        secret=known,
        namespaces=_places(fields, "namespaces", _KUBERNETES_NAME),
        nodes="nodes" in fields and fields["nodes"].flag(),
        exempt=tuple(word(item, _KUBERNETES_NAME, "bad_place") for item in exempt),
        api_url=address(fields["api_url"]) if "api_url" in fields else "",
        api_token=secret(fields, "api_token_file"),
        ca=secret(fields, "ca_file", begins=_CERTIFICATE),
        webhook=word(fields["webhook"], _OBJECT_NAME, "bad_place") if "webhook" in fields else "",
    )


def _places(fields: Fields, name: str, pattern: re.Pattern[str]) -> Mapping[str, Selectors]:
    """Namespaces, workspaces or projects with the servers that a change there reaches."""
    pairs = fields[name].pairs(PLACES) if name in fields else []
    return {word(place, pattern, "bad_place"): selectors(servers) for place, servers in pairs}


def _argo_server(value: Value) -> ArgoServer:
    needed = ("url", "token_file", "projects")
    fields = value.fields((*needed, "ca_file"), needed)
    return ArgoServer(
        url=address(fields["url"]),
        token=secret(fields, "token_file"),
        projects=_each(fields, "projects", PLACES, _argo_project, lambda project: project.project),
        ca=secret(fields, "ca_file", begins=_CERTIFICATE),
    )


def _argo_project(value: Value) -> ArgoProject:
    fields = value.fields(("project", "servers", "applications"), ("project", "servers"))
    project = word(fields["project"], _OBJECT_NAME, "bad_place")
    servers = selectors(fields["servers"])
    if "applications" not in fields:
        return ArgoProject(project, servers)
    patterns = _filled(fields["applications"], PATTERNS)
    return ArgoProject(project, servers, tuple(word(item, _PLACE, "bad_place") for item in patterns))


def _terraform(value: Value) -> TerraformTasks:
    fields = value.fields(("hmac_key_file", "hosts", "workspaces"), ("hmac_key_file", "workspaces"))
    return TerraformTasks(
        hmac_key=shared_secret(fields, "hmac_key_file"),
        hosts=_hosts(fields, TERRAFORM_HOSTS),
        workspaces=_places(fields, "workspaces", _PLACE),
    )


def _azure(value: Value) -> AzureCheck:
    fields = value.fields(("secret_file", "hosts", "projects"), ("secret_file", "projects"))
    return AzureCheck(
        secret=shared_secret(fields, "secret_file"),
        hosts=_hosts(fields, AZURE_HOSTS),
        projects=_places(fields, "projects", _PLACE),
    )


def _hosts(fields: Fields, usual: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(host(item) for item in _filled(fields["hosts"], HOSTS)) if "hosts" in fields else usual


def _filled(value: Value, most: int) -> list[Value]:
    items = value.items(most)
    if not items:
        raise value.wrong("empty_list")
    return items
