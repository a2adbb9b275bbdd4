"""Any order of keeping, failing, crashing and handing over: every acknowledged delivery is recorded, and once."""

import asyncio
import os
import shutil
import tempfile
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from bot.adapters.journal_file import JournalFile
from bot.domain.job import JobKind
from bot.ports.journal import JournalUnavailable
from bot.ports.storage import NewJob, StoreUnavailable

AT = datetime(2024, 5, 20, tzinfo=UTC)


class Crash(BaseException):
    """The process ends here."""


class JournalMachine(RuleBasedStateMachine):
    """Its oracle: what was acknowledged, what was refused, and how often each id was taken by the database."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="journal-"))
        self.path = self.folder / "inbox"
        self.loop = asyncio.new_event_loop()
        self.journal = JournalFile(self.path)
        self.number = 0
        self.acknowledged: list[str] = []
        self.refused: set[str] = set()
        self.taken: dict[str, int] = {}

    def run(self, act: Coroutine[Any, Any, Any]) -> Any:
        return self.loop.run_until_complete(act)

    def fresh(self) -> NewJob:
        self.number += 1
        return NewJob(f"j{self.number}", "k", JobKind.SLACK_DELIVERY, AT, {"text": "말\n" * (self.number % 7)})

    @rule(many=st.integers(1, 60))
    def append(self, many: int) -> None:
        jobs = [self.fresh() for _ in range(many)]

        async def all_at_once() -> None:
            await asyncio.gather(*(self.journal.append(job) for job in jobs))

        self.run(all_at_once())
        self.acknowledged += [job.id for job in jobs]

    @rule(half=st.booleans(), cuts=st.booleans())
    def append_on_a_broken_disk(self, half: bool, cuts: bool) -> None:
        write, cut = os.write, os.ftruncate
        job = self.fresh()

        def broken(handle: int, what: Any) -> int:
            if half and len(what) > 30:
                return write(handle, what[:-30])
            raise OSError(28, "full")

        def not_cut(handle: int, size: int) -> None:
            raise OSError(5, "broken")

        os.write, os.ftruncate = broken, cut if cuts else not_cut
        try:
            self.run(self.journal.append(job))
            raise AssertionError("acknowledged and not written")
        except JournalUnavailable:
            self.refused.add(job.id)
        finally:
            os.write, os.ftruncate = write, cut

    @rule(left=st.integers(0, 300))
    def crash_in_the_middle_of_a_line(self, left: int) -> None:
        """The process ends in its write: the beginning of a line is there, and nobody was told of it."""
        line = b'{"id":"torn","key":"k","kind":"slack_delivery","payload":{"text":"' + b"x" * 300
        with self.path.open("ab") as file:
            file.write(line[:left])
        self.restart()

    @rule()
    def restart(self) -> None:
        self.journal = JournalFile(self.path)

    @rule(after=st.integers(0, 130))
    def drain_until_the_database_is_away(self, after: int) -> None:
        self.drain(after, StoreUnavailable())

    @rule(after=st.integers(0, 130))
    def drain_until_a_crash(self, after: int) -> None:
        self.drain(after, Crash())
        self.restart()

    @rule()
    def crash_before_it_lets_go(self) -> None:
        unlink = os.unlink
        os.unlink = crashing  # type: ignore[assignment]
        try:
            self.drain(10**6, Crash())
        finally:
            os.unlink = unlink
        self.restart()

    @rule()
    def drain_all(self) -> None:
        self.drain(10**6, Crash())

    def drain(self, after: int, end: BaseException) -> None:
        left = [after]

        async def record(job: NewJob) -> None:
            if not left[0]:
                raise end
            left[0] -= 1
            self.taken.setdefault(job.id, 0)
            self.taken[job.id] = 1  # the database keeps an id once

        quietly(lambda: self.run(self.journal.drain(record)))

    @invariant()
    def nothing_that_was_refused_is_done(self) -> None:
        assert not self.refused & self.taken.keys() and "torn" not in self.taken

    def teardown(self) -> None:
        self.restart()
        self.drain(10**6, Crash())
        assert list(self.taken) == self.acknowledged, "all, in their order, and nothing else"
        assert not [p for p in self.folder.iterdir() if p.name != "inbox.lock"]
        self.loop.close()
        shutil.rmtree(self.folder)


def crashing(_: object) -> None:
    raise Crash


def quietly(act: Callable[[], object]) -> None:
    try:
        act()
    except (StoreUnavailable, Crash):
        return


TestJournal = JournalMachine.TestCase
TestJournal.settings = settings(max_examples=60, stateful_step_count=20, deadline=None)
