"""Quarantine: after a restore or a failover that may have lost commits, nothing starts until somebody has looked."""

from datetime import datetime

from bot.domain.audit import Act
from bot.domain.errors import ReasonMissing
from bot.domain.ids import OPERATOR, SlackUserId
from bot.domain.job import GENERATION
from bot.ports.gate_rows import Line
from bot.ports.outside import Outside
from bot.ports.storage import Transaction
from bot.use_cases.record import record


async def begin_quarantine(outside: Outside, *, reason: str, by: SlackUserId = OPERATOR) -> None:
    """Everything is refused; every epoch grows and every permit that has not begun is revoked (I2, I3).

    Raises ReasonMissing.
    """
    if not reason.strip():
        raise ReasonMissing
    async with outside.store.write(urgent=True) as tx:
        await stop_everything(tx, reason=reason, by=by, at=outside.clock.now())


async def stop_everything(tx: Transaction, *, reason: str, by: SlackUserId, at: datetime) -> int:
    """The number of its audit row. Permits given from here on have numbers that were never given before, and what was
    posted before is not taken for what is to be posted now.
    """
    await tx.servers.lock_line()
    every = [server.id for server in await tx.servers.all()]
    await tx.servers.lock_for_freeze(every)
    await tx.servers.raise_epochs(every)
    await tx.servers.quarantine(at, reason.strip()[:500])
    for permit in await tx.permits.unstarted():
        await tx.permits.save(permit.freeze())
        await record(tx, at=at, act=Act.PERMIT_REVOKED, actor=by, subject=f"permit-{permit.id}")
    await tx.permits.leap(at=at)
    await tx.facts.put(GENERATION, at.isoformat())
    detail = {"reason": reason.strip()[:500]}
    trace = await record(tx, at=at, act=Act.QUARANTINE_BEGUN, actor=by, subject="line", detail=detail)
    return trace.seq


async def end_quarantine(outside: Outside, *, by: SlackUserId = OPERATOR) -> None:
    """Somebody looked at what is frozen: the gate answers again. The holds stay as they are."""
    at = outside.clock.now()
    async with outside.store.write() as tx:
        await tx.servers.quarantine(None, "")
        await record(tx, at=at, act=Act.QUARANTINE_ENDED, actor=by, subject="line")


async def quarantine_now(outside: Outside) -> Line:
    """Whether everything is quarantined, since when and why."""
    async with outside.store.read() as tx:
        return await tx.servers.line()
