"""The audit log's chain: whether it is whole, and where it ends now."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from bot.domain.audit_chain import sealed_at
from bot.domain.audit_check import Check, Verdict, Why, Wrong
from bot.domain.checkpoint import Checkpoint, Held
from bot.ports.outside import Outside

AT_ONCE = 2000
"""Links that are read together: each batch is a transaction of its own, so that nobody who writes waits for us."""


async def verify_audit(
    outside: Outside,
    *,
    checkpoints: Sequence[Checkpoint] = (),
    is_genuine: Callable[[Checkpoint], bool] | None = None,
) -> Verdict:
    """Computes the whole chain again and compares it with these checkpoints; those with a false signature are faults.

    Without `is_genuine` no signature is looked at.
    """
    false = [one for one in checkpoints if is_genuine and not is_genuine(one)]
    good = [one for one in checkpoints if one not in false]
    async with outside.store.read() as tx:
        log = (await tx.chain.head()).log
    check, last, more = Check(log, good), 0, True
    while more:
        async with outside.store.read() as tx:
            head = await tx.chain.head()
            batch = await tx.chain.after(last, AT_ONCE)
        for link, fact in batch:
            check.add(link, fact)
            last = link.n
        more = bool(batch)
    async with outside.store.read() as tx:
        found = check.end(head, await tx.chain.unsealed())
    wrong = [*(Wrong(one.n, Why.SIGNATURE, one.n - 1) for one in false), *found.wrong]
    return replace(found, checkpoints=len(checkpoints), wrong=sorted(wrong, key=lambda one: one.n))


async def checkpoint_now(outside: Outside) -> Checkpoint:
    """Where the chain ends and what is frozen, not yet signed."""
    async with outside.store.read() as tx:
        head = await tx.chain.head()
        held = sorted((str(one.incident_id), str(one.server), one.state.value) for one in await tx.holds.open())
    at = sealed_at(outside.clock.now())
    return Checkpoint(head.log, head.n, head.hash, at, tuple(Held(*one) for one in held))
