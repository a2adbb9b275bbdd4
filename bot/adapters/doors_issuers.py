"""The part `issuers` of `doors.yaml`: which pipelines we know by their issuer's tokens (OIDC).

Addresses of the keys and names of the claims: https://docs.github.com/en/actions/reference/security/oidc and
https://docs.gitlab.com/ci/secrets/id_token_authentication (keys: docs.gitlab.com/integration/openid_connect_provider).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from bot.adapters.doors_values import address, selectors, word
from bot.adapters.yaml_lines import SHOWN, Value
from bot.domain.door import Identity, Issuer

ISSUERS = 20
IDENTITIES = 1_000
CLAIMS = 20
_CALLER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/@-]{0,99}")
_NUMBER = re.compile(r"[0-9]{1,20}")
_PRINTABLE = re.compile(r"[^\x00-\x1f\x7f]{1,500}")
_CHECKED_BY_US = frozenset(("iss", "aud", "exp", "nbf", "iat", "jti"))


@dataclass(frozen=True, slots=True)
class _Kind:
    """What we know of a kind of issuer. `numbers` and one of `places` must be among an identity's claims."""

    issuer: str = ""
    keys: str = ""
    numbers: tuple[str, ...] = ()
    places: tuple[str, ...] = ()


KINDS = {
    "github": _Kind(
        issuer="https://token.actions.githubusercontent.com",
        keys="/.well-known/jwks",
        numbers=("repository_id", "repository_owner_id"),
        places=("environment",),
    ),
    "gitlab": _Kind(
        issuer="https://gitlab.com",
        keys="/oauth/discovery/keys",
        numbers=("project_id", "namespace_id"),
        places=("environment", "ref_protected"),
    ),
    "other": _Kind(),
}


def issuers(value: Value) -> tuple[Issuer, ...]:
    """Everybody who signs identities. Raises DoorsFileWrong."""
    found: dict[str, Issuer] = {}
    callers: dict[str, int] = {}
    for item in value.items(ISSUERS):
        issuer = _issuer(item, callers)
        if issuer.issuer in found:
            raise item.wrong("twice_written", word=issuer.issuer[:SHOWN])
        found[issuer.issuer] = issuer
    return tuple(found.values())


def _issuer(value: Value, callers: dict[str, int]) -> Issuer:
    fields = value.fields(("kind", "issuer", "jwks_url", "audience", "identities"), ("kind", "audience", "identities"))
    name = fields["kind"].text()
    if name not in KINDS:
        raise fields["kind"].wrong("one_of", word=name[:SHOWN], choices=sorted(KINDS))
    kind = KINDS[name]
    if name == "other":
        value.need(fields, ("issuer", "jwks_url"))
    issuer = _issuer_name(fields["issuer"]) if "issuer" in fields else kind.issuer
    keys = address(fields["jwks_url"]) if "jwks_url" in fields else issuer.rstrip("/") + kind.keys
    audience = word(fields["audience"], _PRINTABLE, "bad_claim")
    items = fields["identities"].items(IDENTITIES)
    return Issuer(issuer, keys, audience, tuple(_identity(item, kind, callers) for item in items))


def _issuer_name(value: Value) -> str:
    """As written: tokens are compared with it character by character, a slash at its end included."""
    address(value)
    return value.text()


def _identity(value: Value, kind: _Kind, callers: dict[str, int]) -> Identity:
    fields = value.fields(("caller", "claims", "servers"), ("caller", "claims"))
    caller = word(fields["caller"], _CALLER, "bad_caller")
    if caller in callers:
        raise fields["caller"].wrong("twice", word=caller, first=callers[caller])
    callers[caller] = fields["caller"].line
    servers = selectors(fields["servers"]) if "servers" in fields else ()
    return Identity(caller, _claims(fields["claims"], kind), servers)


def _claims(value: Value, kind: _Kind) -> Mapping[str, str]:
    """Ids, since names change hands: whoever takes over a freed name would take over its rights."""
    pairs = value.pairs(CLAIMS)
    claims: dict[str, str] = {}
    for name, expected in pairs:
        if name.text() in _CHECKED_BY_US:
            raise name.wrong("claim_is_ours", word=name.text())
        claims[name.text()] = word(expected, _NUMBER if name.text() in kind.numbers else _PRINTABLE, "bad_claim")
    missing = [name for name in kind.numbers if name not in claims]
    if missing:
        raise value.wrong("missing", word=missing[0])
    if not claims or (kind.places and not any(_is_place(name, claims) for name in kind.places)):
        raise value.wrong("missing_claim", choices=kind.places or ("sub",))
    return claims


def _is_place(name: str, claims: Mapping[str, str]) -> bool:
    """Any branch may set `ref_protected: false`: only "true" bounds anything."""
    return name in claims and (name != "ref_protected" or claims[name] == "true")
