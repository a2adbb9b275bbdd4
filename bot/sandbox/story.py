"""Answers for a scenario file: the people, channels and timed steps of a story, read from TOML and checked."""

import tomllib
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

from bot.sandbox.model import Json
from bot.sandbox.workspace import Workspace

# what each kind of step needs
DEEDS: dict[str, tuple[str, ...]] = {
    "say": ("channel", "text"),
    "command": ("channel", "text"),
    "click": ("button",),
    "submit": (),
    "react": ("message", "name"),
    "shortcut": ("callback_id",),
    "direct": ("text",),
    "home": (),
    "join": ("channel",),
    "edit": ("message", "text"),
    "delete": ("message",),
}
STEP_KEYS = {
    "at",
    "who",
    "do",
    "channel",
    "text",
    "thread",
    "bind",
    "new_channel",
    "button",
    "value",
    "value_contains",
    "values",
    "message",
    "name",
    "callback_id",
    "when",
}


class StoryError(Exception):
    """A step that cannot be read or done; its message names the step."""

    def __init__(self, step: int, reason: str) -> None:
        super().__init__(f"step {step}: {reason}")
        self.step, self.reason = step, reason


@dataclass(frozen=True)
class Step:
    n: int  # from 1
    at: datetime
    who: str
    do: str
    given: Json

    def __getitem__(self, name: str) -> Any:
        return self.given[name]

    def get(self, name: str, default: Any = None) -> Any:
        return self.given.get(name, default)

    @property
    def summary(self) -> str:
        """One line for the page."""
        told = self.get("text") or self.get("button") or self.get("callback_id") or self.get("name") or ""
        place = f" in {self['channel']}" if "channel" in self.given else ""
        return f"{self.do}{place}: {told}"[:120] if told else f"{self.do}{place}"

    def to_json(self) -> Json:
        return {"n": self.n, "at": self.at.isoformat(), "who": self.who, "do": self.do, "summary": self.summary}


@dataclass(frozen=True)
class Story:
    title: str
    people: list[Json]
    channels: list[Json]
    groups: list[Json]
    steps: list[Step]

    @classmethod
    def load(cls, path: Path | str) -> "Story":
        return cls.parse(Path(path).read_text(encoding="utf-8"))

    @classmethod
    def parse(cls, text: str) -> "Story":
        told = tomllib.loads(text)
        steps = [_step(n, given) for n, given in enumerate(told.get("step", []), 1)]
        for earlier, later in pairwise(steps):
            if later.at < earlier.at:
                raise StoryError(later.n, "is earlier than the step before it")
        return cls(
            told.get("title", ""), told.get("people", []), told.get("channels", []), told.get("groups", []), steps
        )

    def populate(self, workspace: Workspace) -> None:
        """Put the people, groups and channels there; the member "@bot" is the bot of the workspace's first app."""
        for person in self.people:
            workspace.add_person(**person)
        for group in self.groups:
            workspace.add_group(**group)
        app = next(iter(workspace.apps.values()), None)
        for channel in self.channels:
            members = [app.bot_user if member == "@bot" and app else member for member in channel.get("members", [])]
            workspace.add_channel(**{**channel, "members": members})


def _step(n: int, given: Json) -> Step:
    for name in ("at", "who", "do"):
        if name not in given:
            raise StoryError(n, f"needs {name}")
    do, at = given["do"], given["at"]
    if do not in DEEDS:
        raise StoryError(n, f"cannot {do!r}")
    if not isinstance(at, datetime) or at.tzinfo is None:
        raise StoryError(n, "needs a time with its offset in `at`")
    if missing := [name for name in DEEDS[do] if name not in given]:
        raise StoryError(n, f"{do} needs {', '.join(missing)}")
    if unknown := set(given) - STEP_KEYS:
        raise StoryError(n, f"does not know {', '.join(sorted(unknown))}")
    return Step(
        n, at, given["who"], do, {name: value for name, value in given.items() if name not in ("at", "who", "do")}
    )
