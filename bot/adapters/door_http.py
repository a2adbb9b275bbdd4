"""One JSON request to a service behind a door: no redirects, a limit on what is read, failures sorted in two."""

import json
from collections.abc import Mapping
from typing import Any

import aiohttp

from bot.ports.doors import DoorAway, DoorRefused

TIMEOUT_SECONDS = 10.0
ANSWER_BYTES = 4 * 1024 * 1024
_PASSING = frozenset({408, 425, 429})


class DoorStatus(DoorRefused):
    """The service said no with this HTTP status; `body` is the beginning of its words, which stand in no message."""

    def __init__(self, status: int, body: str = "") -> None:
        super().__init__(f"HTTP {status}")
        self.status = status
        self.body = body


async def exchange(
    session: aiohttp.ClientSession,
    method: str,
    url: str,
    *,
    headers: Mapping[str, str],
    body: Mapping[str, Any] | None = None,
    ssl: Any = True,
) -> Any:
    """The JSON of a 2xx answer, None for an empty one. A redirect is a refusal: it would take the token elsewhere.

    Raises DoorAway for what may pass, DoorStatus for what will not. No message names more than the status.
    """
    data = None if body is None else json.dumps(body, ensure_ascii=False).encode()
    timeout = aiohttp.ClientTimeout(total=TIMEOUT_SECONDS)
    try:
        async with session.request(
            method, url, headers=headers, data=data, allow_redirects=False, timeout=timeout, ssl=ssl
        ) as answer:
            raw = await _read(answer)
            _check(answer.status, raw)
    except (aiohttp.ClientError, TimeoutError, OSError) as trouble:
        raise DoorAway(type(trouble).__name__) from trouble
    return _json(raw)


async def _read(answer: aiohttp.ClientResponse) -> bytes:
    raw = bytearray()
    async for chunk in answer.content.iter_any():
        raw += chunk
        if len(raw) > ANSWER_BYTES:
            raise DoorRefused("the answer is too large")
    return bytes(raw)


def _check(status: int, raw: bytes) -> None:
    if 200 <= status < 300:
        return
    if status >= 500 or status in _PASSING:
        raise DoorAway(f"HTTP {status}")
    raise DoorStatus(status, raw[:2_000].decode("utf-8", "replace"))


def _json(raw: bytes) -> Any:
    if not raw.strip():
        return None
    try:
        return json.loads(raw)
    except (ValueError, RecursionError) as wrong:
        raise DoorRefused("the answer is no JSON") from wrong
