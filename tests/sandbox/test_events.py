"""The bot hears of everything in the conversations it is in, at least once, whatever the connection does."""

from typing import Any

import pytest
from slack_bolt import BoltResponse
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox import App, SandboxServer

Event = dict[str, Any]


class Heard(list[Event]):
    """The event_callback bodies that reached the bot."""

    refuse = 0  # so many deliveries are left without an answer

    def __init__(self) -> None:
        super().__init__()
        self.refused: list[str] = []

    def of(self, type: str, subtype: str | None = None) -> list[Event]:
        events = [body["event"] for body in self]
        return [event for event in events if event["type"] == type and event.get("subtype") == subtype]


@pytest.fixture
def heard(bolt: AsyncApp, server: SandboxServer) -> Heard:
    heard = Heard()

    @bolt.use
    async def listen(body: Any, next: Any) -> BoltResponse | None:
        if body.get("type") != "event_callback":
            await next()
            return None
        if heard.refuse:
            heard.refuse -= 1
            heard.refused.append(body["event_id"])
            if not heard.refuse:
                server.delivery.deadline = 60.0  # what comes now is answered, and waited for
            return BoltResponse(status=500)
        heard.append(body)
        return BoltResponse(status=200)

    return heard


async def test_messages_threads_edits_and_deletions(server: SandboxServer, heard: Heard, ops: str) -> None:
    minji = server.person("U01MINJI")
    first = await minji.say(ops, "The gateway hangs")
    await minji.say(ops, "since 13:44", thread_ts=first["ts"])
    await minji.edit(ops, first["ts"], "The gateway hangs again")
    await server.delivered()

    said, reply = sorted(heard.of("message"), key=lambda event: str(event["ts"]))
    assert (said["user"], said["channel"], said["channel_type"], said["text"]) == (
        "U01MINJI",
        ops,
        "channel",
        first["text"],
    )
    assert reply["thread_ts"] == first["ts"] and reply["parent_user_id"] == "U01MINJI"
    (changed,) = heard.of("message", "message_changed")
    assert (
        changed["message"]["text"] == "The gateway hangs again" and changed["message"]["edited"]["user"] == "U01MINJI"
    )
    assert changed["previous_message"]["text"] == "The gateway hangs"

    await minji.delete(ops, reply["ts"])
    await minji.delete(ops, first["ts"])
    await server.delivered()
    assert [event["deleted_ts"] for event in heard.of("message", "message_deleted")] == [reply["ts"], first["ts"]]


async def test_the_bots_own_messages_come_as_events_too(
    server: SandboxServer, heard: Heard, ops: str, client: AsyncWebClient, app: App
) -> None:
    metadata = {"event_type": "card", "event_payload": {"key": "inc-1"}}
    await client.chat_postMessage(channel=ops, text="Declared", metadata=metadata)
    await server.delivered()
    (event,) = heard.of("message")
    assert (event["user"], event["bot_id"], event["metadata"]) == (app.bot_user, app.bot_id, metadata)


async def test_a_mention_comes_beside_its_message(server: SandboxServer, heard: Heard, ops: str, app: App) -> None:
    await server.person("U02ALEX").say(ops, "@stopline status?")
    await server.delivered()
    (mention,), (message,) = heard.of("app_mention"), heard.of("message")
    assert mention["text"] == message["text"] == f"<@{app.bot_user}> status?" and mention["ts"] == message["ts"]


async def test_reactions_pins_and_topics(server: SandboxServer, heard: Heard, ops: str) -> None:
    minji = server.person("U01MINJI")
    ts = (await minji.say(ops, "It was the cache"))["ts"]
    await minji.react(ops, ts, "pushpin")
    await minji.react(ops, ts, "pushpin", remove=True)
    await minji.pin(ops, ts)
    await minji.set_topic(ops, "All well")
    await server.delivered()
    assert heard.of("reaction_added")[0]["item"] == {"type": "message", "channel": ops, "ts": ts}
    assert heard.of("reaction_removed")[0]["item_user"] == "U01MINJI"
    assert heard.of("pin_added")[0]["item"]["message"]["text"] == "It was the cache"
    assert heard.of("message", "channel_topic")[0]["topic"] == "All well"


async def test_people_come_and_go(server: SandboxServer, heard: Heard, ops: str) -> None:
    new = server.workspace.add_person(name="sua")
    await server.person(new.id).join(ops)
    await server.person(new.id).leave(ops)
    server.workspace.change_person("U02ALEX", locale="ko-KR")
    await server.delivered()
    assert heard.of("team_join")[0]["user"]["id"] == new.id
    assert heard.of("member_joined_channel")[0]["user"] == heard.of("member_left_channel")[0]["user"] == new.id
    assert heard.of("user_change")[0]["user"]["locale"] == "ko-KR"


async def test_a_group_changes(server: SandboxServer, heard: Heard) -> None:
    workspace = server.workspace
    group = workspace.add_group("relay", ["U01MINJI"]).id
    workspace.change_group(group, ["U02ALEX"])
    workspace.disable_group(group)
    await server.delivered()
    changed, disabled = (body["subteam"] for body in heard.of("subteam_updated"))
    assert changed["users"] == ["U02ALEX"] and changed["date_delete"] == 0 < disabled["date_delete"]
    (delta,) = heard.of("subteam_members_changed")
    assert (delta["subteam_id"], delta["added_users"], delta["removed_users"]) == (group, ["U02ALEX"], ["U01MINJI"])


async def test_a_channel_the_bot_is_not_in_is_silent(server: SandboxServer, heard: Heard) -> None:
    minji = server.person("U01MINJI")
    away = await minji.create_channel("away")
    await minji.say(away, "Psst")
    await minji.rename(away, "far-away")
    await server.delivered()
    assert [body["event"]["type"] for body in heard] == ["channel_created"]


async def test_an_event_not_acknowledged_comes_again_with_the_same_id(
    server: SandboxServer, heard: Heard, ops: str
) -> None:
    server.delivery.deadline, server.delivery.retry_delays = 0.3, (0.0, 0.01, 0.01)
    heard.refuse = 2
    await server.person("U01MINJI").say(ops, "Hello")
    await server.delivered()
    assert heard.refused == [heard[0]["event_id"]] * 2

    server.delivery.deadline, heard.refuse = 0.3, 4
    await server.person("U01MINJI").say(ops, "Lost")
    await server.delivered()
    assert len(heard) == 1 and [body["event"]["text"] for body in server.delivery.undelivered] == ["Lost"]


async def test_an_event_may_come_twice(server: SandboxServer, heard: Heard, ops: str) -> None:
    server.delivery.repeats = 1
    await server.person("U01MINJI").say(ops, "Hello")
    await server.delivered()
    assert len(heard) == 2 and heard[0] == heard[1]


async def test_a_deleted_parent_leaves_a_tombstone(server: SandboxServer, heard: Heard, ops: str) -> None:
    minji = server.person("U01MINJI")
    parent = await minji.say(ops, "parent")
    await minji.say(ops, "reply", thread_ts=parent["ts"])
    await minji.delete(ops, parent["ts"])
    await server.delivered()
    (changed,) = heard.of("message", "message_changed")
    assert (changed["message"]["subtype"], changed["message"]["reply_count"]) == ("tombstone", 1)
    assert [message["text"] for message in minji.replies(ops, parent["ts"])] == ["This message was deleted.", "reply"]


async def test_events_survive_a_reconnect(server: SandboxServer, heard: Heard, app: App, ops: str) -> None:
    server.delivery.retry_delays = (0.2, 0.2, 0.2, 0.2, 0.2)
    await server.disconnect_sockets("refresh_requested")
    await server.person("U01MINJI").say(ops, "In between")
    await server.delivered()
    assert [event["text"] for event in heard.of("message")] == ["In between"]
    assert len(server.delivery.sockets.connections(app)) == 1
