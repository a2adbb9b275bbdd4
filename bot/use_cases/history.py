"""Whether the database still holds everything that this replica saw it hold; where not, all work is stopped.

A standby that took over without the last commits, or an old copy that was put back, may have forgotten a freeze. The
audit log tells: each replica remembers how far it went, and what it remembers must still be in it.
"""

import logging

from bot.domain.ids import THE_BOT
from bot.domain.job import JobKind
from bot.ports.outside import Outside
from bot.ports.storage import NewJob, Transaction
from bot.ports.witness import Witness
from bot.use_cases.quarantine import stop_everything

log = logging.getLogger(__name__)


async def check_history(outside: Outside, witness: Witness, *, reason: str) -> bool:
    """Stops everything, for this `reason`, where the log lost what was in it; whether it did. Raises OSError.

    Another log altogether, at the start, is a new database: it has lost nothing. What is stopped already is stopped
    again: nobody looked yet at what this loss took away.
    """
    kept, written = witness.last(), outside.store.seen  # before the look: what is committed meanwhile it may not show
    async with outside.store.read() as tx:
        head = await tx.chain.head()
        seen = (written, kept if kept and kept.log == head.log else None)
        lost = [one for one in seen if one and one.n and not await tx.chain.holds(one)]
    if lost:
        about = {"seen": max(one.n for one in lost), "found": head.n}
        log.error("the database lost commits: everything is stopped", extra=about)
        async with outside.store.write(urgent=True, after_loss=True) as tx:
            await _stop(tx, outside, reason)
        async with outside.store.read() as tx:
            head = await tx.chain.head()
    witness.keep(head)
    return bool(lost)


def keep_written(outside: Outside, witness: Witness) -> None:
    """At the end: what this replica wrote since its last look, without asking the database. Raises OSError."""
    kept, written = witness.last(), outside.store.seen
    if written and not (kept and kept.log == written.log and kept.n >= written.n):
        witness.keep(written)


async def _stop(tx: Transaction, outside: Outside, reason: str) -> None:
    at = outside.clock.now()
    seq = await stop_everything(tx, reason=reason, by=THE_BOT, at=at)
    about = {"key": "alarm.history_lost", "params": {}}
    await tx.jobs.put([NewJob(f"alarm:{seq}", "alarm:history", JobKind.TELL_ALARM, at, about)])
