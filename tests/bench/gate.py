"""`python -m tests.bench.gate`: permits, read-only checks, overload and freezes under load; each beside its goal."""

import asyncio
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp

from bot.adapters.system_clock import SystemClock
from bot.ports.outside import Outside, Policy
from bot.use_cases.token import make_token
from storage.database import Database
from tests.acts import add_server
from tests.bench.__main__ import percentile, row
from tests.databases import Postgres, migrated

SECONDS = 5.0
CLIENTS = 8
SERVERS = 200

Call = Callable[[aiohttp.ClientSession, int, int], Awaitable[int]]


def heads(client: int) -> dict[str, str]:
    """Each client has a token of its own."""
    return {"Authorization": f"Bearer secret-{client % CLIENTS}"}


async def prepare(url: str) -> None:
    """Servers and tokens."""
    database = Database(url)
    outside = Outside(database, SystemClock(), Policy())
    await add_server(outside, *(f"srv-{n}" for n in range(SERVERS)), *(f"ice-{n}" for n in range(60)))
    for n in range(CLIENTS):
        await make_token(outside, name=f"bench-{n}", secret=f"secret-{n}")
    await database.close()


@asynccontextmanager
async def gate(url: str) -> AsyncIterator[aiohttp.ClientSession]:
    """The gate's process, and a session that speaks to it."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.bench.gate_server", url), stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    port = int(await process.stdout.readline())
    try:
        connector = aiohttp.TCPConnector(limit=0)
        async with aiohttp.ClientSession(f"http://127.0.0.1:{port}", connector=connector) as session:
            yield session
    finally:
        process.kill()
        await process.wait()


async def ask(session: aiohttp.ClientSession, client: int, n: int) -> int:
    """One permit with its audit row."""
    body = {"servers": [f"srv-{(client * 31 + n) % SERVERS}"], "purpose": "bench", "key": f"{client}-{n}"}
    async with session.post("/v1/permits", json=body, headers=heads(client)) as answer:
        await answer.read()
        return answer.status


async def look(session: aiohttp.ClientSession, client: int, n: int) -> int:
    """One read-only check."""
    async with session.get(f"/v1/servers/srv-{(client + n) % SERVERS}", headers=heads(client)) as answer:
        await answer.read()
        return answer.status


async def bare(session: aiohttp.ClientSession, client: int, n: int) -> int:
    """One answer of the bare handler."""
    async with session.get(f"/bare/srv-{(client + n) % SERVERS}") as answer:
        await answer.read()
        return answer.status


async def load(
    session: aiohttp.ClientSession, call: Call, clients: int, seconds: float = SECONDS, first: int = 0
) -> tuple[list[float], Counter[int]]:
    """Each client asks as fast as it is answered: the seconds of every answer, and how many had which status."""
    took: list[float] = []
    statuses: Counter[int] = Counter()
    end = time.perf_counter() + seconds

    async def client(number: int) -> None:
        n = first
        while (began := time.perf_counter()) < end:
            statuses[await call(session, number, n)] += 1
            took.append(time.perf_counter() - began)
            n += 1

    await asyncio.gather(*(client(number) for number in range(clients)))
    return took, statuses


async def measure(kind: str, url: str, permits: int, slowest_ms: float) -> None:
    """The whole table for one database."""
    await prepare(url)
    async with gate(url) as session:
        for call in (ask, look, bare):
            await load(session, call, CLIENTS, 1.0)
        took, statuses = await load(session, ask, CLIENTS, first=1_000_000)
        assert set(statuses) == {200}, statuses
        row(f"{kind}: permits with audit row, 8 clients", len(took) / SECONDS, "/s", f">= {permits}")
        row("  p50", percentile(took, 0.5) * 1000, "ms", "")
        row("  p99", percentile(took, 0.99) * 1000, "ms", f"<= {slowest_ms}")
        looked, _ = await load(session, look, CLIENTS)
        simple, _ = await load(session, bare, CLIENTS)
        row("  read-only checks", len(looked) / SECONDS, "/s", ">= 1500")
        row("  beside: a bare handler with one indexed read", len(simple) / SECONDS, "/s", "")
        row("  checks / bare", len(looked) / len(simple), "", ">= 0.5")
        row("  permits / bare", len(took) / SECONDS / (len(simple) / SECONDS), "", "")
        await overload(session)


async def overload(session: aiohttp.ClientSession) -> None:
    """Far more clients than places: who is sent away learns it soon, and a freeze commits meanwhile."""
    shed: list[float] = []
    freezes: list[float] = []

    async def timed(session: aiohttp.ClientSession, client: int, n: int) -> int:
        began = time.perf_counter()
        status = await ask(session, client, n)
        if status == 503:
            shed.append(time.perf_counter() - began)
            await asyncio.sleep(0.05)
        return status

    async def freeze() -> None:
        for n in range(30):
            began = time.perf_counter()
            async with session.post(f"/freeze/ice-{n}") as answer:
                assert answer.status == 200
            freezes.append(time.perf_counter() - began)
            await asyncio.sleep(0.1)

    (_, statuses), _ = await asyncio.gather(load(session, timed, 100, 6.0, first=2_000_000), freeze())
    row("  100 clients at once: sent away", statuses[503] / statuses.total() * 100, "%", "")
    if shed:
        row("    and told so within, p99", percentile(shed, 0.99) * 1000, "ms", "<= 100")
    row("    freezes meanwhile, slowest of 30", max(freezes), "s", "<= 1")


async def main() -> None:
    """SQLite and PostgreSQL, both with fsync on."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "gate.db"
        await migrated(f"sqlite:///{path}")
        await measure("SQLite", f"sqlite:///{path}", 300, 100)
    server = await asyncio.to_thread(Postgres)
    try:
        await server.say("ALTER SYSTEM SET fsync = on", "SELECT pg_reload_conf()")
        await measure("PostgreSQL", server.url(await server.copy()), 400, 50)
    finally:
        await asyncio.to_thread(server.stop)


if __name__ == "__main__":
    asyncio.run(main())
