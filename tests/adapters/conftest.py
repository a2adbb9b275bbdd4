"""Servers that behave as a test wants them to, and the model's adapter on each; both end with the test."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta

import pytest

from bot.adapters.openai_model import OpenAIModel
from bot.domain.transcript import Line, LineKind
from tests.adapters.llm_server import Behaviour, LlmServer

AT = datetime(2024, 5, 20, 5, 52, tzinfo=UTC)
SAID = (
    "checkout answers 502 on web-3",
    "confirmed, 30% of the orders fail",
    "root cause: the config pushed to lb-07 was empty",
    "rolled back lb-07, the errors are gone",
)
LINES = tuple(
    Line(n, LineKind.MESSAGE, AT + timedelta(minutes=n), f"Ann {n}", text, "") for n, text in enumerate(SAID, 1)
)

Serve = Callable[[Behaviour], Awaitable[LlmServer]]
Ask = Callable[[LlmServer], OpenAIModel]


@pytest.fixture
async def serve() -> AsyncIterator[Serve]:
    servers: list[LlmServer] = []

    async def start(behaviour: Behaviour) -> LlmServer:
        servers.append(LlmServer(behaviour))
        await servers[-1].start()
        return servers[-1]

    yield start
    for server in servers:
        await server.stop()


@pytest.fixture
async def model_at() -> AsyncIterator[Ask]:
    models: list[OpenAIModel] = []

    def make(server: LlmServer, **times: float) -> OpenAIModel:
        models.append(OpenAIModel(server.url, "m", "key", **{"timeout": 30.0, "deadline": 60.0, **times}))
        return models[-1]

    yield make
    for model in models:
        await model.close()
