"""The doors in the wiring: who comes in, what answers other systems, who looks whether each still stands."""

from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import aiohttp

from bot.domain.door import Doors, Drift
from bot.domain.job import JobKind
from bot.i18n.texts import Texts
from bot.jobs.schedule import Chore
from bot.jobs.worker import Handler
from bot.ports.clock import Clock
from bot.ports.identity import Identities
from bot.ports.outside import Outside
from bot.use_cases.doors import canary_secret, report_door

if TYPE_CHECKING:
    from aiohttp import web

    from handlers.http.entrance import Entrance
    from handlers.jobs.doors import DoorDesk

WINDOW_SECONDS = 20.0
"""How soon after a freeze or a thaw Argo CD's windows follow."""
KNOCK_SECONDS = 300.0
"""How often the canary asks at each door."""


def read_doors(file: str) -> Doors:
    """What `doors.yaml` says; YAML is loaded only where there is one. Raises DoorsFileWrong."""
    if not file:
        return Doors()
    from bot.adapters.doors_file import read_doors_file

    return read_doors_file(Path(file))


def make_entrance(outside: Outside, doors: Doors, session: aiohttp.ClientSession) -> "Entrance":
    """What all doors share; an HTTP server is loaded only where one is wanted."""
    from handlers.http.entrance import Entrance

    return Entrance(outside, _identities(doors, session, outside.clock))


def _identities(doors: Doors, session: aiohttp.ClientSession, clock: Clock) -> Identities | None:
    """Who recognises pipelines by their issuers' tokens, where `doors.yaml` names any."""
    if not doors.issuers:
        return None
    from bot.adapters.oidc import Oidc

    return Oidc(doors.issuers, session, clock)


def make_door_desk(
    doors: Doors, entrance: "Entrance", session: aiohttp.ClientSession, clock: Clock
) -> "DoorDesk | None":
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


def open_doors(app: "web.Application", doors: Doors, desk: "DoorDesk") -> None:
    """The routes at which other systems ask."""
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


def door_handlers(desk: "DoorDesk | None") -> dict[JobKind, Handler]:
    """The jobs that answer other systems."""
    if desk is None:
        return {}
    from handlers.jobs import doors

    return {
        JobKind.ANSWER_GITHUB: partial(doors.answer_github, desk),
        JobKind.ANSWER_TERRAFORM: partial(doors.answer_terraform, desk),
        JobKind.ANSWER_AZURE: partial(doors.answer_azure, desk),
    }


@dataclass(frozen=True, slots=True)
class DoorWatch:
    """Looks again and again whether every door stands as it should; people hear of it in the house's language."""

    doors: Doors
    outside: Outside
    session: aiohttp.ClientSession
    texts: Texts
    address: str
    desk: "DoorDesk | None"

    def chores(self) -> list[Chore]:
        """What is done again and again."""
        chores = [Chore("canary", KNOCK_SECONDS, self._knock)] if self.address else []
        if self.doors.argocd:
            chores.append(Chore("windows", WINDOW_SECONDS, self._write_windows))
        if any(cluster.api_url for cluster in self.doors.clusters):
            chores.append(Chore("webhooks", KNOCK_SECONDS, self._look_at_webhooks))
        if self.doors.github:
            chores.append(Chore("environments", KNOCK_SECONDS, self._look_at_environments))
        return chores

    async def _knock(self) -> None:
        """A question that must be refused, through each of our doors, at the address that pipelines use."""
        from bot.adapters.canary import Canary

        canary = Canary(self.session, self.address, self.doors)
        for door, unlike in (await canary.knock(await canary_secret(self.outside))).items():
            trouble = self.texts.plain("alarm.canary", said=unlike.said, wanted=unlike.wanted) if unlike else ""
            await report_door(self.outside, door=door, trouble=trouble)

    async def _write_windows(self) -> None:
        """Argo CD's sync windows follow what is held; one that somebody took away is written again, and told."""
        from bot.adapters.argocd_api import ArgoApi
        from bot.use_cases.windows import reconcile_windows

        say = self.texts.plain
        for server in self.doors.argocd:
            api = ArgoApi(server, self.session)
            for one in await reconcile_windows(self.outside, api, server.projects, server=server.url):
                unknown = say("alarm.unknown_servers", servers=one.unknown) if one.unknown else ""
                drifted = say("alarm.window_removed") if one.drifted else unknown
                trouble = say("alarm.failed", why=one.trouble) if one.trouble else drifted
                await report_door(self.outside, door=f"argocd:{server.url}:{one.project}", trouble=trouble)

    async def _look_at_webhooks(self) -> None:
        """Whether the clusters still ask us as they were told to."""
        from bot.adapters.kubernetes_api import KubernetesApi

        for cluster in self.doors.clusters:
            if cluster.api_url:
                await self._look(f"kubernetes:{cluster.name}:webhook", KubernetesApi(cluster, self.session).drift())

    async def _look_at_environments(self) -> None:
        """Whether GitHub's environments still ask us, administrators too."""
        if not (self.doors.github and self.desk and self.desk.github_api):
            return
        for one in self.doors.github.environments:
            drift = self.desk.github_api.drift(repository=one.repository, environment=one.environment)
            await self._look(f"github:{one.repository}:{one.environment}", drift)

    async def _look(self, door: str, drift: Awaitable[Sequence[Drift]]) -> None:
        from bot.ports.doors import DoorAway, DoorRefused

        try:
            trouble = "; ".join(self.texts.plain(f"alarm.drift.{one}") for one in await drift)
        except (DoorAway, DoorRefused) as away:
            trouble = self.texts.plain("alarm.failed", why=f"{type(away).__name__}: {away}")
        await report_door(self.outside, door=door, trouble=trouble)
