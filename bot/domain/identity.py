"""Whose token it is: the claims and times of a token whose signature holds, against what the operator wrote down."""

import math
from collections.abc import Iterable, Mapping
from datetime import datetime

from bot.domain.door import Identity

LEEWAY_SECONDS = 30
"""How far an issuer's clock may be from ours."""

Claims = Mapping[str, object]


def matching_identity(claims: Claims, identities: Iterable[Identity]) -> Identity | None:
    """The first identity that is written down whose every claim is there with its value; others may be there too."""
    for identity in identities:
        wanted = identity.claims
        if wanted and all(_as_text(claims.get(name)) == value for name, value in wanted.items()):
            return identity
    return None


def _as_text(value: object) -> str | None:
    """The claim as it is written in `doors.yaml`: issuers send ids as texts and as numbers. Nothing else is equal."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value) if abs(value) < 10**20 else None
    return value if isinstance(value, str) else None


def is_valid_at(claims: Claims, now: datetime) -> bool:
    """Whether the token has begun and not ended; it must say when it was issued, begins and ends (exp, nbf, iat)."""
    ends, begins, issued = (_seconds(claims.get(name)) for name in ("exp", "nbf", "iat"))
    if ends is None or begins is None or issued is None:
        return False
    at = now.timestamp()
    return max(begins, issued) - LEEWAY_SECONDS <= at < ends + LEEWAY_SECONDS


def _seconds(value: object) -> float | None:
    """A NumericDate (RFC 7519): a finite number of seconds since 1970."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if isinstance(value, int):
        return float(value) if abs(value) < 10**15 else None
    return value if math.isfinite(value) else None


def is_for(claims: Claims, audience: str) -> bool:
    """Whether the token was made for us and for nobody else."""
    return claims.get("aud") in (audience, [audience])
