"""What happens to the replicas, their database and their lines, drawn from a seed."""

import asyncio
import random
import signal
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from bot.jobs.worker import LEASE
from bot.sandbox import SandboxServer
from tests.chaos.replica import Replica
from tests.databases import Postgres

END_SECONDS = 20.0
"""So soon a replica has ended after it was asked to, whatever it is doing."""


@dataclass
class Trouble:
    """`ready`: seconds each life took to be ready; `ended`: seconds from SIGTERM to the end; `count` of each fault."""

    server: SandboxServer
    replicas: Sequence[Replica]
    postgres: Postgres | None
    random: random.Random
    ready: list[float] = field(default_factory=list)
    ended: list[float] = field(default_factory=list)
    count: dict[str, int] = field(default_factory=dict)

    async def make(self, kinds: Sequence[str], total: int, say: Callable[[str], None]) -> None:
        """So many faults one after the other, at any moment of what goes on."""
        acts: dict[str, Callable[[Replica], Awaitable[None]]] = {
            "kill": self._kill,
            "stop": self._stop,
            "term": self._term,
            "postgres": self._restart_database,
            "sockets": self._drop,
        }
        for n in range(total):
            kind = self.random.choice(list(kinds))
            await asyncio.sleep(self.random.uniform(0.02, 0.8))
            await acts[kind](self.random.choice(self.replicas))
            self.count[kind] = self.count.get(kind, 0) + 1
            if (n + 1) % 50 == 0:
                say(f"  {n + 1} faults, slowest ready {max(self.ready, default=0):.2f} s")

    async def _kill(self, replica: Replica) -> None:
        """One in ten dies again while it starts."""
        await replica.kill()
        if self.random.random() < 0.1:
            starting = asyncio.ensure_future(replica.start())
            await asyncio.sleep(self.random.uniform(0.1, 0.8))
            if not starting.done():
                starting.cancel()
                await replica.kill()
            else:
                self.ready.append(starting.result())
                return
        self.ready.append(await replica.start())

    async def _stop(self, replica: Replica) -> None:
        """Stands still past its leases, and then goes on as if nothing had been."""
        replica.signal(signal.SIGSTOP)
        await asyncio.sleep(LEASE.total_seconds() + self.random.uniform(0.5, 2.0))
        replica.signal(signal.SIGCONT)

    async def _term(self, replica: Replica) -> None:
        began = time.monotonic()
        replica.signal(signal.SIGTERM)
        code = await replica.ended()
        self.ended.append(time.monotonic() - began)
        assert code == 0 and self.ended[-1] <= END_SECONDS, f"it ended with {code} after {self.ended[-1]:.1f} s"
        self.ready.append(await replica.start())

    async def _restart_database(self, _: Replica) -> None:
        assert self.postgres
        how = self.random.choice(["fast", "immediate"])
        await asyncio.to_thread(self.postgres.restart, how)

    async def _drop(self, _: Replica) -> None:
        self.server.drop_sockets()
