"""What people type, and the password of a database, never reach the logs."""

import asyncio
import gc
import json
import logging
import sys
from collections.abc import Iterator
from datetime import UTC, datetime

import aiohttp
import pytest
from pydantic import BaseModel
from sqlalchemy import insert, text
from sqlalchemy.exc import DBAPIError

from bot.domain.errors import NameUnusable
from bot.logs import JsonLines
from bot.ports.storage import StoreUnavailable
from storage.database import Database
from storage.tables import token
from tests.journeys.conftest import database_file, http_stage, servers_file
from tests.journeys.stage import MINJI, Stage

__all__ = ["database_file", "http_stage", "servers_file"]

TYPED = "비밀번호는 typed-by-a-person"


class Kept(logging.Handler):
    """The lines as they would be written."""

    def __init__(self) -> None:
        super().__init__()
        self.setFormatter(JsonLines())
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


@pytest.fixture
def written() -> Iterator[list[str]]:
    """Everything that anybody logs, debugging too."""
    kept, root = Kept(), logging.getLogger()
    root.addHandler(kept)
    yield kept.lines
    root.removeHandler(kept)


def line_of(trouble: BaseException) -> str:
    try:
        raise trouble
    except type(trouble):
        record = logging.LogRecord("x", logging.ERROR, "", 0, "it failed", (), sys.exc_info())
    return JsonLines().format(record)


async def test_a_failed_statement_does_not_say_what_was_typed(store: Database) -> None:
    with pytest.raises(DBAPIError) as trouble:
        async with store.engine.begin() as connection:
            await connection.execute(text("INSERT INTO nowhere VALUES (:typed)"), {"typed": "typed by a person"})
    assert "typed by a person" not in str(trouble.value)


@pytest.mark.parametrize("url", ["postgresql://bot:pa:ss/word@db/stopline", "postgres://:word@db"])
def test_the_password_of_a_database_is_no_part_of_a_line(url: str) -> None:
    record = logging.LogRecord("x", logging.ERROR, "", 0, "cannot reach %s", (url,), None)
    line = json.loads(JsonLines().format(record))["text"]
    assert "word" not in line and "@db" in line


async def test_a_row_that_is_there_already_does_not_say_what_is_in_it(store: Database, written: list[str]) -> None:
    """PostgreSQL quotes the key."""
    row = {"hash": TYPED, "name": TYPED, "made_at": datetime(2024, 5, 20, tzinfo=UTC)}
    with pytest.raises((StoreUnavailable, DBAPIError)) as trouble:
        async with store.begun(writing=True) as connection:
            await connection.execute(insert(token).values(row))
            await connection.execute(insert(token).values(row))
    line = line_of(trouble.value)
    assert TYPED not in line and "IntegrityError" in line


class Body(BaseModel):
    number: int


def _quoting() -> Iterator[BaseException]:
    yield ValueError(TYPED)
    yield KeyError(TYPED)
    yield NameUnusable(server=TYPED)
    yield ExceptionGroup("several", [ValueError(TYPED)])
    inner, outer = ValueError(TYPED), RuntimeError(TYPED)
    outer.__cause__ = inner
    yield outer
    for wrong in (lambda: int(TYPED), lambda: json.loads(TYPED), lambda: Body.model_validate({"number": TYPED})):
        try:
            wrong()
        except ValueError as trouble:
            yield trouble


@pytest.mark.parametrize("trouble", _quoting(), ids=lambda one: type(one).__name__)
def test_an_exception_that_quotes_is_named_and_not_repeated(trouble: BaseException) -> None:
    line = line_of(trouble)
    assert TYPED not in line and type(trouble).__name__ in line and __file__ in line


def test_what_is_no_content_is_still_said() -> None:
    assert "disk is full" in line_of(OSError(28, "disk is full"))
    assert "database is locked" in line_of(StoreUnavailable("database is locked"))
    caused = RuntimeError()
    caused.__cause__ = OSError(28, "disk is full")
    assert "disk is full" in line_of(caused) and "RuntimeError" in line_of(caused)


async def test_a_task_that_nobody_waits_for(written: list[str]) -> None:
    async def fail() -> None:
        raise ValueError(TYPED)

    task = asyncio.ensure_future(fail())
    await asyncio.wait({task})
    del task
    gc.collect()
    await asyncio.sleep(0)
    assert any("never retrieved" in line for line in written) and not any(TYPED in line for line in written)


async def test_a_journey_leaves_nothing_of_what_was_said(http_stage: Stage, written: list[str]) -> None:
    """A day's work at every level of the product's own logs, with a listener that fails."""
    stage = http_stage
    stage.expected |= {"a listener failed", "dead job"}
    channel = await stage.declare(MINJI, f"sev2 {TYPED} 서버 web-3")
    await stage.command(MINJI, f"/incident note {TYPED}", channel)
    await stage.person(MINJI).say(channel, TYPED)
    await stage.command(MINJI, f"/freeze fixed web-9 {TYPED}")
    async with aiohttp.ClientSession() as session:
        base = str(stage.app.request_url).removesuffix("/slack/events")
        for path in (f"/v1/servers/{TYPED}", "/metrics", "/readyz"):
            async with session.get(base + path, headers={"Authorization": "Bearer sl_unknown-unknown-unknown"}):
                pass
        async with session.post(base + "/v1/permits", data=f'{{"servers": ["{TYPED}"'):
            pass
    await stage.settled()
    ours = [json.loads(line) for line in written]
    ours = [line for line in ours if line["from"].startswith(("bot.", "handlers.", "storage.", "aiohttp"))]
    sandbox = ("bot.sandbox",)
    assert not [line for line in ours if TYPED in json.dumps(line, ensure_ascii=False) and line["from"] not in sandbox]
