"""What is promised of pipelines' tokens: only what our issuer signed for us, now, for that pipeline is recognised."""

import asyncio
import base64
import gzip
import hashlib
import hmac
import json
import random
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Mapping
from datetime import datetime, timedelta
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from bot.adapters.jwks import BODY_BYTES
from bot.adapters.oidc import TOKEN_CHARACTERS, Oidc
from bot.domain.door import Identity, Issuer
from bot.domain.identity import matching_identity
from bot.ports.identity import IdentityUnavailable
from tests.adapters.oidc_server import (
    EC_KEY,
    GITHUB,
    MAIN,
    OTHER_KEY,
    RELAY,
    RSA_KEY,
    US,
    WEAK_KEY,
    KeyServer,
    claims,
    jwk,
    part,
    token,
)
from tests.clocks import START, FrozenClock

MUTATIONS = 10_000


@pytest.fixture
async def server() -> AsyncIterator[KeyServer]:
    running = KeyServer()
    await running.start()
    yield running
    await running.stop()


@pytest.fixture
async def oidc(server: KeyServer, clock: FrozenClock) -> AsyncIterator[Oidc]:
    async with aiohttp.ClientSession() as session:
        issuers = [
            Issuer(GITHUB, server.url, US, (RELAY, MAIN)),
            Issuer("https://gitlab.com", server.url.replace("keys", "elsewhere"), US, ()),
        ]
        yield Oidc(issuers, session, clock)


# ------------------------------------------------------------------ who is recognised


async def test_a_good_token_is_its_pipeline_and_may_ask_again(oidc: Oidc, server: KeyServer) -> None:
    good = token()
    for _ in range(4):  # permit, start, heartbeat, finish: with the same token
        assert await oidc.identity_of(good) is RELAY
    assert server.asked == 1


@pytest.mark.parametrize(
    "good",
    [
        token(EC_KEY, "ES256", "e1"),
        token(repository_id=1, repository_owner_id=2),
        token(aud=[US]),
        token(iat=START.timestamp() + 29, nbf=START.timestamp() + 29.5, exp=START.timestamp() - 29),
        token(headers={"jku": "https://evil.example/keys", "x5u": "https://evil.example", "typ": "at+jwt"}),
    ],
    ids=["ES256", "ids as numbers", "a list of us alone", "clocks 30 s apart", "headers that are not read"],
)
async def test_other_forms_of_a_good_token(oidc: Oidc, good: str) -> None:
    assert await oidc.identity_of(good) is RELAY


async def test_the_first_identity_whose_claims_match_is_meant(oidc: Oidc) -> None:
    assert await oidc.identity_of(token(ref="refs/heads/main")) is RELAY
    assert await oidc.identity_of(token(ref="refs/heads/main", environment=None)) is MAIN


@pytest.mark.parametrize(
    ("claim", "written", "same"),
    [
        (True, "true", True), (False, "false", True), (True, "True", False), (True, "1", False), (1, "1", True),
        (1, "01", False), (1.0, "1", False), ("1", "1", True), (" 1", "1", False), (None, "", False), ("", "", True),
        (["1"], "1", False), ({"1": 1}, "1", False), (10**30, str(10**30), False), (-1, "-1", True),
    ],
)  # fmt: skip
def test_claims_are_equal_as_texts(claim: Any, written: str, same: bool) -> None:
    one = Identity("c", {"a": written})
    assert (matching_identity({"a": claim, "b": 2}, [one]) is one) == same


def test_nothing_matches_an_identity_without_claims() -> None:
    assert matching_identity({"a": "b"}, [Identity("anybody", {})]) is None


# ------------------------------------------------------------------ who is not

PEM = RSA_KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
LATE, EARLY = START.timestamp() + 31, START.timestamp() - 31
HEADER, PAYLOAD, SIGNATURE = token().split(".")


def hs256(secret: bytes, **header: Any) -> str:
    """Signed by hand with what everybody knows: the library refuses to make such a token."""
    said = f"{part({'alg': 'HS256', 'kid': 'k1', **header})}.{part(claims())}"
    return f"{said}.{part(hmac.new(secret, said.encode(), hashlib.sha256).digest())}"


def nested(depth: int) -> bytes:
    return b'{"alg":"RS256","kid":"k1","iss":' + b"[" * depth + b"]" * depth + b"}"


BROKEN = {
    "alg none": f"{part({'alg': 'none', 'kid': 'k1'})}.{PAYLOAD}.",
    "alg none, signed": f"{part({'alg': 'none', 'kid': 'k1'})}.{PAYLOAD}.{SIGNATURE}",
    "alg None, signed": f"{part({'alg': 'None', 'kid': 'k1'})}.{PAYLOAD}.{SIGNATURE}",
    "alg missing": f"{part({'kid': 'k1'})}.{PAYLOAD}.{SIGNATURE}",
    "alg a list": f"{part({'alg': ['RS256'], 'kid': 'k1'})}.{PAYLOAD}.{SIGNATURE}",
    "HS256 with the public key as secret": hs256(PEM),
    "HS256 with the JWK as secret": hs256(json.dumps(jwk(RSA_KEY, "k1")).encode()),
    "HS256 with an empty secret": hs256(b""),
    "RS512": token(algorithm="RS512"),
    "PS256": token(algorithm="PS256"),
    "RS256 by the elliptic key's id": token(kid="e1"),
    "ES256 by the RSA key's id": token(EC_KEY, "ES256", "k1"),
    "a weak key": token(WEAK_KEY, "RS256", "weak"),
    "somebody else's key": token(OTHER_KEY),
    "somebody else's key in the token": token(OTHER_KEY, headers={"jwk": jwk(OTHER_KEY, "k1")}),
    "somebody else's key at jku": token(OTHER_KEY, headers={"jku": "elsewhere"}),
    "no kid": token(kid=None),
    "unknown kid": token(kid="k9"),
    "kid of nothing": token(kid="", headers={"kid": ""}),
    "huge kid": token(kid="k" * 201),
    "kid a number": f"{part({'alg': 'RS256', 'kid': 1})}.{PAYLOAD}.{SIGNATURE}",
    "critical header": token(headers={"crit": ["exp"], "exp": 1}),
    "unencoded payload": f"{part({'alg': 'RS256', 'kid': 'k1', 'b64': False, 'crit': ['b64']})}.{PAYLOAD}.{SIGNATURE}",
    "audience of the owner": token(aud="https://github.com/example"),
    "audience with a slash": token(aud=f"{US}/"),
    "audience of several": token(aud=[US, "https://other.example"]),
    "audience of nobody": token(aud=[]),
    "no audience": token(aud=None),
    "another issuer": token(iss="https://evil.example"),
    "the other issuer of ours": token(iss="https://gitlab.com"),
    "issuer with a slash": token(iss=f"{GITHUB}/"),
    "no issuer": token(iss=None),
    "expired": token(exp=EARLY),
    "not yet": token(nbf=LATE),
    "issued tomorrow": token(iat=START.timestamp() + 86_400),
    "no exp": token(exp=None),
    "no nbf": token(nbf=None),
    "no iat": token(iat=None),
    "exp a text": token(exp=str(int(LATE))),
    "exp true": token(exp=True),
    "exp without end": token(exp=float("inf")),
    "exp not a number": token(exp=float("nan")),
    "nbf before all times": token(nbf=float("-inf")),
    "exp huge": token(exp=10**400),
    "exp a list": token(exp=[LATE]),
    "another repository of the same name": token(repository_id="3"),
    "another owner of the same name": token(repository_owner_id="3"),
    "another environment": token(environment="staging"),
    "environment in other letters": token(environment="Production"),
    "no environment": token(environment=None),
    "environment a list": token(environment=["production"]),
    "tampered payload": f"{HEADER}.{part(claims(run_id='78'))}.{SIGNATURE}",
    "signature cut": f"{HEADER}.{PAYLOAD}.{SIGNATURE[:-2]}",
    "signature padded": f"{HEADER}.{PAYLOAD}.{SIGNATURE}==",
    "no signature": f"{HEADER}.{PAYLOAD}.",
    "two parts": f"{HEADER}.{PAYLOAD}",
    "five parts": f"{HEADER}.{PAYLOAD}.{SIGNATURE}.{PAYLOAD}.{SIGNATURE}",
    "a line more": f"{HEADER}.{PAYLOAD}.{SIGNATURE}\n",
    "huge": token(ref="x" * TOKEN_CHARACTERS),
    "nested header": f"{part(nested(2000))}.{PAYLOAD}.{SIGNATURE}",
    "nested payload": f"{HEADER}.{part(nested(2000))}.{SIGNATURE}",
    "endless number": f"{HEADER}.{part(b'{%s:%s}' % (b'1' * 9, b'9' * 5000))}.{SIGNATURE}",
    "header a list": f"{part([])}.{PAYLOAD}.{SIGNATURE}",
    "payload a list": f"{HEADER}.{part([claims()])}.{SIGNATURE}",
    "payload null": f"{HEADER}.{part(None)}.{SIGNATURE}",
    "no JSON": f"{part(b'x')}.{part(b'y')}.{part(b'z')}",
    "no UTF-8": f"{part(bytes(range(256)))}.{PAYLOAD}.{SIGNATURE}",
    "one of our own tokens": "sl_abcdefghijklmnopqrstuvwxyz",
    "nothing": "",
    "dots": "..",
    "Korean": "가.나.다",
    "half a character": "\ud800.a.b",
}  # fmt: skip


@pytest.mark.parametrize("broken", BROKEN)
async def test_each_broken_thing_is_refused(oidc: Oidc, server: KeyServer, broken: str) -> None:
    assert await oidc.identity_of(BROKEN[broken]) is None
    assert await oidc.identity_of(token()) is RELAY, "and nobody else is kept out by it"
    assert server.elsewhere == (1 if broken == "the other issuer of ours" else 0)


async def test_a_key_server_that_the_token_names_is_not_asked(oidc: Oidc, server: KeyServer) -> None:
    elsewhere = server.url.replace("keys", "elsewhere")
    for kid in ("k1", "k2"):
        forged = token(OTHER_KEY, kid=kid, headers={"jku": elsewhere, "x5u": elsewhere, "jwk": jwk(OTHER_KEY, kid)})
        assert await oidc.identity_of(forged) is None
    assert server.elsewhere == 0


@pytest.mark.parametrize(
    "broken",
    ["alg none, signed", "HS256 with an empty secret", "PS256", "no kid", "kid of nothing", "huge kid", "no issuer"],
)
async def test_no_issuer_is_asked_for_what_cannot_be_good(oidc: Oidc, server: KeyServer, broken: str) -> None:
    assert await oidc.identity_of(BROKEN[broken]) is None
    assert server.asked == 0


async def test_no_mutation_of_a_good_token_is_accepted(oidc: Oidc, server: KeyServer) -> None:
    chance = random.Random(20240520)
    good = [token(), token(EC_KEY, "ES256", "e1")]
    assert all([await oidc.identity_of(one) is RELAY for one in good])
    began = time.thread_time()
    tried = 0
    while tried < MUTATIONS:
        mutated = mutation(chance, chance.choice(good))
        if mutated not in good:
            tried += 1
            assert await oidc.identity_of(mutated) is None, mutated
    assert time.thread_time() - began < 10
    assert server.asked == 1 and server.elsewhere == 0, "nobody makes us ask an issuer again and again"


def mutation(chance: random.Random, good: str) -> str:
    """Letters changed, put in, taken out or doubled; or the contents of a part, encoded again as they should be."""
    if chance.random() < 0.5:
        at, letter = chance.randrange(len(good)), chance.choice("ABCabc019-_.=+/ \n가\x00")
        ways = [
            good[:at] + letter + good[at + 1 :],
            good[:at] + letter + good[at:],
            good[:at] + good[at + 1 :],
            good[:at] + good[at:] * 2,
            good[:at],
        ]
        return chance.choice(ways)
    parts = good.split(".")
    which = chance.randrange(3)
    raw = bytearray(base64.urlsafe_b64decode(parts[which] + "=="))
    for _ in range(chance.randint(1, 3)):
        at = chance.randrange(len(raw))
        raw[at] = chance.choice((chance.randrange(256), raw[at] ^ (1 << chance.randrange(8)), *b'"{}[],:0a'))
    parts[which] = part(bytes(raw))
    return ".".join(parts)


# ------------------------------------------------------------------ the issuer's keys


async def unavailable(oidc: Oidc, asked: str) -> bool:
    try:
        await oidc.identity_of(asked)
    except IdentityUnavailable:
        return True
    return False


NO_KEYS: Mapping[str, web.Response | Any] = {
    "500": lambda: web.Response(status=500),
    "404": lambda: web.Response(status=404),
    "another status": lambda: web.json_response({"keys": [jwk(RSA_KEY, "k1")]}, status=203),
    "redirect": lambda: web.Response(status=302, headers={"Location": "/elsewhere"}),
    "no JSON": lambda: web.Response(text="<html>"),
    "no UTF-8": lambda: web.Response(body=b"\xff\xfe\xfd"),
    "nested": lambda: web.Response(text="[" * 100_000),
    "no keys": lambda: web.json_response({"keys": []}),
    "keys of nothing": lambda: web.json_response({"keys": [None, 1, "k1", {}, {"kid": "k1"}, {"kid": 1}]}),
    "no object": lambda: web.json_response([jwk(RSA_KEY, "k1")]),
    "too large": lambda: web.json_response({"keys": [jwk(RSA_KEY, "k1")], "x": "x" * BODY_BYTES}),
    "too large when unpacked": lambda: web.Response(
        body=gzip.compress(b'{"keys":[' + b" " * 50_000_000), headers={"Content-Encoding": "gzip"}
    ),
    "not packed as it says": lambda: web.Response(body=b"{}", headers={"Content-Encoding": "gzip"}),
    "for encryption": lambda: web.json_response({"keys": [jwk(RSA_KEY, "k1", use="enc")]}),
    "of another algorithm": lambda: web.json_response({"keys": [jwk(RSA_KEY, "k1", alg="RS512")]}),
    "of no curve": lambda: web.json_response({"keys": [jwk(EC_KEY, "k1", crv="P-999"), jwk(EC_KEY, "k2", crv=[1])]}),
    "of no type": lambda: web.json_response({"keys": [jwk(RSA_KEY, "k1", kty=[1]), jwk(RSA_KEY, "k2", n=5)]}),
    "a secret": lambda: web.json_response({"keys": [{"kty": "oct", "k": "AAAA", "kid": "k1", "alg": "HS256"}]}),
}


@pytest.mark.parametrize("answer", NO_KEYS)
async def test_without_keys_nobody_is_recognised_and_that_is_said(
    oidc: Oidc, server: KeyServer, clock: FrozenClock, answer: str
) -> None:
    server.answer = NO_KEYS[answer]()
    assert await unavailable(oidc, token())
    assert await unavailable(oidc, token()) and server.asked == 1, "and it is not asked at once again"
    assert server.elsewhere == 0
    clock.forward(seconds=5)
    assert await oidc.identity_of(token()) is RELAY


async def test_a_key_server_that_hangs_or_is_gone_is_waited_for_three_seconds(oidc: Oidc, server: KeyServer) -> None:
    server.pause = 30
    began = time.perf_counter()
    assert all(await asyncio.gather(*(unavailable(oidc, token()) for _ in range(20))))
    assert 2.5 < time.perf_counter() - began < 25
    assert server.asked == 1


async def test_many_at_once_ask_once(oidc: Oidc, server: KeyServer) -> None:
    server.pause = 0.1
    found = await asyncio.gather(*(oidc.identity_of(token()) for _ in range(50)))
    assert all(one is RELAY for one in found) and server.asked == 1


async def test_keys_are_kept_ten_minutes_and_then_asked_for(oidc: Oidc, server: KeyServer, clock: FrozenClock) -> None:
    assert await asks(oidc, clock) is RELAY
    clock.forward(minutes=9, seconds=59)
    assert await asks(oidc, clock) is RELAY and server.asked == 1
    clock.forward(seconds=1)
    server.keys = [jwk(OTHER_KEY, "k1")]
    assert await asks(oidc, clock) is None and server.asked == 2, "a key that was withdrawn is worth nothing"


async def asks(oidc: Oidc, clock: FrozenClock, **other: Any) -> Identity | None:
    """With a token made now."""
    return await oidc.identity_of(fresh(clock.now(), **other))


def fresh(now: datetime, **other: Any) -> str:
    at = int(now.timestamp())
    return token(**{"iat": at, "nbf": at, "exp": at + 300, **other})


async def test_an_unknown_key_is_looked_for_once_in_thirty_seconds(
    oidc: Oidc, server: KeyServer, clock: FrozenClock
) -> None:
    assert await asks(oidc, clock) is RELAY
    server.keys.append(jwk(OTHER_KEY, "new"))
    for _ in range(20):
        assert await asks(oidc, clock, key=OTHER_KEY, kid="new") is None
    assert server.asked == 1
    clock.forward(seconds=30)
    assert await asks(oidc, clock, key=OTHER_KEY, kid="new") is RELAY and server.asked == 2
    for n in range(20):
        assert await asks(oidc, clock, kid=f"k{n + 2}") is None
    assert server.asked == 2


async def test_keys_are_used_for_a_day_while_the_issuer_is_away(
    oidc: Oidc, server: KeyServer, clock: FrozenClock
) -> None:
    assert await asks(oidc, clock) is RELAY
    await server.stop()
    clock.forward(hours=23, minutes=59)
    assert await asks(oidc, clock) is RELAY
    assert await unavailable(oidc, fresh(clock.now(), kid="new")), "whose key is not known may be good: 503, not 401"
    clock.forward(minutes=1)
    assert await unavailable(oidc, fresh(clock.now()))


async def test_a_clock_that_goes_back_makes_no_key_younger(oidc: Oidc, server: KeyServer, clock: FrozenClock) -> None:
    assert await asks(oidc, clock) is RELAY
    clock.set(START - timedelta(days=1))
    assert await asks(oidc, clock) is RELAY and server.asked == 2


# ------------------------------------------------------------------ what it costs nobody else


async def test_without_issuers_nobody_is_asked(clock: FrozenClock) -> None:
    async with aiohttp.ClientSession() as session:
        assert await Oidc((), session, clock).identity_of(token()) is None


def test_the_library_is_loaded_with_the_first_token_only() -> None:
    loaded = "{'jwt', 'yaml', 'cryptography'} & {*sys.modules}"
    code = f"import sys, bot.adapters.oidc, bot.adapters.doors_file; print({loaded})"
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "set()"
