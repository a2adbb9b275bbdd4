"""Slack's HTTP door: a wrong signature is 401, what cannot be read is 400, and nothing is a failure of ours."""

import asyncio
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlencode

import aiohttp
import pytest
from slack_bolt import BoltResponse
from slack_bolt.request.async_request import AsyncBoltRequest
from yarl import URL

from bot.sandbox.real_time import unix_now
from handlers.http.slack import AGE_SECONDS, BODY_LIMIT
from handlers.slack_app import delivery_kind
from tests.journeys.stage import MINJI, SECRET, Stage, set_up
from tests.ports import free_port

JSON, FORM = "application/json", "application/x-www-form-urlencoded"
ODD = {
    "an array": (JSON, b"[1]"),
    "a string": (JSON, b'"x"'),
    "half an object": (JSON, b'{"a":'),
    "deep": (JSON, b'{"a":' * 100_000),
    "rather deep": (JSON, b'{"a":' * 400 + b"1" + b"}" * 400),
    "no UTF-8": (JSON, b'{"a": "\xff"}'),
    "no UTF-8 in a form": (FORM, b"command=%FF&text=\xff"),
    "no payload": (FORM, b"payload=notjson"),
    "an array as payload": (FORM, b"payload=[1]"),
    "an event that is none": (JSON, b'{"type": "event_callback", "event": [1]}'),
    "actions that are none": (FORM, urlencode({"payload": '{"type": "block_actions", "actions": [1]}'}).encode()),
    "an empty form": (FORM, urlencode({"payload": '{"type": "view_submission", "view": {}}'}).encode()),
    "somebody who is a word": (FORM, urlencode({"payload": '{"type": "view_submission", "user": "x"}'}).encode()),
    "a command of nobody": (FORM, b"command=/incident&text=list"),
}


@pytest.fixture
async def door(database_file: Path) -> AsyncIterator[Stage]:
    """A stage over signed HTTP."""
    async with set_up(f"sqlite:///{database_file}", http_port=free_port()) as ready:
        yield ready


async def post(
    stage: Stage,
    raw: bytes,
    content_type: str,
    *,
    secret: str = SECRET,
    age: int = 0,
    signature: str = "",
    stamp: str | None = None,
) -> tuple[int, str]:
    stamp = str(int(unix_now()) - age) if stamp is None else stamp
    digest = hmac.new(secret.encode(), b"v0:" + stamp.encode() + b":" + raw, hashlib.sha256).hexdigest()
    headers = {
        "Content-Type": content_type,
        "X-Slack-Request-Timestamp": stamp,
        "X-Slack-Signature": signature or f"v0={digest}",
    }
    async with (
        aiohttp.ClientSession() as session,
        session.post(str(stage.app.request_url), data=raw, headers=headers) as answer,
    ):
        return answer.status, await answer.text()


@pytest.mark.parametrize("name", ODD)
async def test_odd_bodies(door: Stage, name: str) -> None:
    """Whatever is logged as an error fails the stage."""
    content_type, raw = ODD[name]
    assert (await post(door, raw, content_type, secret="another"))[0] == 401
    assert (await post(door, raw, content_type))[0] == 400


async def test_a_charset_that_nobody_knows(door: Stage) -> None:
    hello = json.dumps({"type": "url_verification", "challenge": "x1"}).encode()
    assert (await post(door, hello, f"{JSON}; charset=nope", secret="another"))[0] == 401
    assert (await post(door, hello, f"{JSON}; charset=nope"))[0] == 200
    assert (await post(door, hello, JSON))[0] == 200


async def test_an_old_request_is_a_replay(door: Stage) -> None:
    hello = json.dumps({"type": "url_verification", "challenge": "x1"}).encode()
    assert (await post(door, hello, JSON, age=AGE_SECONDS + 5))[0] == 401
    assert (await post(door, hello, JSON, age=-AGE_SECONDS - 5))[0] == 401
    assert (await post(door, hello, JSON, signature="v0=ü"))[0] == 401


@pytest.mark.parametrize(
    "stamp", ["", "soon", "1e9", "-1", "1716184380.5", "9" * 400, "１７１６１８４３８０", "0x10", "١"]
)
async def test_a_time_that_is_none(door: Stage, stamp: str) -> None:
    """Bolt by itself answers 500."""
    hello = json.dumps({"type": "url_verification", "challenge": "x1"}).encode()
    assert (await post(door, hello, JSON, stamp=stamp))[0] == 401


async def test_more_than_slack_ever_sends(door: Stage) -> None:
    for secret in (SECRET, "another"):
        assert (await post(door, b'{"a": "' + b"x" * BODY_LIMIT + b'"}', JSON, secret=secret))[0] == 413


async def test_a_request_that_was_listened_to_and_sent_again_does_nothing_more(door: Stage) -> None:
    """With its signature, while that is still young."""
    channel = await door.declare(MINJI, "sev2 결제 오류")
    typed = {"command": "/incident", "text": "note 한 번만", "user_id": MINJI, "channel_id": channel}
    more = {"trigger_id": "13345224609.738474920.8088930838d88f008e0", "team_id": door.server.workspace.team_id}
    raw, stamp = urlencode({**typed, **more, "response_url": f"{door.server.url}/commands/x"}).encode(), int(unix_now())
    for _ in range(3):
        assert (await post(door, raw, FORM, stamp=str(stamp)))[0] == 200
        await door.settled()
    assert (await door.command(MINJI, "/incident timeline", channel)).count("한 번만") == 1


async def test_the_very_same_request_gets_the_same_answer_and_does_nothing(door: Stage) -> None:
    """A form, which no record keeps from being listened to twice, as well."""
    channel = await door.declare(MINJI, "sev2 결제 오류")
    await door.command(MINJI, "/incident note", channel)
    heard, dispatch = [], door.product.slack.bolt.async_dispatch

    async def counted(request: AsyncBoltRequest) -> BoltResponse:
        heard.append(delivery_kind(request.body))
        return await dispatch(request)

    door.product.slack.bolt.async_dispatch = counted  # type: ignore[method-assign]
    state = {"values": {"note": {"input": {"type": "plain_text_input", "value": " "}}}}
    view = {**door.person(MINJI).views()[-1], "state": state}
    sent = {
        "type": "view_submission",
        "user": {"id": MINJI},
        "team": {"id": door.server.workspace.team_id},
        "view": view,
        "trigger_id": "1.2",
    }
    raw, stamp = urlencode({"payload": json.dumps(sent)}).encode(), str(int(unix_now()))
    answers = [await post(door, raw, FORM, stamp=stamp) for _ in range(3)]
    assert answers[0][0] == 200 and "errors" in answers[0][1]
    assert answers == [answers[0]] * 3 and heard == ["view_submission"]


async def test_what_failed_may_come_again_as_it_was(door: Stage) -> None:
    answers, dispatch = [503, 200], door.product.slack.bolt.async_dispatch

    async def away(request: AsyncBoltRequest) -> BoltResponse:
        return BoltResponse(status=answers.pop(0))

    door.product.slack.bolt.async_dispatch = away  # type: ignore[method-assign]
    hello, stamp = json.dumps({"type": "url_verification", "challenge": "x1"}).encode(), str(int(unix_now()))
    assert [(await post(door, hello, JSON, stamp=stamp))[0] for _ in range(3)] == [503, 200, 200]
    assert answers == []
    door.product.slack.bolt.async_dispatch = dispatch  # type: ignore[method-assign]


async def test_a_request_that_does_not_come_to_its_end(door: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("handlers.http.body.READ_SECONDS", 0.2)
    url = URL(str(door.app.request_url))
    reader, writer = await asyncio.open_connection(url.host, url.port)
    writer.write(b"POST /slack/events HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf")
    assert b" 408 " in await asyncio.wait_for(reader.readline(), 60)
    writer.close()


async def test_a_command_that_speaks_of_a_payload_is_a_command(door: Stage) -> None:
    channel = await door.declare(MINJI, "sev2 결제 오류")
    assert "기록했습니다" in await door.command(MINJI, "/incident note payload was cut", channel)
