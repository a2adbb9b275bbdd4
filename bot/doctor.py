"""`stopline doctor`: looks at everything that must be right before an incident, one line each, and changes nothing."""

import os
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import aiohttp

from bot.adapters.slack_probe import Reply, SlackAway, ask_slack
from bot.adapters.yaml_lines import FileWrong
from bot.config import DATABASE, Settings, SettingsWrong, read_settings
from bot.i18n.terminal import say
from bot.manifest import BOT_SCOPES
from bot.ports.clock import Clock
from bot.ports.operations import DatabaseLook
from bot.ports.storage import StoreUnavailable
from bot.wiring import journal_path, look_at_database
from bot.wiring_doors import read_doors

SKEW_WARNS, SKEW_FAILS = 30, 300
"""Seconds between our clock and Slack's; signed requests are refused beyond the second."""
LIMITED_PAGE = 15
"""Messages a page for apps that are distributed outside Slack's Marketplace (docs.slack.dev, rate limits, May 2025)."""
CHANNELS = 5
"""Of so many channels is the history looked at."""
SPACE_WARNS, SPACE_FAILS = 1_000_000_000, 100_000_000
"""Bytes free beside a SQLite file."""

REPLICA_SKEW = 1.0
"""Seconds between our clock and the database's; a replica 4 s ahead takes work over that another one still does."""
ANCHORS = 2
"""In so many places outside our database checkpoints should stand: whoever changes the log must change them all."""


class Level(StrEnum):
    """How a check went; advice is what cannot be checked from here."""

    OK = "ok"
    ADVICE = "advice"
    WARNING = "warning"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line; `doctor.<key>` is its sentence."""

    level: Level
    sentence: str


async def examine(env: Mapping[str, str], clock: Clock) -> AsyncIterator[Finding]:
    """Every finding as it is made."""
    try:
        settings = read_settings(env)
    except SettingsWrong as wrong:
        yield Finding(Level.WRONG, say(wrong.key, **wrong.params))
        settings = None
    else:
        yield Finding(Level.OK, say("doctor.settings"))
    for found in await _database(env.get("STOPLINE_DATABASE_URL", DATABASE), clock):
        yield found
    if settings is None:
        return
    for found in (*_journal(settings), *_files(settings), _anchors(settings)):
        yield found
    async with aiohttp.ClientSession() as session:
        async for found in _slack(settings, clock, session):
            yield found


async def _database(url: str, clock: Clock) -> list[Finding]:
    try:
        look = await look_at_database(url)
    except SettingsWrong as wrong:
        return [Finding(Level.WRONG, say(wrong.key, **wrong.params))]
    except StoreUnavailable as away:
        return [Finding(Level.WRONG, say("settings.database", reason=away))]
    except OSError as trouble:
        return [Finding(Level.WRONG, say("settings.database", reason=trouble.strerror or trouble))]
    return [_schema(look), *_sqlite(look), *_database_clock(look, clock)]


def _database_clock(look: DatabaseLook, clock: Clock) -> list[Finding]:
    if look.clock is None:
        return []
    off = abs((clock.now() - look.clock).total_seconds())
    if off > REPLICA_SKEW:
        return [Finding(Level.WARNING, say("doctor.database_clock_off", seconds=f"{off:.1f}"))]
    return [Finding(Level.OK, say("doctor.database_clock"))]


def _schema(look: DatabaseLook) -> Finding:
    if look.version is None:
        return Finding(Level.ADVICE, say("doctor.schema_none"))
    if look.version > look.newest:
        return Finding(Level.WRONG, say("doctor.schema_newer", version=look.version, newest=look.newest))
    if look.version < look.newest:
        return Finding(Level.WARNING, say("doctor.schema_old", version=look.version, newest=look.newest))
    return Finding(Level.OK, say("doctor.schema", version=look.version))


def _sqlite(look: DatabaseLook) -> list[Finding]:
    if look.file is None:
        return []
    found = [Finding(Level.OK, say(f"doctor.journal_{look.journal.lower()}", version=look.sqlite))]
    if not look.writable:
        found.append(Finding(Level.WRONG, say("doctor.not_writable", file=look.file)))
    if look.free is not None:
        level = Level.WRONG if look.free < SPACE_FAILS else Level.WARNING if look.free < SPACE_WARNS else Level.OK
        key = "space" if level is Level.OK else "space_low"
        found.append(Finding(level, say(f"doctor.{key}", megabytes=look.free // 1_000_000, folder=look.file.parent)))
    who = say("doctor.lock_free") if look.holder is None else say("doctor.lock_held", holder=look.holder or "?")
    return [*found, Finding(Level.OK, who)]


def _journal(settings: Settings) -> list[Finding]:
    try:
        path = journal_path(settings)
    except SettingsWrong:  # told with the database
        return []
    if os.access(path if path.exists() else path.parent, os.W_OK):
        return [Finding(Level.OK, say("doctor.inbox", file=path))]
    return [Finding(Level.WRONG, say("doctor.inbox_not_writable", file=path))]


def _files(settings: Settings) -> list[Finding]:
    found = []
    for file, read in ((settings.servers_file, _read_servers), (settings.doors_file, read_doors)):
        if not file:
            continue
        try:
            read(file)
        except FileWrong as wrong:
            reason = say(wrong.key, **wrong.params)
            found.append(Finding(Level.WRONG, say("settings.servers_file", file=wrong.file, reason=reason)))
        else:
            found.append(Finding(Level.OK, say("doctor.file", file=file)))
    return found


def _anchors(settings: Settings) -> Finding:
    named = [one for one in (settings.audit_file, settings.audit_url, settings.audit_channel) if one]
    if len(named) < ANCHORS:
        return Finding(Level.WARNING, say("doctor.anchors_few", count=len(named)))
    return Finding(Level.OK, say("doctor.anchors", count=len(named)))


def _read_servers(file: str) -> object:
    from bot.adapters.catalogue_file import read_catalogue

    return read_catalogue(Path(file))


async def _slack(settings: Settings, clock: Clock, session: aiohttp.ClientSession) -> AsyncIterator[Finding]:
    async def ask(method: str, token: str = settings.bot_token, **arguments: str) -> Reply:
        return await ask_slack(session, settings.slack_api_url, token, method, **arguments)

    try:
        who = await ask("auth.test")
        yield _skew(who, clock)
        if who.error:
            yield Finding(Level.WRONG, say("doctor.bot_token_wrong", error=who.error))
        else:
            yield Finding(Level.OK, say("doctor.bot_token", team=who.body.get("team", "?")))
            yield _scopes(who)
            for found in await _groups(ask, settings.policy.groups):
                yield found
            yield await _history(ask)
        if settings.socket_mode:
            yield _app_token(await ask("apps.connections.open", settings.app_token))
    except SlackAway as away:
        yield Finding(Level.WRONG, say("doctor.slack_away", reason=away))
    yield Finding(Level.ADVICE, say("doctor.delayed_events"))


def _skew(reply: Reply, clock: Clock) -> Finding:
    if reply.at is None:
        return Finding(Level.WARNING, say("doctor.clock_unknown"))
    seconds = round(abs((clock.now() - reply.at).total_seconds()))
    if seconds > SKEW_FAILS:
        return Finding(Level.WRONG, say("doctor.clock_wrong", seconds=seconds))
    if seconds > SKEW_WARNS:
        return Finding(Level.WARNING, say("doctor.clock_off", seconds=seconds))
    return Finding(Level.OK, say("doctor.clock"))


def _scopes(reply: Reply) -> Finding:
    if reply.scopes is None:
        return Finding(Level.WARNING, say("doctor.scopes_unknown"))
    if missing := sorted(set(BOT_SCOPES) - reply.scopes):
        return Finding(Level.WRONG, say("doctor.scopes_missing", scopes=", ".join(missing)))
    return Finding(Level.OK, say("doctor.scopes"))


async def _groups(ask: Any, named: Sequence[str]) -> list[Finding]:
    """Whether Slack knows the user groups that the settings name; disabled ones are not listed."""
    if not named:
        return []
    listed = await ask("usergroups.list")
    if listed.error:
        return [Finding(Level.WRONG, say("doctor.groups_wrong", error=listed.error))]
    missing = sorted(set(named) - {str(one["id"]) for one in listed.body.get("usergroups") or ()})
    if missing:
        return [Finding(Level.WRONG, say("doctor.groups_missing", groups=missing))]
    return [Finding(Level.OK, say("doctor.groups", groups=named))]


async def _history(ask: Any) -> Finding:
    """Where any channel shows a longer page, we are an internal app with the ordinary limits."""
    ours = await ask("users.conversations", types="public_channel", exclude_archived="true", limit="100")
    cut = False
    for channel in list(ours.body.get("channels") or [])[:CHANNELS]:
        page = await ask("conversations.history", channel=str(channel["id"]), limit=str(4 * LIMITED_PAGE))
        messages = list(page.body.get("messages") or [])
        if len(messages) > LIMITED_PAGE:
            return Finding(Level.OK, say("doctor.history"))
        cut = cut or bool(page.body.get("has_more"))
    if cut:
        return Finding(Level.WARNING, say("doctor.history_limited", limit=LIMITED_PAGE))
    return Finding(Level.ADVICE, say("doctor.history_unknown", limit=LIMITED_PAGE))


def _app_token(reply: Reply) -> Finding:
    if reply.error:
        return Finding(Level.WRONG, say("doctor.app_token_wrong", error=reply.error))
    return Finding(Level.OK, say("doctor.app_token"))


async def doctor(env: Mapping[str, str], clock: Clock) -> int:
    """Prints a line for each finding; 1 where something is wrong, else 0."""
    wrong = False
    async for found in examine(env, clock):
        wrong = wrong or found.level is Level.WRONG
        print(f"{say(f'doctor.level.{found.level}')}: {found.sentence}", flush=True)
    return int(wrong)
