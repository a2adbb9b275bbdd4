"""The Web API takes Slack's argument forms and gives Slack's answers, errors and limits."""

import asyncio
import time
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox import App, Dropped, RateLimited, SandboxServer, ServerError, SlackError, Swallowed
from bot.sandbox.faults import Fault, HalfAnswer

BEARER = {"Authorization": "Bearer xoxb-1"}


async def refused(call: Any, error: str) -> Any:
    with pytest.raises(SlackApiError) as refusal:
        await call
    assert refusal.value.response["error"] == error
    return refusal.value.response


async def test_arguments_come_as_query_form_or_json(server: SandboxServer, ops: str) -> None:
    given = {"channel": ops, "text": "Hello"}
    url = f"{server.url}/api/chat.postMessage"
    async with aiohttp.ClientSession() as session:
        for form in ({"params": given}, {"data": given}, {"json": given}):
            async with session.post(url, headers=BEARER, **form) as answer:
                assert answer.status == 200 and (await answer.json())["message"]["text"] == "Hello"
        async with session.get(url, params={**given, "token": "xoxb-1"}) as answer:
            assert (await answer.json())["ok"] is True


async def test_tokens_are_checked(server: SandboxServer) -> None:
    async with aiohttp.ClientSession(base_url=server.url) as session:
        for method, token, error in [
            ("auth.test", "", "not_authed"),
            ("auth.test", "xoxb-other", "invalid_auth"),
            ("auth.test", "xapp-1", "not_allowed_token_type"),
            ("apps.connections.open", "xoxb-1", "not_allowed_token_type"),
            ("chat.shout", "xoxb-1", "unknown_method"),
        ]:
            async with session.post(f"/api/{method}", data={"token": token}) as answer:
                assert (answer.status, (await answer.json())["error"]) == (200, error)


async def test_what_is_missing_is_named(client: AsyncWebClient) -> None:
    answer = await refused(client.api_call("chat.postMessage", json={"text": "x"}), "invalid_arguments")
    assert answer["response_metadata"]["messages"] == ["[ERROR] missing required field: channel"]


@pytest.mark.parametrize(("name", "error"), [
    ("ops", "name_taken"),
    ("Gateway", "invalid_name_specials"),
    ("a b", "invalid_name_specials"),
    ("x" * 81, "invalid_name_maxlength"),
    ("---", "invalid_name_punctuation"),
])  # fmt: skip
async def test_a_channels_name_is_checked(client: AsyncWebClient, ops: str, name: str, error: str) -> None:
    await refused(client.conversations_create(name=name), error)


async def test_a_channel_is_made_filled_described_and_archived(client: AsyncWebClient, app: App) -> None:
    made = (await client.conversations_create(name="inc-한글-1"))["channel"]["id"]
    await refused(client.conversations_invite(channel=made, users=["U01MINJI", "U404"]), "user_not_found")
    answer = await client.conversations_invite(channel=made, users=["U01MINJI", "U404"], force=True)
    assert answer["errors"] == [{"user": "U404", "ok": False, "error": "user_not_found"}]
    await refused(client.conversations_invite(channel=made, users="U01MINJI"), "already_in_channel")
    await refused(client.conversations_invite(channel=made, users=app.bot_user), "cant_invite_self")
    assert (await client.conversations_members(channel=made))["members"] == [app.bot_user, "U01MINJI"]

    await refused(client.conversations_setTopic(channel=made, topic="x" * 251), "too_long")
    await client.conversations_setTopic(channel=made, topic="Gateway")
    assert (await client.conversations_info(channel=made))["channel"]["topic"]["value"] == "Gateway"

    await client.conversations_archive(channel=made)
    await refused(client.chat_postMessage(channel=made, text="x"), "is_archived")
    await refused(client.conversations_archive(channel=made), "already_archived")
    await refused(client.conversations_create(name="inc-한글-1"), "name_taken")
    await client.conversations_unarchive(channel=made)
    await client.chat_postMessage(channel="#inc-한글-1", text="x")


async def test_what_the_bot_may_not_see_is_not_found(server: SandboxServer, client: AsyncWebClient) -> None:
    minji = server.person("U01MINJI")
    secret, open_one = await minji.create_channel("secret", private=True), await minji.create_channel("open")
    await refused(client.chat_postMessage(channel=secret, text="x"), "channel_not_found")
    await refused(client.chat_postMessage(channel=open_one, text="x"), "not_in_channel")
    await client.conversations_join(channel=open_one)
    await client.chat_postMessage(channel=open_one, text="x")


async def test_lists_come_in_pages(client: AsyncWebClient, ops: str) -> None:
    sent = [(await client.chat_postMessage(channel=ops, text=str(n)))["ts"] for n in range(7)]
    read: list[str] = []
    async for page in await client.conversations_history(channel=ops, limit=3):
        assert len(page["messages"]) <= 3
        read += [message["ts"] for message in page["messages"]]
        await client.chat_postMessage(channel=ops, text="meanwhile")
    assert read == sent[::-1]

    names = [user["name"] async for page in await client.users_list(limit=2) for user in page["members"]]
    assert names == ["minji", "alex", "guest", "stopline"]
    await refused(client.users_list(cursor="nonsense"), "invalid_cursor")


async def test_history_between_two_moments(client: AsyncWebClient, ops: str) -> None:
    sent = [(await client.chat_postMessage(channel=ops, text=str(n)))["ts"] for n in range(4)]

    async def read(**given: Any) -> list[str]:
        return [message["ts"] for message in (await client.conversations_history(channel=ops, **given))["messages"]]

    assert await read(oldest=sent[0], latest=sent[3]) == [sent[2], sent[1]]
    assert await read(oldest=sent[0], latest=sent[3], inclusive=True) == sent[::-1]


async def test_replies_stand_in_their_thread_alone(client: AsyncWebClient, ops: str) -> None:
    parent = (await client.chat_postMessage(channel=ops, text="parent"))["ts"]
    reply = (await client.chat_postMessage(channel=ops, text="reply", thread_ts=parent))["ts"]
    (top,) = (await client.conversations_history(channel=ops))["messages"]
    assert (top["reply_count"], top["latest_reply"]) == (1, reply)
    replies = (await client.conversations_replies(channel=ops, ts=parent))["messages"]
    assert [message["ts"] for message in replies] == [parent, reply]
    await refused(client.chat_postMessage(channel=ops, text="x", thread_ts="1.000000"), "thread_not_found")


async def test_metadata_is_given_back_only_when_asked_for(client: AsyncWebClient, ops: str) -> None:
    metadata = {"event_type": "card", "event_payload": {"key": "inc-1"}}
    ts = (await client.chat_postMessage(channel=ops, text="Declared", metadata=metadata))["ts"]
    await client.chat_update(channel=ops, ts=ts, text="Resolved")
    (plain,) = (await client.conversations_history(channel=ops))["messages"]
    (full,) = (await client.conversations_history(channel=ops, include_all_metadata=True))["messages"]
    assert "metadata" not in plain and full["metadata"] == metadata and "edited" not in full


async def test_texts_and_blocks_have_limits(client: AsyncWebClient, ops: str, server: SandboxServer) -> None:
    section = {"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3000}}
    await refused(client.chat_postMessage(channel=ops), "no_text")
    await refused(client.chat_postMessage(channel=ops, text="x", blocks=[{"type": "sectoin"}]), "invalid_blocks")
    await refused(client.chat_postMessage(channel=ops, text="x", blocks=[section] * 5), "msg_blocks_too_long")
    message = (await client.chat_postMessage(channel=ops, text="x" * 40_001))["message"]
    assert len(message["text"]) == 40_000
    await refused(client.chat_update(channel=ops, ts=message["ts"], text="x" * 4001), "msg_too_long")
    theirs = await server.person("U01MINJI").say(ops, "mine")
    await refused(client.chat_update(channel=ops, ts=theirs["ts"], text="x"), "cant_update_message")
    await refused(client.chat_update(channel=ops, ts="1.000000", text="x"), "message_not_found")


async def test_an_update_keeps_the_blocks_it_does_not_mention(client: AsyncWebClient, ops: str) -> None:
    ts = (await client.chat_postMessage(channel=ops, text="a", blocks=[{"type": "divider"}]))["ts"]
    assert "blocks" in (await client.chat_update(channel=ops, ts=ts, text="b"))["message"]
    assert "blocks" not in (await client.chat_update(channel=ops, ts=ts, text="b", blocks=[]))["message"]


async def test_pins_reactions_and_bookmarks(client: AsyncWebClient, ops: str) -> None:
    ts = (await client.chat_postMessage(channel=ops, text="card"))["ts"]
    await client.pins_add(channel=ops, timestamp=ts)
    await refused(client.pins_add(channel=ops, timestamp=ts), "already_pinned")
    assert (await client.pins_list(channel=ops))["items"][0]["message"]["ts"] == ts
    await client.reactions_add(channel=ops, timestamp=ts, name="eyes")
    await refused(client.reactions_add(channel=ops, timestamp=ts, name="eyes"), "already_reacted")
    await client.reactions_remove(channel=ops, timestamp=ts, name="eyes")
    await refused(client.reactions_remove(channel=ops, timestamp=ts, name="eyes"), "no_reaction")
    mark = (await client.bookmarks_add(channel_id=ops, title="Doc", type="link", link="https://x/y"))["bookmark"]
    await client.bookmarks_edit(channel_id=ops, bookmark_id=mark["id"], title="Better")
    assert (await client.bookmarks_list(channel_id=ops))["bookmarks"][0]["title"] == "Better"
    await client.bookmarks_remove(channel_id=ops, bookmark_id=mark["id"])


async def test_people_and_groups(client: AsyncWebClient, server: SandboxServer, app: App) -> None:
    group = server.workspace.add_group("db", ["U02ALEX"])
    assert (await client.auth_test())["user_id"] == app.bot_user
    minji = (await client.users_info(user="U01MINJI", include_locale=True))["user"]
    assert (minji["locale"], minji["tz_offset"], minji["profile"]["real_name"]) == ("ko-KR", 32400, "김민지")
    assert (await client.users_lookupByEmail(email="alex@haneul.example"))["user"]["id"] == "U02ALEX"
    assert (await client.usergroups_users_list(usergroup=group.id))["users"] == ["U02ALEX"]
    server.workspace.disable_group(group.id)
    with pytest.raises(SlackApiError, match="no_such_subteam"):
        await client.usergroups_users_list(usergroup=group.id)
    assert (await client.usergroups_list())["usergroups"] == []
    im = (await client.conversations_open(users="U01MINJI"))["channel"]["id"]
    assert (await client.chat_postMessage(channel="U01MINJI", text="Hello"))["channel"] == im


async def test_a_file_is_uploaded_and_shared(client: AsyncWebClient, ops: str, server: SandboxServer) -> None:
    answer = await client.files_upload_v2(channel=ops, content="timeline", filename="t.txt", title="Timeline")
    file = (await client.files_info(file=answer["files"][0]["id"]))["file"]
    assert (file["title"], file["size"], file["channels"]) == ("Timeline", 8, [ops])
    async with aiohttp.ClientSession() as session, session.get(file["url_private"]) as content:
        assert await content.text() == "timeline"
    assert server.person("U01MINJI").messages(ops)[0]["files"][0]["id"] == file["id"]


async def test_faults_are_met_as_often_as_planned(client: AsyncWebClient, server: SandboxServer, ops: str) -> None:
    server.faults.on("chat.postMessage", RateLimited(retry_after=2))
    server.faults.on("chat.postMessage", SlackError("restricted_action"))
    server.faults.on("chat.postMessage", ServerError(503))
    limited = await refused(client.chat_postMessage(channel=ops, text="x"), "ratelimited")
    assert (limited.status_code, limited.headers["Retry-After"]) == (429, "2")
    await refused(client.chat_postMessage(channel=ops, text="x"), "restricted_action")
    assert (await refused(client.chat_postMessage(channel=ops, text="x"), "internal_error")).status_code == 503
    await client.chat_postMessage(channel=ops, text="through")
    assert [call.ok for call in server.calls] == [False, False, False, True]


@pytest.mark.parametrize(("fault", "done"), [(Swallowed(), 1), (HalfAnswer(), 1), (Dropped(), 0)])
async def test_a_lost_answer(client: AsyncWebClient, server: SandboxServer, ops: str, fault: Fault, done: int) -> None:
    client.retry_handlers.clear()
    server.faults.on("chat.postMessage", fault)
    with pytest.raises(aiohttp.ClientError):
        await client.chat_postMessage(channel=ops, text="x")
    assert len(server.person("U01MINJI").messages(ops)) == done


async def test_tiers_limit_a_method_per_minute(client: AsyncWebClient, server: SandboxServer, ops: str) -> None:
    server.faults.tiers = True
    for n in range(20):
        await client.conversations_setTopic(channel=ops, topic=str(n))
    await refused(client.conversations_setTopic(channel=ops, topic="x"), "ratelimited")
    await client.conversations_info(channel=ops)


async def test_latency_is_paid_side_by_side(client: AsyncWebClient, server: SandboxServer, ops: str) -> None:
    server.faults.latency = 0.6
    started = time.monotonic()
    await asyncio.gather(*(client.chat_postMessage(channel=ops, text=str(n)) for n in range(50)))
    assert 0.6 <= time.monotonic() - started < 25, "one after the other takes half a minute"


async def test_posts_are_limited_in_each_channel(client: AsyncWebClient, server: SandboxServer, ops: str) -> None:
    server.faults.tiers = True
    await asyncio.gather(*(client.chat_postMessage(channel=ops, text=str(n)) for n in range(60)))
    await refused(client.chat_postMessage(channel=ops, text="x"), "ratelimited")
    await client.chat_postMessage(channel="U01MINJI", text="x")


async def test_markdown_text_stands_alone(client: AsyncWebClient, ops: str) -> None:
    message = (await client.chat_postMessage(channel=ops, markdown_text="**Hi**"))["message"]
    assert message["blocks"][0]["type"] == "markdown"
    await refused(client.chat_postMessage(channel=ops, text="x", markdown_text="x"), "markdown_text_conflict")
    await refused(client.chat_postMessage(channel=ops, markdown_text="x" * 12_001), "msg_too_long")
