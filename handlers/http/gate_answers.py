"""What the gate answers over HTTP: the same decision for machines (fields) and for people (one sentence)."""

import json
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from aiohttp import web

from bot.domain.errors import UnknownServer
from bot.domain.freeze import Hold
from bot.domain.gate import Decision
from bot.domain.ids import incident_label
from bot.domain.incident import Incident
from bot.domain.permit import Permit
from bot.domain.server import Server
from bot.i18n.texts import LANGUAGES, Texts
from bot.ports.outside import Policy
from bot.use_cases.freeze import Frozen
from bot.use_cases.gate import GateAnswer

_json = partial(json.dumps, ensure_ascii=False)


def speaker_of(request: web.Request, policy: Policy) -> "Speaker":
    """Speaks the first language of Accept-Language that we know, else the operator's."""
    wanted = request.headers.get("Accept-Language", "")[:200].lower()
    known = (tag.strip()[:2] for tag in wanted.split(","))
    language = next((tag for tag in known if tag in LANGUAGES), policy.language)
    return Speaker(Texts(language, policy.zone))


class Speaker:
    """Answers in one language."""

    def __init__(self, texts: Texts) -> None:
        self._texts = texts

    def _say(self, key: str, /, **params: Any) -> str:
        return self._texts.plain(f"gate.http.{key}", **params)

    def _no(self, status: int, error: str, reason: str, **fields: Any) -> web.Response:
        return web.json_response({"error": error, "reason": reason, **fields}, status=status, dumps=_json)

    def permit(self, answer: GateAnswer) -> web.Response:
        """200: the work may be started soon."""
        assert answer.permit is not None
        fields = _permit(answer.permit)
        warnings = []
        if answer.decision.holds:
            incidents = [incident_label(number) for number in answer.decision.incident_ids]
            warnings.append(self._say("would_refuse", servers=answer.decision.servers, incidents=incidents))
        return web.json_response({**fields, "decision": answer.decision_id, "warnings": warnings}, dumps=_json)

    def state(self, permit: Permit) -> web.Response:
        """200: the permit as it stands now."""
        return web.json_response(_permit(permit), dumps=_json)

    def frozen(self, answer: GateAnswer) -> web.Response:
        """403: which servers, by which incidents, since when, who can lift it and how."""
        labels = [incident_label(incident.id) for incident in answer.incidents]
        servers = answer.decision.servers
        lines = [self._say("frozen", decision=answer.decision_id, servers=servers, incidents=labels)]
        lines += [self._because(incident, answer.decision) for incident in answer.incidents]
        fields = {
            "decision": answer.decision_id,
            "servers": servers,
            "incidents": [_incident(incident, answer.decision.holds) for incident in answer.incidents],
            "who_can_lift": self._say("who_can_lift"),
            "how": self._say("how"),
        }
        return self._no(403, "frozen", "\n".join(lines), **fields)

    def _because(self, incident: Incident, decision: Decision) -> str:
        return self._say(
            "because",
            incident=incident_label(incident.id),
            title=incident.title,
            since=_since(incident, decision.holds),
            zone=self._texts.zone,
        )

    def unknown_server(self, refusal: UnknownServer) -> web.Response:
        """403: a name that no server has, and the nearest."""
        name = str(refusal.params["server"])
        key = "unknown_near" if refusal.nearest else "unknown"
        reason = self._say(key, server=name, nearest=refusal.nearest)
        return self._no(403, "unknown_server", reason, server=name, nearest=list(refusal.nearest))

    def server(self, server: Server, frozen: Sequence[Frozen]) -> web.Response:
        """200: what stands against work on one server now. This authorises nothing."""
        holds = [item.hold for item in frozen]
        incidents = {item.incident.id: item.incident for item in frozen}
        return web.json_response(
            {
                "server": server.name,
                "epoch": str(server.epoch),
                "frozen": bool(holds),
                "incidents": [_incident(incident, holds) for incident in incidents.values()],
            },
            dumps=_json,
        )

    def bad_token(self) -> web.Response:
        """401."""
        answer = self._no(401, "bad_token", self._say("bad_token"))
        answer.headers["WWW-Authenticate"] = "Bearer"
        return answer

    def malformed(self, problem: str) -> web.Response:
        """422."""
        return self._no(422, "malformed", self._say("malformed", problem=problem))

    def too_large(self, limit: int) -> web.Response:
        """422: larger than anything that makes sense."""
        answer = self._no(422, "malformed", self._say("too_large", limit=limit))
        answer.force_close()
        return answer

    def stale(self, why: str) -> web.Response:
        """409: the permit does not start or end what it was asked to."""
        key = f"stale.{why}"
        reason = self._say(key if self._texts.has(f"gate.http.{key}") else "stale.unknown")
        return self._no(409, "stale", reason, why=why)

    def conflict(self, key: str) -> web.Response:
        """409: the key was used for other work."""
        return self._no(409, "conflict", self._say("conflict", key=key))

    def unavailable(self) -> web.Response:
        """503: nothing may start, try again."""
        answer = self._no(503, "unavailable", self._say("unavailable"))
        answer.headers["Retry-After"] = "1"
        return answer


def _permit(permit: Permit) -> Mapping[str, Any]:
    """Ids and epochs are strings: no reader may round them."""
    return {
        "permit": str(permit.id),
        "state": permit.state.value,
        "expires_at": permit.expires_at.isoformat(),
        "epochs": {str(server): str(epoch) for server, epoch in permit.epochs.items()},
        **({"shadow": True} if permit.shadow else {}),
    }


def _incident(incident: Incident, holds: Sequence[Hold]) -> Mapping[str, Any]:
    return {
        "incident": incident_label(incident.id),
        "title": incident.title,
        "since": _since(incident, holds).isoformat(),
        "channel": incident.channel,
    }


def _since(incident: Incident, holds: Sequence[Hold]) -> Any:
    return min(hold.held_at for hold in holds if hold.incident_id == incident.id)
