"""An issuer on loopback and the tokens that it, or somebody else, signs for pipelines."""

import asyncio
import base64
import json
import warnings
from typing import Any

import jwt
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from bot.domain.door import Identity
from tests.clocks import START

GITHUB = "https://token.actions.githubusercontent.com"
US = "https://stopline.example.com"
RSA_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
OTHER_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
WEAK_KEY = rsa.generate_private_key(public_exponent=65537, key_size=1024)
EC_KEY = ec.generate_private_key(ec.SECP256R1())
RELAY = Identity(
    "relay-production", {"repository_id": "1", "repository_owner_id": "2", "environment": "production"}, ("role:relay",)
)
MAIN = Identity("relay-main", {"repository_id": "1", "repository_owner_id": "2", "ref": "refs/heads/main"})


def jwk(key: Any, kid: str, **more: Any) -> dict[str, Any]:
    """The public half, as an issuer publishes it."""
    is_rsa = isinstance(key, rsa.RSAPrivateKey)
    algorithm: Any = jwt.algorithms.RSAAlgorithm if is_rsa else jwt.algorithms.ECAlgorithm
    return {**algorithm.to_jwk(key.public_key(), as_dict=True), "kid": kid, "use": "sig", **more}


def claims(**other: Any) -> dict[str, Any]:
    """What GitHub says of a job; a claim that is None is left out."""
    at = int(START.timestamp())
    said = {
        "iss": GITHUB, "aud": US, "sub": "repo:example@2/relay@1:environment:production", "jti": "a-b-c",
        "repository": "example/relay", "repository_id": "1", "repository_owner": "example", "repository_owner_id": "2",
        "environment": "production", "ref": "refs/heads/topic", "run_id": "77",
        "iat": at, "nbf": at - 600, "exp": at + 300, **other,
    }  # fmt: skip
    return {name: value for name, value in said.items() if value is not None}


def token(key: Any = RSA_KEY, algorithm: str = "RS256", kid: str | None = "k1", **other: Any) -> str:
    """Signed by the key; weak keys are wanted here."""
    headers = {**({"kid": kid} if kid else {}), **other.pop("headers", {})}
    with warnings.catch_warnings(action="ignore"):
        return jwt.encode(claims(**other), key, algorithm, headers)


def part(content: Any) -> str:
    """One of a token's three parts."""
    raw = content if isinstance(content, bytes) else json.dumps(content).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


class KeyServer:
    """An issuer's JWKS on loopback. `answer` is what it says next; `asked` counts."""

    def __init__(self) -> None:
        self.keys = [jwk(RSA_KEY, "k1"), jwk(EC_KEY, "e1"), jwk(WEAK_KEY, "weak")]
        self.answer: web.Response | None = None
        self.pause = 0.0
        self.asked = 0
        self.elsewhere = 0
        self.url = ""
        self._runner: web.AppRunner | None = None

    async def start(self) -> None:
        app = web.Application()
        app.router.add_get("/keys", self._keys)
        app.router.add_get("/elsewhere", self._elsewhere)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        host, port = self._runner.addresses[0][:2]
        self.url = f"http://{host}:{port}/keys"

    async def stop(self) -> None:
        if self._runner:
            await self._runner.cleanup()

    async def _keys(self, _: web.Request) -> web.StreamResponse:
        self.asked += 1
        await asyncio.sleep(self.pause)
        answer, self.answer = self.answer, None
        return answer or web.json_response({"keys": self.keys})

    async def _elsewhere(self, _: web.Request) -> web.StreamResponse:
        self.elsewhere += 1
        return web.json_response({"keys": [jwk(OTHER_KEY, "k1"), jwk(OTHER_KEY, "k2")]})
