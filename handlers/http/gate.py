"""The gate over HTTP: bearer token in, the one decision out, closed in every doubt.

Answers: 200 yes · 401 token · 403 frozen or unknown server · 409 conflict or stale · 422 malformed · 503 try again.
"""

import asyncio
import re
import uuid
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from bot.domain.errors import KeyConflict, NameUnusable, PermitStale, Refused, UnknownServer
from bot.domain.ids import PermitId
from bot.domain.server import is_selector
from bot.ports.outside import Outside
from bot.ports.storage import StoreCollision, StoreUnavailable
from bot.use_cases import freeze, gate
from handlers.http.gate_answers import Speaker, speaker_of

BODY_LIMIT = 64 * 1024
"""Bytes of a request."""
PATIENCE_SECONDS = 2.0
"""A database that takes longer counts as away."""
TRIES = 3
"""How often a request that collided with another one is tried."""

Act = Callable[[Outside, Speaker, str, web.Request], Awaitable[web.Response]]
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

_BEARER = re.compile(r"Bearer ([\x21-\x7e]{1,512})", re.IGNORECASE)
_NUMBER = re.compile(r"[1-9][0-9]{0,17}")


def add_gate(app: web.Application, outside: Outside) -> None:
    """The routes that machines ask; each but `/healthz` needs a token."""

    async def healthz(_: web.Request) -> web.Response:
        return await _health(outside)

    app.router.add_get("/healthz", healthz)
    app.router.add_post("/v1/permits", _door(outside, _ask))
    app.router.add_post("/v1/permits/{id}/start", _door(outside, _start))
    app.router.add_post("/v1/permits/{id}/finish", _door(outside, _finish))
    app.router.add_get("/v1/servers/{name}", _door(outside, _server))


async def _health(outside: Outside) -> web.Response:
    try:
        async with asyncio.timeout(PATIENCE_SECONDS), outside.store.read() as tx:
            await tx.facts.get("health")
    except (StoreUnavailable, TimeoutError):
        return web.json_response({"status": "unavailable"}, status=503, headers={"Retry-After": "1"})
    return web.json_response({"status": "ok"})


def _door(outside: Outside, act: Act) -> Handler:
    async def handle(request: web.Request) -> web.Response:
        speaker = speaker_of(request, outside.policy)
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                answer = await _answer(outside, act, speaker, request)
        except (StoreUnavailable, TimeoutError):
            answer = speaker.unavailable()
        answer.headers["Cache-Control"] = "no-store"
        return answer

    return handle


async def _answer(outside: Outside, act: Act, speaker: Speaker, request: web.Request) -> web.Response:
    secret = _BEARER.fullmatch(request.headers.get("Authorization", ""))
    caller = await gate.caller_of(outside, secret[1]) if secret else None
    if caller is None:
        return speaker.bad_token()
    for _ in range(TRIES):
        try:
            return await _judged(outside, act, speaker, caller, request)
        except StoreCollision:
            continue
    return speaker.unavailable()


async def _judged(outside: Outside, act: Act, speaker: Speaker, caller: str, request: web.Request) -> web.Response:
    try:
        return await act(outside, speaker, caller, request)
    except web.HTTPRequestEntityTooLarge:
        return speaker.too_large(BODY_LIMIT)
    except UnknownServer as refusal:
        return speaker.unknown_server(refusal)
    except PermitStale as refusal:
        return speaker.stale(str(refusal.params["why"]))
    except KeyConflict as refusal:
        return speaker.conflict(str(refusal.params["key"]))
    except NameUnusable as refusal:
        return speaker.malformed(f"servers: {str(refusal.params['server'])[:100]!r}")
    except Refused as refusal:
        return speaker.malformed(refusal.key)
    except _malformed() as trouble:
        return speaker.malformed(_problem(trouble))


def _malformed() -> tuple[type[Exception], ...]:
    """What reading a body may raise: pydantic is loaded with the first request, not at the start."""
    from pydantic import ValidationError

    return ValidationError, UnicodeError


def _problem(trouble: Exception) -> str:
    """What is wrong and where, without the input: it may be secret or huge."""
    errors: Callable[..., list[dict[str, Any]]] | None = getattr(trouble, "errors", None)
    if errors is None:
        return "UTF-8"
    first = errors(include_input=False, include_url=False, include_context=False)[0]
    where = ".".join(str(part)[:40] for part in first["loc"])
    return f"{where}: {first['msg']}"[:300] if where else str(first["msg"])[:300]


async def _read(request: web.Request) -> bytes:
    """Our limit, whatever the application allows to others. Raises HTTPRequestEntityTooLarge."""
    size = request.content_length or 0
    body = await request.read() if size <= BODY_LIMIT else b""
    if max(size, len(body)) > BODY_LIMIT:
        raise web.HTTPRequestEntityTooLarge(BODY_LIMIT, max(size, len(body)))
    return body


async def _ask(outside: Outside, speaker: Speaker, caller: str, request: web.Request) -> web.Response:
    from handlers.http.gate_bodies import Ask

    body = Ask.model_validate_json(await _read(request))
    key = body.key or f"once-{uuid.uuid4().hex}"
    answer = await gate.ask_permit(outside, caller=caller, key=key, server_names=body.servers, purpose=body.purpose)
    return speaker.permit(answer) if answer.permit else speaker.frozen(answer)


async def _start(outside: Outside, speaker: Speaker, caller: str, request: web.Request) -> web.Response:
    started = await gate.start_permit(outside, caller=caller, permit_id=_permit_id(request))
    return speaker.state(started)


async def _finish(outside: Outside, speaker: Speaker, caller: str, request: web.Request) -> web.Response:
    from handlers.http.gate_bodies import Finish

    body = Finish.model_validate_json(await _read(request))
    ended = await gate.finish_permit(outside, caller=caller, permit_id=_permit_id(request), outcome=body.outcome)
    return speaker.state(ended)


def _permit_id(request: web.Request) -> PermitId:
    number = request.match_info["id"]
    if not _NUMBER.fullmatch(number):
        raise PermitStale(why="unknown")
    return PermitId(int(number))


async def _server(outside: Outside, speaker: Speaker, _: str, request: web.Request) -> web.Response:
    name = request.match_info["name"]
    if is_selector(name):
        raise NameUnusable(server=name)
    server, holds = await freeze.server_state(outside, name=name)
    return speaker.server(server, holds)
