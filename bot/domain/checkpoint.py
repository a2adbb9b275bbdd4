"""Checkpoints of the audit log: where the chain ended and what was frozen, signed and kept elsewhere.

One is a JSON line {origin, n, hash, at, holds, held, signature}, all strings but `held`. `holds` is SHA-256 of `held`,
the list of what was frozen; the signature (Ed25519, base64) is over the line without it, as RFC 8785 writes it.
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


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The chain had `n` links and its last hash was `hash` (hex). `at` as in headers; `signature` is base64."""

    log: str
    n: int
    hash: str
    at: str
    held: Sequence[Held]
    signature: str = ""

    @property
    def body(self) -> dict[str, Any]:
        """What is signed."""
        held = [{"incident": one.incident, "server": one.server, "state": one.state} for one in self.held]
        digest = hashlib.sha256(canonical(held)).hexdigest()
        where = {"origin": ORIGIN + self.log, "n": str(self.n), "hash": self.hash}
        return {**where, "at": self.at, "holds": digest, "held": held}

    @property
    def signed_bytes(self) -> bytes:
        """What the signature is over."""
        return canonical(self.body)

    @property
    def line(self) -> str:
        """How it is written down, without a newline."""
        return canonical({**self.body, "signature": self.signature}).decode()


def read_checkpoint(line: str) -> Checkpoint:
    """The checkpoint of a line. Raises CheckpointWrong, also where it says anything else or says it otherwise."""
    try:
        said = json.loads(line)
        found = Checkpoint(
            log=said["origin"].removeprefix(ORIGIN),
            n=int(said["n"]),
            hash=said["hash"],
            at=said["at"],
            held=tuple(Held(**one) for one in said["held"]),
            signature=said["signature"],
        )
        if found.line == line:
            return found
    except (ValueError, KeyError, TypeError, AttributeError) as wrong:
        raise CheckpointWrong(line[:80]) from wrong
    raise CheckpointWrong(line[:80])
