"""What is promised of forgetting while other things happen: crashes, reopenings, mistakes, replicas of before."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.domain.audit import Act
from bot.domain.ids import ChannelId, IncidentId, MessageTs
from bot.domain.incident import Status, TimeName
from bot.domain.message import Reaction
from bot.domain.sight import WHOLE, Sight
from bot.i18n.texts import Texts
from bot.i18n.timeline import entry_text
from bot.ports.outside import Outside
from bot.use_cases.ask import index_incident
from bot.use_cases.audit import verify_audit
from bot.use_cases.erasure import erase_person
from bot.use_cases.evidence import collect_evidence
from bot.use_cases.incident import set_status, set_time
from bot.use_cases.merge import merge_incident
from bot.use_cases.retention import forget
from bot.use_cases.timeline import keep_messages, keep_reaction, pin_message, read_timeline
from storage.audit import AuditRows
from storage.database import Database
from tests.acts import ANN, BEN, audit, stop_the_line
from tests.clocks import FrozenClock
from tests.conftest import AddPeople
from tests.use_cases.test_retention_promises import (
    KEPT_FOR,
    PINNED,
    REACTED,
    SAID,
    WORDS,
    Channel,
    checked,
    closed,
    found,
    opened,
)

Meanwhile = Callable[[], Awaitable[object]]


@pytest.fixture(autouse=True)
async def people(add_people: AddPeople, monkeypatch: pytest.MonkeyPatch) -> None:
    await add_people(ANN, BEN)
    monkeypatch.setattr("bot.use_cases.retention.AT_ONCE", 3)


class Meddled:
    """A store where something happens before the write of this number, counted from now (`reads`: the read)."""

    def __init__(self, store: Database, before: int, meanwhile: Meanwhile, *, reads: bool = False) -> None:
        self._store, self._left, self._meanwhile, self._reads = store, before, meanwhile, reads

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    @asynccontextmanager
    async def write(self, **how: bool) -> AsyncIterator[Any]:
        await self._count(not self._reads)
        async with self._store.write(**how) as tx:
            yield tx

    @asynccontextmanager
    async def read(self, *sight: Sight) -> AsyncIterator[Any]:
        await self._count(self._reads)
        async with self._store.read(*sight) as tx:
            yield tx

    async def _count(self, counts: bool) -> None:
        self._left -= counts
        if counts and self._left == 0:
            await self._meanwhile()


async def forget_while(outside: Outside, store: Database, before: int, meanwhile: Meanwhile) -> None:
    meddled: Any = Meddled(store, before, meanwhile)
    await forget(replace(outside, store=meddled), kept_for=KEPT_FOR)


async def is_forgotten(store: Database, number: IncidentId) -> bool:
    async with store.read(WHOLE) as tx:
        one = await tx.incidents.get(number)
    assert one
    return one.is_forgotten


@pytest.mark.parametrize("before", [1, 2, 3, 4])
async def test_what_is_said_meanwhile_is_forgotten_too(
    outside: Outside, clock: FrozenClock, store: Database, before: int
) -> None:
    await closed(outside, clock)
    clock.forward(days=91)
    late = Channel(outside, clock, "C1").said(f"{SAID} again")
    await forget_while(outside, store, before, lambda: keep_messages(outside, [late]))
    assert await found(store) == set()


async def test_an_index_that_is_made_meanwhile_holds_no_words(
    outside: Outside, clock: FrozenClock, store: Database
) -> None:
    number = await closed(outside, clock)
    clock.forward(days=91)
    await forget_while(outside, store, 2, lambda: index_incident(outside, number))
    assert await found(store) == set()


async def crash() -> None:
    raise ConnectionResetError


async def test_after_a_crash_the_next_run_goes_on_and_the_log_says_the_whole_number_once(
    outside: Outside, clock: FrozenClock, store: Database
) -> None:
    await closed(outside, clock)
    clock.forward(days=91)
    with pytest.raises(ConnectionResetError):
        await forget_while(outside, store, 3, crash)
    assert await found(store) != set()
    await forget(outside, kept_for=KEPT_FOR)
    assert await found(store) == set()
    (row,) = await audit(outside, Act.WORDS_FORGOTTEN)
    assert row.detail["messages"] == 5


async def test_where_it_is_reopened_halfway_the_rest_stays_and_the_log_says_it(
    outside: Outside, clock: FrozenClock, store: Database
) -> None:
    number = await closed(outside, clock)
    clock.forward(days=91)
    again = {"by": ANN, "incident_id": number, "to": Status.INVESTIGATING, "reason": "it is back"}
    await forget_while(outside, store, 3, lambda: set_status(outside, **again))  # type: ignore[arg-type]
    async with store.read(WHOLE) as tx:
        assert 0 < await tx.messages.count(ChannelId("C1")) < 5
    assert len(await audit(outside, Act.WORDS_FORGOTTEN)) == 1


async def test_a_merged_one_counts_from_its_merging(outside: Outside, clock: FrozenClock) -> None:
    merged = (await stop_the_line(outside)).incident.id
    into = (await stop_the_line(outside)).incident.id
    clock.forward(days=100)
    await merge_incident(outside, by=ANN, merged=merged, into=into)
    clock.forward(days=89)
    assert await forget(outside, kept_for=KEPT_FOR) == []
    clock.forward(days=2)
    assert [one.incident_id for one in await forget(outside, kept_for=KEPT_FOR)] == [merged]


@pytest.mark.parametrize("name", [TimeName.CLOSED, TimeName.DECLARED])
async def test_a_mistyped_time_neither_hastens_nor_hinders(
    outside: Outside, clock: FrozenClock, name: TimeName
) -> None:
    number = await closed(outside, clock)
    long_ago = {TimeName.STARTED: 400, TimeName.DETECTED: 399, TimeName.RESOLVED: 398, name: 366}
    for which, days in long_ago.items():
        then = clock.now() - timedelta(days=days)
        await set_time(outside, by=BEN, incident_id=number, name=which, value=then, reason="a typo of the year")
    assert await forget(outside, kept_for=KEPT_FOR) == []
    clock.forward(days=91)
    if name is TimeName.DECLARED:
        await set_time(outside, by=BEN, incident_id=number, name=name, value=clock.now(), reason="another")
    assert len(await forget(outside, kept_for=KEPT_FOR)) == 1


@pytest.mark.parametrize("ended_by_it", [False, True])
async def test_a_program_that_knows_no_forgetting_may_reopen_and_end_it(
    outside: Outside, clock: FrozenClock, store: Database, ended_by_it: bool
) -> None:
    """It leaves the mark of the forgetting; what is said then is kept until its own time."""
    number = await closed(outside, clock)
    clock.forward(days=91)
    await forget(outside, kept_for=KEPT_FOR)

    async with store.read(WHOLE) as tx:
        before = await tx.incidents.get(number)
    assert before and before.forgotten_at

    async def moved(to: Status) -> None:
        await set_status(outside, by=ANN, incident_id=number, to=to, reason="x")
        async with store.write() as tx:
            one = await tx.incidents.lock(number)
            assert one
            await tx.incidents.save(replace(one, forgotten_at=before.forgotten_at))

    clock.forward(minutes=1)
    await moved(Status.INVESTIGATING)
    await Channel(outside, clock, "C1").hears(SAID)
    if ended_by_it:
        await moved(Status.CANCELLED)
    else:
        await set_status(outside, by=ANN, incident_id=number, to=Status.CANCELLED, reason="x")
        assert not await is_forgotten(store, number)
    clock.forward(days=89)
    assert await forget(outside, kept_for=KEPT_FOR) == [] and await found(store, WORDS) == {SAID}
    clock.forward(days=2)
    assert len(await forget(outside, kept_for=KEPT_FOR)) == 1 and await found(store, WORDS) == set()


async def test_a_reaction_that_comes_meanwhile_is_not_kept(
    outside: Outside, clock: FrozenClock, store: Database
) -> None:
    await closed(outside, clock)
    clock.forward(days=91)
    meddled: Any = Meddled(store, 1, lambda: forget(outside, kept_for=KEPT_FOR))
    given = Reaction(ChannelId("C1"), MessageTs("1.1"), REACTED, ANN)
    await keep_reaction(replace(outside, store=meddled), given, given=True)
    assert await found(store) == set()


async def test_what_is_pinned_afterwards_says_that_it_is_kept_no_longer(outside: Outside, clock: FrozenClock) -> None:
    number = await closed(outside, clock)
    clock.forward(days=91)
    await forget(outside, kept_for=KEPT_FOR)
    later = await Channel(outside, clock, "C1").hears(SAID)
    await pin_message(outside, by=ANN, message=later)
    entries = await read_timeline(outside, incident_id=number)
    pins = [entry_text(Texts("en", "UTC", {}), one) for one in entries if one.kind is Act.MESSAGE_PINNED]
    assert len(pins) == 2 and all("kept no longer" in one for one in pins)


async def pinned_by_ben(outside: Outside, clock: FrozenClock) -> None:
    number, talk = await opened(outside, clock, "C1")
    await pin_message(outside, by=BEN, message=await talk.hears(f"rolling {PINNED} back fixed it"))
    await set_status(outside, by=ANN, incident_id=number, to=Status.CANCELLED, reason="x")
    clock.forward(days=91)


async def nobody_is_back(outside: Outside, store: Database) -> None:
    assert await found(store) == set() and BEN not in repr(await audit(outside, Act.MESSAGE_PINNED))
    assert (await verify_audit(outside)).wrong == []


async def test_erasing_a_person_brings_no_words_back(outside: Outside, clock: FrozenClock, store: Database) -> None:
    await pinned_by_ben(outside, clock)
    meddled: Any = Meddled(store, 1, lambda: forget(outside, kept_for=KEPT_FOR))
    await erase_person(replace(outside, store=meddled), who=BEN, reason="asked")
    await nobody_is_back(outside, store)


async def test_forgetting_brings_no_person_back(
    outside: Outside, clock: FrozenClock, store: Database, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The person is erased after the pins' numbers were read; SQLite has one writer and no such moment."""
    if not url.startswith("postgresql"):
        pytest.skip("one writer")
    await pinned_by_ben(outside, clock)
    other, rows = Database(url), AuditRows.rows

    async def read(self: AuditRows, **which: Any) -> Any:
        seen = await rows(self, **which)
        monkeypatch.setattr(AuditRows, "rows", rows)
        await erase_person(replace(outside, store=other), who=BEN, reason="asked")
        return seen

    monkeypatch.setattr(AuditRows, "rows", read)
    await forget(outside, kept_for=KEPT_FOR)
    await other.close()
    await nobody_is_back(outside, store)


async def test_both_at_once_end_and_agree(outside: Outside, clock: FrozenClock, store: Database, url: str) -> None:
    for name in ("C1", "C2", "C3"):
        await closed(outside, clock, name)
    clock.forward(days=91)
    others = [Database(url) for _ in range(2)]
    one, two = (replace(outside, store=each) for each in others)
    await asyncio.gather(
        forget(outside, kept_for=KEPT_FOR),
        erase_person(one, who=BEN, reason="asked"),
        erase_person(two, who=ANN, reason="asked"),
    )
    for each in others:
        await each.close()
    assert await found(store) == set() and (await verify_audit(outside)).wrong == []


async def test_evidence_that_is_gathered_meanwhile_is_whole(
    outside: Outside, clock: FrozenClock, store: Database, tmp_path: Path
) -> None:
    number = await closed(outside, clock)
    clock.forward(days=91)
    meddled: Any = Meddled(store, 2, lambda: forget(outside, kept_for=KEPT_FOR), reads=True)
    files = await collect_evidence(replace(outside, store=meddled), incident_id=number, checkpoints=[])
    assert await found(store) == set()
    done = await checked(files, tmp_path / "evidence.zip")
    assert done.returncode == 0, done.stdout
