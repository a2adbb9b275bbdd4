"""From the first released schema, with rows in every table, to the newest: no row is lost or changed."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import JSON, Boolean, Column, Connection, Date, DateTime, Integer, String, Table, Text, insert, inspect
from sqlalchemy import select as select_

from bot.domain.ids import ChangeId, IncidentId, PermitId
from storage.database import Database
from storage.migrate import VERSIONS, current_version, migrate, newest_version
from storage.tables import UtcTime, metadata
from tests.storage.test_migrations import empty

__all__ = ["empty"]

FIRST = "0001"
AT = datetime(2024, 5, 20, 5, 52, tzinfo=UTC)
WORDS: Mapping[str, Any] = {
    "incident.severity": "sev1", "incident.status": "investigating", "incident.roles": {"commander": "U0ANN"},
    "hold.state": "active", "hold.cause": "declared", "hold.fixers": ["U0BEN"],
    "change.kind": "major", "change.state": "approved", "change.servers": ["lb-01"],
    "permit.state": "granted", "job.state": "open", "job.kind": "post", "entry.kind": "incident_declared",
    "entry.params": {"text": "한글"}, "audit.act": "incident_declared", "server.aliases": ["lb-01.example.net"],
    "draft.kind": "postmortem", "draft.state": "draft", "draft.sections": [], "draft.lines": [],
    "time_version.name": "started_at", "entry.replaces": None, "change.refused_by_incident": None,
}  # fmt: skip
"""What must be one of the code's own words; every other column gets something of its type."""
APART = ("alembic_version",)


def _value(table: Table, column: Column[Any], number: int) -> Any:
    name = f"{table.name}.{column.name}"
    if name in WORDS:
        return WORDS[name]
    if column.foreign_keys:
        return number
    kinds: list[tuple[type[Any] | tuple[type[Any], ...], Any]] = [
        ((UtcTime, DateTime), AT),
        (Date, date(2024, 6, 1)),
        (Boolean, False),
        (JSON, {"한글": [1, "x"]}),
        (Integer, number),
        ((String, Text), f"{column.name} {number}"[: getattr(column.type, "length", None) or 99]),
    ]
    return next(value for kind, value in kinds if isinstance(column.type, kind))


def _first(connection: Connection) -> dict[str, list[Column[Any]]]:
    """Makes the first schema; its tables with their columns, as the code knows them now."""
    config = Config()
    config.set_main_option("script_location", str(VERSIONS.parent))
    config.attributes["connection"] = connection
    command.upgrade(config, FIRST)
    seen = inspect(connection)
    names = [name for name in seen.get_table_names() if not name.startswith("search_index") and name not in APART]
    known = {name: {column["name"] for column in seen.get_columns(name)} for name in names}
    assert known.keys() <= metadata.tables.keys() and len(known) > 15
    return {name: [c for c in metadata.tables[name].c if c.name in known[name]] for name in known}


def _fill(connection: Connection, tables: Mapping[str, list[Column[Any]]]) -> None:
    for table in metadata.sorted_tables:
        for number in (1, 2) if table.name in tables else ():
            row = {column.name: _value(table, column, number) for column in tables[table.name]}
            connection.execute(insert(table).values(row))


def _rows(connection: Connection, tables: Mapping[str, list[Column[Any]]]) -> dict[str, list[Any]]:
    return {name: sorted(map(tuple, connection.execute(select_(*c))), key=repr) for name, c in tables.items()}


@pytest.fixture
async def upgraded(empty: Database) -> Database:
    """The first schema, filled and brought to the newest; every row is as it was."""
    async with empty.begun(writing=True) as connection:
        tables = await connection.run_sync(_first)
        await connection.run_sync(_fill, tables)
        before = await connection.run_sync(_rows, tables)
    assert await current_version(empty) == FIRST and all(before.values()), "a row in every table"
    await migrate(empty)
    async with empty.begun(writing=False) as connection:
        after = await connection.run_sync(_rows, tables)
    assert after == before
    return empty


async def test_every_row_is_kept(upgraded: Database) -> None:
    assert await current_version(upgraded) == newest_version()


async def test_the_product_reads_what_it_wrote_then(upgraded: Database) -> None:
    async with upgraded.write() as tx:
        incident = await tx.incidents.get(IncidentId(1))
        assert incident and incident.title == "title 1"
        holds = await tx.holds.open()
        assert [(hold.server, hold.incident_id, hold.mistaken) for hold in holds] == [
            ("name 1", 1, False),
            ("name 2", 2, False),
        ]
        permit = await tx.permits.lock(PermitId(1))
        assert permit and permit.caller == "caller 1" and permit.epochs == {1: 1}
        change = await tx.changes.get(ChangeId(1))
        assert change and change.fix_for is None and change.servers == ("lb-01",)
        assert len(await tx.entries.of_incident(IncidentId(1))) == 1


async def test_what_waited_is_done(upgraded: Database) -> None:
    async with upgraded.write() as tx:
        jobs = await tx.jobs.claim(owner="me", now=AT + timedelta(days=1), lease=timedelta(seconds=10), limit=10)
    assert sorted(job.id for job in jobs) == ["id 1", "id 2"]
