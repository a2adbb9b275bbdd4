"""Socket Mode over real sockets: two connections, each replaced in time; nothing is lost, nothing is done twice."""

import asyncio
import time

import pytest
from sqlalchemy import select

from bot.adapters import slack_line, slack_socket
from bot.domain.job import JobKind
from bot.sandbox.faults import RateLimited, SlackError
from bot.sandbox.socket_mode import Connection
from storage.tables import job
from tests.journeys.conftest import SetUp
from tests.journeys.stage import MINJI, Stage
from tests.waiting import until


@pytest.fixture(autouse=True)
def in_a_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slack_line, "PING_SECONDS", 0.4)
    monkeypatch.setattr(slack_line, "WATCH_SECONDS", 0.05)
    monkeypatch.setattr(slack_line, "QUIET_SECONDS", 3.0)
    monkeypatch.setattr(slack_socket, "TRY_SECONDS", 3.0)


def standing(stage: Stage) -> list[Connection]:
    """The connections that Slack sees."""
    return list(stage.server.delivery.sockets.connections(stage.app))


def up(stage: Stage) -> int:
    assert stage.product.sockets
    return stage.product.sockets.up


async def both(stage: Stage) -> list[Connection]:
    await until(lambda: up(stage) == 2 and len(standing(stage)) == 2)
    return standing(stage)


async def others_than(stage: Stage, before: list[Connection]) -> None:
    await until(lambda: not set(before) & set(standing(stage)) and len(standing(stage)) == 2)


async def note(stage: Stage, channel: str, text: str) -> None:
    assert "기록했습니다" in await stage.command(MINJI, f"/incident note {text}", channel)


async def test_there_are_two(stage: Stage) -> None:
    await both(stage)
    for number in range(4):
        await stage.declare(MINJI, f"sev3 한 번 {number}")


async def test_one_is_cut(stage: Stage) -> None:
    first, second = await both(stage)
    channel = await stage.declare(MINJI, "sev3 느려짐")
    stage.server.delivery.sockets.drop(1)
    assert standing(stage) == [second], "the other one stands"
    await note(stage, channel, "하나로도 됩니다")
    assert first not in await both(stage)
    await note(stage, channel, "다시 둘입니다")


async def test_both_are_cut(stage: Stage) -> None:
    before = await both(stage)
    stage.server.drop_sockets()
    assert not set(before) & set(await both(stage))
    await stage.declare(MINJI, "sev3 느려짐")


async def test_one_stands_and_says_nothing(stage: Stage) -> None:
    """Half open: what is sent over it is not answered, and comes again over the other."""
    frozen, other = await both(stage)
    stage.server.delivery.deadline, stage.server.delivery.retry_delays = 0.5, (0.0, 0.5, 1.0)
    stage.server.delivery.sockets.freeze(1)
    channel = stage.ops
    for number in range(4):
        await stage.person(MINJI).say(channel, f"말 {number}")
    await until(lambda: bool(set(standing(stage)) - {frozen, other}))
    await until(lambda: up(stage) == 2)
    assert other in standing(stage)
    await stage.settled()
    assert stage.server.delivery.undelivered == []


async def test_a_refresh_leaves_no_hole(stage: Stage) -> None:
    """The new connection stands before the old one is let go."""
    before = await both(stage)
    least: list[int] = []

    async def watch() -> None:
        while True:
            least.append(len(stage.server.delivery.sockets.connections(stage.app)))
            await asyncio.sleep(0)

    watching = asyncio.ensure_future(watch())
    for _ in range(3):
        await stage.server.disconnect_sockets("warning")
        await others_than(stage, before)
        before = await both(stage)
    watching.cancel()
    assert min(least) >= 2


async def test_one_that_was_never_greeted_is_left(stage: Stage) -> None:
    """Sessions that stand and hear nothing: slackapi/python-slack-sdk#1701."""
    await both(stage)
    sockets = stage.server.delivery.sockets
    sockets.mute = True
    stage.server.delivery.sockets.drop(1)
    await until(lambda: len(standing(stage)) == 2)
    (mute,) = standing(stage)[1:]
    assert up(stage) == 1
    sockets.mute = False
    assert mute not in await both(stage)


async def test_one_on_which_nothing_comes_is_left(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not even the answer to a ping; the client's own watch, which waits for the ping's answer, is slower here."""
    await both(stage)
    monkeypatch.setattr(slack_line, "PING_SECONDS", 60)
    stage.server.drop_sockets()
    before = await both(stage)
    await until(lambda: not set(before) & set(standing(stage)))


async def test_the_same_delivery_over_both_is_done_once(stage: Stage) -> None:
    await both(stage)
    stage.server.delivery.sockets.on_all = True
    channel = await stage.declare(MINJI, "sev3 느려짐")
    await note(stage, channel, "한 번만")
    message = await stage.person(MINJI).say(channel, "배포 직후부터")
    await stage.person(MINJI).react(channel, message["ts"], "pushpin")
    await stage.settled()
    assert len(stage.opened()) == 1
    async with stage.product.database.engine.connect() as connection:
        rows = await connection.execute(select(job.c.payload).where(job.c.kind == JobKind.SLACK_DELIVERY.value))
        recorded = [body.get("event_id") or body["trigger_id"] for (body,) in rows]
    assert len(recorded) > 4 and len(set(recorded)) == len(recorded)
    told = await stage.command(MINJI, "/incident timeline", channel)
    assert told.count("한 번만") == 1 and told.count("배포 직후부터") == 1


async def test_what_is_in_hand_is_acknowledged_before_the_end(set_up_stage: SetUp) -> None:
    async with set_up_stage() as stage:
        await both(stage)
        intake, record = stage.product.desk.intake, stage.product.desk.intake.record
        begun = asyncio.Event()

        async def slowly(job: object) -> None:
            begun.set()
            await asyncio.sleep(0.5)
            await record(job)  # type: ignore[arg-type]

        intake.record = slowly  # type: ignore[method-assign]
        typing = asyncio.ensure_future(stage.person(MINJI).command(stage.ops, "/incident", "list"))
        await begun.wait()
    assert (await typing).acked, "told to end while it was being recorded"


async def test_a_refused_token_is_said_and_tried_again(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    await both(stage)
    stage.expected |= {"apps.connections.open", "refuses our app token"}
    stage.server.faults.on("apps.connections.open", SlackError("invalid_auth"))
    stage.server.drop_sockets()
    await both(stage)
    assert any("refuses our app token: invalid_auth" in said for said in stage.complaints.said)


async def test_slack_says_how_long_to_wait(stage: Stage) -> None:
    await both(stage)
    stage.expected.add("apps.connections.open")
    stage.server.faults.on("apps.connections.open", RateLimited(retry_after=2), times=2)
    began = time.monotonic()
    stage.server.drop_sockets()
    await both(stage)
    assert time.monotonic() - began > 1.9
