"""`/freeze`, its buttons and modals."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from slack_bolt.async_app import AsyncApp

from bot.domain.authority import Duty
from bot.domain.errors import NotHeld, ServersMissing
from bot.domain.freeze import Hold
from bot.domain.ids import HoldId, incident_label
from bot.domain.incident import Incident
from bot.use_cases import fix, freeze, incident
from bot.use_cases.authority import check_duty
from bot.use_cases.quarantine import quarantine_now
from handlers.blocks import ids
from handlers.blocks.freeze import claim_modal, count_servers, frozen_list, reject_modal, stopped, verify_modal
from handlers.blocks.help import help_blocks
from handlers.blocks.parts import Block, section
from handlers.desk import Call, Desk, about, call_of_action, call_of_command, typed
from handlers.parsing import FREEZE_VERBS, split_verb, spoken, take_incident

Verb = Callable[[Desk, Call], Awaitable[None]]
OnHold = Callable[[Desk, Call, Hold, Incident, str], Awaitable[None]]


def register(app: AsyncApp, desk: Desk, more: Mapping[str, Verb]) -> None:
    """The command, a button for each of its verbs, and their modals. `more`: verbs that other listeners serve."""
    verbs = {**VERBS, **more}

    @app.command("/freeze")
    async def on_freeze(ack: Any, command: dict[str, Any], respond: Any) -> None:
        await ack()
        reader = await desk.reader(command["user_id"])
        verb, rest = split_verb(command.get("text", ""), FREEZE_VERBS, command="/freeze")
        await verbs[verb](desk, call_of_command(reader, command, respond, desk.chat, rest))

    for action_id, act in ((ids.FREEZE_FIXED, _fixed), (ids.FREEZE_VERIFY, _verify), (ids.FREEZE_REJECT, _reject)):
        app.action(action_id)(_on_button(desk, act))
    app.action(ids.FREEZE_LIST)(_on_list(desk))
    app.view(ids.FREEZE_FIXED)(_on_submit(desk, _claimed))
    app.view(ids.FREEZE_MISTAKE)(_on_submit(desk, _called_mistake))
    app.view(ids.FREEZE_VERIFY)(_on_submit(desk, _verified))
    app.view(ids.FREEZE_REJECT)(_on_submit(desk, _rejected))


def _on_button(desk: Desk, act: OnHold) -> Callable[..., Awaitable[None]]:
    async def on_button(ack: Any, body: dict[str, Any], respond: Any) -> None:
        await ack()
        call = call_of_action(await desk.reader(body["user"]["id"]), body, respond, desk.chat)
        hold, one = await freeze.get_hold(desk.outside, HoldId(int(call.text)), sight=call.sight)
        await act(desk, call, hold, one, "")

    return on_button


def _on_list(desk: Desk) -> Callable[..., Awaitable[None]]:
    async def on_list(ack: Any, body: dict[str, Any], respond: Any) -> None:
        await ack()
        await _list(desk, call_of_action(await desk.reader(body["user"]["id"]), body, respond, desk.chat))

    return on_list


def _on_submit(desk: Desk, act: Any) -> Callable[..., Awaitable[None]]:
    async def on_submit(ack: Any, body: dict[str, Any], view: dict[str, Any]) -> None:
        reader = await desk.reader(body["user"]["id"])
        await act(desk, reader.id, HoldId(int(about(view)["hold_id"])), view)
        await ack()

    return on_submit


async def _claimed(desk: Desk, by: Any, hold_id: HoldId, view: dict[str, Any]) -> None:
    await fix.claim_fix(
        desk.outside, by=by, hold_id=hold_id, evidence=typed(view)["evidence"], request_key=f"view:{view['id']}"
    )


async def _called_mistake(desk: Desk, by: Any, hold_id: HoldId, view: dict[str, Any]) -> None:
    words, key = typed(view)["evidence"], f"view:{view['id']}"
    await fix.claim_fix(desk.outside, by=by, hold_id=hold_id, evidence=words, mistaken=True, request_key=key)


async def _verified(desk: Desk, by: Any, hold_id: HoldId, view: dict[str, Any]) -> None:
    await fix.verify_server(
        desk.outside, by=by, hold_id=hold_id, digest=about(view)["digest"], request_key=f"view:{view['id']}"
    )


async def _rejected(desk: Desk, by: Any, hold_id: HoldId, view: dict[str, Any]) -> None:
    await fix.reject_fix(
        desk.outside, by=by, hold_id=hold_id, reason=typed(view)["reason"], request_key=f"view:{view['id']}"
    )


def _on_server(act: OnHold) -> Verb:
    async def on_server(desk: Desk, call: Call) -> None:
        number, rest = take_incident(call.text)
        name, _, words = rest.partition(" ")
        if not name:
            raise ServersMissing
        if number is None and call.channel:
            number = await incident.id_of_channel(desk.outside, call.channel)
        found = await freeze.find_hold(desk.outside, server=name, incident_id=number)
        hold, one = await freeze.get_hold(desk.outside, found.id, sight=call.sight)
        await act(desk, call, hold, one, spoken(words).strip())

    return on_server


async def _fixed(desk: Desk, call: Call, hold: Hold, one: Incident, words: str) -> None:
    if not hold.freezes:
        raise NotHeld(server=hold.server)
    if not words:
        await check_duty(desk.outside, by=call.by, duty=Duty.CLAIM)
        await call.open(claim_modal(call.texts, hold, one))
        return
    await fix.claim_fix(desk.outside, by=call.by, hold_id=hold.id, evidence=words, request_key=call.key)
    await call.say(call.texts("freeze.claimed", server=hold.server, incident=incident_label(one.id)))


async def _mistake(desk: Desk, call: Call, hold: Hold, one: Incident, words: str) -> None:
    if not hold.freezes:
        raise NotHeld(server=hold.server)
    if not words:
        await check_duty(desk.outside, by=call.by, duty=Duty.CLAIM)
        await call.open(claim_modal(call.texts, hold, one, mistaken=True))
        return
    await fix.claim_fix(desk.outside, by=call.by, hold_id=hold.id, evidence=words, mistaken=True, request_key=call.key)
    await call.say(call.texts("freeze.mistake_claimed", server=hold.server, incident=incident_label(one.id)))


async def _verify(desk: Desk, call: Call, hold: Hold, one: Incident, words: str) -> None:
    await check_duty(desk.outside, by=call.by, duty=Duty.VERIFY)
    hold.verify(by=call.by, at=desk.outside.clock.now())
    await call.open(verify_modal(call.texts, hold, one))


async def _reject(desk: Desk, call: Call, hold: Hold, one: Incident, words: str) -> None:
    await check_duty(desk.outside, by=call.by, duty=Duty.VERIFY)
    hold.reject(reason=words or "…")
    if not words:
        await call.open(reject_modal(call.texts, hold))
        return
    await fix.reject_fix(desk.outside, by=call.by, hold_id=hold.id, reason=words, request_key=call.key)
    await call.say(call.texts("freeze.rejected", server=hold.server, incident=incident_label(one.id)))


async def _list(desk: Desk, call: Call) -> None:
    frozen = await freeze.frozen_servers(desk.outside, sight=call.sight)
    await _say(desk, call, call.texts("freeze.list", count=count_servers(frozen)), frozen_list(call.texts, frozen))


async def _say(desk: Desk, call: Call, text: str, blocks: Sequence[Block]) -> None:
    first = stopped(call.texts, await quarantine_now(desk.outside))
    await call.say(text, [*first, *blocks])


async def _show(desk: Desk, call: Call) -> None:
    if not call.text:
        await _list(desk, call)
        return
    servers, frozen = await freeze.servers_state(desk.outside, name=call.text.split(" ")[0], sight=call.sight)
    if not frozen:
        free = call.texts("freeze.free", servers=[server.name for server in servers])
        await _say(desk, call, free, [section(free)])
        return
    await _say(desk, call, call.texts("freeze.list", count=count_servers(frozen)), frozen_list(call.texts, frozen))


async def _help(desk: Desk, call: Call) -> None:
    await call.say(call.texts("help.title"), [*help_blocks(call.texts)[:1], section(call.texts("help.freeze"))])


VERBS: dict[str, Verb] = {
    "": _list,
    "list": _list,
    "show": _show,
    "fixed": _on_server(_fixed),
    "mistake": _on_server(_mistake),
    "verify": _on_server(_verify),
    "reject": _on_server(_reject),
    "help": _help,
}
