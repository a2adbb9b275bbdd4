"""What `stopline forget` and its setting promise: they say what they would do, do it, and explain what is wrong."""

import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from bot.cli import main
from bot.config import SettingsWrong, read_policy
from bot.domain.incident import Status
from bot.domain.person import Person
from bot.ports.outside import Outside, Policy
from bot.use_cases.incident import set_status
from storage.database import Database
from tests.acts import ANN, stop_the_line
from tests.clocks import FrozenClock
from tests.databases import run
from tests.use_cases.test_retention_promises import SAID, Channel, found, opened


@pytest.fixture
def past(tmp_path: Path, sqlite_template: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An incident of May 2024 that was cancelled, and one that goes on."""
    monkeypatch.setenv("LC_ALL", "C")
    monkeypatch.chdir(tmp_path)
    shutil.copy(sqlite_template, tmp_path / "stopline.db")

    async def history() -> None:
        database, clock = Database("sqlite:///stopline.db"), FrozenClock()
        outside = Outside(database, clock, Policy())
        async with database.write() as tx:
            await tx.people.save(Person(ANN, name="ann", locale="ko-KR", zone="Asia/Seoul"))
        number, _ = await opened(outside, clock, "C1")
        await Channel(outside, clock, "C1").hears(f"it may be {SAID}")
        await set_status(outside, by=ANN, incident_id=number, to=Status.CANCELLED, reason="a test page")
        await stop_the_line(outside, title="goes on")
        await database.close()

    run(history)
    return tmp_path


def still_there() -> bool:
    async def look() -> set[str]:
        database = Database("sqlite:///stopline.db")
        seen = await found(database)
        await database.close()
        return seen

    return bool(run(look))


def test_it_shows_what_would_go_and_then_it_goes(past: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["forget", "--older-than", "30", "--dry-run"]) == 0
    assert capsys.readouterr().out.splitlines()[0] == "INC-1  ended 2024-05-20  messages: 1"
    assert still_there()
    assert main(["forget", "--older-than", "30"]) == 0
    assert "incidents: 1" in capsys.readouterr().out
    assert not still_there()
    assert main(["audit", "verify"]) == 0
    capsys.readouterr()
    assert main(["forget", "--older-than", "30"]) == 0
    assert "incidents: 0" in capsys.readouterr().out


def test_the_setting_says_how_old(
    past: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(["forget"]) == 2
    assert "STOPLINE_RETENTION_DAYS" in capsys.readouterr().err
    monkeypatch.setenv("STOPLINE_RETENTION_DAYS", "99999")
    assert main(["forget"]) == 0 and still_there()
    monkeypatch.setenv("STOPLINE_RETENTION_DAYS", "30")
    monkeypatch.setenv("LC_ALL", "ko_KR.UTF-8")
    capsys.readouterr()
    assert main(["forget"]) == 0 and not still_there()
    assert "장애 1건의 대화 내용을 지웠습니다" in capsys.readouterr().out


@pytest.mark.parametrize("days", ["29", "0", "-90", "90.5", "ninety", "٩٠", "9" * 30])
def test_what_is_no_number_of_days_is_refused(
    past: Path, days: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(SettingsWrong):
        read_policy({"STOPLINE_RETENTION_DAYS": days})
    assert main(["forget", f"--older-than={days}"]) == 2
    assert days in capsys.readouterr().err and still_there()
    monkeypatch.setenv("STOPLINE_RETENTION_DAYS", days)
    monkeypatch.setenv("LC_ALL", "ko_KR.UTF-8")
    assert main(["forget"]) == 2
    assert "30 이상의 일수" in capsys.readouterr().err


def test_unset_nothing_is_forgotten() -> None:
    assert read_policy({}).retention is None
    assert read_policy({"STOPLINE_RETENTION_DAYS": "30"}).retention == timedelta(days=30)
