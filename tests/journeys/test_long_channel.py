"""A channel that no model can read at once: read in parts, its progress told in Slack, on from where a bot died."""

import asyncio
import json
from pathlib import Path

import pytest
from aiohttp import web

from bot.config import ModelSettings
from bot.sandbox import SandboxServer
from bot.serve import running
from handlers.jobs import progress
from tests.adapters.llm_server import Asked, LlmServer, completion, lines_in, refusal
from tests.journeys.conftest import SetUp
from tests.journeys.stage import MINJI, JourneyClock, Stage, a_place
from tests.waiting import PLENTY_SECONDS, until

HOLDS = 6_500
"""Characters that the model can carry."""


class Reading:
    """Quotes the newest line of whatever it is sent, as soon as Slack was told which part it reads."""

    def __init__(self) -> None:
        self.slack: SandboxServer | None = None
        self.parts: list[list[int]] = []
        self.hangs_at = 0
        self.hanging = asyncio.Event()
        self.merges = 0

    async def __call__(self, server: LlmServer, asked: Asked) -> web.StreamResponse:
        content = asked["messages"][1]["content"]
        if len(content) > HOLDS:
            return refusal(400, "the context length is exceeded")
        lines = lines_in(asked)
        if "heading" in lines[0]:
            self.merges += 1
            said = [{"text": one["text"], "citations": [one["n"]]} for one in lines]
        else:
            if len(self.parts) + 1 == self.hangs_at and not server.stop_hanging.is_set():
                self.hanging.set()
                await server.stop_hanging.wait()
                return completion("")
            assert self.slack
            await told_in(self.slack, f"{len(self.parts) + 1}번째")
            self.parts.append([line["n"] for line in lines])
            said = [{"text": lines[-1]["text"], "citations": [lines[-1]["n"]]}]
        return completion(json.dumps({"sections": [{"heading": "follow_ups", "sentences": said}]}, ensure_ascii=False))


async def told_in(slack: SandboxServer, words: str) -> None:
    """Waits until the bot said so somewhere."""
    await until(lambda: any(words in str(call.arguments.get("text")) for call in slack.calls))


@pytest.fixture(autouse=True)
def quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "QUIET_SECONDS", 0.1)


async def talk(stage: Stage, channel: str, count: int = 130) -> None:
    for n in range(1, count + 1):
        await stage.person(MINJI).say(
            channel, f"{n}번 샤드에서 주문 {n * 37}건이 거절되었습니다 " + "확인 중입니다 " * 8
        )
    await stage.settled()


def told(stage: Stage, channel: str) -> list[str]:
    return [text for text in stage.said(channel) if text.startswith("후속 조치 초안")]


async def served() -> tuple[LlmServer, Reading]:
    server = LlmServer(model := Reading())
    await server.start()
    return server, model


async def test_slack_is_told_how_far_the_reading_is_and_what_it_took(set_up_stage: SetUp) -> None:
    server, model = await served()
    try:
        async with set_up_stage(model=ModelSettings(server.url, "m", "")) as stage:
            model.slack = stage.server
            channel = await stage.declare(MINJI, "sev2 checkout errors")
            await talk(stage, channel)
            await stage.command(MINJI, "/incident draft follow-ups", channel)
            assert len(model.parts) == 3 and model.merges == 1
            progress, draft = told(stage, channel)
            assert "준비되었습니다" in progress and "3부분으로 나누어 읽음" in progress
            edits = [call.arguments["text"] for call in stage.server.calls if "text" in call.arguments]
            assert any(f"3부분 중 {part}번째" in text for part in "123" for text in edits)
            assert "3부분으로 나누어 읽음" in draft and "샤드" in draft
    finally:
        await server.stop()


async def test_a_bot_that_died_reads_on_where_it_was(database_file: Path, servers_file: str) -> None:
    clock = JourneyClock()
    server, model = await served()
    try:
        about = ModelSettings(server.url, "m", "")
        async with a_place(f"sqlite:///{database_file}", clock=clock, servers_file=servers_file, model=about) as place:
            model.slack = place.server
            async with place.bot() as stage:
                channel = await stage.declare(MINJI, "sev2 checkout errors")
                await talk(stage, channel)
            model.hangs_at = 3
            async with running(place.settings, clock):
                await place.server.person(MINJI).command(channel, "/incident", "draft follow-ups")
                async with asyncio.timeout(PLENTY_SECONDS):
                    await model.hanging.wait()
                    await told_in(place.server, "3번째")
                    await place.server.delivered()
            server.stop_hanging.set()
            read_before = list(model.parts)
            async with place.bot() as stage:
                await stage.settled()
                assert len(read_before) == 2 and model.merges == 1
                numbers = [n for part in model.parts for n in part]
                assert len(model.parts) == 3 and len(numbers) == len(set(numbers)), "nothing is read twice"
                assert len([text for text in told(stage, channel) if "준비" not in text]) == 1
    finally:
        await server.stop()
