"""SQLite for asyncio with one trip to its thread a statement, where the driver's own cursor makes four.

A statement takes microseconds and a trip takes fifty: this halves what every transaction costs.
"""

import sys
from collections.abc import Callable, Sequence
from functools import partial
from time import monotonic, sleep
from types import SimpleNamespace
from typing import Any

import aiosqlite
from sqlalchemy.dialects.sqlite.aiosqlite import AsyncAdapt_aiosqlite_dbapi

from storage.sqlite_library import sqlite3

HAND_OVER_SECONDS = 0.0005
"""So soon a busy loop lets the driver's thread go on; Python's own 5 ms would be most of what a statement costs.

`python -m tests.bench.gate`: 264 permits a second with Python's 5 ms, 410 with 1, 0.5 or 0.1 ms.
"""

AGAIN_SECONDS = 0.01
"""After so long a file whose journal mode another connection is changing is tried again; a change takes about a
millisecond."""


class OneTripCursor:
    """What SQLAlchemy's adapter asks of a cursor: the statement runs and its rows come back together."""

    def __init__(self, connection: "OneTripConnection") -> None:
        self._connection = connection
        self._rows: list[Any] = []
        self.arraysize = 1
        self.description: Any = None
        self.rowcount = -1
        self.lastrowid: int | None = None

    async def __aenter__(self) -> "OneTripCursor":
        return self

    async def execute(self, sql: str, parameters: Sequence[Any] = ()) -> None:
        """Runs one statement and keeps its rows; BEGIN goes along with the next one. Raises sqlite3.Error."""
        if sql.startswith("BEGIN"):
            self._connection.first = sql
        else:
            await self._keep("execute", sql, parameters)

    async def executemany(self, sql: str, parameters: Sequence[Sequence[Any]]) -> None:
        """Runs one statement for each of the parameters. Raises sqlite3.Error."""
        await self._keep("executemany", sql, parameters)

    async def _keep(self, how: str, sql: str, parameters: Any) -> None:
        first, self._connection.first = self._connection.first, ""
        act = partial(_all_of_it, first, how, sql, parameters)
        try:
            cursor, self._rows = await self._connection.on_its_thread(act)
        except sqlite3.Error:
            if not self._connection.in_transaction:
                self._connection.first = first
            raise
        self.description, self.rowcount, self.lastrowid = cursor.description, cursor.rowcount, cursor.lastrowid

    async def fetchall(self) -> list[Any]:
        """The rows of the last statement, once."""
        rows, self._rows = self._rows, []
        return rows

    async def close(self) -> None:
        """Nothing is open: the rows are here already."""


def _all_of_it(
    first: str, how: str, sql: str, parameters: Any, connection: sqlite3.Connection
) -> tuple[sqlite3.Cursor, list[Any]]:
    cursor = connection.cursor()
    if first:
        cursor.execute(first)
    getattr(cursor, how)(sql, parameters)
    rows = cursor.fetchall() if cursor.description else []
    cursor.close()
    return cursor, rows


class OneTripConnection(aiosqlite.Connection):
    """The driver's connection with the cursor above. `first`: the BEGIN that goes before the next statement."""

    first = ""

    def cursor(self) -> OneTripCursor:  # type: ignore[override]
        """A cursor that has run nothing yet."""
        return OneTripCursor(self)

    async def commit(self) -> None:
        """Ends the transaction, where there is one. Raises sqlite3.Error."""
        self.first = ""
        if self.in_transaction:
            await super().commit()

    async def rollback(self) -> None:
        """Undoes the transaction, where there is one. Raises sqlite3.Error."""
        self.first = ""
        if self.in_transaction:
            await super().rollback()

    async def on_its_thread(self, act: Callable[[sqlite3.Connection], Any]) -> Any:
        """What `act` gives, run where the connection lives."""
        return await self._execute(lambda: act(self._conn))  # type: ignore[no-untyped-call]


def module() -> Any:
    """What SQLAlchemy takes for the driver: aiosqlite over the library above, whose errors are the ones raised."""
    names = {name: getattr(sqlite3, name) for name in dir(sqlite3) if not name.startswith("_")}
    driver = SimpleNamespace(**{**names, "Connection": aiosqlite.Connection, "__version__": aiosqlite.__version__})
    return AsyncAdapt_aiosqlite_dbapi(driver, sqlite3)  # type: ignore[arg-type]


def hand_over_soon() -> None:
    """For the whole process: threads take turns every HAND_OVER_SECONDS."""
    sys.setswitchinterval(HAND_OVER_SECONDS)


def connect(database: str, **options: Any) -> OneTripConnection:
    """For SQLAlchemy's `async_creator_fn`: a connection that opens when it is awaited. Options: see `_opened`."""
    connection = OneTripConnection(partial(_opened, database, **options), iter_chunk_size=64)
    connection._thread.daemon = True
    return connection


def _opened(database: str, *, journal: str, timeout: float, **options: Any) -> sqlite3.Connection:
    """An open connection whose file is in the journal mode `journal`. Raises sqlite3.Error.

    Two that change an empty file's mode at once would wait for each other, so SQLite tells one of them "busy" without
    its `timeout` (sqlite.org/c3ref/busy_handler.html): that one tries again, for as many seconds. This runs on the
    connection's own thread.
    """
    connection: sqlite3.Connection = sqlite3.connect(database, timeout=timeout, **options)
    until = monotonic() + timeout
    while True:
        try:
            connection.execute(f"PRAGMA journal_mode={journal}")
            return connection
        except sqlite3.Error as trouble:
            if trouble.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or monotonic() > until:
                connection.close()
                raise
            sleep(AGAIN_SECONDS)
