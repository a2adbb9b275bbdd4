"""The only file that knows PyJWT: what a token says, and whether a key signed it. Loaded with the first token."""

from collections.abc import Mapping
from typing import Any

import jwt
from jwt.types import Options

from bot.domain.identity import Claims

_CURVES = {("RSA", None): "RS256", ("EC", "P-256"): "ES256"}
"""Key types with the one algorithm that each may sign with. The list is ours: a token only names one of them."""
ALGORITHMS = tuple(_CURVES.values())
_PUBLIC = ("kty", "crv", "n", "e", "x", "y")
_UNCHECKED: Options = {
    "verify_exp": False,
    "verify_nbf": False,
    "verify_iat": False,
    "verify_aud": False,
    "verify_iss": False,
    "verify_sub": False,
    "verify_jti": False,
}
"""Claims are checked in `bot/domain/identity.py`, by our clock."""

Key = jwt.PyJWK


def unverified(token: str) -> tuple[Mapping[str, object], Claims] | None:
    """Header and claims of what may be a token, on nobody's word; None for what is none."""
    try:
        parts = jwt.decode_complete(token, options={**_UNCHECKED, "verify_signature": False})
    except (jwt.PyJWTError, ValueError):
        return None
    return parts["header"], parts["payload"]


def verified(token: str, key: Key) -> Claims | None:
    """The claims, where this key signed them with its own algorithm and is long enough; else None."""
    options: Options = {**_UNCHECKED, "verify_signature": True, "enforce_minimum_key_length": True}
    try:
        claims: Claims = jwt.decode(token, key=key, algorithms=list(ALGORITHMS), options=options)
    except (jwt.PyJWTError, ValueError):
        return None
    return claims


def key_of(jwk: Mapping[str, Any]) -> Key | None:
    """The public key of a JWK (RFC 7517) that signs RS256 or ES256; None for any other."""
    kind, curve = jwk.get("kty"), jwk.get("crv")
    algorithm = _CURVES.get((kind, curve)) if isinstance(kind, str) and isinstance(curve, str | None) else None
    if algorithm is None or jwk.get("alg", algorithm) != algorithm or jwk.get("use", "sig") != "sig":
        return None
    try:
        return jwt.PyJWK({name: jwk[name] for name in _PUBLIC if name in jwk}, algorithm)
    except (jwt.PyJWTError, ValueError, TypeError, KeyError):
        return None


def signed(claims: Mapping[str, object], pem: str) -> str:
    """A token of our own, RS256. Raises ValueError for a key that is none."""
    try:
        return jwt.encode(dict(claims), pem, "RS256")
    except (jwt.PyJWTError, TypeError) as wrong:
        raise ValueError("key") from wrong
