"""One look for everybody who asks at the same moment: a read-only check costs a fraction of a statement."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from bot.domain.ids import ServerId
from bot.ports.gate_rows import Around

Look = Callable[[Sequence[ServerId]], Awaitable[Around]]


class _Askers:
    """Those who share one look."""

    def __init__(self) -> None:
        self.ids: set[ServerId] = set()
        self.seen: Around | None = None


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
            if askers.seen is None:
                if askers is self._next:
                    self._next = _Askers()
                askers.seen = await self._look(sorted(askers.ids))
        epochs = {number: askers.seen.epochs[number] for number in ids if number in askers.seen.epochs}
        return Around(askers.seen.line, epochs, [hold for hold in askers.seen.holds if hold.server_id in ids])
