"""A story is played as written: every step is done, or the player says which one could not be."""

from datetime import datetime
from typing import Any

import pytest
from slack_bolt.async_app import AsyncApp

from bot.sandbox import SandboxServer, Story, StoryError, StoryPlayer
from tests.waiting import until

HEAD = """
title = "A frozen gateway"
[[people]]
id = "U09SUA"
name = "sua"
real_name = "이수아"
locale = "ko-KR"
tz = "Asia/Seoul"
[[channels]]
id = "C0OPS"
name = "war-room"
members = ["U01MINJI", "U09SUA", "@bot"]
"""
STEPS = """
[[step]]
at = 2024-05-13T13:44:00+09:00
who = "U09SUA"
do = "say"
channel = "#war-room"
text = "The gateway hangs"
bind = "first"
[[step]]
at = 2024-05-13T13:45:00+09:00
who = "U01MINJI"
do = "command"
channel = "C0OPS"
text = "/incident declare gateway"
[[step]]
at = 2024-05-13T13:45:30+09:00
who = "U01MINJI"
do = "submit"
values = { title = "Gateway hangs" }
new_channel = "inc"
[[step]]
at = 2024-05-13T13:46:00+09:00
who = "U01MINJI"
do = "click"
channel = "@inc"
button = "freeze.verify"
value_contains = "gw"
[[step]]
at = 2024-05-13T13:46:10+09:00
who = "U09SUA"
do = "react"
message = "first"
name = "eyes"
[[step]]
at = 2024-05-13T13:47:00+09:00
who = "U09SUA"
do = "say"
channel = "C0OPS"
thread = "first"
text = "Is it over?"
when = "!over"
[[step]]
at = 2024-05-13T13:48:00+09:00
who = "U09SUA"
do = "direct"
text = "help"
when = "over"
"""


def one_step(body: str) -> Story:
    return Story.parse(f'[[step]]\nat = 2024-05-13T13:44:00+09:00\nwho = "U01MINJI"\n{body}')


def play_along(bolt: AsyncApp, clicked: list[str]) -> None:
    """A bot that asks in a modal, makes a channel and posts a button there."""
    title = {"type": "plain_text", "text": "Declare"}
    asked = {
        "type": "input",
        "block_id": "title",
        "label": title,
        "element": {"type": "plain_text_input", "action_id": "typed"},
    }
    go = {"type": "button", "action_id": "freeze.verify", "value": "gw-1", "text": title}

    @bolt.command("/incident")
    async def ask(ack: Any, client: Any, body: Any) -> None:
        await ack()
        view = {"type": "modal", "callback_id": "declare", "title": title, "submit": title, "blocks": [asked]}
        await client.views_open(trigger_id=body["trigger_id"], view=view)

    @bolt.view("declare")
    async def declare(ack: Any, client: Any, body: Any) -> None:
        await ack()
        made = (await client.conversations_create(name="inc-1"))["channel"]["id"]
        await client.conversations_invite(channel=made, users=body["user"]["id"])
        await client.chat_postMessage(channel=made, text="Verify", blocks=[{"type": "actions", "elements": [go]}])

    @bolt.action("freeze.verify")
    async def verify(ack: Any, action: Any) -> None:
        await ack()
        clicked.append(action["value"])


async def over() -> bool:
    return False


async def test_every_step_is_done_in_order(server: SandboxServer, bolt: AsyncApp) -> None:
    clicked: list[str] = []
    times: list[datetime] = []
    play_along(bolt, clicked)
    story = Story.parse(HEAD + STEPS)
    story.populate(server.workspace)
    player = StoryPlayer(server, story, conditions={"over": over}, set_time=times.append, settle=server.settle)

    await player.run_all()

    assert clicked == ["gw-1"]
    first = server.person("U09SUA").messages("C0OPS")[0]
    assert (first["reply_count"], first["reactions"][0]["name"]) == (1, "eyes")
    assert player.finished and player.skipped == [7]
    assert times == [step.at for step in story.steps]


async def test_the_page_plays_pauses_and_steps(server: SandboxServer, ops: str) -> None:
    said = "\n".join(
        f'[[step]]\nat = 2024-05-13T13:{minute}:00+09:00\nwho = "U01MINJI"\n'
        f'do = "say"\nchannel = "#ops"\ntext = "{minute}"'
        for minute in (44, 45, 46)
    )
    player = StoryPlayer(server, Story.parse(said))
    player.play(speed=1)
    await until(lambda: (player.position, player.waiting) == (1, True))
    await player.next()
    player.pause()
    await until(lambda: not player.waiting)
    assert (player.position, player.playing, player.finished) == (2, False, False)
    player.play(speed=6000)
    await until(lambda: player.finished)
    assert player.state()["finished"] and [each["text"] for each in server.person("U01MINJI").messages(ops)] == [
        "44",
        "45",
        "46",
    ]


@pytest.mark.parametrize(("body", "complaint"), [
    ('do = "click"\nchannel = "#ops"\nbutton = "nowhere"', "no nowhere to click in #ops"),
    ('do = "submit"\nvalues = { title = "x" }', "no open modal"),
    ('do = "say"\nchannel = "#elsewhere"\ntext = "x"', "is not in #elsewhere"),
    ('do = "react"\nmessage = "unbound"\nname = "eyes"', "no message is bound"),
    ('do = "say"\nchannel = "#ops"\nthread = "unbound"\ntext = "x"', "no message is bound"),
    ('do = "command"\nchannel = "#ops"\ntext = "/unknown x"', "not a valid command"),
])  # fmt: skip
async def test_a_step_that_cannot_be_done_is_named(server: SandboxServer, ops: str, body: str, complaint: str) -> None:
    player = StoryPlayer(server, one_step(body))
    player.deeds.patience = 0.05
    with pytest.raises(StoryError, match=f"step 1: .*{complaint}"):
        await player.run_all()


@pytest.mark.parametrize("body", ['do = "dance"', 'do = "say"', 'do = "home"\ncolour = "red"'])
def test_a_step_that_cannot_be_read_is_named(body: str) -> None:
    with pytest.raises(StoryError, match="step 1"):
        one_step(body)
