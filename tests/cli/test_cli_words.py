"""What the command line says of a wrong setting: one sentence, exit code 2, no traceback."""

import socket
from pathlib import Path

import pytest

from bot.cli import main


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(arguments) == 2
    said = capsys.readouterr().err
    assert "Traceback" not in said
    last = said.strip().splitlines()[-1]
    assert last.startswith("stopline: ")
    return last


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "C")


@pytest.mark.parametrize("url", ["stopline.db", "mysql://bot:secret@db/stopline", "postgresql://db:port/x", ""])
def test_an_address_of_no_database(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.setenv("STOPLINE_DATABASE_URL", url)
    said = refused(capsys, "migrate")
    assert "STOPLINE_DATABASE_URL begins with sqlite:///" in said and "secret" not in said


def test_a_file_that_is_no_database(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "notes.txt").write_text("no database " * 500)
    monkeypatch.setenv("STOPLINE_DATABASE_URL", f"sqlite:///{tmp_path / 'notes.txt'}")
    assert "file is not a database" in refused(capsys, "migrate")


def test_a_folder_that_is_not_there(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("STOPLINE_DATABASE_URL", f"sqlite:///{tmp_path / 'nowhere' / 'stopline.db'}")
    assert "unable to open database file" in refused(capsys, "migrate")


def test_a_port_in_use(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("bot.logs.set_up_logs", lambda: None)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        monkeypatch.setenv("STOPLINE_DATABASE_URL", f"sqlite:///{tmp_path / 'stopline.db'}")
        monkeypatch.setenv("STOPLINE_HTTP_PORT", str(taken.getsockname()[1]))
        monkeypatch.setenv("STOPLINE_SLACK_API_URL", "http://127.0.0.1:9/api/")
        monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-1")
        monkeypatch.setenv("SLACK_SIGNING_SECRET", "s")
        assert "Could not start" in refused(capsys, "serve")
