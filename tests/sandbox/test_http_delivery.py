"""Signed HTTP delivery: bolt takes the signature, events are retried with Slack's headers, interactions are not."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from slack_bolt.async_app import AsyncApp

from bot.sandbox import App, SandboxServer


@pytest.fixture
async def http_bolt(idle_bolt: AsyncApp, app: App) -> AsyncIterator[AsyncApp]:
    site = TestServer(idle_bolt.web_app("/slack/events"))
    await site.start_server()
    app.request_url = str(site.make_url("/slack/events"))
    yield idle_bolt
    await site.close()


class Recorder:
    """An app that answers with one status and keeps what it was sent."""

    def __init__(self, status: int, headers: dict[str, str]) -> None:
        self.status, self.headers = status, headers
        self.retries: list[tuple[str | None, str | None]] = []

    async def answer(self, request: web.Request) -> web.Response:
        self.retries.append((request.headers.get("X-Slack-Retry-Num"), request.headers.get("X-Slack-Retry-Reason")))
        return web.Response(status=self.status, headers=self.headers)


async def recording(app: App, status: int, **headers: str) -> tuple[Recorder, TestServer]:
    recorder, application = Recorder(status, headers), web.Application()
    application.router.add_post("/", recorder.answer)
    site = TestServer(application)
    await site.start_server()
    app.request_url = str(site.make_url("/"))
    return recorder, site


async def test_commands_and_events_arrive_signed(server: SandboxServer, http_bolt: AsyncApp, ops: str) -> None:
    heard: list[str] = []

    @http_bolt.command("/incident")
    async def declare(ack: Any, body: Any) -> None:
        assert "thread_ts" not in body and body["channel_name"] == "ops"
        await ack(text="Working on it")

    @http_bolt.event("message")
    async def listen(event: Any) -> None:
        heard.append(event["text"])

    minji = server.person("U01MINJI")
    assert (await minji.command(ops, "/incident", "declare")).acked
    assert minji.ephemerals(ops)[0]["text"] == "Working on it"
    await minji.say(ops, "안녕")
    await server.delivered()
    await server.settle()
    assert heard == ["안녕"]


async def test_the_address_answers_slacks_challenge(server: SandboxServer, http_bolt: AsyncApp, app: App) -> None:
    assert await server.delivery.verify_url(app)


async def test_a_wrong_secret_is_turned_away(server: SandboxServer, http_bolt: AsyncApp, app: App, ops: str) -> None:
    app.signing_secret = "another"
    outcome = await server.person("U01MINJI").command(ops, "/incident", "declare")
    assert (outcome.acked, outcome.error) == (False, "dispatch_failed")


async def test_events_are_retried_three_times(server: SandboxServer, app: App, ops: str) -> None:
    assert server.delivery.retry_delays == (0.0, 60.0, 300.0)
    server.delivery.retry_delays = (0.0, 0.0, 0.0)
    recorder, site = await recording(app, 500)
    await server.person("U01MINJI").say(ops, "Hello")
    await server.delivered()
    assert recorder.retries == [(None, None), *((str(n), "http_error") for n in (1, 2, 3))]

    await server.person("U01MINJI").command(ops, "/incident", "declare")
    assert len(recorder.retries) == 5
    await site.close()


async def test_an_app_may_refuse_retries(server: SandboxServer, app: App, ops: str) -> None:
    recorder, site = await recording(app, 500, **{"x-slack-no-retry": "1"})
    await server.person("U01MINJI").say(ops, "Hello")
    await server.delivered()
    assert len(recorder.retries) == 1
    await site.close()
