"""The bytes of a request at a machine's door: up to a limit of the door's own, and not waited for without end."""

import asyncio
import hmac

from aiohttp import web

READ_SECONDS = 5.0
"""So long a caller may take to send its request."""


class TooLarge(Exception):
    """More bytes than anything that makes sense at this door."""


class TooSlow(Exception):
    """The request did not come to its end in time."""


async def read_bytes(request: web.Request, limit: int) -> bytes:
    """Everything that was sent, whatever the application allows elsewhere. Raises TooLarge, TooSlow."""
    if (request.content_length or 0) > limit:
        raise TooLarge
    body = bytearray()
    try:
        async with asyncio.timeout(READ_SECONDS):
            async for chunk in request.content.iter_any():
                body += chunk
                if len(body) > limit:
                    raise TooLarge
    except TimeoutError as late:
        raise TooSlow from late
    return bytes(body)


def is_same(known: str, given: str) -> bool:
    """Whether a secret is the one that we know; how long this takes says nothing of it. An empty one never is."""
    same = hmac.compare_digest(known.encode(), given.encode("utf-8", "surrogateescape"))
    return same and bool(known)
