"""The OpenAPI 3.1 document of the gate: the shapes of the bodies, and every status that each route answers."""

from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from handlers.http.gate_bodies import Ask, Bypasses, Check, Finish, Sighting

_STATUS = {
    200: "yes, or what was asked for",
    202: "a fix permit waits for approval: ask again at `poll`",
    401: "the token is missing or not known",
    403: "frozen, an unknown server, or not the caller's to ask for",
    409: "the key was used for other work, or the permit is worth nothing any more",
    422: "the request cannot be read",
    429: "asked too often",
    503: "nothing may start now (`quarantined`: nobody has looked yet after a restore); "
    "try again after Retry-After seconds",
}
_CLOSED = (401, 422, 429, 503)


def document() -> dict[str, Any]:
    """The whole document, as JSON."""
    _, schemas = models_json_schema(
        [(model, "validation") for model in (Ask, Finish, Check, Bypasses, Sighting)],
        ref_template="#/components/schemas/{model}",
    )
    return {
        "openapi": "3.1.0",
        "info": {"title": "Stopline gate", "version": "1"},
        "components": {
            "schemas": {**schemas.get("$defs", {}), "Answer": {"type": "object"}},
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
        },
        "security": [{"bearer": []}],
        "paths": {
            "/healthz": {"get": _act("healthz", (200, 503), closed=False)},
            "/v1/openapi.json": {"get": _act("openapi", (200,), closed=False)},
            "/v1/permits": {"post": _act("ask", (200, 202, 403, 409), body=Ask)},
            "/v1/permits/{id}": {"get": _act("poll", (200, 202, 403, 409), name="id")},
            "/v1/permits/{id}/start": {"post": _act("start", (200, 409), name="id")},
            "/v1/permits/{id}/heartbeat": {"post": _act("heartbeat", (200, 409), name="id")},
            "/v1/permits/{id}/finish": {"post": _act("finish", (200, 409), body=Finish, name="id")},
            "/v1/servers/{name}": {"get": _act("server", (200, 403), name="name")},
            "/v1/checks": {"post": _act("check", (200, 403), body=Check)},
            "/v1/bypasses": {"post": _act("bypasses", (200,), body=Bypasses)},
            "/v1/sightings": {"post": _act("sighting", (200,), body=Sighting)},
        },
    }


def _act(
    operation: str,
    statuses: tuple[int, ...],
    *,
    body: type[BaseModel] | None = None,
    name: str = "",
    closed: bool = True,
) -> dict[str, Any]:
    act: dict[str, Any] = {
        "operationId": operation,
        "responses": {str(status): _answer(status) for status in (*statuses, *(_CLOSED if closed else ()))},
    }
    if not closed:
        act["security"] = []
    if name:
        act["parameters"] = [{"name": name, "in": "path", "required": True, "schema": {"type": "string"}}]
    if body is not None:
        shape = {"schema": {"$ref": f"#/components/schemas/{body.__name__}"}}
        act["requestBody"] = {"required": True, "content": {"application/json": shape}}
        act["description"] = (body.__doc__ or "").strip()
    return act


def _answer(status: int) -> dict[str, Any]:
    shape = {"schema": {"$ref": "#/components/schemas/Answer"}}
    return {"description": _STATUS[status], "content": {"application/json": shape}}
