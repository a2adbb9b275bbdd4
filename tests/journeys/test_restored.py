"""A copy of the database is put back: its numbers are given again, and what is new is not taken for what was said."""

import shutil
from pathlib import Path

import pytest

from bot.sandbox.faults import Fault, ServerError, SlackError
from bot.use_cases.quarantine import begin_quarantine
from storage.sqlite_library import sqlite3
from tests.journeys.stage import MINJI, a_place, shown


@pytest.mark.parametrize("trouble", [ServerError(503), SlackError("internal_error")], ids=["503", "internal error"])
async def test_what_slack_hesitates_to_take_after_a_restore_is_told_all_the_same(
    database_file: Path, servers_file: str, tmp_path: Path, trouble: Fault
) -> None:
    """The lost incident had the new one's number, and the lost entries those of the new ones."""
    copy = tmp_path / "copy.db"
    async with a_place(f"sqlite:///{database_file}", servers_file=servers_file) as place:
        async with place.bot() as stage:
            first = await stage.declare(MINJI, "sev2 payment errors on web-3")
            with sqlite3.connect(database_file) as kept, sqlite3.connect(copy) as to:
                kept.backup(to)
            await stage.declare(MINJI, "sev3 lost thing on web-4")
            await stage.command(MINJI, "/incident severity sev1", first)
        for old in database_file.parent.glob(f"{database_file.name}*"):
            old.unlink()
        shutil.copy(copy, database_file)
        async with place.bot() as stage:
            stage.expected |= {"chat.postMessage"}
            await begin_quarantine(stage.product.desk.outside, reason="restored from a copy")
            announced, told = len(stage.said(stage.incidents)), len(stage.said(first))
            stage.server.faults.on("chat.postMessage", trouble, times=3)
            second = await stage.declare(MINJI, "sev1 new thing on lb-01")
            assert any("new thing" in one for one in stage.said(stage.incidents)[announced:])
            assert "SEV1" in shown(stage.card(second))
            stage.server.faults.on("chat.postMessage", trouble)
            await stage.command(MINJI, "/incident severity sev3", first)
            assert ["SEV3" in one for one in stage.said(first)[told:]] == [True]
