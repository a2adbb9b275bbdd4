"""Declaring: one incident, one channel, one card, one announcement, however it was said and delivered."""

import asyncio
from typing import Any

from bot.domain.channel_name import channel_name
from bot.domain.ids import SlackUserId
from bot.domain.incident import Severity
from bot.use_cases.freeze import frozen_servers
from bot.use_cases.incident import list_incidents
from tests.journeys.stage import ALEX, DOYUN, MINJI, Stage, buttons, shown


async def incidents(stage: Stage) -> Any:
    return await list_incidents(stage.product.desk.outside, only_open=False)


async def frozen(stage: Stage) -> list[str]:
    return [one.hold.server for one in await frozen_servers(stage.product.desk.outside)]


async def test_fast_path_opens_everything_once(in_every_way: Stage) -> None:
    stage = in_every_way
    told = await stage.command(MINJI, "/incident declare sev1 메시지 전송 지연 서버 lb-01, lb-02 14:50부터")
    assert "장애를 선언했습니다" in told and "`lb-01`, `lb-02`" in told
    (channel,) = stage.opened()
    assert channel.name == "inc-20240520-mesiji-jeonsong-jiyeon"
    assert {MINJI, DOYUN} <= set(channel.members)
    assert channel.topic["value"] == "SEV1 · 메시지 전송 지연 · 동결: lb-01, lb-02"
    assert [mark["title"] for mark in channel.bookmarks] == ["진행 중인 장애와 동결된 서버"]
    assert len(stage.said(channel.id)) == 1, "the card, and nothing beside it"
    assert "*SEV1* · *조사 중*" in shown(stage.card(channel.id)) and "오후 2:50" in shown(stage.card(channel.id))
    (announcement,) = stage.said(stage.incidents)
    assert f"<#{channel.id}>" in announcement and "메시지 전송 지연" in announcement
    assert await frozen(stage) == ["lb-01", "lb-02"]


async def test_modal_of_the_command_in_english(everywhere: Stage) -> None:
    stage = everywhere
    assert await stage.command(ALEX, "/incident") == ""
    view = stage.person(ALEX).views()[-1]
    assert view["title"]["text"] == "Declare an incident" and view["callback_id"] == "incident.declare"
    assert await stage.submit(ALEX, {"title": "checkout errors", "severity": "sev2", "servers": "web-3"}) == {}
    (channel,) = stage.opened()
    assert channel.name == "inc-20240520-checkout-errors"
    assert "Declared by" in shown(stage.card(channel.id)), "the channel speaks the language of its incident"
    assert ALEX in channel.members and await frozen(stage) == ["web-3"]


async def test_button_of_the_home(stage: Stage) -> None:
    home = await stage.home(MINJI)
    await stage.click(MINJI, home, "incident.declare")
    assert await stage.submit(MINJI, {"title": "결제 오류", "time": "10분 전"}) == {}
    (one,) = await incidents(stage)
    assert (one.title, one.severity, one.reporter, one.language) == ("결제 오류", Severity.SEV2, MINJI, "ko")
    at = {name.value: value for name, value in one.times.items()}
    assert 599 <= (at["declared_at"] - at["started_at"]).total_seconds() <= 660


async def test_the_same_view_twice_is_one_incident(everywhere: Stage) -> None:
    stage, minji = everywhere, everywhere.person(MINJI)
    await stage.command(MINJI, "/incident")
    view = minji.views()[-1]
    words = {"title": "결제 오류", "severity": "sev2", "servers": "web-3"}
    both = await asyncio.gather(minji.submit(view, words), minji.submit(view, words))
    await stage.settled()
    assert all(outcome.acked and not outcome.errors for outcome in both)
    assert len(await incidents(stage)) == len(stage.opened()) == len(stage.said(stage.incidents)) == 1


async def test_the_same_command_delivered_twice_is_one_incident(everywhere: Stage) -> None:
    stage, sent = everywhere, []
    once = stage.server.delivery.once

    async def twice(app: Any, type: str, payload: Any) -> Any:
        sent.append(payload)
        first, _ = await asyncio.gather(once(app, type, payload), once(app, type, payload))
        return first

    stage.server.delivery.once = twice  # type: ignore[method-assign]
    await stage.command(MINJI, "/incident declare sev3 로그인 지연")
    assert (await once(stage.app, "slash_commands", sent[0])).acked
    await stage.settled()
    assert len(await incidents(stage)) == len(stage.opened()) == len(stage.said(stage.incidents)) == 1


async def test_two_calls_in_a_row_until_people_can_talk(stage: Stage) -> None:
    slow = ("conversations.invite", "conversations.setTopic", "bookmarks.add", "chat.postMessage")
    stage.server.faults.latencies |= dict.fromkeys(slow, 3.0)
    await stage.declare(MINJI, "sev2 결제 오류 서버 web-3")
    (create,) = stage.calls("conversations.create")
    together = [
        *stage.calls("conversations.invite"),
        *stage.calls("conversations.setTopic"),
        *stage.calls("bookmarks.add"),
        *[c for c in stage.calls("chat.postMessage") if not c.arguments.get("thread_ts")],
    ]
    (pin,) = stage.calls("pins.add")
    assert len(together) == 5
    assert all(call.started >= create.ended for call in together)
    assert max(call.started for call in together) < min(call.ended for call in together), "they overlap"
    card = next(c for c in stage.calls("chat.postMessage") if c.arguments["channel"] == create_id(stage))
    assert pin.started >= card.ended


def create_id(stage: Stage) -> str:
    (channel,) = stage.opened()
    return str(channel.id)


async def test_a_taken_name_gets_a_number(stage: Stage) -> None:
    stage.expected.add("name_taken")
    await stage.declare(MINJI, "sev2 checkout errors")
    second = await stage.declare(ALEX, "sev2 checkout errors")
    assert stage.server.workspace.channels[second].name == "inc-20240520-checkout-errors-2"


async def test_a_name_taken_by_somebody_else_is_left_alone(stage: Stage) -> None:
    stage.expected.add("name_taken")
    day = stage.clock.now().date()
    theirs = await stage.person(ALEX).create_channel(channel_name(day, "checkout errors", 1))
    ours = await stage.declare(MINJI, "sev2 checkout errors")
    assert ours != theirs and stage.server.workspace.channels[ours].name.endswith("-2")
    assert not stage.said(theirs, ALEX)


async def test_the_card_has_a_button_for_what_can_be_done(stage: Stage) -> None:
    channel = await stage.declare(MINJI, "sev2 결제 오류 서버 web-3")
    assert {
        "incident.status",
        "incident.severity",
        "incident.command",
        "incident.role",
        "incident.note",
        "incident.time",
        "incident.servers",
        "incident.timeline",
        "incident.draft",
        "incident.resolve",
        "incident.cancel",
        "freeze.fixed",
    } <= buttons(stage.card(channel))


async def test_a_private_answer_is_private(stage: Stage) -> None:
    await stage.command(MINJI, "/incident declare sev2 결제 오류")
    assert not stage.said(stage.ops), "only the common channel hears of it"
    assert SlackUserId(ALEX) not in stage.opened()[0].members
