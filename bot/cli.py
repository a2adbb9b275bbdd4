"""The command line: serve, demo, guard, migrate, manifest, token."""

import argparse
import asyncio
import json
import os
import secrets
import sys
from collections.abc import Callable, Sequence

from bot.config import SettingsWrong, read_policy, read_settings


def main(arguments: Sequence[str]) -> int:
    """The exit code: 0 well, 2 when a setting or argument must be mended first."""
    options = _parser().parse_args(list(arguments))
    command: Callable[[argparse.Namespace], int] = options.command
    try:
        return command(options)
    except SettingsWrong as wrong:
        print(f"stopline: {wrong}", file=sys.stderr)
        return 2


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
        raise SettingsWrong(str(wrong)) from wrong
    except StoreUnavailable as lost:
        raise SettingsWrong(
            f"The database does not answer ({lost}). Is STOPLINE_DATABASE_URL right, and is the server running?"
        ) from lost
    except OSError as trouble:
        raise SettingsWrong(f"Could not start: {trouble}") from trouble
    return 0


def _demo(options: argparse.Namespace) -> int:
    from bot import demo

    if options.once:
        return asyncio.run(demo.run_once(options.language, as_json=options.json))
    return asyncio.run(demo.run(options.language, options.port))


def _migrate(_: argparse.Namespace) -> int:
    from bot.wiring import open_database

    async def work() -> None:
        database = await open_database(_database_url())
        await database.close()

    asyncio.run(work())
    print("The database has the newest schema.")
    return 0


def _manifest(options: argparse.Namespace) -> int:
    from bot.manifest import manifest

    print(json.dumps(manifest(url=options.url), indent=2, ensure_ascii=False))
    return 0


def _token(options: argparse.Namespace) -> int:
    from bot.adapters.system_clock import SystemClock
    from bot.ports.outside import Outside
    from bot.use_cases.gate import make_token
    from bot.wiring import open_database

    secret = f"sl_{secrets.token_urlsafe(32)}"

    async def work() -> None:
        database = await open_database(_database_url())
        try:
            await make_token(
                Outside(database, SystemClock(), read_policy(os.environ)), name=options.name, secret=secret
            )
        finally:
            await database.close()

    asyncio.run(work())
    print(f"{secret}\nIt is shown this once only: put it into STOPLINE_GATE_TOKEN where {options.name} runs.")
    return 0


def _database_url() -> str:
    return os.environ.get("STOPLINE_DATABASE_URL", "sqlite:///stopline.db")
