"""Answers for one Web API call as its method sees it: the caller, the arguments in any form, the list of methods."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from bot.sandbox.model import App, Channel, Json, SlackRefusal
from bot.sandbox.workspace import Workspace


def invalid(*messages: str) -> SlackRefusal:
    return SlackRefusal("invalid_arguments", [f"[ERROR] {message}" for message in messages])


@dataclass(frozen=True)
class Call:
    workspace: Workspace
    app: App
    arguments: Json
    server: Any = None  # what only the running server has: connections, triggers, response urls

    @property
    def bot(self) -> str:
        return self.app.bot_user

    def text(self, name: str, default: str = "") -> str:
        value = self.arguments.get(name)
        return default if value is None else value if isinstance(value, str) else str(value)

    def flag(self, name: str, default: bool = False) -> bool:
        value = self.arguments.get(name)
        return default if value is None else str(value).lower() in ("1", "true")

    def number(self, name: str, default: int, *, most: int = 1000) -> int:
        try:
            given = int(self.arguments.get(name) or default)
        except (TypeError, ValueError):
            raise invalid(f"must be a number [json-pointer:/{name}]") from None
        if given < 1:
            raise SlackRefusal("invalid_limit")
        return min(given, most)

    def items(self, name: str) -> list[str]:
        value = self.arguments.get(name) or []
        return [item.strip() for item in value.split(",") if item.strip()] if isinstance(value, str) else list(value)

    def structure(self, name: str, error: str = "invalid_arguments") -> Any:
        """An argument that is JSON: as such in a JSON body, as its text in a form."""
        value = self.arguments.get(name)
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value) if value else None
        except ValueError:
            raise SlackRefusal(error) from None

    def channel(self, name: str = "channel") -> Channel:
        return self.workspace.channel(self.text(name), self.bot)

    def joined_channel(self, name: str = "channel") -> Channel:
        """A conversation the bot is in and may write to."""
        channel = self.channel(name)
        if self.bot not in channel.members:
            raise SlackRefusal("not_in_channel")
        if channel.archived:
            raise SlackRefusal("is_archived")
        return channel

    def page(self, items: Sequence[Any], default: int = 100, *, most: int = 1000) -> tuple[list[Any], Json]:
        """One page of items and the answer's response_metadata; the cursor tells where the next one starts."""
        limit, cursor = self.number("limit", default, most=most), self.text("cursor")
        start = _position(cursor) if cursor else 0
        more = start + limit < len(items)
        following = f"c{start + limit}=" if more else ""
        return list(items[start : start + limit]), {"response_metadata": {"next_cursor": following}}


def _position(cursor: str) -> int:
    if not (cursor.startswith("c") and cursor.endswith("=") and cursor[1:-1].isdigit()):
        raise SlackRefusal("invalid_cursor")
    return int(cursor[1:-1])


@dataclass(frozen=True)
class Method:
    run: Callable[[Call], Json]
    required: tuple[str, ...]
    per_minute: int


METHODS: dict[str, Method] = {}
TIER_2, TIER_3, TIER_4, FREELY = 20, 50, 100, 600


def method(name: str, *required: str, tier: int = TIER_3) -> Callable[[Callable[[Call], Json]], Callable[[Call], Json]]:
    """Put a function into the list of Web API methods."""

    def register(run: Callable[[Call], Json]) -> Callable[[Call], Json]:
        METHODS[name] = Method(run, required, tier)
        return run

    return register
