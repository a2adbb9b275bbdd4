"""The journal's file, one job a line: how a line reads, who may touch the file, and what an error leaves of it."""

import fcntl
import json
import logging
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from bot.domain.job import JobKind
from bot.ports.storage import NewJob

log = logging.getLogger(__name__)

MODE = 0o600
"""It holds what people typed."""
BLOCK = 65536
"""Bytes read at once."""


class Unreadable(ValueError):
    """A whole line that is none of ours."""


def to_line(job: NewJob) -> bytes:
    """One line of JSON in ASCII: a line break in what somebody typed is no line break of the file."""
    known = {
        "id": job.id,
        "key": job.key,
        "kind": job.kind.value,
        "run_at": job.run_at.isoformat(),
        "payload": dict(job.payload),
        "urgency": job.urgency,
    }
    return json.dumps(known, separators=(",", ":")).encode("ascii") + b"\n"


def from_line(line: bytes) -> NewJob:
    """Raises Unreadable."""
    try:
        known = json.loads(line)
        at, payload = datetime.fromisoformat(known["run_at"]), known["payload"]
        if at.tzinfo is None or not isinstance(payload, dict):
            raise Unreadable
        return NewJob(str(known["id"]), str(known["key"]), JobKind(known["kind"]), at, payload, int(known["urgency"]))
    except (ValueError, KeyError, TypeError, RecursionError) as wrong:
        raise Unreadable from wrong


@contextmanager
def held(path: Path, flags: int = 0) -> Iterator[int]:
    """The file, open and ours alone until the block ends; not one that was moved aside while we waited. Raises OSError.

    `flags`: `os.O_CREAT` makes it where it is not there.
    """
    while True:
        handle = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CLOEXEC | flags, MODE)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            if _is_at(path, handle):
                yield handle
                return
        finally:
            os.close(handle)


def _is_at(path: Path, handle: int) -> bool:
    with suppress(FileNotFoundError):
        return os.path.samestat(os.stat(path), os.fstat(handle))
    return False


@contextmanager
def turn(path: Path) -> Iterator[bool]:
    """Whether nobody else has this lock file; if so it is ours until the block ends. Raises OSError."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, MODE)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True
    finally:
        os.close(handle)


def put_down(handle: int, path: Path, lines: bytes) -> None:
    """Writes at the end, down to the disk, with the name of the file in its folder. Raises OSError."""
    left = memoryview(lines)
    while left:
        left = left[os.write(handle, left) :]
    os.fsync(handle)
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def cut_torn(handle: int) -> int:
    """Where the last whole line ends. What is after it was never acknowledged and is cut off. Raises OSError."""
    size = end = os.fstat(handle).st_size
    while end:
        start = max(0, end - BLOCK)
        found = os.pread(handle, end - start, start).rfind(b"\n")
        if found >= 0:
            end = start + found + 1
            break
        end = start
    if end < size:
        log.warning("a torn line is cut off", extra={"bytes": size - end})
        os.ftruncate(handle, end)
    return end


def whole_lines(path: Path) -> Sequence[bytes]:
    """The lines that end. What is left after the last of them was never acknowledged. Raises OSError."""
    *lines, torn = path.read_bytes().split(b"\n")
    if torn:
        log.warning("a torn line is left out", extra={"bytes": len(torn)})
    return [line for line in lines if line]
