"""The database: one engine, its transactions, and who may write next."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, nullcontext

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.audit_chain import Head
from bot.domain.ids import ServerId
from bot.domain.server import Catalogue
from bot.domain.sight import EVERYBODY, WHOLE, Sight
from bot.ports.gate_rows import Around
from storage import dialect
from storage.freeze import HoldRows
from storage.glance import Glance
from storage.server import CatalogueMemory
from storage.transaction import Transaction


class WriterLock:
    """One writer at a time in this process; what must be acknowledged goes first."""

    def __init__(self) -> None:
        self._held = False
        self._urgent: deque[asyncio.Future[None]] = deque()
        self._others: deque[asyncio.Future[None]] = deque()

    @asynccontextmanager
    async def held(self, *, urgent: bool) -> AsyncIterator[None]:
        """Waits for its turn."""
        if self._held:
            await self._turn(self._urgent if urgent else self._others)
        self._held = True
        try:
            yield
        finally:
            self._pass_on()

    async def _turn(self, queue: deque[asyncio.Future[None]]) -> None:
        turn = asyncio.get_running_loop().create_future()
        queue.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self._pass_on()
            raise

    def _pass_on(self) -> None:
        for queue in (self._urgent, self._others):
            while queue:
                turn = queue.popleft()
                if not turn.done():
                    turn.set_result(None)
                    return
        self._held = False


class Database:
    """Implements `bot.ports.storage.Store` on SQLite and PostgreSQL."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.on_queued: Callable[[], None] = lambda: None
        self.engine = dialect.make_engine(url)
        self._at_once = dialect.at_once(self.engine)
        self._memory = CatalogueMemory()
        self._head: Head | None = None
        self._glance = Glance(self._look)
        self._one_writer = WriterLock() if self.engine.dialect.name == "sqlite" else None

    @asynccontextmanager
    async def write(self, *, urgent: bool = False, after_loss: bool = False) -> AsyncIterator[Transaction]:
        """A transaction that commits when its block ends and leaves nothing when it raises.

        Its audit rows are sealed last: whoever holds the chain's head waits for nothing more, so there is no circle.
        """
        turn = self._one_writer.held(urgent=urgent) if self._one_writer else nullcontext()
        async with turn, self.begun(writing=True) as connection:
            transaction = Transaction(connection, self._memory, WHOLE)
            yield transaction
            queued = await transaction.jobs.flush()
            remembered = None if after_loss else self._head
            head = await transaction.chain.seal(transaction.audit.added, remembered)
        self._head = head or self._head
        if transaction.servers.changed:
            self._memory.forget()
        if queued:
            self.on_queued()

    @asynccontextmanager
    async def read(self, sight: Sight = EVERYBODY) -> AsyncIterator[Transaction]:
        """A transaction that only reads, and no more of private incidents than `sight` may see."""
        async with self.begun(writing=False) as connection:
            yield Transaction(connection, self._memory, sight)

    @property
    def shared(self) -> bool:
        """A SQLite file is served by one process (`storage.one_process`)."""
        return self._one_writer is None

    @property
    def seen(self) -> Head | None:
        """The end of the audit log as this process last wrote it."""
        return self._head

    @property
    def remembered(self) -> Catalogue:
        """The catalogue as this process knows it, without asking the database."""
        return self._memory.latest

    async def around(self, ids: Sequence[ServerId]) -> Around:
        """The line, and of these servers their epochs and open holds. Raises StoreUnavailable."""
        return await self._glance.around(ids)

    async def _look(self, ids: Sequence[ServerId]) -> Around:
        """One statement by itself: no BEGIN before and no COMMIT after."""
        with dialect.told():
            async with self._at_once.connect() as connection:
                return await HoldRows(connection, WHOLE).around(ids)

    @asynccontextmanager
    async def begun(self, *, writing: bool) -> AsyncIterator[AsyncConnection]:
        """A bare connection in a transaction. Raises StoreUnavailable, StoreCollision."""
        with dialect.told():
            async with self.engine.connect() as connection, connection.begin():
                await dialect.begin(connection, writing=writing)
                yield connection

    async def close(self) -> None:
        """Closes every connection; without it the process does not end."""
        await self.engine.dispose()
