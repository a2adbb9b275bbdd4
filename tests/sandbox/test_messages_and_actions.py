"""Buttons, menus, shortcuts and response addresses do in the sandbox what they do in Slack."""

import asyncio
from typing import Any

import aiohttp
import pytest
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox import SandboxServer, SlackRefusal

Body = dict[str, Any]
BUTTON = {"type": "button", "action_id": "verify", "value": "gw-1", "text": {"type": "plain_text", "text": "Verify"}}
OPTIONS = [{"text": {"type": "plain_text", "text": value}, "value": value} for value in ("sev1", "sev2")]
MENU = {"type": "static_select", "action_id": "severity", "options": OPTIONS}
CARD = [{"type": "actions", "block_id": "card", "elements": [BUTTON, MENU]}]


@pytest.fixture
def acted(bolt: AsyncApp) -> list[Body]:
    """What the bot's listener for every action was told; it answers in the message's place."""
    acted: list[Body] = []

    async def act(ack: Any, body: Body) -> None:
        await ack()
        acted.append(body)

    for action in ("verify", "severity"):
        bolt.action(action)(act)
    return acted


async def test_a_click_tells_who_where_and_what(
    server: SandboxServer, client: AsyncWebClient, acted: list[Body], ops: str
) -> None:
    await client.chat_postMessage(channel=ops, text="Card", blocks=CARD)
    minji = server.person("U01MINJI")
    message = minji.messages(ops)[0]
    assert (await minji.click(message, "verify")).acked
    assert (await minji.click(message, "severity", "sev2")).acked

    pressed, chosen = acted
    assert pressed["user"]["id"] == "U01MINJI" and pressed["channel"]["id"] == ops
    assert pressed["container"] == {
        "type": "message",
        "message_ts": message["ts"],
        "channel_id": ops,
        "is_ephemeral": False,
    }
    assert pressed["actions"][0]["value"] == "gw-1" and pressed["actions"][0]["block_id"] == "card"
    assert pressed["message"]["text"] == "Card" and pressed["trigger_id"]
    assert chosen["actions"][0]["selected_option"] == OPTIONS[1]
    assert chosen["state"]["values"]["card"]["severity"]["selected_option"] == OPTIONS[1]
    with pytest.raises(SlackRefusal, match="no_such_action"):
        await minji.click(message, "elsewhere")


async def test_an_ephemeral_message_is_seen_and_clicked_by_one_person(
    server: SandboxServer, client: AsyncWebClient, acted: list[Body], ops: str
) -> None:
    await client.chat_postEphemeral(channel=ops, user="U01MINJI", text="Only you", blocks=CARD)
    minji, alex = server.person("U01MINJI"), server.person("U02ALEX")
    (message,) = minji.ephemerals(ops)
    assert message["ephemeral"] and alex.messages(ops) == []
    assert (await client.conversations_history(channel=ops))["messages"] == []
    with pytest.raises(SlackRefusal, match="message_not_found"):
        await alex.click(message, "verify")
    await minji.click(message, "verify")
    assert acted[0]["container"]["is_ephemeral"] and "message" not in acted[0]

    async with aiohttp.ClientSession() as session:
        await session.post(acted[0]["response_url"], json={"replace_original": True, "text": "Verified"})
        assert [each["text"] for each in minji.ephemerals(ops)] == ["Verified"]
        await session.post(acted[0]["response_url"], json={"delete_original": True})
        assert minji.ephemerals(ops) == []


async def test_a_response_url_takes_five_posts(
    server: SandboxServer, client: AsyncWebClient, acted: list[Body], ops: str
) -> None:
    await client.chat_postMessage(channel=ops, text="Card", blocks=CARD)
    minji = server.person("U01MINJI")
    await minji.click(minji.messages(ops)[0], "verify")
    url = acted[0]["response_url"]
    async with aiohttp.ClientSession() as session:
        for n in range(5):
            async with session.post(url, json={"response_type": "in_channel", "text": str(n)}) as answer:
                assert answer.status == 200
        async with session.post(url, json={"text": "too many"}) as answer:
            assert (await answer.json())["error"] == "used_url"
    assert [message["text"] for message in minji.messages(ops)] == ["Card", "0", "1", "2", "3", "4"]


async def test_shortcuts_global_and_on_a_message(server: SandboxServer, bolt: AsyncApp, ops: str) -> None:
    used: list[Body] = []

    async def use(ack: Any, body: Body) -> None:
        await ack()
        used.append(body)

    bolt.message_shortcut("pin_message")(use)
    bolt.global_shortcut("declare")(use)
    minji = server.person("U01MINJI")
    message = await minji.say(ops, "It was the cache")
    assert (await minji.shortcut("pin_message", message)).acked
    assert (await minji.shortcut("declare")).acked
    assert used[0]["message"]["text"] == "It was the cache" and used[0]["response_url"]
    assert "channel" not in used[1] and "response_url" not in used[1]
    with pytest.raises(SlackRefusal, match="no_such_shortcut"):
        await minji.shortcut("unknown")


async def test_the_choices_of_an_external_menu_come_from_the_app(
    server: SandboxServer, bolt: AsyncApp, client: AsyncWebClient, ops: str
) -> None:
    @bolt.options("server")
    async def offer(ack: Any, payload: Body) -> None:
        await ack(options=[option for option in OPTIONS if option["value"].endswith(payload["value"])])

    menu = {"type": "external_select", "action_id": "server", "min_query_length": 0}
    await client.chat_postMessage(
        channel=ops, text="x", blocks=[{"type": "actions", "block_id": "b", "elements": [menu]}]
    )
    minji = server.person("U01MINJI")
    assert await minji.options(minji.messages(ops)[0], "b", "server", "2") == [OPTIONS[1]]


async def test_names_in_a_command_are_escaped_when_the_app_wants_it(
    server: SandboxServer, bolt: AsyncApp, ops: str
) -> None:
    texts: list[str] = []

    @bolt.command("/incident")
    async def take(ack: Any, command: Body) -> None:
        await ack()
        texts.append(command["text"])

    (app,) = server.workspace.apps.values()
    minji = server.person("U01MINJI")
    await minji.command(ops, "/incident", "lead @alex in #ops")
    app.commands[0]["should_escape"] = True
    await minji.command(ops, "/incident", "lead @alex in #ops")
    assert texts == ["lead @alex in #ops", f"lead <@U02ALEX|alex> in <#{ops}|ops>"]


async def test_a_hundred_commands_at_once(server: SandboxServer, bolt: AsyncApp, ops: str) -> None:
    @bolt.command("/incident")
    async def take(ack: Any) -> None:
        await ack()

    minji = server.person("U01MINJI")
    outcomes = await asyncio.gather(*(minji.command(ops, "/incident", str(n)) for n in range(100)))
    assert all(outcome.acked for outcome in outcomes)
