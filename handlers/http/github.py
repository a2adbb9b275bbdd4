"""The door of GitHub: a custom deployment protection rule asks, the answer follows in a durable job.

Answers: 200 queued, or an event that is none of ours · 202 queued, but nobody mapped the environment: it will be
rejected · 401 signature · 400 malformed, or its answer would go somewhere else than to the configured API · 413 · 503.
The signature is HMAC-SHA256 of the raw body (docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries).
It does not cover `X-GitHub-Delivery`, so a delivery is recognised by its body: whoever replays one under another id is
not asked for again. Silence leaves GitHub's job waiting, so whatever fails here fails closed.
"""

import hashlib
import hmac
import re
from typing import TYPE_CHECKING

from aiohttp import web

from bot.domain.door import GitHubApp, GitHubEnvironment
from bot.domain.job import JobKind
from bot.ports.storage import NewJob
from handlers.http.body import read_bytes
from handlers.http.closed import closed
from handlers.http.entrance import Entrance

if TYPE_CHECKING:
    from handlers.http.github_bodies import Event

BODY_LIMIT = 2 * 1024 * 1024
"""Bytes: the event lists pull requests."""
_SIGNATURE = re.compile(r"sha256=[0-9a-f]{64}")


def add_github(app: web.Application, entrance: Entrance, github: GitHubApp) -> None:
    """`POST /v1/github`, the App's webhook."""

    async def on_event(request: web.Request) -> web.Response:
        raw = await read_bytes(request, BODY_LIMIT)
        if not is_signed(raw, github.webhook_secret, request.headers.get("X-Hub-Signature-256", "")):
            entrance.rates.take(f"address {request.remote}")
            return web.Response(status=401)
        return await _take(entrance, github, raw, request.headers.get("X-GitHub-Event", ""))

    app.router.add_post("/v1/github", closed(on_event))


def is_signed(raw: bytes, secret: str, signature: str) -> bool:
    """Whether GitHub made these bytes."""
    digest = hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()
    if not secret or not _SIGNATURE.fullmatch(signature):
        return False
    return hmac.compare_digest(f"sha256={digest}", signature)


async def _take(entrance: Entrance, github: GitHubApp, raw: bytes, name: str) -> web.Response:
    from handlers.http.github_bodies import Action, Event

    if name != "deployment_protection_rule":
        return web.Response(status=200)
    if Action.model_validate_json(raw).action != "requested":
        return web.Response(status=200)
    event = Event.model_validate_json(raw)
    run_id = run_of(event.deployment_callback_url, github.api_url, event.repository.full_name)
    if run_id is None:
        return web.Response(status=400)
    await _queue(entrance, event, run_id, hashlib.sha256(raw).hexdigest()[:32])
    mapped = environment_of(github, str(event.repository.id), event.environment)
    return web.Response(status=200 if mapped else 202)


def run_of(callback: str, api_url: str, repository: str) -> str | None:
    """The run's number, where the answer goes to this repository at the configured API and nowhere else."""
    address = f"{api_url}/repos/{repository}/actions/runs/"
    found = re.fullmatch(re.escape(address) + r"([1-9][0-9]{0,18})/deployment_protection_rule", callback)
    return found[1] if found else None


def environment_of(github: GitHubApp, repository_id: str, environment: str) -> GitHubEnvironment | None:
    """What the operator wrote down of this repository's environment."""
    wanted = (repository_id, environment)
    return next((one for one in github.environments if (one.repository_id, one.environment) == wanted), None)


async def _queue(entrance: Entrance, event: "Event", run_id: str, delivery: str) -> None:
    at = entrance.outside.clock.now()
    payload = {
        "delivery": delivery,
        "repository_id": str(event.repository.id),
        "repository": event.repository.full_name,
        "environment": event.environment,
        "run_id": run_id,
        "installation_id": event.installation.id,
        "ref": event.deployment.ref[:300] if event.deployment else "",
        "sender": event.sender.login[:100],
        "asked_at": at.isoformat(),
        "round": 0,
    }
    job = NewJob(f"github:{delivery}:0", f"github:{delivery}", JobKind.ANSWER_GITHUB, at, payload)
    async with entrance.outside.store.write() as tx:
        await tx.jobs.put([job])
