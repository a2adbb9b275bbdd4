"""What Slack did not deliver is found, once, at its own time, and says that it came late."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from bot.adapters.slack_chat import SlackChat
from bot.domain.backfill import AWAY, EVERY, LAST_AFTER
from bot.domain.ids import ChannelId
from bot.domain.message import Message
from bot.sandbox import channels
from bot.sandbox.faults import RateLimited, ServerError
from bot.use_cases.backfill import ask_due, how_far
from handlers import fresh
from tests.journeys.stage import ALEX, DOYUN, HANA, MINJI, Place, Stage, a_place, shown
from tests.journeys.test_drafts import draft_of, resolved
from tests.journeys.test_sockets import both

LATE = "_(늦게 확인됨)_"


@pytest.fixture
async def place(url: str, servers_file: str) -> AsyncIterator[Place]:
    """On both databases; what nobody hears is lost at once."""
    async with a_place(url, servers_file=servers_file) as ready:
        ready.server.delivery.retry_delays = ()
        yield ready


@pytest.fixture
def quiet(stage: Stage) -> Stage:
    stage.server.delivery.retry_delays = ()
    return stage


async def known(stage: Stage, channel: str) -> list[Message]:
    """What people said there, as the bot knows it."""
    async with stage.product.database.read() as tx:
        return [message for message in await tx.messages.of_channel(ChannelId(channel)) if not message.is_bot]


async def words(stage: Stage, channel: str) -> list[str]:
    return ["(deleted)" if one.deleted else one.text for one in await known(stage, channel)]


async def look(stage: Stage) -> None:
    """The chores that would come by themselves within seconds."""
    await stage.product.slack.losses.make_good()
    await ask_due(stage.product.desk.outside)
    await stage.settled()


async def pass_by(stage: Stage) -> None:
    """So much time that open incidents' channels are read again."""
    stage.clock.forward(seconds=EVERY.total_seconds() + 60)
    await look(stage)


def reads(stage: Stage) -> int:
    return len(stage.calls("conversations.history"))


async def test_what_people_did_while_the_bot_was_down(place: Place) -> None:
    minji, doyun = place.server.person(MINJI), place.server.person(DOYUN)
    async with place.bot() as stage:
        channel = await stage.declare(MINJI, "sev2 결제 오류")
        first = await minji.say(channel, "오류율 80%")
        wrong = await minji.say(channel, "잘못 쓴 말")
        thread = await doyun.say(channel, "배포를 봅니다")
        reply = await minji.say(channel, "어느 배포인가요?", thread_ts=thread["ts"])
        parent = await doyun.say(channel, "지울 말")
        await doyun.say(channel, "답글이 있습니다", thread_ts=parent["ts"])
        await stage.settled()
    stage.clock.forward(minutes=5)
    await minji.edit(channel, first["ts"], "오류율 70%")
    await minji.edit(channel, first["ts"], "오류율 75%")
    await minji.delete(channel, wrong["ts"])
    await doyun.delete(channel, parent["ts"])
    cause = await doyun.say(channel, "원인은 커넥션 풀입니다")
    await doyun.react(channel, cause["ts"], "pushpin")
    await minji.react(channel, cause["ts"], "pushpin")
    await minji.edit(channel, reply["ts"], "14:48 배포인가요?")
    await doyun.say(channel, "네, 14:48입니다", thread_ts=thread["ts"])
    await stage.server.delivered()
    stage.clock.forward(minutes=5)
    async with place.bot() as stage:
        said = ["오류율 75%", "(deleted)", "배포를 봅니다", "14:48 배포인가요?", "(deleted)", "답글이 있습니다"]
        assert await words(stage, channel) == [*said, "원인은 커넥션 풀입니다", "네, 14:48입니다"]
        assert [one.came_late for one in await known(stage, channel)] == [False] * 6 + [True] * 2
        timeline = await stage.command(MINJI, "/incident timeline", channel)
        assert timeline.count(f"원인은 커넥션 풀입니다 {LATE}") == timeline.count("원인은 커넥션 풀입니다") == 1
        before = await known(stage, channel)
        for body in list(stage.server.delivery.undelivered):
            await stage.server.delivery._deliver_event(stage.app, body)
        await stage.settled()
        assert await known(stage, channel) == before, "what Slack delivers after all is there already"
        assert (await stage.command(MINJI, "/incident timeline", channel)).count("원인은 커넥션") == 1


async def test_a_socket_that_hears_nothing(quiet: Stage) -> None:
    """The connections stand, pings are answered, and nothing comes."""
    channel = await quiet.declare(MINJI, "sev2 결제 오류")
    quiet.server.delivery.held_back = True
    await quiet.person(MINJI).say(channel, "들리나요")
    await quiet.settled()
    assert await words(quiet, channel) == []
    await pass_by(quiet)
    assert await words(quiet, channel) == ["들리나요"]
    before = reads(quiet)
    await look(quiet)
    assert reads(quiet) == before, "not before its time"


async def test_edits_of_what_was_read_long_ago(quiet: Stage) -> None:
    channel = await quiet.declare(MINJI, "sev2 결제 오류")
    old = await quiet.person(MINJI).say(channel, "오류율 80%")
    quiet.clock.forward(hours=8)
    await look(quiet)
    await look(quiet)  # after eight hours of silence the bot wonders
    quiet.server.delivery.held_back = True
    await quiet.person(MINJI).edit(channel, old["ts"], "오류율 8%")
    await pass_by(quiet)
    assert await words(quiet, channel) == ["오류율 80%"], "it lies before what is read every few minutes"
    await quiet.command(MINJI, "/incident draft", channel)
    assert await words(quiet, channel) == ["오류율 8%"], "a draft rests on all of it"


async def test_after_a_time_without_any_connection(quiet: Stage) -> None:
    channel = await quiet.declare(MINJI, "sev2 결제 오류")
    await look(quiet)
    await both(quiet)
    quiet.server.drop_sockets()
    await quiet.person(MINJI).say(channel, "아무도 없을 때")
    await both(quiet)
    await quiet.settled()
    assert await words(quiet, channel) == []
    await look(quiet)
    assert await words(quiet, channel) == ["아무도 없을 때"]


async def test_where_one_connection_stood_nothing_is_read(quiet: Stage) -> None:
    await quiet.declare(MINJI, "sev2 결제 오류")
    await look(quiet)
    await both(quiet)
    before = reads(quiet)
    quiet.server.delivery.sockets.drop(1)
    await both(quiet)
    await look(quiet)
    assert reads(quiet) == before


async def test_after_a_long_silence(quiet: Stage) -> None:
    """What comes first after it says that something before it may be missing; before that nobody wonders."""
    channel = await quiet.declare(MINJI, "sev2 결제 오류")
    old = await quiet.person(MINJI).say(channel, "오류율 80%")
    await look(quiet)
    losses = quiet.product.slack.losses
    quiet.server.delivery.held_back = True
    await quiet.person(MINJI).edit(channel, old["ts"], "오류율 8%")
    quiet.clock.forward(minutes=11)
    await losses.make_good()
    await quiet.settled()
    assert await words(quiet, channel) == ["오류율 80%"]
    quiet.server.delivery.held_back = False
    await quiet.person(MINJI).say(quiet.ops, "오랜만입니다")
    await quiet.settled()
    await losses.make_good()
    await quiet.settled()
    assert await words(quiet, channel) == ["오류율 8%"]


async def test_slack_says_that_it_held_back(http_stage: Stage) -> None:
    stage = http_stage
    channel = await stage.declare(MINJI, "sev2 결제 오류")
    await look(stage)
    stage.server.delivery.held_back = True
    await stage.person(MINJI).say(channel, "너무 많아서")
    assert await stage.server.delivery.tell_rate_limited(stage.app)
    await look(stage)
    assert await words(stage, channel) == ["너무 많아서"]
    base = str(stage.app.request_url).removesuffix("/slack/events")
    async with aiohttp.ClientSession() as session, session.get(f"{base}/metrics") as answer:
        assert "stopline_slack_events_held_back_total 1\n" in await answer.text()


async def test_it_says_so_over_a_socket_too(quiet: Stage) -> None:
    channel = await quiet.declare(MINJI, "sev2 결제 오류")
    await look(quiet)
    quiet.server.delivery.held_back = True
    await quiet.person(MINJI).say(channel, "너무 많아서")
    assert await quiet.server.delivery.tell_rate_limited(quiet.app)
    await look(quiet)
    assert await words(quiet, channel) == ["너무 많아서"]


async def much_was_said(stage: Stage, channel: str) -> list[str]:
    """Forty messages and a thread of forty, none of them delivered; what the bot should know of it."""
    stage.server.delivery.held_back = True
    minji = stage.person(MINJI)
    said = [await minji.say(channel, f"말 {n}") for n in range(40)]
    answers = [(await minji.say(channel, f"답 {n}", thread_ts=said[20]["ts"]))["text"] for n in range(40)]
    return [one["text"] for one in said] + answers


async def test_fifteen_at_a_time_and_told_to_wait_in_between(quiet: Stage) -> None:
    quiet.app.longest_page = 15
    quiet.expected.add("conversations.")
    channel = await quiet.declare(MINJI, "sev2 결제 오류")
    expected = await much_was_said(quiet, channel)
    quiet.server.faults.on("conversations.replies", RateLimited(retry_after=3), times=2)
    await pass_by(quiet)
    assert await words(quiet, channel) == expected
    assert len(quiet.calls("conversations.replies")) == 2 + 3, "what was read is not read again"


async def test_a_crash_between_two_pages(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    place.app.longest_page = 15
    async with place.bot() as stage:
        channel = await stage.declare(MINJI, "sev2 결제 오류")
        expected = await much_was_said(stage, channel)
        stuck = asyncio.Event()
        with monkeypatch.context() as patch:
            patch.setattr(SlackChat, "next_page", _hangs_after(2, stuck))
            stage.clock.forward(minutes=6)
            await ask_due(stage.product.desk.outside)
            stage.product.worker.wake()
            await stuck.wait()
            part = len(await words(stage, channel))
            for task in stage.product.worker._running.values():
                task.cancel()
    assert 0 < part < len(expected)
    before = len(stage.calls("conversations.history"))
    stage.clock.forward(seconds=5)
    async with place.bot() as stage:
        assert await words(stage, channel) == expected
        assert stage.calls("conversations.history")[before].arguments.get("cursor"), "it went on where it stood"


def _hangs_after(pages: int, stuck: asyncio.Event) -> Any:
    real, left = SlackChat.next_page, [pages]

    async def next_page(self: SlackChat, *about: Any) -> Any:
        left[0] -= 1
        if left[0] < 0:
            stuck.set()
            await asyncio.Event().wait()
        return await real(self, *about)

    return next_page


async def test_a_cursor_that_is_too_old(quiet: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    quiet.app.longest_page = 15
    quiet.expected.add("invalid_cursor")
    channel = await quiet.declare(MINJI, "sev2 결제 오류")
    expected = await much_was_said(quiet, channel)
    real = SlackChat._call

    async def stale(self: SlackChat, method: Any, **arguments: Any) -> Any:
        if arguments.get("cursor"):
            arguments["cursor"] = "bm90IG9uZQ=="
        return await real(self, method, **arguments)

    monkeypatch.setattr(SlackChat, "_call", stale)
    await pass_by(quiet)
    assert await words(quiet, channel) == expected


async def test_a_channel_that_is_archived_is_read(quiet: Stage) -> None:
    channel = await quiet.declare(MINJI, "sev2 결제 오류")
    quiet.server.delivery.held_back = True
    await quiet.person(MINJI).say(channel, "마지막 말")
    await quiet.person(MINJI).archive(channel)
    await pass_by(quiet)
    assert await words(quiet, channel) == ["마지막 말"]
    assert not [line for line in quiet.said(quiet.incidents) if "읽을 수 없습니다" in line]


@pytest.mark.parametrize("announce", ["#incidents", ""])
async def test_a_channel_that_we_were_taken_out_of(set_up_stage: Any, announce: str) -> None:
    async with set_up_stage(announce_channel=announce, managers=()) as stage:
        stage.expected.add("not_in_channel")
        channel = await stage.declare(MINJI, "sev2 결제 오류")
        held = stage.server.workspace.channels[channel]
        channels.remove_member(stage.server.workspace, held, stage.app.bot_user)
        for _ in range(4):
            await pass_by(stage)
        told = stage.said(stage.incidents) if announce else [shown(one) for one in stage.direct(MINJI)]
        (line,) = [one for one in told if "더 이상 읽을 수 없습니다(not_in_channel)" in one]
        assert "INC-1" in line and reads(stage) == 1, "said once, and not asked for every few minutes"
        await stage.person(MINJI).say(channel, "초대합니다")
        channels.add_member(stage.server.workspace, held, stage.app.bot_user, inviter=MINJI)
        stage.clock.forward(seconds=AWAY.total_seconds())
        await look(stage)
        assert await words(stage, channel) == ["초대합니다"]


async def test_a_reaction_to_what_never_reached_us(quiet: Stage) -> None:
    channel = await quiet.declare(MINJI, "sev2 결제 오류")
    quiet.server.delivery.held_back = True
    said = await quiet.person(MINJI).say(channel, "원인은 배포입니다")
    quiet.server.delivery.held_back = False
    quiet.clock.forward(minutes=3)
    await quiet.person(DOYUN).react(channel, said["ts"], "pushpin")
    await quiet.settled()
    assert f"원인은 배포입니다 {LATE}" in await quiet.command(MINJI, "/incident timeline", channel)
    assert f"원인은 배포입니다 {LATE}".replace("늦게 확인됨", "came late") in await quiet.command(
        ALEX, "/incident timeline", channel
    )


async def test_the_timeline_follows_edits_and_deletions(stage: Stage) -> None:
    channel = await stage.declare(MINJI, "sev2 결제 오류")
    minji = stage.person(MINJI)
    one, other = await minji.say(channel, "80%입니다"), await minji.say(channel, "비밀입니다")
    for message in (one, other):
        await minji.react(channel, message["ts"], "pushpin")
    await stage.settled()
    await minji.edit(channel, one["ts"], "8%입니다")
    await minji.delete(channel, other["ts"])
    await stage.settled()
    timeline = await stage.command(MINJI, "/incident timeline", channel)
    assert f"<@{MINJI}>: 8%입니다 _(수정됨)_" in timeline and "80%" not in timeline
    assert f"<@{MINJI}>: _(삭제됨)_" in timeline and "비밀입니다" not in timeline


async def test_a_draft_has_the_channel_read_first(quiet: Stage) -> None:
    channel = await quiet.declare(MINJI, "sev2 결제 오류")
    quiet.server.delivery.held_back = True
    await quiet.person(DOYUN).say(channel, "원인은 14:48 배포의 커넥션 풀 설정입니다")
    quiet.clock.forward(minutes=2)
    await quiet.command(MINJI, "/incident draft root_cause", channel)
    said = "\n".join(quiet.said(channel))
    assert "원인은 14:48 배포의 커넥션 풀 설정입니다" in said and LATE in said and "까지만" not in said


async def test_a_draft_says_up_to_when_the_channel_could_be_read(quiet: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fresh, "DRAFT_SECONDS", 0.3)
    monkeypatch.setattr("handlers.jobs.paper.DRAFT_SECONDS", 0.3)
    quiet.expected.add("conversations.history: ServerError")
    channel = await quiet.declare(MINJI, "sev2 결제 오류")
    await quiet.person(DOYUN).say(channel, "원인은 14:48 배포의 커넥션 풀 설정입니다")
    await look(quiet)
    quiet.clock.forward(minutes=30)
    quiet.server.faults.on("conversations.history", ServerError(), times=4)
    await quiet.command(MINJI, "/incident draft root_cause", channel)
    said = "\n".join(quiet.said(channel))
    assert "채널을 <!date^" in said and "오후 2:52>까지만 읽을 수 있었습니다" in said
    assert "원인은 14:48 배포" in said, "the draft comes all the same"


async def test_so_does_whoever_closes_an_incident(quiet: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fresh, "CLOSE_SECONDS", 0.3)
    quiet.expected.add("conversations.history: ServerError")
    channel = await resolved(quiet)
    await quiet.click(HANA, draft_of(quiet, HANA), "draft.approve")
    quiet.clock.forward(minutes=10)
    quiet.server.faults.on("conversations.history", ServerError(), times=3)
    told = await quiet.command(MINJI, "/incident close", channel)
    assert "*종료*" in told and "까지만 읽을 수 있었습니다" in told


async def test_after_its_end_a_channel_is_read_once_more_and_then_no_more(quiet: Stage) -> None:
    channel = await quiet.declare(MINJI, "sev2 결제 오류")
    await quiet.command(MINJI, "/incident cancel 잘못 열었습니다", channel)
    quiet.server.delivery.held_back = True
    await quiet.person(MINJI).say(channel, "나중에 한 말")
    quiet.clock.forward(seconds=LAST_AFTER.total_seconds() - 660)
    await look(quiet)
    assert await words(quiet, channel) == []
    quiet.clock.forward(seconds=660)
    quiet.product.worker.wake()
    await quiet.settled()
    assert await words(quiet, channel) == ["나중에 한 말"]
    before = reads(quiet)
    quiet.clock.forward(hours=5)
    await look(quiet)
    assert reads(quiet) == before


async def test_one_reading_at_a_time_answers_all_who_asked(quiet: Stage) -> None:
    channel = await quiet.declare(MINJI, "sev2 결제 오류")
    await quiet.person(MINJI).say(channel, "말")
    quiet.server.faults.latencies["conversations.history"] = 1.5
    before = reads(quiet)
    for _ in range(6):
        quiet.product.slack.losses.suspect()
        await quiet.product.slack.losses.make_good()
    await quiet.settled()
    read = await how_far(quiet.product.desk.outside, ChannelId(channel))
    assert not read.is_owed and reads(quiet) - before <= 2
