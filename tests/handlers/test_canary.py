"""What is promised of the canary: every door is asked what it must refuse, and people hear when one does not."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.adapters.canary import Canary
from bot.adapters.seal import SecretSeal
from bot.domain.audit import Act
from bot.domain.door import AzureCheck, Cluster, Doors, Drift, TerraformTasks
from bot.domain.job import JobKind
from bot.i18n.texts import Texts
from bot.ports.outside import Outside
from bot.use_cases.doors import canary_secret, doors_in_trouble, report_door
from handlers.http.azure import add_azure
from handlers.http.entrance import Entrance
from handlers.http.gate import add_gate
from handlers.http.kubernetes import add_kubernetes
from handlers.http.terraform import add_terraform
from tests.acts import audit

LEASE = timedelta(seconds=9)
CLUSTER = Cluster(name="seoul-1", secret="a-secret-of-the-cluster", namespaces={}, nodes=True)
TASKS = TerraformTasks(hmac_key="a-key-of-terraform", hosts=("app.terraform.io",), workspaces={})
CHECK = AzureCheck(secret="a-secret-of-the-check", hosts=("dev.azure.com",), projects={})
DOORS = Doors(clusters=(CLUSTER,), terraform=TASKS, azure=CHECK)


@asynccontextmanager
async def knocking(app: web.Application, doors: Doors = DOORS) -> AsyncIterator[Canary]:
    async with TestServer(app) as server, aiohttp.ClientSession() as session:
        yield Canary(session, str(server.make_url("/")), doors)


def open_to_all(status: int, answer: object) -> web.Application:
    """A gate that says the same to everybody."""
    app = web.Application()

    async def handle(_: web.Request) -> web.Response:
        return web.json_response(answer, status=status)

    app.router.add_route("*", "/{rest:.*}", handle)
    return app


async def test_doors_that_refuse_are_well(outside: Outside) -> None:
    app = web.Application()
    entrance = Entrance(outside)
    add_gate(app, entrance)
    add_kubernetes(app, entrance, (CLUSTER,))
    add_terraform(app, entrance, TASKS, SecretSeal(TASKS.hmac_key, "terraform"))
    add_azure(app, entrance, CHECK, SecretSeal(CHECK.secret, "azure"))
    async with knocking(app) as canary:
        found = await canary.knock(await canary_secret(outside))
    assert found == {"http": None, "kubernetes:seoul-1": None, "terraform": None, "azure": None}
    assert await audit(outside, Act.PERMIT_GRANTED, Act.PERMIT_REFUSED, Act.PERMIT_USED) == []


async def test_doors_that_say_yes_to_everything_are_found(outside: Outside) -> None:
    yes = {"permit": "1", "state": "granted", "response": {"allowed": True, "uid": "another"}}
    async with knocking(open_to_all(200, yes)) as canary:
        found = await canary.knock("any")
    assert all(unlike and "HTTP 200" in unlike.said for unlike in found.values()) and len(found) == 4


async def test_a_door_that_is_away_is_found(outside: Outside) -> None:
    async with aiohttp.ClientSession() as session:
        found = await Canary(session, "http://127.0.0.1:9", Doors()).knock("any")
    assert found["http"] is not None and found["http"].said.startswith("HTTP 0 Client")


async def test_people_hear_once_that_a_door_is_open_and_once_that_it_is_mended(outside: Outside) -> None:
    for trouble, told in (("", False), ("HTTP 200", True), ("HTTP 200", False), ("", True)):
        assert await report_door(outside, door="http", trouble=trouble) is told
    assert [row.act for row in await audit(outside)] == [Act.DOOR_DRIFTED, Act.DOOR_MENDED]
    assert await doors_in_trouble(outside, ["http"]) == {}
    async with outside.store.write() as tx:
        jobs = await tx.jobs.claim(owner="t", now=outside.clock.now(), lease=LEASE, limit=9)
    assert [job.kind for job in jobs] == [JobKind.TELL_ALARM]


@pytest.mark.parametrize("language", ["en", "ko"])
def test_whatever_drifts_people_hear_a_sentence_of_it(language: str) -> None:
    said = [Texts(language).plain(f"alarm.drift.{one}") for one in Drift]
    assert len(set(said)) == len(Drift) and all(" " in sentence for sentence in said)
