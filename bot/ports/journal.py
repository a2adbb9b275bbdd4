"""What keeps a delivery while the database does not answer, until it can be recorded."""

from collections.abc import Awaitable, Callable
from typing import Protocol

from bot.ports.storage import NewJob

Record = Callable[[NewJob], Awaitable[None]]
"""Writes one job into the database. Raises StoreUnavailable, TimeoutError, Unrecordable."""


class JournalUnavailable(Exception):
    """The journal did not take it, or not in time: nothing of it is kept."""


class Unrecordable(Exception):
    """The database answers and does not take this one: it would not the next time either."""


class Journal(Protocol):
    """A second place for deliveries, one that needs no database."""

    async def append(self, job: NewJob) -> None:
        """Returns once it outlives a loss of power, within 1 s. Raises JournalUnavailable."""
        ...

    async def drain(self, record: Record) -> int:
        """Hands what is kept to `record`, oldest first, and lets go of it once all of it is recorded; how many.

        Raises what `record` raises, but not Unrecordable; then everything stays, and the next drain begins again.
        """
        ...
