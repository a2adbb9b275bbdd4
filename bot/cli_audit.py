"""The command line's part for the audit log: audit verify, audit key, export, person erase, forget."""

import argparse
import json
import os
import re
import zipfile
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bot.config import RETENTION, SettingsWrong, read_retention
from bot.domain.audit_check import Verdict
from bot.domain.checkpoint import Checkpoint, CheckpointWrong, read_checkpoint
from bot.domain.ids import IncidentId, SlackUserId, incident_label
from bot.i18n.terminal import say
from bot.ports.outside import Outside

WithDatabase = Callable[[Callable[[Outside], Awaitable[None]]], None]
"""Does something on the migrated database of the settings. Raises SettingsWrong."""


def add_audit_commands(commands: Any, with_database: WithDatabase) -> None:
    """Adds `audit`, `export`, `person` and `forget` to the commands."""
    acts = commands.add_parser("audit", help=say("audit.about")).add_subparsers(required=True, metavar="ACT")
    verify = acts.add_parser("verify", help=say("audit.verify"))
    verify.add_argument("--checkpoints", type=Path, metavar="FILE", help=say("audit.checkpoints"))
    verify.add_argument("--public-key", default="", metavar="KEY", help=say("audit.public_key"))
    verify.add_argument("--json", action="store_true", help=say("audit.json"))
    verify.set_defaults(command=lambda options: _verify(options, with_database))
    key = acts.add_parser("key", help=say("audit.key"))
    key.add_argument("file", type=Path, metavar="FILE")
    key.set_defaults(command=_key)
    export = commands.add_parser("export", help=say("audit.export"))
    export.add_argument("incident", metavar="INC-7")
    export.add_argument("--evidence", action="store_true", required=True, help=say("audit.evidence"))
    export.add_argument("-o", "--output", type=Path, required=True, metavar="FILE.zip")
    export.add_argument("--checkpoints", type=Path, metavar="FILE", help=say("audit.checkpoints"))
    export.set_defaults(command=lambda options: _export(options, with_database))
    person = commands.add_parser("person", help=say("audit.person")).add_subparsers(required=True, metavar="ACT")
    erase = person.add_parser("erase", help=say("audit.erase"))
    erase.add_argument("id", metavar="U012AB3CD")
    erase.add_argument("--reason", required=True, help=say("audit.reason"))
    erase.set_defaults(command=lambda options: _erase(options, with_database))
    forget = commands.add_parser("forget", help=say("audit.forget"))
    forget.add_argument("--older-than", default="", metavar="DAYS", help=say("audit.forget_days"))
    forget.add_argument("--dry-run", action="store_true", help=say("audit.forget_dry_run"))
    forget.set_defaults(command=lambda options: _forget(options, with_database))


def _key(options: argparse.Namespace) -> int:
    from bot.adapters.checkpoint_key import make_key

    try:
        public = make_key(options.file)
    except OSError as trouble:
        raise SettingsWrong("audit_key", file=options.file, reason=trouble.strerror) from trouble
    print(public)
    print(say("audit.key_made", file=options.file))
    return 0


def _verify(options: argparse.Namespace, with_database: WithDatabase) -> int:
    """0 where everything is whole, 1 where something is wrong."""
    from bot.use_cases.audit import verify_audit

    is_genuine = _checker(options.public_key)
    checkpoints, unreadable = read_checkpoints(options.checkpoints)
    found: list[Verdict] = []

    async def act(outside: Outside) -> None:
        found.append(await verify_audit(outside, checkpoints=checkpoints, is_genuine=is_genuine))

    with_database(act)
    verdict = found[0]
    if options.json:
        print(json.dumps({**asdict(verdict), "unreadable": unreadable, "whole": not verdict.wrong}))
    else:
        _tell(verdict, unreadable, signed=is_genuine is not None)
    return 1 if verdict.wrong else 0


def _checker(public: str) -> Callable[[Checkpoint], bool] | None:
    """The key from the command line, else the one of STOPLINE_AUDIT_KEY_FILE, else none."""
    from bot.adapters.checkpoint_key import KeyWrong, Signer, checker

    file = os.environ.get("STOPLINE_AUDIT_KEY_FILE", "")
    try:
        public = public or (Signer(Path(file)).public if file else "")
        return checker(public) if public else None
    except KeyWrong as wrong:
        raise SettingsWrong("audit_key_wrong", value=wrong) from wrong
    except OSError as trouble:
        raise SettingsWrong("audit_key", file=file, reason=trouble.strerror) from trouble


def read_checkpoints(given: Path | None) -> tuple[list[Checkpoint], int]:
    """Those of this file, else of STOPLINE_AUDIT_FILE where it is there; and how many lines are none."""
    path = given or Path(os.environ.get("STOPLINE_AUDIT_FILE") or os.devnull)
    if given is None and not path.exists():
        return [], 0
    try:
        lines = path.read_text("utf-8", errors="replace").splitlines()
    except OSError as trouble:
        raise SettingsWrong("audit_key", file=path, reason=trouble.strerror) from trouble
    found, unreadable = [], 0
    for line in filter(None, lines):
        try:
            found.append(read_checkpoint(line))
        except CheckpointWrong:
            unreadable += 1
    return found, unreadable


def _tell(verdict: Verdict, unreadable: int, *, signed: bool) -> None:
    counts = {"entries": verdict.entries, "erased": verdict.erased, "checkpoints": verdict.checkpoints}
    print(say("audit.looked", **counts))
    if verdict.checkpoints and not signed:
        print(say("audit.unsigned"))
    if not verdict.checkpoints:
        print(say("audit.unanchored"))
    if unreadable:
        print(say("audit.unreadable", count=unreadable))
    for one in verdict.wrong:
        where = f"{one.n}" if one.after + 1 == one.n else f"{one.after + 1}-{one.n}"
        print(say(f"audit.wrong.{one.why.value}", where=where, row=f"D-{one.seq}"))
    print(say("audit.broken" if verdict.wrong else "audit.whole"))


def read_incident(typed: str) -> IncidentId:
    """INC-7 or 7. Raises SettingsWrong."""
    number = typed.upper().removeprefix("INC-")
    if not number.isdecimal() or not number.isascii() or len(number) > 9:
        raise SettingsWrong("audit_incident", value=typed)
    return IncidentId(int(number))


def _export(options: argparse.Namespace, with_database: WithDatabase) -> int:
    """Writes the bundle to a new file that only its owner reads."""
    from bot.domain.errors import UnknownIncident
    from bot.use_cases.evidence import collect_evidence

    number = read_incident(options.incident)
    checkpoints, _ = read_checkpoints(options.checkpoints)
    files: dict[str, bytes] = {}

    async def act(outside: Outside) -> None:
        found = await collect_evidence(outside, incident_id=number, checkpoints=checkpoints)
        files.update(found)

    try:
        with_database(act)
        own = os.open(options.output, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(own, "wb") as file, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as bundle:
            for name, content in files.items():
                bundle.writestr(name, content)
    except UnknownIncident as unknown:
        raise SettingsWrong("audit_incident", value=options.incident) from unknown
    except OSError as trouble:
        raise SettingsWrong("audit_key", file=options.output, reason=trouble.strerror) from trouble
    print(say("audit.exported", file=options.output))
    return 0


def _erase(options: argparse.Namespace, with_database: WithDatabase) -> int:
    from bot.domain.errors import ReasonMissing
    from bot.use_cases.erasure import Erased, erase_person

    if not re.fullmatch(r"[UW][A-Z0-9]{1,30}", options.id):
        raise SettingsWrong("audit_person", value=options.id)
    done: list[Erased] = []

    async def act(outside: Outside) -> None:
        done.append(await erase_person(outside, who=SlackUserId(options.id), reason=options.reason))

    try:
        with_database(act)
    except ReasonMissing as missing:
        raise SettingsWrong("audit_reason") from missing
    erased = done[0]
    print(say("audit.erased", rows=erased.rows, messages=erased.messages, jobs=erased.jobs))
    if erased.waiting:
        print(say("audit.erased_waiting", waiting=erased.waiting))
    return 0


def _forget(options: argparse.Namespace, with_database: WithDatabase) -> int:
    from bot.use_cases.retention import Forgotten, forget

    given = read_retention(options.older_than, "--older-than")
    kept_for = given or read_retention(os.environ.get(RETENTION, ""), RETENTION)
    if kept_for is None:
        raise SettingsWrong("retention_missing")
    done: list[Forgotten] = []

    async def act(outside: Outside) -> None:
        done.extend(await forget(outside, kept_for=kept_for, dry_run=options.dry_run))

    with_database(act)
    for one in done:
        about = {"incident": incident_label(one.incident_id), "at": f"{one.ended_at:%Y-%m-%d}"}
        print(say("audit.forget_one", **about, messages=one.messages))
    print(say("audit.would_forget" if options.dry_run else "audit.forgotten", incidents=len(done)))
    return 0
