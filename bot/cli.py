"""The command line: serve, demo, guard, migrate, doctor, manifest, token, quarantine, audit, import."""

import argparse
import asyncio
import json
import os
import secrets
import sys
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta

from bot.cli_audit import add_audit_commands
from bot.cli_eval import add_eval_commands
from bot.cli_import import add_import_commands
from bot.cli_paper import add_paper_commands
from bot.config import DATABASE, SettingsWrong, read_policy, read_settings
from bot.i18n.terminal import say
from bot.ports.outside import Outside


def main(arguments: Sequence[str]) -> int:
    """The exit code: 0 well, 2 when a setting or argument must be mended first."""
    options = _parser().parse_args(list(arguments))
    command: Callable[[argparse.Namespace], int] = options.command
    try:
        return command(options)
    except SettingsWrong as wrong:
        print(f"stopline: {say(wrong.key, **wrong.params)}", file=sys.stderr)
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="stopline", description=say("cli.about"))
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    serve = commands.add_parser("serve", help=say("cli.serve"))
    serve.set_defaults(command=_serve)
    demo = commands.add_parser("demo", help=say("cli.demo"))
    demo.add_argument("--once", action="store_true", help=say("cli.demo_once"))
    demo.add_argument("--json", action="store_true", help=say("cli.demo_json"))
    demo.add_argument("--language", choices=("ko", "en"), default="ko", help=say("cli.demo_language"))
    demo.add_argument("--port", type=int, default=8765, help=say("cli.demo_port"))
    demo.set_defaults(command=_demo)
    commands.add_parser("guard", help=say("cli.guard"))
    migrate = commands.add_parser("migrate", help=say("cli.migrate"))
    migrate.set_defaults(command=_migrate)
    doctor = commands.add_parser("doctor", help=say("cli.doctor"))
    doctor.set_defaults(command=_doctor)
    manifest = commands.add_parser("manifest", help=say("cli.manifest"))
    manifest.add_argument("--url", default="", help=say("cli.manifest_url"))
    manifest.set_defaults(command=_manifest)
    token = commands.add_parser("token", help=say("cli.token"))
    token.add_argument("name", nargs="?", help=say("cli.token_name"))
    token.add_argument("--scope", action="append", default=[], metavar="SERVER", help=say("cli.token_scope"))
    token.add_argument("--days", type=int, default=90, help=say("cli.token_days"))
    token.add_argument("--revoke", action="store_true", help=say("cli.token_revoke"))
    token.set_defaults(command=_token)
    add_audit_commands(commands, _with_database)
    add_paper_commands(commands, _with_database)
    add_eval_commands(commands)
    add_import_commands(commands, _with_database)
    quarantine = commands.add_parser("quarantine", help=say("cli.quarantine"))
    quarantine.add_argument("act", choices=("begin", "end", "show"))
    quarantine.add_argument("reason", nargs="?", default="", help=say("cli.quarantine_reason"))
    quarantine.set_defaults(command=_quarantine)
    return parser


def _serve(_: argparse.Namespace) -> int:
    from bot.adapters.system_clock import SystemClock
    from bot.adapters.yaml_lines import FileWrong
    from bot.logs import set_up_logs
    from bot.ports.storage import StoreUnavailable
    from bot.serve import serve

    settings = read_settings(os.environ)
    set_up_logs()
    try:
        asyncio.run(serve(settings, SystemClock()))
    except FileWrong as wrong:
        reason = say(wrong.key, **wrong.params)
        raise SettingsWrong("servers_file", file=wrong.file, reason=reason) from wrong
    except StoreUnavailable as lost:
        raise SettingsWrong("database", reason=lost) from lost
    except OSError as trouble:
        raise SettingsWrong("not_started", reason=trouble) from trouble
    except ExceptionGroup as several:
        known = several.subgroup((OSError, StoreUnavailable))
        if known is None:
            raise
        raise SettingsWrong("not_started", reason=known.exceptions[0]) from several
    return 0


def _demo(options: argparse.Namespace) -> int:
    from bot import demo

    if options.once:
        return asyncio.run(demo.run_once(options.language, as_json=options.json))
    try:
        return asyncio.run(demo.run(options.language, options.port))
    except OSError as trouble:
        raise SettingsWrong("not_started", reason=trouble) from trouble


def _migrate(_: argparse.Namespace) -> int:
    async def nothing(_: Outside) -> None:
        return

    _with_database(nothing)
    print(say("settings.migrated"))
    return 0


def _doctor(_: argparse.Namespace) -> int:
    from bot.adapters.system_clock import SystemClock
    from bot.doctor import doctor

    return asyncio.run(doctor(os.environ, SystemClock()))


def _with_database(act: Callable[[Outside], Awaitable[None]]) -> None:
    """Does `act` on the migrated database of the settings. Raises SettingsWrong."""
    from bot.adapters.system_clock import SystemClock
    from bot.ports.storage import StoreUnavailable
    from bot.wiring import open_database

    async def work() -> None:
        database = await open_database(os.environ.get("STOPLINE_DATABASE_URL", DATABASE))
        try:
            await act(Outside(database, SystemClock(), read_policy(os.environ)))
        finally:
            await database.close()

    try:
        asyncio.run(work())
    except StoreUnavailable as lost:
        raise SettingsWrong("database", reason=lost) from lost


def _manifest(options: argparse.Namespace) -> int:
    from bot.manifest import manifest

    print(json.dumps(manifest(url=options.url), indent=2, ensure_ascii=False))
    return 0


def _token(options: argparse.Namespace) -> int:
    if options.name is None:
        return _list_tokens()
    return _revoke_token(options.name) if options.revoke else _make_token(options)


def _make_token(options: argparse.Namespace) -> int:
    from bot.domain.errors import NameUnusable
    from bot.use_cases.token import TokenNameTaken, make_token

    secret = f"sl_{secrets.token_urlsafe(32)}"
    if options.days < 1:
        raise SettingsWrong("token_days", value=options.days)

    async def act(outside: Outside) -> None:
        lasts = timedelta(days=options.days)
        await make_token(outside, name=options.name, secret=secret, scope=options.scope, lasts=lasts)

    try:
        _with_database(act)
    except TokenNameTaken as taken:
        raise SettingsWrong("token_name", name=options.name) from taken
    except NameUnusable as unusable:
        raise SettingsWrong("token_scope", value=unusable.params["server"]) from unusable
    print(secret)
    print(say("settings.token_made", name=options.name))
    return 0


def _revoke_token(name: str) -> int:
    from bot.use_cases.token import TokenUnknown, revoke_token

    async def act(outside: Outside) -> None:
        await revoke_token(outside, name=name)

    try:
        _with_database(act)
    except TokenUnknown as unknown:
        raise SettingsWrong("token_unknown", name=name) from unknown
    print(say("settings.token_revoked", name=name))
    return 0


def _list_tokens() -> int:
    from bot.use_cases.token import list_tokens

    async def act(outside: Outside) -> None:
        now = outside.clock.now()
        for token in await list_tokens(outside):
            key = "token_line" if token.is_good(now) else "token_line_over"
            scope = ", ".join(token.scope) or "*"
            print(say(f"settings.{key}", name=token.name, scope=scope, until=_day(token.expires_at)))

    _with_database(act)
    return 0


def _day(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d}" if at else "-"


def _quarantine(options: argparse.Namespace) -> int:
    from bot.domain.errors import ReasonMissing
    from bot.use_cases.quarantine import begin_quarantine, end_quarantine, quarantine_now

    async def act(outside: Outside) -> None:
        if options.act == "begin":
            await begin_quarantine(outside, reason=options.reason)
        elif options.act == "end":
            await end_quarantine(outside)
        line = await quarantine_now(outside)
        key = "quarantined" if line.quarantined_at else "not_quarantined"
        print(say(f"settings.{key}", why=line.quarantine_reason))

    try:
        _with_database(act)
    except ReasonMissing as missing:
        raise SettingsWrong("quarantine_reason") from missing
    return 0
