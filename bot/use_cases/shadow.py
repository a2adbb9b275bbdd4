"""What shadow mode let pass: how many pieces of work the gate would have refused, and on how many servers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from bot.domain.audit import Act, AuditRow
from bot.ports.outside import Outside

WEEK = timedelta(days=7)
COUNTED = (Act.PERMIT_WOULD_BE_REFUSED, Act.CHANGE_WOULD_BE_REFUSED)


@dataclass(frozen=True, slots=True)
class Shadow:
    """The last seven days. `is_on`: whether the freeze only counts now."""

    is_on: bool
    work: int
    servers: tuple[str, ...]


async def read_shadow(outside: Outside) -> Shadow:
    """One piece of work counts once, however often it was asked for."""
    since = outside.clock.now() - WEEK
    async with outside.store.read() as tx:
        rows = await tx.audit.rows(acts=COUNTED, since=since)
    servers = {name for row in rows for name in row.detail.get("servers", ())}
    return Shadow(outside.policy.shadow, _count(rows), tuple(sorted(servers)))


def _count(rows: Sequence[AuditRow]) -> int:
    """A change is told apart by its number, a machine's work by its caller, purpose and servers."""
    return len({_work(row) for row in rows})


def _work(row: AuditRow) -> tuple[str, ...]:
    if "change" in row.detail:
        return (str(row.detail["change"]),)
    return (row.detail.get("caller", ""), row.detail.get("purpose", ""), *sorted(row.detail.get("servers", ())))
