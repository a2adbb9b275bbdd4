"""What is promised of forgetting while other things happen: crashes, reopenings, mistakes, replicas of before."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.domain.audit import Act
from bot.domain.ids import ChannelId, IncidentId
from bot.domain.incident import Status, TimeName
from bot.domain.sight import WHOLE
from bot.ports.outside import Outside
from bot.use_cases.ask import index_incident
from bot.use_cases.incident import set_status, set_time
from bot.use_cases.merge import merge_incident
from bot.use_cases.retention import forget
from bot.use_cases.timeline import keep_messages
from storage.database import Database
from tests.acts import ANN, BEN, audit, stop_the_line
from tests.clocks import FrozenClock
from tests.conftest import AddPeople
from tests.use_cases.test_retention_promises import KEPT_FOR, SAID, WORDS, Channel, closed, found

Meanwhile = Callable[[], Awaitable[object]]


@pytest.fixture(autouse=True)
async def people(add_people: AddPeople, monkeypatch: pytest.MonkeyPatch) -> None:
    await add_people(ANN, BEN)
    monkeypatch.setattr("bot.use_cases.retention.AT_ONCE", 3)


class Meddled:
    """A store where something happens before the transaction of this number, counted from now."""

    def __init__(self, store: Database, before: int, meanwhile: Meanwhile) -> None:
        self._store, self._left, self._meanwhile = store, before, meanwhile

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    @asynccontextmanager
    async def write(self, **how: bool) -> AsyncIterator[Any]:
        self._left -= 1
        if self._left == 0:
            await self._meanwhile()
        async with self._store.write(**how) as tx:
            yield tx


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
