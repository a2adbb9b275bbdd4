"""Slack's limits, kept before Slack says so: so many calls of each method a minute, and what a 429 asks for."""

import time
from collections import Counter, deque
from collections.abc import Callable

from bot.ports.chat import ChatTransient

MINUTE_SECONDS = 60.0
TIERS = {
    **dict.fromkeys(
        (
            "conversations_create",
            "conversations_setTopic",
            "conversations_list",
            "pins_add",
            "bookmarks_add",
            "usergroups_users_list",
            "canvases_create",
        ),
        20,
    ),
    **dict.fromkeys(
        ("conversations_invite", "conversations_history", "conversations_replies", "conversations_join"), 50
    ),
    **dict.fromkeys(("conversations_open", "chat_update", "bots_info", "bookmarks_list"), 50),
    **dict.fromkeys(("conversations_members", "users_info", "views_open", "views_publish", "files_info"), 100),
    **dict.fromkeys(("files_getUploadURLExternal", "files_completeUploadExternal"), 100),
}
"""Calls a minute of each method (docs.slack.dev/apis/web-api/rate-limits and the methods' own pages, May 2026)."""
POSTS = 60
"""chat.postMessage: one message a second in each channel (the same page)."""
READING, LOOKING = 40, 30
"""The most of a method's fifty calls a minute for reading channels, and for looking whether a message of ours is there
already, which holds up everything else that its channel is told: each leaves the other some.
"""
SHARED = frozenset({"conversations_history", "conversations_replies"})
PLACES = 10_000
"""Of so many methods and channels is it remembered how often they were called."""

Place = tuple[str, str]
"""A method, and the channel of a post or whose share of it it is."""


class Pace:
    """Whether a method may be called now.

    Who comes too early is told when the whole minute will be free: those who wait come back together, and the most
    urgent goes first. What reads channels has no more than its share, and nobody who reads comes before those who wait:
    there may be more to read than fits in a minute, for many minutes.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._calls: dict[Place, deque[float]] = {}
        self._rests: dict[Place, float] = {}
        self._read: dict[Place, float] = {}
        self._latest = now()
        self.refused: Counter[str] = Counter()

    def take(self, method: str, channel: str = "", *, reading: bool = False) -> None:
        """One call. Raises ChatTransient with the seconds to wait: it was not made."""
        place, now = _place(method, channel), self._time()
        if (until := max(self._rests.get(place, now), self._read.get(place, now) if reading else now)) > now:
            raise ChatTransient(f"{method} rests", after=until - now)
        self._forget(now)
        counts = [(self._since(where, now), allowed) for where, allowed in _allowed(place, reading)]
        full = [calls[-1] for calls, allowed in counts if len(calls) >= allowed]
        if full:
            free = max(full) + MINUTE_SECONDS
            if reading:
                self._read[place] = free
            raise ChatTransient(f"{method} has its minute full", after=free - now)
        for calls, _ in counts:
            calls.append(now)

    def _since(self, place: Place, now: float) -> deque[float]:
        """The calls of the last minute."""
        calls = self._calls.setdefault(place, deque())
        while calls and calls[0] <= now - MINUTE_SECONDS:
            calls.popleft()
        return calls

    def rest(self, method: str, channel: str, seconds: float) -> None:
        """Slack answered 429: nothing more of this method for so long."""
        self.refused[method] += 1
        self._rests[_place(method, channel)] = self._time() + seconds

    def resting(self) -> dict[str, float]:
        """The methods that Slack told to wait, with the seconds that are left of it."""
        now, left = self._time(), dict.fromkeys((method for method, _ in self._rests), 0.0)
        for (method, _), until in self._rests.items():
            left[method] = max(left[method], until - now)
        return {method: seconds for method, seconds in left.items() if seconds > 0}

    def _time(self) -> float:
        """Now. Where the clock was set back nothing of before counts: what comes too soon then Slack says itself."""
        now = self._now()
        if now < self._latest:
            self._calls, self._rests, self._read = {}, {}, {}
        self._latest = now
        return now

    def _forget(self, now: float) -> None:
        if len(self._calls) > PLACES:
            since = now - MINUTE_SECONDS
            self._calls = {place: calls for place, calls in self._calls.items() if calls and calls[-1] > since}
            self._rests = {place: until for place, until in self._rests.items() if until > now}


def _place(method: str, channel: str) -> Place:
    return method, channel if method == "chat_postMessage" else ""


def _allowed(place: Place, reading: bool) -> list[tuple[Place, int]]:
    """Where a call counts, and how many a minute there may be."""
    method, channel = place
    if channel:
        return [(place, POSTS)]
    if method not in TIERS:
        return []
    share = (method, "reading" if reading else "looking"), READING if reading else LOOKING
    return [(place, TIERS[method]), *([share] if method in SHARED else [])]
