"""What may go wrong at a machine's door, as a status: whatever it is, the door stays closed."""

from collections.abc import Awaitable, Callable

from aiohttp import web

from bot.ports.storage import StoreUnavailable
from handlers.http.body import TooLarge, TooSlow
from handlers.http.entrance import Overloaded, TooMany

Handler = Callable[[web.Request], Awaitable[web.Response]]


def closed(handle: Handler) -> Handler:
    """400 malformed · 413 too large · 429 too many · 503 try again."""

    async def answer(request: web.Request) -> web.Response:
        try:
            return await handle(request)
        except TooLarge:
            return web.Response(status=413)
        except TooMany:
            return web.Response(status=429, headers={"Retry-After": "1"})
        except (StoreUnavailable, Overloaded, TooSlow, TimeoutError):
            return web.Response(status=503, headers={"Retry-After": "1"})
        except _malformed():
            return web.Response(status=400)

    return answer


def _malformed() -> type[Exception]:
    """pydantic is loaded with the first body, not at the start."""
    from pydantic import ValidationError

    return ValidationError
