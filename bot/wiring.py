"""The one file that knows every part: puts the product together from its settings."""

import asyncio
import logging
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import aiohttp

from bot.adapters.journal_file import JournalFile
from bot.adapters.offline_model import OfflineModel
from bot.adapters.slack_chat import SlackChat, make_client, make_session
from bot.adapters.slack_pace import Pace
from bot.adapters.slack_socket import Sockets
from bot.adapters.system_clock import SystemClock
from bot.adapters.witness_file import WitnessFile
from bot.config import ModelSettings, Settings, SettingsWrong
from bot.domain.door import Doors
from bot.domain.job import JobKind
from bot.jobs.schedule import Chore
from bot.jobs.worker import Handler, Run, Worker
from bot.ports.clock import Clock
from bot.ports.language_model import LanguageModel
from bot.ports.operations import DatabaseLook
from bot.ports.outside import Outside
from bot.ports.witness import Witness
from bot.use_cases.backfill import ask_due
from bot.use_cases.catalogue import describe_servers
from bot.use_cases.history import check_history, keep_written
from bot.use_cases.retention import forget_in_time
from bot.use_cases.sight import read_members_again
from bot.use_cases.transcript import OURSELVES, TEAM_URL
from bot.use_cases.watch import forget_old_jobs, pass_time
from bot.wiring_audit import audit_chores, read_audit_key
from bot.wiring_doors import DoorWatch, door_handlers, make_door_desk, make_entrance, open_doors, read_doors
from handlers.desk import Desk
from handlers.jobs import backfill, buried, channel, gate, paper, publishing, watch
from handlers.shape import is_delivery
from handlers.slack_app import SlackApp
from handlers.standing import read_groups
from storage.database import Database
from storage.dialect import AddressWrong, sqlite_file
from storage.intake import Intake
from storage.migrate import current_version, migrate, newest_version
from storage.one_process import Occupied, only_process

if TYPE_CHECKING:
    from aiohttp import web

    from handlers.http.entrance import Entrance
    from handlers.http.ops import Vitals
    from handlers.jobs.doors import DoorDesk

log = logging.getLogger(__name__)

TICK_SECONDS = 15.0
"""How often we look whether a reminder is due or a run is lost."""
MEMBERS_SECONDS = 600.0
"""How often Slack is asked who is in the private channels, whatever it told us of those who came and went."""
HISTORY_SECONDS = 5.0
"""How often we look whether the database lost something; every act that leaves a trace looks as well."""
OLD_JOBS_SECONDS = 600.0
"""How often done jobs are forgotten: what people typed in them is not kept for ever."""
RETENTION_SECONDS = 3600.0
"""How often we look what is to be forgotten: an hour, so that whoever restarts us every day keeps nothing longer."""
CATCH_UP_SECONDS = 5.0
"""How often we look whether the journal has something for the database, and whether deliveries were lost."""


@dataclass(slots=True)
class Product:
    """Everything that runs, and how it ends."""

    settings: Settings
    doors: Doors
    entrance: "Entrance | None"
    door_desk: "DoorDesk | None"
    database: Database
    session: aiohttp.ClientSession
    desk: Desk
    slack: SlackApp
    sockets: Sockets | None
    worker: Worker
    pace: Pace
    witness: Witness
    working: asyncio.Task[None] | None = None

    async def identify(self) -> None:
        """Asks Slack who we are and who is in the groups, and keeps what links and answers need.

        Raises ChatTransient, ChatPermanent.
        """
        identity = await self.desk.chat.who_am_i()
        self.slack.knows(identity)
        async with self.database.write() as tx:
            await tx.facts.put(TEAM_URL, identity.team_url)
            await tx.facts.put(OURSELVES, [identity.bot_user, identity.bot_id])
            if identity.app_id:
                home = f"https://slack.com/app_redirect?app={identity.app_id}&team={identity.team_id}"
                await tx.facts.put("home_link", home)
        await read_groups(self.desk)
        await read_members_again(self.desk.outside)

    async def take_over_servers(self) -> None:
        """Reads the catalogue file, where one is set. Raises FileWrong."""
        if self.settings.servers_file:
            from bot.adapters.catalogue_file import read_catalogue

            await describe_servers(self.desk.outside, read_catalogue(Path(self.settings.servers_file)))

    async def check_history(self) -> None:
        """Stops everything where the database lost what we saw in it. Raises StoreUnavailable, OSError."""
        reason = self.desk.house_texts().plain("alarm.history_reason")
        await check_history(self.desk.outside, self.witness, reason=reason)

    def chores(self) -> list[Chore]:
        """What is done again and again."""
        settings, outside, texts = self.settings, self.desk.outside, self.desk.house_texts()
        inside = f"http://{settings.http_host}:{settings.http_port}"
        address = (settings.public_url or inside) if settings.http_port else ""
        doors = DoorWatch(self.doors, outside, self.session, texts, address, self.door_desk)
        return [
            Chore("time", TICK_SECONDS, partial(pass_time, outside)),
            Chore("backfill", TICK_SECONDS, partial(ask_due, outside)),
            Chore("members", MEMBERS_SECONDS, partial(read_members_again, outside, only_open=True)),
            Chore("history", HISTORY_SECONDS, self.check_history),
            Chore("old jobs", OLD_JOBS_SECONDS, partial(forget_old_jobs, outside)),
            Chore("retention", RETENTION_SECONDS, partial(forget_in_time, outside)),
            Chore("journal", CATCH_UP_SECONDS, self.slack.catch_up),
            Chore("losses", CATCH_UP_SECONDS, self.slack.losses.make_good),
            *doors.chores(),
            *audit_chores(settings, outside, self.session),
        ]

    def web_app(self) -> "web.Application":
        """The gate, and in HTTP mode Slack's own door."""
        from aiohttp import web

        from handlers.http.gate import add_gate
        from handlers.http.ops import add_ops
        from handlers.http.slack import BODY_LIMIT, add_slack

        app = web.Application(client_max_size=BODY_LIMIT)
        assert self.entrance is not None, "a port was set: there is an entrance"
        add_gate(app, self.entrance)
        add_ops(app, self._vitals())
        if self.door_desk:
            open_doors(app, self.doors, self.door_desk)
        if not self.settings.socket_mode:
            add_slack(app, self.slack.bolt, secret=self.settings.signing_secret, now=SystemClock().now)
        return app

    def _vitals(self) -> "Vitals":
        from handlers.http.ops import Vitals
        from storage.operations import DatabaseMeter

        return Vitals(
            meter=DatabaseMeter(self.database),
            clock=self.desk.outside.clock,
            database=self.database.engine.dialect.name,
            knows_slack=lambda: self.slack.is_known,
            connections=lambda: self.sockets.up if self.sockets else None,
            works=lambda: self.working is not None and not self.working.done(),
            heard_at=lambda: self.slack.heard_at,
            refused=lambda: self.pace.refused,
            resting=self.pace.resting,
            held_back=lambda: self.slack.losses.limited,
        )

    def note_end(self) -> None:
        """Notes how far the audit log went, for the next start."""
        try:
            keep_written(self.desk.outside, self.witness)
        except OSError:
            log.exception("how far the audit log went could not be noted")

    async def close(self) -> None:
        """Lets go of everything."""
        self.note_end()
        await self.session.close()
        await self.desk.model.close()
        if self.door_desk:
            await self.door_desk.callbacks.close()
        await self.database.close()


async def look_at_database(url: str) -> DatabaseLook:
    """What is there, with nothing made or changed. Raises SettingsWrong, StoreUnavailable, OSError."""
    from storage.look import look_at

    try:
        return await look_at(url)
    except AddressWrong as wrong:
        raise SettingsWrong("database_url") from wrong


@contextmanager
def served_alone(url: str) -> Iterator[None]:
    """Nobody else serves this SQLite file while the block runs. Raises SettingsWrong, OSError."""
    try:
        with only_process(url):
            yield
    except AddressWrong as wrong:
        raise SettingsWrong("database_url") from wrong
    except Occupied as taken:
        raise SettingsWrong("database_served", file=taken.file, holder=taken.holder or "?") from taken


async def open_database(url: str) -> Database:
    """The database in our schema, or in that of a newer replica, which older ones can work with.

    Raises SettingsWrong, StoreUnavailable.
    """
    try:
        database = Database(url)
    except AddressWrong as wrong:
        raise SettingsWrong("database_url") from wrong
    try:
        if (await current_version(database) or "") < newest_version():
            await migrate(database)
    except BaseException:
        await database.close()
        raise
    return database


def journal_path(settings: Settings) -> Path:
    """Where deliveries wait while the database does not answer: beside it where it is a file. Raises SettingsWrong."""
    if settings.journal_file:
        return Path(settings.journal_file)
    try:
        file = sqlite_file(settings.database_url)
    except AddressWrong as wrong:
        raise SettingsWrong("database_url") from wrong
    return file.with_name(f"{file.name}.inbox") if file else Path("stopline.inbox")


async def build(settings: Settings, clock: Clock) -> Product:
    """The whole product; nothing of it runs yet. Raises SettingsWrong, StoreUnavailable, FileWrong."""
    doors = read_doors(settings.doors_file)
    read_audit_key(settings)
    database = await open_database(settings.database_url)
    session = make_session()
    client = make_client(settings.bot_token, settings.slack_api_url, session)
    chat = SlackChat(client, lambda: clock.now().timestamp())
    model, offline = make_models(settings.model)
    desk = Desk(
        outside=Outside(database, clock, settings.policy),
        chat=chat,
        intake=Intake(database),
        journal=JournalFile(journal_path(settings)),
        model=model,
        offline=offline,
    )
    slack = SlackApp(desk, token=settings.bot_token, client=client, signing_secret=settings.signing_secret)
    own_door = (slack.bolt, settings.app_token, is_delivery, slack.losses.suspect)
    sockets = Sockets(*own_door) if settings.socket_mode else None
    entrance = make_entrance(desk.outside, doors, session) if settings.http_port is not None else None
    door_desk = make_door_desk(doors, entrance, session, clock) if entrance else None
    worker = Worker(
        database,
        clock,
        {**_handlers(desk, slack), **door_handlers(door_desk)},
        name=f"{os.getpid()}-{secrets.token_hex(4)}",
        on_buried=partial(buried.tell_of_buried, desk),
    )
    database.on_queued = worker.wake
    journal = journal_path(settings)
    witness = WitnessFile(journal.with_name(f"{journal.name}.seen"))
    own = (settings, doors, entrance, door_desk, database, session, desk)
    return Product(*own, slack, sockets, worker, chat.pace, witness)


def make_models(settings: ModelSettings) -> tuple[LanguageModel, LanguageModel]:
    """The one to ask, and the one that is always there: the same where no other is set."""
    offline = OfflineModel()
    if not (settings.base_url or settings.api_key):
        return offline, offline
    from bot.adapters.openai_model import make_model

    return make_model(settings.base_url, settings.name, settings.api_key), offline


def _handlers(desk: Desk, slack: SlackApp) -> dict[JobKind, Handler]:
    async def deliver(run: Run) -> None:
        await slack.dispatch(run.payload)

    return {
        JobKind.SLACK_DELIVERY: deliver,
        JobKind.OPEN_CHANNEL: partial(channel.open_channel, desk),
        JobKind.READ_CHANNEL: partial(backfill.read_channel, desk),
        JobKind.REFRESH_CARD: partial(channel.refresh_card, desk),
        JobKind.SET_TOPIC: partial(channel.set_topic, desk),
        JobKind.INVITE: partial(channel.invite, desk),
        JobKind.POST: partial(channel.post_entry, desk),
        JobKind.MAKE_DRAFT: partial(paper.make_draft, desk),
        JobKind.SEND_DRAFT: partial(paper.send_draft, desk),
        JobKind.PUBLISH_DRAFT: partial(publishing.publish_draft, desk),
        JobKind.ANSWER_QUESTION: partial(paper.answer_question, desk),
        JobKind.INDEX_INCIDENT: partial(paper.index_incident, desk),
        JobKind.ASK_APPROVAL: partial(gate.ask_approval, desk),
        JobKind.ASK_DIRECTION: partial(gate.ask_direction, desk),
        JobKind.ASK_CONFIRMATION: partial(gate.ask_confirmation, desk),
        JobKind.TELL_THAW: partial(gate.tell_thaw, desk),
        JobKind.READ_MEMBERS: partial(channel.read_members, desk),
        JobKind.TELL_DRAINING: partial(watch.tell_draining, desk),
        JobKind.TELL_UNKNOWN: partial(watch.tell_unknown, desk),
        JobKind.NAG: partial(watch.nag, desk),
        JobKind.OFFER_SUSPECTS: partial(watch.offer_suspects, desk),
        JobKind.TELL_ALARM: partial(watch.tell_alarm, desk),
        JobKind.TELL_CHECKPOINT: partial(watch.tell_checkpoint, desk),
    }
