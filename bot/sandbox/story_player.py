"""Answers for playing a story: step after step at its own pace or all at once, with the page's controls."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime

from bot.sandbox.client_api import StoryRemote
from bot.sandbox.model import Json
from bot.sandbox.server import SandboxServer
from bot.sandbox.story import Step, Story, StoryError
from bot.sandbox.story_deeds import StoryDeeds

log = logging.getLogger(__name__)
LONGEST_WAIT = 3.0
"""Seconds that pass at the most between two steps, however many days lie between them."""
Condition = Callable[[], Awaitable[bool]]


class StoryPlayer(StoryRemote):
    def __init__(
        self,
        server: SandboxServer,
        story: Story,
        *,
        settle: Callable[[], Awaitable[None]] | None = None,
        conditions: Mapping[str, Condition] | None = None,
        set_time: Callable[[datetime], None] | None = None,
        restart: Callable[[], None] | None = None,
    ) -> None:
        self.server, self.story = server, story
        self._settle, self._conditions, self._set_time, self._restart = settle, conditions or {}, set_time, restart
        self.deeds = StoryDeeds(server)
        self.position, self.speed, self.error = 0, 1.0, ""
        self.playing = self.waiting = False
        self.skipped: list[int] = []  # steps whose condition did not hold
        self._changed = asyncio.Event()
        self._one_at_a_time = asyncio.Lock()
        self._check_conditions()
        server.show_story(self)

    def _check_conditions(self) -> None:
        for step in self.story.steps:
            name = step.get("when", "").removeprefix("!")
            if name and name not in self._conditions:
                raise StoryError(step.n, f"no condition is named {name!r}")

    @property
    def finished(self) -> bool:
        return self.position >= len(self.story.steps)

    # -- playing

    async def run_all(self) -> None:
        """Every step that is left, one after the other without waiting."""
        while not self.finished:
            await self._do_next()

    def play(self, speed: float | None = None) -> None:
        """Go on by itself; at speed 1 as slowly as the story's clock, at 60 a minute in a second."""
        self.speed = speed or self.speed
        self._changed.set()
        if not self.playing:
            self.playing = True
            self.server.tasks.spawn(self._play())
        self.server.push_story()

    def pause(self) -> None:
        self.playing = False
        self._changed.set()
        self.server.push_story()

    async def next(self) -> None:
        """The next step at once."""
        if not self.finished:
            await self._do_next()

    async def _play(self) -> None:
        try:
            while self.playing and not self.finished:
                if await self._time_has_come():
                    await self._do_next()
        except StoryError as error:
            log.error("the story stopped: %s", error)
        self.playing = False
        self.server.push_story()

    async def _time_has_come(self) -> bool:
        """Wait for the next step's turn; False when the controls were used meanwhile."""
        self._changed.clear()
        position, steps = self.position, self.story.steps
        gap = (steps[position].at - steps[position - 1].at).total_seconds() if position else 0.0
        self.waiting = True
        self.server.push_story()
        try:
            await asyncio.wait_for(self._changed.wait(), min(gap / self.speed, LONGEST_WAIT))
        except TimeoutError:
            return self.playing and self.position == position
        finally:
            self.waiting = False
        return False

    async def _do_next(self) -> None:
        async with self._one_at_a_time:
            step = self.story.steps[self.position]
            if self._set_time:
                self._set_time(step.at)
                self.server.push_clock()
            await self._do(step)
            self.position += 1
            self._changed.set()
            self.server.push_story()

    async def _do(self, step: Step) -> None:
        try:
            if await self._holds(step):
                await self.deeds.do(step)
            else:
                self.skipped.append(step.n)
        except StoryError as error:
            self.error = str(error)
            raise
        if self._settle:
            await self._settle()

    async def _holds(self, step: Step) -> bool:
        when: str = step.get("when", "")
        if not when:
            return True
        return await self._conditions[when.removeprefix("!")]() is not when.startswith("!")

    # -- what the page sees and does

    def state(self) -> Json:
        return {
            "title": self.story.title,
            "steps": [step.to_json() for step in self.story.steps],
            "position": self.position,
            "playing": self.playing,
            "waiting": self.waiting,
            "speed": self.speed,
            "finished": self.finished,
            "error": self.error,
        }

    def control(self, do: str, speed: float | None) -> None:
        match do:
            case "play":
                self.play(speed)
            case "pause":
                self.pause()
            case "next":
                self.server.tasks.spawn(self._next_for_page())
            case "restart" if self._restart:
                self._restart()

    async def _next_for_page(self) -> None:
        try:
            await self.next()
        except StoryError as error:
            log.error("the story stopped: %s", error)
            self.server.push_story()
