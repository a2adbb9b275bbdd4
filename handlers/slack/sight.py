"""Who came into a channel and who left: so much may be seen of a private incident."""

from typing import Any

from slack_bolt.async_app import AsyncApp

from bot.domain.ids import ChannelId, SlackUserId
from bot.use_cases import sight
from handlers.desk import Desk


def register(app: AsyncApp, desk: Desk) -> None:
    """Other channels than those of private incidents are none of our business."""

    @app.event("member_joined_channel")
    async def on_joined(event: dict[str, Any], body: dict[str, Any]) -> None:
        await sight.members_changed(
            desk.outside, channel=ChannelId(event["channel"]), left=None, request_key=body["event_id"]
        )

    @app.event("member_left_channel")
    async def on_left(event: dict[str, Any], body: dict[str, Any]) -> None:
        await sight.members_changed(
            desk.outside,
            channel=ChannelId(event["channel"]),
            left=SlackUserId(event["user"]),
            request_key=body["event_id"],
        )

    @app.event("group_left")
    async def on_put_out(event: dict[str, Any], body: dict[str, Any]) -> None:
        await sight.put_out(desk.outside, channel=ChannelId(event["channel"]), request_key=body["event_id"])
