"""I1, I3, I4 under load: processes that ask and start at the same moment as others freeze."""

import asyncio
import json
import sys
from collections import defaultdict

from sqlalchemy import select

from bot.domain.audit import Act
from bot.domain.change import ChangeState
from bot.domain.permit import PermitState
from bot.ports.outside import Outside
from bot.use_cases.freeze import frozen_servers
from storage.database import Database
from storage.tables import permit
from tests.acts import EVERYBODY, add_server, audit
from tests.conftest import AddPeople

PROCESSES = 3


async def test_nothing_starts_on_a_frozen_server(
    outside: Outside, store: Database, url: str, add_people: AddPeople
) -> None:
    servers = 16 if url.startswith("sqlite") else 48
    await add_people(*EVERYBODY)
    await add_server(outside, *(f"s-{n}" for n in range(servers)))
    started, circles, slowest = await run_processes(url, servers)

    assert {item.hold.server for item in await frozen_servers(outside)} == {f"s-{n}" for n in range(servers)}
    assert circles == 0, "a freeze and a start waited for each other in a circle"
    assert slowest < 30, "a freeze waits for every start"
    assert started > servers / 4, "the starts all lost: this was no race"
    await nothing_runs(outside, store)
    await nothing_started_after_its_freeze(outside)


async def run_processes(url: str, servers: int) -> tuple[int, int, float]:
    """How many starts, how many deadlocks, the slowest freeze in seconds."""
    runs = [
        await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.racer", url, str(n), str(PROCESSES), str(servers)),
            stdout=asyncio.subprocess.PIPE,
        )
        for n in range(PROCESSES)
    ]
    outputs = [(await run.communicate())[0] for run in runs]
    assert [run.returncode for run in runs] == [0] * PROCESSES
    results = [json.loads(output) for output in outputs]
    return sum(r[0] for r in results), sum(r[1] for r in results), max(r[2] for r in results)


async def nothing_runs(outside: Outside, store: Database) -> None:
    """Every server is frozen now: what waited is revoked, what ran is draining or has ended."""
    async with store.engine.connect() as connection:
        states = set((await connection.execute(select(permit.c.state))).scalars())
    assert not states & {PermitState.GRANTED, PermitState.STARTED}, states
    async with outside.store.read() as tx:
        assert not await tx.changes.recent(1, states=[ChangeState.STARTED])


async def nothing_started_after_its_freeze(outside: Outside) -> None:
    """By the numbers of the audit rows, which each writer takes while it holds the server's row."""
    held: dict[str, int] = {}
    starts: dict[str, list[int]] = defaultdict(list)
    for row in await audit(outside, Act.SERVER_HELD, Act.PERMIT_STARTED, Act.CHANGE_STARTED):
        for server in row.detail["servers"]:
            if row.act is Act.SERVER_HELD:
                held[server] = row.seq
            else:
                starts[server].append(row.seq)
    late = {server: seqs for server, seqs in starts.items() if max(seqs) > held[server]}
    assert not late
