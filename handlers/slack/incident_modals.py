"""The submitted modals of an incident: committed before they are acknowledged, so that nothing typed is lost."""

from typing import Any

from slack_bolt.async_app import AsyncApp

from bot.domain.ids import IncidentId, SlackUserId
from bot.domain.incident import Role, Severity, Status, TimeName
from bot.use_cases import ask as questions
from bot.use_cases import freeze, incident, timeline
from handlers.blocks import ids
from handlers.desk import Desk, Reader, about, typed
from handlers.parsing import parse_moment, split_names, take_wide


def register(app: AsyncApp, desk: Desk) -> None:
    """Each listener acknowledges after its use case; a refusal goes back under the field it speaks of."""
    app.view(ids.INCIDENT_DECLARE)(_listener(desk, _declare))
    app.view(ids.INCIDENT_NOTE)(_listener(desk, _note))
    app.view(ids.INCIDENT_SERVERS)(_listener(desk, _servers))
    app.view(ids.INCIDENT_TIME)(_listener(desk, _time))
    app.view(ids.INCIDENT_ROLE)(_listener(desk, _role))
    app.view(ids.INCIDENT_REOPEN)(_listener(desk, _reopen))
    app.view(ids.INCIDENT_CANCEL)(_listener(desk, _cancel))
    app.view(ids.INCIDENT_ASK)(_listener(desk, _ask))


def _listener(desk: Desk, act: Any) -> Any:
    async def on_submit(ack: Any, body: dict[str, Any], view: dict[str, Any]) -> None:
        await act(desk, await desk.reader(body["user"]["id"]), view)
        await ack()

    return on_submit


def _key(view: dict[str, Any]) -> str:
    """What is the same when one form is submitted twice."""
    return f"view:{view['id']}"


def _incident(view: dict[str, Any]) -> IncidentId:
    return IncidentId(int(about(view)["incident_id"]))


async def _declare(desk: Desk, reader: Reader, view: dict[str, Any]) -> None:
    words = typed(view)
    since = words["time"].strip()
    await incident.declare(
        desk.outside,
        by=reader.id,
        title=words["title"],
        severity=Severity(words["severity"]),
        servers=split_names(words["servers"]),
        request_key=_key(view),
        language=reader.texts.language,
        started_at=parse_moment(since, now=desk.outside.clock.now(), zone=reader.zone) if since else None,
        private=bool(words.get("private")),
    )


async def _note(desk: Desk, reader: Reader, view: dict[str, Any]) -> None:
    note = typed(view)["note"]
    await timeline.add_note(desk.outside, by=reader.id, incident_id=_incident(view), text=note, request_key=_key(view))


async def _servers(desk: Desk, reader: Reader, view: dict[str, Any]) -> None:
    names, wide = take_wide(typed(view)["servers"])
    await freeze.add_servers(
        desk.outside, by=reader.id, incident_id=_incident(view), names=names, wide=wide, request_key=_key(view)
    )


async def _time(desk: Desk, reader: Reader, view: dict[str, Any]) -> None:
    words = typed(view)
    await incident.set_time(
        desk.outside,
        by=reader.id,
        incident_id=_incident(view),
        name=TimeName(words["name"]),
        value=parse_moment(words["time"], now=desk.outside.clock.now(), zone=reader.zone),
        reason=words["reason"],
        request_key=_key(view),
    )


async def _role(desk: Desk, reader: Reader, view: dict[str, Any]) -> None:
    words = typed(view)
    await incident.assign_role(
        desk.outside,
        by=reader.id,
        incident_id=_incident(view),
        role=Role(words["role"]),
        who=SlackUserId(words["who"]),
        request_key=_key(view),
    )


async def _reopen(desk: Desk, reader: Reader, view: dict[str, Any]) -> None:
    await _with_reason(desk, reader, view, Status.INVESTIGATING)


async def _cancel(desk: Desk, reader: Reader, view: dict[str, Any]) -> None:
    await _with_reason(desk, reader, view, Status.CANCELLED)


async def _with_reason(desk: Desk, reader: Reader, view: dict[str, Any], to: Status) -> None:
    reason = typed(view)["reason"]
    await incident.set_status(
        desk.outside, by=reader.id, incident_id=_incident(view), to=to, reason=reason, request_key=_key(view)
    )


async def _ask(desk: Desk, reader: Reader, view: dict[str, Any]) -> None:
    await questions.ask(
        desk.outside,
        by=reader.id,
        question=typed(view)["question"],
        channel=None,
        thread_ts=None,
        request_key=_key(view),
    )
