"""One look for everybody who asks at the same moment: a read-only check costs a fraction of a statement."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from bot.domain.ids import ServerId
from bot.ports.gate_rows import Around
from bot.ports.storage import StoreUnavailable

Look = Callable[[Sequence[ServerId]], Awaitable[Around]]


class _Askers:
    """Those who share one look."""

    def __init__(self) -> None:
        self.ids: set[ServerId] = set()
        self.seen: Around | None = None
        self.failed: StoreUnavailable | None = None


class Glance:
    """Whoever asks while a look is under way shares the next one, which begins after all of them asked."""

    def __init__(self, look: Look) -> None:
        self._look = look
        self._turn = asyncio.Lock()
        self._next = _Askers()

    async def around(self, ids: Sequence[ServerId]) -> Around:
        """What `HoldRows.around` says, never older than this question. Raises StoreUnavailable."""
        askers = self._next
        askers.ids.update(ids)
        async with self._turn:
            seen = askers.seen or await self._see(askers)
        epochs = {number: seen.epochs[number] for number in ids if number in seen.epochs}
        return Around(seen.line, epochs, [hold for hold in seen.holds if hold.server_id in ids])

    async def _see(self, askers: _Askers) -> Around:
        """The look of whoever is first, or of the next where that one gave up; that the database is away all hear."""
        if askers.failed:
            raise askers.failed
        if askers is self._next:
            self._next = _Askers()
        try:
            askers.seen = await self._look(sorted(askers.ids))
        except StoreUnavailable as away:
            askers.failed = away
            raise
        return askers.seen
