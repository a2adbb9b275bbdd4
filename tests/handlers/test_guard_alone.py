"""What is promised of the guard on a bare host: one file, the standard library, both languages, no traceback."""

import ast
import asyncio
import os
import shutil
import signal
import string
import sys
from pathlib import Path

import pytest

from bot.guard import TEXTS
from tests.guard_gate import GUARD, HANGS, PYTHON, opened, spawn


async def alone(folder: Path, *words: str, **environment: str) -> tuple[int | None, bytes, bytes]:
    """A copy of the file in a folder of its own, with no environment but this."""
    shutil.copy(GUARD, folder / "guard.py")
    process = await asyncio.create_subprocess_exec(
        *(*PYTHON, "guard.py", *words),
        cwd=folder,
        env=environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    return process.returncode, out, err


async def test_a_copy_runs_alone_in_an_empty_environment(tmp_path: Path) -> None:
    command = ("--server", "lb-01", "--", "/bin/echo", "ran")
    code, out, err = await alone(tmp_path, *command)
    assert (code, out) == (75, b"") and b"STOPLINE_GATE_URL" in err and b"Traceback" not in err
    async with opened() as gate:
        assert await alone(tmp_path, *command, STOPLINE_GATE_URL=gate.url, STOPLINE_GATE_TOKEN="x") == (
            0,
            b"ran\n",
            b"",
        )
    assert os.listdir(tmp_path) == ["guard.py"]


def test_it_imports_the_standard_library_only() -> None:
    for node in ast.walk(ast.parse(GUARD.read_text(encoding="utf-8"))):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        names += [node.module or "."] if isinstance(node, ast.ImportFrom) else []
        assert {name.split(".")[0] for name in names} <= sys.stdlib_module_names


@pytest.mark.parametrize(("locale", "words"), [("ko_KR.UTF-8", "게이트가 허가한"), ("C.UTF-8", "only with the gate's")])
async def test_help_is_in_the_persons_language(tmp_path: Path, locale: str, words: str) -> None:
    for option in ("--help", "-h"):
        code, out, err = await alone(tmp_path, option, LC_ALL=locale, PYTHONUTF8="1")
        assert (code, err) == (0, b"") and words in out.decode()


def test_both_languages_say_the_same() -> None:
    blanks = {
        language: {
            key: {name for _, name, _, _ in string.Formatter().parse(words) if name} for key, words in of.items()
        }
        for language, of in TEXTS.items()
    }
    assert blanks["en"] == blanks["ko"]
    assert all(max(words) >= "\uac00" for words in TEXTS["ko"].values())


async def test_a_closed_or_full_terminal_changes_nothing() -> None:
    async with opened(ask=[(403, {"error": "frozen", "reason": "no"})]) as gate:
        for closing in ("2>&-", "2>/dev/full", ">&- 2>&-", "2>/dev/full 0<&-"):
            script = f"{' '.join(PYTHON)} {GUARD} --server lb-01 -- echo ran {closing}"
            process = await asyncio.create_subprocess_shell(
                script,
                env={"STOPLINE_GATE_URL": gate.url, "STOPLINE_GATE_TOKEN": "x", "PATH": "/usr/bin:/bin"},
                stdout=asyncio.subprocess.PIPE,
            )
            out, _ = await process.communicate()
            assert (process.returncode, out) == (77, b""), closing


async def test_a_signal_after_the_end_does_not_hide_it() -> None:
    async with opened(finish=[HANGS]) as gate:
        running = await spawn(gate.url, "--", "sh", "-c", "exit 4")
        while not gate.bodies("finish"):
            await asyncio.sleep(0.01)
        running.send_signal(signal.SIGINT)
        _, err = await asyncio.wait_for(running.communicate(), 5)
    assert running.returncode == 4 and b"Traceback" not in err and b"could not be told" in err
