"""What `stopline import slack-export` says: what became of the channel, whose words a guess rests on, or why not."""

import shutil
from pathlib import Path

import pytest

from bot.cli import main
from tests.exports import DAY, write_export


@pytest.fixture
def here(tmp_path: Path, sqlite_template: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LC_ALL", "C")
    monkeypatch.setenv("STOPLINE_TIMEZONE", "Asia/Seoul")
    monkeypatch.chdir(tmp_path)
    shutil.copy(sqlite_template, tmp_path / "stopline.db")
    return tmp_path


def test_what_was_taken_and_what_is_a_guess(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_export(here / "export.zip")
    assert main(["import", "slack-export", "export.zip", "--channel", "inc-messages"]) == 0
    told = capsys.readouterr().out
    assert "INC-1: “SEV2: messages are not delivered”, closed, with 7 messages" in told
    assert "2024-05-20 14:50 KST, from “Messages are not delivered since 14:50 KST" in told
    assert "2024-05-20 14:58 KST, from “Incident resolved at 14:58.”" in told
    assert "read as times of Asia/Seoul (STOPLINE_TIMEZONE)" in told and "time zone in Slack" not in told
    assert "Nothing was posted in Slack" in told and "private" not in told
    assert main(["import", "slack-export", "export.zip", "--channel", "#inc-messages"]) == 0
    assert "was there already" in capsys.readouterr().out


@pytest.mark.parametrize(("zone", "is_told"), [("UTC", True), ("Europe/Berlin", True), ("Asia/Tokyo", False)])
def test_whose_clocks_were_read_and_where_its_people_are(
    here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, zone: str, is_told: bool
) -> None:
    monkeypatch.setenv("STOPLINE_TIMEZONE", zone)
    write_export(here / "export.zip")
    assert main(["import", "slack-export", "export.zip", "--channel", "inc-messages"]) == 0
    told = capsys.readouterr().out
    assert f"read as times of {zone}" in told and ("set STOPLINE_TIMEZONE=Asia/Seoul" in told) is is_told


def test_what_nobody_said_is_said_to_be_unknown(
    here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LC_ALL", "ko_KR.UTF-8")
    file = write_export(here / "export.zip", days={"2024-05-20": [DAY[5]]}, private=True)
    assert main(["import", "slack-export", str(file), "--channel", "inc-messages"]) == 0
    told = capsys.readouterr().out
    assert told.count("채널에 나오지 않아") == 2 and "비공개 채널이므로 INC-1도 비공개입니다" in told


def test_a_file_that_gives_nothing(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_export(here / "export.zip", **{"../x": "x"})
    for file, words in (("export.zip", "points outside of it"), ("nowhere.zip", "cannot be read as a zip file")):
        assert main(["import", "slack-export", file, "--channel", "inc-messages"]) == 1
        said = capsys.readouterr().err
        assert words in said and len(said.splitlines()) == 1 and "Traceback" not in said
