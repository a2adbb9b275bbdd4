"""One process of the race: asks for permits, starts what it got, starts changes, and freezes its share of the servers.

Run as `python -m tests.racer URL NUMBER PROCESSES SERVERS`; prints how many starts succeeded and the slowest freeze.
"""

import asyncio
import json
import sys
import time
from collections.abc import Awaitable, Callable
from typing import Any

from bot.adapters.system_clock import SystemClock
from bot.domain.change import ChangeState
from bot.domain.errors import PermitStale
from bot.ports.outside import Outside, Policy
from bot.ports.storage import StoreCollision, StoreUnavailable
from bot.use_cases.change import finish_change, start_change
from bot.use_cases.permit import start_permit
from storage.database import Database
from tests.acts import ANN, ask, request, stop_the_line

AT_ONCE = 4


class Racer:
    """One process with several tasks."""

    def __init__(self, outside: Outside, number: int) -> None:
        self.outside = outside
        self.name = f"p{number}"
        self.started = 0
        self.circles = 0
        self.slowest_freeze = 0.0

    async def patient(self, act: Callable[[], Awaitable[Any]]) -> Any:
        """Tries again where the database asks for it; counts deadlocks, which there should be none of."""
        while True:
            try:
                return await act()
            except StoreCollision:
                continue
            except StoreUnavailable as trouble:
                self.circles += "40P01" in str(trouble)

    async def work(self, server: str, n: int) -> None:
        """Asks and, where the answer is yes, starts at once."""
        key = f"{self.name}:{server}:{n}"
        answer = await self.patient(lambda: ask(self.outside, server, key=key, caller=self.name))
        if answer.permit is None:
            return
        try:
            await self.patient(lambda: start_permit(self.outside, caller=self.name, permit_id=answer.permit.id))
            self.started += 1
        except PermitStale:
            return

    async def change(self, server: str) -> None:
        """The same through Slack's door; every second change ends at once, while a freeze may be draining it."""
        key = f"{self.name}:{server}"
        asked = await self.patient(lambda: request(self.outside, server, key=key))
        answer = await self.patient(lambda: start_change(self.outside, by=ANN, change_id=asked.change.id))
        self.started += answer.decision.allows
        if answer.decision.allows and asked.change.id % 2:
            done = ChangeState.DONE
            await self.patient(lambda: finish_change(self.outside, by=ANN, change_id=asked.change.id, outcome=done))

    async def freeze(self, server: str) -> None:
        """An incident holds the server."""
        began = time.monotonic()
        await self.patient(lambda: stop_the_line(self.outside, server, request_key=f"freeze-{server}"))
        self.slowest_freeze = max(self.slowest_freeze, time.monotonic() - began)


async def race(url: str, number: int, processes: int, servers: int) -> Racer:
    """Meets the other processes on one server after the other."""
    store = Database(url)
    racer = Racer(Outside(store, SystemClock(), Policy()), number)
    for n in range(servers):
        server = f"s-{n}"
        acts = [racer.work(server, k) for k in range(AT_ONCE // 2)]
        acts += [racer.freeze(server)] if n % processes == number else [racer.change(server)]
        acts += [racer.work(server, k) for k in range(AT_ONCE // 2, AT_ONCE)]
        await asyncio.gather(*acts)
    await store.close()
    return racer


if __name__ == "__main__":
    address, *counts = sys.argv[1:]
    ended = asyncio.run(race(address, *(int(count) for count in counts)))
    print(json.dumps([ended.started, ended.circles, ended.slowest_freeze]))
