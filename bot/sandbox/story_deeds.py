"""Answers for doing one step of a story as its person: finding what the step means, waiting for it, acting on it."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TypeVar

from bot.sandbox.interactions import Outcome
from bot.sandbox.model import App, Channel, Json, SlackRefusal
from bot.sandbox.person import Person
from bot.sandbox.real_time import monotonic
from bot.sandbox.server import SandboxServer
from bot.sandbox.story import Step, StoryError
from bot.sandbox.views import elements

Found = TypeVar("Found")
POLL_SECONDS = 0.02


@dataclass
class StoryDeeds:
    """The steps' verbs, over what earlier steps have bound."""

    server: SandboxServer
    patience: float = 10.0  # seconds a step waits for what it needs
    channels: dict[str, str] = field(default_factory=dict)  # alias -> channel id
    messages: dict[str, Json] = field(default_factory=dict)  # alias -> message

    async def do(self, step: Step) -> None:
        if step.who not in self.server.workspace.people:
            raise StoryError(step.n, f"nobody is {step.who}")
        before = set(self.server.workspace.channels)
        try:
            await VERBS[step.do](self, step, self.server.person(step.who))
        except (SlackRefusal, ValueError) as refusal:
            raise StoryError(step.n, f"{step.do} was refused: {refusal}") from refusal
        if "new_channel" in step.given:
            found = await self._wait(step, "no new channel", lambda: self._new_channel(before))
            self.channels[step["new_channel"]] = found.id

    def _new_channel(self, before: set[str]) -> Channel | None:
        made = (
            channel
            for id, channel in self.server.workspace.channels.items()
            if id not in before and channel.kind != "im"
        )
        return next(made, None)

    async def _wait(self, step: Step, complaint: str, look: Callable[[], Found | None]) -> Found:
        """What `look` finds, as soon as it does."""
        until = monotonic() + self.patience
        while (found := look()) is None:
            if monotonic() > until:
                raise StoryError(step.n, complaint)
            await asyncio.sleep(POLL_SECONDS)
        return found

    # -- what a step means

    def _app(self, step: Step) -> App:
        app = next(iter(self.server.workspace.apps.values()), None)
        if app is None:
            raise StoryError(step.n, "the workspace has no app")
        return app

    async def _channel(self, step: Step, person: Person, *, joined: bool = True) -> str:
        name = step["channel"]
        if name == "@bot":
            return person.im(self._app(step))
        complaint = f"{step.who} is not in {name}" if joined else f"there is no {name}"
        return await self._wait(step, complaint, lambda: self._found_channel(name, person, joined=joined))

    def _found_channel(self, name: str, person: Person, *, joined: bool) -> str | None:
        try:
            channel = person.channel(self.channels.get(name.removeprefix("@"), name))
        except SlackRefusal:
            return None
        return channel.id if person.id in channel.members or not joined else None

    def _message(self, step: Step, named: str = "message") -> Json:
        alias = step[named]
        if alias not in self.messages:
            raise StoryError(step.n, f"no message is bound to {alias!r}")
        return self.messages[alias]

    def _check(self, step: Step, outcome: Outcome) -> None:
        if outcome.error or outcome.errors:
            raise StoryError(step.n, f"{step.do} failed: {outcome.error or outcome.errors}")

    # -- the verbs

    async def say(self, step: Step, person: Person) -> None:
        channel = await self._channel(step, person)
        thread = self._message(step, "thread")["ts"] if "thread" in step.given else None
        self._bind(step, await person.say(channel, step["text"], thread_ts=thread))

    def _bind(self, step: Step, message: Json) -> None:
        if "bind" in step.given:
            self.messages[step["bind"]] = message

    async def command(self, step: Step, person: Person) -> None:
        channel = await self._channel(step, person, joined=False)
        command, _, text = step["text"].partition(" ")
        self._check(step, await person.command(channel, command, text))

    async def click(self, step: Step, person: Person) -> None:
        channel = await self._channel(step, person) if "channel" in step.given else None
        complaint = f"no {step['button']} to click" + (f" in {step['channel']}" if channel else "")
        where, value = await self._wait(step, complaint, lambda: self._clickable(step, person, channel))
        self._check(step, await person.click(where, step["button"], value))

    def _clickable(self, step: Step, person: Person, channel: str | None) -> tuple[Json, str | None] | None:
        """The newest message (without a channel: modal, home) that has the button, and the value to click it with."""
        for where in self._newest_first(step, person, channel):
            for block in where.get("blocks", []):
                for element in elements(block):
                    held, wanted = str(element.get("value", "")), step.get("value_contains", "")
                    if element["action_id"] == step["button"] and wanted in held:
                        return where, step.get("value") or (held or None)
        return None

    def _newest_first(self, step: Step, person: Person, channel: str | None) -> list[Json]:
        if channel is None:
            home = person.home(self._app(step))
            return [*reversed(person.views()), *([home] if home else [])]
        held = person.channel(channel)
        shown = [{**message, "channel": channel} for message in held.messages.values()]
        return sorted([*shown, *person.ephemerals(channel)], key=lambda message: str(message["ts"]), reverse=True)

    async def submit(self, step: Step, person: Person) -> None:
        values: Json = step.get("values", {})
        view = await self._wait(step, f"no open modal with {sorted(values)}", lambda: self._submittable(person, values))
        self._check(step, await person.submit(view, values))

    def _submittable(self, person: Person, values: Json) -> Json | None:
        view = next(reversed(person.views()), None)
        return view if view and set(values) <= {block["block_id"] for block in view["blocks"]} else None

    async def react(self, step: Step, person: Person) -> None:
        message = self._message(step)
        await person.react(message["channel"], message["ts"], step["name"])

    async def shortcut(self, step: Step, person: Person) -> None:
        message = self._message(step) if "message" in step.given else None
        self._check(step, await person.shortcut(step["callback_id"], message))

    async def direct(self, step: Step, person: Person) -> None:
        self._bind(step, await person.say(person.im(self._app(step)), step["text"]))

    async def home(self, step: Step, person: Person) -> None:
        await person.open_home(self._app(step))

    async def join(self, step: Step, person: Person) -> None:
        await person.join(await self._channel(step, person, joined=False))

    async def edit(self, step: Step, person: Person) -> None:
        message = self._message(step)
        await person.edit(message["channel"], message["ts"], step["text"])

    async def delete(self, step: Step, person: Person) -> None:
        message = self._message(step)
        await person.delete(message["channel"], message["ts"])


VERBS: dict[str, Callable[[StoryDeeds, Step, Person], Awaitable[None]]] = {
    "say": StoryDeeds.say,
    "command": StoryDeeds.command,
    "click": StoryDeeds.click,
    "submit": StoryDeeds.submit,
    "react": StoryDeeds.react,
    "shortcut": StoryDeeds.shortcut,
    "direct": StoryDeeds.direct,
    "home": StoryDeeds.home,
    "join": StoryDeeds.join,
    "edit": StoryDeeds.edit,
    "delete": StoryDeeds.delete,
}
