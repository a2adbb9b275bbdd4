"""A few hours of incidents: what the bot knows in the end is, to the byte, what people did."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from bot.domain import backfill
from tests.sim.run import Broken, Plan, Simulation

PLAN = Plan(events=500, seed=20240520, incidents=3, trouble_every=60)


async def play(plan: Plan, folder: Path, template: Path) -> dict[str, object]:
    shutil.copy(template, folder / "sim.db")
    return await Simulation(plan, folder).play()


async def test_nothing_is_lost_doubled_or_out_of_place(tmp_path: Path, sqlite_template: Path) -> None:
    """`python -m tests.sim --events 100000` plays two days."""
    found = await play(PLAN, tmp_path, sqlite_template)
    assert found["lines"]


async def test_without_reading_again_it_would_be_seen(
    tmp_path: Path, sqlite_template: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The comparison is able to fail: a bot that takes no page for a proof of deletions."""
    monkeypatch.setattr("bot.use_cases.backfill.gone", lambda *_: ())
    monkeypatch.setattr("bot.use_cases.backfill.gone_threads", lambda *_: ())
    assert backfill.gone
    with pytest.raises(Broken, match="INC-"):
        await play(replace(PLAN, events=300), tmp_path, sqlite_template)
