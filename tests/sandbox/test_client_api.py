"""The page sees what its person may see, acts as that person, and is pushed every change."""

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox import App, SandboxServer, SlackRefusal, Story, StoryPlayer

Body = dict[str, Any]


class Page:
    """A browser's side of the interface."""

    def __init__(self, session: aiohttp.ClientSession, me: str) -> None:
        self.session, self.me = session, me

    async def get(self, what: str, **query: str) -> Body:
        async with self.session.get(f"/client/{what}", params={"as": self.me, **query}) as answer:
            return dict(await answer.json())

    async def post(self, deed: str, **body: Any) -> Body:
        async with self.session.post(f"/client/{deed}", json={"as": self.me, **body}) as answer:
            return dict(await answer.json())

    async def pushed(self, socket: aiohttp.ClientWebSocketResponse, type: str) -> Body:
        """The next push of this type."""
        while True:
            push = await socket.receive_json(timeout=30)
            if push["type"] == type:
                return dict(push)


@pytest.fixture
async def page(server: SandboxServer) -> AsyncIterator[Page]:
    async with aiohttp.ClientSession(base_url=server.url) as session:
        yield Page(session, "U01MINJI")


async def test_the_state_shows_people_channels_and_commands(page: Page, app: App, ops: str) -> None:
    state = await page.get("state")
    assert state["team"]["name"] == "Haneul" and state["me"] == "U01MINJI" and state["story"] is None
    assert [channel["name"] for channel in state["channels"]] == ["ops"]
    assert state["commands"][0] == {
        "command": "/incident", "description": "Run an incident", "usage_hint": "declare", "app": app.id,
    }  # fmt: skip
    bot = next(person for person in state["people"] if person["is_bot"])
    assert bot["app_id"] == app.id and bot["avatar_colour"]


async def test_a_guest_sees_only_their_own_channels(server: SandboxServer, page: Page, ops: str) -> None:
    guest = Page(page.session, "U03GUEST")
    assert (await guest.get("state"))["channels"] == []
    assert (await guest.get("messages", channel=ops))["error"] == "channel_not_found"
    assert (await guest.post("join", channel=ops))["error"] == "user_is_restricted"


async def test_messages_are_written_changed_and_read(page: Page, ops: str) -> None:
    first = (await page.post("say", channel=ops, text="See https://x.io <now> @alex"))["message"]
    assert first["text"] == "See <https://x.io> &lt;now&gt; <@U02ALEX>"
    await page.post("say", channel=ops, text="reply", thread_ts=first["ts"])
    await page.post("edit", channel=ops, ts=first["ts"], text="Seen")
    await page.post("react", channel=ops, ts=first["ts"], name="eyes")
    (message,) = (await page.get("messages", channel=ops))["messages"]
    assert (message["text"], message["reply_count"], message["reactions"][0]["users"]) == ("Seen", 1, ["U01MINJI"])
    replies = (await page.get("replies", channel=ops, ts=first["ts"]))["messages"]
    assert [each["text"] for each in replies] == ["Seen", "reply"]
    assert (await page.post("delete", channel=ops, ts=replies[1]["ts"]))["ok"]
    assert len((await page.get("replies", channel=ops, ts=first["ts"]))["messages"]) == 1


async def test_older_messages_are_fetched_backwards(server: SandboxServer, page: Page, ops: str) -> None:
    for n in range(5):
        await server.person("U02ALEX").say(ops, str(n))
    newest = (await page.get("messages", channel=ops, limit="2"))["messages"]
    older = (await page.get("messages", channel=ops, limit="2", before=newest[0]["ts"]))["messages"]
    assert [message["text"] for message in (*older, *newest)] == ["1", "2", "3", "4"]


async def test_unread_marks_and_mentions_count_until_read(server: SandboxServer, page: Page, ops: str) -> None:
    await server.person("U02ALEX").say(ops, "one")
    last = await server.person("U02ALEX").say(ops, "two @minji")
    (channel,) = (await page.get("state"))["channels"]
    assert (channel["unread"], channel["mentions"]) == (2, 1)
    await page.post("mark", channel=ops, ts=last["ts"])
    (channel,) = (await page.get("state"))["channels"]
    assert (channel["unread"], channel["mentions"]) == (0, 0)


async def test_changes_are_pushed(server: SandboxServer, page: Page, client: AsyncWebClient, ops: str) -> None:
    async with page.session.ws_connect("/client/ws?as=U01MINJI") as socket:
        ts = (await client.chat_postMessage(channel=ops, text="Hello"))["ts"]
        assert (await page.pushed(socket, "message"))["message"]["text"] == "Hello"
        assert (await page.pushed(socket, "channel"))["channel"]["unread"] == 1
        await client.chat_update(channel=ops, ts=ts, text="Goodbye")
        assert (await page.pushed(socket, "message_changed"))["message"]["text"] == "Goodbye"
        await client.chat_delete(channel=ops, ts=ts)
        assert await page.pushed(socket, "message_deleted") == {"type": "message_deleted", "channel": ops, "ts": ts}
        await client.chat_postEphemeral(channel=ops, user="U02ALEX", text="Not for minji")
        await client.chat_postEphemeral(channel=ops, user="U01MINJI", text="For minji")
        assert (await page.pushed(socket, "ephemeral"))["message"]["text"] == "For minji"
        await client.conversations_setTopic(channel=ops, topic="Fire")
        assert (await page.pushed(socket, "message"))["message"]["subtype"] == "channel_topic"


async def test_the_page_runs_a_command_and_a_modal(page: Page, bolt: AsyncApp, ops: str) -> None:
    submitted: list[Body] = []
    title = {"type": "plain_text", "text": "Declare"}
    typed = {"type": "plain_text_input", "action_id": "in"}

    @bolt.command("/incident")
    async def ask(ack: Any, client: Any, body: Any) -> None:
        await ack()
        blocks = [{"type": "input", "block_id": "what", "label": title, "element": typed}]
        view = {"type": "modal", "callback_id": "declare", "title": title, "submit": title, "blocks": blocks}
        await client.views_open(trigger_id=body["trigger_id"], view=view)

    @bolt.view("declare")
    async def declare(ack: Any, body: Any) -> None:
        submitted.append(body["view"]["state"]["values"])
        await ack()

    async with page.session.ws_connect("/client/ws?as=U01MINJI") as socket:
        assert (await page.post("command", channel=ops, text="/incident declare"))["acked"]
        view = (await page.pushed(socket, "view_opened"))["view"]
        values = {"what": {"in": {"type": "plain_text_input", "value": "Fire"}}}
        assert (await page.post("submit", view_id=view["id"], values={})) | {"ack_seconds": 0} == {
            "ok": False, "acked": True, "ack_seconds": 0, "errors": {"what": "Please complete this required field."},
        }  # fmt: skip
        assert (await page.post("submit", view_id=view["id"], values=values))["ok"]
        assert (await page.pushed(socket, "view_closed"))["view"]["id"] == view["id"]
    assert submitted == [values]


async def test_a_story_is_shown_and_steered(server: SandboxServer, page: Page, ops: str) -> None:
    assert (await page.post("story", do="play"))["error"] == "no_story"
    story = Story.parse(
        'title = "T"\n[[step]]\nat = 2024-05-13T13:44:00+09:00\nwho = "U02ALEX"\n'
        'do = "say"\nchannel = "#ops"\ntext = "Hi"'
    )
    StoryPlayer(server, story)
    async with page.session.ws_connect("/client/ws?as=U01MINJI") as socket:
        assert (await page.get("state"))["story"]["steps"][0]["summary"] == "say in #ops: Hi"
        await page.post("story", do="next")
        assert (await page.pushed(socket, "story"))["story"]["finished"]


async def test_mistakes_are_told(page: Page, server: SandboxServer, ops: str) -> None:
    assert (await page.post("say", channel=ops))["error"].startswith("invalid_arguments")
    assert (await page.post("dance"))["error"] == "unknown_deed"
    assert (await Page(page.session, "U404").get("state"))["error"] == "user_not_found"
    async with page.session.get("/page/../server.py") as answer:
        assert answer.status == 404
    with pytest.raises(SlackRefusal, match="cant_update_message"):
        message = await server.person("U02ALEX").say(ops, "mine")
        await server.person("U01MINJI").edit(ops, message["ts"], "yours")


async def test_a_note_in_a_thread_stays_in_the_thread(page: Page, client: AsyncWebClient, ops: str) -> None:
    parent = (await page.post("say", channel=ops, text="parent"))["message"]["ts"]
    await client.chat_postEphemeral(channel=ops, user="U01MINJI", text="Only here", thread_ts=parent)
    assert [each["text"] for each in (await page.get("messages", channel=ops))["messages"]] == ["parent"]
    replies = (await page.get("replies", channel=ops, ts=parent))["messages"]
    assert [each["text"] for each in replies] == ["parent", "Only here"]


async def test_a_permalink_opens_the_page(page: Page, client: AsyncWebClient, server: SandboxServer, ops: str) -> None:
    message = (await page.post("say", channel=ops, text="parent"))["message"]
    link = (await client.chat_getPermalink(channel=ops, message_ts=message["ts"]))["permalink"]
    assert link == f"{server.url}/archives/{ops}/p{message['ts'].replace('.', '')}"
    async with page.session.get(link) as answer:
        assert (answer.status, answer.content_type) == (200, "text/html")
