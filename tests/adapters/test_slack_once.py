"""Each call to Slack goes out once: what failed is the job's to repeat, and nothing waits for ever."""

import asyncio
import contextlib
import re
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.adapters import slack_chat, slack_files
from bot.adapters.slack_chat import TIMEOUT_SECONDS, SlackChat, make_client, make_session
from bot.adapters.slack_effects import GOOD_SECONDS, READS
from bot.domain.ids import ChannelId, MessageTs, SlackUserId
from bot.ports.chat import EFFECTS, ChatTransient, Effects

CHANNEL, TS, MINJI = ChannelId("C1"), MessageTs("1716184440.000100"), SlackUserId("U1")
ANSWERED = {
    **{"ok": True, "ts": TS, "channel": {"id": "C1", "name": "inc"}, "user_id": "U0BOT", "team_id": "T1"},
    **{"canvas_id": "F1", "url": "https://t.example/"},
}
WRITES: dict[str, Callable[[SlackChat], Awaitable[object]]] = {
    "conversations.create": lambda chat: chat.create_channel("inc", private=False),
    "conversations.setTopic": lambda chat: chat.set_topic(CHANNEL, "topic"),
    "conversations.open": lambda chat: chat.open_direct(MINJI),
    "chat.postMessage": lambda chat: chat.post(CHANNEL, "said", blocks=(), key="k", thread_ts=None, again=False),
    "chat.update": lambda chat: chat.update(CHANNEL, TS, "said", blocks=()),
    "pins.add": lambda chat: chat.pin(CHANNEL, TS),
    "views.open": lambda chat: chat.open_view("1.2", {"type": "modal"}),
    "views.publish": lambda chat: chat.publish_home(MINJI, {"type": "home"}),
    "conversations.invite": lambda chat: chat.invite(CHANNEL, [MINJI]),
    "bookmarks.add": lambda chat: chat.add_bookmark(CHANNEL, "title", "https://x.example", again=False),
    "canvases.create": lambda chat: chat.create_canvas(CHANNEL, "title", "said", again=False),
    "files.getUploadURLExternal": lambda chat: chat.upload("paper.md", b"said"),
    "files.completeUploadExternal": lambda chat: chat.share_file("F1", CHANNEL, "title", thread_ts=TS, again=False),
    "response_url": lambda chat: chat.respond(f"{chat._client.base_url}response_url", text="said"),
}
INDIRECT = frozenset({"conversations_join"})
"""Asked for only where a history cannot be read."""


class Slack:
    """Answers well, but for the one method that fails as it is told to; counts what it is asked."""

    def __init__(self) -> None:
        self.asked: Counter[str] = Counter()
        self.fails, self.how = "", ""

    async def answer(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        self.asked[method] += 1
        if method != self.fails:
            return web.json_response(ANSWERED)
        if self.how == "hangs":
            await asyncio.sleep(30)
        if self.how == "cut":
            assert request.transport
            request.transport.abort()
        return web.json_response({"ok": False, "error": "x"}, status=500)


@pytest.fixture
async def slack() -> AsyncIterator[tuple[Slack, str]]:
    one, app = Slack(), web.Application()
    app.router.add_route("*", "/api/{method}", one.answer)
    async with TestServer(app) as server:
        yield one, str(server.make_url("/api/"))


@pytest.mark.parametrize("how", ["500", "cut"])
@pytest.mark.parametrize("method", WRITES)
async def test_what_fails_is_asked_once(slack: tuple[Slack, str], method: str, how: str) -> None:
    """On a connection that was used before, too: there aiohttp asks again what it takes for harmless."""
    server, url = slack
    async with make_session() as session:
        chat = SlackChat(make_client("xoxb-1", url, session))
        await chat.set_topic(ChannelId("C2"), "the line stands")
        server.fails, server.how = method, how
        before = server.asked[method]
        with pytest.raises(ChatTransient) as failed:
            await WRITES[method](chat)
    assert server.asked[method] - before == 1
    assert failed.value.maybe_done


class NotOurs(Exception):
    """Somebody else has the job by now."""


async def _not_ours() -> None:
    raise NotOurs


@pytest.mark.parametrize("method", WRITES)
async def test_what_somebody_else_does_by_now_is_not_asked_at_all(slack: tuple[Slack, str], method: str) -> None:
    server, url = slack
    mine = EFFECTS.set(Effects(_not_ours))
    try:
        async with make_session() as session:
            with pytest.raises(NotOurs):
                await WRITES[method](SlackChat(make_client("xoxb-1", url, session)))
    finally:
        EFFECTS.reset(mine)
    assert not server.asked[method]


@pytest.mark.parametrize("method", WRITES)
async def test_who_stood_still_after_asking_whose_job_it_is_sends_nothing(
    slack: tuple[Slack, str], method: str
) -> None:
    """On a new connection and on one that was used before; in time it goes out."""
    server, url = slack
    now, stands_still = [1_000.0], 0.0

    async def ours() -> None:
        now[0] += stands_still

    mine = EFFECTS.set(effects := Effects(ours))
    try:
        async with make_session() as session:
            chat = SlackChat(make_client("xoxb-1", url, session), now=lambda: now[0])
            for expected in (1, 2):
                stands_still = GOOD_SECONDS + 0.1
                with pytest.raises(ChatTransient) as late:
                    await WRITES[method](chat)
                assert server.asked[method] == expected - 1 and not late.value.maybe_done
                assert method.replace(".", "_", 1) not in effects.written[expected - 1 :]
                stands_still = GOOD_SECONDS - 0.1
                with contextlib.suppress(KeyError, TypeError):  # this Slack answers little
                    await WRITES[method](chat)
                assert server.asked[method] == expected
    finally:
        EFFECTS.reset(mine)


async def test_the_last_look_at_the_clock_is_when_the_bytes_go_out(slack: tuple[Slack, str]) -> None:
    """The clock leaps before each of the looks in turn: after the asking nothing is sent, whichever look finds it."""
    server, url = slack
    arrived, looks, leaps_after = [], 0, 0

    def now() -> float:
        nonlocal looks
        looks += 1
        return 1_000.0 + (60 if looks > leaps_after else 0)

    async def ours() -> None:
        arrived.append(looks)

    mine = EFFECTS.set(Effects(ours))
    try:
        async with make_session() as session:
            for before in range(8):
                looks, leaps_after = 0, before
                chat = SlackChat(make_client("xoxb-1", url, session), now=now)
                with contextlib.suppress(ChatTransient):
                    await WRITES["chat.postMessage"](chat)
    finally:
        EFFECTS.reset(mine)
    (asked,) = set(arrived)
    assert looks == asked + 2, "when it is given to the connection, and when its bytes go out"
    assert server.asked["chat.postMessage"] == 8 - 2


def test_every_method_that_is_called_is_known_to_read_or_is_tried_here() -> None:
    source = "".join(Path(module.__file__).read_text() for module in (slack_chat, slack_files))
    called = set(re.findall(r"self\._client\.([a-z]+_\w+)", source))
    assert called - READS - INDIRECT == {name.replace(".", "_", 1) for name in WRITES if "." in name}


async def test_a_call_that_hangs_ends(slack: tuple[Slack, str]) -> None:
    server, url = slack
    server.fails, server.how = "chat.update", "hangs"
    async with make_session(seconds=0.2) as session:
        began = time.monotonic()
        with pytest.raises(ChatTransient) as failed:
            await SlackChat(make_client("xoxb-1", url, session)).update(CHANNEL, TS, "said", blocks=())
    assert time.monotonic() - began < 25 and failed.value.maybe_done
    assert failed.value.after == TIMEOUT_SECONDS, "it may still be on its way when we look for it"


async def test_the_product_waits_ten_seconds() -> None:
    async with make_session() as session:
        assert session.timeout == aiohttp.ClientTimeout(total=10) and TIMEOUT_SECONDS == 10
