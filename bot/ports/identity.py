"""Who asks at a machine's door, where it proves it with a token of its issuer's (OIDC) instead of one of ours."""

from typing import Protocol

from bot.domain.door import Identity


class IdentityUnavailable(Exception):
    """The issuer's keys cannot be had, so nobody can be recognised: the door answers 503, never yes."""


class Identities(Protocol):
    """Recognises pipelines."""

    async def identity_of(self, token: str) -> Identity | None:
        """Whose bearer token this is, now; None for everything that is no valid token of a pipeline we know.

        Raises IdentityUnavailable.
        """
        ...
