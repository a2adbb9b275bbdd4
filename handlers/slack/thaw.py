"""`/freeze held` and the buttons of what a freeze held back: resume or withdraw."""

from collections.abc import Awaitable, Callable
from typing import Any

from slack_bolt.async_app import AsyncApp

from bot.domain.errors import HeldBackDecided
from bot.domain.held_back import HeldBack
from bot.domain.ids import ChannelId, HeldBackId, IncidentId, MessageTs
from bot.domain.sight import WHOLE
from bot.use_cases import change, incident, thaw
from handlers.blocks import ids
from handlers.blocks.change import answer_blocks
from handlers.blocks.thaw import thaw_blocks
from handlers.desk import Call, Desk, call_of_action

Press = Callable[[Desk, Call, HeldBack], Awaitable[None]]


def register(app: AsyncApp, desk: Desk) -> None:
    """Two buttons a piece of work; its value is its number."""
    app.action(ids.HELD_RESUME)(_on_button(desk, _resume))
    app.action(ids.HELD_WITHDRAW)(_on_button(desk, _withdraw))


def _on_button(desk: Desk, press: Press) -> Callable[..., Awaitable[None]]:
    async def on_button(ack: Any, body: dict[str, Any], respond: Any) -> None:
        await ack()
        call = call_of_action(await desk.reader(body["user"]["id"]), body, respond, desk.chat)
        found = await thaw.held_back_work(desk.outside, [HeldBackId(int(call.text))])
        if not found:
            raise HeldBackDecided(now="unknown")
        try:
            await press(desk, call, found[0])
        finally:
            await _show(desk, found[0].id)

    return on_button


async def _resume(desk: Desk, call: Call, one: HeldBack) -> None:
    """A change starts through the gate, as any start does; a pipeline has to be run again where it lives."""
    if one.change_id is not None:
        answer = await change.start_change(desk.outside, by=call.by, change_id=one.change_id)
        await call.say(call.texts("thaw.list", count=1), answer_blocks(call.texts, answer))
        return
    await thaw.decide_held_back(desk.outside, by=call.by, number=one.id, resume=True, request_key=call.key)
    await call.say(call.texts("thaw.run_again", caller=one.caller, purpose=one.purpose))


async def _withdraw(desk: Desk, call: Call, one: HeldBack) -> None:
    await thaw.decide_held_back(desk.outside, by=call.by, number=one.id, resume=False, request_key=call.key)
    await call.say(call.texts("thaw.gone", purpose=one.purpose))


async def _show(desk: Desk, number: HeldBackId) -> None:
    """The list in the incident's channel says what became of each."""
    async with desk.outside.store.read() as tx:
        shown = await tx.facts.get(f"asked:held:{number}")
    if not shown:
        return
    one = await incident.find_incident(desk.outside, incident_id=IncidentId(shown["incident_id"]), sight=WHOLE)
    work = await thaw.held_back_work(desk.outside, [HeldBackId(n) for n in shown["held_back"]])
    texts = desk.house_texts(one)
    heading = texts.plain("thaw.heading", count=len(work))
    blocks = thaw_blocks(texts, work, heading=heading)
    channel, ts = ChannelId(shown["channel"]), MessageTs(shown["ts"])
    await desk.chat.update(channel, ts, texts("thaw.offered", count=len(work)), blocks=blocks)


async def list_held(desk: Desk, call: Call) -> None:
    """Everything that waits for a thaw or for somebody's word."""
    work = await thaw.everything_held_back(desk.outside)
    if not work:
        await call.say(call.texts("thaw.nothing"))
        return
    heading = call.texts.plain("thaw.list", count=len(work))
    await call.say(heading, thaw_blocks(call.texts, work, heading=heading))


VERBS = {"held": list_held}
