"""Answers for the list of deeds behind `POST /client/<deed>`: what each reads from the request and gives back."""

from collections.abc import Awaitable, Callable

from bot.sandbox.interactions import Outcome
from bot.sandbox.model import Json
from bot.sandbox.person import Person

Deed = Callable[[Person, Json], Awaitable[Json]]


async def _say(person: Person, body: Json) -> Json:
    return {"message": await person.say(body["channel"], body["text"], body.get("thread_ts"))}


async def _edit(person: Person, body: Json) -> Json:
    return {"message": await person.edit(body["channel"], body["ts"], body["text"])}


async def _delete(person: Person, body: Json) -> Json:
    await person.delete(body["channel"], body["ts"])
    return {}


async def _react(person: Person, body: Json) -> Json:
    await person.react(body["channel"], body["ts"], body["name"], remove=bool(body.get("remove")))
    return {}


async def _mark(person: Person, body: Json) -> Json:
    await person.mark(body["channel"], body["ts"])
    return {}


async def _join(person: Person, body: Json) -> Json:
    return {"channel": await person.join(body["channel"])}


async def _create_channel(person: Person, body: Json) -> Json:
    return {"channel": await person.create_channel(body["name"])}


async def _open_im(person: Person, body: Json) -> Json:
    return {"channel": await person.open_im(body["user"])}


async def _command(person: Person, body: Json) -> Json:
    command, _, text = body["text"].strip().partition(" ")
    return _notice(await person.command(body["channel"], command, text))


async def _action(person: Person, body: Json) -> Json:
    return _notice(
        await person.act(_where(body), body["block_id"], body["action_id"], body["payload"], body.get("values"))
    )


def _where(body: Json) -> Json:
    return {"id": body["view_id"]} if body.get("view_id") else {"channel": body["channel"], "ts": body["ts"]}


async def _submit(person: Person, body: Json) -> Json:
    outcome = await person.submit_state(body["view_id"], body["values"])
    return {**_notice(outcome), "ok": not (outcome.error or outcome.errors)}


async def _close(person: Person, body: Json) -> Json:
    await person.close({"id": body["view_id"]}, whole_stack=bool(body.get("all")))
    return {}


async def _shortcut(person: Person, body: Json) -> Json:
    message = {"channel": body["channel"], "ts": body["ts"]} if body.get("ts") else None
    return _notice(await person.shortcut(body["callback_id"], message))


async def _home(person: Person, body: Json) -> Json:
    return {"view": await person.open_home(person.app(body["app"]))}


async def _options(person: Person, body: Json) -> Json:
    return {"options": await person.options(_where(body), body["block_id"], body["action_id"], body.get("value", ""))}


def _notice(outcome: Outcome) -> Json:
    return outcome.to_json()


DEEDS: dict[str, Deed] = {
    "say": _say,
    "edit": _edit,
    "delete": _delete,
    "react": _react,
    "mark": _mark,
    "join": _join,
    "create_channel": _create_channel,
    "open_im": _open_im,
    "command": _command,
    "action": _action,
    "submit": _submit,
    "close": _close,
    "shortcut": _shortcut,
    "home": _home,
    "options": _options,
}
