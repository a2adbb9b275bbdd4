"""Slack's Web API behind the Chat port; its failures become transient or permanent here and nowhere else."""

import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from functools import partial
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.adapters.slack_effects import TimelyRequest, key_here, note_write, surely_ours
from bot.adapters.slack_files import SlackFiles
from bot.adapters.slack_pace import Pace
from bot.adapters.slack_pages import next_cursor, read_history, read_replies
from bot.domain.backfill import END, START, Page, Reading
from bot.domain.ids import ChannelId, GroupId, MessageTs, SlackUserId
from bot.domain.person import Person
from bot.ports.chat import (
    Blocks,
    ChatGone,
    ChatPermanent,
    ChatSignedOut,
    ChatTransient,
    CursorExpired,
    Identity,
    ThreadGone,
)

LIMITED = frozenset({"ratelimited", "rate_limited"})
"""Too many calls: nothing was done."""

UNSURE = frozenset({"internal_error", "fatal_error", "service_unavailable", "request_timeout"})
"""Errors of Slack's own, after which what was asked for may be done all the same (docs.slack.dev, errors common to all
methods)."""

SIGNED_OUT = frozenset({"invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired"})
"""Our token does not count just now: an operator mends it, and what was to be done is still to be done."""

GONE = frozenset({"user_not_found", "user_not_visible", "no_such_subteam"})
"""Somebody, or a user group, that is not there (any more), or not for us to see."""

OURS = "stopline"
"""The event type of the metadata on our messages."""

MEANT = {"invalid_cursor": CursorExpired, "thread_not_found": ThreadGone}
TIMEOUT_SECONDS = 10
SLACKBOT = "USLACKBOT"
"""Slack's own: its `is_bot` is false."""
PAGE = 200
PAGES = 5
"""On so many pages of a channel's history do we look for what we may have posted: the last thousand messages."""
READ_PAGE = 999
"""The most that conversations.history gives at once; some apps get 15."""


def make_session(seconds: float = TIMEOUT_SECONDS) -> aiohttp.ClientSession:
    """The session that all share. It ends each call after so long: slack_sdk's own time-out is not for a shared one."""
    limits = aiohttp.ClientTimeout(total=seconds)
    return aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=50), timeout=limits, request_class=TimelyRequest)


def make_client(token: str, api_url: str, session: aiohttp.ClientSession) -> AsyncWebClient:
    """A client on the shared session. It never retries by itself: only the jobs know what is safe to repeat."""
    return AsyncWebClient(token=token, base_url=api_url, session=session, retry_handlers=[])


class SlackChat(SlackFiles):
    """Implements `bot.ports.chat.Chat`."""

    def __init__(self, client: AsyncWebClient, now: Callable[[], float] = time.monotonic) -> None:
        self._client, self._now = client, now
        self.pace = Pace(now)
        self._identity: Identity | None = None

    async def who_am_i(self) -> Identity:
        """auth.test, and bots.info for the app's id"""
        answer = await self._call(self._client.auth_test)
        bot = await self._call(self._client.bots_info, bot=answer["bot_id"]) if answer.get("bot_id") else {"bot": {}}
        self._identity = Identity(
            team_id=answer["team_id"],
            team_url=answer["url"],
            bot_user=SlackUserId(answer["user_id"]),
            bot_id=answer.get("bot_id", ""),
            app_id=bot["bot"].get("app_id", ""),
        )
        return self._identity

    async def known_identity(self) -> Identity:
        """As `who_am_i`, asked once"""
        return self._identity or await self.who_am_i()

    async def create_channel(self, name: str, *, private: bool = False) -> ChannelId | None:
        """conversations.create"""
        try:
            answer = await self._call(self._client.conversations_create, name=name, is_private=private or None)
        except ChatPermanent as refused:
            if refused.reason == "name_taken":
                return None
            raise
        return ChannelId(answer["channel"]["id"])

    async def find_own_channel(self, name: str) -> ChannelId | None:
        """conversations.list, page by page, until our channel of this name"""
        me = (await self.who_am_i()).bot_user
        cursor = ""
        while True:
            answer = await self._call(
                self._client.conversations_list, limit=PAGE, cursor=cursor, types="public_channel,private_channel"
            )
            for channel in answer["channels"]:
                if channel["name"] == name and channel.get("creator") == me:
                    return ChannelId(channel["id"])
            cursor = next_cursor(answer)
            if not cursor:
                return None

    async def invite(self, channel: ChannelId, people: Sequence[SlackUserId]) -> None:
        """conversations.invite, a hundred at a time, going on past those who cannot come"""
        for start in range(0, len(people), 100):
            some = list(people[start : start + 100])
            try:
                await self._call(self._client.conversations_invite, channel=channel, users=some, force=True)
            except ChatPermanent as refused:
                if refused.reason not in ("already_in_channel", "cant_invite_self"):
                    raise

    async def post(
        self, channel: str, text: str, *, blocks: Blocks | None, key: str, thread_ts: str | None, again: bool
    ) -> MessageTs:
        """chat.postMessage with our key in its metadata"""
        key = key_here(key)
        if again:
            posted = await self._posted(channel, key, thread_ts)
            if posted:
                return posted
        answer = await self._call(
            self._client.chat_postMessage,
            channel=channel,
            text=text,
            blocks=blocks,
            thread_ts=thread_ts,
            metadata={"event_type": OURS, "event_payload": {"key": key}},
            unfurl_links=False,
            unfurl_media=False,
        )
        return MessageTs(answer["ts"])

    async def _posted(self, channel: str, key: str, thread_ts: str | None) -> MessageTs | None:
        """What was said in a thread stands in its replies, not in the channel's history"""
        try:
            place = await self._id_of(channel)
            async for message in self._thread_of(place, thread_ts) if thread_ts else self._history_of(place):
                metadata = message.get("metadata") or {}
                if metadata.get("event_type") == OURS and metadata.get("event_payload", {}).get("key") == key:
                    return MessageTs(message["ts"])
        except ChatPermanent:
            return None
        return None

    async def _id_of(self, channel: str) -> str:
        """conversations.history takes no #name, though chat.postMessage does"""
        if not channel.startswith("#"):
            return channel
        cursor = ""
        while True:
            answer = await self._call(
                self._client.conversations_list, limit=PAGE, cursor=cursor, types="public_channel,private_channel"
            )
            for one in answer["channels"]:
                if one["name"] == channel[1:]:
                    return str(one["id"])
            cursor = next_cursor(answer)
            if not cursor:
                raise ChatPermanent("channel_not_found")

    def _thread_of(self, channel: str, ts: str) -> AsyncIterator[dict[str, Any]]:
        replies = self._client.conversations_replies
        return self._pages(replies, channel=channel, ts=ts, include_all_metadata=True)

    async def _history_of(self, channel: str) -> AsyncIterator[dict[str, Any]]:
        """The newest first. We may post where we are no member (chat:write.public), but not read"""
        history = partial(self._pages, self._client.conversations_history, at_most=PAGES)
        try:
            async for message in history(channel=channel, include_all_metadata=True):
                yield message
        except ChatPermanent as refused:
            if refused.reason != "not_in_channel":
                raise
        else:
            return
        await self._call(self._client.conversations_join, channel=channel)
        async for message in history(channel=channel, include_all_metadata=True):
            yield message

    async def update(self, channel: ChannelId, ts: MessageTs, text: str, *, blocks: Blocks) -> None:
        """chat.update"""
        await self._call(self._client.chat_update, channel=channel, ts=ts, text=text, blocks=blocks)

    async def set_topic(self, channel: ChannelId, topic: str) -> None:
        """conversations.setTopic"""
        await self._call(self._client.conversations_setTopic, channel=channel, topic=topic)

    async def add_bookmark(self, channel: ChannelId, title: str, link: str, *, again: bool) -> None:
        """bookmarks.add, and bookmarks.list before it where it may be there already"""
        if again:
            there = (await self._call(self._client.bookmarks_list, channel_id=channel))["bookmarks"]
            if any(one.get("link") == link for one in there):
                return
        await self._call(self._client.bookmarks_add, channel_id=channel, title=title, type="link", link=link)

    async def pin(self, channel: ChannelId, ts: MessageTs) -> None:
        """pins.add"""
        try:
            await self._call(self._client.pins_add, channel=channel, timestamp=ts)
        except ChatPermanent as refused:
            if refused.reason != "already_pinned":
                raise

    async def open_direct(self, person: SlackUserId) -> ChannelId:
        """conversations.open"""
        answer = await self._call(self._client.conversations_open, users=person)
        return ChannelId(answer["channel"]["id"])

    async def person(self, who: SlackUserId) -> Person:
        """users.info with the locale"""
        user = (await self._call(self._client.users_info, user=who, include_locale=True))["user"]
        profile = user.get("profile", {})
        outside = ("is_restricted", "is_ultra_restricted", "is_stranger", "deleted", "is_workflow_bot")
        ours = await self.known_identity()
        return Person(
            id=who,
            name=profile.get("display_name") or user.get("real_name") or user.get("name") or str(who),
            locale=user.get("locale") or "en-US",
            zone=user.get("tz") or "UTC",
            is_member=ours.team_id in _teams(user) and not any(user.get(mark) for mark in outside),
            is_bot=bool(user.get("is_bot")) or who == SLACKBOT,
        )

    async def members_of(self, group: GroupId) -> Sequence[SlackUserId]:
        """usergroups.users.list, which finds no disabled group"""
        try:
            answer = await self._call(self._client.usergroups_users_list, usergroup=group)
        except ChatGone:
            return ()
        return [SlackUserId(who) for who in answer["users"]]

    async def next_page(self, channel: ChannelId, reading: Reading) -> Page:
        """conversations.history, or conversations.replies of the thread at hand; both bounds are always told"""
        try:
            if reading.thread:
                return await self._replies(channel, reading, reading.thread)
            latest = reading.top if reading.cursor else reading.down_to
            bounds: dict[str, Any] = {"oldest": reading.oldest, "latest": latest, "cursor": reading.cursor}
            history = partial(self._call, self._client.conversations_history, reading=True)
            return read_history(channel, await history(channel=channel, limit=READ_PAGE, **bounds))
        except ChatPermanent as refused:
            raise MEANT.get(refused.reason, ChatPermanent)(refused.reason) from refused

    async def _replies(self, channel: ChannelId, reading: Reading, ts: MessageTs) -> Page:
        oldest = START if reading.reply_cursor else reading.replies_to
        bounds: dict[str, Any] = {"ts": ts, "oldest": oldest, "latest": END, "cursor": reading.reply_cursor}
        replies = partial(self._call, self._client.conversations_replies, reading=True)
        return read_replies(channel, ts, await replies(channel=channel, limit=READ_PAGE, **bounds))

    async def members(self, channel: ChannelId) -> Sequence[SlackUserId]:
        """conversations.members, page by page"""
        found: list[SlackUserId] = []
        cursor = ""
        while True:
            answer = await self._call(self._client.conversations_members, channel=channel, limit=PAGE, cursor=cursor)
            found += map(SlackUserId, answer["members"])
            cursor = next_cursor(answer)
            if not cursor:
                return found

    async def _pages(
        self, method: Callable[..., Awaitable[Any]], *, at_most: int | None = None, **arguments: Any
    ) -> AsyncIterator[dict[str, Any]]:
        """The messages of all pages, or of `at_most` so many"""
        cursor, read = "", 0
        while read == 0 or (cursor and read != at_most):
            answer = await self._call(method, limit=PAGE, cursor=cursor, **arguments)
            for message in answer["messages"]:
                yield message
            cursor, read = next_cursor(answer), read + 1

    async def open_view(self, trigger_id: str, view: Mapping[str, Any]) -> None:
        """views.open"""
        await self._call(self._client.views_open, trigger_id=trigger_id, view=view)

    async def publish_home(self, person: SlackUserId, view: Mapping[str, Any]) -> None:
        """views.publish"""
        await self._call(self._client.views_publish, user_id=person, view=view)

    async def respond(self, url: str, **message: Any) -> None:
        """A response_url: good for five posts in half an hour (docs.slack.dev, handling user interaction)"""
        assert self._client.session is not None
        said = {name: value for name, value in message.items() if value is not None}
        try:
            async with surely_ours("respond", self._now), self._client.session.post(url, json=said) as answer:
                status = answer.status
        except aiohttp.ClientConnectorError as away:
            raise ChatTransient(f"{type(away).__name__}: {away}") from away
        except (aiohttp.ClientError, TimeoutError, OSError) as trouble:
            raise ChatTransient(f"{type(trouble).__name__}: {trouble}", maybe_done=True) from trouble
        if status >= 500:
            raise ChatTransient(f"http {status}", maybe_done=True)
        if status != 200:
            raise ChatPermanent(f"http {status}")

    async def _call(self, method: Callable[..., Awaitable[Any]], *, reading: bool = False, **arguments: Any) -> Any:
        """Raises ChatTransient, ChatPermanent. What was written, or may have been, is noted for the job at hand, and
        a job that somebody else may have by now writes nothing."""
        name, place = method.__name__, str(arguments.get("channel", ""))
        given = {name: value for name, value in arguments.items() if value not in (None, "")}
        self.pace.take(name, place, reading=reading)
        try:
            async with surely_ours(name, self._now):
                answer = await method(**given)
        except SlackApiError as refused:
            failure = _failure(refused)
            if isinstance(failure, ChatTransient) and failure.after is not None:
                self.pace.rest(name, place, failure.after)
            raise _noted(name, failure) from refused
        except aiohttp.ClientConnectorError as away:
            raise ChatTransient(f"{type(away).__name__}: {away}") from away
        except (aiohttp.ClientError, TimeoutError, OSError) as trouble:
            after = TIMEOUT_SECONDS if isinstance(trouble, TimeoutError) else None  # it may still be on its way
            failure = ChatTransient(f"{type(trouble).__name__}: {trouble}", after=after, maybe_done=True)
            raise _noted(name, failure) from trouble
        note_write(name)
        return answer


def _noted(name: str, failure: ChatTransient | ChatPermanent) -> ChatTransient | ChatPermanent:
    if isinstance(failure, ChatTransient) and failure.maybe_done:
        note_write(name)
    return failure


def _teams(user: Mapping[str, Any]) -> set[str]:
    """The workspaces somebody belongs to; whoever comes through a shared channel belongs to another one."""
    return {str(user.get("team_id", "")), *(user.get("enterprise_user") or {}).get("teams", ())}


def _failure(refused: SlackApiError) -> ChatTransient | ChatPermanent:
    response: Any = refused.response
    status = getattr(response, "status_code", 200)
    code = str(response.get("error", "")) if hasattr(response, "get") and isinstance(response.data, dict) else ""
    if code in SIGNED_OUT:
        return ChatSignedOut(code)
    if status == 429 or code in LIMITED:
        return ChatTransient(code or "ratelimited", after=_retry_after(response))
    if status >= 500 or not code or code in UNSURE:
        return ChatTransient(code or f"http {status}", after=_retry_after(response), maybe_done=True)
    return ChatGone(code) if code in GONE else ChatPermanent(code)


def _retry_after(response: Any) -> float | None:
    asked = str(response.headers.get("Retry-After", "")) if getattr(response, "headers", None) else ""
    return float(asked) if re.fullmatch(r"[0-9]{1,6}(\.[0-9]{1,6})?", asked) else None
