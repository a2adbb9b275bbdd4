"""What is promised of Azure DevOps' door: no stage goes on over frozen servers, and the job's token goes only back."""

import base64
import json
import random
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import pytest
from aiohttp import web

from bot.adapters.callback_http import CallbackHttp
from bot.adapters.seal import SecretSeal
from bot.domain.audit import Act
from bot.domain.door import AzureCheck
from bot.domain.ids import PermitId
from bot.domain.job import JobKind
from bot.ports.outside import Outside
from bot.ports.storage import StoreUnavailable
from bot.use_cases.permit import approve_fix
from handlers.http.azure import add_azure
from handlers.http.entrance import Entrance, Rates
from handlers.jobs.doors import DoorDesk, answer_azure
from tests.acts import BEN, EVERYBODY, add_server, audit, stop_the_line
from tests.clocks import FrozenClock
from tests.conftest import AddPeople
from tests.handlers.doors_stage import Knock, Service, Worker, opened

SECRET = "a-secret-in-the-address"
TOKEN = "eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzI1NiJ9.eyJuYW1laWQiOiIxIn0.c2lnbmF0dXJl"
PROJECT = "3f2504e0-4f89-11d3-9a0c-0305e82c3301"
SEAL = SecretSeal(SECRET, "azure")


def check(url: str, **other: str) -> dict[str, str]:
    """The headers that Azure Pipelines sends; `_` stands for nothing in their names."""
    said = {
        "PlanUrl": f"{url}/example/",
        "ProjectId": PROJECT,
        "HubName": "checks",
        "PlanId": "9f0a1c2e-0d5b-4c58-9f7a-6a3c2d1b0e4f",
        "JobId": "3a7e60dc-c5b0-5009-86eb-0f217c12e2ea",
        "TaskInstanceId": "61153303-347e-5f06-a6a1-ce2102bd68eb",
        "AuthToken": TOKEN,
        "ProjectName": "relay",
        "SourceBranch": "refs/heads/main",
        "BuildNumber": "20240520.3",
        "Content-Type": "application/json",
    }
    return {**said, **other}


@dataclass
class Stage:
    """Azure DevOps, the door and the worker."""

    pipelines: Service
    knock: Knock
    worker: Worker
    clock: FrozenClock
    check: AzureCheck

    async def send(self, headers: dict[str, str], secret: str = SECRET) -> int:
        return await self.knock(f"/v1/azure/{secret}", b"{}", headers)

    @property
    def results(self) -> list[str]:
        return [body["result"] for body in self.pipelines.told("POST")]


def _add(azure: AzureCheck, app: web.Application, entrance: Entrance) -> None:
    add_azure(app, entrance, azure, SEAL)


@pytest.fixture
async def stage(outside: Outside, clock: FrozenClock, add_people: AddPeople) -> AsyncIterator[Stage]:
    await add_people(*EVERYBODY)
    await add_server(outside, "web-1", "web-2")
    async with Service(lambda *_: web.Response(status=200)).running() as pipelines:
        azure = AzureCheck(SECRET, ("127.0.0.1",), {"relay": ("web-1",)})
        entrance = Entrance(outside, rates=Rates(1e6))
        callbacks = CallbackHttp()
        desk = DoorDesk(entrance, callbacks, azure=azure, azure_seal=SEAL)
        worker = Worker(outside, clock, {JobKind.ANSWER_AZURE: partial(answer_azure, desk)})
        async with opened(partial(_add, azure), entrance) as knock:
            yield Stage(pipelines, knock, worker, clock, azure)
        await callbacks.close()


async def test_a_free_project_succeeds_where_the_documentation_says(stage: Stage, outside: Outside) -> None:
    assert await stage.send(check(stage.pipelines.url)) == 200
    assert not stage.pipelines.heard and await stage.worker.run() == 1
    ((method, path, headers, body),) = stage.pipelines.heard
    assert method == "POST" and path == (
        f"/example/{PROJECT}/_apis/distributedtask/hubs/checks/plans/9f0a1c2e-0d5b-4c58-9f7a-6a3c2d1b0e4f/events"
        "?api-version=2.0-preview.1"
    )
    assert headers["Authorization"] == "Basic " + base64.b64encode(f":{TOKEN}".encode()).decode()
    assert body == {
        "name": "TaskCompleted",
        "taskId": "61153303-347e-5f06-a6a1-ce2102bd68eb",
        "jobId": "3a7e60dc-c5b0-5009-86eb-0f217c12e2ea",
        "result": "succeeded",
    }
    (row,) = await audit(outside, Act.PERMIT_GRANTED)
    assert row.actor == f"azure:{PROJECT}" and row.detail["door"] == "azure"


async def test_a_frozen_project_fails_and_so_does_one_that_nobody_mapped(stage: Stage, outside: Outside) -> None:
    await stop_the_line(outside, "web-1")
    await stage.send(check(stage.pipelines.url))
    await stage.send(check(stage.pipelines.url, JobId=str(uuid.UUID(int=1)), ProjectName="games"))
    await stage.worker.run()
    assert stage.results == ["failed", "failed"] and not await audit(outside, Act.PERMIT_GRANTED)


async def test_a_project_may_be_mapped_by_its_id(outside: Outside, stage: Stage) -> None:
    by_id = replace(stage.check, projects={PROJECT: ("web-1",)})
    desk = DoorDesk(Entrance(outside), CallbackHttp(), azure=by_id, azure_seal=SEAL)
    await stage.send(check(stage.pipelines.url, ProjectName=""))
    await Worker(outside, stage.clock, {JobKind.ANSWER_AZURE: partial(answer_azure, desk)}).run()
    assert stage.results == ["succeeded"]


@pytest.mark.parametrize("secret", ["wrong", "%00", SECRET + "x", SECRET.upper()])
async def test_another_address_tells_nothing(stage: Stage, secret: str) -> None:
    assert await stage.send(check(stage.pipelines.url), secret) == 404
    assert await stage.worker.run() == 0


@pytest.mark.parametrize(
    "other",
    [
        {"PlanUrl": "https://evil.example/"}, {"PlanUrl": "http://dev.azure.com/example/"}, {"PlanUrl": "x"},
        {"PlanUrl": "http://127.0.0.1@evil.example/"}, {"PlanUrl": "http://127.0.0.1/x#"}, {"PlanUrl": ""},
        {"ProjectId": "../../x"}, {"HubName": "checks/../.."}, {"PlanId": "1"}, {"JobId": ""}, {"AuthToken": ""},
        {"TaskInstanceId": "61153303-347e-5f06-a6a1-ce2102bd68eb/x"}, {"AuthToken": "a b"}, {"AuthToken": "é"},
    ],
)  # fmt: skip
async def test_odd_headers_are_malformed(stage: Stage, other: dict[str, str]) -> None:
    assert await stage.send(check(stage.pipelines.url, **other)) == 400
    headers = check(stage.pipelines.url)
    headers.pop(next(iter(other)))
    assert await stage.send(headers) == 400
    assert await stage.worker.run() == 0


async def test_delivered_ten_times_it_is_answered_once_and_no_row_has_the_token(stage: Stage) -> None:
    for _ in range(10):
        assert await stage.send(check(stage.pipelines.url)) == 200
    (job,) = await stage.worker.claim()
    assert TOKEN not in json.dumps(job.payload)
    stage.clock.forward(minutes=1)
    assert await stage.worker.run() == 1 and stage.results == ["succeeded"]


async def test_a_fix_waits_for_its_incident(stage: Stage, outside: Outside) -> None:
    made = await stop_the_line(outside, "web-1")
    await stage.send(check(stage.pipelines.url, SourceBranch=f"refs/heads/fix/INC-{made.incident.id}"))
    for _ in range(3):
        assert await stage.worker.run() == 1
        stage.clock.forward(minutes=1)
    assert not stage.results
    permit = PermitId(int((await audit(outside, Act.FIX_ASKED))[0].subject.partition("-")[2]))
    await approve_fix(outside, by=BEN, permit_id=permit, incident_id=made.incident.id)
    await stage.worker.run()
    assert stage.results == ["succeeded"]


async def test_without_the_database_it_is_asked_again(stage: Stage, outside: Outside) -> None:
    class Gone:
        def write(self, *, urgent: bool = False) -> Any:
            raise StoreUnavailable("gone")

        read = write

    away: Any = replace(outside, store=Gone())
    async with opened(partial(_add, stage.check), Entrance(away)) as knock:
        assert await knock(f"/v1/azure/{SECRET}", b"", check(stage.pipelines.url)) == 503


async def test_no_mutation_of_a_check_breaks_the_door_or_gets_leave(stage: Stage, outside: Outside) -> None:
    """1,000 broken checks against frozen servers: never a 5xx, never an answer that says yes."""
    await stop_the_line(outside, "web-1", "web-2")
    dice = random.Random(20261122)
    statuses: dict[int, int] = {}
    odd = ["", "x" * 2_000, "../..", "%0d%0a", "http://169.254.169.254/", str(uuid.UUID(int=3)), "relay", "é"]
    for number in range(1_000):
        headers = check(stage.pipelines.url, JobId=str(uuid.UUID(int=number)))
        name = dice.choice(sorted(headers))
        if dice.random() < 0.15:
            del headers[name]
        else:
            headers[name] = dice.choice([*odd, headers[name] + dice.choice("x/# ")])
        status = await stage.send(headers)
        assert status in (200, 400), (status, headers)
        statuses[status] = statuses.get(status, 0) + 1
    assert statuses[200] > 100 and statuses[400] > 100, statuses
    while await stage.worker.run():
        pass
    assert set(stage.results) == {"failed"} and not await audit(outside, Act.PERMIT_GRANTED)
