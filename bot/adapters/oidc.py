"""Recognises a pipeline by the token that its issuer signed (OIDC): GitHub Actions, GitLab CI, any other.

Nothing that a token says of itself is believed before the signature holds: it only picks one of our issuers by name.
Keys come from that issuer's configured address, never from one in the token (jku, x5u, jwk, x5c are not read).
`jti` is not single-use: a pipeline asks, starts, reports and finishes with the one token that its job was given.
"""

import asyncio
import importlib
import re
import sys
from collections.abc import Iterable

import aiohttp

from bot.adapters.jwks import KeySet
from bot.domain.door import Identity, Issuer
from bot.domain.identity import Claims, is_for, is_valid_at, matching_identity
from bot.ports.clock import Clock

TOKEN_CHARACTERS = 8 * 1024
"""GitHub's are about 2,000 characters long; a header of more than 8 KiB does not reach us."""
KID_CHARACTERS = 200
_WIRE = "bot.adapters.jwt_wire"
_COMPACT = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")


class Oidc:
    """Implements `bot.ports.identity.Identities`. PyJWT is loaded with the first token."""

    def __init__(self, issuers: Iterable[Issuer], session: aiohttp.ClientSession, clock: Clock) -> None:
        """Asks nobody yet."""
        self._clock = clock
        self._issuers = {one.issuer: (one, KeySet(one.jwks_url, session, clock)) for one in issuers}

    async def identity_of(self, token: str) -> Identity | None:
        """Whose token this is; takes at most as long as fetching the keys. Raises IdentityUnavailable."""
        if not self._issuers or len(token) > TOKEN_CHARACTERS or not _COMPACT.fullmatch(token):
            return None
        await _load()
        from bot.adapters.jwt_wire import ALGORITHMS, unverified, verified

        header, claims = unverified(token) or ({}, {})
        name, kid = claims.get("iss"), header.get("kid")
        if not (isinstance(name, str) and name in self._issuers and isinstance(kid, str)):
            return None
        if header.get("alg") not in ALGORITHMS or not 0 < len(kid) <= KID_CHARACTERS:
            return None
        issuer, keys = self._issuers[name]
        key = await keys.find(kid)
        signed = verified(token, key) if key else None
        return self._judged(signed, issuer) if signed else None

    def _judged(self, signed: Claims, issuer: Issuer) -> Identity | None:
        """Whose claims these are, now that the signature holds."""
        if signed.get("iss") != issuer.issuer or not is_for(signed, issuer.audience):
            return None
        return matching_identity(signed, issuer.identities) if is_valid_at(signed, self._clock.now()) else None


async def _load() -> None:
    """Loads PyJWT once, in a thread: the import alone takes longer than Slack should wait."""
    if _WIRE not in sys.modules:
        await asyncio.to_thread(importlib.import_module, _WIRE)
