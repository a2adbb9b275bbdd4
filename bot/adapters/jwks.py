"""An issuer's public keys (JWKS), from its one configured address: kept, renewed, and used while it is away."""

import asyncio
import json
import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import aiohttp

from bot.ports.clock import Clock
from bot.ports.identity import IdentityUnavailable

if TYPE_CHECKING:
    from bot.adapters.jwt_wire import Key

TIMEOUT_SECONDS = 3.0
BODY_BYTES = 256 * 1024
KEYS = 100
FRESH = timedelta(minutes=10)
"""How long keys are used without asking again."""
USABLE = timedelta(hours=24)
"""How long keys are used while the issuer does not answer."""
UNKNOWN_KEY_PAUSE = timedelta(seconds=30)
"""Between two requests for the sake of keys that we do not know: anybody can name some."""
FAILURE_PAUSE = timedelta(seconds=5)
"""Between two requests while the issuer does not answer."""

log = logging.getLogger(__name__)


class KeySet:
    """The keys of one issuer. Many may ask at once; one of them fetches, the others wait for it."""

    def __init__(self, url: str, session: aiohttp.ClientSession, clock: Clock) -> None:
        self._url, self._session, self._clock = url, session, clock
        self._keys: Mapping[str, Key] = {}
        self._fetched_at: datetime | None = None
        self._tried_at: datetime | None = None
        self._failed = False
        self._one = asyncio.Lock()

    async def find(self, kid: str) -> "Key | None":
        """The key of this id; None where the issuer has none. Raises IdentityUnavailable where that is not known."""
        if kid in self._keys and self._is_within(self._fetched_at, FRESH):
            return self._keys[kid]
        async with self._one:
            if self._should_fetch(kid):
                await self._fetch()
        if not self._is_within(self._fetched_at, USABLE) or (self._failed and kid not in self._keys):
            raise IdentityUnavailable(self._url)
        return self._keys.get(kid)

    def _should_fetch(self, kid: str) -> bool:
        if self._is_within(self._tried_at, FAILURE_PAUSE if self._failed else timedelta(0)):
            return False
        if not self._is_within(self._fetched_at, FRESH):
            return True
        return kid not in self._keys and not self._is_within(self._tried_at, UNKNOWN_KEY_PAUSE)

    def _is_within(self, at: datetime | None, span: timedelta) -> bool:
        """Whether so little time has passed since; a moment ahead of us (clocks go back) is no such moment."""
        return at is not None and timedelta(0) <= self._clock.now() - at < span

    async def _fetch(self) -> None:
        """Takes over the issuer's keys; where it fails, those that we have stay."""
        self._tried_at = self._clock.now()
        self._failed = True
        try:
            keys = _keys(await self._body())
        except (aiohttp.ClientError, TimeoutError, ValueError, RecursionError) as trouble:
            log.warning("no keys from an issuer", extra={"url": self._url, "reason": type(trouble).__name__})
            return
        self._keys, self._fetched_at, self._failed = keys, self._tried_at, False

    async def _body(self) -> bytes:
        """Raises aiohttp.ClientError, TimeoutError, ValueError."""
        timeout = aiohttp.ClientTimeout(total=TIMEOUT_SECONDS)
        body = bytearray()
        async with self._session.get(self._url, allow_redirects=False, timeout=timeout) as response:
            if response.status != 200:
                raise ValueError("status")
            async for chunk in response.content.iter_chunked(16 * 1024):
                body += chunk
                if len(body) > BODY_BYTES:
                    raise ValueError("size")
        return bytes(body)


def _keys(body: bytes) -> Mapping[str, "Key"]:
    """The keys that we can use, by id. Raises ValueError where the body has none."""
    from bot.adapters.jwt_wire import key_of

    content = json.loads(body)
    rows = content.get("keys") if isinstance(content, dict) else None
    found: dict[str, Key] = {}
    for row in rows[:KEYS] if isinstance(rows, list) else ():
        kid = row.get("kid") if isinstance(row, dict) else None
        if isinstance(kid, str) and kid and (key := key_of(row)):
            found.setdefault(kid, key)
    if not found:
        raise ValueError("keys")
    return found
