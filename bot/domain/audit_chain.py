"""The hash chain over the audit log: what is hashed, byte for byte. `bot/assets/verify_audit.py` says it again.

header      {act, at, commitment, incident, log, n, prev, seq, v}, all strings, written as RFC 8785 writes them
hash        SHA-256(0x00 + header); it is the next header's `prev`; the first one's is SHA-256("stopline-log-v1" + log)
payload     {actor, subject, detail}
commitment  HMAC-SHA256(salt, payload): without the salt it tells nothing of the payload, so a person can be erased
"""

import hashlib
import hmac
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

VERSION = "1"
ERASED = "erased"
"""What stands in a payload where a person stood."""


@dataclass(frozen=True, slots=True)
class Head:
    """The end of the chain: how many links there are and the last one's hash (hex). `log` names the chain (hex)."""

    log: str
    n: int
    hash: str


@dataclass(frozen=True, slots=True)
class Fact:
    """One audit row as it is sealed. `at`: UTC with microseconds; `incident`: its number, or "" where there is none."""

    seq: int
    at: str
    act: str
    incident: str
    payload: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Link:
    """One link: its position (1, 2, 3 …), the audit row it seals, and salt, commitment and hashes in hex."""

    n: int
    seq: int
    salt: str
    commitment: str
    prev: str
    hash: str


_quoted = json.encoder.encode_basestring
_encode = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode


def canonical(value: Any) -> bytes:
    """Plain JSON in its one written form: keys sorted, no spaces, UTF-8 (RFC 8785, for strings and whole numbers).

    Half a surrogate pair is no character: a question mark stands for it, as in the database.
    """
    return _encode(value).encode("utf-8", "replace")


def sealed_at(at: datetime) -> str:
    """An aware time as headers write it: 2024-05-20T05:52:00.000000Z."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")[:-6] + "Z"


def payload_of(actor: str, subject: str, detail: Mapping[str, Any]) -> dict[str, Any]:
    """What the commitment binds. `detail` becomes what the database gives back: plain JSON."""
    return {"actor": actor, "subject": subject, "detail": json.loads(canonical(detail))}


def commit_to(salt: str, payload: Mapping[str, Any]) -> str:
    """Hex; `salt` is hex."""
    return hmac.digest(bytes.fromhex(salt), canonical(payload), "sha256").hex()


def first_prev(log: str) -> str:
    """What the first link follows."""
    return hashlib.sha256(f"stopline-log-v1{log}".encode()).hexdigest()


def header_of(log: str, link: Link, fact: Fact) -> dict[str, str]:
    """What is sealed of a link."""
    where = {"v": VERSION, "log": log, "n": str(link.n), "seq": str(fact.seq)}
    what = {"at": fact.at, "act": fact.act, "incident": fact.incident}
    return {**where, **what, "commitment": link.commitment, "prev": link.prev}


def hash_of(log: str, link: Link, fact: Fact) -> str:
    """SHA-256 over the header (as `header_of`, here put together by hand: verifying spends its time here)."""
    header = (
        f'{{"act":{_quoted(fact.act)},"at":{_quoted(fact.at)},"commitment":{_quoted(link.commitment)},'
        f'"incident":{_quoted(fact.incident)},"log":{_quoted(log)},"n":"{link.n}","prev":{_quoted(link.prev)},'
        f'"seq":"{fact.seq}","v":"{VERSION}"}}'
    )
    return hashlib.sha256(b"\x00" + header.encode("utf-8", "replace")).hexdigest()


def links_after(head: Head, facts: Iterable[Fact], make_salt: Callable[[], str]) -> list[Link]:
    """The links that seal these rows in their order; `make_salt` gives 32 random bytes as hex."""
    made: list[Link] = []
    n, prev = head.n, head.hash
    for fact in facts:
        salt = make_salt()
        n += 1
        open_link = Link(n, fact.seq, salt, commit_to(salt, fact.payload), prev, "")
        prev = hash_of(head.log, open_link, fact)
        made.append(Link(n, fact.seq, salt, open_link.commitment, open_link.prev, prev))
    return made
