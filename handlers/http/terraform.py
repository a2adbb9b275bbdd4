"""The door of HCP Terraform: a run task asks, the answer follows in a durable job.

Answers: 200 queued, or the verification of a new run task · 401 signature (an empty one too: that is what comes while
no key is set there) · 400 malformed, or its answer would go to a host that is not on the list · 413 · 503, and then it
asks again. The signature is HMAC-SHA512 of the raw body in hexadecimal
(developer.hashicorp.com/terraform/cloud-docs/integrations/run-tasks, "Securing your Run Task"). A verification carries
the access token `test-token` (hashicorp/terraform-run-task-scaffolding-go, `IsEndpointValidation`).

The access token, with which the answer is given, lives for as long as the task does. The job's row has it only sealed
under a key made from the door's own secret (`bot/adapters/seal.py`); no log has it.
"""

import hashlib
import hmac
import re
from typing import TYPE_CHECKING

from aiohttp import web

from bot.domain.callback import is_allowed
from bot.domain.door import TerraformTasks
from bot.domain.job import JobKind
from bot.ports.doors import Seal
from bot.ports.storage import NewJob
from handlers.http.body import read_bytes
from handlers.http.closed import closed
from handlers.http.entrance import Entrance

if TYPE_CHECKING:
    from handlers.http.terraform_bodies import Task

BODY_LIMIT = 1024 * 1024
VERIFICATION = "test-token"
_SIGNATURE = re.compile(r"[0-9a-f]{128}")


def add_terraform(app: web.Application, entrance: Entrance, tasks: TerraformTasks, seal: Seal) -> None:
    """`POST /v1/terraform`, the run task's endpoint."""

    async def on_task(request: web.Request) -> web.Response:
        raw = await read_bytes(request, BODY_LIMIT)
        if not is_signed(raw, tasks.hmac_key, request.headers.get("X-TFC-Task-Signature", "")):
            entrance.rates.take(f"address {request.remote}")
            return web.Response(status=401)
        return await _take(entrance, tasks, seal, raw)

    app.router.add_post("/v1/terraform", closed(on_task))


def is_signed(raw: bytes, key: str, signature: str) -> bool:
    """Whether HCP Terraform made these bytes."""
    digest = hmac.new(key.encode(), raw, hashlib.sha512).hexdigest()
    return bool(key) and bool(_SIGNATURE.fullmatch(signature)) and hmac.compare_digest(digest, signature)


async def _take(entrance: Entrance, tasks: TerraformTasks, seal: Seal, raw: bytes) -> web.Response:
    from handlers.http.terraform_bodies import Check, Task

    if Check.model_validate_json(raw).access_token == VERIFICATION:
        return web.Response(status=200)
    task = Task.model_validate_json(raw)
    if not is_allowed(task.task_result_callback_url, tasks.hosts):
        return web.Response(status=400)
    await _queue(entrance, seal, task)
    return web.Response(status=200)


async def _queue(entrance: Entrance, seal: Seal, task: "Task") -> None:
    """It may ask again where our 200 was lost: a task's result has one job."""
    at = entrance.outside.clock.now()
    payload = {
        "stage": task.stage,
        "speculative": task.is_speculative,
        "workspace_id": task.workspace_id,
        "workspace": task.workspace_name,
        "run_id": task.run_id,
        "message": (task.run_message or "")[:300],
        "who": (task.run_created_by or "")[:100],
        "callback": task.task_result_callback_url,
        "token": seal.close(task.access_token),
        "asked_at": at.isoformat(),
        "round": 0,
    }
    name = f"terraform:{task.task_result_id}"
    async with entrance.outside.store.write() as tx:
        await tx.jobs.put([NewJob(f"{name}:0", name, JobKind.ANSWER_TERRAFORM, at, payload)])
