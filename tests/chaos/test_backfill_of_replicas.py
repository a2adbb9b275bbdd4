"""Three replicas on PostgreSQL hear nothing while people talk, and whoever reads the channel again is killed: all that
was said is found, each word once.
"""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bot.adapters.system_clock import SystemClock
from bot.domain.audit import Act
from bot.domain.ids import ChannelId
from bot.domain.sight import WHOLE
from bot.ports.outside import Outside, Policy
from bot.sandbox import SandboxServer
from bot.use_cases.audit import verify_audit
from storage.database import Database
from storage.tables import audit, job, message
from tests.acts import add_server
from tests.bench.bot_process import PEOPLE, environment, workspace
from tests.chaos.people import OPS
from tests.chaos.replica import Replica
from tests.chaos.run import a_database

TOPICS, DELETED, DEATHS = 40, 2, 3
PAGE = 15
"""What Slack gives some apps at once."""
SLOW_SECONDS = 0.1
STEP = 4
"""Pages."""


class Stage:
    """Three replicas, one incident, and what is in their database."""

    def __init__(self, server: SandboxServer, replicas: list[Replica], records: Database) -> None:
        self.server, self.replicas, self.records = server, replicas, records
        self.outside = Outside(records, SystemClock(), Policy())
        self.chance = random.Random(20240520)
        self.channel = ""

    async def rows(self, query: Any) -> list[Any]:
        async with self.records.engine.connect() as connection:
            return list((await connection.execute(query)).all())

    async def declare(self) -> None:
        await self.server.person(PEOPLE[0]).command(OPS, "/incident", "declare sev2 checkout errors on web-3")
        channels = self.server.workspace.channels

        async def opened() -> bool:
            found = [one.id for one in channels.values() if one.name.startswith("inc-") and one.pins]
            self.channel = found[0] if found else ""
            return bool(found)

        await until(opened)
        for who in PEOPLE[1:5]:
            await self.server.person(who).join(self.channel)

    async def talk(self, *, after: list[Any]) -> None:
        """Topics and their threads, pins, edits and deletions; of what was said before some is edited and deleted."""
        said: list[Any] = []
        for n in range(TOPICS):
            topic = await self.say(f"topic {n} of db-4" if n % 10 == 7 else f"topic {n}")
            said.append(topic)
            said += [await self.say(f"answer {n}.{m}", topic["ts"]) for m in range(self.chance.choice((0, 0, 1, 3)))]
            if n % 8 == 3:
                await self._somebody().react(self.channel, topic["ts"], "pushpin")
        for one in self.chance.sample([*after, *said], 8):
            await self.server.person(one["user"]).edit(self.channel, one["ts"], f"{one['text']}, put right")
        for one in self.chance.sample(after, DELETED):
            await self.server.person(one["user"]).delete(self.channel, one["ts"])

    async def say(self, text: str, thread_ts: str | None = None) -> Any:
        return await self._somebody().say(self.channel, text, thread_ts)

    def _somebody(self) -> Any:
        return self.server.person(self.chance.choice(PEOPLE[:5]))

    async def reader(self) -> Replica | None:
        """Who reads the channel right now."""
        query = select(job.c.owner).where(
            job.c.kind == "read_channel", job.c.state == "open", job.c.lease > self.outside.clock.now()
        )
        numbers = {int(owner.partition("-")[0]) for (owner,) in await self.rows(query) if owner}
        return next((one for one in self.replicas if one.number in numbers), None)

    async def known(self) -> int:
        return len(await self.rows(select(message.c.ts).where(message.c.channel == self.channel)))

    def pages(self) -> int:
        """Which Slack was asked for until now."""
        return sum(call.method in ("conversations.history", "conversations.replies") for call in self.server.calls)

    async def kill_the_reader(self) -> None:
        """In the middle of its reading: some pages further than the one before came."""
        before, found = self.pages(), list[Replica | None]()

        async def in_the_middle() -> bool:
            found[:] = [await self.reader()]
            return found[0] is not None and self.pages() > before + STEP

        await until(in_the_middle)
        (reader,) = found
        assert reader
        await reader.kill()
        await reader.start()

    async def at_rest(self) -> bool:
        async with self.records.read(WHOLE) as tx:
            reads = await tx.reads.of([ChannelId(self.channel)])
            due = await tx.jobs.count_open(due_by=self.outside.clock.now())
        return not due and all(one.under_way is None and one.answered == one.asked for one in reads.values())


async def until(done: Callable[[], Awaitable[bool]], seconds: float = 300) -> None:
    """Raises TimeoutError."""
    async with asyncio.timeout(seconds):
        while not await done():
            await asyncio.sleep(0.02)


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    made = workspace()
    (app,) = made.apps.values()
    app.longest_page = PAGE
    server = SandboxServer(made)
    server.delivery.retry_delays = ()
    await server.start()
    async with AsyncExitStack() as last:
        last.push_async_callback(server.stop)
        url, _ = await last.enter_async_context(a_database(True, tmp_path))
        records = Database(url)
        last.push_async_callback(records.close)
        env = {**environment(server, tmp_path), "STOPLINE_DATABASE_URL": url}
        replicas = [Replica(server, app, env, tmp_path / f"{n}.log") for n in range(3)]
        ready = Stage(server, replicas, records)
        await add_server(ready.outside, "db-4")
        for replica in replicas:
            await replica.start()
            last.push_async_callback(replica.kill)
        await ready.declare()
        yield ready


async def test_what_nobody_heard_is_found_once(stage: Stage) -> None:
    heard = [await stage.say(f"heard {n}") for n in range(6)]
    await stage.server.delivered()
    await until(stage.at_rest)
    stage.server.delivery.held_back = True
    await stage.talk(after=heard)
    lost = await stage.known()
    stage.server.faults.latencies |= dict.fromkeys(("conversations.history", "conversations.replies"), SLOW_SECONDS)
    stage.server.drop_sockets()
    stage.server.delivery.held_back = False
    for _ in range(DEATHS):
        await stage.kill_the_reader()
    stage.server.faults.latencies.clear()
    await until(stage.at_rest)
    assert await stage.known() > lost + TOPICS
    await _as_slack_has_it(stage)
    pins = await stage.rows(select(audit.c.detail).where(audit.c.act == Act.MESSAGE_PINNED.value))
    assert len(pins) == len(set(map(str, pins))) == TOPICS // 8
    offers = [one for one in stage.server.person(PEOPLE[0]).messages(stage.channel) if "db-4" in str(one.get("blocks"))]
    assert len([one for one in offers if one.get("bot_id")]) == 1, "db-4 is offered once"
    dead = await stage.rows(select(job.c.id, job.c.error).where(job.c.state == "dead"))
    assert not dead and not (await verify_audit(stage.outside)).wrong


async def _as_slack_has_it(stage: Stage) -> None:
    """One row for each version of a message that anybody could know; the last of them is what Slack shows."""
    query = select(message).where(message.c.channel == stage.channel, ~message.c.is_bot).order_by(message.c.version)
    rows = await stage.rows(query)
    newest = {row.ts: row for row in rows}
    shown = stage.server.workspace.channels[stage.channel].messages.values()
    there = {one["ts"]: one["text"] for one in shown if one.get("user") in PEOPLE and not one.get("subtype")}
    assert {ts: row.text for ts, row in newest.items() if not row.deleted} == there
    assert len(newest) == len(there) + DELETED
    heard = {row.ts for row in rows if row.text.startswith("heard")}
    versions = Counter(row.ts for row in rows)
    assert not [ts for ts, n in versions.items() if n > 1 + (ts in heard)], "what was lost has one row"
