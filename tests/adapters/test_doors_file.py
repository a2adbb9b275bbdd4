"""What is promised of `doors.yaml`: doors as written, secrets from their files and in no sentence, mistakes by line."""

import re
from pathlib import Path

import pytest

from bot.adapters.doors_file import DoorsFileWrong, read_doors_file
from bot.adapters.yaml_lines import FileWrong
from bot.domain.door import (
    ArgoProject,
    ArgoServer,
    AzureCheck,
    Cluster,
    Doors,
    GitHubApp,
    GitHubEnvironment,
    Identity,
    Issuer,
    TerraformTasks,
)
from tests.adapters.test_servers_file import told

EXAMPLE = Path(__file__).parents[2] / "bot" / "assets" / "doors.example.yaml"
SECRET = "s3cret-of-seoul-1-long"
PEM = "-----BEGIN RSA PRIVATE KEY-----\nabc\n-----END RSA PRIVATE KEY-----"
CA = "-----BEGIN CERTIFICATE-----\nabc\n-----END CERTIFICATE-----"
US = "https://stopline.example.com"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    secrets = tmp_path / "secrets"
    secrets.mkdir()
    for name in ("github-webhook", "seoul-1", "seoul-1-token", "argocd-token", "terraform-hmac", "azure"):
        (secrets / name).write_text(f"  {SECRET}\n\n")
    (secrets / "github-app.pem").write_text(f"{PEM}\n")
    (secrets / "seoul-1-ca.pem").write_text(f"\n{CA}\n")
    (secrets / "empty").write_text(" \n\t\n")
    (secrets / "short").write_text("short\n")
    (secrets / "large").write_text("x" * 70_000)
    (secrets / "binary").write_bytes(b"\xff" * 30)
    (secrets / "spaced").write_text("a secret/with what no address holds\n")
    return tmp_path


def read(folder: Path, text: str) -> Doors:
    path = folder / "doors.yaml"
    path.write_text(text)
    return read_doors_file(path)


def mistake(folder: Path, text: str) -> str:
    with pytest.raises(DoorsFileWrong) as caught:
        read(folder, text)
    assert caught.value.file == "doors.yaml" and isinstance(caught.value, FileWrong)
    said = told(caught.value)
    assert SECRET not in said and "short" not in said.replace("shorter", "")
    return said


def test_the_example_is_read_as_it_says(folder: Path) -> None:
    found = read(folder, EXAMPLE.read_text(encoding="utf-8"))
    github, gitlab, other = found.issuers
    relay = {"repository_id": "123456789", "repository_owner_id": "987654", "environment": "production"}
    assert github == Issuer(
        "https://token.actions.githubusercontent.com",
        "https://token.actions.githubusercontent.com/.well-known/jwks",
        US,
        (Identity("relay-production", relay, ("role:message-lb", "file-01")),),
    )
    session = {"project_id": "20", "namespace_id": "72", "environment": "production"}
    assert gitlab == Issuer(
        "https://gitlab.com",
        "https://gitlab.com/oauth/discovery/keys",
        US,
        (Identity("session-deploy", session, ("session-01",)),),
    )
    night = Identity("night-jobs", {"sub": "project:42"}, ())
    assert other == Issuer("https://ci.example.com", "https://ci.example.com/keys", US, (night,))
    environment = GitHubEnvironment("123456789", "example/relay", "production", ("role:message-lb",))
    assert found.github == GitHubApp("https://api.github.com", "1234", PEM, SECRET, (environment,))
    assert found.clusters == (
        Cluster(
            name="seoul-1",
            secret=SECRET,
            namespaces={"messaging": ("service:messaging",)},
            nodes=True,
            exempt=("monitoring",),
            api_url="https://10.0.0.1:6443",
            api_token=SECRET,
            ca=CA,
            webhook="stopline",
        ),
    )
    project = ArgoProject("messaging", ("service:messaging",), ("relay-*",))
    assert found.argocd == (ArgoServer("https://argocd.example.com", SECRET, (project,)),)
    role = ("role:message-lb",)
    assert found.terraform == TerraformTasks(SECRET, ("app.terraform.io",), {"relay-production": role})
    assert found.azure == AzureCheck(SECRET, ("dev.azure.com",), {"relay": role})


def test_what_is_left_out_has_its_default_or_no_door(folder: Path) -> None:
    assert read(folder, "{}") == Doors()
    found = read(
        folder,
        """
clusters: [{name: a, secret_file: secrets/seoul-1}]
argocd: [{url: "http://127.0.0.1:8080/", token_file: secrets/argocd-token, projects: [{project: p, servers: [A.]}]}]
terraform: {hmac_key_file: secrets/terraform-hmac, workspaces: {w: [a]}}
azure: {secret_file: secrets/azure, projects: {"A project": ["Role:Relay", "lb-*", lb-*]}}
""",
    )
    assert found.clusters == (Cluster("a", SECRET, {}),)
    assert found.argocd == (ArgoServer("http://127.0.0.1:8080", SECRET, (ArgoProject("p", ("a",), ("*",)),)),)
    assert found.terraform and found.terraform.hosts == ("app.terraform.io",)
    assert found.azure == AzureCheck(SECRET, ("dev.azure.com",), {"A project": ("role:relay", "lb-*")})


def test_keys_follow_from_the_issuer_and_the_issuer_stays_as_written(folder: Path) -> None:
    claims = "{project_id: 1, namespace_id: 2, ref_protected: true}"
    row = "{{kind: gitlab, issuer: {}, audience: us, identities: [{{caller: c, claims: {}}}]}}"
    found = read(folder, f"issuers: [{row.format('https://git.example.com/', claims)}]").issuers[0]
    assert (found.issuer, found.jwks_url) == (
        "https://git.example.com/",
        "https://git.example.com/oauth/discovery/keys",
    )
    assert found.identities[0].claims["ref_protected"] == "true"


ISSUER = """issuers:
- kind: {kind}
  audience: us
  identities:
  - caller: c
    claims: {claims}
"""
GITHUB = "repository_id: 1, repository_owner_id: 2"
GITLAB = "project_id: 1, namespace_id: 2"


@pytest.mark.parametrize(
    ("kind", "claims", "said"),
    [
        ("github", "{repository_owner_id: 2, environment: p}", "line 6: “repository_id” is missing here"),
        ("github", "{repository_id: 2, environment: p}", "line 6: “repository_owner_id” is missing here"),
        ("github", f"{{{GITHUB}}}", "line 6: write one more claim, such as environment, or"),
        ("github", f"{{{GITHUB}, ref_protected: true}}", "line 6: write one more claim, such as environment, or"),
        ("github", "{repository_id: owner/name, repository_owner_id: 2}", "line 6: “owner/name” cannot be this claim"),
        ("github", f"{{{GITHUB}, environment: ''}}", "line 6: “” cannot be this claim's value"),
        ("github", f"{{{GITHUB}, environment: [p]}}", "line 6: write one text here"),
        ("github", f"{{{GITHUB}, environment: p, environment: q}}", "line 6: “environment” stands at line 6 already"),
        ("gitlab", "{project_id: 1, environment: p}", "line 6: “namespace_id” is missing here"),
        ("gitlab", f"{{{GITLAB}}}", "line 6: write one more claim, such as environment, ref_protected, or"),
        ("gitlab", f"{{{GITLAB}, ref_protected: false}}", "line 6: write one more claim, such as environment"),
        ("gitlab", f"{{{GITLAB}, ref_protected: yes}}", "line 6: write one more claim, such as environment"),
        ("github", f"{{{GITHUB}, environment: p, aud: us}}", "line 6: “aud” is always checked"),
        ("other", "{sub: a}", "line 2: “issuer” is missing here"),
        ("gitea", "{sub: a}", "line 2: “gitea” is not one of github, gitlab, other"),
    ],
)
def test_an_identity_is_bound_to_ids_and_a_place(folder: Path, kind: str, claims: str, said: str) -> None:
    assert mistake(folder, ISSUER.format(kind=kind, claims=claims)).startswith(said)


@pytest.mark.parametrize("claims", ["{}", "{iss: a}", "{aud: us}", "{exp: 1}"])
def test_another_issuer_needs_a_claim_of_its_own(folder: Path, claims: str) -> None:
    row = ISSUER.format(kind="other\n  issuer: https://a.example\n  jwks_url: https://a.example/k", claims=claims)
    said = mistake(folder, row)
    assert "line 8: write one more claim, such as sub" in said or re.match("line 8: “.*” is always checked", said)
    assert read(folder, row.replace(claims, "{sub: a}")).issuers[0].identities[0].claims == {"sub": "a"}


def test_callers_and_issuers_stand_once(folder: Path) -> None:
    row = ISSUER.format(kind="github", claims=f"{{{GITHUB}, environment: p}}")
    again = row.replace("issuers:\n", "")
    assert mistake(folder, row + again) == "line 10: “c” stands at line 5 already"
    assert mistake(folder, row + again.replace("caller: c", "caller: d")).startswith("line 7: “https://token.actions.")
    assert "line 5: “a b” cannot be a caller's name" in mistake(folder, row.replace("caller: c", "caller: a b"))


CLUSTER = "clusters:\n- name: {}\n  secret_file: {}\n"


@pytest.mark.parametrize(
    ("file", "said"),
    [
        ("secrets/none", "line 3: the file of “secret_file” cannot be read (No such file or directory)"),
        ("secrets", "line 3: the file of “secret_file” cannot be read (Is a directory)"),
        ("secrets/empty", "line 3: the file of “secret_file” is empty"),
        ("secrets/short", "line 3: the secret of “secret_file” needs at least 16 characters"),
        ("secrets/large", "line 3: the file of “secret_file” is larger than 64 KiB"),
        ("secrets/binary", "line 3: the file of “secret_file” is not text in UTF-8"),
        ("secrets/spaced", "line 3: the secret of “secret_file” stands in an address"),
        ('"secrets/\\0"', "line 3: there is a control character; remove it"),
        (SECRET, "line 3: the file of “secret_file” cannot be read (No such file or directory)"),
    ],
)
def test_each_secret_is_a_file_with_something_in_it(folder: Path, file: str, said: str) -> None:
    assert mistake(folder, CLUSTER.format("a", file)).startswith(said)


def test_a_secret_beside_its_field_is_refused_and_not_repeated(folder: Path) -> None:
    text = f"clusters:\n- name: a\n  secret: {SECRET}\n"
    assert "line 3: “secret” is not known here" in mistake(folder, text)


def test_keys_and_certificates_look_like_some(folder: Path) -> None:
    text = EXAMPLE.read_text(encoding="utf-8")
    assert "the file of “private_key_file” must begin with -----BEGIN " in mistake(
        folder, text.replace("github-app.pem", "azure")
    )
    assert "the file of “ca_file” must begin with -----BEGIN CERTIFICATE" in mistake(
        folder, text.replace("seoul-1-ca.pem", "azure")
    )


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("http://argocd.example.com", "line 2: the address of argocd.example.com must begin with https://"),
        ("http://10.0.0.1", "line 2: the address of 10.0.0.1 must begin with https://"),
        ("http://127.0.0.1.example.com", "line 2: the address of 127.0.0.1.example.com must"),
        ("http://localhost.example.com", "line 2: the address of localhost.example.com must"),
        *(
            (url, "line 2: write an address such as https://example.com")
            for url in (
                "argocd.example.com", "ftp://example.com", "file:///etc/passwd", "https://", "https:///path",
                "https://user:pw@example.com", "http://127.0.0.1@example.com", "https://example.com/?a=b",
                "'https://example.com/#a'", "https://example.com:port", "https://exa mple.com", "https://[::1",
                "https://example.com\\@other.com", "https://ex\u00e4mple.com", f"https://{'a' * 1000}.com",
            )
        ),
    ],
)  # fmt: skip
def test_addresses_are_https_or_of_this_machine(folder: Path, url: str, said: str) -> None:
    text = "argocd:\n- url: {}\n  token_file: secrets/argocd-token\n  projects: []\n"
    assert mistake(folder, text.format(url)).startswith(said)
    for good in ("https://a.example/base", "http://localhost:1", "http://127.0.0.1", "'http://[::1]:8080'"):
        assert read(folder, text.format(good)).argocd[0].url == good.strip("'")


MISTAKES = {
    "doors: {}": "line 1: “doors” is not known here; use argocd, azure, clusters, github, issuers, terraform",
    "github: {}": "line 1: “app_id” is missing here",
    "issuers: {}": "line 1: write a list here",
    CLUSTER.format("a", "secrets/seoul-1") + "  namespaces: {a: []}": "line 4: name at least one server",
    CLUSTER.format("a", "secrets/seoul-1") + "  namespaces: {A: [b]}": "line 4: “A” cannot be a name here",
    CLUSTER.format("a", "secrets/seoul-1") + "  namespaces: {a: [b c]}": "line 4: “b c” cannot be a server's name",
    CLUSTER.format("a", "secrets/seoul-1") + "  namespaces: {a: ['role:']}": "line 4: “role:” is no group of servers",
    CLUSTER.format("a", "secrets/seoul-1") + "  namespaces:\n    a: [b]\n    a: [c]":
        "line 6: “a” stands at line 5 already",
    CLUSTER.format("a", "secrets/seoul-1") + "  nodes: yes": "line 4: write true or false instead of “yes”",
    CLUSTER.format("a", "secrets/seoul-1") + "  api_url: https://a.example": "line 2: “api_token_file” is missing here",
    CLUSTER.format("a", "secrets/seoul-1") + "- name: a\n  secret_file: secrets/seoul-1":
        "line 4: “a” is written for the second time",
    CLUSTER.format("A/b", "secrets/seoul-1"): "line 2: “A/b” cannot be a name here",
    "terraform:\n  hmac_key_file: secrets/azure\n  hosts: []\n  workspaces: {}": "line 3: the list is empty",
    "terraform:\n  hmac_key_file: secrets/azure\n  hosts: ['https://a.example']\n  workspaces: {}":
        "line 3: “https://a.example” is no host name",
    "azure:\n  secret_file: secrets/azure\n  projects:\n    a: [" + "b," * 201 + "]":
        "line 4: at most 200 can be written here",
}  # fmt: skip


@pytest.mark.parametrize("text", MISTAKES)
def test_each_mistake_has_its_line_and_its_sentence(folder: Path, text: str) -> None:
    assert mistake(folder, text).startswith(MISTAKES[text])


def test_an_app_names_ids_and_repositories(folder: Path) -> None:
    text = EXAMPLE.read_text(encoding="utf-8")
    assert "write the number (the id) instead of “relay”" in mistake(
        folder, text.replace("app_id: 1234", "app_id: relay")
    )
    assert "write owner/name instead of “relay”" in mistake(folder, text.replace("example/relay", "relay"))
    rows = re.search(r"    - repository_id: .*?\n(?=\n)", text, re.DOTALL)
    assert rows and "is written for the second time" in mistake(folder, text.replace(rows[0], rows[0] * 2))
