#!/usr/bin/env python3
"""Checks an evidence bundle of Stopline without Stopline: verify_audit.py BUNDLE.zip [--public-key KEY]

Only the standard library is needed; with --public-key (base64, from whoever keeps it apart from the bot) also
`cryptography`. Exit 0: whole. 1: something was changed; the first wrong position is printed. 2: cannot be read.

  header      {act, at, commitment, incident, log, n, prev, seq, v}: strings, JSON with sorted keys and no spaces, UTF-8
  hash        SHA-256(0x00 + header); the next `prev`; the first `prev` is SHA-256("stopline-log-v1" + log)
  commitment  HMAC-SHA256(salt, {actor, detail, subject}) of an entry's payload, or what a later person_erased or
              words_forgotten entry lists in detail.rows for its seq
  checkpoint  Ed25519 over {at, hash, holds, n, origin}; its hash must be that of the header at its n
"""

import argparse
import base64
import hashlib
import hmac
import json
import sys
import zipfile
from collections.abc import Iterator
from typing import Any

Wrong = tuple[int, str]
"""A position (0: a file) and what is wrong there."""
ERASING = ("person_erased", "words_forgotten")
FIELDS = ("act", "at", "commitment", "incident", "log", "n", "prev", "seq", "v")


def canonical(value: Any) -> bytes:
    """The one written form."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode("utf-8", "replace")


def lines(bundle: zipfile.ZipFile, name: str) -> list[Any]:
    """The JSON objects of a file."""
    return [json.loads(line) for line in bundle.read(name).decode().splitlines() if line]


def check_files(bundle: zipfile.ZipFile) -> Iterator[Wrong]:
    """Every file is as the manifest says it was."""
    listed = json.loads(bundle.read("manifest.json"))
    for name in sorted({*listed, *bundle.namelist()} - {"manifest.json"}):
        if name not in listed or name not in bundle.namelist():
            yield 0, f"the file {name} is missing, or nobody listed it"
        elif hashlib.sha256(bundle.read(name)).hexdigest() != listed[name]:
            yield 0, f"the file {name} was changed"


def check_chain(headers: list[Any]) -> Iterator[Wrong]:
    """Every header has its hash and follows the one before."""
    log = headers[0]["log"] if headers else ""
    prev = hashlib.sha256(("stopline-log-v1" + log).encode()).hexdigest()
    for n, header in enumerate(headers, 1):
        if header["n"] != str(n) or header["log"] != log:
            yield n, "a header is missing or of another log"
        if header["prev"] != prev:
            yield n, "it does not follow the one before"
        signed = {name: header[name] for name in FIELDS}
        if hashlib.sha256(b"\x00" + canonical(signed)).hexdigest() != header["hash"]:
            yield n, "the header was changed"
        prev = header["hash"]


def check_entries(headers: list[Any], entries: list[Any], incident: str) -> Iterator[Wrong]:
    """Every payload is the one that was sealed, and no entry of the incident was left out."""
    found: dict[int, Any] = {}
    renewed: dict[str, str] = {}
    for entry in entries:
        n = int(entry["n"])
        if not 1 <= n <= len(headers):
            yield n, "an entry without a header"
            continue
        seen = hmac.new(bytes.fromhex(entry["salt"]), canonical(entry["payload"]), "sha256").hexdigest()
        found[n] = seen == headers[n - 1]["commitment"] or seen
        if found[n] is True and headers[n - 1]["act"] in ERASING:
            renewed.update(entry["payload"]["detail"]["rows"])
    for n, seen in sorted(found.items()):
        if seen is not True and renewed.get(headers[n - 1]["seq"]) != seen:
            yield n, "who, on what or the details were changed"
    for n, header in enumerate(headers, 1):
        if (header["incident"] == incident or header["act"] == "person_erased") and n not in found:
            yield n, "an entry of the incident was left out"


def check_checkpoints(headers: list[Any], checkpoints: list[Any], public_key: str) -> Iterator[Wrong]:
    """Every checkpoint knows this very history."""
    for one in checkpoints:
        n = int(one["n"])
        if public_key and not is_signed(one, public_key):
            yield n, "a checkpoint has a false signature"
        if n > len(headers):
            yield len(headers) + 1, "a checkpoint knows entries that are not there"
        elif one["hash"] != headers[n - 1]["hash"] or one["origin"] != "stopline/" + headers[n - 1]["log"]:
            yield n, "a checkpoint knows another history"
        if "held" in one and hashlib.sha256(canonical(one["held"])).hexdigest() != one["holds"]:
            yield n, "what a checkpoint says was frozen was changed"


def is_signed(one: Any, public_key: str) -> bool:
    """Whether this key signed it."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    body = {name: one[name] for name in ("at", "hash", "holds", "n", "origin")}
    try:
        key = Ed25519PublicKey.from_public_bytes(base64.b64decode(public_key))
        key.verify(base64.b64decode(one["signature"]), canonical(body))
    except InvalidSignature:
        return False
    return True


def main() -> int:
    """Prints what is wrong, lowest position first."""
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument("bundle")
    parser.add_argument("--public-key", default="")
    options = parser.parse_args()
    try:
        with zipfile.ZipFile(options.bundle) as bundle:
            headers, entries = lines(bundle, "chain.jsonl"), lines(bundle, "audit.jsonl")
            checkpoints = lines(bundle, "checkpoints.jsonl")
            incident = str(json.loads(bundle.read("incident.json"))["incident"][0]["id"])
            wrong = [*check_files(bundle), *check_chain(headers), *check_entries(headers, entries, incident)]
            wrong += check_checkpoints(headers, checkpoints, options.public_key)
    except (OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile) as trouble:
        print(f"cannot be read: {type(trouble).__name__}: {trouble}", file=sys.stderr)
        return 2
    for n, why in sorted(wrong)[:20]:
        print(f"position {n}: {why}")
    signed = "signed" if options.public_key else "signatures not checked"
    print(f"{len(headers)} headers, {len(entries)} entries, {len(checkpoints)} checkpoints ({signed}):", end=" ")
    print("CHANGED" if wrong else "whole")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
