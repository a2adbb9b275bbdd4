"""What the use cases need of a database: transactions over every noun, and what may go wrong with them."""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from bot.domain.audit_chain import Head
from bot.domain.ids import ServerId
from bot.domain.server import Catalogue
from bot.domain.sight import EVERYBODY, Sight
from bot.ports.chain_rows import Chain, Evidence
from bot.ports.gate_rows import Around, HeldBacks, Overrides, Permits, Servers, Tokens
from bot.ports.job_rows import Jobs, NewJob
from bot.ports.people_rows import Groups, Insiders, People, Reactions
from bot.ports.rows import (
    Audit,
    Changes,
    ChannelReads,
    Drafts,
    Entries,
    Facts,
    Holds,
    Incidents,
    Messages,
    Search,
)

__all__ = ["HistoryLost", "Intake", "NewJob", "Store", "StoreCollision", "StoreUnavailable", "Transaction"]


class Transaction(Protocol):
    """One transaction over every noun."""

    @property
    def incidents(self) -> Incidents: ...
    @property
    def insiders(self) -> Insiders: ...
    @property
    def entries(self) -> Entries: ...
    @property
    def servers(self) -> Servers: ...
    @property
    def holds(self) -> Holds: ...
    @property
    def changes(self) -> Changes: ...
    @property
    def permits(self) -> Permits: ...
    @property
    def overrides(self) -> Overrides: ...
    @property
    def held_back(self) -> HeldBacks: ...
    @property
    def tokens(self) -> Tokens: ...
    @property
    def audit(self) -> Audit: ...
    @property
    def chain(self) -> Chain: ...
    @property
    def evidence(self) -> Evidence: ...
    @property
    def people(self) -> People: ...
    @property
    def groups(self) -> Groups: ...
    @property
    def messages(self) -> Messages: ...
    @property
    def reactions(self) -> Reactions: ...
    @property
    def reads(self) -> ChannelReads: ...
    @property
    def drafts(self) -> Drafts: ...
    @property
    def jobs(self) -> Jobs: ...
    @property
    def search(self) -> Search: ...
    @property
    def facts(self) -> Facts: ...


class StoreUnavailable(Exception):
    """The database does not answer: nothing was written."""


class StoreCollision(StoreUnavailable):
    """Somebody else wrote the same at the same moment: nothing was written, and the next try finds what they wrote."""


class HistoryLost(StoreUnavailable):
    """The database no longer holds what it held: nothing was written, and nothing is until that was looked at."""


class Store(Protocol):
    """Where transactions come from."""

    def write(self, *, urgent: bool = False, after_loss: bool = False) -> AbstractAsyncContextManager[Transaction]:
        """Commits when the block ends; leaves nothing when it raises. `urgent` goes before other writers.

        `after_loss`: on whatever the database holds now. Raises HistoryLost, StoreUnavailable, StoreCollision.
        """
        ...

    @property
    def shared(self) -> bool:
        """Whether other processes may do jobs of it."""
        ...

    @property
    def seen(self) -> Head | None:
        """The end of the audit log as this process last wrote it."""
        ...

    @property
    def remembered(self) -> Catalogue:
        """The catalogue as this process knows it, without asking the database: whoever uses it compares its version."""
        ...

    async def around(self, ids: Sequence[ServerId]) -> Around:
        """The line, and of these servers their epochs and open holds, in one look that began after this question.

        Raises StoreUnavailable.
        """
        ...

    def read(self, sight: Sight = EVERYBODY) -> AbstractAsyncContextManager[Transaction]:
        """Reads only. Whoever does not say for whose eyes gets of a private incident its number and its commander."""
        ...


class Intake(Protocol):
    """Where deliveries are recorded before they are acknowledged."""

    async def record(self, job: NewJob) -> None:
        """Returns once the job is committed."""
        ...
