"""One process of the long race: for each database it is told of, it meets the others on one server after the other.

Reads lines `URL SERVERS` and answers each with one line of JSON. Run as `python -m tests.race.process NUMBER PROCESSES
[without-lock]`.
"""

import asyncio
import json
import sys

from bot.adapters.system_clock import SystemClock
from bot.domain.ids import ServerId
from bot.domain.server import EdgeKind
from bot.ports.outside import Outside, Policy
from bot.use_cases.catalogue import connect_servers
from bot.use_cases.gate import Shot
from storage import dialect
from storage.database import Database
from storage.freeze import HoldRows
from storage.server import ServerRows
from tests.acts import ANN, ask
from tests.racer import Racer

AT_ONCE = 3
"""Servers that are fought over at the same moment."""
EDGES_EVERY = 10
"""At each tenth server somebody connects it with the next one, while both are asked for and frozen."""


class LongRacer(Racer):
    """Adds doors that start with one answer, and somebody who widens the reach meanwhile."""

    def __init__(self, outside: Outside, number: int) -> None:
        super().__init__(outside, number)
        self.asked = 0

    async def one_shot(self, server: str) -> None:
        """Leave and start in one transaction."""
        key = f"{self.name}:{server}:shot"
        shot = Shot.START
        answer = await self.patient(lambda: ask(self.outside, server, key=key, caller=self.name, shot=shot))
        self.started += answer.permit is not None

    async def widen(self, one: str, other: str) -> None:
        """A new edge: both are of a new epoch, and what holds one holds the other."""
        kind = EdgeKind.SHARED_FATE
        await self.patient(lambda: connect_servers(self.outside, by=ANN, one=one, other=other, kind=kind))

    async def meet(self, n: int, number: int, processes: int, servers: int) -> None:
        """One freezes, the others want to work there; which one changes with every server."""
        server, role = f"s-{n}", (n + number) % processes
        if role == 0:
            await self.freeze(server)
            return
        self.asked += 1
        if role == 1 and n % EDGES_EVERY == 0 and n + 1 < servers:
            await asyncio.gather(self.widen(server, f"s-{n + 1}"), self.work(server, 0))
        elif n % 3 == 0:
            await self.change(server)
        elif n % 3 == 1:
            await self.one_shot(server)
        else:
            await self.work(server, 0)


async def fight(url: str, number: int, processes: int, servers: int) -> dict[str, float]:
    """All servers of one database."""
    store = Database(url)
    racer = LongRacer(Outside(store, SystemClock(), Policy()), number)
    for first in range(0, servers, AT_ONCE):
        some = range(first, min(first + AT_ONCE, servers))
        await asyncio.gather(*(racer.meet(n, number, processes, servers) for n in some))
    await store.close()
    return {"asked": racer.asked, "started": racer.started, "circles": racer.circles, "slowest": racer.slowest_freeze}


def take_the_lock_away() -> None:
    """The build without the lock: rows are read as they are, and SQLite begins where its driver would."""

    async def unlocked(self: ServerRows, ids: list[int]) -> None:
        """Whoever comes reads what stands there."""

    around = HoldRows.around

    async def slowly(self: HoldRows, ids: list[ServerId]) -> object:
        """What was read has time to grow old."""
        seen = await around(self, ids)
        await asyncio.sleep(0.003)
        return seen

    async def begin(connection: object, *, writing: bool) -> None:
        """SQLite's driver by itself sends no BEGIN before a SELECT."""

    def prepare(connection: object, _record: object) -> None:
        connection.isolation_level = "DEFERRED"  # type: ignore[attr-defined]

    ServerRows.lock_for_permit = unlocked  # type: ignore[assignment, method-assign]
    ServerRows.lock_for_freeze = unlocked  # type: ignore[assignment, method-assign]
    HoldRows.around = slowly  # type: ignore[assignment, method-assign]
    dialect.begin = begin  # type: ignore[assignment]
    dialect._prepare_sqlite = prepare


def main() -> None:
    """Until there is nothing more to read."""
    number, processes = int(sys.argv[1]), int(sys.argv[2])
    if "without-lock" in sys.argv:
        take_the_lock_away()
    for line in sys.stdin:
        url, servers = line.split()
        print(json.dumps(asyncio.run(fight(url, number, processes, int(servers)))), flush=True)


if __name__ == "__main__":
    main()
