"""What is promised of the gate over HTTP: one answer a situation, in words and fields, closed in every doubt."""

import asyncio
import json
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import BaseTestServer, TestServer

from bot.ports.outside import Outside, Policy
from bot.ports.storage import StoreCollision, StoreUnavailable
from bot.use_cases.fix import claim_fix, verify_server
from bot.use_cases.quarantine import begin_quarantine, end_quarantine
from bot.use_cases.token import make_token
from handlers.http import gate as gate_door
from handlers.http.entrance import Entrance, Rates
from handlers.http.gate import BODY_LIMIT, add_gate
from tests.acts import ANN, BEN, EVERYBODY, add_server, hold_on, stop_the_line
from tests.clocks import FrozenClock
from tests.conftest import AddPeople

SECRET = "a-secret-of-the-pipeline"
TOKEN = {"Authorization": f"Bearer {SECRET}"}


class Door:
    """A running gate and somebody who knocks."""

    def __init__(self, server: BaseTestServer, session: aiohttp.ClientSession) -> None:
        self._server, self._session = server, session

    async def call(self, method: str, path: str, **request: Any) -> tuple[int, Any, Any]:
        """(status, fields, headers)."""
        request.setdefault("headers", TOKEN)
        async with self._session.request(method, str(self._server.make_url("/")).rstrip("/") + path, **request) as got:
            raw = await got.read()
            fields = json.loads(raw) if got.content_type == "application/json" else raw.decode()
            return got.status, fields, got.headers

    async def ask(self, *servers: str, **more: Any) -> tuple[int, Any]:
        """A permit for these servers."""
        body = {"servers": list(servers), "purpose": "deploy 4.2.1", **more}
        status, fields, _ = await self.call("POST", "/v1/permits", json=body)
        return status, fields


@asynccontextmanager
async def opened(outside: Outside) -> AsyncIterator[Door]:
    app = web.Application()
    add_gate(app, Entrance(outside, rates=Rates(10_000)))
    async with TestServer(app) as server, aiohttp.ClientSession() as session:
        yield Door(server, session)


@pytest.fixture
async def door(outside: Outside, add_people: AddPeople) -> AsyncIterator[Door]:
    await add_people(*EVERYBODY)
    await add_server(outside, "lb-01", "lb-02", "web-1")
    await make_token(outside, name="pipeline", secret=SECRET)
    async with opened(outside) as running:
        yield running


async def test_a_free_server_gives_a_permit_that_is_started_and_finished(door: Door) -> None:
    status, given = await door.ask("lb-01", "LB-02.")
    assert status == 200 and given["state"] == "granted" and given["warnings"] == []
    assert given["expires_at"] == "2024-05-20T05:57:00+00:00" and set(given["epochs"].values()) == {"0"}
    assert given["decision"].startswith("D-") and "shadow" not in given
    status, started, headers = await door.call("POST", f"/v1/permits/{given['permit']}/start")
    assert (status, started["state"], started["permit"]) == (200, "started", given["permit"])
    assert headers["Cache-Control"] == "no-store"
    finish = f"/v1/permits/{given['permit']}/finish"
    status, ended, _ = await door.call("POST", finish, json={"outcome": "exit 0"})
    assert (status, ended["state"]) == (200, "finished")
    status, again, _ = await door.call("POST", finish, json={"outcome": "exit 0"})
    assert (status, again["error"]) == (409, "stale")


async def test_a_held_server_is_refused_with_who_and_why_and_how(door: Door, outside: Outside) -> None:
    made = await stop_the_line(outside, "lb-01", title="메시지 지연")
    status, no = await door.ask("lb-01", "web-1")
    assert status == 403 and no["error"] == "frozen" and no["servers"] == ["lb-01"]
    label = f"INC-{made.incident.id}"
    assert no["incidents"] == [
        {"incident": label, "title": "메시지 지연", "since": "2024-05-20T05:52:00+00:00", "channel": None}
    ]
    assert label in no["reason"] and "lb-01" in no["reason"] and no["decision"] in no["reason"]
    assert no["who_can_lift"] and "/freeze verify" in no["how"] and "permit" not in no


@pytest.mark.parametrize(
    ("language", "words"),
    [("ko-KR,ko;q=0.9", "동결"), ("fr, ko", "동결"), ("en-GB", "frozen"), ("xx", "frozen"), ("", "frozen")],
)
async def test_the_reason_is_in_the_language_that_was_asked_for(
    door: Door, outside: Outside, language: str, words: str
) -> None:
    await stop_the_line(outside, "lb-01")
    body = {"servers": ["lb-01"], "purpose": "x"}
    _, no, _ = await door.call("POST", "/v1/permits", json=body, headers={**TOKEN, "Accept-Language": language})
    assert words in no["reason"]


async def test_after_the_release_the_answer_is_yes_again(door: Door, outside: Outside) -> None:
    await stop_the_line(outside, "lb-01")
    assert (await door.ask("lb-01"))[0] == 403
    hold = await hold_on(outside, "lb-01")
    await claim_fix(outside, by=ANN, hold_id=hold.id, evidence="rebooted")
    assert (await door.ask("lb-01"))[0] == 403
    await verify_server(outside, by=BEN, hold_id=hold.id)
    assert (await door.ask("lb-01"))[0] == 200


async def test_an_unknown_server_is_refused_with_the_nearest(door: Door) -> None:
    status, no = await door.ask("lb-1")
    assert (status, no["error"], no["server"]) == (403, "unknown_server", "lb-1") and "lb-01" in no["nearest"]
    assert (await door.ask("role:nothing"))[1]["error"] == "unknown_server"
    status, no, _ = await door.call("GET", "/v1/servers/zebra-9")
    assert (status, no["error"]) == (403, "unknown_server")


async def test_a_stale_permit_and_a_key_used_for_other_work_are_conflicts(
    door: Door, outside: Outside, clock: FrozenClock
) -> None:
    _, given = await door.ask("lb-01", key="run-1")
    assert (await door.ask("lb-01", key="run-1"))[1]["permit"] == given["permit"]
    status, no = await door.ask("lb-02", key="run-1")
    assert (status, no["error"]) == (409, "conflict") and "run-1" in no["reason"]
    await stop_the_line(outside, "lb-01")
    status, no, _ = await door.call("POST", f"/v1/permits/{given['permit']}/start")
    assert (status, no["error"], no["why"]) == (409, "stale", "revoked")
    _, given = await door.ask("web-1")
    clock.forward(minutes=5)
    status, no, _ = await door.call("POST", f"/v1/permits/{given['permit']}/start")
    assert (status, no["why"]) == (409, "expired")


async def test_shadow_mode_says_yes_with_a_warning(door: Door, outside: Outside) -> None:
    await stop_the_line(outside, "lb-01")
    async with opened(replace(outside, policy=Policy(shadow=True))) as shadow:
        status, given = await shadow.ask("lb-01")
    assert status == 200 and given["shadow"] is True and "lb-01" in given["warnings"][0]


async def test_one_server_is_shown_but_not_for_keeps(door: Door, outside: Outside) -> None:
    await stop_the_line(outside, "lb-01")
    status, seen, headers = await door.call("GET", "/v1/servers/LB-01")
    assert (status, seen["server"], seen["frozen"], seen["epoch"]) == (200, "lb-01", True, "1")
    assert headers["Cache-Control"] == "no-store" and len(seen["incidents"]) == 1
    assert (await door.call("GET", "/v1/servers/lb-02"))[1]["frozen"] is False
    assert (await door.call("GET", "/v1/servers/role:relay"))[0] == 422, "a group is not one server"


async def test_whoever_only_looks_learns_of_a_quarantine(door: Door, outside: Outside) -> None:
    """Else a script that asks whether a server is frozen goes on where the gate refuses."""
    await begin_quarantine(outside, reason="restored from yesterday")
    asked, refusal = await door.ask("lb-01")
    status, seen, headers = await door.call("GET", "/v1/servers/lb-01")
    assert (status, seen["error"]) == (asked, refusal["error"]) == (503, "quarantined")
    assert "restored from yesterday" in seen["reason"] and "frozen" not in seen and headers["Retry-After"] == "60"
    _, document, _ = await door.call("GET", "/v1/openapi.json")
    assert "quarantined" in document["paths"]["/v1/servers/{name}"]["get"]["responses"]["503"]["description"]
    await end_quarantine(outside)
    assert (await door.call("GET", "/v1/servers/lb-01"))[1]["frozen"] is False


@pytest.mark.parametrize(
    "headers", [{}, {"Authorization": "Bearer wrong"}, {"Authorization": SECRET}, {"Authorization": "Basic YTpi"},
                {"Authorization": "Bearer " + "x" * 5000}, {"Authorization": "Bearer"}]
)  # fmt: skip
async def test_without_a_known_token_nothing_is_told(door: Door, headers: dict[str, str]) -> None:
    for method, path in (
        ("POST", "/v1/permits"),
        ("POST", "/v1/permits/1/start"),
        ("POST", "/v1/permits/1/finish"),
        ("GET", "/v1/servers/lb-01"),
    ):
        status, no, _ = await door.call(method, path, headers=headers)
        assert (status, no["error"]) == (401, "bad_token")


class Away:
    """A store that raises, collides or hangs."""

    def __init__(self, trouble: Exception | None, seconds: float = 0.0) -> None:
        self._trouble, self._seconds = trouble, seconds

    @asynccontextmanager
    async def write(self, *, urgent: bool = False) -> AsyncIterator[Any]:
        await asyncio.sleep(self._seconds)
        if self._trouble:
            raise self._trouble
        yield None

    def read(self) -> Any:
        return self.write()


@pytest.mark.parametrize(
    "away", [Away(StoreUnavailable("gone")), Away(StoreCollision("twice")), Away(None, seconds=60)]
)
async def test_a_database_that_does_not_answer_closes_the_gate(
    outside: Outside, monkeypatch: pytest.MonkeyPatch, away: Away
) -> None:
    monkeypatch.setattr(gate_door, "PATIENCE_SECONDS", 0.2)
    async with opened(replace(outside, store=away)) as door:
        for method, path in (("POST", "/v1/permits"), ("POST", "/v1/permits/1/start"), ("GET", "/v1/servers/lb-01")):
            body = {"servers": ["lb-01"], "purpose": "x"} if method == "POST" else None
            status, no, headers = await door.call(method, path, json=body)
            assert (status, no["error"]) == (503, "unavailable") and int(headers["Retry-After"]) >= 1
        status, ill, headers = await door.call("GET", "/healthz")
        assert (status, ill["status"]) == (503, "unavailable") and "Retry-After" in headers


async def test_health_is_told_to_anybody(door: Door) -> None:
    status, well, _ = await door.call("GET", "/healthz", headers={})
    assert (status, well) == (200, {"status": "ok"})


GOOD = {"servers": ["lb-01"], "purpose": "deploy"}
BAD_BODIES: list[bytes] = [
    b"",
    b"null",
    b"[]",
    b"{",
    b"\xff\xfe\x00",
    b'"words"',
    b"1e999999",
    b"NaN",
    b"[" * 50_000,
    b'{"servers":' * 9_000,
    b'{"servers": ["lb-01"], "purpose": "\\ud800"}',
    b'{"servers": ["lb-01"], "purpose": "\x00"}',
    b'{"servers": ["lb-01"], "purpose": "' + b"x" * BODY_LIMIT + b'"}',
    *(
        json.dumps(body).encode()
        for body in (
            {},
            {"servers": ["lb-01"]},
            {"purpose": "deploy"},
            {**GOOD, "servers": []},
            {**GOOD, "servers": "lb-01"},
            {**GOOD, "servers": {"lb-01": 1}},
            {**GOOD, "servers": [1]},
            {**GOOD, "servers": [None]},
            {**GOOD, "servers": [["lb-01"]]},
            {**GOOD, "servers": ["lb-01"] * 101},
            {**GOOD, "servers": ["x" * 254]},
            {**GOOD, "servers": [""]},
            {**GOOD, "servers": ["lb 01"]},
            {**GOOD, "servers": ["lb-01\u0000"]},
            {**GOOD, "servers": ["../../etc/passwd"]},
            {**GOOD, "servers": ["<script>"]},
            {**GOOD, "purpose": 7},
            {**GOOD, "purpose": None},
            {**GOOD, "purpose": "x" * 501},
            {**GOOD, "purpose": "bell \u0007"},
            {**GOOD, "key": ""},
            {**GOOD, "key": "k" * 129},
            {**GOOD, "key": 10**400},
            {**GOOD, "admin": True},
        )
    ),
]


@pytest.mark.parametrize("body", BAD_BODIES, ids=range(len(BAD_BODIES)))
async def test_a_malformed_request_is_told_so(door: Door, body: bytes) -> None:
    status, no, _ = await door.call("POST", "/v1/permits", data=body)
    assert (status, no["error"]) == (422, "malformed"), no
    status, no, _ = await door.call("POST", "/v1/permits/1/finish", data=body)
    assert (status, no["error"]) == (422, "malformed"), no


async def test_numbers_that_no_permit_has_are_stale(door: Door) -> None:
    for number in ("0", "-1", "01", "9" * 18, "9" * 400, "1e3", "0x1", "%00", "%FF", "٣", "1%2F2", "a b", "1;2"):
        status, no, _ = await door.call("POST", f"/v1/permits/{number}/start")
        assert status in (404, 409), (number, no)


PIECES = ["*", "[", "[!", "[z-a]*", "role:", "role:*", "<http://x|y>", "'--", "%s%n", "{}", "${x}", "\\"]
PIECES += ["😀", "🇰🇷", "ﬀ", "𝕃𝔹", "ｌｂ", "-", "_"]
PIECES += ["\x00", "\ud800", "\u202e", " ", "\r\n", "*a" * 60, "a." * 100, "x" * 63]
TONGUES = ["ko", "", "*;q=0", "?" * 40, "ko-" * 300, ",,,", "\t"]


async def test_no_hostile_request_gets_a_server_error_or_a_yes(door: Door) -> None:
    """A few hundred requests made of pieces that break parsers, by a fixed seed."""
    chance = random.Random(20240520)
    yes = 0
    for _ in range(300):
        names = ["".join(chance.choices(PIECES, k=chance.randint(1, 3)))[:300] for _ in range(chance.randint(1, 4))]
        body: dict[str, Any] = {"servers": names, "purpose": chance.choice(PIECES)}
        if chance.random() < 0.3:
            body["key"] = chance.choice(PIECES)
        raw = json.dumps(body, ensure_ascii=chance.random() < 0.7).encode("utf-8", "surrogatepass")
        if chance.random() < 0.3:
            cut = chance.randrange(len(raw))
            raw = raw[:cut] + bytes(chance.randrange(256) for _ in range(3)) + raw[cut + chance.randint(0, 3) :]
        headers = {**TOKEN, "Accept-Language": chance.choice(TONGUES)}
        status, fields, _ = await door.call("POST", "/v1/permits", data=raw, headers=headers)
        assert status in (200, 403, 409, 422), (raw, fields)
        yes += status == 200
        path = "".join(f"%{byte:02X}" for byte in chance.choice(PIECES).encode("utf-8", "surrogatepass")[:200])
        status, fields, _ = await door.call("GET", f"/v1/servers/{path}")
        assert status in (403, 422, 404), (path, fields)
    assert yes < 60, "only patterns that mean every known server may be free"


async def test_two_requests_with_one_key_at_once_get_one_permit(door: Door) -> None:
    answers = await asyncio.gather(*(door.ask("lb-01", key="run-1") for _ in range(12)))
    assert {status for status, _ in answers} == {200} and len({fields["permit"] for _, fields in answers}) == 1
