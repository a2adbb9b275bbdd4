"""`/freeze override`: asked for by one person, confirmed by another with the loud message's button."""

from typing import Any

from slack_bolt.async_app import AsyncApp

from bot.domain.authority import Duty
from bot.domain.errors import Refused
from bot.domain.ids import OverrideId, override_label
from bot.use_cases import override
from bot.use_cases.authority import check_duty
from handlers import asked
from handlers.blocks import ids
from handlers.blocks.override import override_modal
from handlers.desk import Call, Desk, call_of_action, typed
from handlers.parsing import split_names, spoken


def register(app: AsyncApp, desk: Desk) -> None:
    """The form and the second person's button."""

    @app.view(ids.FREEZE_OVERRIDE)
    async def on_submit(ack: Any, body: dict[str, Any], view: dict[str, Any]) -> None:
        reader, words = await desk.reader(body["user"]["id"]), typed(view)
        servers, key = split_names(words["servers"]), f"view:{view['id']}"
        await override.ask_override(
            desk.outside, by=reader.id, servers=servers, reason=words["reason"], request_key=key
        )
        await ack()

    @app.action(ids.OVERRIDE_CONFIRM)
    async def on_confirm(ack: Any, body: dict[str, Any], respond: Any) -> None:
        await ack()
        await _confirm(desk, call_of_action(await desk.reader(body["user"]["id"]), body, respond, desk.chat))


async def _confirm(desk: Desk, call: Call) -> None:
    number = OverrideId(int(call.text))
    try:
        confirmed = await override.confirm_override(desk.outside, by=call.by, number=number, request_key=call.key)
    except Refused:
        await asked.refresh_override(desk, number)
        raise
    label = override_label(number)
    await call.say(call.texts("override.you_confirmed", override=label, until=confirmed.expires_at))


async def ask_override(desk: Desk, call: Call) -> None:
    """`lb-07,lb-08 why it cannot wait`; without a reason the form opens."""
    names, _, reason = call.text.partition(" ")
    if not reason.strip():
        await check_duty(desk.outside, by=call.by, duty=Duty.OVERRIDE)
        await call.open(override_modal(call.texts, servers=names))
        return
    new = await override.ask_override(
        desk.outside, by=call.by, servers=split_names(names), reason=spoken(reason).strip(), request_key=call.key
    )
    if new is not None:
        label = override_label(new.id)
        await call.say(call.texts("override.asked_for", override=label, servers=new.servers))


VERBS = {"override": ask_override}
