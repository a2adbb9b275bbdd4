"""What is promised of break-glass: only where the gate is away, never unrecorded, and told when it is back."""

import asyncio
import json
import os
import socket
import stat
import sys
import types
from pathlib import Path
from typing import Any

import pytest

from bot import guard as module
from tests.guard_gate import FROZEN, GIVEN, HANGS, HASTY, LOST, STALE, WAITING, Ended, Said, guard, opened, spawn

REASON = "gate host is down, 결제 복구"
GLASS = ("--break-glass", REASON)
RAN = ("--", "echo", "ran")
NOBODY = "http://127.0.0.1:1"
QUICK = {"TRIES": 1, "LOG_SECONDS": 30, "TELLING_SECONDS": 30}
"""One try, and so much time for what is a moment's work that a busy machine needs no more."""


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "state" / "guard.jsonl"


async def run(url: str, log: Path, *words: str, **more: Any) -> Ended:
    return await guard(url, *words, tuned=QUICK, STOPLINE_GUARD_LOG=str(log), **more)


def is_there(path: Path) -> bool:
    return path.exists()


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def lines(log: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]


async def test_where_nobody_answers_the_command_runs_after_its_record_is_written(log: Path) -> None:
    ended = await run(
        NOBODY, log, *GLASS, "--purpose", "restart", "--", "/bin/sh", "-c", f"cat {log}; exit 5", "password"
    )
    assert ended.code == 5 and "BREAK-GLASS" in ended.err and REASON in ended.err and str(log) in ended.err
    began, end = lines(log)
    assert json.loads(ended.out) == began, "the record was there before the command began"
    assert (began.pop("event"), end.pop("event")) == ("began", "ended")
    assert len(began["id"]) == 32 and began["id"] == end["id"] and end["exit"] == 5
    assert began["at"].endswith("+00:00") and end["at"].endswith("+00:00")
    assert began["host"] == socket.gethostname() and began["who"]
    assert {name: began[name] for name in ("servers", "reason", "purpose", "command")} == {
        "servers": ["lb-01"],
        "reason": REASON,
        "purpose": "restart",
        "command": "sh",
    }
    assert mode(log) == 0o600
    assert "password" not in str(lines(log)) and "secret-of-ci" not in str(lines(log))


@pytest.mark.parametrize(
    ("answers", "opens"),
    [
        ({"ask": [LOST]}, True),
        ({"ask": [(503, {"error": "unavailable"})]}, True),
        ({"ask": [(200, b"<html>sign in</html>")]}, True),
        ({"ask": [(403, b"<html>a proxy</html>")]}, True),
        ({"start": [LOST]}, True),
        ({"ask": [(403, FROZEN)]}, False),
        ({"ask": [(401, {"error": "bad_token"})]}, False),
        ({"ask": [(422, {"error": "malformed"})]}, False),
        ({"ask": [(409, {"error": "conflict"})]}, False),
        ({"ask": [(202, WAITING)]}, False),
        ({"start": [(409, STALE)]}, False),
        ({"start": [(403, FROZEN)]}, False),
    ],
    ids=range(12),
)
async def test_the_glass_opens_only_where_no_answer_can_be_trusted(
    log: Path, answers: dict[str, list[Said]], opens: bool
) -> None:
    async with opened(**answers) as gate:
        ended = await run(gate.url, log, *GLASS, *RAN)
    assert (ended.out == "ran\n") is opens and is_there(log) is opens
    if not opens:
        assert ended.code in (75, 77) and "/freeze override" in ended.err


async def test_a_word_of_the_gate_is_not_outweighed_by_its_silence_afterwards(log: Path) -> None:
    async with opened(start=[(409, STALE)], ask=[(200, GIVEN), LOST]) as gate:
        ended = await guard(gate.url, *GLASS, *RAN, STOPLINE_GUARD_LOG=str(log))
    assert ended.code == 75 and not ended.out and not is_there(log)
    for answers, known, code in (({"start": [(409, STALE)]}, 2, 75), ({"ask": [(202, WAITING)]}, 1, 77)):
        async with opened(**answers) as gate:
            tuned = {"DNS": known, "PATIENCE_SECONDS": 4, "ANSWER_SECONDS": 3}
            ended = await guard(gate.url, "--wait", "1", *GLASS, *RAN, tuned=tuned, STOPLINE_GUARD_LOG=str(log))
        assert ended.code == code and not ended.out and not is_there(log)


async def test_a_free_gate_is_asked_and_no_glass_is_broken(log: Path) -> None:
    async with opened() as gate:
        ended = await run(gate.url, log, *GLASS, *RAN)
    assert (ended.code, ended.out, ended.err) == (0, "ran\n", "") and not is_there(log)
    assert [what for what, _ in gate.heard] == ["ask", "start", "finish"]


async def test_without_settings_nobody_was_asked_and_the_glass_stays_shut(log: Path) -> None:
    for url, token in (("", "x"), (NOBODY, "")):
        ended = await run(url, log, *GLASS, *RAN, token=token)
        assert ended.code == 75 and not ended.out and not is_there(log)


async def test_without_a_record_nothing_runs(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "file" / "log", tmp_path, tmp_path / "pipe", Path("/dev/null"), Path("/dev/full")):
        ended = await guard(NOBODY, *GLASS, *RAN, tuned={"TRIES": 1}, STOPLINE_GUARD_LOG=str(path))
        assert ended.code == 75 and not ended.out and "cannot be recorded" in ended.err, path
        assert ended.seconds < 30
    names = [word for n in range(99) for word in ("--server", f"a-rather-long-name-of-a-server-{n}-in-the-cellar")]
    ended = await run(NOBODY, tmp_path / "log", *names, *GLASS, *RAN)
    assert ended.code == 75 and not ended.out and "too long" in ended.err and not is_there(tmp_path / "log")


async def test_a_record_that_is_cut_short_by_a_full_disk_runs_nothing_and_spoils_no_other(
    log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STOPLINE_GUARD_LOG", str(log))
    real, ran = os.write, []
    monkeypatch.setattr(os, "write", lambda file, raw: real(file, raw[:20]))
    monkeypatch.setattr(module, "run", ran.append)
    options = module.checked(*module.read(["--server", "lb-01", *GLASS, *RAN]))
    assert module.break_glass(options, module.Doubt("away")) == 75 and not ran
    monkeypatch.setattr(os, "write", real)
    monkeypatch.setattr(module, "run", lambda _: 0)
    assert module.break_glass(options, module.Doubt("away")) == 0
    assert len(module.Log().untold()) == 1


async def test_without_a_log_variable_it_lies_in_the_home_directory(tmp_path: Path) -> None:
    ended = await guard(NOBODY, *GLASS, *RAN, tuned=QUICK, HOME=str(tmp_path))
    assert ended.code == 0
    assert len(lines(tmp_path / ".local/state/stopline/guard.jsonl")) == 2


async def test_a_command_that_cannot_be_run_is_recorded_as_such(log: Path) -> None:
    ended = await run(NOBODY, log, *GLASS, "--", "no-such-command-anywhere")
    assert ended.code == 127 and lines(log)[1]["exit"] == 127


async def test_what_is_not_told_is_told_once_by_the_next_guard_that_gets_an_answer(log: Path) -> None:
    await run(NOBODY, log, *GLASS, "--", "sh", "-c", "exit 3")
    began, end = lines(log)
    async with opened(ask=[(403, FROZEN), (200, GIVEN)]) as gate:
        assert (await run(gate.url, log, *RAN)).code == 77
        assert (await run(gate.url, log, *RAN)).code == 0
        assert (await run(gate.url, log, "--report")).code == 0
    (body,) = gate.bodies("bypasses")
    expected = {name: began[name] for name in ("id", "at", "servers", "reason", "purpose", "who", "host", "command")}
    assert body == {"entries": [{**expected, "ended_at": end["at"], "exit": 3}]}
    assert lines(log)[2:] == [{"event": "told", "id": began["id"], "at": lines(log)[2]["at"], "ended": True}]


async def test_a_run_that_was_told_before_its_end_is_told_again_with_it(log: Path, tmp_path: Path) -> None:
    script = f"echo up; until [ -e {tmp_path / 'over'} ]; do sleep 0.1; done"
    running = await spawn(NOBODY, *GLASS, "--", "sh", "-c", script, tuned=QUICK, STOPLINE_GUARD_LOG=str(log))
    assert running.stdout is not None and await running.stdout.readline() == b"up\n"
    async with opened() as gate:
        await run(gate.url, log, *RAN)
        (tmp_path / "over").touch()
        await running.wait()
        await run(gate.url, log, *RAN)
        await run(gate.url, log, *RAN)
    first, second = (body["entries"][0] for body in gate.bodies("bypasses"))
    assert first["id"] == second["id"]
    assert (first["ended_at"], first["exit"]) == (None, None) and (second["exit"], bool(second["ended_at"])) == (
        0,
        True,
    )


async def test_telling_neither_delays_the_start_nor_much_the_end(log: Path) -> None:
    await run(NOBODY, log, *GLASS, *RAN)
    patient, own = {"TRIES": 1, "LOG_SECONDS": 30, "ANSWER_SECONDS": 55}, {"STOPLINE_GUARD_LOG": str(log)}
    async with opened(bypasses=[HANGS]) as gate:
        running = await spawn(gate.url, "--", "sh", "-c", "echo up; sleep 0.2", tuned=patient, **own)
        assert running.stdout is not None
        assert await asyncio.wait_for(running.stdout.readline(), 40) == b"up\n"
        assert await asyncio.wait_for(running.wait(), 40) == 0
        ended = await guard(gate.url, *RAN, tuned=patient, **own)
        assert ended.code == 0 and not ended.err and ended.seconds < 40
    assert len(lines(log)) == 2


async def test_report_tells_only_and_says_whether_it_could(log: Path) -> None:
    for _ in range(7):
        await run(NOBODY, log, *GLASS, *RAN)
    ended = await run(NOBODY, log, "--report")
    assert ended.code == 75 and "could not be told" in ended.err
    ids = [line["id"] for line in lines(log) if line["event"] == "began"]
    known = (200, {"known": ids})
    async with opened(bypasses=[known, (422, {"error": "malformed"}), known, (200, {"known": 7}), (503, {})]) as gate:
        for _ in range(2):
            assert (await run(gate.url, log, "--report")).code == 75
        assert [line["id"] for line in lines(log) if line["event"] == "told"] == [ids[0], ids[2]]
        gate.bypasses.clear()
        ended = await run(gate.url, log, "--report")
        assert ended.code == 0 and ended.err.endswith("told of: 5\n") and not gate.bodies("ask")
        assert (await run(gate.url, log, "--report")).err.endswith("told of: 0\n")


async def test_a_log_that_cannot_be_read_is_no_success(tmp_path: Path) -> None:
    async with opened() as gate:
        for path in (tmp_path, Path("/dev/zero"), Path(__file__) / "log"):
            assert (await run(gate.url, path, "--report")).code == 75
        assert (await run(gate.url, tmp_path, *RAN)).code == 0


async def test_guards_at_once_do_not_spoil_the_log(log: Path) -> None:
    await asyncio.gather(*(run(NOBODY, log, "--break-glass", "x" * 400, *RAN) for _ in range(20)))
    events = [line["event"] for line in lines(log)]
    assert events.count("began") == events.count("ended") == 20


async def test_junk_in_the_log_hides_nothing(log: Path) -> None:
    await run(NOBODY, log, *GLASS, *RAN)
    with log.open("ab") as file:
        file.write(b'[1]\n{"event":[],"id":{}}\n{"id":1}\n\xff\xfe\n' + b"[" * 90_000 + b"\n" + b'{"event":"told","id')
    await run(NOBODY, log, *GLASS, *RAN)
    async with opened() as gate:
        assert (await run(gate.url, log, "--report")).code == 0
    assert len(gate.bodies("bypasses")) == 2


async def test_what_is_recorded_is_one_line_without_control_characters(log: Path) -> None:
    await run(NOBODY, log, "--server", "a\x1b[2J\nb", "--break-glass", "it\x07\nburns\u202e", "--purpose", "a\nb", *RAN)
    began = lines(log)[0]
    assert began["servers"] == ["lb-01", "a [2J b"]
    assert (began["reason"], began["purpose"]) == ("it  burns", "a b")


def test_all_that_is_waited_for_is_over_within_15_seconds() -> None:
    assert module.PATIENCE_SECONDS + module.LOG_SECONDS <= 14


async def test_a_hanging_gate_opens_the_glass_when_patience_ends(log: Path) -> None:
    own = {"STOPLINE_GUARD_LOG": str(log)}
    async with opened(ask=[HANGS]) as gate:
        slow, dns = await asyncio.gather(
            guard(gate.url, *GLASS, *RAN, tuned=HASTY, **own),
            guard("http://gate.invalid", *GLASS, *RAN, tuned={**HASTY, "DNS": 0}, **own),
        )
    assert (slow.out, dns.out) == ("ran\n", "ran\n") and max(slow.seconds, dns.seconds) < 40


def test_the_hosts_log_hears_of_it(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[str] = []
    syslog = types.SimpleNamespace(
        LOG_AUTH=1, LOG_WARNING=2, openlog=lambda *_: None, syslog=lambda _, words: sent.append(words)
    )
    monkeypatch.setitem(sys.modules, "syslog", syslog)  # type: ignore[arg-type]
    monkeypatch.setenv("STOPLINE_GUARD_LOG", str(log))
    options = module.checked(*module.read(["--server", "lb-01", *GLASS, "--", "true"]))
    assert module.break_glass(options, module.Doubt("away")) == 0
    assert len(sent) == 1 and REASON in sent[0] and "lb-01" in sent[0]
