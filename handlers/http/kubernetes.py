"""The door of Kubernetes: a ValidatingAdmissionWebhook that asks the gate before a change is admitted.

Answers: 200 with an AdmissionReview, `allowed` or not with one reason and its decision id · 404 for an address that
is not ours · 400 for what is no review · 413, 429, 503 where nothing can be said. Everything but a review is a
failure to the API server, and with `failurePolicy: Fail` it then refuses
(kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers, "Response", "Failure policy").
"""

import asyncio
import hashlib
import json
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from aiohttp import web

from bot.domain.door import Cluster, Door
from bot.domain.errors import Refused
from bot.domain.ids import IncidentId
from bot.domain.shortening import shorten
from bot.use_cases.gate import Ask, Shot
from bot.use_cases.permit import finish_permit, start_permit
from handlers.http.body import is_same, read_bytes
from handlers.http.closed import closed
from handlers.http.entrance import Entrance
from handlers.http.gate_answers import Speaker, speaker_of
from handlers.http.kubernetes_reach import Touched, purpose_of, touched_by, wanted_of
from handlers.http.said import Said, ask_gate

if TYPE_CHECKING:
    from handlers.http.kubernetes_bodies import Request

BODY_LIMIT = 3 * 1024 * 1024
"""Bytes: two copies of an object of at most 1.5 MiB (etcd's limit for one request)."""
PATIENCE_SECONDS = 2.0
"""We say that we cannot say before the API server, which waits 3 s in our example, gives us up."""
WARNING_CHARACTERS = 120
"""Longer warnings may be cut (the page above, "Response")."""
SAME_SECONDS = 60.0
"""A controller tries again for ever: so long, the same refusal is told again under its first decision, and no row is
written. That it is still refused is looked up every time."""
MEMORY = 1_000

_json = partial(json.dumps, ensure_ascii=False)


def add_kubernetes(app: web.Application, entrance: Entrance, clusters: Sequence[Cluster]) -> None:
    """`POST /v1/admission/{cluster}/{secret}`: the API server sends no credentials, so the address holds a secret."""
    known = {cluster.name: cluster for cluster in clusters}
    memory = _Memory()

    async def on_review(request: web.Request) -> web.Response:
        cluster = known.get(request.match_info["cluster"])
        if not is_same(cluster.secret if cluster else "", request.match_info["secret"]) or cluster is None:
            return web.Response(status=404)
        return await _answer(entrance, cluster, memory, request)

    app.router.add_post("/v1/admission/{cluster}/{secret}", closed(on_review))


async def _answer(entrance: Entrance, cluster: Cluster, memory: "_Memory", request: web.Request) -> web.Response:
    from handlers.http.kubernetes_bodies import Review

    raw = await read_bytes(request, BODY_LIMIT)
    asked = Review.model_validate_json(raw).request
    touched = touched_by(asked, cluster)
    if not touched.servers:
        return _review(asked.uid, Said(allowed=True, reason=""))
    entrance.rates.take(f"caller k8s:{cluster.name}")
    speaker = speaker_of(request, entrance.outside.policy)
    async with asyncio.timeout(PATIENCE_SECONDS):
        said = await _said(entrance, speaker, memory, cluster, asked, touched)
    return _review(asked.uid, said)


async def _said(
    entrance: Entrance, speaker: Speaker, memory: "_Memory", cluster: Cluster, asked: "Request", touched: Touched
) -> Said:
    ask = Ask(
        caller=f"k8s:{cluster.name}",
        key=asked.uid,
        servers=touched.servers,
        purpose=purpose_of(asked),
        door=Door.KUBERNETES,
        shot=Shot.WHOLE,
    )
    if asked.dryRun:
        return await ask_gate(entrance, speaker, ask, dry=True)
    if touched.fix_for is not None:
        seen = await ask_gate(entrance, speaker, ask, dry=True)
        if not seen.allowed:
            return await _fix(entrance, speaker, ask, asked, touched.fix_for)
    return await _judged(entrance, speaker, memory, ask)


async def _judged(entrance: Entrance, speaker: Speaker, memory: "_Memory", ask: Ask) -> Said:
    known = memory.find(ask)
    if known is not None:
        seen = await ask_gate(entrance, speaker, ask, dry=True)
        if not seen.allowed and seen.answer and seen.answer.decision.incident_ids == known.incident_ids:
            again = replace(seen.answer, decision_id=known.decision_id)
            return Said(allowed=False, reason=speaker.reason(again), decision_id=known.decision_id, answer=again)
    said = await ask_gate(entrance, speaker, ask)
    memory.note(ask, said)
    return said


async def _fix(entrance: Entrance, speaker: Speaker, ask: Ask, asked: "Request", fix_for: IncidentId) -> Said:
    """Refused until the incidents agreed; then the very same change goes through, once."""
    key = f"fix-{hashlib.sha256(wanted_of(asked).encode()).hexdigest()[:32]}"
    said = await ask_gate(entrance, speaker, replace(ask, key=key, fix_for=fix_for, shot=Shot.LEAVE))
    permit = said.answer.permit if said.answer else None
    if not said.allowed or permit is None:
        return said
    try:
        await start_permit(entrance.outside, caller=ask.caller, permit_id=permit.id)
        await finish_permit(entrance.outside, caller=ask.caller, permit_id=permit.id, outcome="admitted")
    except Refused as refused:
        return Said(allowed=False, reason=speaker.why(refused))
    return said


def _review(uid: str, said: Said) -> web.Response:
    """The answer; a refusal is shown by kubectl, in events and by whatever deploys."""
    answer: dict[str, object] = {"uid": uid, "allowed": said.allowed}
    if said.allowed:
        answer["warnings"] = list(_warnings(said.reason))
    else:
        answer["status"] = {"code": 403, "reason": "Forbidden", "message": said.reason}
    body = {"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "response": answer}
    return web.json_response(body, dumps=_json, headers={"Cache-Control": "no-store"})


def _warnings(reason: str) -> Iterator[str]:
    """A line each, none with what cannot stand in a header."""
    for line in reason.splitlines():
        shown = "".join(letter for letter in line if letter.isprintable())
        if shown:
            yield shorten(shown, WARNING_CHARACTERS)


@dataclass(frozen=True, slots=True)
class _Told:
    decision_id: str
    incident_ids: tuple[IncidentId, ...]
    until: float


class _Memory:
    """Which refusals were told a moment ago, by what was asked for."""

    def __init__(self) -> None:
        self._told: OrderedDict[tuple[str, str], _Told] = OrderedDict()

    def find(self, ask: Ask) -> _Told | None:
        """The refusal of the same work, while it is young."""
        told = self._told.get((ask.caller, ask.digest))
        return told if told and asyncio.get_running_loop().time() < told.until else None

    def note(self, ask: Ask, said: Said) -> None:
        """Remembers a refusal that has its row."""
        if said.allowed or said.answer is None:
            return
        until = asyncio.get_running_loop().time() + SAME_SECONDS
        self._told[(ask.caller, ask.digest)] = _Told(said.decision_id, said.answer.decision.incident_ids, until)
        self._told.move_to_end((ask.caller, ask.digest))
        while len(self._told) > MEMORY:
            self._told.popitem(last=False)
