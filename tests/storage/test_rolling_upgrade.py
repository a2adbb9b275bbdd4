"""While replicas are replaced one by one, the ones of yesterday go on working in the schema of today."""

from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, inspect

from bot.ports.outside import Outside
from bot.use_cases.timeline import add_note, read_timeline
from bot.wiring import open_database
from storage.database import Database
from storage.migrate import VERSIONS, current_version, newest_version
from tests.acts import ANN, stop_the_line
from tests.conftest import AddPeople
from tests.storage.test_migrations import empty

__all__ = ["empty"]


def _columns(connection: Connection) -> dict[tuple[str, str], Any]:
    seen = inspect(connection)
    return {(table, column["name"]): column for table in seen.get_table_names() for column in seen.get_columns(table)}


def _step_by_step(connection: Connection) -> list[str]:
    """What each migration did that yesterday's program would stumble over."""
    config = Config()
    config.set_main_option("script_location", str(VERSIONS.parent))
    config.attributes["connection"] = connection
    wrong: list[str] = []
    before: dict[tuple[str, str], Any] = {}
    for version in sorted(path.name.split("_", 1)[0] for path in VERSIONS.glob("[0-9]*.py")):
        command.upgrade(config, version)
        now, tables = _columns(connection), {table for table, _ in before}
        wrong += [f"{version} takes {table}.{name} away" for table, name in before.keys() - now.keys()]
        wrong += [
            f"{version} wants a value for {table}.{name}"
            for (table, name), column in now.items()
            if (table, name) not in before and table in tables and not (column["nullable"] or column["default"])
        ]
        before = now
    return wrong


async def test_every_migration_leaves_what_the_program_before_it_writes_and_reads(empty: Database) -> None:
    async with empty.begun(writing=True) as connection:
        assert await connection.run_sync(_step_by_step) == []


async def test_a_program_that_is_older_than_the_schema_starts(empty: Database) -> None:
    await (await open_database(empty.url)).close()
    async with empty.begun(writing=True) as connection:
        await connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    assert newest_version() < "9999"
    await (await open_database(empty.url)).close()
    assert await current_version(empty) == "9999"


async def test_a_timeline_shows_what_it_knows_of_what_a_newer_program_wrote(
    outside: Outside, store: Database, add_people: AddPeople
) -> None:
    await add_people(ANN)
    number = (await stop_the_line(outside)).incident.id
    for text in ("of tomorrow", "of today"):
        await add_note(outside, by=ANN, incident_id=number, text=text)
    before = await read_timeline(outside, incident_id=number)
    async with store.begun(writing=True) as connection:
        last = max(one.id for one in before)
        await connection.exec_driver_sql(f"UPDATE entry SET kind = 'of_tomorrow' WHERE id = {last - 1}")
    after = await read_timeline(outside, incident_id=number)
    assert [one.id for one in after] == [one.id for one in before if one.id != last - 1]
