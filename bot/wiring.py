"""The one file that knows every part: puts the product together from its settings."""

import os
import secrets
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import aiohttp

from bot.adapters.offline_model import OfflineModel
from bot.adapters.slack_chat import SlackChat, make_client
from bot.adapters.system_clock import SystemClock
from bot.config import Settings, SettingsWrong
from bot.domain.door import Doors
from bot.domain.job import JobKind
from bot.jobs.schedule import Chore
from bot.jobs.worker import Handler, Run, Worker
from bot.ports.clock import Clock
from bot.ports.identity import Identities
from bot.ports.language_model import LanguageModel
from bot.ports.outside import Outside
from bot.use_cases.catalogue import describe_servers
from bot.use_cases.doors import canary_secret, report_door
from bot.use_cases.transcript import TEAM_URL
from bot.use_cases.watch import pass_time
from handlers.desk import Desk
from handlers.jobs import buried, channel, gate, paper, watch
from handlers.slack_app import SlackApp
from storage.database import Database
from storage.dialect import AddressWrong
from storage.intake import Intake
from storage.migrate import current_version, migrate, newest_version

if TYPE_CHECKING:
    from aiohttp import web

    from handlers.http.entrance import Entrance
    from handlers.jobs.doors import DoorDesk

WINDOW_SECONDS = 20.0
"""How soon after a freeze or a thaw Argo CD's windows follow."""
KNOCK_SECONDS = 300.0
"""How often the canary asks at each door."""
TICK_SECONDS = 15.0
"""How often we look whether a reminder is due or a run is lost."""


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
    worker: Worker

    async def identify(self) -> None:
        """Asks Slack who we are, and keeps what links and answers need. Raises ChatTransient, ChatPermanent."""
        identity = await self.desk.chat.who_am_i()
        self.slack.knows(identity)
        async with self.database.write() as tx:
            await tx.facts.put(TEAM_URL, identity.team_url)
            if identity.app_id:
                home = f"https://slack.com/app_redirect?app={identity.app_id}&team={identity.team_id}"
                await tx.facts.put("home_link", home)

    async def take_over_servers(self) -> None:
        """Reads the catalogue file, where one is set. Raises FileWrong."""
        if self.settings.servers_file:
            from bot.adapters.catalogue_file import read_catalogue

            await describe_servers(self.desk.outside, read_catalogue(Path(self.settings.servers_file)))

    def chores(self) -> list[Chore]:
        """What is done again and again."""
        outside = self.desk.outside
        chores = [Chore("time", TICK_SECONDS, partial(pass_time, outside))]
        if self.settings.http_port:
            chores.append(Chore("canary", KNOCK_SECONDS, self._knock))
        if self.doors.argocd:
            chores.append(Chore("windows", WINDOW_SECONDS, self._write_windows))
        if any(cluster.api_url for cluster in self.doors.clusters):
            chores.append(Chore("webhooks", KNOCK_SECONDS, self._look_at_webhooks))
        if self.doors.github:
            chores.append(Chore("environments", KNOCK_SECONDS, self._look_at_environments))
        return chores

    async def _write_windows(self) -> None:
        """Argo CD's sync windows follow what is held; one that somebody took away is written again, and told."""
        from bot.adapters.argocd_api import ArgoApi
        from bot.use_cases.windows import reconcile_windows

        texts = self.desk.house_texts()
        for server in self.doors.argocd:
            api, outside = ArgoApi(server, self.session), self.desk.outside
            for one in await reconcile_windows(outside, api, server.projects, server=server.url):
                unknown = texts.plain("alarm.unknown_servers", servers=one.unknown) if one.unknown else ""
                trouble = one.trouble or (texts.plain("alarm.window_removed") if one.drifted else unknown)
                await report_door(outside, door=f"argocd:{server.url}:{one.project}", trouble=trouble)

    async def _look_at_webhooks(self) -> None:
        """Whether the clusters still ask us as they were told to."""
        from bot.adapters.kubernetes_api import KubernetesApi

        for cluster in self.doors.clusters:
            if cluster.api_url:
                await self._look(f"kubernetes:{cluster.name}:webhook", KubernetesApi(cluster, self.session).drift())

    async def _look_at_environments(self) -> None:
        """Whether GitHub's environments still ask us, administrators too."""
        if not (self.doors.github and self.door_desk and self.door_desk.github_api):
            return
        for one in self.doors.github.environments:
            drift = self.door_desk.github_api.drift(repository=one.repository, environment=one.environment)
            await self._look(f"github:{one.repository}:{one.environment}", drift)

    async def _look(self, door: str, drift: Awaitable[Sequence[str]]) -> None:
        from bot.ports.doors import DoorAway, DoorRefused

        try:
            trouble = ", ".join(await drift)
        except (DoorAway, DoorRefused) as away:
            trouble = f"{type(away).__name__}: {away}"
        await report_door(self.desk.outside, door=door, trouble=trouble)

    async def _knock(self) -> None:
        """A question that must be refused, through each of our doors, at the address that pipelines use."""
        from bot.adapters.canary import Canary

        settings, outside = self.settings, self.desk.outside
        address = settings.public_url or f"http://{settings.http_host}:{settings.http_port}"
        canary = Canary(self.session, address, self.doors)
        for door, trouble in (await canary.knock(await canary_secret(outside))).items():
            await report_door(outside, door=door, trouble=trouble)

    def web_app(self) -> "web.Application":
        """The gate, and in HTTP mode Slack's own door."""
        from aiohttp import web

        from handlers.http.gate import add_gate
        from handlers.http.slack import BODY_LIMIT, add_slack

        app = web.Application(client_max_size=BODY_LIMIT)
        assert self.entrance is not None, "a port was set: there is an entrance"
        add_gate(app, self.entrance)
        if self.door_desk:
            _open_doors(app, self.doors, self.door_desk)
        if not self.settings.socket_mode:
            add_slack(app, self.slack.bolt, secret=self.settings.signing_secret, now=SystemClock().now)
        return app

    async def close(self) -> None:
        """Lets go of everything."""
        await self.session.close()
        if self.door_desk:
            await self.door_desk.callbacks.close()
        await self.database.close()


async def open_database(url: str) -> Database:
    """The database in the newest schema. Raises SettingsWrong, StoreUnavailable."""
    try:
        database = Database(url)
    except AddressWrong as wrong:
        raise SettingsWrong("database_url") from wrong
    try:
        if await current_version(database) != newest_version():
            await migrate(database)
    except BaseException:
        await database.close()
        raise
    return database


async def build(settings: Settings, clock: Clock) -> Product:
    """The whole product; nothing of it runs yet. Raises SettingsWrong, StoreUnavailable, FileWrong."""
    doors = _doors(settings.doors_file)
    database = await open_database(settings.database_url)
    session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=50))
    client = make_client(settings.bot_token, settings.slack_api_url, session)
    offline = OfflineModel()
    desk = Desk(
        outside=Outside(database, clock, settings.policy),
        chat=SlackChat(client),
        intake=Intake(database),
        model=_model(settings) or offline,
        offline=offline,
    )
    slack = SlackApp(desk, token=settings.bot_token, client=client, signing_secret=settings.signing_secret)
    entrance = _entrance(desk.outside, doors, session) if settings.http_port is not None else None
    door_desk = _door_desk(doors, entrance, session, clock) if entrance else None
    worker = Worker(
        database,
        clock,
        {**_handlers(desk, slack), **_door_handlers(door_desk)},
        name=f"{os.getpid()}-{secrets.token_hex(4)}",
        on_buried=partial(buried.tell_of_buried, desk),
    )
    database.on_queued = worker.wake
    return Product(settings, doors, entrance, door_desk, database, session, desk, slack, worker)


def _doors(file: str) -> Doors:
    """What `doors.yaml` says; YAML is loaded only where there is one. Raises DoorsFileWrong."""
    if not file:
        return Doors()
    from bot.adapters.doors_file import read_doors_file

    return read_doors_file(Path(file))


def _entrance(outside: Outside, doors: Doors, session: aiohttp.ClientSession) -> "Entrance":
    """What all doors share; an HTTP server is loaded only where one is wanted."""
    from handlers.http.entrance import Entrance

    return Entrance(outside, _identities(doors, session, outside.clock))


def _identities(doors: Doors, session: aiohttp.ClientSession, clock: Clock) -> Identities | None:
    """Who recognises pipelines by their issuers' tokens, where `doors.yaml` names any."""
    if not doors.issuers:
        return None
    from bot.adapters.oidc import Oidc

    return Oidc(doors.issuers, session, clock)


def _door_desk(doors: Doors, entrance: "Entrance", session: aiohttp.ClientSession, clock: Clock) -> "DoorDesk | None":
    """What the doors of other systems answer with, where `doors.yaml` has any."""
    if doors == Doors(issuers=doors.issuers):
        return None
    from bot.adapters.callback_http import CallbackHttp
    from bot.adapters.github_api import GitHubApi
    from bot.adapters.seal import SecretSeal
    from handlers.jobs.doors import DoorDesk

    return DoorDesk(
        entrance=entrance,
        callbacks=CallbackHttp(),
        github=doors.github,
        github_api=GitHubApi(doors.github, session, clock) if doors.github else None,
        terraform=doors.terraform,
        terraform_seal=SecretSeal(doors.terraform.hmac_key, "terraform") if doors.terraform else None,
        azure=doors.azure,
        azure_seal=SecretSeal(doors.azure.secret, "azure") if doors.azure else None,
    )


def _open_doors(app: "web.Application", doors: Doors, desk: "DoorDesk") -> None:
    from handlers.http.azure import add_azure
    from handlers.http.github import add_github
    from handlers.http.kubernetes import add_kubernetes
    from handlers.http.terraform import add_terraform

    if doors.clusters:
        add_kubernetes(app, desk.entrance, doors.clusters)
    if doors.github:
        add_github(app, desk.entrance, doors.github)
    if doors.terraform and desk.terraform_seal:
        add_terraform(app, desk.entrance, doors.terraform, desk.terraform_seal)
    if doors.azure and desk.azure_seal:
        add_azure(app, desk.entrance, doors.azure, desk.azure_seal)


def _door_handlers(desk: "DoorDesk | None") -> dict[JobKind, Handler]:
    if desk is None:
        return {}
    from handlers.jobs import doors

    return {
        JobKind.ANSWER_GITHUB: partial(doors.answer_github, desk),
        JobKind.ANSWER_TERRAFORM: partial(doors.answer_terraform, desk),
        JobKind.ANSWER_AZURE: partial(doors.answer_azure, desk),
    }


def _model(settings: Settings) -> LanguageModel | None:
    if not (settings.llm_base_url or settings.openai_api_key):
        return None
    from bot.adapters.openai_model import make_model

    return make_model(settings.llm_base_url, settings.llm_model, settings.openai_api_key)


def _handlers(desk: Desk, slack: SlackApp) -> dict[JobKind, Handler]:
    async def deliver(run: Run) -> None:
        await slack.dispatch(run.payload)

    return {
        JobKind.SLACK_DELIVERY: deliver,
        JobKind.OPEN_CHANNEL: partial(channel.open_channel, desk),
        JobKind.REFRESH_CARD: partial(channel.refresh_card, desk),
        JobKind.INVITE: partial(channel.invite, desk),
        JobKind.POST: partial(channel.post_entry, desk),
        JobKind.MAKE_DRAFT: partial(paper.make_draft, desk),
        JobKind.SEND_DRAFT: partial(paper.send_draft, desk),
        JobKind.ANSWER_QUESTION: partial(paper.answer_question, desk),
        JobKind.INDEX_INCIDENT: partial(paper.index_incident, desk),
        JobKind.ASK_APPROVAL: partial(gate.ask_approval, desk),
        JobKind.ASK_DIRECTION: partial(gate.ask_direction, desk),
        JobKind.ASK_CONFIRMATION: partial(gate.ask_confirmation, desk),
        JobKind.TELL_THAW: partial(gate.tell_thaw, desk),
        JobKind.TELL_UNKNOWN: partial(watch.tell_unknown, desk),
        JobKind.NAG: partial(watch.nag, desk),
        JobKind.OFFER_SUSPECTS: partial(watch.offer_suspects, desk),
        JobKind.TELL_ALARM: partial(watch.tell_alarm, desk),
    }
