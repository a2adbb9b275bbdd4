"""The gate over HTTP: bearer token in, the one decision out, closed in every doubt.

Answers: 200 yes · 202 a fix waits for approval · 401 token · 403 frozen, unknown server, out of scope · 409 conflict or
stale · 422 malformed · 429 too many · 503 try again. The OpenAPI document is `/v1/openapi.json`.
"""

import asyncio
import re
import uuid
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from bot.domain.errors import NameUnusable, PermitStale, Refused
from bot.domain.ids import IncidentId, OverrideId, PermitId
from bot.domain.server import is_selector
from bot.ports.identity import IdentityUnavailable
from bot.ports.outside import Outside
from bot.ports.storage import StoreCollision, StoreUnavailable
from bot.use_cases import fix, freeze, gate, permit, sighting
from bot.use_cases.sight import names_to_ask
from handlers.http.entrance import Caller, Entrance, Overloaded, TooMany
from handlers.http.gate_answers import Speaker, speaker_of

BODY_LIMIT = 64 * 1024
"""Bytes of a request."""
PATIENCE_SECONDS = 2.0
"""A database that takes longer counts as away."""
TRIES = 3
"""How often a request that collided with another one is tried."""

Act = Callable[[Outside, Speaker, Caller, web.Request], Awaitable[web.Response]]
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

_NUMBER = re.compile(r"[1-9][0-9]{0,17}")


def add_gate(app: web.Application, entrance: Entrance) -> None:
    """The routes that machines ask; each but `/healthz` and the OpenAPI document needs a token."""

    async def healthz(_: web.Request) -> web.Response:
        return await _health(entrance.outside)

    app.router.add_get("/healthz", healthz)
    app.router.add_get("/v1/openapi.json", _openapi)
    app.router.add_post("/v1/permits", _door(entrance, _ask))
    app.router.add_get("/v1/permits/{id}", _door(entrance, _poll))
    app.router.add_post("/v1/permits/{id}/start", _door(entrance, _start))
    app.router.add_post("/v1/permits/{id}/heartbeat", _door(entrance, _beat))
    app.router.add_post("/v1/permits/{id}/finish", _door(entrance, _finish))
    app.router.add_get("/v1/servers/{name}", _door(entrance, _server))
    app.router.add_post("/v1/checks", _door(entrance, _check))
    app.router.add_post("/v1/bypasses", _door(entrance, _bypasses))
    app.router.add_post("/v1/sightings", _door(entrance, _sighting))


async def _health(outside: Outside) -> web.Response:
    try:
        async with asyncio.timeout(PATIENCE_SECONDS), outside.store.read() as tx:
            await tx.facts.get("health")
    except (StoreUnavailable, TimeoutError):
        return web.json_response({"status": "unavailable"}, status=503, headers={"Retry-After": "1"})
    return web.json_response({"status": "ok"})


async def _openapi(_: web.Request) -> web.Response:
    from handlers.http.openapi import document

    return web.json_response(document())


def _door(entrance: Entrance, act: Act) -> Handler:
    async def handle(request: web.Request) -> web.Response:
        speaker = speaker_of(request, entrance.outside.policy)
        try:
            async with asyncio.timeout(PATIENCE_SECONDS), entrance.turnstile.turn():
                answer = await _answer(entrance, act, speaker, request)
        except (StoreUnavailable, IdentityUnavailable, TimeoutError):
            answer = speaker.unavailable()
        except Overloaded:
            answer = speaker.overloaded()
        except TooMany:
            answer = speaker.too_many()
        answer.headers["Cache-Control"] = "no-store"
        return answer

    return handle


async def _answer(entrance: Entrance, act: Act, speaker: Speaker, request: web.Request) -> web.Response:
    caller = await entrance.caller(request)
    if caller is None:
        return speaker.bad_token()
    for _ in range(TRIES):
        try:
            return await _judged(entrance.outside, act, speaker, caller, request)
        except StoreCollision:
            continue
    return speaker.unavailable()


async def _judged(outside: Outside, act: Act, speaker: Speaker, caller: Caller, request: web.Request) -> web.Response:
    try:
        return await act(outside, speaker, caller, request)
    except web.HTTPRequestEntityTooLarge:
        return speaker.too_large(BODY_LIMIT)
    except Refused as refusal:
        return speaker.refused(refusal)
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


async def _ask(outside: Outside, speaker: Speaker, caller: Caller, request: web.Request) -> web.Response:
    from handlers.http.gate_bodies import Ask

    body = Ask.model_validate_json(await _read(request))
    if body.fix_for and body.override:
        return speaker.malformed("fix_for, override")
    asked = gate.Ask(
        caller=caller.name,
        key=body.key or f"once-{uuid.uuid4().hex}",
        servers=body.servers,
        purpose=body.purpose,
        scope=caller.scope,
        fix_for=IncidentId(_after_dash(body.fix_for)) if body.fix_for else None,
        override_id=OverrideId(_after_dash(body.override)) if body.override else None,
    )
    return await _said(outside, speaker, await gate.ask_permit(outside, asked))


async def _said(outside: Outside, speaker: Speaker, answer: gate.GateAnswer) -> web.Response:
    return speaker.knowing(await names_to_ask(outside, answer.incidents)).answer(answer)


def _after_dash(label: str) -> int:
    return int(label.partition("-")[2])


async def _poll(outside: Outside, speaker: Speaker, caller: Caller, request: web.Request) -> web.Response:
    answer = await permit.poll_permit(outside, caller=caller.name, permit_id=_permit_id(request))
    return await _said(outside, speaker, answer)


async def _start(outside: Outside, speaker: Speaker, caller: Caller, request: web.Request) -> web.Response:
    return speaker.state(await permit.start_permit(outside, caller=caller.name, permit_id=_permit_id(request)))


async def _beat(outside: Outside, speaker: Speaker, caller: Caller, request: web.Request) -> web.Response:
    beaten, directive = await permit.beat_permit(outside, caller=caller.name, permit_id=_permit_id(request))
    return speaker.beat(beaten, directive)


async def _finish(outside: Outside, speaker: Speaker, caller: Caller, request: web.Request) -> web.Response:
    from handlers.http.gate_bodies import Finish

    body = Finish.model_validate_json(await _read(request))
    outcome = f"{body.result}: {body.outcome}" if body.result else body.outcome
    ended = await permit.finish_permit(outside, caller=caller.name, permit_id=_permit_id(request), outcome=outcome)
    return speaker.state(ended)


def _permit_id(request: web.Request) -> PermitId:
    number = request.match_info["id"]
    if not _NUMBER.fullmatch(number):
        raise PermitStale(why="unknown")
    return PermitId(int(number))


async def _server(outside: Outside, speaker: Speaker, _: Caller, request: web.Request) -> web.Response:
    name = request.match_info["name"]
    if is_selector(name):
        raise NameUnusable(server=name)
    server, holds = await freeze.check_server(outside, name=name)
    return speaker.server(server, holds)


async def _check(outside: Outside, speaker: Speaker, caller: Caller, request: web.Request) -> web.Response:
    from handlers.http.gate_bodies import Check

    body = Check.model_validate_json(await _read(request))
    voided = await fix.report_check(
        outside, caller=caller.name, server=body.server, check=body.check, green=body.state == "green", words=body.words
    )
    return web.json_response({"voided": voided})


async def _bypasses(outside: Outside, speaker: Speaker, caller: Caller, request: web.Request) -> web.Response:
    from handlers.http.gate_bodies import Bypasses

    body = Bypasses.model_validate_json(await _read(request))
    entries = [
        sighting.Seen(
            id=one.id,
            at=one.at,
            ended_at=one.ended_at,
            servers=one.servers,
            who=f"{one.who}@{one.host}",
            what=one.command or one.purpose,
            reason=one.reason,
        )
        for one in body.entries
    ]
    return web.json_response({"known": await sighting.report_bypasses(outside, caller=caller.name, entries=entries)})


async def _sighting(outside: Outside, speaker: Speaker, caller: Caller, request: web.Request) -> web.Response:
    from handlers.http.gate_bodies import Sighting

    body = Sighting.model_validate_json(await _read(request))
    seen = sighting.Seen(id=body.id, at=body.at, servers=body.servers, who=body.who, what=body.what)
    return web.json_response({"told": await sighting.report_sighting(outside, caller=caller.name, seen=seen)})
