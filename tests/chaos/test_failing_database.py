"""The database's own file fails under a running `stopline serve`: nothing is said to be done that is not, nothing typed
is lost, and all is well once the disk is.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.adapters.system_clock import SystemClock
from bot.domain.audit import Act
from bot.domain.ids import IncidentId
from bot.domain.sight import WHOLE
from bot.ports.outside import Outside, Policy
from bot.sandbox import SandboxServer
from bot.use_cases.audit import verify_audit
from bot.use_cases.timeline import read_timeline
from bot.use_cases.token import make_token
from storage.database import Database
from tests.acts import add_server
from tests.bench.bot_process import PEOPLE, environment, workspace
from tests.chaos.people import OPS
from tests.chaos.replica import Replica
from tests.databases import migrated
from tests.disks import FailingDisk
from tests.journeys.stage import PATIENT_SECONDS
from tests.journeys.test_lost_database import IN_TIME, locked
from tests.waiting import PLENTY_SECONDS, until

ANN = PEOPLE[0]
TOKEN = "a-token-of-a-failing-disk-that-is-long-enough"


@dataclass
class Stage:
    """A bot in its own process, its files, and the records as an outsider reads them."""

    server: SandboxServer
    replica: Replica
    file: Path
    outside: Outside
    disk: FailingDisk

    def trouble(self, how: str) -> AbstractContextManager[None]:
        """As the parameters of the test call it."""
        if how == "locked":
            return locked(self.file, "BEGIN IMMEDIATE")
        what, _, both = how.partition(", ")
        return self.disk.failing(what, self.file.parent if both else self.file)

    async def in_time(self, act: Any) -> Any:
        """Acknowledged, and not only once the database is back."""
        began = time.monotonic()
        outcome = await act
        assert outcome.acked and time.monotonic() - began < IN_TIME, outcome
        return outcome

    async def note(self, channel: str, text: str) -> bool:
        """Whether it was said to be kept; else they were told that nothing was done."""
        person = self.server.person(ANN)
        before = len(person.ephemerals(channel))
        await self.in_time(person.command(channel, "/incident", f"note {text}"))
        answers: list[str] = []

        def answered() -> bool:
            """What was kept before may be answered now, too."""
            told = (str(one["text"]) for one in person.ephemerals(channel)[before:])
            answers[:] = [one for one in told if text in one]
            return bool(answers)

        await until(answered)
        (told,) = answers
        assert ("is kept" in told) is not ("nothing was done" in told), told
        return "is kept" in told

    async def gate(self) -> int:
        """The status of an answer to a machine that asks for leave."""
        heads = {"Authorization": f"Bearer {TOKEN}"}
        body = {"servers": ["lb-1"], "purpose": "a change"}
        url = f"{self.replica.gate}/v1/permits"
        async with aiohttp.ClientSession(headers=heads) as session, session.post(url, json=body) as answer:
            return answer.status

    async def notes(self) -> list[str]:
        """In the order of the timeline."""
        entries = await read_timeline(self.outside, incident_id=IncidentId(1), sight=WHOLE)
        return [str(entry.params["text"]) for entry in entries if entry.kind is Act.NOTE_ADDED]

    async def incident_channel(self) -> str:
        """Declares, and waits for the channel and its card."""
        await self.server.person(ANN).command(OPS, "/incident", "declare sev2 checkout errors on web-3")
        channels = self.server.workspace.channels.values()
        await until(lambda: any(one.name.startswith("inc-") and one.pins for one in channels))
        return next(one.id for one in channels if one.name.startswith("inc-"))


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    made, disk = workspace(), FailingDisk(tmp_path)
    (tmp_path / "data").mkdir()
    file = tmp_path / "data" / "stopline.db"
    await migrated(f"sqlite:///{file}")
    server, records = SandboxServer(made), Database(f"sqlite:///{file}")
    server.delivery.deadline = server.triggers.seconds = PATIENT_SECONDS
    await server.start()
    outside = Outside(records, SystemClock(), Policy())
    await add_server(outside, "lb-1")
    await make_token(outside, name="pipeline", secret=TOKEN)
    env = {**environment(server, tmp_path), **disk.env, "STOPLINE_DATABASE_URL": f"sqlite:///{file}"}
    replica = Replica(server, next(iter(made.apps.values())), env, tmp_path / "data" / "bot.log")
    await replica.start()
    yield Stage(server, replica, file, outside, disk)
    await replica.kill()
    await records.close()
    await server.stop()


@pytest.mark.parametrize("how", ["write", "half", "sync", "sync, the journal too", "locked"])
async def test_what_is_acknowledged_is_done(stage: Stage, how: str) -> None:
    """Once it goes on in the same life, once it is killed before the disk is well."""
    channel = await stage.incident_channel()
    person, kept = stage.server.person(ANN), []
    await person.command(OPS, "/incident")
    await until(lambda: bool(person.views()))
    for life in ("goes on", "is killed"):
        with stage.trouble(how):
            for n in range(2):
                text = f"{life} {n}"
                kept += [text] if await stage.note(channel, text) else []
            outcome = await stage.in_time(person.submit(person.views()[-1], {"title": f"typed, {life}"}))
            assert outcome.errors and person.views(), "the form stays open"
            assert await stage.gate() == 503
            if life == "is killed":
                await stage.replica.kill()
        if life == "is killed":
            await stage.replica.start()
        async with asyncio.timeout(PLENTY_SECONDS):
            while await stage.notes() != kept:
                await asyncio.sleep(0.05)
    assert bool(kept) is ("journal" not in how)
    outcome = await stage.in_time(person.submit(person.views()[-1], {"title": "typed, once more"}))
    assert not outcome.errors and not person.views()
    async with asyncio.timeout(PLENTY_SECONDS):
        while await stage.gate() != 200:
            await asyncio.sleep(0.1)
    assert not (await verify_audit(stage.outside)).wrong
