"""The buttons and menus of an incident's card and lists."""

from collections.abc import Awaitable, Callable
from typing import Any

from slack_bolt.async_app import AsyncApp

from bot.domain.draft import DraftKind
from bot.domain.ids import IncidentId
from bot.domain.incident import Incident, Role, Severity, Status
from bot.use_cases import draft as drafts
from bot.use_cases import incident, timeline
from handlers.blocks import ids
from handlers.blocks.draft import asked_line
from handlers.blocks.help import help_blocks
from handlers.blocks.incident import (
    ask_modal,
    card,
    declare_modal,
    headline,
    role_modal,
    summary_blocks,
    time_modal,
    where,
    words_modal,
)
from handlers.blocks.timeline import read_blocks
from handlers.desk import Call, Desk, call_of_action
from handlers.fresh import check_channel

Press = Callable[[Desk, Call, Incident], Awaitable[None]]


def register(app: AsyncApp, desk: Desk) -> None:
    """Every button's value begins with the incident's number, `7` or `7:mitigated`."""
    for action_id, press in PRESSES.items():
        app.action(action_id)(_on(desk, press))
    for action_id, show in ANYWHERE.items():
        app.action(action_id)(_on_anywhere(desk, show))
    app.action(ids.OPEN_LINK)(_only_ack)


def _on(desk: Desk, press: Press) -> Callable[..., Awaitable[None]]:
    async def on_press(ack: Any, body: dict[str, Any], respond: Any) -> None:
        await ack()
        call = call_of_action(await desk.reader(body["user"]["id"]), body, respond, desk.chat)
        number = IncidentId(int(call.text.partition(":")[0]))
        one = await incident.find_incident(desk.outside, incident_id=number, sight=call.sight)
        await press(desk, call, one)

    return on_press


def _on_anywhere(desk: Desk, show: Callable[[Desk, Call], Awaitable[None]]) -> Callable[..., Awaitable[None]]:
    async def on_press(ack: Any, body: dict[str, Any], respond: Any) -> None:
        await ack()
        await show(desk, call_of_action(await desk.reader(body["user"]["id"]), body, respond, desk.chat))

    return on_press


async def _only_ack(ack: Any) -> None:
    await ack()


async def _status(desk: Desk, call: Call, one: Incident) -> None:
    to = Status(call.text.partition(":")[2])
    if to is not one.status:
        await _move(desk, call, one, to)


async def _move(desk: Desk, call: Call, one: Incident, to: Status) -> None:
    unread = await check_channel(desk, call, one.id, to)
    await incident.set_status(desk.outside, by=call.by, incident_id=one.id, to=to, request_key=call.key)
    if unread:
        await call.say(unread)


async def _severity(desk: Desk, call: Call, one: Incident) -> None:
    to = Severity(call.text.partition(":")[2])
    if to is not one.severity:
        await incident.set_severity(desk.outside, by=call.by, incident_id=one.id, to=to, request_key=call.key)


async def _command(desk: Desk, call: Call, one: Incident) -> None:
    await incident.assign_role(
        desk.outside, by=call.by, incident_id=one.id, role=Role.COMMANDER, who=call.by, request_key=call.key
    )


async def _role(desk: Desk, call: Call, one: Incident) -> None:
    await call.open(role_modal(call.texts, one))


async def _note(desk: Desk, call: Call, one: Incident) -> None:
    await call.open(words_modal(call.texts, ids.INCIDENT_NOTE, one, name="note"))


async def _time(desk: Desk, call: Call, one: Incident) -> None:
    await call.open(time_modal(call.texts, one))


async def _servers(desk: Desk, call: Call, one: Incident) -> None:
    await call.open(words_modal(call.texts, ids.INCIDENT_SERVERS, one, name="servers", multiline=False))


async def _timeline(desk: Desk, call: Call, one: Incident) -> None:
    entries = await timeline.read_timeline(desk.outside, incident_id=one.id, sight=call.sight)
    await call.say(headline(call.texts, one), read_blocks(call.texts, one, entries))


async def _draft(desk: Desk, call: Call, one: Incident) -> None:
    kind = DraftKind(call.text.partition(":")[2])
    await drafts.ask_for_draft(desk.outside, by=call.by, incident_id=one.id, kind=kind, request_key=call.key)
    await call.say(asked_line(call.texts, kind, one))


async def _resolve(desk: Desk, call: Call, one: Incident) -> None:
    await _move(desk, call, one, Status.RESOLVED)


async def _close(desk: Desk, call: Call, one: Incident) -> None:
    await _move(desk, call, one, Status.CLOSED)


async def _reopen(desk: Desk, call: Call, one: Incident) -> None:
    await incident.check_status(desk.outside, incident_id=one.id, to=Status.INVESTIGATING, sight=call.sight)
    await call.open(words_modal(call.texts, ids.INCIDENT_REOPEN, one, name="reason"))


async def _cancel(desk: Desk, call: Call, one: Incident) -> None:
    await incident.check_status(desk.outside, incident_id=one.id, to=Status.CANCELLED, sight=call.sight)
    await call.open(words_modal(call.texts, ids.INCIDENT_CANCEL, one, name="reason"))


async def _show(desk: Desk, call: Call, one: Incident) -> None:
    view = await incident.overview(desk.outside, incident_id=one.id, sight=call.sight)
    await call.say(headline(call.texts, one), card(call.texts, view, notes=where(one)))


async def _declare(desk: Desk, call: Call) -> None:
    await call.open(declare_modal(call.texts, channel=call.channel or ""))


async def _ask(desk: Desk, call: Call) -> None:
    await call.open(ask_modal(call.texts))


async def _list(desk: Desk, call: Call) -> None:
    found = await incident.list_incidents(desk.outside, only_open=True, sight=call.sight)
    blocks = [block for one in found for block in summary_blocks(call.texts, one)]
    title = call.texts("incident.list", count=len(found)) if found else call.texts("incident.none")
    await call.say(title, blocks)


async def _help(desk: Desk, call: Call) -> None:
    await call.say(call.texts("help.title"), help_blocks(call.texts))


PRESSES: dict[str, Press] = {
    ids.INCIDENT_STATUS: _status,
    ids.INCIDENT_SEVERITY: _severity,
    ids.INCIDENT_COMMAND: _command,
    ids.INCIDENT_ROLE: _role,
    ids.INCIDENT_NOTE: _note,
    ids.INCIDENT_TIME: _time,
    ids.INCIDENT_SERVERS: _servers,
    ids.INCIDENT_TIMELINE: _timeline,
    ids.INCIDENT_DRAFT: _draft,
    ids.INCIDENT_RESOLVE: _resolve,
    ids.INCIDENT_CLOSE: _close,
    ids.INCIDENT_REOPEN: _reopen,
    ids.INCIDENT_CANCEL: _cancel,
    ids.INCIDENT_SHOW: _show,
}
ANYWHERE: dict[str, Callable[[Desk, Call], Awaitable[None]]] = {
    ids.INCIDENT_DECLARE: _declare,
    ids.INCIDENT_ASK: _ask,
    ids.INCIDENT_LIST: _list,
    ids.INCIDENT_HELP: _help,
}
