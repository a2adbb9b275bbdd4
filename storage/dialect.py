"""The only file that knows SQLite from PostgreSQL."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import Insert, Table, event, func, make_url, select
from sqlalchemy.exc import ArgumentError, DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from bot.ports.storage import StoreCollision, StoreUnavailable
from storage.sqlite_library import sqlite3

BUSY_SECONDS = 5
"""How long SQLite waits for another process's lock before it says that it is busy."""


class AddressWrong(Exception):
    """What stands for the database's address is none of SQLite or PostgreSQL."""


def async_url(url: str) -> str:
    """The address with the driver we use: `sqlite:///x.db` and `postgresql://…` are enough for people to write.

    Raises AddressWrong.
    """
    for plain, ours in (
        ("sqlite://", "sqlite+aiosqlite://"),
        ("postgresql://", "postgresql+asyncpg://"),
        ("postgres://", "postgresql+asyncpg://"),
    ):
        if url.startswith(plain):
            return ours + url[len(plain) :]
    if not url.startswith(("sqlite+aiosqlite://", "postgresql+asyncpg://")):
        raise AddressWrong
    return url


def sqlite_file(url: str) -> Path | None:
    """The file of a SQLite database, by its one true name; None in memory and on PostgreSQL. Raises AddressWrong."""
    try:
        address = make_url(async_url(url))
    except (ArgumentError, ValueError) as wrong:
        raise AddressWrong from wrong
    name = (address.database or "").removeprefix("file:")
    if address.get_backend_name() != "sqlite" or not name or name.startswith(":memory:"):
        return None
    return Path(name).resolve()


def journal_mode() -> str:
    """WAL only on versions without the WAL-reset defect (sqlite.org/wal.html#walresetbug), else TRUNCATE."""
    version = sqlite3.sqlite_version_info
    fixed = version >= (3, 51, 3) or (3, 50, 7) <= version < (3, 51) or (3, 44, 6) <= version < (3, 45)
    return "WAL" if fixed else "TRUNCATE"


def make_engine(url: str) -> AsyncEngine:
    """An engine whose transactions really begin when they say so (SQLite's default sends no BEGIN before a SELECT)."""
    options: dict[str, Any] = {"json_serializer": _to_json, "hide_parameters": True}
    try:
        address = make_url(async_url(url))
    except (ArgumentError, ValueError) as wrong:
        raise AddressWrong from wrong
    if address.get_backend_name() != "sqlite":
        return create_async_engine(address, pool_size=16, max_overflow=8, pool_timeout=5, **options)
    from storage.sqlite_driver import connect, hand_over_soon, module

    hand_over_soon()
    how = {"timeout": BUSY_SECONDS, "journal": journal_mode(), "async_creator_fn": connect}
    engine = create_async_engine(address, module=module(), connect_args=how, **options)
    event.listen(engine.sync_engine, "connect", _prepare_sqlite)
    return engine


def _to_json(value: Any) -> str:
    """Half a surrogate pair is no character: it becomes a question mark rather than an error."""
    words = json.dumps(value, ensure_ascii=False)
    return words if words.isascii() else words.encode("utf-8", "replace").decode()


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        "synchronous=FULL",
        "foreign_keys=ON",
        "temp_store=MEMORY",
        "secure_delete=ON",  # what is forgotten is gone from the file as well
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


async def begin(connection: AsyncConnection, *, writing: bool) -> None:
    """Starts the transaction: SQLite takes the writer's lock at once, PostgreSQL began by itself."""
    if is_sqlite(connection):
        await connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


def at_once(engine: AsyncEngine) -> AsyncEngine:
    """The same connections, each statement by itself; SQLite's begin nothing unless they are told to."""
    if engine.dialect.name == "sqlite":
        return engine
    return engine.execution_options(isolation_level="AUTOCOMMIT")


_AWAY = ("08", "28", "3D", "40", "53", "57", "58")
"""PostgreSQL's classes of errors that say "not now": connection, sign-in, catalogue, rollback, resources, operator."""
_TWICE = "23505"
"""PostgreSQL's unique_violation. SQLite has one code for every constraint, and its own words for this one."""
_NO_DATABASE = ("SQLITE_NOTADB", "SQLITE_CORRUPT")


def meaning(trouble: DBAPIError) -> StoreUnavailable | None:
    """StoreCollision, StoreUnavailable, or None where it is a mistake of ours."""
    state, name = str(getattr(trouble.orig, "sqlstate", None) or ""), getattr(trouble.orig, "sqlite_errorname", "")
    if state == _TWICE or str(trouble.orig).startswith("UNIQUE constraint failed"):
        return StoreCollision(state or name)
    gone = isinstance(trouble, OperationalError | InterfaceError) or trouble.connection_invalidated
    gone = gone or name in _NO_DATABASE
    state = state or (str(trouble.orig) if isinstance(trouble.orig, sqlite3.Error) else "")
    return StoreUnavailable(state or type(trouble).__name__) if gone or state.startswith(_AWAY) else None


@contextmanager
def told() -> Iterator[None]:
    """What goes wrong with the database, in our own words. Raises StoreUnavailable, StoreCollision."""
    try:
        yield
    except DBAPIError as trouble:
        said = meaning(trouble)
        if said is None:
            raise
        raise said from trouble
    except (PoolTimeout, OSError) as trouble:
        raise StoreUnavailable(type(trouble).__name__) from trouble


def is_sqlite(connection: AsyncConnection) -> bool:
    """Whether this connection speaks to SQLite."""
    return connection.dialect.name == "sqlite"


async def clock_of(connection: AsyncConnection) -> datetime | None:
    """The time by PostgreSQL's own clock; SQLite's is ours."""
    if is_sqlite(connection):
        return None
    at: datetime = (await connection.execute(select(func.clock_timestamp()))).scalar_one()
    return at


@cache
def _insert_or_ignore(dialect: str, table: Table) -> Any:
    return _insert_of(dialect, table).on_conflict_do_nothing()


def insert_or_ignore(connection: AsyncConnection, table: Table) -> Any:
    """INSERT of rows that leaves those which are already there alone; built once a table."""
    return _insert_or_ignore(connection.dialect.name, table)


@cache
def _insert_once(dialect: str, table: Table) -> Any:
    return _insert_of(dialect, table).on_conflict_do_nothing().returning(table.c.id)


def insert_once(connection: AsyncConnection, table: Table) -> Any:
    """INSERT of one row that gives its id, or nothing where a row like it is already there; built once a table."""
    return _insert_once(connection.dialect.name, table)


def insert_or_update(
    connection: AsyncConnection, table: Table, row: dict[str, Any], key: str, *, keep: tuple[str, ...] = ()
) -> Insert:
    """INSERT, or UPDATE of everything but `key` and `keep` where a row with that key is already there."""
    rest = {name: value for name, value in row.items() if name not in (key, *keep)}
    made: Insert = _insert(connection, table).values(row).on_conflict_do_update(index_elements=[key], set_=rest)
    return made


def _insert(connection: AsyncConnection, table: Table) -> Any:
    """The INSERT of this database that knows ON CONFLICT; the other one's dialect is not even imported."""
    return _insert_of(connection.dialect.name, table)


def _insert_of(dialect: str, table: Table) -> Any:
    if dialect == "sqlite":
        from sqlalchemy.dialects.sqlite import insert as sqlite_insert

        return sqlite_insert(table)
    from sqlalchemy.dialects.postgresql import insert as postgresql_insert

    return postgresql_insert(table)
