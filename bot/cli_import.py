"""The command line's part for what was before Stopline: import slack-export."""

import argparse
import sys
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from bot.cli_audit import WithDatabase
from bot.config import SettingsWrong
from bot.domain.ids import incident_label
from bot.domain.imported import OldChannel, said_severity
from bot.domain.incident import TimeName
from bot.domain.shortening import shorten
from bot.i18n.terminal import say
from bot.ports.outside import Outside
from bot.use_cases.imported import ChannelTaken, Imported, import_channel

QUOTE = 120
"""Characters of the message that says a time."""
GUESSED = (TimeName.STARTED, TimeName.RESOLVED)


def add_import_commands(commands: Any, with_database: WithDatabase) -> None:
    """Adds `import` to the commands."""
    sources = commands.add_parser("import", help=say("imported.about")).add_subparsers(required=True, metavar="SOURCE")
    export = sources.add_parser("slack-export", help=say("imported.slack_export"))
    export.add_argument("file", type=Path, metavar="FILE.zip")
    export.add_argument("--channel", required=True, metavar="NAME", help=say("imported.channel"))
    export.set_defaults(command=lambda options: _import(options, with_database))


def _import(options: argparse.Namespace, with_database: WithDatabase) -> int:
    """0 where the incident is there now, 1 where the file gives none."""
    from bot.adapters.slack_export import ExportWrong, read_export

    try:
        old = read_export(options.file, options.channel)
    except ExportWrong as wrong:
        print(f"stopline: {say(wrong.key, **wrong.params)}", file=sys.stderr)
        return 1

    async def act(outside: Outside) -> None:
        _tell(old, await import_channel(outside, old), ZoneInfo(outside.policy.zone))

    try:
        with_database(act)
    except ChannelTaken as taken:
        raise SettingsWrong("channel_taken", channel=old.name, incident=taken) from taken
    return 0


def _tell(old: OldChannel, imported: Imported, zone: ZoneInfo) -> None:
    one = imported.incident
    label = incident_label(one.id)
    key = "imported.again" if imported.again else "imported.done"
    print(say(key, incident=label, title=one.title, count=len(old.messages), channel=old.name))
    if imported.again:
        return
    for name in GUESSED:
        time = say(f"time.{name}")
        said = imported.said.get(name)
        if said is None:
            print(say("imported.unsaid", time=time))
        else:
            words = shorten(" ".join(said.message.text.split()), QUOTE)
            print(say("imported.said", time=time, at=_moment(said.at, zone), words=words))
    print(say("imported.zone", zone=zone.key))
    if old.zone and _differ(zone, ZoneInfo(old.zone), old.opened_at):
        print(say("imported.other_zone", zone=old.zone))
    if said_severity(old) is None:
        print(say("imported.severity_unsaid", severity=say(f"severity.{one.severity}")))
    if one.private:
        print(say("imported.private", incident=label, channel=old.name))


def _differ(one: ZoneInfo, other: ZoneInfo, at: datetime) -> bool:
    return at.astimezone(one).utcoffset() != at.astimezone(other).utcoffset()


def _moment(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M %Z}"
