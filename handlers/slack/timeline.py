"""What is said in incident channels: messages are kept, the pin and the shortcut put them on the timeline."""

from dataclasses import replace
from typing import Any

from slack_bolt.async_app import AsyncApp

from bot.domain.ids import ChannelId, MessageTs
from bot.domain.message import PEOPLE, PIN, read_message, read_message_event, read_reaction
from bot.use_cases import backfill, incident, timeline
from handlers.arrivals import heard
from handlers.blocks import ids
from handlers.desk import Desk, answer
from handlers.standing import asker


def register(app: AsyncApp, desk: Desk) -> None:
    """Every subscribed event has a listener: what is not ours is acknowledged, so that Slack does not repeat it."""

    @app.shortcut(ids.PIN_MESSAGE)
    async def on_shortcut(ack: Any, body: dict[str, Any], respond: Any) -> None:
        await ack()
        reader = await desk.reader(body["user"]["id"])
        message = read_message(ChannelId(body["channel"]["id"]), body["message"])
        if message is None:
            return
        pinned = await timeline.pin_message(desk.outside, by=reader.id, message=message)
        key = "timeline.pinned_before" if pinned.again else "timeline.pinned"
        await answer(respond, text=reader.texts(key))

    @app.event("message")
    async def on_message(event: dict[str, Any], body: dict[str, Any]) -> None:
        message = read_message_event(event)
        if message:
            await desk.reader(message.user) if message.user.startswith(PEOPLE) else None
            heard_at = heard(body) or desk.outside.clock.now()
            await timeline.keep_messages(desk.outside, [replace(message, heard_at=heard_at)])

    _register_reactions(app, desk)
    for quiet in QUIET:
        app.event(quiet)(_nothing)


def _register_reactions(app: AsyncApp, desk: Desk) -> None:
    @app.event("reaction_added")
    async def on_reaction(event: dict[str, Any]) -> None:
        if reaction := read_reaction(event):
            await timeline.keep_reaction(desk.outside, reaction, given=True)
            if reaction.name == PIN:
                await _pin(desk, reaction.who, reaction.channel, reaction.ts)

    @app.event("reaction_removed")
    async def on_reaction_gone(event: dict[str, Any]) -> None:
        if reaction := read_reaction(event):
            await timeline.keep_reaction(desk.outside, reaction, given=False)


async def _pin(desk: Desk, who: str, channel: ChannelId, ts: MessageTs) -> None:
    if await incident.id_of_channel(desk.outside, channel) is None:
        return
    by = (await asker(desk, who)).id
    if not await timeline.pin_known_message(desk.outside, by=by, channel=channel, ts=ts):
        await backfill.ask_of(desk.outside, channel, ts)  # where the message is found its pin is, too


async def _nothing() -> None:
    return


QUIET = (
    "pin_added",
    "pin_removed",
    "channel_rename",
    "channel_archive",
    "channel_unarchive",
    "channel_created",
    "team_join",
    "app_uninstalled",
    "tokens_revoked",
)
