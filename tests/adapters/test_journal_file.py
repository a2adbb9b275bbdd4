"""The journal: what it acknowledged is recorded once, whatever the disk and the end of a process do to it."""

import asyncio
import errno
import json
import logging
import os
import signal
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.adapters import journal_file
from bot.adapters.journal_file import JournalFile
from bot.domain.job import JobKind
from bot.ports.journal import JournalUnavailable, Unrecordable
from bot.ports.storage import NewJob, StoreUnavailable
from tests.disks import mounted

ROOT = Path(__file__).parents[2]
AT = datetime(2024, 5, 20, 5, 52, tzinfo=UTC)


def job(id: str, text: str = "결제 오류\n\u2028\ud83d 😀") -> NewJob:
    return NewJob(id, f"key:{id}", JobKind.SLACK_DELIVERY, AT, {"text": text, "actions": [{"n": 1}]}, 3)


class Database:
    """Takes each id once, in the order they come; `fails` says what is raised instead."""

    def __init__(self, fails: Callable[[NewJob], Exception | None] = lambda _: None) -> None:
        self.jobs: dict[str, NewJob] = {}
        self.fails = fails

    async def record(self, new: NewJob) -> None:
        await asyncio.sleep(0)
        if trouble := self.fails(new):
            raise trouble
        self.jobs.setdefault(new.id, new)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def begun_with(path: Path, content: bytes) -> None:
    path.write_bytes(content)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "stopline.db.inbox"


@pytest.fixture
def journal(path: Path) -> JournalFile:
    return JournalFile(path)


async def drained(path: Path) -> list[str]:
    """What another process finds."""
    database = Database()
    await JournalFile(path).drain(database.record)
    return list(database.jobs)


async def test_what_is_kept_comes_back_as_it_was_and_in_its_order(journal: JournalFile, path: Path) -> None:
    jobs = [job(f"j{n}") for n in range(120)]
    for one in jobs[:5]:
        await journal.append(one)
    await asyncio.gather(*(journal.append(one) for one in jobs[5:]))
    assert mode(path) == 0o600
    database = Database()
    assert await journal.drain(database.record) == 120
    assert list(database.jobs.values()) == jobs
    assert await journal.drain(database.record) == 0
    assert [p.name for p in path.parent.iterdir()] == ["stopline.db.inbox.lock"]


async def test_the_disk_has_it_before_it_is_acknowledged(
    journal: JournalFile, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[tuple[str, int]] = []
    fsync = os.fsync

    def watched(handle: int) -> None:
        kind = "folder" if stat.S_ISDIR(os.fstat(handle).st_mode) else "file"
        synced.append((kind, os.path.getsize(path)))
        fsync(handle)

    monkeypatch.setattr(os, "fsync", watched)
    await journal.append(job("a"))
    (size,) = {size for _, size in synced}
    assert size > 100 and [kind for kind, _ in synced] == ["file", "folder"]


@pytest.mark.parametrize("fails", [StoreUnavailable(), TimeoutError()])
async def test_while_the_database_is_away_everything_stays(journal: JournalFile, path: Path, fails: Exception) -> None:
    for n in range(70):
        await journal.append(job(f"j{n}"))
    database = Database(lambda new: fails if new.id == "j60" else None)
    with pytest.raises(type(fails)):
        await journal.drain(database.record)
    await journal.append(job("later"))
    database.fails = lambda _: None
    assert await journal.drain(database.record) == 71
    assert list(database.jobs)[-1] == "later" and len(database.jobs) == 71


async def test_a_torn_line_is_left_out_and_the_next_one_does_not_join_it(
    journal: JournalFile, path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    await journal.append(job("a"))
    secret = b'{"id":"torn","payload":{"text":"hunter2'
    with path.open("ab") as file:
        file.write(secret)
    with caplog.at_level(logging.WARNING):
        assert await drained(path) == ["a"]
    assert caplog.records[-1].bytes == len(secret)  # type: ignore[attr-defined]
    assert "hunter2" not in str([vars(record) for record in caplog.records])
    begun_with(path, secret)
    await journal.append(job("b"))
    assert await drained(path) == ["b"]
    assert not path.with_name(f"{path.name}.unreadable").exists()


async def test_a_torn_line_longer_than_one_look(journal: JournalFile, path: Path) -> None:
    await journal.append(job("a"))
    with path.open("ab") as file:
        file.write(b'{"id":"' + b"x" * 200_000)
    await journal.append(job("b"))
    assert await drained(path) == ["a", "b"]


ODD = [b"null", b"[1]", b"{}", b"\xff\xfe", b"\0\0\0", b'{"id":1}', b"[" * 100_000]


async def test_what_cannot_be_read_or_recorded_is_put_aside(
    journal: JournalFile, path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    await journal.append(job("a"))
    with path.open("ab") as file:
        file.writelines(line + b"\n" for line in (*ODD, b"hunter2"))
    for name in ("poison", "b"):
        await journal.append(job(name))
    database = Database(lambda new: Unrecordable() if new.id == "poison" else None)
    with caplog.at_level(logging.WARNING):
        assert await journal.drain(database.record) == 2
    assert list(database.jobs) == ["a", "b"]
    aside = path.with_name(f"{path.name}.unreadable")
    *odd, poison = aside.read_bytes().splitlines()
    assert odd == [*ODD, b"hunter2"] and json.loads(poison)["id"] == "poison"
    assert mode(aside) == 0o600
    assert "hunter2" not in str([vars(record) for record in caplog.records])


class Disk:
    """`os.write`, `os.fsync` and `os.ftruncate` that fail on the journal's files while `broken`."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, code: int, where: str) -> None:
        self.broken = True
        write, fsync, cut = os.write, os.fsync, os.ftruncate

        def failing_write(handle: int, what: Any) -> int:
            if self.broken and threading.current_thread().name.startswith("journal"):
                if where == "write":
                    raise OSError(code, os.strerror(code))
                if where in ("half", "uncut"):
                    if len(what) <= 40:
                        raise OSError(code, os.strerror(code))
                    return write(handle, what[: len(what) - 40])
            return write(handle, what)

        def failing_fsync(handle: int) -> None:
            kind = "folder" if stat.S_ISDIR(os.fstat(handle).st_mode) else "fsync"
            if self.broken and where in (kind, f"uncut {kind}"):
                raise OSError(code, os.strerror(code))
            fsync(handle)

        def failing_cut(handle: int, size: int) -> None:
            if self.broken and where.startswith("uncut"):
                raise OSError(code, os.strerror(code))
            cut(handle, size)

        monkeypatch.setattr(os, "write", failing_write)
        monkeypatch.setattr(os, "fsync", failing_fsync)
        monkeypatch.setattr(os, "ftruncate", failing_cut)


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO, errno.EROFS])
@pytest.mark.parametrize("where", ["write", "half", "fsync", "folder", "uncut", "uncut fsync"])
async def test_a_disk_that_fails_acknowledges_nothing_and_spoils_nothing(
    journal: JournalFile, path: Path, monkeypatch: pytest.MonkeyPatch, code: int, where: str
) -> None:
    """What was refused is not done later: people were told so, and have typed it again."""
    await journal.append(job("a"))
    disk = Disk(monkeypatch, code, where)
    with pytest.raises(JournalUnavailable) as told:
        await journal.append(job("refused"))
    assert isinstance(told.value.__cause__, OSError)
    disk.broken = False
    await journal.append(job("b"))
    assert await drained(path) == ["a", "b"]


async def test_what_was_refused_and_could_not_be_cut_off_is_not_handed_over(
    journal: JournalFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    await journal.append(job("a"))
    disk = Disk(monkeypatch, errno.EIO, "uncut fsync")
    with pytest.raises(JournalUnavailable):
        await journal.append(job("refused"))
    disk.broken = False
    database = Database()
    await journal.drain(database.record)
    assert list(database.jobs) == ["a"]


async def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    lost = JournalFile(tmp_path / "nowhere" / "inbox")
    with pytest.raises(JournalUnavailable):
        await lost.append(job("a"))
    assert await lost.drain(Database().record) == 0


@pytest.mark.parametrize("late", ["write", "fsync"])
async def test_a_slow_disk_is_not_waited_for_and_keeps_nothing_behind_our_back(
    journal: JournalFile, path: Path, monkeypatch: pytest.MonkeyPatch, late: str
) -> None:
    await journal.append(job("a"))
    act, release = getattr(os, late), threading.Event()

    def slow(handle: int, *what: Any) -> Any:
        if threading.current_thread().name.startswith("journal"):
            release.wait(60)
        return act(handle, *what)

    monkeypatch.setattr(os, late, slow)
    with monkeypatch.context() as hasty:
        hasty.setattr(journal_file, "APPEND_SECONDS", 0.2)
        results = await asyncio.gather(*(journal.append(job(f"late{n}")) for n in range(3)), return_exceptions=True)
    assert [type(result) for result in results] == [JournalUnavailable] * 3
    release.set()
    await journal.append(job("b"))
    assert await drained(path) == ["a", "b"]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    with mounted(tmp_path / "small", "64k") as place:
        yield place


async def test_a_real_disk_that_is_full(small_disk: Path) -> None:
    journal, acknowledged, refused = JournalFile(small_disk / "inbox"), [], 0
    for n in range(40):
        try:
            await journal.append(job(f"j{n}", "x" * 5000))
        except JournalUnavailable:
            refused += 1
        else:
            acknowledged.append(f"j{n}")
    assert acknowledged and refused
    with pytest.raises(JournalUnavailable):
        await asyncio.gather(*(journal.append(job(f"more{n}", "x" * 50_000)) for n in range(3)))
    assert await drained(small_disk / "inbox") == acknowledged
    await journal.append(job("again", "x" * 5000))
    assert await drained(small_disk / "inbox") == ["again"]


async def test_appends_during_drains_are_not_lost(journal: JournalFile) -> None:
    database, done = Database(), asyncio.Event()

    async def drain() -> None:
        while not done.is_set():
            await journal.drain(database.record)
            await asyncio.sleep(0)

    draining = asyncio.ensure_future(drain())
    for n in range(0, 300, 6):
        await asyncio.gather(*(journal.append(job(f"j{m}")) for m in range(n, n + 6)))
    done.set()
    await draining
    await journal.drain(database.record)
    assert list(database.jobs) == [f"j{n}" for n in range(300)]


async def test_who_waited_for_a_file_that_was_moved_writes_into_the_new_one(path: Path) -> None:
    """Two processes that were given the same file by mistake lose nothing either."""
    first, second = JournalFile(path), JournalFile(path)
    database, done = Database(), asyncio.Event()

    async def drain(one: JournalFile) -> None:
        while not done.is_set():
            await one.drain(database.record)
            await asyncio.sleep(0)

    draining = [asyncio.ensure_future(drain(one)) for one in (first, second)]
    for n in range(100):
        await asyncio.gather(first.append(job(f"a{n}")), second.append(job(f"b{n}")))
    done.set()
    await asyncio.gather(*draining)
    await first.drain(database.record)
    assert len(database.jobs) == 200


async def test_two_with_journals_of_their_own(tmp_path: Path) -> None:
    first, second = JournalFile(tmp_path / "a.inbox"), JournalFile(tmp_path / "b.inbox")
    await asyncio.gather(first.append(job("same")), second.append(job("same")), second.append(job("other")))
    database = Database()
    counts = await asyncio.gather(first.drain(database.record), second.drain(database.record))
    assert counts == [1, 2] and set(database.jobs) == {"same", "other"}


APPENDS = """
import asyncio, sys
from pathlib import Path
from bot.adapters.journal_file import JournalFile
from tests.adapters.test_journal_file import job
async def main():
    journal, n = JournalFile(Path(sys.argv[1])), 0
    while True:
        for n in range(n, n + 5):
            await journal.append(job(f"j{n}", "x" * 3000))
            print(f"j{n}", flush=True)
        n += 1
asyncio.run(main())
"""
DRAINS = """
import asyncio, sys
from pathlib import Path
from bot.adapters.journal_file import JournalFile
async def record(job):
    await asyncio.sleep(0.05)
    print(job.id, flush=True)
asyncio.run(JournalFile(Path(sys.argv[1])).drain(record))
"""


def killed_after(program: str, path: Path, lines: int) -> list[str]:
    """What a process had said when it was killed, after so many lines at least."""
    command = [sys.executable, "-c", program, str(path)]
    process = subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, text=True, env=os.environ | {"PYTHONPATH": "."}
    )
    assert process.stdout
    said = [process.stdout.readline().strip() for _ in range(lines)]
    process.send_signal(signal.SIGKILL)
    rest = process.stdout.read().splitlines(keepends=True)
    process.wait()
    return [*said, *(line.strip() for line in rest if line.endswith("\n"))]


async def test_killed_between_keeping_and_handing_over_and_again_in_the_middle_of_that(path: Path) -> None:
    acknowledged = killed_after(APPENDS, path, 250)
    recorded = killed_after(DRAINS, path, 60)
    left = path.with_name(f"{path.name}.draining")
    assert left.exists() and set(acknowledged) - set(recorded), "it was killed in the middle"
    journal = JournalFile(path)
    await journal.append(job("after"))
    database = Database()
    await journal.drain(database.record)
    kept = list(database.jobs)
    assert kept[: len(acknowledged)] == acknowledged and kept[-1] == "after" and len(kept) <= len(acknowledged) + 2
    assert set(recorded) <= set(kept)
