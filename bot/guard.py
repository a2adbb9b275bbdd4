"""Runs a command only with the gate's leave: `stopline guard --server lb-07 -- ansible-playbook site.yml`.

Standard library only, and no other file of ours: it may be copied to a bare host and run as `python3 guard.py`.
Exit codes: the command's own; 77 refused; 75 no answer that could be trusted, so nothing was run.
"""

import argparse
import functools
import http.client
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

REFUSED, UNAVAILABLE, NOT_FOUND, NOT_EXECUTABLE = 77, 75, 127, 126
TRIES = 3
PATIENCE_SECONDS = 14.0
"""All asking together; the command begins or does not within 15 s."""
ANSWER_SECONDS = 4.0
ANSWER_LIMIT = 1024 * 1024
URL, TOKEN = "STOPLINE_GATE_URL", "STOPLINE_GATE_TOKEN"

TEXTS = {
    "en": {
        "settings": "stopline guard: set STOPLINE_GATE_URL (https://…) and STOPLINE_GATE_TOKEN first. Nothing was run.",
        "refused": "stopline guard: refused. Nothing was run.",
        "lift": "Who can lift it: {0}",
        "unavailable": "stopline guard: the gate gave no answer that can be trusted ({0}). Nothing was run.",
        "warning": "stopline guard: {0}",
        "not_run": "stopline guard: the command cannot be run: {0}",
        "not_told": "stopline guard: the command ended, but the gate could not be told ({0}).",
    },
    "ko": {
        "settings": "stopline guard: STOPLINE_GATE_URL(https://…)과 STOPLINE_GATE_TOKEN을 먼저 설정하세요."
        " 아무것도 실행하지 않았습니다.",
        "refused": "stopline guard: 거절되었습니다. 아무것도 실행하지 않았습니다.",
        "lift": "동결을 풀 수 있는 사람: {0}",
        "unavailable": "stopline guard: 믿을 수 있는 답을 받지 못했습니다({0}). 아무것도 실행하지 않았습니다.",
        "warning": "stopline guard: {0}",
        "not_run": "stopline guard: 명령을 실행할 수 없습니다: {0}",
        "not_told": "stopline guard: 명령은 끝났지만 결과를 알리지 못했습니다({0}).",
    },
}


class Doubt(Exception):
    """No answer, or none that can be trusted; it may be tried again."""


class No(Exception):
    """The gate refused; `fields` is its answer."""

    def __init__(self, fields: Mapping[str, Any]) -> None:
        super().__init__()
        self.fields = fields


class Stale(Exception):
    """The permit is worth nothing any more; asking again may give another."""


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        """A redirect is no answer: the token goes to the address that the operator wrote, and nowhere else."""


@dataclass(frozen=True)
class Gate:
    """The gate at its address; every call ends before `deadline` (monotonic seconds)."""

    url: str
    token: str
    language: str

    def call(self, path: str, body: Mapping[str, Any], *, deadline: float) -> Mapping[str, Any]:
        """The fields of a 200 answer. Raises No, Stale, Doubt."""
        seconds = min(ANSWER_SECONDS, deadline - time.monotonic())
        if seconds <= 0:
            raise Doubt("time-out")
        request = urllib.request.Request(
            self.url.rstrip("/") + path,
            data=json.dumps(body).encode(),
            method="POST",
            headers={
                "Authorization": f"Bearer {self.token}",
                "Content-Type": "application/json",
                "Accept-Language": self.language,
            },
        )
        status, raw = _send(request, seconds)
        return _judge(status, raw)


def _send(request: urllib.request.Request, seconds: float) -> tuple[int, bytes]:
    """Status and body. A server that trickles is cut off as well."""
    opener = urllib.request.build_opener(_NoRedirect)
    give_up = time.monotonic() + seconds
    try:
        try:
            with opener.open(request, timeout=seconds) as answer:
                return answer.status, _bounded(answer, give_up)
        except urllib.error.HTTPError as answer:
            with answer:
                return answer.code, _bounded(answer, give_up)
    except (OSError, ValueError, http.client.HTTPException) as trouble:
        raise Doubt(_words(trouble)) from trouble


def _bounded(answer: Any, give_up: float) -> bytes:
    raw = b""
    while chunk := answer.read1(64 * 1024):
        raw += chunk
        if len(raw) > ANSWER_LIMIT or time.monotonic() > give_up:
            raise Doubt("answer too long")
    return raw


def _words(trouble: Exception) -> str:
    return " ".join(str(getattr(trouble, "reason", trouble)).split())[:200] or type(trouble).__name__


def _judge(status: int, raw: bytes) -> Mapping[str, Any]:
    try:
        fields = json.loads(raw)
    except (ValueError, RecursionError) as trouble:
        raise Doubt(f"HTTP {status}, no JSON") from trouble
    if not isinstance(fields, dict):
        raise Doubt(f"HTTP {status}, no object")
    if status == 200:
        return fields
    if status in (401, 403, 422) or (status == 409 and fields.get("error") == "conflict"):
        raise No(fields)
    if status == 409:
        raise Stale
    raise Doubt(f"HTTP {status}")


def leave(gate: Gate, servers: Sequence[str], purpose: str, *, deadline: float) -> Mapping[str, Any]:
    """A permit that was given and started, or Doubt or No. A stale one is asked for anew."""
    last = Doubt("no answer")
    for attempt in range(TRIES):
        if attempt:
            time.sleep(min(random.uniform(0.3, 0.7) * 2**attempt, max(0.0, deadline - time.monotonic())))
        try:
            return _leave_once(gate, servers, purpose, deadline)
        except Stale:
            last = Doubt("stale")
        except Doubt as doubt:
            last = doubt
    raise last


def _leave_once(gate: Gate, servers: Sequence[str], purpose: str, deadline: float) -> Mapping[str, Any]:
    asked = {"servers": list(servers), "purpose": purpose, "key": uuid.uuid4().hex}
    given = gate.call("/v1/permits", asked, deadline=deadline)
    permit = _id_of(given, "granted")
    try:
        started = gate.call(f"/v1/permits/{permit}/start", {}, deadline=deadline)
        if _id_of(started, "started") != permit:
            raise Doubt("another permit was started")
    except Doubt:
        _tell(gate, permit, "never ran", time.monotonic() + 1)
        raise
    return given


def _id_of(fields: Mapping[str, Any], state: str) -> str:
    """The permit's number, where the answer really is a permit in this state."""
    number = fields.get("permit")
    if not (isinstance(number, str) and number.isascii() and number.isdigit() and len(number) < 20):
        raise Doubt("200 without a permit")
    if fields.get("state") != state or fields.get("error"):
        raise Doubt(f"200 without the word {state}")
    return number


def _tell(gate: Gate, permit: str, outcome: str, deadline: float) -> str:
    """Reports the end; returns what went wrong, or nothing."""
    try:
        gate.call(f"/v1/permits/{permit}/finish", {"outcome": outcome}, deadline=deadline)
    except Doubt as doubt:
        return str(doubt)
    except (No, Stale) as trouble:
        return type(trouble).__name__.lower()
    return ""


def within(seconds: float, act: Callable[[], Any]) -> Any:
    """What `act` returns or raises, or Doubt when time is up: name servers and trickled answers know no time-out."""
    ended: list[tuple[bool, Any]] = []

    def work() -> None:
        try:
            ended.append((True, act()))
        except (Doubt, No, Stale) as said:
            ended.append((False, said))

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    thread.join(seconds)
    if not ended:
        raise Doubt("time-out")
    good, result = ended[0]
    if good:
        return result
    raise result


class Signals:
    """While it is open, signals for us are for the command; those that come before it runs reach it when it does.

    A terminal's own Ctrl-C has reached the command already, so that it is not sent twice.
    """

    NAMES = ("SIGINT", "SIGTERM", "SIGHUP")

    def __init__(self) -> None:
        self._child: subprocess.Popen[bytes] | None = None
        self._early: list[int] = []
        self._before: dict[int, Any] = {}

    def __enter__(self) -> "Signals":
        for name in self.NAMES:
            number = getattr(signal, name, None)
            if number is not None:
                self._before[number] = signal.signal(number, self._forward)
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def wait(self, child: "subprocess.Popen[bytes]") -> int:
        """The exit code of the command."""
        self._child = child
        for number in self._early:
            child.send_signal(number)
        return child.wait()

    def _forward(self, number: int, _: Any) -> None:
        if number == signal.SIGINT and sys.stdin is not None and sys.stdin.isatty():
            return
        if self._child is None:
            self._early.append(number)
        elif self._child.poll() is None:
            self._child.send_signal(number)


def run(command: Sequence[str]) -> int:
    """Runs it by its arguments, without a shell and without our token. Returns its exit code as a shell would."""
    environment = {name: value for name, value in os.environ.items() if name != TOKEN}
    with Signals() as signals:
        code = signals.wait(subprocess.Popen(command, env=environment))
    return code if code >= 0 else 128 - code


def main(argv: Sequence[str]) -> int:
    """The exit code: the command's, 77 or 75 (126 and 127 as a shell: the command cannot be run)."""
    options, command = _options(argv)
    language = _language()
    say = TEXTS[language]
    url, token = os.environ.get(URL, ""), os.environ.get(TOKEN, "")
    if not (url.startswith(("http://", "https://")) and token and token.isascii() and token.isprintable()):
        return _stop(say["settings"], UNAVAILABLE)
    gate = Gate(url, token, language)
    try:
        deadline = time.monotonic() + PATIENCE_SECONDS
        ask = functools.partial(leave, gate, options.server, options.purpose, deadline=deadline)
        given = within(PATIENCE_SECONDS, ask)
    except No as refusal:
        return _refused(refusal.fields, say)
    except Doubt as doubt:
        return _stop(say["unavailable"].format(doubt), UNAVAILABLE)
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    warnings = given.get("warnings")
    for warning in warnings if isinstance(warnings, list) else ():
        print(say["warning"].format(_tame(warning)), file=sys.stderr)
    return _run_and_tell(gate, str(given["permit"]), command, say)


def _run_and_tell(gate: Gate, permit: str, command: Sequence[str], say: Mapping[str, str]) -> int:
    try:
        code = run(command)
    except (OSError, ValueError) as failure:
        print(say["not_run"].format(failure), file=sys.stderr)
        code = NOT_FOUND if isinstance(failure, FileNotFoundError) else NOT_EXECUTABLE
    try:
        trouble = within(PATIENCE_SECONDS, functools.partial(_report, gate, permit, f"exit {code}"))
    except Doubt as doubt:
        trouble = str(doubt)
    if trouble:
        print(say["not_told"].format(trouble), file=sys.stderr)
    return code


def _report(gate: Gate, permit: str, outcome: str) -> str:
    for attempt in range(TRIES):
        time.sleep(attempt)
        trouble = _tell(gate, permit, outcome, time.monotonic() + ANSWER_SECONDS)
        if trouble in ("", "no", "stale"):
            break
    return trouble


def _refused(fields: Mapping[str, Any], say: Mapping[str, str]) -> int:
    print(say["refused"], file=sys.stderr)
    if fields.get("reason"):
        print(_tame(fields["reason"]), file=sys.stderr)
    for name, key in (("who_can_lift", "lift"), ("how", "warning")):
        if fields.get(name):
            print(say[key].format(_tame(fields[name])), file=sys.stderr)
    return REFUSED


def _tame(words: object) -> str:
    """Text from the network for a terminal: no control characters but the line's end."""
    return "".join(c for c in str(words)[:4000] if c == "\n" or c.isprintable())


def _stop(sentence: str, code: int) -> int:
    print(sentence, file=sys.stderr)
    return code


def _language() -> str:
    names = ("LC_ALL", "LC_MESSAGES", "LANG")
    locale = next((os.environ[name] for name in names if os.environ.get(name)), "")
    return "ko" if locale.lower().startswith("ko") else "en"


def _options(argv: Sequence[str]) -> tuple[argparse.Namespace, list[str]]:
    """Our options, and the command after the first `--`. Its arguments are not for the record: they may be secret."""
    parser = argparse.ArgumentParser(
        prog="stopline guard",
        usage="stopline guard --server NAME [--server NAME …] [--purpose TEXT] -- COMMAND …",
        description="Runs a command only with the gate's leave.",
        allow_abbrev=False,
    )
    parser.add_argument("--server", action="append", required=True, metavar="NAME", help="may be given several times")
    parser.add_argument("--purpose", metavar="TEXT", help="what the work is, for the record")
    cut = list(argv).index("--") if "--" in argv else len(argv)
    options, command = parser.parse_args(argv[:cut]), list(argv[cut + 1 :])
    if not command:
        parser.error("the command follows after --")
    options.purpose = (options.purpose or os.path.basename(command[0]))[:500]
    return options, command


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
