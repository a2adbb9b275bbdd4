"""Freezes against permits, thousands of pairs in three processes, and what the database says of them afterwards."""

import asyncio
import json
import shutil
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select

from bot.adapters.system_clock import SystemClock
from bot.domain.audit import Act
from bot.domain.ids import ServerName
from bot.domain.person import Person
from bot.domain.server import Edge, EdgeKind
from bot.ports.outside import Outside, Policy
from storage.database import Database
from storage.tables import permit, permit_server
from tests.acts import EVERYBODY, add_server, audit
from tests.databases import Postgres, migrated

PROCESSES = 3
PERMITS = PROCESSES - 1
"""On each server one process freezes and the others ask: so many pairs a server."""
A_ROUND, A_ROUND_WITHOUT = 240, 15
FAST = "/dev/shm" if Path("/dev/shm").is_dir() else None


@dataclass
class Tally:
    """What happened in all rounds. `violations`: starts that a freeze did not see, or that did not see a freeze."""

    pairs: int = 0
    started: int = 0
    circles: int = 0
    slowest: float = 0.0
    violations: int = 0
    seconds: float = 0.0
    first: int | None = None

    def __str__(self) -> str:
        found = f"{self.violations} violations" + (f", the first within {self.first} pairs" if self.first else "")
        return (
            f"{self.pairs} pairs, {self.started} started before their freeze, {found}, {self.circles} deadlocks, "
            f"slowest freeze {self.slowest:.3f} s, {self.seconds:.0f} s"
        )


class Fighters:
    """The processes, one line in and one line out a round."""

    def __init__(self, processes: list[asyncio.subprocess.Process]) -> None:
        self._processes = processes

    async def fight(self, url: str, servers: int) -> list[dict[str, float]]:
        """All of them at once on one database."""
        for process in self._processes:
            assert process.stdin is not None
            process.stdin.write(f"{url} {servers}\n".encode())
        outs = [process.stdout for process in self._processes]
        return [json.loads(await out.readline()) for out in outs if out is not None]


@asynccontextmanager
async def fighters(*, without_lock: bool) -> AsyncIterator[Fighters]:
    """Started once; they end when nobody tells them anything more."""
    more = ["without-lock"] if without_lock else []
    processes = [
        await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.race.process", str(n), str(PROCESSES), *more),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        for n in range(PROCESSES)
    ]
    try:
        yield Fighters(processes)
    finally:
        for process in processes:
            process.kill()
            await process.wait()


@asynccontextmanager
async def fresh(kind: str, server: Postgres | None) -> AsyncIterator[str]:
    """A migrated database for one round."""
    if server is not None:
        name = await server.copy()
        yield server.url(name)
        await server.drop(name)
        return
    folder = Path(tempfile.mkdtemp(dir=FAST))
    await migrated(f"sqlite:///{folder}/race.db")
    yield f"sqlite:///{folder}/race.db"
    shutil.rmtree(folder)


async def prepare(outside: Outside, servers: int) -> None:
    """Servers, people, and edges at every seventh server from the beginning."""
    await add_server(outside, *(f"s-{n}" for n in range(servers)))
    fates = [
        Edge(ServerName(f"s-{n}"), ServerName(f"s-{n + 1}"), EdgeKind.SHARED_FATE) for n in range(3, servers - 1, 7)
    ]
    async with outside.store.write() as tx:
        await tx.servers.connect(fates)
        for who in EVERYBODY:
            await tx.people.save(Person(who, who, "en-US", "UTC"))


async def violations(outside: Outside, store: Database) -> int:
    """Every server is frozen now: whatever started and is not draining did not meet its freeze; nor did what started
    after it, by the numbers of the audit rows that each writer takes while it holds the server's row."""
    held: dict[str, int] = {}
    starts: dict[str, list[int]] = defaultdict(list)
    acts = (Act.SERVER_HELD, Act.PERMIT_STARTED, Act.CHANGE_STARTED)
    for row in await audit(outside, *acts):
        for server in row.detail["servers"]:
            if row.act is Act.SERVER_HELD:
                held.setdefault(server, row.seq)
            else:
                starts[server].append(row.seq)
    late = {(server, seq) for server, seqs in starts.items() for seq in seqs if seq > held[server]}
    async with store.engine.connect() as connection:
        query = select(permit.c.id, permit_server.c.server_id).join(permit_server).where(permit.c.state == "started")
        unseen = {row.id for row in await connection.execute(query)}
    return max(len(late), len(unseen))


async def race(kind: str, pairs: int, server: Postgres | None, *, without_lock: bool = False) -> Tally:
    """Rounds on fresh databases until there were so many pairs; the build without the lock ends at its first fault."""
    tally, began = Tally(), time.monotonic()
    a_round = A_ROUND_WITHOUT if without_lock else min(A_ROUND, max(6, pairs // PERMITS))
    async with fighters(without_lock=without_lock) as all_of_them:
        while tally.pairs < pairs and not (without_lock and tally.violations):
            async with fresh(kind, server) as url:
                await _round(all_of_them, url, a_round, tally)
            tally.seconds = time.monotonic() - began
            print(f"  {tally}", flush=True)
    return tally


async def _round(all_of_them: Fighters, url: str, servers: int, tally: Tally) -> None:
    store = Database(url)
    outside = Outside(store, SystemClock(), Policy())
    await prepare(outside, servers)
    results = await all_of_them.fight(url, servers)
    tally.pairs += sum(int(one["asked"]) for one in results)
    tally.started += sum(int(one["started"]) for one in results)
    tally.circles += sum(int(one["circles"]) for one in results)
    tally.slowest = max(tally.slowest, *(one["slowest"] for one in results))
    tally.violations += await violations(outside, store)
    if tally.violations and tally.first is None:
        tally.first = tally.pairs
    await store.close()
