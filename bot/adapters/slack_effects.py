"""What a job does in Slack: noted for it, and sent only while the job is surely its own."""

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from contextvars import ContextVar
from typing import Any

import aiohttp

from bot.ports.chat import EFFECTS, ChatTransient

READS = frozenset(
    (
        "auth_test",
        "bots_info",
        "conversations_list",
        "conversations_history",
        "conversations_members",
        "conversations_replies",
        "users_info",
        "usergroups_users_list",
        "bookmarks_list",
        "files_info",
        "files_list",
    )
)
"""Methods that leave nothing behind which a second try could double."""
GOOD_SECONDS = 2.0
"""So long after we asked whose job it is may a write go out: half of a lease; the rest bears clocks that differ."""
REST_SECONDS = 1.0

_LATE: ContextVar[Callable[[], bool] | None] = ContextVar("late", default=None)


class StoodStill(Exception):
    """Too long before a write went out: nothing was sent."""


class TimelyRequest(aiohttp.ClientRequest):
    """Looks at the clock once more when its bytes go out.

    A process may stand still between the database's word and this moment (SIGSTOP, a paused machine, a connection that
    is long in coming), and somebody else may do its job meanwhile. From here to the kernel nothing waits any more.
    """

    async def send(self, conn: Any) -> aiohttp.ClientResponse:
        """Sends what has no body. Raises StoodStill."""
        if _is_late():
            raise StoodStill
        return await super().send(conn)

    async def write_bytes(self, writer: Any, conn: Any, *more: Any) -> None:
        """Sends the headers and the body, or raises StoodStill where the answer is waited for."""
        if _is_late():
            conn.protocol.set_exception(StoodStill())
        else:
            await super().write_bytes(writer, conn, *more)


def _is_late() -> bool:
    late = _LATE.get()
    return late is not None and late()


@asynccontextmanager
async def surely_ours(method: str, now: Callable[[], float] = time.monotonic) -> AsyncIterator[None]:
    """Within it this write goes out only while the job at hand is surely ours.

    Raises what `Effects.still_ours` raises; ChatTransient where we stood still: then nothing was sent.
    """
    effects = EFFECTS.get()
    if effects is None or method in READS:
        yield
        return
    asked = now()
    await effects.still_ours()
    before = _LATE.set(lambda: now() - asked > GOOD_SECONDS)
    try:
        yield
    except StoodStill as late:
        raise ChatTransient(f"{method}: stood still before it was sent", after=REST_SECONDS) from late
    finally:
        _LATE.reset(before)


def key_here(key: str) -> str:
    """The key as it stands in a message's metadata."""
    effects = EFFECTS.get()
    return f"{key}@{effects.generation}" if effects and effects.generation else key


def note_write(method: str) -> None:
    """The job at hand wrote, or may have written."""
    effects = EFFECTS.get()
    if effects and method not in READS:
        effects.written.append(method)
