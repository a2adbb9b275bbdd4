"""Checkpoints of the audit log: where the chain ended and what was frozen, signed and kept elsewhere.

One is a JSON line {origin, n, hash, at, holds, signature, held}, all strings but `held`. `holds` is SHA-256 of `held`,
the list of what was frozen (it may be left out where there is no room); the signature (Ed25519, base64) is over the
five before it, as RFC 8785 writes them.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bot.domain.audit_chain import canonical

ORIGIN = "stopline/"
"""Stands before the log's id, so that a signature is never taken for one of something else."""


class CheckpointWrong(ValueError):
    """This line is no checkpoint."""


@dataclass(frozen=True, slots=True)
class Held:
    """One server that an incident holds, as a checkpoint says it: incident "7", server "lb-07", state "active"."""

    incident: str
    server: str
    state: str


def digest_of(held: Sequence[Held]) -> str:
    """SHA-256 of the list, hex."""
    return hashlib.sha256(canonical([_plain(one) for one in held])).hexdigest()


def _plain(one: Held) -> dict[str, str]:
    return {"incident": one.incident, "server": one.server, "state": one.state}


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The chain had `n` links and its last hash was `hash` (hex). `at` as in headers; `signature` is base64."""

    log: str
    n: int
    hash: str
    at: str
    holds: str
    held: Sequence[Held] | None = None
    signature: str = ""

    @property
    def _signed(self) -> dict[str, Any]:
        where = {"origin": ORIGIN + self.log, "n": str(self.n), "hash": self.hash}
        return {**where, "at": self.at, "holds": self.holds}

    @property
    def signed_bytes(self) -> bytes:
        """What the signature is over."""
        return canonical(self._signed)

    @property
    def line(self) -> str:
        """How it is written down, without a newline."""
        held = {} if self.held is None else {"held": [_plain(one) for one in self.held]}
        return canonical({**self._signed, **held, "signature": self.signature}).decode()


def read_checkpoint(line: str) -> Checkpoint:
    """The checkpoint of a line. Raises CheckpointWrong, also where it says anything else or says it otherwise."""
    try:
        said = json.loads(line)
        held = tuple(Held(**one) for one in said["held"]) if "held" in said else None
        log, n = said["origin"].removeprefix(ORIGIN), int(said["n"])
        found = Checkpoint(log, n, said["hash"], said["at"], said["holds"], held, said["signature"])
        if found.line == line and (held is None or digest_of(held) == found.holds):
            return found
    except (ValueError, KeyError, TypeError, AttributeError) as wrong:
        raise CheckpointWrong(line[:80]) from wrong
    raise CheckpointWrong(line[:80])
