"""Runs a command only with the gate's leave: `stopline guard --server lb-07 -- ansible-playbook site.yml`.

Standard library only, and no other file of ours: it may be copied to a bare host and run as `python3 guard.py`.
Exit codes: the command's own; 77 refused; 75 no answer that could be trusted, so nothing was run; 2 misused.
"""

import contextlib
import functools
import http.client
import json
import os
import random
import signal
import socket
import stat
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple, TextIO

MISUSED, REFUSED, UNAVAILABLE, NOT_FOUND, NOT_EXECUTABLE = 2, 77, 75, 127, 126
TRIES = 3
PATIENCE_SECONDS = 12.0
"""All asking together: with the local log and the start-up, the command begins or does not within 15 s."""
ANSWER_SECONDS = 4.0
LOG_SECONDS = 1.5
TELLING_SECONDS = 1.0
POLL_SECONDS = 2.0
LONGEST_WAIT_SECONDS = 24 * 3600
HEARTBEAT_SECONDS = 15.0
LOST_SECONDS = 60.0
ANSWER_LIMIT = 1024 * 1024
LINE_LIMIT = 4095
"""Bytes of a line of the log: with its end it is one write, which other guards' writes do not cut."""
READ_LIMIT = 4 * 1024 * 1024
URL, TOKEN, LOG = "STOPLINE_GATE_URL", "STOPLINE_GATE_TOKEN", "STOPLINE_GUARD_LOG"

TEXTS = {
    "en": {
        "usage": """\
stopline guard --server NAME [--server NAME …] [--purpose TEXT] [--fix-for INC-7 | --override O-3]
               [--wait SECONDS] [--key KEY] [--break-glass REASON] -- COMMAND …
stopline guard --report
Runs a command only with the gate's leave.
  --server NAME         where the work is; may be given several times
  --purpose TEXT        what the work is, for the record (the command's name, if not given)
  --fix-for INC-7       the work mends what this incident holds
  --override O-3        the work goes ahead under this override
  --wait SECONDS        how long to wait where a person must approve (0, if not given)
  --key KEY             goes on with what was asked for under this key
  --break-glass REASON  runs without leave, but only where the gate gives no answer; logged, and told to the gate later
  --report              only tells the gate what was run that way""",
        "unknown": "{0} is not one of the options.",
        "no_value": "{0} needs a value (one that begins with -- is written {0}=VALUE).",
        "twice": "{0} is given twice.",
        "no_server": "Name 1 to 100 servers with --server.",
        "no_command": "The command follows after --",
        "one_of": "Give --fix-for or --override, not both.",
        "bad_wait": "--wait takes whole seconds, 86400 at most.",
        "bad_reason": "--break-glass needs a reason of 1 to 500 characters.",
        "alone": "--report stands alone.",
        "settings": "set STOPLINE_GATE_URL (https://…) and STOPLINE_GATE_TOKEN first. Nothing was run.",
        "refused": "refused. Nothing was run.",
        "lift": "Who can lift it: {0}",
        "waits": "permit {0} waits for approval.",
        "come_back": "Nothing was run. To wait for the approval, or to go on once it is there, repeat the same command"
        " with: --key {0} --wait 900",
        "stale": "the gate answers, but withdrew its leave before the work could start. Nothing was run; ask again.",
        "unavailable": "the gate gave no answer that can be trusted ({0}). Nothing was run.",
        "how_glass": "If the work cannot wait for the gate: --break-glass REASON (it is logged here, and told later).",
        "glass_shut": "the gate answers, so --break-glass opens nothing. The way is /freeze override in Slack.",
        "glass": "*** BREAK-GLASS *** The gate gave no answer that can be trusted ({0}).\n"
        "The command runs WITHOUT LEAVE on {1}. Reason: {2}\n"
        "It is recorded in {3}. The gate is told when it answers again (stopline guard --report).",
        "no_log": "the break-glass cannot be recorded in {0} ({1}). Nothing was run.",
        "end_not_logged": "the command ended, but its end could not be recorded in {0} ({1}).",
        "reported": "break-glass runs that the gate was told of: {0}",
        "not_reported": "the gate could not be told of break-glass runs ({0}).",
        "lost": "no answer from the gate for a minute. The command goes on; what the gate wants of it is not known.",
        "drain": "a freeze came: finish the step at hand and begin no further one. {0}",
        "continue": "the work may be continued to its end. {0}",
        "roll_back": "roll the work back. {0}",
        "stop": "stop the work now. {0}",
        "not_run": "the command cannot be run: {0}",
        "not_told": "the command ended, but the gate could not be told ({0}).",
    },
    "ko": {
        "usage": """\
stopline guard --server 이름 [--server 이름 …] [--purpose 내용] [--fix-for INC-7 | --override O-3]
               [--wait 초] [--key 키] [--break-glass 사유] -- 명령 …
stopline guard --report
게이트가 허가한 경우에만 명령을 실행합니다.
  --server 이름         작업할 서버. 여러 번 쓸 수 있습니다
  --purpose 내용        기록에 남길 작업 내용(생략하면 명령 이름)
  --fix-for INC-7       이 장애로 동결된 서버를 조치하는 작업
  --override O-3        이 예외 승인으로 진행하는 작업
  --wait 초             승인이 필요할 때 기다릴 시간(기본값 0)
  --key 키              이 키로 요청해 둔 작업을 이어서 진행
  --break-glass 사유    게이트가 응답하지 않을 때만 허가 없이 실행. 로그에 남고 나중에 게이트에 보고됩니다
  --report              허가 없이 실행한 기록을 게이트에 보고하기만 합니다""",
        "unknown": "{0}: 없는 옵션입니다.",
        "no_value": "{0}: 값이 필요합니다(--로 시작하는 값은 {0}=값 형태로 쓰세요).",
        "twice": "{0}: 한 번만 쓸 수 있습니다.",
        "no_server": "--server로 서버를 1~100개 지정하세요.",
        "no_command": "실행할 명령을 -- 뒤에 쓰세요.",
        "one_of": "--fix-for와 --override는 함께 쓸 수 없습니다.",
        "bad_wait": "--wait에는 86400 이하의 정수(초)를 쓰세요.",
        "bad_reason": "--break-glass에는 1~500자의 사유가 필요합니다.",
        "alone": "--report는 단독으로만 쓸 수 있습니다.",
        "settings": "STOPLINE_GATE_URL(https://…)과 STOPLINE_GATE_TOKEN을 먼저 설정하세요. 실행한 것은 없습니다.",
        "refused": "거절되었습니다. 아무것도 실행하지 않았습니다.",
        "lift": "동결을 풀 수 있는 사람: {0}",
        "waits": "{0}번 허가가 승인을 기다리고 있습니다.",
        "come_back": "아무것도 실행하지 않았습니다. 승인을 기다리거나 승인된 뒤 이어서 진행하려면"
        " 같은 명령에 다음을 붙여 다시 실행하세요: --key {0} --wait 900",
        "stale": "게이트가 시작 전에 허가를 취소했습니다. 아무것도 실행하지 않았으니 다시 요청하세요.",
        "unavailable": "믿을 수 있는 답을 받지 못했습니다({0}). 아무것도 실행하지 않았습니다.",
        "how_glass": "게이트를 기다릴 수 없는 작업이라면 --break-glass 사유를 붙이세요(로그에 남고 나중에 보고됩니다).",
        "glass_shut": "게이트가 응답하므로 --break-glass를 쓸 수 없습니다. Slack에서 /freeze override로 요청하세요.",
        "glass": "*** 비상 실행(BREAK-GLASS) *** 믿을 수 있는 답을 받지 못했습니다({0}).\n"
        "허가 없이 명령을 실행합니다. 서버: {1} / 사유: {2}\n"
        "{3}에 기록했으며, 게이트가 다시 응답하면 보고합니다(stopline guard --report).",
        "no_log": "비상 실행을 {0}에 기록할 수 없습니다({1}). 아무것도 실행하지 않았습니다.",
        "end_not_logged": "명령은 끝났지만 종료를 {0}에 기록하지 못했습니다({1}).",
        "reported": "게이트에 보고한 비상 실행: {0}건",
        "not_reported": "비상 실행을 게이트에 보고하지 못했습니다({0}).",
        "lost": "1분 동안 게이트의 응답이 없습니다. 명령은 계속 실행되지만, 게이트의 지시를 받을 수 없습니다.",
        "drain": "서버가 동결되었습니다. 진행 중인 단계만 마치고 다음 단계는 시작하지 마세요. {0}",
        "continue": "작업을 끝까지 진행해도 됩니다. {0}",
        "roll_back": "작업을 되돌리세요. {0}",
        "stop": "지금 작업을 중단하세요. {0}",
        "not_run": "명령을 실행할 수 없습니다: {0}",
        "not_told": "명령은 끝났지만 결과를 알리지 못했습니다({0}).",
    },
}
DIRECTIVES = {"go": "continue", "continue": "continue", "drain": "drain", "roll_back": "roll_back", "stop": "stop"}


# ------------------------------------------------------------------------------------ what was typed

SINGLE = ("--purpose", "--fix-for", "--override", "--wait", "--key", "--break-glass")
FLAGS = ("--report", "--help", "-h")


class Options(NamedTuple):
    """What was typed, checked."""

    servers: Sequence[str]
    purpose: str
    body: Mapping[str, str]
    wait: int
    key: str
    glass: str
    command: Sequence[str]


class Misuse(Exception):
    """What was typed makes no sense: the key of the sentence that says why, and the word it speaks of."""


def read(argv: Sequence[str]) -> tuple[Mapping[str, list[str]], Sequence[str]]:
    """Our options, and the command after the first `--`. Raises Misuse."""
    cut = list(argv).index("--") if "--" in argv else len(argv)
    words, given = list(argv[:cut]), dict[str, list[str]]()
    while words:
        name, equals, value = words.pop(0).partition("=")
        if name not in (FLAGS if not equals else ()) and name not in ("--server", *SINGLE):
            raise Misuse("unknown", name)
        if not equals and name not in FLAGS:
            if not words or words[0].startswith("--"):
                raise Misuse("no_value", name)
            value = words.pop(0)
        if name in given and name in SINGLE:
            raise Misuse("twice", name)
        given.setdefault(name, []).append(value)
    return given, argv[cut + 1 :]


def checked(given: Mapping[str, list[str]], command: Sequence[str]) -> Options:
    """The same, making sense. The command's arguments are not for the record: they may be secret. Raises Misuse."""
    if not 1 <= len(given.get("--server", ())) <= 100:
        raise Misuse("no_server")
    if not command:
        raise Misuse("no_command")
    if "--fix-for" in given and "--override" in given:
        raise Misuse("one_of")
    one = {name: values[0] for name, values in given.items()}
    wait, reason = one.get("--wait", "0"), _clean(one.get("--break-glass", "-"))
    if not (wait.isascii() and wait.isdigit() and len(wait) < 7 and int(wait) <= LONGEST_WAIT_SECONDS):
        raise Misuse("bad_wait")
    if not reason or len(reason) > 500:
        raise Misuse("bad_reason")
    names = {"--fix-for": "fix_for", "--override": "override"}
    return Options(
        servers=given["--server"],
        purpose=_clean(one.get("--purpose") or os.path.basename(command[0]))[:500],
        body={field: one[name] for name, field in names.items() if name in one},
        wait=int(wait),
        key=one.get("--key", ""),
        glass=reason if "--break-glass" in one else "",
        command=command,
    )


def _clean(words: str) -> str:
    """One line that every database and terminal can take."""
    return "".join(c if c.isprintable() else " " for c in words).strip()


# ------------------------------------------------------------------------------------ asking the gate


class Doubt(Exception):
    """No answer, or none that can be trusted; it may be tried again."""


class Spent(Doubt):
    """Doubt about a permit that was given: another key is needed to ask again."""


class Stale(Exception):
    """The permit is worth nothing any more; asking again may give another."""


class No(Exception):
    """The gate refused; `fields` is its answer."""

    def __init__(self, fields: Mapping[str, Any]) -> None:
        super().__init__("refused")
        self.fields = fields


class Waiting(No):
    """Not yet: a person must approve. `key` is what it was asked under."""

    key = ""


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        """A redirect is no answer: the token goes to the address that the operator wrote, and nowhere else."""


class Gate(NamedTuple):
    """The gate at its address; every call ends before `deadline` (monotonic seconds)."""

    url: str
    token: str
    language: str

    def call(self, path: str, body: Mapping[str, Any] | None, *, deadline: float) -> Mapping[str, Any]:
        """The fields of a 200 answer to this body, or to a GET without one. Raises No, Waiting, Stale, Doubt."""
        seconds = min(ANSWER_SECONDS, deadline - time.monotonic())
        if seconds <= 0:
            raise Doubt("time-out")
        headers = {
            "Authorization": f"Bearer {self.token}",
            "Content-Type": "application/json",
            "Accept-Language": self.language,
        }
        raw = None if body is None else json.dumps(body).encode()
        try:
            request = urllib.request.Request(self.url.rstrip("/") + path, data=raw, headers=headers)
            return _judge(*_send(request, seconds))
        except (OSError, ValueError, http.client.HTTPException) as trouble:
            raise Doubt(_words(trouble)) from trouble


@functools.cache
def _opener(secure: bool) -> urllib.request.OpenerDirector:
    """One for every call: to read the host's certificates takes longer than to ask."""
    if not secure:
        return urllib.request.build_opener(_NoRedirect)
    import ssl

    return urllib.request.build_opener(_NoRedirect, urllib.request.HTTPSHandler(context=ssl.create_default_context()))


def _send(request: urllib.request.Request, seconds: float) -> tuple[int, bytes]:
    """Status and body. A server that trickles is cut off as well."""
    opener = _opener(request.type == "https")
    give_up = time.monotonic() + seconds
    try:
        with opener.open(request, timeout=seconds) as answer:
            return answer.status, _bounded(answer, give_up)
    except urllib.error.HTTPError as answer:
        with answer:
            return answer.code, _bounded(answer, give_up)


def _bounded(answer: Any, give_up: float) -> bytes:
    raw = b""
    while chunk := answer.read1(64 * 1024):
        raw += chunk
        if len(raw) > ANSWER_LIMIT or time.monotonic() > give_up:
            raise Doubt("answer too long")
    return raw


def _words(trouble: BaseException) -> str:
    return _clean(str(getattr(trouble, "reason", trouble)))[:200] or type(trouble).__name__


def _judge(status: int, raw: bytes) -> Mapping[str, Any]:
    try:
        fields = json.loads(raw)
    except (ValueError, RecursionError) as trouble:
        raise Doubt(f"HTTP {status}, no JSON") from trouble
    if not isinstance(fields, dict):
        raise Doubt(f"HTTP {status}, no object")
    if status == 200:
        return fields
    if status == 202:
        raise Waiting(fields)
    if status in (401, 403, 422) or (status == 409 and fields.get("error") == "conflict"):
        raise No(fields)
    if status == 409:
        raise Stale("stale")
    raise Doubt(f"HTTP {status}")


class Asking:
    """One asking for leave. What the gate said on the way is kept in `said`: later doubt does not outweigh it."""

    def __init__(self, gate: Gate, options: Options) -> None:
        self._gate, self._options = gate, options
        self._deadline = time.monotonic() + PATIENCE_SECONDS + options.wait
        self._key = options.key or uuid.uuid4().hex
        self.said: Waiting | Stale | None = None

    def leave(self) -> Mapping[str, Any]:
        """A permit that was given and started. A stale one is asked for anew. Raises No, Waiting, Stale, Doubt."""
        last: Exception = Doubt("no answer")
        for attempt in range(TRIES):
            if attempt:
                self._sleep(random.uniform(0.3, 0.7) * 2**attempt)
            try:
                return self._start(self._given())
            except Stale as stale:
                last = self.said = stale
            except Doubt as doubt:
                last = doubt
            if isinstance(last, (Stale, Spent)):
                self._key = uuid.uuid4().hex
        raise self.said or last

    def _given(self) -> Mapping[str, Any]:
        """A permit, at once or when it is approved. Without an answer the same key is asked again: it asks once."""
        options = self._options
        asked = {"servers": list(options.servers), "purpose": options.purpose, "key": self._key, **options.body}
        try:
            return self._gate.call("/v1/permits", asked, deadline=self._deadline)
        except Waiting as waiting:
            permit = _id_of(waiting.fields, "waiting")
            waiting.key, self.said = self._key, waiting
            if not options.wait:
                raise
            return self._approved(waiting, permit)

    def _approved(self, waiting: Waiting, permit: str) -> Mapping[str, Any]:
        """The permit as soon as it is approved; doubt on the way only means to ask again. Raises No, Waiting, Stale."""
        say(_text("waits", permit))
        _show_reason(waiting.fields)
        until = min(time.monotonic() + self._options.wait, self._deadline - ANSWER_SECONDS)
        while time.monotonic() < until:
            self._sleep(min(POLL_SECONDS, until - time.monotonic()))
            try:
                given = self._gate.call(f"/v1/permits/{permit}", None, deadline=self._deadline)
                if _id_of(given, "granted") == permit:
                    return given
            except (Doubt, Waiting):
                continue
        raise waiting

    def _start(self, given: Mapping[str, Any]) -> Mapping[str, Any]:
        permit, self.said = _id_of(given, "granted"), None
        try:
            started = self._gate.call(f"/v1/permits/{permit}/start", {}, deadline=self._deadline)
            if _id_of(started, "started") != permit:
                raise Doubt("another permit was started")
        except (Doubt, Waiting) as doubt:
            finish(self._gate, permit, "never ran", "failed", time.monotonic() + 1)
            raise Spent(doubt) from doubt
        return given

    def _sleep(self, seconds: float) -> None:
        time.sleep(max(0.0, min(seconds, self._deadline - time.monotonic())))


def _id_of(fields: Mapping[str, Any], state: str) -> str:
    """The permit's number, where the answer really is a permit in this state."""
    number = fields.get("permit")
    if not (isinstance(number, str) and number.isascii() and number.isdigit() and len(number) < 20):
        raise Spent("an answer without a permit")
    if fields.get("state") != state or fields.get("error"):
        raise Spent(f"an answer without the word {state}")
    return number


def finish(gate: Gate, permit: str, outcome: str, result: str, deadline: float) -> str:
    """Reports the end; returns what went wrong, or nothing."""
    try:
        gate.call(f"/v1/permits/{permit}/finish", {"outcome": outcome, "result": result}, deadline=deadline)
    except (Doubt, No, Stale) as trouble:
        return str(trouble)
    return ""


def within(seconds: float, act: Callable[[], Any]) -> Any:
    """What `act` returns or raises, or Doubt when time is up: name servers, disks and trickles know no time-out."""
    ended: list[tuple[bool, Any]] = []

    def work() -> None:
        try:
            ended.append((True, act()))
        except (Doubt, No, Stale, OSError, ValueError) as said:
            ended.append((False, said))

    if not _beside(work, seconds) or not ended:
        raise Doubt("time-out")
    good, result = ended[0]
    if good:
        return result
    raise result


def _beside(work: Callable[[], None], seconds: float = 0.0) -> threading.Thread | None:
    """Works in a thread that the end of the process does not wait for; nothing where there is no room for one."""
    thread = threading.Thread(target=work, daemon=True)
    try:
        thread.start()
    except RuntimeError:
        return None
    thread.join(seconds)
    return thread


# ------------------------------------------------------------------------------------ break-glass


class Log:
    """What was run without leave: append-only lines `began`, `ended` and `told`, each with the run's id."""

    def __init__(self) -> None:
        self.path = os.environ.get(LOG) or os.path.expanduser("~/.local/state/stopline/guard.jsonl")

    def append(self, event: str, number: str, **fields: Any) -> None:
        """One line in one write, on the disk when this returns. Raises OSError, ValueError."""
        line = json.dumps({"event": event, "id": number, "at": _now(), **fields}, ensure_ascii=False).encode()
        if len(line) > LINE_LIMIT or self.path.startswith("~"):
            raise ValueError("too long for a line" if len(line) > LINE_LIMIT else "no home directory")
        os.makedirs(os.path.dirname(self.path) or ".", mode=0o700, exist_ok=True)
        file = self._open(os.O_RDWR | os.O_APPEND | os.O_CREAT)
        try:
            line = (b"\n" if _is_torn(file) else b"") + line + b"\n"
            if os.write(file, line) != len(line):
                raise OSError("disk full")
            os.fsync(file)
        finally:
            os.close(file)

    def untold(self) -> list[Mapping[str, Any]]:
        """What the gate has not confirmed, as it is told; a run told before its end is told again. Raises OSError."""
        lines: dict[str, dict[str, Mapping[str, Any]]] = {"began": {}, "ended": {}, "told": {}}
        for line in self._lines():
            lines.setdefault(str(line["event"]), {})[str(line["id"])] = line
        ended, told = lines["ended"], lines["told"]
        open_ = [n for n in lines["began"] if n not in told or (n in ended and not told[n].get("ended"))]
        return [_entry(lines["began"][number], ended.get(number, {})) for number in open_]

    def _lines(self) -> Iterable[Mapping[str, Any]]:
        try:
            file = self._open(os.O_RDONLY)
        except FileNotFoundError:
            return
        with open(file, "rb") as lines:
            lines.seek(max(0, os.fstat(file).st_size - READ_LIMIT))
            raw = lines.read(READ_LIMIT)
        for line in raw.split(b"\n"):
            try:
                event = json.loads(line)
            except (ValueError, RecursionError):
                continue
            if isinstance(event, dict) and {"event", "id"} <= event.keys():
                yield event

    def _open(self, how: int) -> int:
        """An open regular file: a pipe or a device would hang or forget."""
        file = os.open(self.path, how | getattr(os, "O_NONBLOCK", 0), 0o600)
        if not stat.S_ISREG(os.fstat(file).st_mode):
            os.close(file)
            raise OSError("not a regular file")
        return file


ENTRY = ("servers", "reason", "purpose", "who", "host", "command")


def _entry(began: Mapping[str, Any], ended: Mapping[str, Any]) -> Mapping[str, Any]:
    said = {name: began.get(name) for name in ("id", "at", *ENTRY)}
    return {**said, "ended_at": ended.get("at"), "exit": ended.get("exit")}


def _is_torn(file: int) -> bool:
    """Whether the last line has no end, as a full disk leaves it."""
    if not os.fstat(file).st_size:
        return False
    os.lseek(file, -1, os.SEEK_END)
    return os.read(file, 1) != b"\n"


def _now() -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime())


def _who() -> str:
    """Who runs this, as far as the host knows."""
    try:
        import pwd

        name = pwd.getpwuid(os.getuid()).pw_name
    except (ImportError, KeyError):
        name = os.environ.get("USER") or os.environ.get("USERNAME") or "?"
    sudo = os.environ.get("SUDO_USER")
    return _clean(f"{sudo} (as {name})" if sudo else name)[:64]


def break_glass(options: Options, doubt: Doubt) -> int:
    """Runs the command without leave, after the record of it is on the disk; without one nothing runs."""
    log, number = Log(), uuid.uuid4().hex
    names = [_clean(name)[:253] or "?" for name in options.servers]
    fields = {
        **{"servers": names, "reason": options.glass, "purpose": options.purpose[:200], "who": _who()},
        **{"host": _clean(socket.gethostname())[:253], "command": _clean(os.path.basename(options.command[0]))[:255]},
    }
    try:
        within(LOG_SECONDS, functools.partial(log.append, "began", number, **fields))
    except (OSError, ValueError, Doubt) as trouble:
        say(_text("no_log", log.path, _words(trouble)))
        return UNAVAILABLE
    _beside(functools.partial(_to_syslog, {"event": "began", "id": number, **fields}), 0.3)
    say(_text("glass", doubt, ", ".join(names), options.glass, log.path))
    code = run(options.command)
    try:
        within(LOG_SECONDS, functools.partial(log.append, "ended", number, exit=code))
    except (OSError, ValueError, Doubt, KeyboardInterrupt) as trouble:
        say(_text("end_not_logged", log.path, _words(trouble)))
    return code


def _to_syslog(fields: Mapping[str, Any]) -> None:
    """The host's own log hears of it too, where there is one."""
    with contextlib.suppress(ImportError, OSError, ValueError):
        import syslog

        syslog.openlog("stopline-guard", 0, syslog.LOG_AUTH)
        syslog.syslog(syslog.LOG_WARNING, "break-glass " + json.dumps(fields, ensure_ascii=False))


def tell_bypasses(gate: Gate) -> int:
    """Tells the gate what it has not heard of yet; returns how many. Raises Doubt, No, Stale, OSError, ValueError.

    One at a time: an entry that the gate refuses keeps no other from being told.
    """
    log, refused = Log(), None
    entries = log.untold()
    for entry in entries:
        try:
            answer = gate.call("/v1/bypasses", {"entries": [entry]}, deadline=time.monotonic() + ANSWER_SECONDS)
        except No as no:
            refused = no
            continue
        known = answer.get("known")
        if not isinstance(known, list) or entry["id"] not in known:
            raise Doubt("an answer that does not know it")
        log.append("told", entry["id"], ended=entry["ended_at"] is not None)
    if refused:
        raise refused
    return len(entries)


def _tell_quietly(gate: Gate) -> None:
    """Whatever fails here is tried again by the next guard."""
    with contextlib.suppress(Doubt, No, Stale, OSError, ValueError):
        tell_bypasses(gate)


def report(gate: Gate) -> int:
    """Only tells the gate."""
    try:
        say(_text("reported", tell_bypasses(gate)))
    except (Doubt, No, Stale, OSError, ValueError) as trouble:
        say(_text("not_reported", _words(trouble)))
        return UNAVAILABLE
    return 0


# ------------------------------------------------------------------------------------ running


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


class Heartbeat:
    """Beats while it is open, and says what the gate wants of the running work. It stops nothing by itself."""

    def __init__(self, gate: Gate, permit: str) -> None:
        self._gate, self._path = gate, f"/v1/permits/{permit}/heartbeat"
        self._over = threading.Event()
        self._directive, self._heard_at, self._lost = "go", time.monotonic(), False

    def __enter__(self) -> None:
        _beside(self._beat)

    def __exit__(self, *_: object) -> None:
        self._over.set()

    def _beat(self) -> None:
        while not self._over.wait(HEARTBEAT_SECONDS):
            try:
                fields = self._gate.call(self._path, {}, deadline=time.monotonic() + ANSWER_SECONDS)
            except (Doubt, No, Stale):
                self._missed()
            else:
                self._heard(fields)

    def _heard(self, fields: Mapping[str, Any]) -> None:
        self._heard_at, directive = time.monotonic(), fields.get("directive")
        if directive == self._directive or not isinstance(directive, str) or directive not in DIRECTIVES:
            return
        self._directive = directive
        self._say(_text(DIRECTIVES[directive], _clean(str(fields.get("reason") or ""))[:1000]))

    def _missed(self) -> None:
        if not self._lost and time.monotonic() - self._heard_at >= LOST_SECONDS:
            self._lost = True
            self._say(_text("lost"))

    def _say(self, sentence: str) -> None:
        if not self._over.is_set():
            say(sentence)


def run(command: Sequence[str]) -> int:
    """Runs it by its arguments, without a shell and without our token. Returns its exit code as a shell would."""
    environment = {name: value for name, value in os.environ.items() if name != TOKEN}
    try:
        with Signals() as signals:
            code = signals.wait(subprocess.Popen(command, env=environment))
    except (OSError, ValueError) as failure:
        say(_text("not_run", _words(failure)))
        return NOT_FOUND if isinstance(failure, FileNotFoundError) else NOT_EXECUTABLE
    return code if code >= 0 else 128 - code


def main(argv: Sequence[str]) -> int:
    """The exit code: the command's, 77, 75 or 2 (126 and 127 as a shell: the command cannot be run)."""
    try:
        given, command = read(argv)
        if "--help" in given or "-h" in given:
            say(_text("usage"), prefix="", to=sys.stdout)
            return 0
        if "--report" in given and (len(given) > 1 or command):
            raise Misuse("alone")
        options = None if "--report" in given else checked(given, command)
    except Misuse as wrong:
        say(_text(*wrong.args))
        say(_text("usage"), prefix="")
        return MISUSED
    gate = Gate(os.environ.get(URL, ""), os.environ.get(TOKEN, ""), _language())
    if not _is_usable(gate):
        say(_text("settings"))
        return UNAVAILABLE
    try:
        return report(gate) if options is None else guarded(gate, options)
    except KeyboardInterrupt:
        return 128 + signal.SIGINT


def _is_usable(gate: Gate) -> bool:
    token = gate.token
    return bool(gate.url.startswith(("http://", "https://")) and token and token.isascii() and token.isprintable())


def guarded(gate: Gate, options: Options) -> int:
    """Asks, runs or does not, and tells. What the gate has not heard of yet is told beside, where it answers."""
    asking = Asking(gate, options)
    try:
        given = within(PATIENCE_SECONDS + options.wait, asking.leave)
    except (Doubt, No, Stale) as said:
        last = (asking.said or said) if isinstance(said, Doubt) else said
        if isinstance(last, Doubt):
            return _unanswered(options, last)
        telling = _beside(functools.partial(_tell_quietly, gate))
        code = _shut(options, last)
    else:
        telling = _beside(functools.partial(_tell_quietly, gate))
        warnings = given.get("warnings")
        for warning in warnings if isinstance(warnings, list) else ():
            say(_tame(warning))
        code = _run_and_tell(gate, str(given["permit"]), options.command)
    if telling:
        with contextlib.suppress(KeyboardInterrupt):
            telling.join(TELLING_SECONDS)
    return code


def _unanswered(options: Options, doubt: Doubt) -> int:
    if options.glass:
        return break_glass(options, doubt)
    say(_text("unavailable", doubt))
    say(_text("how_glass"), prefix="")
    return UNAVAILABLE


def _shut(options: Options, said: No | Stale) -> int:
    """Says what the gate said, which was not yes."""
    if isinstance(said, Stale):
        say(_text("stale"))
    elif isinstance(said, Waiting):
        say(_text("waits", _tame(said.fields.get("permit"))))
        _show_reason(said.fields)
        say(_text("come_back", said.key), prefix="")
    else:
        say(_text("refused"))
        _show_reason(said.fields)
    if options.glass:
        say(_text("glass_shut"))
    return UNAVAILABLE if isinstance(said, Stale) else REFUSED


def _show_reason(fields: Mapping[str, Any]) -> None:
    if fields.get("reason"):
        say(_tame(fields["reason"]), prefix="")
    if fields.get("who_can_lift"):
        say(_text("lift", _tame(fields["who_can_lift"])), prefix="")
    if fields.get("how"):
        say(_tame(fields["how"]), prefix="")


def _run_and_tell(gate: Gate, permit: str, command: Sequence[str]) -> int:
    with Heartbeat(gate, permit):
        code = run(command)
    try:
        trouble = within(PATIENCE_SECONDS, functools.partial(_tell_end, gate, permit, code))
    except Doubt as doubt:
        trouble = str(doubt)
    except KeyboardInterrupt:
        trouble = "Ctrl-C"
    if trouble:
        say(_text("not_told", trouble))
    return code


def _tell_end(gate: Gate, permit: str, code: int) -> str:
    for attempt in range(TRIES):
        time.sleep(attempt)
        trouble = finish(gate, permit, f"exit {code}", "failed" if code else "done", time.monotonic() + ANSWER_SECONDS)
        if trouble in ("", "refused", "stale"):
            break
    return trouble


# ------------------------------------------------------------------------------------ speaking


def say(sentence: str, prefix: str = "stopline guard: ", to: TextIO | None = None) -> None:
    """To the terminal, if there is one still: a broken one changes nothing."""
    stream = to or sys.stderr
    try:
        with contextlib.suppress(ValueError, AttributeError):
            stream.write(f"{prefix}{sentence}\n")
            stream.flush()
    except OSError:
        sys.stderr = None  # what is left in it would spoil the exit code


def _text(key: str, *blanks: object) -> str:
    return TEXTS[_language()][key].format(*blanks)


def _tame(words: object) -> str:
    """Text from the network for a terminal: no control characters but the line's end."""
    return "".join(c for c in str(words)[:4000] if c == "\n" or c.isprintable())


def _language() -> str:
    names = ("LC_ALL", "LC_MESSAGES", "LANG")
    locale = next((os.environ[name] for name in names if os.environ.get(name)), "")
    return "ko" if locale.lower().startswith("ko") else "en"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
