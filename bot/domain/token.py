"""Rules of a bearer token: whose it is, what it may ask for, until when."""

import hashlib
import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

LONGEST_LIFE = timedelta(days=90)
"""A token is made anew at least as often."""
_OTHERS = re.compile(r"(?:github|k8s|terraform|azure|oidc):.*|[UW][A-Z0-9]{4,}|operator|stopline.*", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Token:
    """Lets `name` ask for the servers of `scope` (names or selectors; empty: any). Only the secret's hash is kept."""

    hash: str
    name: str
    made_at: datetime
    scope: tuple[str, ...] = ()
    expires_at: datetime | None = None
    revoked_at: datetime | None = None

    def is_good(self, now: datetime) -> bool:
        """Whether it still lets anybody in."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)

    def revoke(self, *, at: datetime) -> "Token":
        """It lets nobody in any more."""
        return replace(self, revoked_at=self.revoked_at or at)


def is_anothers(name: str) -> bool:
    """Whether doors, pipelines with an issuer's token, people or we ourselves are called so: no token may be."""
    return _OTHERS.fullmatch(name) is not None


def token_hash(secret: str) -> str:
    """SHA-256: the secret is 32 random bytes, it needs no slow hash."""
    return hashlib.sha256(secret.encode()).hexdigest()
