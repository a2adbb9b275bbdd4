"""The command line: serve, demo, guard, migrate, manifest, token."""

import argparse
import asyncio
import json
import os
import secrets
import sys
from collections.abc import Awaitable, Callable, Sequence

from bot.config import DATABASE, SettingsWrong, read_policy, read_settings
from bot.ports.outside import Outside


def main(arguments: Sequence[str]) -> int:
    """The exit code: 0 well, 2 when a setting or argument must be mended first."""
    options = _parser().parse_args(list(arguments))
    command: Callable[[argparse.Namespace], int] = options.command
    try:
        return command(options)
    except SettingsWrong as wrong:
        print(f"stopline: {_say(wrong.key, **wrong.params)}", file=sys.stderr)
        return 2


def _say(key: str, **params: object) -> str:
    """A sentence in the language of the terminal."""
    from bot.i18n.texts import Texts

    locale = os.environ.get("LC_ALL") or os.environ.get("LANG") or ""
    return Texts("ko" if locale.startswith("ko") else "en").plain(key, **params)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="stopline", description="Incidents in Slack that stop the line.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    serve = commands.add_parser("serve", help="run the bot (see the settings table in the README)")
    serve.set_defaults(command=_serve)
    demo = commands.add_parser("demo", help="play the story in a pretend workspace")
    demo.add_argument("--once", action="store_true", help="run it twice without waiting, in shadow mode and enforced")
    demo.add_argument("--json", action="store_true", help="with --once: end with one JSON object of what happened")
    demo.add_argument("--language", choices=("ko", "en"), default="ko", help="the story's language")
    demo.add_argument("--port", type=int, default=8765, help="where the page is shown (0: any free port)")
    demo.set_defaults(command=_demo)
    commands.add_parser("guard", help="run a command only where the gate allows it: stopline guard --help")
    migrate = commands.add_parser("migrate", help="bring the database to the newest schema")
    migrate.set_defaults(command=_migrate)
    manifest = commands.add_parser("manifest", help="print the manifest of your Slack app")
    manifest.add_argument("--url", default="", help="for HTTP mode: the public address of this bot")
    manifest.set_defaults(command=_manifest)
    token = commands.add_parser("token", help="make a token for a pipeline that asks the gate")
    token.add_argument("name", help="who will use it, for instance ci-messaging")
    token.set_defaults(command=_token)
    return parser


def _serve(_: argparse.Namespace) -> int:
    from bot.adapters.servers_file import ServersFileWrong
    from bot.adapters.system_clock import SystemClock
    from bot.logs import set_up_logs
    from bot.ports.storage import StoreUnavailable
    from bot.serve import serve

    settings = read_settings(os.environ)
    set_up_logs()
    try:
        asyncio.run(serve(settings, SystemClock()))
    except ServersFileWrong as wrong:
        reason = _say(wrong.key, **wrong.params)
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
    print(_say("settings.migrated"))
    return 0


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
    from bot.use_cases.token import TokenNameTaken, make_token

    secret = f"sl_{secrets.token_urlsafe(32)}"

    async def act(outside: Outside) -> None:
        await make_token(outside, name=options.name, secret=secret)

    try:
        _with_database(act)
    except TokenNameTaken as taken:
        raise SettingsWrong("token_name", name=options.name) from taken
    print(secret)
    print(_say("settings.token_made", name=options.name))
    return 0
