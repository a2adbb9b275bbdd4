"""A database that forgot what was committed is noticed, and nothing starts on it until somebody has looked."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.adapters.system_clock import SystemClock
from bot.adapters.witness_file import WitnessFile
from bot.domain.audit import Act
from bot.domain.audit_chain import Head
from bot.domain.errors import Quarantined
from bot.domain.person import Person
from bot.ports.outside import Outside, Policy
from bot.ports.storage import HistoryLost, StoreUnavailable
from bot.use_cases.history import check_history
from bot.use_cases.quarantine import begin_quarantine, end_quarantine, quarantine_now
from storage.audit_chain import ChainRows
from storage.database import Database
from storage.sqlite_library import sqlite3
from tests.acts import EVERYBODY, add_server, ask, permit_for, stop_the_line
from tests.databases import Postgres, migrated

REASON = "it lost something"


class Standby:
    """A copy of the database as it was, that takes its place."""

    def __init__(self, url: str, postgres: Postgres | None = None, name: str = "") -> None:
        self.url, self._postgres, self._name = url, postgres, name

    async def falls_behind(self) -> None:
        """What is committed from here on never gets there."""
        if self._postgres:
            await self._postgres.say(_END_SESSIONS.format(self._name), f"CREATE DATABASE behind TEMPLATE {self._name}")
            return
        file = self.url.removeprefix("sqlite:///")
        with sqlite3.connect(file) as source, sqlite3.connect(f"{file}.behind") as copy:
            source.backup(copy)

    async def takes_over(self) -> None:
        """The bot's next connection is to it."""
        if self._postgres:
            await self._postgres.drop(self._name)
            await self._postgres.say(f"ALTER DATABASE behind RENAME TO {self._name}")
            return
        file = self.url.removeprefix("sqlite:///")
        with sqlite3.connect(f"{file}.behind") as source, sqlite3.connect(file) as copy:
            source.backup(copy)


_END_SESSIONS = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{}'"


@pytest.fixture(params=["sqlite", "postgresql"])
async def standby(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Standby]:
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'stopline.db'}"
        await migrated(url)
        yield Standby(url)
        return
    postgres: Postgres = request.getfixturevalue("postgres")
    name = await postgres.copy()
    yield Standby(postgres.url(name), postgres, name)
    await postgres.drop(name)


@pytest.fixture
def witness(tmp_path: Path) -> WitnessFile:
    return WitnessFile(tmp_path / "stopline.seen")


@pytest.fixture
async def outside(standby: Standby) -> AsyncIterator[Outside]:
    database = Database(standby.url)
    made = Outside(database, SystemClock(), Policy())
    async with database.write() as tx:
        for who in EVERYBODY:
            await tx.people.save(Person(who, str(who), "en-US", "UTC"))
    await add_server(made, "lb-01", "lb-02")
    yield made
    await database.close()


async def again(outside: Outside) -> bool:
    """Whether a check in a new life of the replica finds a loss; what broke a connection is tried again."""
    for _ in range(5):
        try:
            await ask(outside, "lb-02")
        except HistoryLost:
            return True
        except Exception as gone:  # noqa: BLE001 - the sessions that the test itself ended
            last = gone
    raise AssertionError(last)


async def test_a_replica_that_lived_through_it_lets_nothing_start(
    outside: Outside, standby: Standby, witness: WitnessFile
) -> None:
    await permit_for(outside, "lb-01")
    await standby.falls_behind()
    await _survives(outside)
    await stop_the_line(outside, "lb-02")
    await standby.takes_over()
    assert await again(outside), "the freeze is forgotten, and the gate does not say yes"
    assert await check_history(outside, witness, reason=REASON)
    with pytest.raises(Quarantined):
        await ask(outside, "lb-02")
    assert (await quarantine_now(outside)).quarantine_reason == REASON
    assert not await check_history(outside, witness, reason=REASON), "once"


async def test_one_that_was_not_running_finds_it_at_its_start(
    outside: Outside, standby: Standby, witness: WitnessFile, tmp_path: Path
) -> None:
    await standby.falls_behind()
    await _survives(outside)
    await stop_the_line(outside, "lb-02")
    assert not await check_history(outside, witness, reason=REASON)
    await outside.store.close()  # type: ignore[attr-defined]
    await standby.takes_over()
    later = Outside(Database(standby.url), SystemClock(), Policy())
    assert await check_history(later, WitnessFile(tmp_path / "stopline.seen"), reason=REASON)
    with pytest.raises(Quarantined):
        await ask(later, "lb-01")
    async with later.store.read() as tx:
        assert [row.detail["reason"] for row in await tx.audit.rows(acts=[Act.QUARANTINE_BEGUN])] == [REASON]
    await later.store.close()  # type: ignore[attr-defined]


async def test_a_number_that_was_forgotten_is_not_given_to_somebody_else(
    outside: Outside, standby: Standby, witness: WitnessFile
) -> None:
    """Else its holder would start, with its old number, what another one was asked about."""
    await standby.falls_behind()
    await _survives(outside)
    forgotten = [await permit_for(outside, "lb-01") for _ in range(3)]
    await standby.takes_over()
    await again(outside)
    await check_history(outside, witness, reason=REASON)
    await end_quarantine(outside)
    fresh = [await permit_for(outside, "lb-02") for _ in range(4)]
    assert not {one.id for one in fresh} & {one.id for one in forgotten}


async def test_nothing_is_lost_when_nothing_is_lost(outside: Outside, witness: WitnessFile, tmp_path: Path) -> None:
    for _ in range(3):
        await permit_for(outside, "lb-01")
        assert not await check_history(outside, witness, reason=REASON)
    kept = Head(**json.loads((tmp_path / "stopline.seen").read_text()))
    assert kept == outside.store.seen
    (tmp_path / "stopline.seen").write_text("torn")
    assert not await check_history(outside, WitnessFile(tmp_path / "stopline.seen"), reason=REASON)


async def test_another_database_is_no_loss(outside: Outside, witness: WitnessFile, tmp_path: Path) -> None:
    await permit_for(outside, "lb-01")
    await check_history(outside, witness, reason=REASON)
    url = f"sqlite:///{tmp_path / 'other.db'}"
    await migrated(url)
    other = Outside(Database(url), SystemClock(), Policy())
    assert not await check_history(other, WitnessFile(tmp_path / "stopline.seen"), reason=REASON)
    await other.store.close()  # type: ignore[attr-defined]


async def _survives(outside: Outside) -> None:
    """Copying a database of PostgreSQL ends its sessions; the pool finds out."""
    for _ in range(5):
        try:
            await ask(outside, "lb-01")
            return
        except Exception as gone:  # noqa: BLE001 - as above
            last = gone
    raise AssertionError(last)


async def test_what_is_committed_during_the_look_is_no_loss(
    outside: Outside, witness: WitnessFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite's reader sees the database as it was when the look began."""
    await permit_for(outside, "lb-01")
    real = ChainRows.head

    async def head(self: ChainRows) -> Head:
        found = await real(self)
        monkeypatch.setattr(ChainRows, "head", real)
        await permit_for(outside, "lb-01")
        return found

    monkeypatch.setattr(ChainRows, "head", head)
    assert not await check_history(outside, witness, reason=REASON)
    assert (await ask(outside, "lb-02")).decision.allows


async def test_a_loss_under_an_older_quarantine_stops_everything_again(
    outside: Outside, standby: Standby, witness: WitnessFile
) -> None:
    await begin_quarantine(outside, reason="something else")
    await standby.falls_behind()
    await _survives_quarantine(outside)
    await end_quarantine(outside)
    forgotten = await permit_for(outside, "lb-01")
    await check_history(outside, witness, reason=REASON)
    await standby.takes_over()
    for _ in range(5):
        try:
            assert await check_history(outside, witness, reason=REASON)
            break
        except StoreUnavailable:
            continue
    assert (await quarantine_now(outside)).quarantine_reason == REASON
    await end_quarantine(outside)
    assert (await permit_for(outside, "lb-01")).id > forgotten.id


async def _survives_quarantine(outside: Outside) -> None:
    for _ in range(5):
        try:
            await quarantine_now(outside)
            return
        except StoreUnavailable:
            continue
