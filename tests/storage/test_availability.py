"""What is promised when the database does not answer: StoreUnavailable, nothing written, and back when it is back."""

import asyncio
import shutil
from pathlib import Path

import pytest
from sqlalchemy import make_url
from sqlalchemy.exc import OperationalError

from bot.domain.ids import ServerName
from bot.ports.outside import Outside
from bot.ports.storage import StoreCollision, StoreUnavailable
from storage import dialect
from storage.database import Database
from storage.sqlite_library import sqlite3
from tests.acts import add_server, ask, stop_the_line
from tests.conftest import AddPeople
from tests.databases import Postgres
from tests.waiting import PLENTY_SECONDS


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://nobody@127.0.0.1:9/nothing",
        "sqlite:////nonexistent-folder/stopline.db",
    ],
)
async def test_a_database_that_is_not_there(url: str) -> None:
    store = Database(url)
    for begin in (store.read, store.write):
        with pytest.raises(StoreUnavailable):
            async with begin() as tx:
                await tx.servers.all()
    await store.close()


async def test_a_postgres_database_without_our_name(postgres: Postgres) -> None:
    store = Database(postgres.url("no_such_database"))
    with pytest.raises(StoreUnavailable):
        async with store.read() as tx:
            await tx.servers.all()
    await store.close()


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
async def test_postgres_that_hangs_up_in_the_middle(postgres: Postgres, outside: Outside, url: str) -> None:
    await add_server(outside, "lb-01")
    name = make_url(url).database
    end = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"
    with pytest.raises(StoreUnavailable):
        async with outside.store.write() as tx:
            await tx.servers.add("lb-02")  # type: ignore[arg-type]
            await postgres.say(end)
            await tx.servers.all()
    await postgres.say(end)
    for _ in range(20):
        try:
            assert (await ask(outside, "lb-01")).decision.allows
            break
        except StoreUnavailable:
            continue
    async with outside.store.read() as tx:
        assert [server.name for server in await tx.servers.all()] == ["lb-01"]


@pytest.fixture
def path(tmp_path: Path, sqlite_template: Path) -> Path:
    """A migrated SQLite file."""
    return Path(shutil.copy(sqlite_template, tmp_path / "held.db"))


async def test_sqlite_that_somebody_else_holds(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dialect, "BUSY_SECONDS", 0.2)
    store = Database(f"sqlite:///{path}")
    async with store.write() as tx:
        await tx.facts.put("kept", 1)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    with pytest.raises(StoreUnavailable):
        async with store.write() as tx:
            await tx.facts.put("lost", 1)
    other.execute("ROLLBACK")
    other.close()
    async with store.read() as tx:
        assert await tx.facts.get("kept") == 1 and await tx.facts.get("lost") is None
    await store.close()


async def test_a_writer_that_gives_up_waiting_leaves_the_door_open(path: Path) -> None:
    """Whoever is cancelled while it waits for its turn, or while it has it, passes the turn on."""
    store = Database(f"sqlite:///{path}")

    async def write(name: str, pause: float) -> None:
        async with store.write() as tx:
            await tx.facts.put(name, 1)
            await asyncio.sleep(pause)

    tasks = [asyncio.ensure_future(write(f"w{n}", 0.05)) for n in range(12)]
    await asyncio.sleep(0.02)
    for task in tasks[::2]:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    async with asyncio.timeout(PLENTY_SECONDS):
        await write("last", 0)
    async with store.read() as tx:
        kept = [n for n in range(12) if await tx.facts.get(f"w{n}")]
        assert kept == [1, 3, 5, 7, 9, 11] and await tx.facts.get("last") == 1
    await store.close()


async def test_two_who_write_the_same_at_once_collide_by_name(outside: Outside, add_people: AddPeople) -> None:
    """Declarations that all name a server nobody knew: each is done or told to try again, and one server is there."""
    results = await asyncio.gather(
        *(stop_the_line(outside, "new-1", request_key=f"r{n}") for n in range(6)), return_exceptions=True
    )
    assert all(not isinstance(r, BaseException) or isinstance(r, StoreCollision) for r in results), results
    for n, result in enumerate(results):
        if isinstance(result, StoreCollision):
            assert not (await stop_the_line(outside, "new-1", request_key=f"r{n}")).again
    async with outside.store.read() as tx:
        assert [server.name for server in await tx.servers.all()] == ["new-1"]
        assert len(await tx.holds.open()) == 6


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
async def test_after_a_busy_first_statement_nothing_is_written_outside_a_transaction(
    outside: Outside, url: str
) -> None:
    """Whoever goes on after that error begins again, or fails: what they write does not outlive their rollback."""
    path = make_url(url).database
    assert path
    store = Database(url)
    store.engine = dialect.make_engine(f"sqlite:///{path}?timeout=0.05")
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(ZeroDivisionError):
        async with store.write() as tx:
            with pytest.raises(OperationalError):
                await tx.facts.put("a", 1)
            other.execute("COMMIT")
            await tx.facts.put("b", 2)
            raise ZeroDivisionError
    async with store.read() as tx:
        assert await tx.facts.get("b") is None
    other.close()
    await store.close()


async def test_what_is_there_already_is_a_collision_on_both_databases(outside: Outside) -> None:
    await add_server(outside, "lb-01")
    with pytest.raises(StoreCollision):
        async with outside.store.write() as tx:
            await tx.servers.add(ServerName("lb-01"))
