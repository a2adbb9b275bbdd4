"""What goes into a draft: proposed by the model part by part, kept where the log bears it out, quoted elsewhere."""

import asyncio
import hashlib
from collections import deque
from collections.abc import Awaitable, Callable, Container, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, tzinfo
from functools import partial
from itertools import chain
from typing import Any, Protocol, TypeVar

from bot.domain.citation import HEADINGS, Refused, Section, Sentence, judge_sections
from bot.domain.joining import joined
from bot.domain.outgoing import sent_characters
from bot.domain.parts import in_parts
from bot.domain.reading import Reading, Stopped
from bot.domain.spending import Budget, Meter, Spent
from bot.domain.transcript import Line
from bot.ports.language_model import LanguageModel, LogTooLong, ModelUnavailable

T = TypeVar("T")
Judge = Callable[[Sequence[Section]], tuple[tuple[Section, ...], tuple[Refused, ...]]]
MEND_SECONDS = 30.0
"""How long the second attempt may take; there is no third."""
AROUND = 2
"""Lines before and after a cited one that the model sees again."""
CITATIONS = 20
"""Of one sentence at most, also where it was made of several."""
FRAME = 64
"""Characters that its number, heading and certainty add to a sentence."""
INSTRUCTIONS = 4_500
"""Characters that the instructions add to a request, about."""
FAILURES = 2
"""After so many parts in a row that gave nothing the model is not asked again."""


class Step(Protocol):
    """Does something once: its result, which is plain JSON, is remembered under the name by those who can."""

    async def __call__(self, name: str, act: Callable[[], Awaitable[T]]) -> T:
        """What `act` returned, now or then."""
        ...


async def at_once(name: str, act: Callable[[], Awaitable[T]]) -> T:
    """Remembers nothing."""
    return await act()


@dataclass(frozen=True, slots=True)
class Means:
    """What a draft is made with. `before`: what the incident's earlier drafts took of its budget.

    `job`: for which job it is made, "" for none.
    """

    model: LanguageModel
    offline: LanguageModel
    budget: Budget = field(default_factory=Budget)
    before: Spent = field(default_factory=Spent)
    meter: Meter = field(default_factory=Meter)
    step: Step = at_once
    job: str = ""


@dataclass(frozen=True, slots=True)
class Proposed:
    """What the log bears out, how many sentences it did not, who proposed them and how the log was read."""

    sections: tuple[Section, ...]
    dropped: int
    source: str
    reading: Reading


async def propose_sections(
    means: Means, kind: str, lines: Sequence[Line], *, language: str, zone: tzinfo = UTC, began: datetime | None = None
) -> Proposed:
    """The model's sentences that the log bears out; quotations of what no model read, or gave nothing to use of.

    What is refused is proposed to the model once more with the reason. A log that is too long for one request is
    read in parts, and their sentences are merged with the lines they cite. `began`: when the trouble did, if known.
    """
    reader = _Reader(means, kind, lines, language, partial(judge_sections, transcript=lines, zone=zone, began=began))
    drafts, unread = ([], lines) if means.model is means.offline else await reader.read()
    proposed = await reader.merge([draft for draft in drafts if draft])
    source = means.model.name if proposed else means.offline.name
    sections = proposed
    if not proposed:
        sections = await reader.quote(lines)
    elif unread:
        sections = _in_order(_together(proposed, joined([await reader.quote(unread)])))
    return Proposed(sections, reader.refused, source, reader.reading)


class _NotAsked(Exception):
    """The model is not asked: it would take more than the incident may, or gave nothing too often."""


class _Reader:
    """One reading of one log. `refused` counts what the log did not bear out."""

    def __init__(self, means: Means, kind: str, lines: Sequence[Line], language: str, judge: Judge) -> None:
        self._means, self._kind, self._lines, self._language, self._judge = means, kind, lines, language, judge
        self._spent, self._began = Spent(), means.meter.spent
        self._stopped, self._asks = Stopped.NOTHING, True
        self._parts = self._quoted = self.refused = 0

    @property
    def reading(self) -> Reading:
        """How it was read, and what it cost."""
        means, spent = self._means, self._spent
        money = means.budget.cost(spent) if spent.requests else None
        used = (means.before + spent).tokens
        return Reading(
            self._parts, self._quoted, self._stopped, spent, money, means.job, used=used, allowed=means.budget.tokens
        )

    async def quote(self, lines: Sequence[Line]) -> tuple[Section, ...]:
        """What no model is needed for."""
        means = self._means
        return await self._kept(await means.offline.draft(self._kind, lines, self._language, means.meter))

    async def read(self) -> tuple[list[tuple[Section, ...]], list[Line]]:
        """A draft of each part that the model read, and the lines that it did not."""
        drafts, unread, failures = list[tuple[Section, ...]](), list[tuple[Line, ...]](), 0
        waiting = deque(in_parts(self._lines, await self._means.step("capacity", self._capacity)))
        while waiting:
            part, done = waiting.popleft(), len(drafts) + len(unread)
            self._means.meter.reads(done + 1, done + 1 + len(waiting))
            try:
                told = await self._told("part", _words_of(part), _characters(part), partial(self._draft_of, part))
            except LogTooLong:
                rest = [*part, *chain.from_iterable(waiting)]
                waiting = deque(in_parts(rest, self._means.model.capacity))
                continue
            if told is None:
                unread.append(part)
            else:
                drafts.append(await self._kept(_cited_anew(told, [(line.n,) for line in part])))
            failures = failures + 1 if told is None else 0
            self._asks = self._asks and failures < FAILURES
        self._parts, self._quoted = len(drafts) + len(unread), len(unread)
        return drafts, list(chain.from_iterable(unread))

    async def merge(self, drafts: Sequence[tuple[Section, ...]]) -> tuple[Section, ...]:
        """One draft of all, by the model as far as the log bears its answer out, else without it."""
        while len(drafts) > 1:
            groups = _groups(drafts, self._means.model.capacity)
            if len(groups) == len(drafts):
                return joined(drafts)
            drafts = [await self._one_of(group) if len(group) > 1 else group[0] for group in groups]
        return tuple(drafts[0]) if drafts else ()

    async def _one_of(self, group: Sequence[tuple[Section, ...]]) -> tuple[Section, ...]:
        """The model's draft of several. What it words wrongly stands as it was, a heading it leaves out is filled."""
        without = joined(group)
        sections = list(chain.from_iterable(group))
        said = [(section.heading, sentence) for section in sections for sentence in section.sentences]
        size = sum(_said_characters(sentence) for _, sentence in said)
        try:
            told = await self._told("merge", [one.text for _, one in said], size, partial(self._merge_of, sections))
        except LogTooLong:
            return without
        if told is None:
            return without
        merged, refused = await self._judged(_cited_anew(told, [one.citations for _, one in said]))
        self.refused += len(refused)
        spoilt = {one.sentence.text for one in refused}
        named = (one for section in told for one in section["sentences"] if one["text"] in spoilt)
        back = {place for one in named for place in one["citations"]}
        before = [Section(heading, (one,)) for place, (heading, one) in enumerate(said, start=1) if place in back]
        had = {section.heading for section in (*merged, *before)}
        return _together(merged, [*before, *(section for section in without if section.heading not in had)])

    async def _capacity(self) -> int:
        return self._means.model.capacity

    async def _judged(self, proposed: Sequence[Section]) -> tuple[tuple[Section, ...], tuple[Refused, ...]]:
        """Beside the loop: a pasted log takes seconds to look through, and Slack waits for no more than three."""
        return await asyncio.to_thread(self._judge, proposed)

    async def _kept(self, proposed: Sequence[Section]) -> tuple[Section, ...]:
        sections, refused = await self._judged(proposed)
        self.refused += len(refused)
        return sections

    def _must_afford(self, characters: int) -> None:
        """Raises _NotAsked where another request of so many characters would take more than the incident may."""
        spent = self._means.before + self._spent + (self._means.meter.spent - self._began)
        if not self._means.budget.allows(spent, characters + INSTRUCTIONS):
            raise _NotAsked

    async def _told(
        self, what: str, about: Sequence[str], characters: int, ask: Callable[[], Awaitable[dict[str, Any]]]
    ) -> list[Any] | None:
        """Its sections as JSON, of now or of before a crash; None where it gives nothing. Raises LogTooLong."""
        meter = self._means.meter
        self._began = meter.spent

        async def once() -> dict[str, Any]:
            if not self._asks:
                raise _NotAsked
            self._must_afford(characters)
            try:
                told = await ask()
            except LogTooLong:
                raise
            except ModelUnavailable:
                told = {"sections": None, "refused": 0}
            return {**told, "spent": asdict(meter.spent - self._began)}

        words = "\0".join([self._kind, self._language, self._means.model.name, *about])
        digest = hashlib.sha256(words.encode("utf-8", "replace")).hexdigest()[:16]
        try:
            told = await self._means.step(f"{what} {digest}", once)
        except _NotAsked:
            self._stopped = self._stopped or Stopped.BUDGET
            self._asks = False
            return None
        except LogTooLong:
            self._spent, self._began = self._spent + (meter.spent - self._began), meter.spent
            raise
        self._spent, self._began = self._spent + Spent(**told["spent"]), meter.spent
        self.refused += told["refused"]
        sections: list[Any] | None = told["sections"]
        if sections is None:
            self._stopped = self._stopped or Stopped.UNAVAILABLE
        return sections

    async def _draft_of(self, part: Sequence[Line]) -> dict[str, Any]:
        """What of the model's draft of a part is borne out, its citations as places in the part from 1."""
        means, language = self._means, self._language
        known = {line.n for line in part}
        proposed = await means.model.draft(self._kind, part, language, means.meter)
        sections, refused = await self._judged(_known_only(proposed, known))
        dropped = len(refused)
        if refused:
            better, _ = await self._judged(_known_only(await self._mended(refused), known))
            more = _together(sections, better)
            dropped -= min(_count(more) - _count(sections), dropped)
            sections = more
        places = {line.n: place for place, line in enumerate(part, start=1)}
        return {"sections": _with_places(sections, places), "refused": dropped}

    async def _merge_of(self, sections: Sequence[Section]) -> dict[str, Any]:
        means = self._means
        merged = await means.model.merge(self._kind, sections, self._language, means.meter)
        return {"sections": [asdict(section) for section in merged], "refused": 0}

    async def _mended(self, refused: Sequence[Refused]) -> Sequence[Section]:
        """What the model makes of its refused sentences; nothing where it is late or does not answer."""
        cited = {n + by for one in refused for n in one.sentence.citations for by in range(-AROUND, AROUND + 1)}
        near = [line for line in self._lines if line.n in cited]
        try:
            if not near:
                return ()
            self._must_afford(_characters(near))
            async with asyncio.timeout(MEND_SECONDS):
                return await self._means.model.mend(near, self._language, refused, self._means.meter)
        except (_NotAsked, TimeoutError, ModelUnavailable):
            return ()


def _words_of(part: Sequence[Line]) -> list[str]:
    """All that a draft of this part depends on; not the numbers of its lines, which a late line moves."""
    first = part[0].n if part else 0
    return [f"{line.n - first} {line.at.isoformat()} {line.speaker}: {line.text}" for line in part]


def _characters(lines: Sequence[Line]) -> int:
    return sum(sent_characters(line) for line in lines)


def _said_characters(sentence: Sentence) -> int:
    return len(sentence.text) + FRAME


def _groups(drafts: Sequence[tuple[Section, ...]], limit: int) -> list[list[tuple[Section, ...]]]:
    """Neighbours together as long as their sentences fit into one request."""
    groups: list[list[tuple[Section, ...]]] = []
    room = 0
    for draft in drafts:
        size = sum(_said_characters(one) for section in draft for one in section.sentences)
        if not groups or size > room:
            groups, room = [*groups, []], limit
        groups[-1].append(draft)
        room -= size
    return groups


def _known_only(sections: Sequence[Section], known: Container[int]) -> list[Section]:
    """A citation of what the model did not see is a citation of nothing."""
    return [
        replace(
            section,
            sentences=tuple(_moved(one, [n if n in known else 0 for n in one.citations]) for one in section.sentences),
        )
        for section in sections
    ]


def _with_places(sections: Sequence[Section], places: dict[int, int]) -> list[dict[str, Any]]:
    """As JSON, each citation by its place."""
    anew = (
        replace(section, sentences=tuple(_moved(one, [places[n] for n in one.citations]) for one in section.sentences))
        for section in sections
    )
    return [asdict(section) for section in anew]


def _cited_anew(told: Sequence[dict[str, Any]], meant: Sequence[tuple[int, ...]]) -> tuple[Section, ...]:
    """The sections with the lines that are meant by each place; a place that is none is no citation."""
    sections = []
    for section in told:
        sentences = (Sentence(**one) for one in section["sentences"])
        cited = (
            _moved(one, [n for place in one.citations if 1 <= place <= len(meant) for n in meant[place - 1]])
            for one in sentences
        )
        sections.append(Section(section["heading"], tuple(cited)))
    return tuple(sections)


def _moved(sentence: Sentence, citations: Sequence[int]) -> Sentence:
    return replace(sentence, citations=tuple(dict.fromkeys(citations))[:CITATIONS])


def _count(sections: Sequence[Section]) -> int:
    return sum(len(section.sentences) for section in sections)


def _in_order(sections: Sequence[Section]) -> tuple[Section, ...]:
    """Under each heading in the order of the log."""
    return tuple(
        replace(section, sentences=tuple(sorted(section.sentences, key=lambda one: min(one.citations, default=0))))
        for section in sections
    )


def _together(sections: Sequence[Section], more: Sequence[Section]) -> tuple[Section, ...]:
    """Both under the same headings, in their order; what is said already is not said again."""
    both = (*sections, *more)
    found = {heading: [s for one in both if one.heading == heading for s in one.sentences] for heading in HEADINGS}
    distinct = {heading: tuple({one.text: one for one in said}.values()) for heading, said in found.items()}
    return tuple(Section(heading, said) for heading, said in distinct.items() if said)
