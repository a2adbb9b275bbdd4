"""A store that fails at the n-th step of its transactions, and what a database holds, to compare before and after."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

from sqlalchemy import select

from bot.domain.sight import EVERYBODY, Sight
from storage.database import Database
from storage.tables import metadata


class Boom(Exception):
    """What goes wrong."""


class FailingStore:
    """Implements `bot.ports.storage.Store`; the `at`-th call of any row method raises Boom (the first is 1)."""

    def __init__(self, store: Database, at: int) -> None:
        self._store = store
        self._left = at

    @asynccontextmanager
    async def write(self, *, urgent: bool = False) -> AsyncIterator[Any]:
        """A transaction with a fault in it."""
        async with self._store.write(urgent=urgent) as tx:
            yield _Transaction(tx, self)

    def read(self, sight: Sight = EVERYBODY) -> AbstractAsyncContextManager[Any]:
        """Reads do not fail."""
        return self._store.read(sight)

    def step(self) -> None:
        """Counts one call."""
        self._left -= 1
        if self._left == 0:
            raise Boom


class _Transaction:
    def __init__(self, tx: Any, store: FailingStore) -> None:
        self._tx, self._store = tx, store

    def __getattr__(self, noun: str) -> Any:
        return _Rows(getattr(self._tx, noun), self._store)


class _Rows:
    def __init__(self, rows: Any, store: FailingStore) -> None:
        self._rows, self._store = rows, store

    def __getattr__(self, name: str) -> Any:
        act = getattr(self._rows, name)
        if not callable(act):
            return act

        async def counted(*args: Any, **kwargs: Any) -> Any:
            result = await act(*args, **kwargs)
            self._store.step()
            return result

        return counted


async def everything(store: Database) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table."""
    found = {}
    async with store.engine.connect() as connection:
        for table in metadata.sorted_tables:
            rows = await connection.execute(select(table))
            found[table.name] = sorted((tuple(row) for row in rows), key=repr)
    return found
