"""The examples that pipelines copy really ask the gate, and end the job in every doubt."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.domain.audit import Act
from bot.domain.ids import PermitId
from bot.ports.outside import Outside
from bot.use_cases.permit import approve_fix
from bot.use_cases.token import make_token
from handlers.http.entrance import Entrance
from handlers.http.gate import add_gate
from tests.acts import BEN, EVERYBODY, add_server, audit, stop_the_line
from tests.conftest import AddPeople

ASSETS = Path(__file__).parents[2] / "bot/assets/doors"
SECRET = "the-token-of-the-job"
pytestmark = pytest.mark.skipif(
    not (shutil.which("jq") and shutil.which("curl")), reason="the examples need curl and jq"
)


@dataclass
class Stage:
    """A gate, and an issuer that gives jobs their tokens."""

    url: str
    folder: Path

    async def run(self, script: str, **env: str) -> tuple[int, str]:
        """(exit code, what was said). http is allowed here: nothing on loopback has a certificate."""
        here = script.replace("--proto =https", "--proto =http")
        process = await asyncio.create_subprocess_exec(
            "bash",
            "-c",
            here,
            cwd=self.folder,
            env={"PATH": os.environ["PATH"], "STOPLINE_URL": self.url, **env},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        said, _ = await process.communicate()
        return process.returncode or 0, said.decode()

    async def github(self, **env: str) -> tuple[int, str]:
        """The composite action's step."""
        action = yaml.safe_load((ASSETS / "github-action/action.yml").read_text(encoding="utf-8"))
        (step,) = action["runs"]["steps"]
        assert "${{" not in step["run"], "what is filled in there would be run"
        job = {
            "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "runner",
            "ACTIONS_ID_TOKEN_REQUEST_URL": f"{self.url}/issuer?x=1",
            "GITHUB_OUTPUT": str(self.folder / "output"),
            "SERVERS": "web-1 web-2",
            "PURPOSE": 'relay "4.2" $(touch pwned)',
            "KEY": "77-1-deploy",
            "FIX_FOR": "",
        }
        script = step["run"].replace("sleep 5", "sleep 0.1")
        return await self.run(script, **{**job, **env})

    async def gitlab(self, **env: str) -> tuple[int, str]:
        """The job's before_script, as its runner calls it."""
        job = yaml.safe_load((ASSETS / "gitlab/stopline.gitlab-ci.yml").read_text(encoding="utf-8"))[".stopline"]
        known = {
            "STOPLINE_SERVERS": '["web-1"]',
            "CI_PROJECT_PATH": "a/b",
            "CI_COMMIT_SHORT_SHA": "c",
            "CI_JOB_ID": "9",
        }
        return await self.run(job["before_script"][0], STOPLINE_TOKEN=SECRET, **{**known, **env})


async def _issue(request: web.Request) -> web.Response:
    if request.headers.get("Authorization") != "Bearer runner" or "audience" not in request.query:
        return web.Response(status=401)
    return web.json_response({"value": SECRET})


@pytest.fixture
async def stage(outside: Outside, add_people: AddPeople, tmp_path: Path) -> AsyncIterator[Stage]:
    await add_people(*EVERYBODY)
    await add_server(outside, "web-1", "web-2")
    await make_token(outside, name="job", secret=SECRET)
    app = web.Application()
    add_gate(app, Entrance(outside))
    app.router.add_get("/issuer", _issue)
    async with TestServer(app) as server:
        yield Stage(str(server.make_url("")).rstrip("/"), tmp_path)


async def test_leave_is_asked_for_and_begun(stage: Stage, outside: Outside) -> None:
    code, said = await stage.github()
    assert code == 0, said
    (row,) = await audit(outside, Act.PERMIT_STARTED)
    assert (stage.folder / "output").read_text() == f"permit={row.subject.partition('-')[2]}\n"
    assert row.detail["servers"] == ["web-1", "web-2"] and "$(touch pwned)" in row.detail["purpose"]
    assert not (stage.folder / "pwned").exists()
    code, said = await stage.gitlab()
    assert code == 0, said
    assert len(await audit(outside, Act.PERMIT_STARTED)) == 2


async def test_a_refusal_ends_the_job_with_its_reason(stage: Stage, outside: Outside) -> None:
    made = await stop_the_line(outside, "web-1")
    code, said = await stage.github()
    assert code == 77 and f"INC-{made.incident.id}" in said and not (stage.folder / "output").exists()
    assert (await stage.gitlab())[0] != 0
    assert not await audit(outside, Act.PERMIT_STARTED)


async def test_a_fix_is_waited_for(stage: Stage, outside: Outside) -> None:
    made = await stop_the_line(outside, "web-1")

    async def agree() -> None:
        while not (asked := await audit(outside, Act.FIX_ASKED)):
            await asyncio.sleep(0.05)
        number = PermitId(int(asked[0].subject.partition("-")[2]))
        await approve_fix(outside, by=BEN, permit_id=number, incident_id=made.incident.id)

    fix = {"SERVERS": "web-1", "FIX_FOR": f"INC-{made.incident.id}"}
    (code, said), _ = await asyncio.gather(stage.github(**fix), agree())
    assert code == 0, said
    assert len(await audit(outside, Act.PERMIT_STARTED)) == 1


@pytest.mark.parametrize(
    "answer",
    [web.Response(status=503), web.Response(text="ok"), web.Response(text="{}", content_type="application/json"),
     web.json_response({"permit": "1; true", "state": "started"}), web.json_response({"permit": None})],
)  # fmt: skip
async def test_whatever_is_no_leave_ends_the_job(tmp_path: Path, answer: web.Response) -> None:
    async def say(_: web.Request) -> web.Response:
        return web.Response(status=answer.status, body=answer.body, content_type=answer.content_type)

    app = web.Application()
    app.router.add_get("/issuer", _issue)
    app.router.add_route("*", "/v1/{path:.*}", say)
    async with TestServer(app) as server:
        stage = Stage(str(server.make_url("")).rstrip("/"), tmp_path)
        for code, said in (await stage.github(), await stage.gitlab()):
            assert code != 0, said
        code, _ = await stage.github(ACTIONS_ID_TOKEN_REQUEST_TOKEN="somebody else")
        assert code != 0
    for code, said in (await stage.github(), await stage.gitlab()):
        assert code != 0, said


def test_the_workflow_asks_for_its_token_and_names_its_environment() -> None:
    found: Any = yaml.safe_load((ASSETS / "github-action/workflow.example.yml").read_text(encoding="utf-8"))
    job = found["jobs"]["deploy"]
    assert job["environment"] == "production" and job["permissions"]["id-token"] == "write"
    assert "stopline" in job["steps"][0]["uses"], "before anything else"
