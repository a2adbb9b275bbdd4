"""`stopline doctor` finds what is wrong before an incident does: each check is made to fail once."""

import os
import re
import shutil
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot import doctor as checked
from bot.adapters.system_clock import SystemClock
from bot.doctor import Level, doctor, examine
from bot.manifest import BOT_SCOPES
from bot.sandbox import App, SandboxServer, SlackError, Workspace
from bot.sandbox.faults import Dropped, RateLimited, ServerError
from storage.one_process import only_process
from storage.sqlite_library import sqlite3

Env = dict[str, str]
WORDS = {Level.OK: "ok", Level.ADVICE: "advice", Level.WARNING: "warning", Level.WRONG: "wrong"}


class Ahead:
    """A clock that is wrong."""

    def __init__(self, seconds: float) -> None:
        self._off = timedelta(seconds=seconds)

    def now(self) -> datetime:
        return SystemClock().now() + self._off


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "C")


@pytest.fixture
async def slack() -> AsyncIterator[SandboxServer]:
    workspace = Workspace(clock=lambda: datetime(2024, 5, 20, tzinfo=UTC), name="Haneul Talk", domain="haneul")
    app = workspace.add_app(name="Stopline", bot_token="xoxb-1-secret", app_token="xapp-1-secret", signing_secret="x")
    app.scopes = BOT_SCOPES
    workspace.add_person("U01MINJI", name="minji", real_name="김민지", locale="ko-KR", tz="Asia/Seoul")
    server = SandboxServer(workspace)
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
def app(slack: SandboxServer) -> App:
    return next(iter(slack.workspace.apps.values()))


@pytest.fixture
async def talk(slack: SandboxServer, app: App) -> SandboxServer:
    """A channel with 20 messages and the bot in it."""
    channel = slack.workspace.add_channel("ops", members=["U01MINJI", app.bot_user]).id
    for number in range(20):
        await slack.person("U01MINJI").say(channel, f"{number}")
    return slack


@pytest.fixture
def env(slack: SandboxServer, tmp_path: Path, sqlite_template: Path) -> Env:
    shutil.copy(sqlite_template, tmp_path / "x.db")
    return {
        "SLACK_BOT_TOKEN": "xoxb-1-secret",
        "SLACK_APP_TOKEN": "xapp-1-secret",
        "STOPLINE_SLACK_API_URL": f"{slack.url}/api/",
        "STOPLINE_DATABASE_URL": f"sqlite:///{tmp_path / 'x.db'}",
        "STOPLINE_AUDIT_KEY_FILE": str(tmp_path / "key"),
        "STOPLINE_AUDIT_FILE": str(tmp_path / "anchor"),
        "STOPLINE_AUDIT_CHANNEL": "#audit",
    }


async def told(env: Env, clock: Any = None) -> list[str]:
    """Each line, its level first; what is a secret is in none of them."""
    lines = [f"{found.level}: {found.sentence}" async for found in examine(env, clock or SystemClock())]
    assert not any("secret" in line for line in lines)
    return lines


def without_figures(lines: list[str]) -> list[str]:
    """What two runs of the command have in common: the free space changes while others write on the disk."""
    return [re.sub(r"\d+ MB", "MB", line) for line in lines]


def bad(lines: list[str]) -> list[str]:
    return [line for line in lines if line.startswith(("warning", "wrong"))]


async def test_all_is_well(talk: SandboxServer, env: Env, capsys: pytest.CaptureFixture[str]) -> None:
    lines = await told(env)
    assert bad(lines) == [] and len(lines) == 13, lines
    assert [line for line in lines if line.startswith("advice")] == [lines[-1]]
    assert "Delayed Events" in lines[-1]
    assert await doctor(env, SystemClock()) == 0
    assert without_figures(capsys.readouterr().out.splitlines()) == without_figures(lines)


async def test_in_korean(
    talk: SandboxServer, env: Env, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LC_ALL", "ko_KR.UTF-8")
    assert await doctor(env, SystemClock()) == 0
    said = capsys.readouterr().out.splitlines()
    assert "정상: 필요한 설정이 모두 있습니다." in said and all(line[:2] in ("정상", "안내") for line in said)


async def test_exit_1_where_something_is_wrong(env: Env, capsys: pytest.CaptureFixture[str]) -> None:
    assert await doctor({**env, "SLACK_BOT_TOKEN": "xoxb-2-secret"}, SystemClock()) == 1
    assert "wrong: Slack refuses our bot token (invalid_auth)" in capsys.readouterr().out


async def test_a_setting_is_missing(env: Env) -> None:
    lines = await told({**env, "SLACK_BOT_TOKEN": ""})
    assert lines[0].startswith("wrong: SLACK_BOT_TOKEN is not set") and len(bad(lines)) == 1
    assert any("newest schema" in line for line in lines), "what can be checked is checked"


async def test_an_app_token_that_slack_refuses(talk: SandboxServer, env: Env) -> None:
    (line,) = bad(await told({**env, "SLACK_APP_TOKEN": "xapp-2-secret"}))
    assert line.startswith("wrong: Slack refuses our app token (invalid_auth)")


async def test_no_app_token_is_needed_over_http(talk: SandboxServer, env: Env) -> None:
    over_http = {"SLACK_APP_TOKEN": "", "SLACK_SIGNING_SECRET": "secret", "STOPLINE_HTTP_PORT": "8080"}
    lines = await told({**env, **over_http})
    assert not bad(lines) and not any("Socket Mode" in line for line in lines)


async def test_scopes(talk: SandboxServer, app: App, env: Env) -> None:
    app.scopes = tuple(one for one in BOT_SCOPES if one not in ("pins:write", "chat:write"))
    (line,) = bad(await told(env))
    assert line.startswith("wrong: These scopes are missing: chat:write, pins:write.")
    app.scopes = None
    (line,) = bad(await told(env))
    assert line.startswith("warning: Slack did not say which scopes")


async def test_user_groups(talk: SandboxServer, env: Env) -> None:
    known, disabled = talk.workspace.add_group("sre", []).id, talk.workspace.add_group("dba", []).id
    named = {**env, "STOPLINE_VERIFIERS": known, "STOPLINE_MANAGERS": f"U012AB3CD,{disabled}"}
    lines = await told(named)
    assert not bad(lines) and any(known in line and disabled in line for line in lines)
    talk.workspace.disable_group(disabled)
    (line,) = bad(await told(named))
    assert line.startswith(f"wrong: There are no user groups {disabled}:") and known not in line
    talk.faults.on("usergroups.list", SlackError("missing_scope"), times=1)
    (line,) = bad(await told(named))
    assert line.startswith("wrong: Slack does not show the user groups that the settings name (missing_scope)")


async def test_the_canary_of_the_history(talk: SandboxServer, app: App, env: Env) -> None:
    app.longest_page = 15
    (line,) = bad(await told(env))
    assert line.startswith("warning: Slack shows at most 15 messages a page")


async def test_no_channel_is_long_enough_to_tell(env: Env) -> None:
    lines = await told(env)
    assert not bad(lines) and any(line.startswith("advice: Whether Slack limits") for line in lines)


@pytest.mark.parametrize("off, level", [(-20, ""), (60, "warning"), (-60, "warning"), (400, "wrong"), (-400, "wrong")])
async def test_clocks(talk: SandboxServer, env: Env, off: int, level: str) -> None:
    lines = bad(await told(env, Ahead(off)))
    assert [line.split(":")[0] for line in lines] == [level] * bool(level)
    assert not lines or "away from Slack's" in lines[0]


@pytest.mark.parametrize("fault", [Dropped(), ServerError(502)])
async def test_slack_is_away(talk: SandboxServer, env: Env, fault: Any) -> None:
    talk.faults.on("auth.test", fault)
    lines = bad(await told(env))
    assert len(lines) == 1 and lines[0].startswith(("wrong: Slack does not answer", "wrong: Slack refuses our bot"))


async def test_slack_that_asks_to_wait_is_no_failure_of_the_canary(talk: SandboxServer, env: Env) -> None:
    talk.faults.on("conversations.history", RateLimited(30))
    lines = await told(env)
    assert not bad(lines) and any(line.startswith("advice: Whether Slack limits") for line in lines)


async def test_there_is_no_database_yet(talk: SandboxServer, env: Env, tmp_path: Path) -> None:
    lines = await told({**env, "STOPLINE_DATABASE_URL": f"sqlite:///{tmp_path / 'new.db'}"})
    assert not bad(lines) and any("no tables yet" in line for line in lines)
    assert not [name for name in os.listdir(tmp_path) if name.startswith("new")], "a look makes nothing"


async def test_a_folder_that_is_not_there(talk: SandboxServer, env: Env, tmp_path: Path) -> None:
    lines = await told({**env, "STOPLINE_DATABASE_URL": f"sqlite:///{tmp_path / 'nowhere' / 'new.db'}"})
    assert [line for line in bad(lines) if "cannot be written" in line]


async def test_the_journal_has_no_place(talk: SandboxServer, env: Env, tmp_path: Path) -> None:
    lines = await told({**env, "STOPLINE_JOURNAL_FILE": str(tmp_path / "nowhere" / "inbox")})
    assert [line for line in bad(lines) if "would be lost" in line]


@pytest.mark.parametrize(
    "url, says",
    [
        ("mysql://x", "wrong: STOPLINE_DATABASE_URL begins with"),
        ("postgresql://bot:secret@127.0.0.1:9/x", "wrong: The database does not answer"),
    ],
)
async def test_databases_that_cannot_be_used(talk: SandboxServer, env: Env, url: str, says: str) -> None:
    (line,) = bad(await told({**env, "STOPLINE_DATABASE_URL": url}))
    assert line.startswith(says)


@pytest.mark.parametrize("version, level", [("0001", "warning"), ("9999", "wrong")])
async def test_schemas(talk: SandboxServer, env: Env, version: str, level: str) -> None:
    with sqlite3.connect(env["STOPLINE_DATABASE_URL"].removeprefix("sqlite:///")) as connection:
        connection.execute("UPDATE alembic_version SET version_num = ?", (version,))
    connection.close()
    (line,) = bad(await told(env))
    assert line.startswith(f"{level}: The database has schema {version}")


@pytest.mark.parametrize("wal", [True, False])
async def test_it_says_which_journal_and_why(
    talk: SandboxServer, env: Env, monkeypatch: pytest.MonkeyPatch, wal: bool
) -> None:
    monkeypatch.setattr("storage.sqlite_library.sqlite3.sqlite_version_info", (3, 51, 3) if wal else (3, 51, 2))
    (line,) = [line for line in await told(env) if "(WAL)" in line or "TRUNCATE" in line]
    assert line.startswith("ok") and ("(WAL)" in line) == wal


@pytest.mark.parametrize("free, level", [(50_000_000, "wrong"), (500_000_000, "warning")])
async def test_the_disk_is_nearly_full(
    talk: SandboxServer, env: Env, monkeypatch: pytest.MonkeyPatch, free: int, level: str
) -> None:
    real = shutil.disk_usage(".")
    monkeypatch.setattr("shutil.disk_usage", lambda _: real._replace(free=free))
    (line,) = bad(await told(env))
    assert line.startswith(f"{level}: Only {free // 1_000_000} MB are free")


async def test_the_lock(talk: SandboxServer, env: Env) -> None:
    with only_process(env["STOPLINE_DATABASE_URL"]):
        lines = await told(env)
    assert f"ok: Process {os.getpid()} serves this database; a second `serve` will be refused." in lines


async def test_files(talk: SandboxServer, env: Env, tmp_path: Path) -> None:
    servers, doors = tmp_path / "servers.yaml", tmp_path / "doors.yaml"
    servers.write_text("servers:\n  - {name: web-3}\n")
    doors.write_text("- nothing of the kind\n")
    lines = await told({**env, "STOPLINE_SERVERS_FILE": str(servers), "STOPLINE_DOORS_FILE": str(doors)})
    (line,) = bad(lines)
    assert line.startswith("wrong: doors.yaml cannot be used")
    assert any(line.startswith(f"ok: {servers} can be read") for line in lines)


async def test_what_proves_the_log_stands_in_two_places(talk: SandboxServer, env: Env) -> None:
    (line,) = bad(await told({**env, "STOPLINE_AUDIT_CHANNEL": ""}))
    assert line.startswith("warning: ") and "audit log: 1." in line


async def test_postgresql(talk: SandboxServer, env: Env, request: pytest.FixtureRequest) -> None:
    postgres = request.getfixturevalue("postgres")
    name = await postgres.copy()
    lines = await told({**env, "STOPLINE_DATABASE_URL": postgres.url(name)})
    late = await told({**env, "STOPLINE_DATABASE_URL": postgres.url(name)}, Ahead(-5))
    await postgres.drop(name)
    assert any("s away from the database's" in line for line in bad(late))
    assert not bad(lines) and not any("SQLite" in line or "free in" in line for line in lines)


def test_every_level_has_a_word() -> None:
    say: Callable[..., str] = checked.say
    assert {level: say(f"doctor.level.{level}") for level in Level} == WORDS
