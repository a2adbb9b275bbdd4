"""The key that signs checkpoints: Ed25519 (RFC 8032), its private half in a file that only its owner reads."""

import base64
import os
from collections.abc import Callable
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from bot.domain.checkpoint import Checkpoint


class KeyWrong(ValueError):
    """This is no Ed25519 key."""


def make_key(path: Path) -> str:
    """A new key in a new file, mode 0600 (PEM, PKCS #8); its public half in base64. Raises OSError where it exists."""
    key = Ed25519PrivateKey.generate()
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        os.fsync(file.fileno())
    return _public(key)


def _public(key: Ed25519PrivateKey) -> str:
    return base64.b64encode(key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)).decode()


class Signer:
    """Signs with the key of a file."""

    def __init__(self, path: Path) -> None:
        """Raises KeyWrong, OSError."""
        try:
            key = load_pem_private_key(path.read_bytes(), password=None)
        except (ValueError, TypeError) as wrong:
            raise KeyWrong(str(path)) from wrong
        if not isinstance(key, Ed25519PrivateKey):
            raise KeyWrong(str(path))
        self._key = key
        self.public = _public(key)

    def sign(self, data: bytes) -> str:
        """The signature in base64."""
        return base64.b64encode(self._key.sign(data)).decode()


def checker(public: str) -> Callable[[Checkpoint], bool]:
    """Whether a checkpoint was signed by the key with this public half (base64). Raises KeyWrong."""
    try:
        key = Ed25519PublicKey.from_public_bytes(base64.b64decode(public, validate=True))
    except ValueError as wrong:
        raise KeyWrong(public) from wrong

    def is_genuine(one: Checkpoint) -> bool:
        try:
            key.verify(base64.b64decode(one.signature, validate=True), one.signed_bytes)
        except (InvalidSignature, ValueError):
            return False
        return True

    return is_genuine
