"""One process a SQLite file: a lock beside it, which the kernel lets go of when its holder ends, however it ends."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from storage.dialect import sqlite_file


class Occupied(Exception):
    """Another process serves this file; `holder` is its number as it wrote it down, or ""."""

    def __init__(self, file: Path, holder: str) -> None:
        super().__init__(str(file), holder)
        self.file, self.holder = file, holder


def lock_file(url: str) -> Path | None:
    """Where the lock of this database is; None on PostgreSQL and in memory. Raises AddressWrong."""
    file = sqlite_file(url)
    return file.with_name(f"{file.name}.lock") if file else None


@contextmanager
def only_process(url: str) -> Iterator[None]:
    """Nobody else serves this database while the block runs. Raises Occupied, AddressWrong, OSError.

    The lock file stays: whoever removed it would take it from under the next one who waits.
    """
    path = lock_file(url)
    if path is None:
        yield
        return
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _take(handle, path)
        os.ftruncate(handle, 0)
        os.pwrite(handle, str(os.getpid()).encode(), 0)
        yield
    finally:
        os.close(handle)


def _take(handle: int, path: Path) -> None:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as taken:
        raise Occupied(path, os.pread(handle, 20, 0).decode("ascii", "replace")) from taken


def holder(url: str) -> str | None:
    """The number of the process that serves this database, "" where it does not say; None where nobody does.

    Raises AddressWrong, OSError.
    """
    path = lock_file(url)
    if path is None or not path.exists():
        return None
    handle = os.open(path, os.O_RDONLY)
    try:
        _take(handle, path)
    except Occupied as taken:
        return taken.holder
    finally:
        os.close(handle)
    return None
