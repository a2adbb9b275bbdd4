"""The command line's part for the audit log: audit verify, audit key."""

import argparse
import json
import os
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bot.config import SettingsWrong
from bot.domain.audit_check import SINCE, Verdict
from bot.domain.checkpoint import Checkpoint, CheckpointWrong, read_checkpoint
from bot.i18n.terminal import say
from bot.ports.outside import Outside

WithDatabase = Callable[[Callable[[Outside], Awaitable[None]]], None]
"""Does something on the migrated database of the settings. Raises SettingsWrong."""


def add_audit_commands(commands: Any, with_database: WithDatabase) -> None:
    """Adds `audit` to the commands."""
    acts = commands.add_parser("audit", help=say("audit.about")).add_subparsers(required=True, metavar="ACT")
    verify = acts.add_parser("verify", help=say("audit.verify"))
    verify.add_argument("--checkpoints", type=Path, metavar="FILE", help=say("audit.checkpoints"))
    verify.add_argument("--public-key", default="", metavar="KEY", help=say("audit.public_key"))
    verify.add_argument("--json", action="store_true", help=say("audit.json"))
    verify.set_defaults(command=lambda options: _verify(options, with_database))
    key = acts.add_parser("key", help=say("audit.key"))
    key.add_argument("file", type=Path, metavar="FILE")
    key.set_defaults(command=_key)


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
        first = one.after + 1 if one.why in SINCE else one.n
        where = f"{one.n}" if first == one.n else f"{first}-{one.n}"
        print(say(f"audit.wrong.{one.why.value}", where=where, row=f"D-{one.seq}"))
    print(say("audit.broken" if verdict.wrong else "audit.whole"))
