"""What the gate answers over HTTP: the same decision for machines (fields) and for people (one sentence)."""

import json
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from aiohttp import web

from bot.domain.errors import (
    FixNotHeld,
    KeyConflict,
    NameUnusable,
    OutOfScope,
    OverrideElsewhere,
    OverrideSpent,
    PermitStale,
    Quarantined,
    Refused,
    UnknownOverride,
    UnknownServer,
)
from bot.domain.freeze import Hold
from bot.domain.gate import Decision, Verdict
from bot.domain.ids import incident_label
from bot.domain.incident import Incident
from bot.domain.permit import Directive, Permit
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

    def knowing(self, names: Mapping[str, str]) -> "Speaker":
        """Speaks of people by their names."""
        return Speaker(Texts(self._texts.language, self._texts.zone, names)) if names else self

    def _say(self, key: str, /, **params: Any) -> str:
        return self._texts.plain(f"gate.http.{key}", **params)

    def _no(self, status: int, error: str, reason: str, **fields: Any) -> web.Response:
        return web.json_response({"error": error, "reason": reason, **fields}, status=status, dumps=_json)

    def answer(self, answer: GateAnswer) -> web.Response:
        """200 with a permit, 202 where a fix waits for approval, 403 where something is frozen."""
        if answer.decision.verdict is Verdict.WAITING:
            return self._waiting(answer)
        return self._permit(answer) if answer.permit and answer.decision.allows else self._frozen(answer)

    def reason(self, answer: GateAnswer) -> str:
        """The one reason text behind every door, whatever the answer; "" where there is nothing to say."""
        decision = answer.decision
        if decision.verdict is Verdict.WAITING:
            labels = [incident_label(number) for number in decision.waiting_for]
            return self._say("waiting", decision=answer.decision_id, servers=decision.servers, incidents=labels)
        if decision.allows:
            return "\n".join(self._warnings(answer))
        labels = [incident_label(incident.id) for incident in answer.incidents]
        first = "frozen" if answer.decision_id else "frozen_dry"
        lines = [self._say(first, decision=answer.decision_id, servers=decision.servers, incidents=labels)]
        return "\n".join([*lines, *(self._because(incident, decision) for incident in answer.incidents)])

    def _warnings(self, answer: GateAnswer) -> list[str]:
        decision = answer.decision
        incidents = [incident_label(number) for number in decision.incident_ids]
        keys = {Verdict.WOULD_REFUSE: "would_refuse", Verdict.FIX: "fix", Verdict.OVERRIDDEN: "overridden"}
        warnings = []
        if decision.holds and decision.verdict in keys:
            warnings.append(self._say(keys[decision.verdict], servers=decision.servers, incidents=incidents))
        if decision.warnings:
            beside = sorted({hold.server for hold in decision.warnings})
            labels = [incident_label(number) for number in dict.fromkeys(h.incident_id for h in decision.warnings)]
            warnings.append(self._say("neighbour_held", servers=beside, incidents=labels))
        return warnings

    def _permit(self, answer: GateAnswer) -> web.Response:
        assert answer.permit is not None
        fields = {**_permit(answer.permit), "decision": answer.decision_id, "warnings": self._warnings(answer)}
        return web.json_response(fields, dumps=_json)

    def _waiting(self, answer: GateAnswer) -> web.Response:
        assert answer.permit is not None
        fields = {
            **_permit(answer.permit),
            "decision": answer.decision_id,
            "poll": f"/v1/permits/{answer.permit.id}",
            "waiting_for": [incident_label(number) for number in answer.decision.waiting_for],
            "reason": self.reason(answer),
        }
        response = web.json_response(fields, status=202, dumps=_json)
        response.headers["Retry-After"] = "5"
        return response

    def state(self, permit: Permit) -> web.Response:
        """200: the permit as it stands now."""
        return web.json_response(_permit(permit), dumps=_json)

    def beat(self, permit: Permit, directive: Directive) -> web.Response:
        """200: how the work goes on."""
        reason = "" if directive is Directive.GO else self._say(f"directive.{directive.value}")
        return web.json_response({**_permit(permit), "directive": directive.value, "reason": reason}, dumps=_json)

    def _frozen(self, answer: GateAnswer) -> web.Response:
        """403: which servers, by which incidents, since when, who can lift it and how."""
        fields = {
            "decision": answer.decision_id,
            "servers": answer.decision.servers,
            "incidents": [_incident(incident, answer.decision.holds) for incident in answer.incidents],
            "who_can_lift": self._say("who_can_lift"),
            "how": self._say("how"),
            "fix": self._say("ask_fix", incident=incident_label(answer.incidents[0].id)),
        }
        return self._no(403, "frozen", self.reason(answer), **fields)

    def _because(self, incident: Incident, decision: Decision) -> str:
        if incident.is_veiled:
            return self._say(
                "because_private",
                incident=incident_label(incident.id),
                since=_since(incident, decision.holds),
                zone=self._texts.zone,
                whom=self._whom(incident),
            )
        return self._say(
            "because",
            incident=incident_label(incident.id),
            title=incident.title,
            since=_since(incident, decision.holds),
            zone=self._texts.zone,
        )

    def _whom(self, incident: Incident) -> str:
        return self._texts.plain("private.ask" if incident.commander else "private.ask_nobody", who=incident.commander)

    def why(self, refused: Refused) -> str:
        """Why a question has no yes, for people."""
        params = refused.params
        match refused:
            case UnknownServer():
                key = "unknown_near" if refused.nearest else "unknown"
                return self._say(key, server=str(params["server"]), nearest=refused.nearest)
            case PermitStale():
                key = f"stale.{params['why']}"
                return self._say(key if self._texts.has(f"gate.http.{key}") else "stale.unknown")
            case KeyConflict():
                return self._say("conflict", key=str(params["key"]))
            case FixNotHeld():
                servers, incident = params["servers"], incident_label(params["incident_id"])
                return self._say("fix_not_held", servers=servers, incident=incident)
            case Quarantined():
                return self._say("quarantined", since=params["since"], why=params["why"], zone=self._texts.zone)
            case NameUnusable():
                return self._say("malformed", problem=f"servers: {str(params['server'])[:100]!r}")
            case _:
                return self._texts.plain(getattr(refused, "sentence", refused.key), **params)

    def refused(self, refused: Refused) -> web.Response:
        """The status and the word of each rule that said no; malformed where a rule speaks of the request itself."""
        status, error = _ERRORS.get(type(refused), (422, "malformed"))
        fields: dict[str, Any] = {}
        match refused:
            case UnknownServer():
                fields = {"server": str(refused.params["server"]), "nearest": list(refused.nearest)}
            case PermitStale():
                fields = {"why": str(refused.params["why"])}
        answer = self._no(status, error, self.why(refused), **fields)
        if status == 503:
            answer.headers["Retry-After"] = "60"
        return answer

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

    def unavailable(self) -> web.Response:
        """503: nothing may start, try again."""
        return self._later(503, "unavailable")

    def overloaded(self) -> web.Response:
        """503: more questions than can be answered soon."""
        return self._later(503, "overloaded")

    def too_many(self) -> web.Response:
        """429: this caller asks too often."""
        return self._later(429, "too_many")

    def _later(self, status: int, error: str) -> web.Response:
        answer = self._no(status, error, self._say(error))
        answer.headers["Retry-After"] = "1"
        return answer


_ERRORS: Mapping[type[Refused], tuple[int, str]] = {
    UnknownServer: (403, "unknown_server"),
    OutOfScope: (403, "out_of_scope"),
    FixNotHeld: (403, "fix_not_held"),
    OverrideElsewhere: (403, "override"),
    OverrideSpent: (403, "override"),
    UnknownOverride: (403, "override"),
    PermitStale: (409, "stale"),
    KeyConflict: (409, "conflict"),
    Quarantined: (503, "quarantined"),
}
"""HTTP status and `error` of what the rules refuse."""


def _permit(permit: Permit) -> Mapping[str, Any]:
    """Ids and epochs are strings: no reader may round them."""
    return {
        "permit": str(permit.id),
        "state": permit.state.value,
        "kind": permit.kind.value,
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
        **({"private": True, "commander": incident.commander} if incident.is_veiled else {}),
    }


def _since(incident: Incident, holds: Sequence[Hold]) -> Any:
    return min(hold.held_at for hold in holds if hold.incident_id == incident.id)
