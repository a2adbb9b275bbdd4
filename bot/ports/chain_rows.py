"""What the use cases need of the audit log's chain, kept by `storage/audit_chain.py`."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from bot.domain.audit_chain import Fact, Head, Link
from bot.domain.ids import IncidentId


class Chain(Protocol):
    """See `storage/audit_chain.py`."""

    async def head(self) -> Head:
        """The end of the chain as this transaction sees it."""
        ...

    async def holds(self, seen: Head) -> bool:
        """Whether this end of the chain is still a link of it."""
        ...

    async def after(self, n: int, limit: int) -> Sequence[tuple[Link, Fact | None]]:
        """The links behind this position with the rows they seal; None where a row is gone."""
        ...

    async def locked(self, seqs: Sequence[int]) -> Mapping[int, Mapping[str, Any]]:
        """The payloads of these rows as they stand; nobody else erases in them until this transaction ends."""
        ...

    async def unsealed(self) -> int | None:
        """The number of the first audit row without a link."""
        ...

    async def erase(self, seq: int, payload: Mapping[str, Any]) -> str:
        """Puts this payload in the place of a row's own and gives its link a new salt; the new commitment (hex)."""
        ...


class Evidence(Protocol):
    """See `storage/evidence.py`."""

    async def of_incident(self, number: IncidentId) -> Mapping[str, Sequence[Mapping[str, Any]]]:
        """Rows by table: those of this incident, and the changes and permits that name it. Times are ISO 8601."""
        ...
