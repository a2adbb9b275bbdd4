"""The buttons of the gate's questions: a fix is agreed to or not, running work is told how it goes on."""

from collections.abc import Awaitable, Callable
from typing import Any

from slack_bolt.async_app import AsyncApp

from bot.domain.errors import Refused
from bot.domain.ids import IncidentId, PermitId, change_label, permit_label
from bot.domain.permit import Directive, Permit
from bot.use_cases import permit, run
from handlers import asked
from handlers.blocks import ids
from handlers.blocks.change import change_blocks
from handlers.blocks.gate import directed
from handlers.desk import Call, Desk, call_of_action

Answer = Callable[[Desk, Call, PermitId, IncidentId], Awaitable[None]]


def register(app: AsyncApp, desk: Desk) -> None:
    """Every button's value is `permit:incident`."""
    for action_id, answer in ANSWERS.items():
        app.action(action_id)(_on_button(desk, answer))


def _on_button(desk: Desk, answer: Answer) -> Callable[..., Awaitable[None]]:
    async def on_button(ack: Any, body: dict[str, Any], respond: Any) -> None:
        await ack()
        call = call_of_action(await desk.reader(body["user"]["id"]), body, respond, desk.chat)
        number, _, incident_id = call.text.partition(":")
        await answer(desk, call, PermitId(int(number)), IncidentId(int(incident_id)))

    return on_button


def _about(one: Permit) -> dict[str, str]:
    label = change_label(one.change_id) if one.change_id is not None else permit_label(one.id)
    return {"work": label}


async def _approve(desk: Desk, call: Call, number: PermitId, incident_id: IncidentId) -> None:
    try:
        agreed = await permit.approve_fix(
            desk.outside, by=call.by, permit_id=number, incident_id=incident_id, request_key=call.key
        )
    except Refused:
        await asked.refresh_fix(desk, number)
        raise
    await asked.refresh_fix(desk, number)
    await _tell_requester(desk, call, number)
    await call.say(call.texts("fix.agreed", **_about(agreed)))


async def _tell_requester(desk: Desk, call: Call, number: PermitId) -> None:
    """Once everybody agreed, a person who asked in Slack may begin: they are told, with the button."""
    view = await run.read_run(desk.outside, number)
    if view.missing or view.change is None or view.permit.person is None:
        return
    reader = await desk.reader(view.permit.person)
    text = reader.texts("fix.may_begin", servers=view.servers, **_about(view.permit))
    channel = await desk.chat.open_direct(reader.id)
    blocks = change_blocks(reader.texts, view.change)
    await desk.chat.post(channel, text, blocks=blocks, key=f"may-begin:{number}", thread_ts=None, again=True)


async def _refuse(desk: Desk, call: Call, number: PermitId, incident_id: IncidentId) -> None:
    try:
        refused = await permit.refuse_fix(
            desk.outside, by=call.by, permit_id=number, incident_id=incident_id, request_key=call.key
        )
    except Refused:
        await asked.refresh_fix(desk, number)
        raise
    await asked.refresh_fix(desk, number)
    await call.say(call.texts("fix.disagreed", **_about(refused)))


def _direct(directive: Directive) -> Answer:
    async def direct(desk: Desk, call: Call, number: PermitId, incident_id: IncidentId) -> None:
        try:
            await permit.direct_run(
                desk.outside,
                by=call.by,
                permit_id=number,
                incident_id=incident_id,
                directive=directive,
                request_key=call.key,
            )
        except Refused:
            await asked.refresh_direction(desk, number)
            raise
        await asked.refresh_direction(desk, number)
        await call.say(directed(call.texts, await run.read_run(desk.outside, number)))

    return direct


ANSWERS: dict[str, Answer] = {
    ids.FIX_APPROVE: _approve,
    ids.FIX_REFUSE: _refuse,
    ids.RUN_CONTINUE: _direct(Directive.CONTINUE),
    ids.RUN_ROLL_BACK: _direct(Directive.ROLL_BACK),
    ids.RUN_STOP: _direct(Directive.STOP),
}
