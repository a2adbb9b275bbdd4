"""The way between Slack and the bot: what is doubled, overtaken, late or lost on it, and what was given when."""

import asyncio
import heapq
import itertools
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.sandbox import SlackRefusal, Workspace
from bot.sandbox.api_call import METHODS, Call
from bot.sandbox.model import App, Json

LIMITED = 3
RETRIES = (0.0, 60.0, 300.0)
"""Seconds after which Slack tries an event again that nobody acknowledged."""


@dataclass
class Shares:
    """How many of a hundred deliveries have each fate."""

    doubled: int = 20
    overtaken: int = 10
    late: int = 5


@dataclass
class Wire:
    """Events wait here until they arrive. While `deaf` nothing arrives; `silent`: and nobody ever learns of it."""

    chance: random.Random
    now: Callable[[], datetime]
    shares: Shares = field(default_factory=Shares)
    deaf: bool = False
    silent: bool = False
    given: dict[tuple[str, str], float] = field(default_factory=dict)
    fates: dict[str, int] = field(default_factory=dict)
    _under_way: list[tuple[datetime, int, int, Json]] = field(default_factory=list)
    _numbers: Any = field(default_factory=itertools.count)

    def send(self, _: App, event: Json) -> None:
        """Slack has something to tell."""
        number = next(self._numbers)
        body = {
            "type": "event_callback",
            "team_id": "T0SANDBOX",
            "event": event,
            "event_id": f"Ev{number:08d}",
            "event_time": int(float(event["event_ts"])),
        }
        if self.silent:
            self._count("lost")
            return
        self._push(self._delay(), 0, body)
        if self.chance.randrange(100) < self.shares.doubled:
            self._count("doubled")
            self._push(self._delay() + self.chance.uniform(0, 30), len(RETRIES), body)

    def _delay(self) -> float:
        fate = self.chance.randrange(100)
        if fate < self.shares.late:
            self._count("late")
            return self.chance.uniform(61, 1800)
        if fate < self.shares.late + self.shares.overtaken:
            self._count("overtaken")
            return self.chance.uniform(2, 55)
        return self.chance.uniform(0.05, 1.5)

    def _count(self, fate: str) -> None:
        self.fates[fate] = self.fates.get(fate, 0) + 1

    def _push(self, seconds: float, tries: int, body: Json) -> None:
        at = self.now() + timedelta(seconds=seconds)
        heapq.heappush(self._under_way, (at, next(self._numbers), tries, body))

    @property
    def next_at(self) -> datetime | None:
        """When the next one arrives."""
        return self._under_way[0][0] if self._under_way else None

    def arrive(self) -> Json | None:
        """The next one; None where nobody was there to take it. Slack tries that again three times."""
        _, _, tries, body = heapq.heappop(self._under_way)
        if not self.deaf:
            self.note(body["event"])
            return body
        if tries < len(RETRIES):
            self._push(RETRIES[tries], tries + 1, body)
        else:
            self._count("lost")
        return None

    def note(self, event: Json) -> None:
        """The bot was given what this event says of a message."""
        if event.get("type") == "message" and "bot_id" not in event:
            told = event.get("previous_message") or event.get("message") or event
            self.give(event["channel"], told["ts"])

    def give(self, channel: str, ts: str) -> None:
        """The bot was given this message."""
        self.given.setdefault((channel, ts), self.now().timestamp())


class DirectClient(AsyncWebClient):
    """Slack's client, whose calls reach the pretend Slack without a socket: simulated time waits for nobody.

    Of a hundred calls for history three are told to wait. `on_page` is told of each page before it comes, and says
    whether the process dies there.
    """

    def __init__(self, workspace: Workspace, app: App, wire: Wire, chance: random.Random) -> None:
        super().__init__(token=app.bot_token)
        self._workspace, self._app, self._wire, self._chance = workspace, app, wire, chance
        self.on_page: Callable[[], bool] = lambda: False
        self.died = asyncio.Event()
        self.calls: dict[str, int] = {}

    async def api_call(self, api_method: str, **given: Any) -> AsyncSlackResponse:  # type: ignore[override]
        """One call; a page of history is noted as given."""
        self.calls[api_method] = self.calls.get(api_method, 0) + 1
        arguments = {**(given.get("params") or {}), **(given.get("json") or {}), **(given.get("data") or {})}
        reads = api_method in ("conversations.history", "conversations.replies")
        if reads and self.on_page():
            self.died.set()
            await asyncio.Event().wait()  # the process dies here
        if reads and self._chance.randrange(100) < LIMITED:
            return self._answer(api_method, 429, {"ok": False, "error": "ratelimited"}, {"Retry-After": "20"})
        try:
            answer = {"ok": True, **METHODS[api_method].run(Call(self._workspace, self._app, arguments))}
        except SlackRefusal as refusal:
            answer = refusal.to_json()
        for message in answer.get("messages", ()) if reads else ():
            if message.get("subtype") != "tombstone":
                self._wire.give(str(arguments["channel"]), message["ts"])
        return self._answer(api_method, 200, answer, {})

    def _answer(self, method: str, status: int, data: Json, headers: dict[str, str]) -> AsyncSlackResponse:
        return AsyncSlackResponse(
            client=self,
            http_verb="POST",
            api_url=method,
            req_args={},
            data=data,
            headers=headers,
            status_code=status,
        ).validate()  # type: ignore[no-untyped-call]
