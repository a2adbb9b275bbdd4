"""One run: replicas, people, pipelines, faults, and what must hold in the end."""

import asyncio
import itertools
import random
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import or_, select

from bot.adapters.system_clock import SystemClock
from bot.ports.outside import Outside, Policy
from bot.sandbox import SandboxServer
from bot.use_cases.token import make_token
from storage.database import Database
from storage.tables import job
from tests.acts import add_server
from tests.bench.bot_process import environment, workspace
from tests.chaos.after import check
from tests.chaos.faults import Trouble
from tests.chaos.people import Pipeline, Story, World
from tests.chaos.replica import ROOT, Replica
from tests.databases import Postgres, migrated

FAULTS = {"kill", "stop", "term", "postgres", "sockets"}
TELLERS, PIPELINES = 2, 3
FREE = ("lb-1", "lb-2")
"""Servers that no incident holds."""
REST_SECONDS = 600
"""So soon after the last deed nothing is due any more: by Slack's tiers less than a channel a second is read again."""


@dataclass(frozen=True)
class Plan:
    """`count` faults of these kinds, drawn from the seed. `older`: the folder of the first replica's program."""

    faults: tuple[str, ...]
    count: int
    replicas: int
    on_postgres: bool
    seed: int
    older: Path = ROOT


@asynccontextmanager
async def a_database(on_postgres: bool, folder: Path) -> AsyncIterator[tuple[str, Postgres | None]]:
    """Its address, with fsync on, and its server."""
    if not on_postgres:
        url = f"sqlite:///{folder / 'chaos.db'}"
        await migrated(url)
        yield url, None
        return
    server = await asyncio.to_thread(Postgres)
    try:
        await server.say("ALTER SYSTEM SET fsync = on", "SELECT pg_reload_conf()")
        yield server.url(await server.copy()), server
    finally:
        await asyncio.to_thread(server.stop)


async def run(plan: Plan, say: Callable[[str], None]) -> Trouble:
    """Raises AssertionError for whatever was lost or doubled."""
    say(f"seed {plan.seed}: {plan.count} of {', '.join(plan.faults)} among {plan.replicas} replicas")
    made = workspace()
    server = SandboxServer(made)
    await server.start()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        async with a_database(plan.on_postgres, folder) as (url, postgres):
            env = {**environment(server, folder), "STOPLINE_DATABASE_URL": url}
            app = next(iter(made.apps.values()))
            programs = [plan.older, *[ROOT] * (plan.replicas - 1)]
            replicas = [Replica(server, app, env, folder / f"{n}.log", one) for n, one in enumerate(programs)]
            records = Database(url)
            try:
                return await _lived(plan, server, records, replicas, postgres, say)
            finally:
                for replica in replicas:
                    await replica.kill()
                await records.close()
                await server.stop()


async def _lived(
    plan: Plan,
    server: SandboxServer,
    records: Database,
    replicas: list[Replica],
    postgres: Postgres | None,
    say: Callable[[str], None],
) -> Trouble:
    outside = Outside(records, SystemClock(), Policy())
    await add_server(outside, *FREE)
    for n in range(PIPELINES):
        await make_token(outside, name=f"bench-{n}", secret=f"secret-{n}")
    draw = random.Random(plan.seed)
    gates, journals = [one.gate for one in replicas], [one.journal for one in replicas]
    world = World(server, records, gates, random.Random(plan.seed + 1), journals)
    trouble = Trouble(server, replicas, postgres, draw)
    for replica in replicas:
        await replica.start()
    stories: list[Story] = []
    over = asyncio.Event()
    pipelines = [Pipeline(world, str(n), lambda: _servers(stories)) for n in range(PIPELINES)]
    working = [asyncio.ensure_future(one.work()) for one in pipelines]
    numbers = itertools.count(1)
    telling = [asyncio.ensure_future(_tell(world, numbers, stories, over)) for _ in range(TELLERS)]
    await trouble.make(plan.faults, plan.count, say)
    world.calm_since = time.monotonic()
    over.set()
    await asyncio.gather(*telling)
    await _ended(working)
    rested = await _at_rest(records)
    found = await check(world, stories, pipelines)
    refused, finished = sum(one.refused for one in pipelines), sum(len(one.finished) for one in pipelines)
    say(f"{trouble.count}: {found}, {finished} permits used, {refused} refused; nothing lost, nothing doubled")
    say(f"ready again within {max(trouble.ready, default=0):.2f} s; ended within {max(trouble.ended, default=0):.2f} s")
    say(f"at rest {rested:.0f} s after the last deed")
    return trouble


def _servers(stories: list[Story]) -> list[str]:
    """Those of the newest incidents, and some that nobody holds."""
    return [name for story in stories[-TELLERS:] for name in story.names] + list(FREE)


async def _tell(world: World, numbers: "itertools.count[int]", stories: list[Story], over: asyncio.Event) -> None:
    while not over.is_set():
        story = Story(world, next(numbers))
        stories.append(story)
        await story.live()


async def _ended(working: Sequence["asyncio.Task[None]"]) -> None:
    """Raises what one of them raised before."""
    for task in working:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _at_rest(records: Database) -> float:
    """Seconds until nothing was due any more, and nothing waited to be tried again."""
    due = select(job.c.id, job.c.kind, job.c.key, job.c.attempts, job.c.owner, job.c.lease, job.c.run_at, job.c.error)
    began = time.monotonic()
    while True:
        now = SystemClock().now()
        waits = or_(job.c.run_at <= now, job.c.attempts > 0)
        async with records.engine.connect() as connection:
            left = (await connection.execute(due.where(job.c.state == "open", waits))).all()
        if not left:
            return time.monotonic() - began
        assert time.monotonic() - began < REST_SECONDS, f"the bots do not come to rest at {now}: {left}"
        await asyncio.sleep(0.1)
