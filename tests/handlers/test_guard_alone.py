"""What is promised of the guard on a bare host: one file, the standard library, both languages, no traceback."""

import ast
import asyncio
import os
import shutil
import signal
import ssl
import string
import sys
from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from bot.guard import TEXTS, run
from tests.guard_gate import GUARD, HANGS, PYTHON, guard, opened, spawn


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


@pytest.mark.parametrize("command", [["echo", "a\0b"], ["\0"], ["\ud800"], [""], ["/"], ["echo", "a" * 3_000_000]])
def test_a_command_that_no_system_takes_is_said_and_given_a_shells_code(command: list[str]) -> None:
    assert run(command) in (126, 127)


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
        _, err = await asyncio.wait_for(running.communicate(), 55)
    assert running.returncode == 4 and b"Traceback" not in err and b"could not be told" in err


def certificate(folder: Path) -> tuple[Path, ssl.SSLContext]:
    """A certificate for 127.0.0.1 that nobody trusts yet, and a server's side of it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "gate")])
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2120, 1, 1, tzinfo=UTC))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, SHA256())
    )
    path, private = folder / "gate.pem", folder / "key.pem"
    path.write_bytes(made.public_bytes(Encoding.PEM))
    private.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path, private)
    return path, context


async def test_over_tls_only_a_gate_whose_certificate_is_trusted_is_believed(tmp_path: Path) -> None:
    trusted, tls = certificate(tmp_path)
    async with opened(tls=tls) as gate:
        assert gate.url.startswith("https://127.0.0.1")
        no = await guard(gate.url, "--", "echo", "ran")
        assert (no.code, no.out) == (75, "") and "certificate" in no.err and not gate.heard
        yes = await guard(gate.url, "--", "echo", "ran", SSL_CERT_FILE=str(trusted))
    assert (yes.code, yes.out, yes.err) == (0, "ran\n", "")
