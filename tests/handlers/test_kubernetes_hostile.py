"""What is promised of the Kubernetes door to whoever sends it anything else: closed in every doubt, and calm."""

import asyncio
import json
import logging
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest

from bot.ports.outside import Outside
from bot.ports.storage import StoreCollision, StoreUnavailable
from handlers.http import body as body_limits
from handlers.http import kubernetes as door_module
from handlers.http.entrance import Rates, Turnstile
from handlers.http.kubernetes import BODY_LIMIT
from tests.acts import ANN, add_server, stop_the_line
from tests.conftest import AddPeople
from tests.handlers.kubernetes_reviews import deployment, review
from tests.handlers.kubernetes_stage import CHANGES, LANDINGS, SECRET, Door, door, opened, permits

__all__ = ["door"]


@pytest.mark.parametrize(
    "path",
    [
        "seoul-1/wrong",
        "seoul-1/",
        f"nowhere/{SECRET}",
        "nowhere/",
        f"busan-1/{SECRET}",
        "seoul-1/%00",
        "seoul-1/%ED%A0%80",
    ],
)
async def test_another_address_tells_nothing(door: Door, outside: Outside, path: str) -> None:
    asked = json.dumps(review("deployments", "CREATE", deployment())).encode()
    status, text = await door.post(asked, path)
    assert (status, SECRET in text, "seoul" in text) == (404, False, False)
    assert await permits(outside) == 0


@pytest.mark.parametrize(
    "raw",
    [b"", b"{}", b"null", b"[]", b"\xff\xfe", b"[" * 100_000, b'{"a":' * 50_000, b"1e999999", b'"\\ud800"'],
)
async def test_what_is_no_review_is_malformed(door: Door, raw: bytes) -> None:
    assert (await door.post(raw))[0] == 400


async def test_an_older_review_is_malformed(door: Door) -> None:
    for name, value in (("apiVersion", "admission.k8s.io/v1beta1"), ("kind", "Pod"), ("request", None)):
        asked = {**review("deployments", "CREATE", deployment()), name: value}
        assert (await door.post(json.dumps(asked).encode()))[0] == 400
    for name, value in (("uid", ""), ("uid", "a\u0000b"), ("uid", 7), ("operation", "PATCH"), ("userInfo", "root")):
        asked = review("deployments", "CREATE", deployment())
        asked["request"][name] = value
        assert (await door.post(json.dumps(asked).encode()))[0] == 400, name


async def test_large_objects_are_read_and_larger_ones_refused(door: Door) -> None:
    asked = review("deployments", "CREATE", deployment(padding="x" * 2_900_000))
    assert (await door.ask(asked))["allowed"] is True, "more than Slack may send"
    assert (await door.post(b" " * (BODY_LIMIT + 1)))[0] == 413

    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(50):
            yield b" " * 100_000

    assert (await door.post(pieces()))[0] == 413  # type: ignore[arg-type]


class Away:
    """A store that raises or hangs."""

    def __init__(self, trouble: Exception | None = None) -> None:
        self._trouble = trouble

    @asynccontextmanager
    async def write(self, *, urgent: bool = False) -> AsyncIterator[Any]:
        if self._trouble:
            raise self._trouble
        await asyncio.sleep(60)
        yield None

    def read(self) -> Any:
        return self.write()


@pytest.mark.parametrize("away", [Away(StoreUnavailable("gone")), Away(StoreCollision("twice")), Away()])
@pytest.mark.parametrize("dry", [False, True])
async def test_without_the_database_nothing_is_said(
    outside: Outside, monkeypatch: pytest.MonkeyPatch, away: Away, dry: bool
) -> None:
    monkeypatch.setattr(door_module, "PATIENCE_SECONDS", 0.1)
    async with opened(replace(outside, store=away)) as door:
        asked = json.dumps(review("deployments", "CREATE", deployment(), dry=dry)).encode()
        assert (await door.post(asked))[0] == 503
        assert await door.allows("deployments", "UPDATE", {}, {}, sub="status"), "what is not judged needs none"


async def test_overload_and_a_slow_sender_are_not_waited_for(
    outside: Outside, monkeypatch: pytest.MonkeyPatch, add_people: AddPeople
) -> None:
    await add_server(outside, "web-1")
    full, over = Turnstile(0), asyncio.Event()
    asked = json.dumps(review("deployments", "CREATE", deployment())).encode()
    async with opened(outside, turnstile=full) as door:
        assert (await door.post(asked))[0] == 503
    async with opened(outside, rates=Rates(0.4)) as door:
        assert (await door.post(asked))[0] == 429

    async def slow() -> AsyncIterator[bytes]:
        yield asked[:50]
        await over.wait()
        yield asked[50:]

    monkeypatch.setattr(body_limits, "READ_SECONDS", 0.2)
    async with opened(outside) as door:
        assert (await door.post(slow()))[0] == 503  # type: ignore[arg-type]
        over.set()


def _mutate(value: Any, dice: random.Random) -> Any:
    """The same, with one thing somewhere inside it broken."""
    if isinstance(value, dict) and value and dice.random() < 0.85:
        name = dice.choice(sorted(value))
        changed = dict(value)
        if dice.random() < 0.15:
            del changed[name]
        else:
            changed[name] = _mutate(value[name], dice)
        return changed
    if isinstance(value, list) and value and dice.random() < 0.7:
        return [_mutate(value[0], dice), *value[1:]]
    odd = ["", "x" * 300, "\u0000", "\ud800", "메시지", "web-1", ["web-1"]]
    return dice.choice([None, 0, -1, 1e308, True, [], {}, [[]], {"a": None}, *odd])


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
async def test_no_mutation_of_a_review_breaks_the_door_or_opens_it(
    outside: Outside, caplog: pytest.LogCaptureFixture
) -> None:
    """4,000 broken reviews of changes on frozen servers: never a 5xx, never a traceback, never a permit."""
    await add_server(outside, "web-1", "lb-01", "web-9")
    for name in ("web-1", "lb-01", "web-9"):
        await stop_the_line(outside, name, by=ANN)
    dice = random.Random(20261122)
    seeds = [review(*args, **more) for _, args, more in (*CHANGES, *LANDINGS)]
    statuses: dict[int, int] = {}
    async with opened(outside, rates=Rates(1e6)) as door:
        for _ in range(4_000):
            asked = _mutate(dice.choice(seeds), dice)
            if isinstance(asked, dict) and isinstance(asked.get("request"), dict) and dice.random() < 0.9:
                asked["request"]["dryRun"] = dice.random() < 0.9
            status, text = await door.post(json.dumps(asked).encode("utf-8", "surrogatepass"))
            statuses[status] = statuses.get(status, 0) + 1
            assert status in (200, 400), (status, asked)
            assert status != 200 or json.loads(text)["response"]["uid"]
    assert statuses[200] > 500 and statuses[400] > 100, statuses
    assert await permits(outside) == 0
    assert not [one for one in caplog.records if one.levelno >= logging.ERROR]
