"""The doors at which machines ask, as `doors.yaml` writes them down: who may ask there, for which servers.

Servers are written as people write them: names, aliases or selectors (`role:relay`). Secrets stand in files, read at
start. Every part has its reader in `bot/adapters/doors_file.py` and its door in `handlers/http/`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

Selectors = tuple[str, ...]
"""Names, aliases or selectors of servers."""


class Door(StrEnum):
    """Where a question came from; the word stands in the audit row."""

    SLACK = "slack"
    HTTP = "http"
    GITHUB = "github"
    KUBERNETES = "kubernetes"
    ARGOCD = "argocd"
    TERRAFORM = "terraform"
    AZURE = "azure"


class Drift(StrEnum):
    """What another system lets past us, or no longer asks; the sentences stand in `bot/i18n/texts/alarm.toml`."""

    MISSING = "missing"
    NOT_CLOSED = "not_closed"
    RULE_MISSING = "rule_missing"
    LABEL_ESCAPE = "label_escape"
    ADMINS_BYPASS = "admins_bypass"


@dataclass(frozen=True, slots=True)
class Identity:
    """A pipeline that proves who it is with its issuer's token (OIDC).

    `claims` must all be there with exactly these values: ids, never names (`repository_id`, `project_id`,
    `environment` …). `caller` is its name in our records; `servers` is what it may ask for (empty: anything).
    """

    caller: str
    claims: Mapping[str, str]
    servers: Selectors = ()


@dataclass(frozen=True, slots=True)
class Issuer:
    """Who signs pipelines' identities. `jwks_url` is fixed here and never taken from a token."""

    issuer: str
    jwks_url: str
    audience: str
    identities: tuple[Identity, ...]


@dataclass(frozen=True, slots=True)
class GitHubEnvironment:
    """A deployment environment and the servers that a deployment to it changes."""

    repository_id: str
    repository: str
    environment: str
    servers: Selectors


@dataclass(frozen=True, slots=True)
class GitHubApp:
    """The GitHub App whose protection rule asks us. `private_key` (PEM) and `webhook_secret` are secrets."""

    api_url: str
    app_id: str
    private_key: str
    webhook_secret: str
    environments: tuple[GitHubEnvironment, ...]


@dataclass(frozen=True, slots=True)
class Cluster:
    """A Kubernetes cluster whose admission webhook asks us at `/v1/admission/<name>/<secret>`.

    `namespaces`: namespace → servers that its workloads change. `nodes`: node names are server names.
    `exempt`: namespaces never judged (ours and kube-system always). `api_url` and `api_token`, where given, let us look
    whether the webhook is still configured as it should be (`webhook`: its configuration's name); `ca` is the PEM of
    its API server.
    """

    name: str
    secret: str
    namespaces: Mapping[str, Selectors]
    nodes: bool = False
    exempt: tuple[str, ...] = ()
    api_url: str = ""
    api_token: str = ""
    ca: str = ""
    webhook: str = ""


@dataclass(frozen=True, slots=True)
class ArgoProject:
    """An Argo CD project (AppProject) whose sync windows we write; `applications` are patterns as Argo reads them."""

    project: str
    servers: Selectors
    applications: tuple[str, ...] = ("*",)


@dataclass(frozen=True, slots=True)
class ArgoServer:
    """An Argo CD API server."""

    url: str
    token: str
    projects: tuple[ArgoProject, ...]
    ca: str = ""


@dataclass(frozen=True, slots=True)
class TerraformTasks:
    """HCP Terraform run tasks: workspace name → servers. `hosts`: where callbacks may go (exact host names)."""

    hmac_key: str
    hosts: tuple[str, ...]
    workspaces: Mapping[str, Selectors]


@dataclass(frozen=True, slots=True)
class AzureCheck:
    """An Azure DevOps check "Invoke REST API" with callback. `secret` is in the address or a header of our own."""

    secret: str
    hosts: tuple[str, ...]
    projects: Mapping[str, Selectors]


@dataclass(frozen=True, slots=True)
class Doors:
    """Everything that `doors.yaml` says; a part that is missing has no door."""

    issuers: tuple[Issuer, ...] = ()
    github: GitHubApp | None = None
    clusters: tuple[Cluster, ...] = ()
    argocd: tuple[ArgoServer, ...] = ()
    terraform: TerraformTasks | None = None
    azure: AzureCheck | None = None
