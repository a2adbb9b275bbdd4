"""What is promised of HCP Terraform's door: nothing is applied to frozen servers, its token goes only back to it."""

import hashlib
import hmac
import json
import logging
import random
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import pytest
from aiohttp import web
from aiohttp.resolver import ThreadedResolver

from bot.adapters.callback_http import CallbackHttp, PublicResolver
from bot.adapters.seal import SecretSeal
from bot.domain.audit import Act
from bot.domain.callback import is_allowed
from bot.domain.door import TerraformTasks
from bot.domain.ids import PermitId
from bot.domain.job import JobKind
from bot.ports.doors import DoorAway, DoorRefused
from bot.ports.outside import Outside
from bot.ports.storage import StoreUnavailable
from bot.use_cases.permit import approve_fix
from handlers.http.entrance import Entrance
from handlers.http.terraform import add_terraform, is_signed
from handlers.jobs.doors import DoorDesk, answer_terraform
from tests.acts import BEN, EVERYBODY, add_server, audit, stop_the_line
from tests.clocks import FrozenClock
from tests.conftest import AddPeople
from tests.handlers.doors_stage import Knock, Service, Worker, mutate, opened

KEY = "the-key-of-the-run-task"
TOKEN = "4QEuyyxug1f2rw.atlasv1.iDyxqhXGVZ0ykes53YdQyHyYtFOrdAWNBxcVUgWvzb64NFHjcquu8gJMEdUwoSLRu4Q"
SEAL = SecretSeal(KEY, "terraform")


def task(url: str, **other: Any) -> dict[str, Any]:
    """As HCP Terraform sends it."""
    said = {
        "payload_version": 1,
        "stage": "pre_apply",
        "access_token": TOKEN,
        "capabilities": {"outcomes": True},
        "configuration_version_download_url": None,
        "configuration_version_id": "cv-ntv3HbhJqvFzamy7",
        "is_speculative": False,
        "organization_name": "example",
        "plan_json_api_url": "https://app.terraform.io/api/v2/plans/plan-6AFmRJW1PFJ7qbAh/json-output",
        "run_app_url": "https://app.terraform.io/app/example/relay-production/runs/run-i3Df5to9ELvibKpQ",
        "run_created_at": "2024-05-20T05:52:00.000Z",
        "run_created_by": "octocat",
        "run_id": "run-i3Df5to9ELvibKpQ",
        "run_message": "Triggered via UI",
        "task_result_callback_url": f"{url}/api/v2/task-results/5ea8d46c-2ceb-42cd-83f2-82e54697bddd/callback",
        "task_result_enforcement_level": "mandatory",
        "task_result_id": "taskrs-2nH5dncYoXaMVQmJ",
        "vcs_branch": "main",
        "vcs_commit_url": None,
        "vcs_pull_request_url": None,
        "vcs_repo_url": None,
        "workspace_app_url": "https://app.terraform.io/app/example/relay-production",
        "workspace_id": "ws-ck4G5bb1Yei5szRh",
        "workspace_name": "relay-production",
        "workspace_working_directory": "/terraform",
    }
    return {**said, **other}


def signature(raw: bytes, key: str = KEY) -> str:
    return hmac.new(key.encode(), raw, hashlib.sha512).hexdigest()


@dataclass
class Stage:
    """HCP Terraform, the door and the worker."""

    cloud: Service
    knock: Knock
    worker: Worker
    clock: FrozenClock
    desk: DoorDesk

    async def send(self, body: Any, **headers: str) -> int:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        return await self.knock("/v1/terraform", raw, {"X-TFC-Task-Signature": signature(raw), **headers})

    @property
    def results(self) -> list[dict[str, str]]:
        return [body["data"]["attributes"] for body in self.cloud.told("PATCH")]


@pytest.fixture
async def stage(outside: Outside, clock: FrozenClock, add_people: AddPeople) -> AsyncIterator[Stage]:
    await add_people(*EVERYBODY)
    await add_server(outside, "web-1", "web-2")
    async with Service(lambda *_: web.json_response({})).running() as cloud:
        tasks = TerraformTasks(KEY, ("127.0.0.1",), {"relay-production": ("web-1",)})
        entrance = Entrance(outside)
        callbacks = CallbackHttp()
        desk = DoorDesk(entrance, callbacks, terraform=tasks, terraform_seal=SEAL)
        worker = Worker(outside, clock, {JobKind.ANSWER_TERRAFORM: partial(answer_terraform, desk)})
        async with opened(partial(_add, tasks), entrance) as knock:
            yield Stage(cloud, knock, worker, clock, desk)
        await callbacks.close()


def _add(tasks: TerraformTasks, app: web.Application, entrance: Entrance) -> None:
    add_terraform(app, entrance, tasks, SEAL)


async def test_a_free_workspace_passes_and_its_work_has_begun(stage: Stage, outside: Outside) -> None:
    assert await stage.send(task(stage.cloud.url)) == 200
    assert not stage.cloud.heard, "its 200 comes first"
    assert await stage.worker.run() == 1
    (row,) = await audit(outside, Act.PERMIT_STARTED)
    assert row.actor == "terraform:ws-ck4G5bb1Yei5szRh" and row.detail["door"] == "terraform"
    ((method, path, headers, body),) = stage.cloud.heard
    assert (method, path) == ("PATCH", "/api/v2/task-results/5ea8d46c-2ceb-42cd-83f2-82e54697bddd/callback")
    assert headers["Authorization"] == f"Bearer {TOKEN}" and headers["Content-Type"] == "application/vnd.api+json"
    assert body["data"]["type"] == "task-results" and "url" not in body["data"]["attributes"]
    (result,) = stage.results
    assert result["status"] == "passed" and f"D-{row.seq}" in result["message"]


async def test_after_the_apply_the_work_has_ended(stage: Stage, outside: Outside) -> None:
    await stage.send(task(stage.cloud.url))
    await stage.worker.run()
    after = task(stage.cloud.url, stage="post_apply", task_result_id="taskrs-2")
    assert await stage.send(after) == 200 and await stage.worker.run() == 1
    assert [result["status"] for result in stage.results] == ["passed", "passed"]
    assert len(await audit(outside, Act.PERMIT_FINISHED)) == 1
    again = task(stage.cloud.url, stage="post_apply", task_result_id="taskrs-3")
    assert await stage.send(again) == 200 and await stage.worker.run() == 1, "there is nothing more to end"
    assert len(await audit(outside, Act.PERMIT_FINISHED)) == 1


async def test_a_frozen_workspace_fails_with_the_one_reason(stage: Stage, outside: Outside) -> None:
    made = await stop_the_line(outside, "web-1")
    await stage.send(task(stage.cloud.url))
    await stage.worker.run()
    (row,) = await audit(outside, Act.PERMIT_REFUSED)
    (result,) = stage.results
    assert result["status"] == "failed" and f"D-{row.seq}" in result["message"]
    assert f"INC-{made.incident.id}" in result["message"]


async def test_a_workspace_that_nobody_mapped_fails(stage: Stage, outside: Outside) -> None:
    await stage.send(task(stage.cloud.url, workspace_name="games"))
    await stage.worker.run()
    assert stage.results[0]["status"] == "failed" and "games" in stage.results[0]["message"]
    assert not await audit(outside, Act.PERMIT_STARTED)


@pytest.mark.parametrize("other", [{"stage": "pre_plan"}, {"stage": "post_plan"}, {"is_speculative": True}])
async def test_what_changes_nothing_passes_with_a_note(stage: Stage, outside: Outside, other: Any) -> None:
    await stop_the_line(outside, "web-1")
    await stage.send(task(stage.cloud.url, **other))
    await stage.worker.run()
    assert stage.results[0]["status"] == "passed" and "before the apply" in stage.results[0]["message"]
    assert not await audit(outside, Act.PERMIT_STARTED, Act.PERMIT_REFUSED)


async def test_a_new_run_task_is_verified_without_any_effect(stage: Stage) -> None:
    check = task(stage.cloud.url, access_token="test-token", stage="test", task_result_id=None, run_id=None)
    assert await stage.send(check) == 200
    assert await stage.send(check, **{"X-TFC-Task-Signature": ""}) == 401
    assert await stage.worker.run() == 0 and not stage.cloud.heard


@pytest.mark.parametrize("given", ["", "0" * 128, "{}0", "sha512={}", "é"])
async def test_without_its_signature_nothing_is_heard(stage: Stage, given: str) -> None:
    raw = json.dumps(task(stage.cloud.url)).encode()
    assert await stage.send(raw, **{"X-TFC-Task-Signature": given.replace("{}", signature(raw))}) == 401
    assert await stage.send(raw, **{"X-TFC-Task-Signature": signature(raw, "another")}) == 401
    assert await stage.send(raw + b" ", **{"X-TFC-Task-Signature": signature(raw)}) == 401
    assert await stage.knock("/v1/terraform", raw, {}) == 401
    assert await stage.worker.run() == 0 and not is_signed(raw, "", signature(raw, ""))


@pytest.mark.parametrize(
    "callback",
    [
        "https://evil.example/callback", "http://app.terraform.io/callback", "https://127.0.0.1.evil.example/",
        "https://127.0.0.1@evil.example/", "http://169.254.169.254/latest/", "file:///etc/passwd", "//127.0.0.1/x", "",
        "https://app.terraform.io\\@127.0.0.1/", "https://127.0.0.1:bad/",
    ],
)  # fmt: skip
async def test_an_answer_that_would_go_elsewhere_is_not_given(stage: Stage, callback: str) -> None:
    assert await stage.send(task(stage.cloud.url, task_result_callback_url=callback)) == 400
    assert await stage.worker.run() == 0


def test_only_the_hosts_on_the_list_by_tls_at_their_usual_port() -> None:
    hosts = ("app.terraform.io", "10.0.0.7")
    assert is_allowed("https://app.terraform.io/api/v2/x?y=1", hosts)
    assert is_allowed("https://APP.terraform.io:443/", hosts)
    for url in (
        "http://app.terraform.io/", "https://app.terraform.io:8443/", "https://app.terraform.io./",
        "https://x.app.terraform.io/", "https://a@app.terraform.io/", "https://app.terraform.io#@evil.example/",
        "https://10.0.0.7/", "https://app.terraform.io/\n", "https:// app.terraform.io/", "https://[::1", "x" * 3_000,
    ):  # fmt: skip
        assert not is_allowed(url, hosts), url


class Names(ThreadedResolver):
    """Says that every name has this address."""

    def __init__(self, *addresses: str) -> None:
        self._addresses = addresses

    async def resolve(self, host: str, port: int = 0, family: Any = 0) -> Any:
        known = {"hostname": host, "port": port, "family": 2, "proto": 0, "flags": 0}
        return [{**known, "host": one} for one in self._addresses]

    async def close(self) -> None:
        return None


@pytest.mark.parametrize(
    "addresses",
    [("10.1.2.3",), ("127.0.0.1",), ("169.254.169.254",), ("8.8.8.8", "192.168.0.1"), ("::1",), ("fe80::1%eth0",)],
)
async def test_a_name_that_leads_behind_our_walls_gets_no_token(addresses: tuple[str, ...]) -> None:
    callbacks = CallbackHttp(PublicResolver(Names(*addresses)))
    with pytest.raises(DoorRefused):
        await callbacks.send(
            "PATCH", "https://app.terraform.io/x", hosts=("app.terraform.io",), headers={"Authorization": "t"}, body={}
        )
    await callbacks.close()
    resolved = await PublicResolver(Names("8.8.8.8")).resolve("app.terraform.io", 443)
    assert resolved[0]["host"] == "8.8.8.8"


async def test_a_redirect_takes_the_token_nowhere(stage: Stage) -> None:
    async with Service(lambda *_: web.json_response({})).running() as elsewhere:
        await stage.send(task(stage.cloud.url))
        stage.cloud.answers.append(web.Response(status=308, headers={"Location": elsewhere.url}))
        assert await stage.worker.run() == 1
        assert not elsewhere.heard


async def test_no_row_and_no_log_has_the_token(
    stage: Stage, outside: Outside, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    await stage.send(task(stage.cloud.url))
    (job,) = await stage.worker.claim()
    assert TOKEN not in json.dumps(job.payload) and SEAL.open(job.payload["token"]) == TOKEN
    with pytest.raises(DoorRefused):
        SecretSeal(KEY, "azure").open(job.payload["token"])
    stage.clock.forward(minutes=1)
    stage.cloud.answers.append(web.Response(status=500))
    with pytest.raises(DoorAway):
        await stage.worker.run()
    assert TOKEN not in caplog.text


async def test_asked_twice_it_answers_once(stage: Stage, outside: Outside) -> None:
    for _ in range(3):
        assert await stage.send(task(stage.cloud.url)) == 200
    assert await stage.worker.run() == 1 and len(stage.results) == 1


async def test_a_service_that_is_away_is_told_later_and_the_gate_is_asked_again(stage: Stage, outside: Outside) -> None:
    await stage.send(task(stage.cloud.url))
    stage.cloud.answers.append(web.Response(status=503))
    with pytest.raises(DoorAway):
        await stage.worker.run()
    await stop_the_line(outside, "web-1")
    stage.clock.forward(seconds=30)
    assert await stage.worker.run() == 1
    assert [result["status"] for result in stage.results] == ["passed", "failed"]


async def test_a_fix_shows_progress_and_starts_once_agreed(stage: Stage, outside: Outside) -> None:
    made = await stop_the_line(outside, "web-1")
    words = f"raise the limit, fix-for: INC-{made.incident.id}"
    await stage.send(task(stage.cloud.url, run_message=words))
    for _ in range(9):
        assert await stage.worker.run() == 1
        stage.clock.forward(minutes=1)
    assert [result["status"] for result in stage.results] == ["running"] * 3, "every 3 minutes, 10 are allowed"
    permit = PermitId(int((await audit(outside, Act.FIX_ASKED))[0].subject.partition("-")[2]))
    await approve_fix(outside, by=BEN, permit_id=permit, incident_id=made.incident.id)
    await stage.worker.run()
    assert stage.results[-1]["status"] == "passed"
    async with outside.store.read() as tx:
        started = await tx.permits.get(permit)
    assert started and started.state == "started" and started.kind == "fix"


async def test_a_fix_that_nobody_agrees_to_fails_within_the_hour(stage: Stage, outside: Outside) -> None:
    made = await stop_the_line(outside, "web-1")
    await stage.send(task(stage.cloud.url, run_message=f"fix-for: INC-{made.incident.id}"))
    minutes = 0
    while await stage.worker.run():
        stage.clock.forward(minutes=1)
        minutes += 1
    assert stage.results[-1]["status"] == "failed" and minutes - 1 == 58


async def test_without_the_database_it_is_asked_again(stage: Stage, outside: Outside) -> None:
    class Gone:
        def write(self, *, urgent: bool = False) -> Any:
            raise StoreUnavailable("gone")

        read = write

    assert stage.desk.terraform
    away: Any = replace(outside, store=Gone())
    async with opened(partial(_add, stage.desk.terraform), Entrance(away)) as knock:
        raw = json.dumps(task(stage.cloud.url)).encode()
        assert await knock("/v1/terraform", raw, {"X-TFC-Task-Signature": signature(raw)}) == 503


async def test_no_mutation_of_a_task_breaks_the_door_or_gets_leave(
    stage: Stage, outside: Outside, caplog: pytest.LogCaptureFixture
) -> None:
    """2,000 broken tasks and signatures against frozen servers: never a 5xx, never a traceback, never a permit."""
    await stop_the_line(outside, "web-1", "web-2")
    dice = random.Random(20261122)
    statuses: dict[int, int] = {}
    for _ in range(1_000):
        body = mutate(task(stage.cloud.url, task_result_id=f"taskrs-{dice.randrange(10**9)}"), dice)
        raw = json.dumps(body).encode()
        known = signature(raw)
        for given in (known, known[: dice.randrange(1, 127)] + dice.choice(["", "0", "g"])):
            status = await stage.send(raw, **{"X-TFC-Task-Signature": given})
            assert status in (200, 400, 401, 429), (status, body)
            assert status in (401, 429) or given == known
            statuses[status] = statuses.get(status, 0) + 1
    assert statuses[200] > 100 and statuses[400] > 100, statuses
    while await stage.worker.run():
        pass
    assert "failed" in {result["status"] for result in stage.results}
    passed = [result["message"] for result in stage.results if result["status"] == "passed"]
    assert all("before the apply" in words or "noted" in words for words in passed)
    assert not await audit(outside, Act.PERMIT_GRANTED, Act.PERMIT_STARTED, Act.PERMIT_USED)
    assert not [one for one in caplog.records if one.levelno >= logging.ERROR]
