"""App Home, and people whose standing changed."""

from typing import Any

from slack_bolt.async_app import AsyncApp

from bot.domain.ids import SlackUserId
from bot.use_cases import person
from bot.use_cases.home import read_home
from bot.use_cases.past import pasts_of
from bot.use_cases.shadow import read_shadow
from handlers.blocks.home import home_view
from handlers.desk import Desk


def register(app: AsyncApp, desk: Desk) -> None:
    """Shown anew whenever it is opened."""

    @app.event("app_home_opened")
    async def on_home(event: dict[str, Any]) -> None:
        if event.get("tab") != "home":
            return
        reader = await desk.reader(event["user"])
        home = await read_home(desk.outside, who=reader.id)
        pasts = await pasts_of(desk.outside, home.waiting.changes)
        seen = await read_shadow(desk.outside)
        await desk.chat.publish_home(reader.id, home_view(reader.texts, home, pasts, seen))

    @app.event("user_change")
    async def on_person(event: dict[str, Any]) -> None:
        who = SlackUserId(event["user"]["id"])
        desk.forget(who)
        await person.refresh(desk.outside, desk.chat, who)
