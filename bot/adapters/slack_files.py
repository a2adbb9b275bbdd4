"""Canvases and files of Slack's Web API, for the Chat port; each is there once, however often it is tried."""

from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.ids import ChannelId
from bot.ports.chat import ChatGone, ChatPermanent, ChatTransient, Identity

UPLOAD_SECONDS = 10


class SlackFiles:
    """The part of `SlackChat` that publishes papers."""

    _client: AsyncWebClient
    _call: Callable[..., Awaitable[Any]]
    known_identity: Callable[[], Awaitable[Identity]]

    async def create_canvas(self, channel: ChannelId, title: str, content: str, *, again: bool) -> str:
        """canvases.create in a tab of the channel, and files.list before it where it may be there already"""
        ours = await self.known_identity()
        found = await self._canvas_of(channel, title, ours) if again else None
        if found is None:
            answer = await self._call(
                self._client.canvases_create,
                title=title,
                document_content={"type": "markdown", "markdown": content},
                channel_id=channel,
            )
            found = str(answer["canvas_id"])
        return f"{ours.team_url.rstrip('/')}/docs/{ours.team_id}/{found}"

    async def _canvas_of(self, channel: ChannelId, title: str, ours: Identity) -> str | None:
        answer = await self._call(self._client.files_list, channel=channel, user=ours.bot_user, count=100)
        return next((str(one["id"]) for one in answer["files"] if one.get("title") == title), None)

    async def upload(self, name: str, content: bytes) -> str:
        """files.getUploadURLExternal and the bytes: nobody sees the file before it is shared"""
        place = await self._call(self._client.files_getUploadURLExternal, filename=name, length=len(content))
        limit = aiohttp.ClientTimeout(total=UPLOAD_SECONDS)
        session = self._client.session
        assert session is not None
        try:
            async with session.post(place["upload_url"], data=content, timeout=limit) as answer:
                if answer.status != 200:
                    raise ChatTransient(f"upload: http {answer.status}")
        except (aiohttp.ClientError, TimeoutError, OSError) as trouble:
            raise ChatTransient(f"upload: {type(trouble).__name__}") from trouble
        return str(place["file_id"])

    async def share_file(self, file: str, channel: ChannelId, title: str, *, thread_ts: str, again: bool) -> None:
        """files.completeUploadExternal into a thread, and files.info before it where it may be shared already"""
        if again and await self._is_shared(file):
            return
        files = [{"id": file, "title": title}]
        await self._call(
            self._client.files_completeUploadExternal, files=files, channel_id=channel, thread_ts=thread_ts
        )

    async def _is_shared(self, file: str) -> bool:
        """A file of which nobody was told yet is not there for Slack"""
        try:
            found = (await self._call(self._client.files_info, file=file))["file"]
        except ChatGone:
            return False
        except ChatPermanent as refused:
            if refused.reason == "file_not_found":
                return False
            raise
        return any(found.get(where) for where in ("channels", "groups", "ims"))
