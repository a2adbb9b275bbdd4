"""What `stopline audit`, `export` and `person erase` promise, with the separate verifier as a process of its own."""

import hashlib
import importlib.util
import json
import os
import random
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bot.adapters.anchors import FileAnchor
from bot.adapters.checkpoint_key import Signer
from bot.cli import main
from bot.ports.outside import Outside, Policy
from bot.use_cases.audit import Anchoring
from bot.use_cases.erasure import erase_person
from storage.database import Database
from tests.acts import ANN, BEN, add_server, ask, stop_the_line
from tests.chains import as_owner
from tests.clocks import FrozenClock
from tests.databases import run

VERIFIER = Path(__file__).parents[2] / "bot" / "assets" / "verify_audit.py"
_about = importlib.util.spec_from_file_location("verify_audit", VERIFIER)
assert _about and _about.loader
VERIFY = importlib.util.module_from_spec(_about)
_about.loader.exec_module(VERIFY)
Files = dict[str, bytes]


@pytest.fixture
def public(
    tmp_path: Path, sqlite_template: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> str:
    """Two incidents, work, an erased person, three checkpoints; the key that signed them."""
    monkeypatch.setenv("LC_ALL", "C")
    monkeypatch.chdir(tmp_path)
    shutil.copy(sqlite_template, tmp_path / "stopline.db")
    assert main(["audit", "key", "key.pem"]) == 0
    key = capsys.readouterr().out.splitlines()[0]

    async def history() -> None:
        database = Database("sqlite:///stopline.db")
        clock = FrozenClock()
        outside = Outside(database, clock, Policy())
        chore = Anchoring(outside, Signer(Path("key.pem")).sign, {"file": FileAnchor(Path("checkpoints"))})
        await add_server(outside, "lb-01")
        await stop_the_line(outside, "web-3", by=ANN)
        await chore.keep()
        for _ in range(3):
            await ask(outside, "lb-01")
        await stop_the_line(outside, "web-4", by=BEN)
        await chore.keep()
        await ask(outside, "web-3")
        await erase_person(outside, who=ANN, reason="asked")
        clock.forward(minutes=1)
        await chore.keep()
        await database.close()

    run(history)
    return key


def tamper(*statements: str) -> None:
    async def act() -> None:
        database = Database("sqlite:///stopline.db")
        await as_owner(database, *statements)
        await database.close()

    run(act)


def test_verify(public: str, capsys: pytest.CaptureFixture[str]) -> None:
    verify = ["audit", "verify", "--checkpoints", "checkpoints", "--public-key", public]
    assert main(verify) == 0
    assert "3 checkpoints" in capsys.readouterr().out
    assert main([*verify, "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["whole"] and said["erased"] >= 1 and said["wrong"] == []
    tamper("UPDATE audit SET subject = 'x' WHERE seq = 2")
    assert main(verify) == 1
    assert "Position 2 (D-2)" in capsys.readouterr().out
    assert main(["audit", "verify", "--public-key", "AAAA"]) == 2


def test_a_checkpoint_signed_by_another_key(public: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["audit", "key", "other.pem"]) == 0
    other = capsys.readouterr().out.splitlines()[0]
    assert main(["audit", "verify", "--checkpoints", "checkpoints", "--public-key", other]) == 1
    assert capsys.readouterr().out.count("false signature") == 3


def export(capsys: pytest.CaptureFixture[str], name: str = "evidence.zip") -> Files:
    assert main(["export", "inc-1", "--evidence", "-o", name, "--checkpoints", "checkpoints"]) == 0
    assert Path(name).stat().st_mode & 0o777 == 0o600
    with zipfile.ZipFile(name) as bundle:
        return {one: bundle.read(one) for one in bundle.namelist()}


def checked(files: Files, public: str = "") -> tuple[int, str]:
    """The separate verifier's exit code and words."""
    with zipfile.ZipFile("checked.zip", "w") as bundle:
        for name, content in files.items():
            bundle.writestr(name, content)
    more = ["--public-key", public] if public else []
    done = subprocess.run([sys.executable, "-I", VERIFIER, "checked.zip", *more], capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


def with_manifest(files: Files) -> Files:
    """As somebody who tampers would write it anew."""
    digests = {name: hashlib.sha256(content).hexdigest() for name, content in files.items() if name != "manifest.json"}
    return {**files, "manifest.json": json.dumps(digests).encode()}


def test_an_export_is_verified_without_the_bot(public: str, capsys: pytest.CaptureFixture[str]) -> None:
    files = export(capsys)
    code, said = checked(files, public)
    assert code == 0 and "3 checkpoints (signed): whole" in said
    record = json.loads(files["incident.json"])
    assert record["hold"] and record["entry"] and record["incident"][0]["id"] == 1
    assert [one["name"] for one in record["server"]] == ["web-3"]
    assert main(["export", "INC-1", "--evidence", "-o", "evidence.zip"]) == 2
    assert main(["export", "INC-99", "--evidence", "-o", "other.zip"]) == 2
    assert main(["export", "INC-x", "--evidence", "-o", "other.zip"]) == 2
    assert not Path("other.zip").exists()


def edit(name: str, act: Callable[[list[str]], object]) -> Callable[[Files], None]:
    """Changes the lines of one file."""

    def change(files: Files) -> None:
        lines = files[name].decode().splitlines()
        act(lines)
        files[name] = "".join(f"{line}\n" for line in lines).encode()

    return change


def replaced(number: int, old: str, new: str) -> Callable[[list[str]], None]:
    """One line with other words."""

    def act(lines: list[str]) -> None:
        assert old in lines[number]
        lines[number] = lines[number].replace(old, new, 1)

    return act


@pytest.mark.parametrize(
    "change",
    [
        edit("chain.jsonl", lambda lines: lines.pop(3)),
        edit("chain.jsonl", lambda lines: lines.pop()),
        edit("chain.jsonl", lambda lines: lines.reverse()),
        edit("chain.jsonl", replaced(2, '"at":"2024', '"at":"2023')),
        edit("audit.jsonl", lambda lines: lines.pop(0)),
        edit("audit.jsonl", lambda lines: lines.pop()),
        edit("audit.jsonl", replaced(0, '"subject":"', '"subject":"x')),
        edit("audit.jsonl", replaced(0, '"salt":"', '"salt":"00')),
        edit("checkpoints.jsonl", replaced(1, '"hash":"', '"hash":"0')),
        edit("checkpoints.jsonl", replaced(1, '"web-3"', '"web-9"')),
        edit("checkpoints.jsonl", replaced(1, '"at":"2024', '"at":"2023')),
    ],
)
def test_a_tampered_export_is_found(
    public: str, capsys: pytest.CaptureFixture[str], change: Callable[[Files], None]
) -> None:
    files = export(capsys)
    change(files)
    assert "was changed" in checked(files)[1]
    code, said = checked(with_manifest(files), public)
    assert code == 1 and "position" in said, said


SEED = int(os.environ.get("STOPLINE_TEST_SEED", "20240520"))
TAMPERINGS = 10_000
COVERED = {
    "chain.jsonl": ("act", "at", "commitment", "hash", "incident", "log", "n", "prev", "seq", "v"),
    "audit.jsonl": ("n", "payload", "salt"),
    "checkpoints.jsonl": ("at", "hash", "held", "holds", "n", "origin", "signature"),
}
"""What the verifier answers for; a whole checkpoint that is left out only anchors elsewhere can show."""


def another(dice: random.Random, value: Any) -> Any:
    """Something else in its place: of a string one character, of a number another one, of a table one value."""
    if isinstance(value, dict) and value:
        name = dice.choice(sorted(value))
        return {**value, name: another(dice, value[name])}
    if isinstance(value, list) and value:
        at = dice.randrange(len(value))
        return [*value[:at], another(dice, value[at]), *value[at + 1 :]]
    if isinstance(value, str) and value:
        at = dice.randrange(len(value.rstrip("=")) - value.endswith("=") or 1)
        return value[:at] + dice.choice("0123456789".replace(value[at], "")) + value[at + 1 :]
    return [value]


def tampered(dice: random.Random, bundle: dict[str, list[Any]]) -> tuple[str, dict[str, list[Any]]]:
    """One line of one file left out or changed; of the chain two swapped as well, or one doubled or sealed anew."""
    name = dice.choice(sorted(COVERED))
    lines = list(bundle[name])
    at, kind = dice.randrange(len(lines)), dice.choice(("change", "change", "remove", "swap", "double", "seal"))
    if name == "checkpoints.jsonl" or (kind not in ("change", "remove") and name != "chain.jsonl"):
        kind = "change"
    match kind:
        case "remove":
            del lines[at]
        case "swap":
            lines[at], lines[at - 1] = lines[at - 1], lines[at]
        case "double":
            lines.insert(at, lines[at])
        case _:
            column = dice.choice([one for one in COVERED[name] if one in lines[at]])
            lines[at] = {**lines[at], column: another(dice, lines[at][column])}
    if kind == "seal":
        header = {column: lines[at][column] for column in COVERED["chain.jsonl"] if column != "hash"}
        lines[at] |= {"hash": hashlib.sha256(b"\0" + VERIFY.canonical(header)).hexdigest()}
    return f"{kind} {name} {at}", {**bundle, name: lines}


def verdict(bundle: dict[str, list[Any]], public: str) -> bool:
    """Whether the verifier takes it for whole; what it cannot read it does not."""
    headers, entries, checkpoints = (bundle[name] for name in ("chain.jsonl", "audit.jsonl", "checkpoints.jsonl"))
    try:
        wrong = [*VERIFY.check_chain(headers), *VERIFY.check_entries(headers, entries, "1")]
        return not wrong and not [*VERIFY.check_checkpoints(headers, checkpoints, public)]
    except (ValueError, KeyError, TypeError):
        return False


def test_ten_thousand_tampered_exports_are_found(public: str, capsys: pytest.CaptureFixture[str]) -> None:
    files, dice = export(capsys), random.Random(SEED)
    whole = {name: [json.loads(line) for line in files[name].decode().splitlines()] for name in COVERED}
    assert verdict(whole, public)
    for number in range(TAMPERINGS):
        what, bundle = tampered(dice, whole)
        assert bundle == whole or not verdict(bundle, public), f"STOPLINE_TEST_SEED={SEED}, {number}: {what}"


def test_what_is_no_bundle_is_said_plainly(public: str) -> None:
    code, said = checked({"chain.jsonl": random.Random(1).randbytes(99)})
    assert code == 2 and "Traceback" not in said


def test_a_person_is_erased(public: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["person", "erase", BEN, "--reason", "asked for it"]) == 0
    assert "Erased in" in capsys.readouterr().out
    assert main(["audit", "verify", "--checkpoints", "checkpoints", "--public-key", public]) == 0
    assert main(["person", "erase", "ben", "--reason", "x"]) == 2
    assert main(["person", "erase", BEN, "--reason", " "]) == 2
