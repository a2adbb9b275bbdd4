"""App Home, and people and groups whose standing changed."""

from typing import Any

from slack_bolt.async_app import AsyncApp

from bot.domain.errors import Refused
from bot.domain.ids import GroupId, SlackUserId
from bot.domain.sight import Sight
from bot.use_cases import authority
from bot.use_cases.home import read_home
from bot.use_cases.past import pasts_of
from bot.use_cases.shadow import read_shadow
from handlers.blocks.home import home_view, refused_view
from handlers.desk import Desk, refusal_sentence
from handlers.standing import asker


def register(app: AsyncApp, desk: Desk) -> None:
    """Shown anew whenever it is opened."""

    @app.event("app_home_opened")
    async def on_home(event: dict[str, Any]) -> None:
        if event.get("tab") != "home":
            return
        reader = await asker(desk, event["user"])
        try:
            reader.person.must_be_member()
        except Refused as refused:
            await desk.chat.publish_home(reader.id, refused_view(refusal_sentence(reader.texts, refused)))
            return
        home = await read_home(desk.outside, who=reader.id)
        pasts = await pasts_of(desk.outside, home.waiting.changes, sight=Sight(who=reader.id))
        seen = await read_shadow(desk.outside)
        await desk.chat.publish_home(reader.id, home_view(reader.texts, home, pasts, seen))

    @app.event("user_change")
    async def on_person(event: dict[str, Any]) -> None:
        await desk.look_at(SlackUserId(event["user"]["id"]))

    @app.event("subteam_updated")
    async def on_group(event: dict[str, Any]) -> None:
        await _read(desk, GroupId(event["subteam"]["id"]))

    @app.event("subteam_members_changed")
    async def on_members(event: dict[str, Any]) -> None:
        await _read(desk, GroupId(event["subteam_id"]))


async def _read(desk: Desk, group: GroupId) -> None:
    """What an event says may be old by now: the group itself is read."""
    if group in desk.outside.policy.groups:
        await authority.read_group(desk.outside, desk.chat, group)
