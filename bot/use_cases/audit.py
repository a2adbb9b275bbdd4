"""The audit log's chain: whether it is whole, where it ends now, and who else keeps that."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bot.domain.audit_chain import sealed_at
from bot.domain.audit_check import Check, Verdict, Why, Wrong
from bot.domain.checkpoint import Checkpoint, Held, digest_of
from bot.domain.job import JobKind
from bot.ports.anchor import Anchor, AnchorAway
from bot.ports.outside import Outside
from bot.ports.storage import NewJob

log = logging.getLogger(__name__)

CHANNEL_LIMIT = 3500
"""Slack cuts a message's text at 4,000 characters (docs.slack.dev, chat.postMessage)."""

EVERY = timedelta(minutes=1)
"""Between two checkpoints of a log that grows, as long as nothing is frozen or freed."""

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
        head = await tx.chain.head()
    check, last, more = Check(head.log, good), 0, True
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
    frozen = tuple(Held(*one) for one in held)
    return Checkpoint(head.log, head.n, head.hash, at, digest_of(frozen), frozen)


class Anchoring:
    """Keeps a signed checkpoint in every place: at once where what is frozen changed, else every EVERY where the log
    grew. What fails is tried again next time.
    """

    def __init__(self, outside: Outside, sign: Callable[[bytes], str], anchors: Mapping[str, Anchor]) -> None:
        self._outside, self._sign, self._anchors = outside, sign, anchors
        self._kept: dict[str, tuple[Checkpoint, datetime]] = {}

    async def keep(self) -> None:
        """What is due, if anything is. No place that is away keeps the others from having theirs."""
        now, at = await checkpoint_now(self._outside), self._outside.clock.now()
        due = {name: anchor for name, anchor in self._anchors.items() if self._is_due(name, now, at)}
        if not now.n or not due:
            return
        signed = replace(now, signature=self._sign(now.signed_bytes))
        for name, anchor in due.items():
            try:
                await anchor.keep(signed)
            except AnchorAway as away:
                log.warning("a checkpoint was not kept; trying again", extra={"anchor": name, "reason": str(away)})
            else:
                self._kept[name] = (now, at)

    def _is_due(self, name: str, now: Checkpoint, at: datetime) -> bool:
        if name not in self._kept:
            return True
        last, kept_at = self._kept[name]
        return now.hash != last.hash and (now.holds != last.holds or at >= kept_at + EVERY)


class ChannelAnchor:
    """A Slack channel, through a durable job: one message a checkpoint, whichever replica comes first."""

    def __init__(self, outside: Outside, channel: str) -> None:
        self._outside, self._channel = outside, channel

    async def keep(self, checkpoint: Checkpoint) -> None:
        """Queues the message; without the list of what is frozen where that is longer than Slack likes."""
        line = checkpoint.line
        if len(line) > CHANNEL_LIMIT:
            line = replace(checkpoint, held=None).line
        about = {"line": line, "channel": self._channel}
        job = NewJob(
            f"checkpoint:{checkpoint.log[:8]}:{checkpoint.n}",
            "checkpoint",
            JobKind.TELL_CHECKPOINT,
            self._outside.clock.now(),
            about,
        )
        async with self._outside.store.write() as tx:
            await tx.jobs.put([job])
