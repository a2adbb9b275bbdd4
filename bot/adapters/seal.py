"""Seals the short-lived tokens that jobs need to answer with, under a key made from the door's own secret.

Why: Terraform's token lives for minutes and Azure's for 48 hours, but a job's row stays, also in backups. The door's
secret stands in a file and never in the database, so whoever reads the database alone learns no token. Keeping tokens
in memory instead would lose the answer with every restart, and another replica could not give it.
"""

import base64
import hashlib
from functools import cached_property
from typing import TYPE_CHECKING

from bot.ports.doors import DoorRefused

if TYPE_CHECKING:
    from cryptography.fernet import Fernet


class SecretSeal:
    """Implements `bot.ports.doors.Seal` with Fernet (AES-128-CBC, HMAC-SHA256). cryptography is loaded at first use."""

    def __init__(self, secret: str, purpose: str) -> None:
        """`purpose` keeps the seals of two doors apart, also where somebody gave both the same secret."""
        self._seed = f"stopline seal {purpose}\n{secret}".encode()

    @cached_property
    def _fernet(self) -> "Fernet":
        from cryptography.fernet import Fernet

        return Fernet(base64.urlsafe_b64encode(hashlib.sha256(self._seed).digest()))

    def close(self, token: str) -> str:
        """What may be written down."""
        return self._fernet.encrypt(token.encode()).decode()

    def open(self, sealed: str) -> str:
        """The token. Raises DoorRefused."""
        from cryptography.fernet import InvalidToken

        try:
            return self._fernet.decrypt(sealed.encode()).decode()
        except InvalidToken as wrong:
            raise DoorRefused("sealed with another secret") from wrong
