"""The journal in a file: a delivery is on the disk before it is acknowledged, and in the database once that is back.

stopline.db.inbox             what was kept since the last drain
stopline.db.inbox.draining    what is handed over right now; a crash leaves it, and the next drain begins with it
stopline.db.inbox.unreadable  lines that no drain could hand over, for a person to look at
stopline.db.inbox.lock        whoever holds it drains
"""

import asyncio
import logging
import os
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from bot.adapters.journal_lines import Unreadable, cut_torn, from_line, held, put_down, to_line, turn, whole_lines
from bot.ports.journal import JournalUnavailable, Record, Unrecordable
from bot.ports.storage import NewJob

log = logging.getLogger(__name__)

APPEND_SECONDS = 1.0
"""So long an acknowledgement waits for the disk, after it has waited for the database."""
TOGETHER = 50
"""Lines handed over at once: the intake writes them in one commit."""


@dataclass(slots=True, eq=False)
class _Line:
    text: bytes
    kept: bool = False
    given_up: bool = False
    trouble: OSError | None = None


@dataclass(frozen=True, slots=True)
class _Uncut:
    """What an error left at the end of a file and could not be cut off either."""

    inode: int
    start: int
    end: int


class JournalFile:
    """Implements `bot.ports.journal.Journal`. Lines that wait for the disk together share one write."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._moved = path.with_name(f"{path.name}.draining")
        self._aside = path.with_name(f"{path.name}.unreadable")
        self._lock = path.with_name(f"{path.name}.lock")
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="journal")
        self._settling = threading.Lock()
        self._waiting: list[_Line] = []
        self._uncut: _Uncut | None = None

    async def append(self, job: NewJob) -> None:
        """Returns once the line is on the disk, within APPEND_SECONDS. Raises JournalUnavailable: nothing is kept."""
        line = _Line(to_line(job))
        with self._settling:
            self._waiting.append(line)
        try:
            written = asyncio.get_running_loop().run_in_executor(self._thread, self._write_waiting)
            await asyncio.wait({written}, timeout=APPEND_SECONDS)
        finally:
            kept = self._is_kept(line)
        if not kept:
            raise JournalUnavailable(type(line.trouble or TimeoutError()).__name__) from line.trouble

    def _is_kept(self, line: _Line) -> bool:
        """Who asks first decides: a line that is not on the disk by now will not be acknowledged, nor stay there."""
        with self._settling:
            line.given_up = not line.kept
            return line.kept

    def _write_waiting(self) -> None:
        with self._settling:
            batch, self._waiting = self._waiting, []
        try:
            if batch:
                self._write(batch)
        except OSError as trouble:
            for line in batch:
                line.trouble = trouble

    def _write(self, batch: Sequence[_Line]) -> None:
        with held(self._path, os.O_CREAT) as handle:
            self._cut_again(handle)
            start = cut_torn(handle)
            while wanted := [line for line in batch if not line.given_up]:
                try:
                    put_down(handle, self._path, b"".join(line.text for line in wanted))
                except OSError:
                    self._cut(handle, start)
                    raise
                if self._settle(wanted):
                    return
                self._cut(handle, start)

    def _settle(self, lines: Sequence[_Line]) -> bool:
        """They are kept, unless one of them was given up meanwhile."""
        with self._settling:
            if any(line.given_up for line in lines):
                return False
            for line in lines:
                line.kept = True
            return True

    def _cut(self, handle: int, start: int) -> None:
        state = os.fstat(handle)
        self._uncut = _Uncut(state.st_ino, start, state.st_size)
        with suppress(OSError):
            os.ftruncate(handle, start)
            self._uncut = None

    def _cut_again(self, handle: int) -> None:
        """What could not be cut off before, as long as nobody wrote after it. Raises OSError."""
        state, left = os.fstat(handle), self._uncut
        if left and (left.inode, left.end) == (state.st_ino, state.st_size):
            os.ftruncate(handle, left.start)
        self._uncut = None

    async def drain(self, record: Record) -> int:
        """As the port says; 0 where somebody else drains this journal. Raises OSError too."""
        if not await asyncio.to_thread(self._has_any):
            return 0
        with turn(self._lock) as is_ours:
            count = 0
            while is_ours and await asyncio.to_thread(self._take):
                count += await self._hand_over(record)
            return count

    def _has_any(self) -> bool:
        return self._moved.exists() or self._path.exists()

    def _take(self) -> bool:
        """What a crash left comes first; then what was kept is moved aside. Whether there is anything."""
        if self._moved.exists():
            return True
        try:
            with held(self._path) as handle:
                self._cut_again(handle)
                os.rename(self._path, self._moved)
        except FileNotFoundError:
            return False
        return True

    async def _hand_over(self, record: Record) -> int:
        lines = await asyncio.to_thread(whole_lines, self._moved)
        useless: list[bytes] = []
        for at in range(0, len(lines), TOGETHER):
            useless += await _record(lines[at : at + TOGETHER], record)
        await asyncio.to_thread(self._let_go, useless)
        return len(lines) - len(useless)

    def _let_go(self, useless: Sequence[bytes]) -> None:
        if useless:
            log.error("lines of the journal could not be handed over", extra={"lines": len(useless)})
            with held(self._aside, os.O_CREAT) as handle:
                put_down(handle, self._aside, b"".join(line + b"\n" for line in useless))
        os.unlink(self._moved)


async def _record(lines: Sequence[bytes], record: Record) -> list[bytes]:
    """Records them in their order; those that cannot be. Raises what `record` raises."""
    jobs: list[tuple[bytes, NewJob]] = []
    useless: list[bytes] = []
    for line in lines:
        try:
            jobs.append((line, from_line(line)))
        except Unreadable:
            useless.append(line)
    results = await asyncio.gather(*(record(job) for _, job in jobs), return_exceptions=True)
    for (line, _), result in zip(jobs, results, strict=True):
        if isinstance(result, Unrecordable):
            useless.append(line)
        elif isinstance(result, BaseException):
            raise result
    return useless
