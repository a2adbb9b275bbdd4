"""`/change`, its buttons and its modal."""

from collections.abc import Awaitable, Callable
from typing import Any

from slack_bolt.async_app import AsyncApp

from bot.domain.change import Change, ChangeKind, ChangeState
from bot.domain.errors import ChangeMissing, UnknownChange
from bot.domain.gate import Verdict
from bot.domain.ids import ChangeId, ChannelId, IncidentId, PermitId, change_label, permit_label
from bot.use_cases import change, incident, past, permit, run, server
from bot.use_cases.change import ChangeWords
from handlers.blocks import ids
from handlers.blocks.change import answer_blocks, answer_modal, change_blocks, change_list, request_modal
from handlers.blocks.help import help_blocks
from handlers.blocks.parts import section
from handlers.desk import Call, Desk, about, call_of_action, call_of_command, typed
from handlers.parsing import (
    CHANGE_VERBS,
    OUTCOME_WORDS,
    choose,
    parse_change,
    parse_permit,
    split_names,
    split_verb,
    spoken,
    take_servers,
)

Verb = Callable[[Desk, Call], Awaitable[None]]


def register(app: AsyncApp, desk: Desk) -> None:
    """The command, a button for each of its verbs, and the request."""

    @app.command("/change")
    async def on_change(ack: Any, command: dict[str, Any], respond: Any) -> None:
        await ack()
        reader = await desk.reader(command["user_id"])
        verb, rest = split_verb(command.get("text", ""), CHANGE_VERBS, command="/change")
        await VERBS[verb](desk, call_of_command(reader, command, respond, desk.chat, rest))

    for action_id, press in PRESSES.items():
        app.action(action_id)(_on_button(desk, press))
    app.view(ids.CHANGE_REQUEST)(_on_request(desk))


def _on_button(desk: Desk, press: Verb) -> Callable[..., Awaitable[None]]:
    async def on_button(ack: Any, body: dict[str, Any], respond: Any) -> None:
        await ack()
        await press(desk, call_of_action(await desk.reader(body["user"]["id"]), body, respond, desk.chat))

    return on_button


def _on_request(desk: Desk) -> Callable[..., Awaitable[None]]:
    async def on_request(ack: Any, body: dict[str, Any], view: dict[str, Any]) -> None:
        reader, words = await desk.reader(body["user"]["id"]), typed(view)
        answer = await change.request_change(
            desk.outside,
            by=reader.id,
            words=ChangeWords(
                title=words["title"],
                kind=ChangeKind(words["kind"]),
                servers=split_names(words["servers"]),
                rollback=words["rollback"],
                tested=words["tested"],
                differences=words["differences"],
                planned=words["planned"],
                fix_for=IncidentId(int(words["fix_for"])) if words.get("fix_for") else None,
            ),
            request_key=f"view:{view['id']}",
            channel=ChannelId(about(view)["channel"]) if about(view).get("channel") else None,
        )
        await ack(response_action="update", view=answer_modal(reader.texts, answer))

    return on_request


async def _request(desk: Desk, call: Call) -> None:
    names = await server.known_names(desk.outside)
    text = "" if call.text.isdigit() else call.text
    title, servers = take_servers(text, lambda name: name.lower() in names)
    view = request_modal(
        call.texts,
        channel=call.channel or "",
        title=spoken(title).strip(),
        servers=", ".join(servers),
        incidents=await incident.list_incidents(desk.outside, only_open=True, sight=call.sight),
    )
    await call.open(view)


def _number(text: str) -> ChangeId:
    if not text.strip():
        raise ChangeMissing
    number = parse_change(text)
    if number is None:
        raise UnknownChange(change=text)
    return number


async def _approve(desk: Desk, call: Call) -> None:
    approved = await change.approve_change(desk.outside, by=call.by, change_id=_number(call.text))
    if approved.is_approved:
        await call.say(_label(call, "change.approved", approved), change_blocks(call.texts, approved))
    else:
        await call.say(_label(call, "change.approved_once", approved))


async def _start(desk: Desk, call: Call) -> None:
    answer = await change.start_change(desk.outside, by=call.by, change_id=_number(call.text))
    await call.say(_label(call, _said(answer.decision.verdict), answer.change), answer_blocks(call.texts, answer))


def _said(verdict: Verdict) -> str:
    match verdict:
        case Verdict.FROZEN:
            return "change.refused"
        case Verdict.WAITING:
            return "change.waits"
        case _:
            return "change.started"


async def _finish(desk: Desk, call: Call) -> None:
    first, _, word = call.text.replace(":", " ").partition(" ")
    outcome = ChangeState(choose(word, OUTCOME_WORDS, command="/change finish"))
    number = parse_permit(first)
    if number is not None:
        await _end_run(desk, call, number, outcome)
        return
    ended = await change.finish_change(desk.outside, by=call.by, change_id=_number(first), outcome=outcome)
    await call.say(_label(call, f"change.{ended.state}", ended))


async def _end_run(desk: Desk, call: Call, number: PermitId, outcome: ChangeState) -> None:
    ended = await permit.end_permit(desk.outside, by=call.by, permit_id=number, outcome=outcome)
    word = call.texts.plain(f"outcome.{outcome}")
    await call.say(call.texts("run.ended", permit=permit_label(number), purpose=ended.purpose, outcome=word))


async def _withdraw(desk: Desk, call: Call) -> None:
    gone = await change.withdraw_change(desk.outside, by=call.by, change_id=_number(call.text))
    await call.say(_label(call, "change.withdrawn", gone))


def _label(call: Call, key: str, one: Change) -> str:
    return call.texts(key, change=change_label(one.id), title=one.title, servers=one.servers, who=one.requester)


async def _list(desk: Desk, call: Call) -> None:
    found, runs = await change.list_changes(desk.outside), await run.machine_runs(desk.outside)
    pasts = await past.pasts_of(desk.outside, found, sight=call.sight)
    await call.say(call.texts("change.list"), change_list(call.texts, found, runs, pasts))


async def _help(desk: Desk, call: Call) -> None:
    await call.say(call.texts("help.title"), [*help_blocks(call.texts)[:1], section(call.texts("help.change"))])


VERBS: dict[str, Verb] = {
    "": _list,
    "request": _request,
    "approve": _approve,
    "start": _start,
    "finish": _finish,
    "withdraw": _withdraw,
    "list": _list,
    "help": _help,
}
PRESSES: dict[str, Verb] = {
    ids.CHANGE_REQUEST: _request,
    ids.CHANGE_APPROVE: _approve,
    ids.CHANGE_START: _start,
    ids.CHANGE_FINISH: _finish,
    ids.CHANGE_WITHDRAW: _withdraw,
    ids.CHANGE_LIST: _list,
}
