"""The door of Azure DevOps: a check "Invoke REST API" in callback mode asks, the answer follows in a durable job.

Answers within 3 s, as Azure DevOps wants it: 200 queued · 404 for an address that is not ours · 400 malformed, or its
answer would go to a host that is not on the list · 503, and then it asks again, 10 times at most. No answer in the
check's time-out skips the stage (learn.microsoft.com/en-us/azure/devops/pipelines/process/invoke-checks, "Error
handling"): closed. Nothing signs these requests: the address holds a secret. The job token is valid for 48 hours; the
job's row has it only sealed (`bot/adapters/seal.py`).
"""

import asyncio
import hashlib
from typing import TYPE_CHECKING
from urllib.parse import quote

from aiohttp import web

from bot.domain.callback import is_allowed
from bot.domain.door import AzureCheck
from bot.domain.job import JobKind
from bot.ports.doors import Seal
from bot.ports.storage import NewJob
from handlers.http.body import is_same
from handlers.http.closed import closed
from handlers.http.entrance import Entrance

if TYPE_CHECKING:
    from handlers.http.azure_headers import Check

PATIENCE_SECONDS = 2.0
"""A database that takes longer counts as away: Azure waits for 3 s."""
HEADERS = (
    "PlanUrl", "ProjectId", "HubName", "PlanId", "JobId", "TaskInstanceId", "AuthToken",
    "ProjectName", "SourceBranch", "BuildNumber",
)  # fmt: skip


def add_azure(app: web.Application, entrance: Entrance, check: AzureCheck, seal: Seal) -> None:
    """`POST /v1/azure/{secret}`; what is asked stands in the headers, a body is not read."""

    async def on_check(request: web.Request) -> web.Response:
        if not is_same(check.secret, request.match_info["secret"]):
            return web.Response(status=404)
        entrance.rates.take("caller azure")
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await _take(entrance, check, seal, request)

    app.router.add_post("/v1/azure/{secret}", closed(on_check))


async def _take(entrance: Entrance, check: AzureCheck, seal: Seal, request: web.Request) -> web.Response:
    from handlers.http.azure_headers import Check

    asked = Check.model_validate({name: request.headers[name] for name in HEADERS if name in request.headers})
    callback = event_address(asked)
    if not is_allowed(callback, check.hosts):
        return web.Response(status=400)
    await _queue(entrance, seal, asked, callback)
    return web.Response(status=200)


def event_address(asked: "Check") -> str:
    """Where the decision goes ("Send a decision back to Azure DevOps" on the same page)."""
    plan = f"{asked.project_id}/_apis/distributedtask/hubs/{quote(asked.hub)}/plans/{asked.plan_id}"
    return f"{asked.plan_url.rstrip('/')}/{plan}/events?api-version=2.0-preview.1"


async def _queue(entrance: Entrance, seal: Seal, asked: "Check", callback: str) -> None:
    """Delivered twice, a check has one job: plan, job and task are its name."""
    at = entrance.outside.clock.now()
    parts = f"{asked.plan_id} {asked.job_id} {asked.task_id}".lower()
    name = hashlib.sha256(parts.encode()).hexdigest()[:32]
    payload = {
        "check": name,
        "project_id": asked.project_id.lower(),
        "project": asked.project,
        "branch": asked.branch,
        "what": asked.what,
        "job_id": asked.job_id,
        "task_id": asked.task_id,
        "callback": callback,
        "token": seal.close(asked.token),
        "asked_at": at.isoformat(),
        "round": 0,
    }
    async with entrance.outside.store.write() as tx:
        await tx.jobs.put([NewJob(f"azure:{name}:0", f"azure:{name}", JobKind.ANSWER_AZURE, at, payload)])
