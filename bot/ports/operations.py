"""What whoever watches over us asks of the database: how things stand, in numbers and times only."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Figures:
    """One moment. `deliveries`: what Slack delivered and nobody has handled yet; `due`: other jobs, by their kind.

    A job that is tried again is due when its next try is: its first try is forgotten, so `tried_again` counts those.
    `clock`: the time of a database that has a clock of its own, which its replicas' clocks must agree with.
    """

    deliveries: int
    oldest_delivery: datetime | None
    due: Mapping[str, int]
    oldest_due: datetime | None
    tried_again: int
    dead: int
    holds: Mapping[str, int]
    servers_held: int
    incidents_open: int
    permits: Mapping[str, int]
    clock: datetime | None = None


class Meter(Protocol):
    """Reads the figures."""

    async def figures(self, now: datetime) -> Figures:
        """How things stand. Raises StoreUnavailable."""
        ...

    async def schema_is_ours(self) -> bool:
        """Whether the schema is as new as this program needs, or newer. Raises StoreUnavailable."""
        ...


@dataclass(frozen=True, slots=True)
class DatabaseLook:
    """A database seen from outside. `version` is None where it is empty or not there yet; `file` and what follows are
    SQLite's: whether we may write there, bytes free, SQLite's own version, its journal, and who serves the file now.
    `clock`: the time of a database that has a clock of its own."""

    version: str | None
    newest: str
    file: Path | None
    writable: bool
    free: int | None
    sqlite: str
    journal: str
    holder: str | None
    clock: datetime | None = None
