"""What the use cases need of the tables of durable work, kept by `storage/job.py`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from bot.domain.job import Job, JobKind


@dataclass(frozen=True, slots=True)
class NewJob:
    """Durable work to queue. The same `id` is queued once; jobs of one `key` run in their order.

    Of what waits the lowest `urgency` goes first.
    """

    id: str
    key: str
    kind: JobKind
    run_at: datetime
    payload: Mapping[str, Any] = field(default_factory=dict)
    urgency: int = 0


class Jobs(Protocol):
    """See `storage/job.py`."""

    async def put(self, new: Sequence[NewJob]) -> None:
        """Queues; a job whose id is there already is not queued again."""
        ...

    async def claim(
        self, *, owner: str, now: datetime, lease: timedelta, limit: int, only: JobKind | None = None
    ) -> Sequence[Job]:
        """Takes the first due job of each key; a timer that is not due does not block its key. What people typed goes
        first, and alone where `only` says so.
        """
        ...

    async def renew(self, ids: Sequence[str], *, owner: str, until: datetime) -> int:
        """Holds on to claimed jobs; returns how many are still the owner's."""
        ...

    async def journal(self, job_id: str, name: str, result: Any) -> None:
        """Notes the result of one finished step."""
        ...

    async def finish(self, job_id: str, *, owner: str) -> None:
        """Done, unless somebody else has it by now."""
        ...

    async def retry(self, job_id: str, *, owner: str, at: datetime, error: str, again: bool = True) -> None:
        """To be tried again at `at`. `again`: this run or an earlier one may have had an effect."""
        ...

    async def hurry(self, *, key: str, urgency: int) -> None:
        """Somebody waits: what stands before them in the line of this key is no less urgent."""
        ...

    async def overtake(self, job_id: str, *, key: str) -> None:
        """The other jobs of this key that nobody runs are done with this one."""
        ...

    async def is_last(self, job_id: str, *, key: str) -> bool:
        """Whether nothing was queued with this key after it, however far that came."""
        ...

    async def bury(self, job_id: str, *, owner: str, error: str) -> bool:
        """Tried often enough: a person must look. False where somebody else has it by now."""
        ...

    async def count_open(self, *, due_by: datetime) -> int:
        """How many wait or run."""
        ...

    async def forget_done(self, *, before: datetime, limit: int) -> int:
        """Deletes so many of those that were due before and are done; how many it were."""
        ...

    async def forget_dead(self, *, before: datetime) -> None:
        """Deletes those that were given up and were due before."""
        ...

    async def holding(self, words: Sequence[str]) -> Sequence[tuple[str, bool, Any]]:
        """(id, whether it still waits, plain JSON that it carries) wherever one of the words may stand in that."""
        ...

    async def empty(self, ids: Sequence[str]) -> None:
        """Those of them that do not wait carry nothing any more; what is queued again still meets them."""
        ...

    async def dead(self) -> Sequence[tuple[str, str]]:
        """(id, error) of those that were given up."""
        ...
