"""What is promised of migrations: they make exactly the tables of the code, from nothing, and twice is once."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Connection, insert

from bot.domain.audit import Act
from storage.database import Database
from storage.migrate import VERSIONS, current_version, migrate, newest_version
from storage.tables import audit, metadata
from tests.chains import linked
from tests.clocks import START
from tests.databases import Postgres
from tests.faults import everything


@pytest.fixture(params=["sqlite", "postgresql"])
async def empty(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Database]:
    """A database with nothing in it."""
    if request.param == "sqlite":
        database = Database(f"sqlite:///{tmp_path / 'empty.db'}")
        yield database
        await database.close()
        return
    server: Postgres = request.getfixturevalue("postgres")
    name = await server.empty()
    database = Database(server.url(name))
    yield database
    await database.close()
    await server.drop(name)


def differences(connection: Connection) -> list[Any]:
    """What alembic would still change, but for the full-text index that it does not know."""

    def ours(thing: Any, name: str | None, kind: str, reflected: bool, _: Any) -> bool:
        table = name if kind == "table" else getattr(getattr(thing, "table", None), "name", "")
        return not (reflected and (table or "").startswith("search_index"))

    options = {"include_object": ours, "compare_type": True, "compare_server_default": True}
    return list(compare_metadata(MigrationContext.configure(connection, opts=options), metadata))


async def test_the_migrations_make_exactly_the_tables_of_the_code(store: Database) -> None:
    async with store.engine.connect() as connection:
        assert await connection.run_sync(differences) == []


async def test_a_table_that_only_the_code_knows_would_be_seen(store: Database) -> None:
    """The comparison above is able to fail."""
    async with store.engine.begin() as connection:
        await connection.exec_driver_sql("DROP TABLE fact")
        await connection.exec_driver_sql("DROP INDEX ix_open_hold")
        assert {difference[0] for difference in await connection.run_sync(differences)} == {"add_table", "add_index"}


async def test_migrating_twice_does_nothing(empty: Database) -> None:
    assert await current_version(empty) is None
    await migrate(empty)
    assert await current_version(empty) == newest_version()
    async with empty.write() as tx:
        await tx.facts.put("kept", {"한글": True})
    before = await everything(empty)
    await migrate(empty)
    assert await everything(empty) == before and await current_version(empty) == newest_version()


async def test_two_replicas_may_migrate_at_once(empty: Database) -> None:
    other = Database(empty.url)
    await asyncio.gather(migrate(empty), migrate(other))
    await other.close()
    assert await current_version(empty) == newest_version()


async def test_many_may_open_an_empty_file_at_once(tmp_path: Path) -> None:
    """SQLite answers "busy" without waiting where two change an empty file's journal at the same moment."""
    for round_ in range(20):
        several = [Database(f"sqlite:///{tmp_path / f'{round_}.db'}") for _ in range(4)]
        assert await asyncio.gather(*map(current_version, several)) == [None] * 4
        await asyncio.gather(*(database.close() for database in several))


WITHOUT_THE_WHEEL = """
import asyncio, sys
sys.modules["pysqlite3"] = None
from storage.database import Database
from storage.migrate import current_version, migrate, newest_version

async def main():
    database = Database(sys.argv[1])
    await migrate(database)
    assert await current_version(database) == newest_version()
    await database.close()

asyncio.run(main())
"""


async def test_pythons_own_sqlite_is_enough(tmp_path: Path) -> None:
    """Where there is no wheel of a newer one; the image's own is older than what overwrites an index's words."""
    started = [sys.executable, "-c", WITHOUT_THE_WHEEL, f"sqlite:///{tmp_path / 'own.db'}"]
    done = await asyncio.to_thread(subprocess.run, started, capture_output=True, cwd=Path(__file__).parents[2])
    assert done.returncode == 0, done.stderr.decode()


async def test_rows_from_before_the_chain_are_sealed(empty: Database) -> None:
    """The head stands where they end, and what comes next goes on from there."""

    def to_the_third(connection: Connection) -> None:
        config = Config()
        config.set_main_option("script_location", str(VERSIONS.parent))
        config.attributes["connection"] = connection
        command.upgrade(config, "0003")

    async with empty.begun(writing=True) as connection:
        await connection.run_sync(to_the_third)
        rows = [dict(at=START, act="note_added", actor="U1", subject=str(n), detail={"n": n}) for n in range(2, 2007)]
        await connection.execute(insert(audit), rows)
    await migrate(empty)
    async with empty.write() as tx:
        await tx.audit.add(at=START, act=Act.NOTE_ADDED, actor="U1", subject="new", incident_id=None, detail={})
    assert await linked(empty) == [*(str(n) for n in range(2, 2007)), "new"]
