"""Writes what Slack delivered before it is acknowledged: deliveries that arrive together share one commit."""

import asyncio
from dataclasses import dataclass

from sqlalchemy.exc import SQLAlchemyError

from bot.ports.journal import Unrecordable
from bot.ports.storage import NewJob
from storage.database import Database


@dataclass(slots=True, eq=False)
class _Waiting:
    job: NewJob
    written: bool = False


class Intake:
    """Implements `bot.ports.storage.Intake`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: list[_Waiting] = []
        self._turn = asyncio.Lock()

    async def record(self, job: NewJob) -> None:
        """Returns once the job is committed. Raises StoreUnavailable, Unrecordable; then nothing of it is kept.

        What cannot be written fails alone: those that came with it are written without it.
        """
        mine = _Waiting(job)
        self._waiting.append(mine)
        try:
            async with self._turn:
                if not mine.written:
                    await self._write(mine)
        finally:
            if not mine.written and mine in self._waiting:
                self._waiting.remove(mine)

    async def _write(self, mine: _Waiting) -> None:
        batch = list(self._waiting)
        try:
            await self._commit(batch)
        except (SQLAlchemyError, ValueError):
            await self._write_alone(mine)

    async def _write_alone(self, mine: _Waiting) -> None:
        try:
            await self._commit([mine])
        except (SQLAlchemyError, ValueError) as wrong:
            raise Unrecordable from wrong

    async def _commit(self, batch: list[_Waiting]) -> None:
        async with self._database.write(urgent=True) as tx:
            await tx.jobs.put([waiting.job for waiting in batch])
        for waiting in batch:
            waiting.written = True
            if waiting in self._waiting:  # else its caller has stopped waiting for it
                self._waiting.remove(waiting)
