"""Whatever is typed: no shell, no file but the log, no traceback, and nothing runs without a yes.

The oracle knows the words that it put together; it does not read the guard's parser. GUARD_SEED repeats a run.
"""

import io
import json
import os
import random
import socket
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from bot import guard
from tests.guard_gate import FROZEN, GIVEN, GUARD, PYTHON, STALE, WAITING

SEED = int(os.environ.get("GUARD_SEED") or 20240520)
MANY, REAL = 10_000, 50
CODE = 7
"""What every command that runs ends with in the pretend; no code of the guard's own."""
PARTS = [
    "lb-01", "web-3", "role:relay", "결제 서버", "한글", "e\u0301", "😀", "\u202e", "\ufeff", "\ud800", "\udcff", "\0",
    "\n", "\r\n", "\t", "\x1b[2J", "\x7f", " ", "", "a" * 600, "$(touch canary)", "`touch canary`", "; touch canary",
    "&& touch canary", "| tee canary", "> canary", "'", '"', "\\", "$IFS", "${HOME}", "*", "~", "!!", "%s", "{0}", "{",
    "../../etc/passwd", "/", "-", "--", "---", "--server", "--server=x", "--purpose", "--break-glass", "--report",
    "--help", "-h", "--wait", "--key", "-c", "@file", "=", "\u2028", "DROP TABLE", "</script>", "0", "-1", "1e9",
]  # fmt: skip
ANSWERS: dict[str, dict[str, tuple[int, Any]]] = {
    "yes": {"permits": (200, GIVEN)},
    "no": {"permits": (403, FROZEN)},
    "approved": {"permits": (202, WAITING)},
    "stale": {"permits": (200, GIVEN), "start": (409, STALE)},
    "away": {"permits": (503, {}), "bypasses": (503, {})},
    "odd": {"permits": (200, {"permit": "$(touch canary)", "state": "granted"})},
}
ALWAYS = {"start": (200, {**GIVEN, "state": "started"}), "finish": (200, {**GIVEN, "state": "finished"})}


class LoopbackGate:
    """A gate of one thread: one answer a connection, by `mode`."""

    def __init__(self) -> None:
        self.mode = "yes"
        self.asked: list[Any] = []
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            connection, _ = self._socket.accept()
            with connection:
                head, _, body = self._heard(connection)
                status, fields = self._answer(head.split(b" ")[1].decode().rsplit("/", 1)[-1], body)
                raw = json.dumps(fields).encode()
                connection.sendall(b"HTTP/1.0 %d x\r\nContent-Length: %d\r\n\r\n%s" % (status, len(raw), raw))

    def _heard(self, connection: socket.socket) -> tuple[bytes, bytes, bytes]:
        raw = connection.recv(1 << 20)
        while True:
            head, end, body = raw.partition(b"\r\n\r\n")
            lengths = [int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")]
            if end and len(body) >= (lengths or [0])[0]:
                return head, end, body
            raw += connection.recv(1 << 20)

    def _answer(self, what: str, body: bytes) -> tuple[int, Any]:
        if what == "permits":
            self.asked.append(json.loads(body))
        if what == "bypasses" and self.mode != "away":
            return 200, {"known": [entry["id"] for entry in json.loads(body)["entries"]]}
        return (ALWAYS | ANSWERS[self.mode]).get(what, (200, GIVEN))


@dataclass
class Typed:
    """One argv with what is known of it: whether it makes sense, and what it means."""

    argv: list[str]
    sound: bool
    servers: list[str] = field(default_factory=list)
    command: list[str] = field(default_factory=list)
    glass: bool = False
    wait: int = 0


def word(dice: random.Random) -> str:
    return "".join(dice.choices(PARTS, k=dice.choice((1, 1, 1, 2, 3))))


def noise(dice: random.Random) -> Typed:
    """Words in no order. It makes sense only by chance, which is not looked at: the answer is no."""
    return Typed([word(dice) for _ in range(dice.randrange(9))], sound=False)


def sound(dice: random.Random) -> Typed:
    """Options as they are meant, with hostile values."""
    servers = [word(dice) for _ in range(dice.choice((1, 1, 2, 5)))]
    argv = [part for name in servers for part in _option("--server", name)]
    values = {"--purpose": word(dice), "--key": word(dice), "--wait": dice.choice(("0", "2", "00005"))}
    values |= {dice.choice(("--fix-for", "--override")): word(dice)}
    reason = "the gate is away " + word(dice)[:400]
    chosen = [name for name in values if dice.random() < 0.4]
    for name in chosen:
        argv += _option(name, values[name])
    if glass := dice.random() < 0.4:
        argv += _option("--break-glass", reason)
    command = [word(dice) for _ in range(dice.choice((1, 2, 6)))]
    wait = int(values["--wait"]) if "--wait" in chosen else 0
    return Typed([*argv, "--", *command], True, servers, command, glass, wait)


def _option(name: str, value: str) -> list[str]:
    return [f"{name}={value}"] if value.startswith("--") or len(value) % 2 else [name, value]


class Recorder:
    """In place of subprocess.Popen: ten thousand real processes take too long."""

    ran: list[list[str]] = []

    def __init__(self, command: list[str], **how: Any) -> None:
        assert list(how) == ["env"], "neither a shell nor anything else that changes what runs"
        assert guard.TOKEN not in how["env"] and isinstance(command, list)
        self.ran.append(list(command))

    def wait(self) -> int:
        return CODE


@pytest.fixture
def gate() -> LoopbackGate:
    return LoopbackGate()


@pytest.fixture
def log(tmp_path: Path, gate: LoopbackGate, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The guard in our process: its settings, an empty folder to be in, and every thread's trouble made ours."""
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    trouble: list[object] = []
    monkeypatch.setattr(threading, "excepthook", trouble.append)
    for name, value in ((guard.URL, gate.url), (guard.TOKEN, "x"), (guard.LOG, str(tmp_path / "log"))):
        monkeypatch.setenv(name, value)
    for name, number in (("TRIES", 1), ("POLL_SECONDS", 0.0), ("LOG_SECONDS", 60.0), ("PATIENCE_SECONDS", 60.0)):
        monkeypatch.setattr(guard, name, number)
    yield tmp_path / "log"
    assert not trouble and not os.listdir(tmp_path / "here")
    assert set(os.listdir(tmp_path)) <= {"here", "log"}


def test_ten_thousand_hostile_argv(gate: LoopbackGate, log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dice, counts = random.Random(SEED), Counter[str]()
    monkeypatch.setattr(subprocess, "Popen", Recorder)
    for number in range(MANY):
        typed = noise(dice) if dice.random() < 0.65 else sound(dice)
        gate.mode = dice.choices(list(ANSWERS), (25, 55, 5, 5, 5, 5))[0] if typed.sound else "no"
        gate.asked, Recorder.ran, out = [], [], io.StringIO()
        monkeypatch.setattr(sys, "stderr", out)
        monkeypatch.setattr(sys, "stdout", out)
        code = guard.main(typed.argv)
        about = f"GUARD_SEED={SEED}, argv {number}: {gate.mode} {typed.argv!r} → {code} {out.getvalue()!r}"
        assert "Traceback" not in out.getvalue(), about
        counts[_judged(typed, gate, code, about)] += 1
        _check_log(log)
    assert len(counts) == 9 and min(counts.values()) > MANY / 500, counts


def _judged(typed: Typed, gate: LoopbackGate, code: int, about: str) -> str:
    """What kind of run this was, after the checks that it must stand."""
    if not typed.sound:
        assert code in (0, 2, 77) and not Recorder.ran, about
        return "nonsense"
    assert [asked["servers"] for asked in gate.asked] == [json.loads(json.dumps(typed.servers))], about
    glass = typed.glass and gate.mode in ("away", "odd")
    if glass or gate.mode == "yes" or (gate.mode == "approved" and typed.wait):
        assert (code, Recorder.ran) == (CODE, [typed.command]), about
    else:
        assert code == (77 if gate.mode in ("no", "approved") else 75) and not Recorder.ran, about
    return "glass" if glass else "waited" if gate.mode == "approved" and typed.wait else gate.mode


def _check_log(log: Path) -> None:
    """Every line is JSON; a long log is begun anew, since each run reads it."""
    lines = log.read_bytes().splitlines() if log.exists() else []
    assert all(len(line) < 4096 and json.loads(line)["id"] for line in lines)
    if len(lines) > 20:
        log.unlink()


def test_fifty_real_processes(gate: LoopbackGate, log: Path) -> None:
    dice = random.Random(SEED)
    every = [typed for typed in (sound(dice) for _ in range(REAL * 4)) if _can_be_typed(typed)][:REAL]
    assert len(every) == REAL
    for mode in ("yes", "no"):
        gate.mode = mode
        with ThreadPoolExecutor(4) as pool:
            ended = list(pool.map(_spawn, every[mode == "no" :: 2]))
        for typed, (code, out, err) in zip(every[mode == "no" :: 2], ended, strict=True):
            about = f"GUARD_SEED={SEED}: {mode} {typed.argv!r} → {code} {out!r} {err!r}"
            shown = b"".join(os.fsencode(part) + b"\n" for part in typed.command)
            assert (code, out) == ((0, shown) if mode == "yes" else (77, b"")), about
            assert b"Traceback" not in err, about
    assert not log.exists()


def _can_be_typed(typed: Typed) -> bool:
    """No operating system takes NUL in an argument; a lone high surrogate stands for no byte."""
    return not set("".join(typed.argv)) & {"\0", "\ud800"}


def _spawn(typed: Typed) -> tuple[int, bytes, bytes]:
    """The guard as it is, and a command that shows its arguments, one a line."""
    cut = len(typed.argv) - len(typed.command)
    command = ["/usr/bin/printf", "%s\\n", *typed.command]
    process = subprocess.run(
        [*PYTHON, str(GUARD), *typed.argv[:cut], *command], capture_output=True, check=False, env=dict(os.environ)
    )
    return process.returncode, process.stdout, process.stderr
