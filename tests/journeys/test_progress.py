"""While a draft is made people see that it is; whatever Slack does meanwhile, the message says how it ended."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web

from bot.config import ModelSettings
from bot.domain.draft import Draft
from bot.domain.ids import IncidentId
from bot.domain.job import Job, JobKind
from bot.domain.sight import WHOLE
from bot.domain.spending import Meter
from bot.jobs import worker
from bot.jobs.worker import LeaseLost, Run
from bot.ports.storage import StoreUnavailable
from bot.sandbox.faults import Fault, RateLimited, ServerError, Swallowed
from bot.use_cases import draft as drafts
from bot.use_cases.incident import find_incident
from handlers.jobs import progress
from tests.adapters.llm_server import Asked, LlmServer, completion, events, piece
from tests.journeys.conftest import SetUp
from tests.journeys.stage import DOYUN, MINJI, SEOYEON, Stage, shown
from tests.waiting import PLENTY_SECONDS, until

NOTHING = json.dumps({"sections": []})
READING = "채널 기록을 읽고 있습니다"
Then = Callable[[LlmServer], Awaitable[web.StreamResponse]]


@pytest.fixture(autouse=True)
def quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "QUIET_SECONDS", 0.1)


def texts(stage: Stage, channel: str, kind: str = "근본 원인 초안") -> list[str]:
    return [text for text in stage.said(channel) if text.removeprefix(":warning: ").startswith(kind)]


@asynccontextmanager
async def slow_model(set_up_stage: SetUp, then: Then | None = None) -> AsyncIterator[tuple[Stage, str, list[Any]]]:
    """A stage, an incident's channel, and what to do before the model answers; it waits until people are told."""
    before_it_answers: list[Callable[[], Any]] = []

    async def behave(server: LlmServer, asked: Asked) -> web.StreamResponse:
        await until(lambda: any(READING in text for text in texts(stage, channel)))
        for act in before_it_answers:
            act()
        return await then(server) if then else completion(NOTHING)

    server = LlmServer(behave)
    await server.start()
    try:
        async with set_up_stage(model=ModelSettings(server.url, "m", "")) as stage:
            channel = await stage.declare(MINJI, "sev2 checkout errors")
            await stage.person(DOYUN).say(channel, "The config on web-3 was empty.")
            await stage.settled()
            yield stage, channel, before_it_answers
            assert len(server.asked) == 1, "nothing that happens to the telling asks the model again"
    finally:
        await server.stop()


async def made(stage: Stage) -> Draft:
    async with stage.product.database.read(WHOLE) as tx:
        return (await tx.drafts.of_incident(IncidentId(1)))[-1]


async def test_people_see_that_a_model_reads_that_says_nothing_yet(set_up_stage: SetUp) -> None:
    async with slow_model(set_up_stage) as (stage, channel, _):
        await stage.command(MINJI, "/incident draft root-cause", channel)
        first, draft = texts(stage, channel)
        assert "근본 원인 초안이 준비되었습니다" in first and "요청 1회" in first and "버전 1" in draft
        told = [call.arguments for call in stage.calls("chat.postMessage") if READING in call.arguments["text"]]
        assert len(told) == 1


@pytest.mark.parametrize("fault", [RateLimited(1), ServerError(503)])
async def test_the_end_is_told_though_slack_does_not_take_it_at_once(set_up_stage: SetUp, fault: Fault) -> None:
    async with slow_model(set_up_stage) as (stage, channel, before_it_answers):
        before_it_answers.append(lambda: stage.server.faults.on("chat.update", fault, times=2))
        stage.expected |= {"chat.update: ratelimited", "chat.update: "}
        await stage.command(MINJI, "/incident draft root-cause", channel)
        first, _ = texts(stage, channel)
        assert "준비되었습니다" in first
        assert (await made(stage)).version == 1


async def test_a_message_whose_answer_was_lost_is_found_again(set_up_stage: SetUp) -> None:
    async with slow_model(set_up_stage) as (stage, channel, _):
        stage.server.faults.on("chat.postMessage", Swallowed())
        await stage.command(MINJI, "/incident draft root-cause", channel)
        first, _ = texts(stage, channel)
        assert "준비되었습니다" in first


@pytest.mark.parametrize("attempts", [1, 2])
async def test_where_a_draft_is_given_up_its_message_says_so(
    set_up_stage: SetUp, monkeypatch: pytest.MonkeyPatch, attempts: int
) -> None:
    async def fails(*about: Any, **more: Any) -> Draft:
        await until(lambda: texts(stage, channel, "후속 조치 초안"))
        raise RuntimeError("a bug")

    monkeypatch.setattr(worker, "ATTEMPTS", attempts)
    monkeypatch.setattr(drafts, "make_draft", fails)
    async with set_up_stage() as stage:
        stage.expected |= {"a job was given up", "RuntimeError: a bug"}
        channel = await stage.declare(MINJI, "sev2 checkout errors")
        await stage.command(SEOYEON, "/incident draft follow-ups", channel)
        (told,) = texts(stage, channel, "후속 조치 초안")
        assert "만들지 못했습니다" in told
        assert "초안 작성" in shown(stage.direct(SEOYEON)[-1])
        monkeypatch.undo()
        again = told.split("`")[1]
        assert again == "/incident draft INC-1 follow-ups"
        await stage.command(SEOYEON, again)
        assert "버전 1" in texts(stage, channel, "후속 조치 초안")[-1]


async def in_pieces(server: LlmServer) -> web.StreamResponse:
    """A whole answer within half a second."""
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
    assert server.request
    await response.prepare(server.request)
    for start in range(0, len(NOTHING), 3):
        await response.write(events(piece(NOTHING[start : start + 3])))
        await asyncio.sleep(0.05)
    await response.write(events(piece(reason="stop"), "[DONE]"))
    return response


async def test_the_model_is_not_charged_for_the_slowness_of_slack(set_up_stage: SetUp) -> None:
    async with slow_model(set_up_stage, in_pieces) as (stage, channel, before_it_answers):
        before_it_answers.append(lambda: stage.server.faults.latencies.update({"chat.update": 6.0}))
        await stage.command(MINJI, "/incident draft root-cause", channel)
        reading = (await made(stage)).reading
        assert reading and not reading.stopped and reading.spent.seconds < 5.5
        assert "준비되었습니다" in texts(stage, channel)[0]


async def test_a_database_that_is_away_while_it_is_told_does_not_touch_the_draft(
    set_up_stage: SetUp, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    asked: list[Any] = []

    async def away(*about: Any, **more: Any) -> Any:
        asked.append(more)
        if len(asked) < 3:
            raise StoreUnavailable("away")
        return await find_incident(*about, **more)

    monkeypatch.setattr(progress, "find_incident", away)
    async with slow_model(set_up_stage) as (stage, channel, _):
        await stage.command(MINJI, "/incident draft root-cause", channel)
        assert len(asked) >= 3 and "준비되었습니다" in texts(stage, channel)[0]
    assert "job failed" not in caplog.text


class Overtaken(Run):
    """A run whose job somebody else has by now."""

    async def step(self, name: str, act: Callable[[], Awaitable[Any]]) -> Any:
        raise LeaseLost


async def test_who_lost_the_job_stops_at_once_and_says_nothing(stage: Stage) -> None:
    channel = await stage.declare(MINJI, "sev2 checkout errors")
    about = {"incident_id": 1, "kind": "root_cause", "by": MINJI}
    run = Overtaken(stage.product.worker, Job("j", "j", JobKind.MAKE_DRAFT, about, 1, {}))
    never = asyncio.Event()
    with pytest.raises(LeaseLost):
        async with asyncio.timeout(PLENTY_SECONDS):
            await progress.Progress(stage.product.desk, run, Meter()).beside(never.wait())
    assert not texts(stage, channel)


async def test_a_draft_that_is_there_at_once_is_not_announced(
    set_up_stage: SetUp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "QUIET_SECONDS", 4.0)
    async with set_up_stage() as stage:
        channel = await stage.declare(MINJI, "sev2 checkout errors")
        await stage.command(MINJI, "/incident draft root-cause", channel)
        (draft,) = texts(stage, channel)
        assert "버전 1" in draft
