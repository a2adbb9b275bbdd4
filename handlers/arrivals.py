"""Where a delivery is kept before it is acknowledged: in the database, or in the journal until that is back."""

import asyncio
import logging
from collections.abc import Coroutine, Mapping
from dataclasses import replace
from datetime import datetime
from enum import Enum
from typing import Any, TypeVar

from bot.ports.journal import Journal
from bot.ports.storage import Intake, NewJob, StoreUnavailable
from handlers.desk import channel_of

T = TypeVar("T")
log = logging.getLogger(__name__)

RECORD_SECONDS = 1.5
"""So long an acknowledgement waits for the database; then the journal has 1 s. Slack gives up after 3 s."""


class Kept(Enum):
    """In which place."""

    DATABASE = "database"
    JOURNAL = "journal"


class Arrivals:
    """Keeps deliveries, and hands over what the journal kept."""

    def __init__(self, intake: Intake, journal: Journal) -> None:
        self._intake = intake
        self._journal = journal

    async def keep(self, job: NewJob) -> Kept:
        """Returns once it cannot be lost any more. Raises JournalUnavailable when neither place takes it."""
        try:
            await self._record(job)
        except (StoreUnavailable, TimeoutError) as trouble:
            await self._journal.append(replace(job, key=line_up(job)))
            about = {"delivery": job.id, "reason": type(trouble).__name__}
            log.warning("the database does not answer; the journal has it", extra=about)
            return Kept.JOURNAL
        return Kept.DATABASE

    async def _record(self, job: NewJob) -> None:
        await within(RECORD_SECONDS, self._intake.record(job))

    async def catch_up(self) -> int:
        """What the journal kept goes into the database, and how much that was; while that does not answer it stays."""
        count = 0
        try:
            count = await self._journal.drain(self._record)
        except (StoreUnavailable, TimeoutError) as trouble:
            log.warning("the journal waits: the database does not answer", extra={"reason": type(trouble).__name__})
        except OSError:
            log.exception("the journal cannot be read")
        else:
            if count:
                log.info("the journal was handed over", extra={"deliveries": count})
        return count


HEARD = "stopline_heard_at"
"""In a recorded delivery: when it came."""


def heard(body: Mapping[str, Any]) -> datetime | None:
    """When this delivery came, if it was recorded."""
    return datetime.fromisoformat(body[HEARD]) if HEARD in body else None


def line_up(job: NewJob) -> str:
    """What came from one channel while nothing could be done is done in its order: nobody waited for answers then."""
    place = _place(job.payload)
    return f"slack:channel:{place}"[:160] if place else job.key


def _place(body: Mapping[str, Any]) -> str:
    event = body.get("event") or {}
    item = event.get("item")
    spoken_of = (body.get("channel_id"), event.get("channel"), item.get("channel") if isinstance(item, dict) else "")
    named = next((place for place in spoken_of if place and isinstance(place, str)), "")
    return named or str(channel_of(body) or "")


async def within(seconds: float, act: Coroutine[Any, Any, T]) -> T:
    """The result of `act`; TimeoutError after so many seconds.

    It does not wait until a late `act` lets go: the thread of a locked database may take longer than Slack does.
    """
    task = asyncio.ensure_future(act)
    done, _ = await asyncio.wait({task}, timeout=seconds)
    if not done:
        task.add_done_callback(lambda late: late.cancelled() or late.exception())
        task.cancel()
        raise TimeoutError
    return task.result()
