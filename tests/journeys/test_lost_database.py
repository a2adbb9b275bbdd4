"""The records cannot be reached: people are told in time, keep their words, and nothing is half made."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.use_cases.incident import list_incidents
from tests.journeys.stage import ALEX, MINJI, Stage

IN_TIME = 2.9
"""Slack gives up after 3 seconds."""


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Another process has the file and does not let go."""
    other = sqlite3.connect(path, timeout=10, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    try:
        yield
    finally:
        other.execute("ROLLBACK")
        other.close()


async def test_command(stage: Stage, database_file: Path) -> None:
    stage.expected |= {"recorded", "claimed", "renewed", "StoreUnavailable"}
    await stage.command(MINJI, "/incident list")
    await stage.command(ALEX, "/incident list")
    for who, sentence in ((MINJI, "데이터베이스"), (ALEX, "cannot be reached")):
        with locked(database_file):
            began = time.monotonic()
            outcome = await stage.person(who).command(stage.ops, "/incident", "declare sev2 결제 오류 서버 web-3")
            assert outcome.acked and time.monotonic() - began < IN_TIME
            told = stage.person(who).ephemerals(stage.ops)[-1]["text"]
            assert sentence in told and "/incident declare sev2 결제 오류 서버 web-3" in told
        await stage.settled()
    assert not await list_incidents(stage.product.desk.outside, only_open=False) and not stage.opened()
    assert "INC-1" in await stage.command(MINJI, "/incident declare sev2 결제 오류 서버 web-3"), "it works again"


async def test_modal(stage: Stage, database_file: Path) -> None:
    stage.expected |= {"saved in time", "claimed", "renewed", "StoreUnavailable"}
    await stage.command(MINJI, "/incident")
    view = stage.person(MINJI).views()[-1]
    words = {"title": "결제 오류", "severity": "sev2", "servers": "web-3"}
    with locked(database_file):
        began = time.monotonic()
        outcome = await stage.person(MINJI).submit(view, words)
        assert time.monotonic() - began < IN_TIME
        assert outcome.acked and outcome.errors and "저장하지 못했습니다" in outcome.errors["title"]
    await stage.settled()
    assert stage.person(MINJI).views(), "the modal is still there with what was typed"
    assert not await list_incidents(stage.product.desk.outside, only_open=False) and not stage.opened()
    assert (await stage.submit(MINJI)) == {}, "the same button, a moment later"
    assert len(await list_incidents(stage.product.desk.outside, only_open=False)) == len(stage.opened()) == 1
