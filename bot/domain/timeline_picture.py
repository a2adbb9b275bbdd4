"""Where an incident's times stand on a line from 0 to 1, and in which row their labels do not cover one another."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import count, groupby

from bot.domain.incident import TimeName, Times

ROOM = 0.26
"""So much of the line a label covers at most."""
WORDS = 0.12
"""So much of it most labels cover."""


@dataclass(frozen=True, slots=True)
class Mark:
    """One moment with the names of the times that fall on it; row 0 is nearest to the line."""

    at: datetime
    place: float
    names: tuple[str, ...]
    row: int = 0

    @property
    def is_flipped(self) -> bool:
        """Whether its label stands to the left of it: on the last quarter there is no room to the right."""
        return self.place > 0.75

    @property
    def label_from(self) -> float:
        """Where its label begins, at the widest."""
        return self.place - ROOM if self.is_flipped else self.place


@dataclass(frozen=True, slots=True)
class Span:
    """Part of the line, from `start` to `end`; `hurts` while users were hurt."""

    start: float
    end: float
    hurts: bool


def marks_of(times: Times) -> Sequence[Mark]:
    """In the order of time; times of one minute share a mark."""
    order = list(TimeName)
    known = sorted(((at, order.index(name)) for name, at in times.items() if at is not None))
    if not known:
        return ()
    begin, length = known[0][0], (known[-1][0] - known[0][0]).total_seconds() or 1.0
    marks: list[Mark] = []
    for _, same in groupby(known, lambda one: one[0].replace(second=0, microsecond=0)):
        moments = list(same)
        place = (moments[0][0] - begin).total_seconds() / length
        names = tuple(order[number].value for number in sorted(number for _, number in moments))
        marks.append(Mark(moments[0][0], place, names))
    return _in_rows(marks)


def _in_rows(marks: Sequence[Mark]) -> Sequence[Mark]:
    """Each in the lowest row that leaves its label room, and above those whose lines would go through its words."""
    placed: list[Mark] = []
    to_the_left = [mark for mark in marks if mark.is_flipped]
    to_the_right = [mark for mark in marks if not mark.is_flipped]
    for mark in (*to_the_left, *reversed(to_the_right)):
        taken = {one.row for one in placed if abs(one.label_from - mark.label_from) < ROOM}
        above = max((one.row for one in placed if abs(one.place - mark.place) < WORDS), default=-1)
        placed.append(replace(mark, row=next(row for row in count(above + 1) if row not in taken)))
    return sorted(placed, key=lambda one: one.place)


def spans_of(times: Times) -> Sequence[Span]:
    """From the start until users stopped hurting, and from then until it was resolved."""
    places = {name: mark.place for mark in marks_of(times) for name in mark.names}
    begin, eased, end = (places.get(one.value) for one in (TimeName.STARTED, TimeName.MITIGATED, TimeName.RESOLVED))
    spans = []
    if begin is not None and eased is not None and begin <= eased:
        spans.append(Span(begin, eased, hurts=True))
    if eased is not None and end is not None and eased <= end:
        spans.append(Span(eased, end, hurts=False))
    return spans
