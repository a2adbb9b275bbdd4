"""Slack in trouble: in the end one channel, one card, one announcement; wrong tokens are said, not suffered."""

import re

import pytest

from bot.config import SettingsWrong, read_settings
from bot.domain.freeze import HoldState
from bot.domain.ids import IncidentId
from bot.domain.job import JobKind
from bot.i18n.texts import Texts
from bot.sandbox.faults import (
    Dropped,
    ErrorAfter,
    Fault,
    HalfAnswer,
    RateLimited,
    ServerError,
    SlackError,
    Swallowed,
)
from tests.journeys.stage import ALEX, APP_TOKEN, DOYUN, HANA, MINJI, Stage, buttons, shown
from tests.journeys.test_servers import queue

OPENING = (
    "conversations.create",
    "conversations.invite",
    "chat.postMessage",
    "conversations.setTopic",
    "bookmarks.add",
    "pins.add",
)
TROUBLES: dict[str, Fault] = {
    "rate limit": RateLimited(retry_after=2),
    "error 500": ServerError(500),
    "error 500 afterwards": ErrorAfter(500),
    "internal error afterwards": ErrorAfter(200),
    "swallowed answer": Swallowed(),
    "half an answer": HalfAnswer(),
    "half a text": HalfAnswer(ended=True),
    "dropped call": Dropped(),
    "internal error": SlackError("internal_error"),
}


LIFE = (
    (MINJI, "/incident severity sev1"),
    (MINJI, "/freeze fixed web-3 rolled back to 4.2.1, error rate 0"),
    (DOYUN, "/freeze verify web-3"),
    (MINJI, "/incident status resolved"),
)


TOLD = ("*SEV1*", "조치를 보고했습니다", "조치를 검증했습니다", "상태: *해결*")


@pytest.mark.parametrize("method", OPENING)
@pytest.mark.parametrize("trouble", TROUBLES)
async def test_on_each_call_of_the_opening(stage: Stage, method: str, trouble: str) -> None:
    stage.expected |= {method, "name_taken"}
    stage.server.faults.on(method, TROUBLES[trouble])
    await stage.command(MINJI, "/incident declare sev2 checkout errors on web-3")
    (channel,) = stage.opened()
    assert channel.name == "inc-20240520-checkout-errors" and MINJI in channel.members
    assert len(stage.said(channel.id)) == len(channel.pins) == len(stage.said(stage.incidents)) == 1
    assert "checkout errors" in channel.topic["value"] and len(channel.bookmarks) >= 1
    assert "*SEV2*" in shown(stage.card(channel.id))


LATER = ("chat.postMessage", "chat.update", "conversations.setTopic")


@pytest.mark.parametrize("method", LATER)
@pytest.mark.parametrize("trouble", TROUBLES)
async def test_on_each_call_of_the_life_of_an_incident(stage: Stage, method: str, trouble: str) -> None:
    """Each command meets the trouble once: every entry is told once, in order, and the card is true in the end."""
    stage.expected |= {method}
    channel = await stage.declare(MINJI, "sev2 checkout errors on web-3")
    for who, line in LIFE:
        stage.server.faults.on(method, TROUBLES[trouble])
        await stage.command(who, line, channel)
        if line.startswith("/freeze verify"):
            assert not await stage.submit(who)
        stage.server.faults.clear()
    told = stage.said(channel)
    assert len(told) == len(set(told)), told
    first = [next(n for n, one in enumerate(told[1:]) if word in one) for word in TOLD]
    assert first == sorted(first), told
    assert "*SEV1* · *해결*" in shown(stage.card(channel))
    async with stage.product.database.read() as tx:
        assert [hold.state for hold in await tx.holds.of_incident(IncidentId(1))] == [HoldState.RELEASED]


@pytest.mark.parametrize("method", ("chat.postMessage", "chat.update"))
@pytest.mark.parametrize("trouble", TROUBLES)
async def test_on_each_call_of_an_override(stage: Stage, method: str, trouble: str) -> None:
    """It is asked for once, confirmed once and told once, and the message that asked says so."""
    stage.expected |= {method}
    channel = await stage.declare(MINJI, "sev2 checkout errors on web-3")
    stage.server.faults.on(method, TROUBLES[trouble])
    assert "O-1" in await stage.command(DOYUN, "/freeze override web-3 one setting, everything is down")
    (asked,) = [one for one in stage.person(MINJI).messages(channel) if "override.confirm" in buttons(one)]
    stage.server.faults.clear()
    stage.server.faults.on(method, TROUBLES[trouble])
    assert "You confirmed O-1" in await stage.click(ALEX, asked, "override.confirm", "1")
    (edited,) = [one for one in stage.person(MINJI).messages(channel) if one["ts"] == asked["ts"]]
    assert "override.confirm" not in buttons(edited) and f"<@{ALEX}>" in shown(edited)
    told = [one for one in stage.said(channel) if "O-1" in one]
    assert len(told) == 2, ("asked for once, confirmed once", told)


@pytest.mark.parametrize("method", ("chat.postMessage", "conversations.open"))
@pytest.mark.parametrize("trouble", TROUBLES)
async def test_on_each_call_of_a_reminder(stage: Stage, method: str, trouble: str) -> None:
    """The channel hears it once and so does the manager."""
    stage.expected |= {method}
    channel = await stage.declare(MINJI, "sev2 checkout errors on web-3")
    before, mine = len(stage.said(channel)), len(stage.direct(HANA))
    stage.clock.forward(hours=3)
    stage.server.faults.on(method, TROUBLES[trouble])
    await queue(stage, JobKind.NAG, incident_id=1, stage=2)
    assert (len(stage.said(channel)) - before, len(stage.direct(HANA)) - mine) == (1, 1)


async def test_several_troubles_at_once(everywhere: Stage) -> None:
    stage = everywhere
    stage.expected |= {*OPENING, "name_taken", "already_pinned"}
    for method in OPENING:
        stage.server.faults.on(method, RateLimited(retry_after=1))
        stage.server.faults.on(method, Swallowed())
    await stage.command(MINJI, "/incident declare sev2 checkout errors on web-3")
    (channel,) = stage.opened()
    assert len(stage.said(channel.id)) == len(channel.pins) == len(stage.said(stage.incidents)) == 1


async def test_events_that_come_twice(stage: Stage) -> None:
    stage.server.delivery.repeats = 1
    channel = await stage.declare(MINJI, "sev2 결제 오류")
    minji = stage.person(MINJI)
    await minji.say(minji.im(stage.app), "지난달 장애 원인은?")
    message = await minji.say(channel, "배포 직후부터입니다")
    await minji.react(channel, message["ts"], "pushpin")
    await stage.settled()
    assert len(stage.direct(MINJI)) == 2, "the question and one answer"


async def test_an_announcement_channel_that_is_not_there(set_up_stage) -> None:  # type: ignore[no-untyped-def]
    async with set_up_stage(announce_channel="#nowhere") as stage:
        stage.expected |= {"channel_not_found"}
        await stage.command(MINJI, "/incident declare sev2 결제 오류 서버 web-3")
        (channel,) = stage.opened()
        assert MINJI in channel.members and len(channel.pins) == 1, "people can work all the same"
        print([shown(m) for m in stage.direct(MINJI)])
        stage.expected |= {"dead job", "given up"}


async def test_a_wrong_bot_token(set_up_stage) -> None:  # type: ignore[no-untyped-def]
    async with set_up_stage(bot_token="xoxb-wrong") as stage:
        stage.expected |= {"invalid_auth", "bot token", "a listener failed"}
        outcome = await stage.person(MINJI).command(stage.ops, "/incident", "list")
        assert outcome.acked
        said = [line for line in stage.complaints.said if "SLACK_BOT_TOKEN" in line]
        assert said and "invalid_auth" in said[0], stage.complaints.said
        print(stage.complaints.said, [shown(m) for m in stage.person(MINJI).ephemerals(stage.ops)])


@pytest.mark.parametrize(
    ("env", "wanted"),
    [
        ({}, "SLACK_BOT_TOKEN is not set"),
        ({"SLACK_BOT_TOKEN": APP_TOKEN}, "it begins with xoxb-"),
        ({"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xoxb-1"}, "it begins with xapp-"),
        ({"SLACK_BOT_TOKEN": "xoxb-1"}, "Set SLACK_APP_TOKEN for Socket Mode, or SLACK_SIGNING_SECRET"),
        ({"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_SIGNING_SECRET": "s"}, "STOPLINE_HTTP_PORT"),
    ],
)
def test_tokens_of_the_wrong_kind_are_named(env: dict[str, str], wanted: str) -> None:
    with pytest.raises(SettingsWrong) as wrong:
        read_settings(env)
    assert wanted in Texts("en").plain(wrong.value.key, **wrong.value.params)
    assert re.search("[가-힣]", Texts("ko").plain(wrong.value.key, **wrong.value.params))
