"""The database does not answer: what Slack delivers is kept and done later, forms keep their words, all in time."""

import asyncio
import errno
import os
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest

from bot.adapters.journal_file import APPEND_SECONDS
from bot.config import read_settings
from bot.domain.audit import Act
from bot.domain.ids import ChannelId, IncidentId
from bot.sandbox.delivery import DEADLINE
from bot.sandbox.views import TRIGGER_SECONDS
from bot.use_cases.incident import find_incident, list_incidents
from bot.use_cases.timeline import read_timeline
from bot.wiring import journal_path
from handlers.arrivals import RECORD_SECONDS
from handlers.slack_app import SUBMIT_SECONDS
from storage.dialect import BUSY_SECONDS
from storage.sqlite_library import sqlite3
from tests.databases import Postgres
from tests.journeys.stage import ALEX, DOYUN, MINJI, Stage, set_up
from tests.ports import free_port

IN_TIME = float(BUSY_SECONDS)
"""So long SQLite itself waits: whoever is answered sooner did not wait for it. What we wait is counted below."""
HUNG = {"claimed", "renewed", "end of a job", "a chore failed", "StoreUnavailable", "TimeoutError", "Leases"}
"""What is said of a database that hangs, besides deliveries."""


@contextmanager
def locked(path: Path, how: str = "BEGIN EXCLUSIVE") -> Iterator[None]:
    """Another process has the file and does not let go."""
    other = sqlite3.connect(path, timeout=10, isolation_level=None)
    other.execute(how)
    try:
        yield
    finally:
        other.execute("ROLLBACK")
        other.close()


Hanging = Callable[[], AbstractContextManager[None]]


@pytest.fixture(params=["socket-sqlite", "http-postgresql"])
async def hung(request: pytest.FixtureRequest, servers_file: str) -> AsyncIterator[tuple[Stage, Hanging]]:
    """A stage, and how its database is made to hang."""
    if request.param == "socket-sqlite":
        file: Path = request.getfixturevalue("database_file")
        async with set_up(f"sqlite:///{file}", servers_file=servers_file) as ready:
            yield ready, lambda: locked(file)
        return
    postgres: Postgres = request.getfixturevalue("postgres")
    name = await postgres.copy()
    async with set_up(postgres.url(name), http_port=free_port(), servers_file=servers_file) as ready:
        yield ready, postgres.paused
    await postgres.drop(name)


async def back(stage: Stage) -> None:
    """The database answers again, and everything that waited for it is done."""
    for _ in range(100):
        await stage.product.slack.catch_up()
        if not await asyncio.to_thread(lambda: any(journal(stage).parent.glob("*.inbox*g"))):
            break
        await asyncio.sleep(0.1)
    await stage.settled()


def journal(stage: Stage) -> Path:
    return stage.product.desk.journal._path  # type: ignore[attr-defined,no-any-return]


async def in_time(*acts: Any) -> list[Any]:
    """What they come to, begun at once; none of them waits for the database until it is back."""

    async def timed(act: Any) -> Any:
        began = time.monotonic()
        outcome = await act
        assert time.monotonic() - began < IN_TIME
        return outcome

    outcomes = await asyncio.gather(*(timed(act) for act in acts))
    assert all(getattr(outcome, "acked", True) for outcome in outcomes), outcomes
    return outcomes


def test_all_that_is_waited_for_is_over_before_slack_gives_up() -> None:
    assert max(RECORD_SECONDS + APPEND_SECONDS, SUBMIT_SECONDS) <= DEADLINE - 0.5


async def test_nothing_is_lost_doubled_or_out_of_order(hung: tuple[Stage, Hanging]) -> None:
    """Commands, messages, a reaction and a button, while the database hangs."""
    stage, hanging = hung
    stage.expected |= HUNG
    channel = await stage.declare(MINJI, "sev2 결제 오류")
    card = stage.card(channel)
    minji, said = stage.person(MINJI), []
    stage.server.delivery.retry_delays = ()
    with hanging():
        for n in range(3):
            said.append(await minji.say(channel, f"말 {n}"))
            await in_time(minji.command(channel, "/incident", f"note 메모 {n}"))
            told = minji.ephemerals(channel)[-1]["text"]
            assert "보관해 두었으며" in told and f"`/incident note 메모 {n}`" in told
        await minji.react(channel, said[1]["ts"], "pushpin")
        await minji.edit(channel, said[2]["ts"], "말 2, 고침")
        await in_time(
            stage.person(DOYUN).click(card, "incident.command", "1"),
            *(stage.person(ALEX).command(channel, "/incident", f"note at once {n}") for n in range(4)),
        )
        await in_time(stage.server.delivered())
        assert not stage.server.delivery.undelivered
    await back(stage)
    async with stage.product.database.read() as tx:
        messages = await tx.messages.of_channel(ChannelId(channel))
    mine = [message.text for message in messages if message.user == MINJI]
    assert mine == ["말 0", "말 1", "말 2, 고침"]
    entries = await read_timeline(stage.product.desk.outside, incident_id=IncidentId(1))
    notes = [entry.params["text"] for entry in entries if entry.kind is Act.NOTE_ADDED]
    assert [note for note in notes if note.startswith("메모")] == ["메모 0", "메모 1", "메모 2"]
    assert sorted(notes[3:]) == [f"at once {n}" for n in range(4)]
    assert [entry.params["text"] for entry in entries if entry.kind is Act.MESSAGE_PINNED] == ["말 1"]
    one = await find_incident(stage.product.desk.outside, incident_id=IncidentId(1))
    assert one.commander == DOYUN
    assert not list(journal(stage).parent.glob("*.unreadable"))
    assert "INC-1" in await stage.command(MINJI, "/incident list"), "it works again"


async def test_slack_repeats_what_the_journal_has(hung: tuple[Stage, Hanging]) -> None:
    """Once in the journal, once more in the journal, once in the database: one delivery."""
    stage, hanging = hung
    stage.expected |= HUNG
    channel = await stage.declare(MINJI, "sev2 결제 오류 서버 web-3")
    stage.server.delivery.repeats = 1
    with hanging():
        await stage.person(MINJI).say(channel, "web-4 도 이상합니다")
        await asyncio.sleep(2.5)
    await back(stage)
    assert sum("web-4" in line for line in stage.said(channel)) == 1


async def test_a_form(hung: tuple[Stage, Hanging]) -> None:
    stage, hanging = hung
    stage.expected |= HUNG | {"saved in time"}
    await stage.command(MINJI, "/incident")
    view = stage.person(MINJI).views()[-1]
    words = {"title": "결제 오류", "severity": "sev2", "servers": "web-3"}
    with hanging():
        (outcome,) = await in_time(stage.person(MINJI).submit(view, words))
        assert outcome.errors and "저장하지 못했습니다" in outcome.errors["title"]
    await back(stage)
    assert stage.person(MINJI).views(), "the modal is still there with what was typed"
    assert not await list_incidents(stage.product.desk.outside, only_open=False) and not stage.opened()
    assert (await stage.submit(MINJI)) == {}, "the same button, a moment later"
    assert len(await list_incidents(stage.product.desk.outside, only_open=False)) == len(stage.opened()) == 1


async def test_a_command_that_opens_a_form(stage: Stage, database_file: Path) -> None:
    """Its trigger is too old by then: they are told, and what they typed is there to be sent again."""
    stage.expected |= HUNG | {"expired_trigger_id"}
    stage.server.triggers.seconds = TRIGGER_SECONDS
    await stage.command(MINJI, "/incident list")
    with locked(database_file):
        await in_time(stage.person(MINJI).command(stage.ops, "/incident", "declare"))
        await asyncio.sleep(2)
    await back(stage)
    assert not stage.person(MINJI).views()
    kept, told = (message["text"] for message in stage.person(MINJI).ephemerals(stage.ops)[-2:])
    assert "보관해" in kept and "보관해" not in told and "`/incident declare`" in told


async def test_the_disk_fails_as_well(stage: Stage, database_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is acknowledged that is kept nowhere: people are told, and Slack sends its events again."""
    stage.expected |= HUNG | {"recorded"}
    stage.server.delivery.deadline = IN_TIME
    channel = await stage.declare(MINJI, "sev2 결제 오류")
    stage.server.delivery.retry_delays = (4.0,)
    await stage.command(ALEX, "/incident list")

    def full(handle: int, what: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    for who, sentence in ((MINJI, "아무것도 하지 못했습니다"), (ALEX, "nothing was done")):
        with locked(database_file), monkeypatch.context() as patch:
            patch.setattr(os, "write", full)
            await stage.person(MINJI).say(channel, f"말 {who}")
            await in_time(stage.person(who).command(stage.ops, "/incident", "declare sev2 결제 web-3"))
            told = stage.person(who).ephemerals(stage.ops)[-1]["text"]
            assert sentence in told and "/incident declare sev2 결제 web-3" in told
            card = await stage.person(DOYUN).click(stage.card(channel), "incident.command", "1")
            assert not card.acked and card.error
        await back(stage)
    assert len(await list_incidents(stage.product.desk.outside, only_open=False)) == 1
    async with stage.product.database.read() as tx:
        messages = await tx.messages.of_channel(ChannelId(channel))
    assert len([message for message in messages if message.user == MINJI]) == 2, "Slack sent them again"


@pytest.mark.parametrize(
    "env, wanted",
    [
        ({}, "stopline.db.inbox"),
        ({"STOPLINE_DATABASE_URL": "sqlite:///var/x.db"}, "var/x.db.inbox"),
        ({"STOPLINE_DATABASE_URL": "postgresql://db/stopline"}, "stopline.inbox"),
        ({"STOPLINE_JOURNAL_FILE": "var/journal"}, "var/journal"),
    ],
)
def test_where_the_journal_is(env: dict[str, str], wanted: str) -> None:
    tokens = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1"}
    assert journal_path(read_settings(tokens | env)).absolute() == Path(wanted).absolute()


async def test_what_was_kept_is_done_at_the_next_start(database_file: Path, servers_file: str) -> None:
    """The process ends while the database hangs; the next one takes up the journal before it listens."""
    url = f"sqlite:///{database_file}"
    async with set_up(url, servers_file=servers_file) as stage:
        stage.expected |= HUNG
        with locked(database_file):
            await in_time(stage.person(MINJI).command(stage.ops, "/incident", "declare sev2 결제 오류 서버 web-3"))
        assert journal(stage).exists()
    async with set_up(url, servers_file=servers_file) as stage:
        assert not journal(stage).exists()
        one = await find_incident(stage.product.desk.outside, incident_id=IncidentId(1))
        assert one.title == "결제 오류"
