"""The entrance to every machine's door: who asks, how many may at once, how often each; closed in every doubt."""

import asyncio
import hmac
import re
from collections import OrderedDict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web

from bot.domain.door import Selectors
from bot.domain.token import token_hash
from bot.ports.identity import Identities
from bot.ports.outside import Outside
from bot.use_cases.doors import CANARY, canary_secret
from bot.use_cases.token import caller_of

AT_ONCE = 8
"""Questions in the database at the same moment; the rest of its connections are for the freeze and for Slack."""
IN_LINE = 32
"""So many more wait for their turn; whoever comes after them is sent away at once, not after a time-out."""
PER_SECOND = 100.0
"""Questions of one caller, on average; twice as many in a burst."""
BELIEVED_SECONDS = 5.0
"""So long after it was looked up a token that has been revoked meanwhile still lets in."""
CALLERS = 10_000
"""Of so many callers and addresses is it remembered how often they asked."""

_BEARER = re.compile(r"Bearer ([\x21-\x7e]{1,8192})", re.IGNORECASE)


class Overloaded(Exception):
    """More questions than can be answered soon: come back in a second."""


class TooMany(Exception):
    """One caller asks more often than anybody needs to."""


class Turnstile:
    """Lets AT_ONCE questions in; IN_LINE others wait, the rest is sent away. Never a queue that only grows."""

    def __init__(self, at_once: int = AT_ONCE, in_line: int = IN_LINE) -> None:
        self._free = asyncio.Semaphore(at_once)
        self._places = at_once + in_line

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Raises Overloaded."""
        if not self._places:
            raise Overloaded
        self._places -= 1
        try:
            async with self._free:
                yield
        finally:
            self._places += 1


class Rates:
    """A bucket of questions for each caller that fills by PER_SECOND."""

    def __init__(self, per_second: float = PER_SECOND) -> None:
        self._per_second = per_second
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, who: str) -> None:
        """One question of this caller. Raises TooMany."""
        now = asyncio.get_running_loop().time()
        left, at = self._left.pop(who, (2 * self._per_second, now))
        left = min(2 * self._per_second, left + (now - at) * self._per_second)
        self._left[who] = (max(0.0, left - 1), now)
        while len(self._left) > CALLERS:
            self._left.popitem(last=False)
        if left < 1:
            raise TooMany


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks: the name in our records, and what may be asked for (empty: anything)."""

    name: str
    scope: Selectors = ()


@dataclass(frozen=True)
class Entrance:
    """What all doors share. `identities` knows pipelines by their issuer's token, where any are configured."""

    outside: Outside
    identities: Identities | None = None
    turnstile: Turnstile = field(default_factory=Turnstile)
    rates: Rates = field(default_factory=Rates)
    _believed: dict[str, tuple[Caller, float]] = field(default_factory=dict)

    async def caller(self, request: web.Request) -> Caller | None:
        """Whoever the bearer token belongs to, or nobody. Raises TooMany, StoreUnavailable, IdentityUnavailable."""
        bearer = _BEARER.fullmatch(request.headers.get("Authorization", ""))
        secret = bearer[1] if bearer else ""
        if self.identities and secret.count(".") == 2:
            identity = await self.identities.identity_of(secret)
            found = Caller(f"oidc:{identity.caller}", identity.servers) if identity else None
        else:
            found = await self._holder(secret) if secret else None
        self.rates.take(f"caller {found.name}" if found else f"address {request.remote}")
        return found

    async def _holder(self, secret: str) -> Caller | None:
        """Whose token of ours this is; a good one is believed for BELIEVED_SECONDS without asking again."""
        now = asyncio.get_running_loop().time()
        known, until = self._believed.get(token_hash(secret), (None, 0.0))
        if known is not None and now < until:
            return known
        token = await caller_of(self.outside, secret)
        if token is None:
            canary = hmac.compare_digest(secret.encode(), (await canary_secret(self.outside)).encode())
            return Caller(CANARY, (CANARY,)) if canary else None
        found = Caller(token.name, token.scope)
        if len(self._believed) >= CALLERS:
            self._believed.clear()
        self._believed[token.hash] = (found, now + BELIEVED_SECONDS)
        return found
