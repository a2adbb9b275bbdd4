"""A model that reads in parts as a test wants it: quotes one line of each part, merges, fails, lies, counts."""

import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import chain
from typing import Any, TypeVar

from bot.adapters.offline_model import OfflineModel
from bot.domain.citation import Refused, Section, Sentence
from bot.domain.outgoing import sent_characters
from bot.domain.spending import Budget, Meter, Spent
from bot.domain.transcript import Line, LineKind
from bot.ports.language_model import LogTooLong, ModelUnavailable
from bot.use_cases.proposal import Means, Proposed, propose_sections

T = TypeVar("T")
START = datetime(2024, 5, 20, 5, 0, tzinfo=UTC)
TOKENS = 2_000
"""Of each request, so that a test can count."""


def a_log(count: int) -> list[Line]:
    """Lines a minute apart, of which each tells another number."""
    texts = (f"shard-{n:03d} rejected {n * 37} orders since the deploy" for n in range(1, count + 1))
    times = (START + timedelta(minutes=n) for n in range(count))
    return [
        Line(n, LineKind.MESSAGE, at, "Ann", text, "")
        for n, (at, text) in enumerate(zip(times, texts, strict=True), start=1)
    ]


def a_flood(count: int) -> list[Line]:
    """The same words again and again, a minute apart."""
    return [replace(line, text="[FIRING] the latency of web-3 is high, 4 s") for line in a_log(count)]


class PartReader:
    """Quotes the first line of each part it is given. `fails`: the requests, counted from 1, that give nothing."""

    name = "parts"

    def __init__(self, capacity: int = 800, *, fails: Sequence[int] = (), merges: bool = True) -> None:
        self.capacity = capacity
        self.holds = capacity
        self._fails, self._merges = fails, merges
        self.read: list[Sequence[Line]] = []
        self.merged: list[Sequence[Section]] = []
        self.requests = 0

    def _asked(self, meter: Meter) -> None:
        self.requests += 1
        meter.add(Spent(TOKENS - 100, 100, 1, 1.0))
        if self.requests in self._fails:
            raise ModelUnavailable("down")

    async def draft(self, kind: str, lines: Sequence[Line], language: str, meter: Meter) -> Sequence[Section]:
        if len(lines) > 1 and sum(map(sent_characters, lines)) > self.holds:
            self.capacity //= 2
            raise LogTooLong
        self._asked(meter)
        self.read.append(lines)
        return [Section("impact", (Sentence(lines[0].text, (lines[0].n,)),))]

    async def mend(
        self, lines: Sequence[Line], language: str, refused: Sequence[Refused], meter: Meter
    ) -> Sequence[Section]:
        self._asked(meter)
        return ()

    async def merge(self, kind: str, parts: Sequence[Section], language: str, meter: Meter) -> Sequence[Section]:
        if not self._merges:
            raise ModelUnavailable("rambles")
        self._asked(meter)
        self.merged.append(parts)
        said = list(chain.from_iterable(part.sentences for part in parts))
        return [Section("impact", tuple(Sentence(one.text, (place,)) for place, one in enumerate(said, start=1)))]

    async def close(self) -> None:
        return

    async def answer(self, question: str, lines: Sequence[Line], language: str) -> Sequence[Section]:
        return ()


class Journal:
    """Remembers steps as jobs do: for the next run. `dies_after`: so many new steps later the process is gone."""

    def __init__(self) -> None:
        self.done: dict[str, Any] = {}
        self._known: dict[str, Any] = {}
        self.dies_after = 10_000

    def begin(self) -> None:
        """Another run."""
        self._known = dict(self.done)

    async def __call__(self, name: str, act: Callable[[], Awaitable[T]]) -> T:
        if name in self._known:
            known: T = self._known[name]
            return known
        if self.dies_after == 0:
            raise Died
        result = await act()
        self.done.setdefault(name, json.loads(json.dumps(result)))
        self.dies_after -= 1
        return result


class Died(Exception):
    """kill -9, as far as one use case can tell."""


async def propose(
    model: PartReader,
    lines: Sequence[Line],
    *,
    journal: Journal | None = None,
    budget: Budget | None = None,
    **more: Any,
) -> Proposed:
    """A postmortem of these lines."""
    if journal:
        journal.begin()
    means = Means(model, OfflineModel(), budget or Budget(), step=journal or Journal(), **more)
    return await propose_sections(means, "postmortem", lines, language="en")
