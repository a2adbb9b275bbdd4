"""Where an incident's times stand on a line from 0 to 1, and in which row their labels do not cover one another."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from bot.domain.incident import TimeName, Times

ROOM = 0.26
"""So much of the line a label covers."""


@dataclass(frozen=True, slots=True)
class Mark:
    """One moment with the names of the times that fall on it; row 0 is nearest to the line."""

    at: datetime
    place: float
    names: tuple[str, ...]
    row: int


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
        marks.append(Mark(moments[0][0], place, names, _row(place, marks)))
    return marks


def _row(place: float, before: Sequence[Mark]) -> int:
    """The lowest row in which the labels before leave room."""
    row = 0
    while any(one.row == row and _overlap(one.place, place) for one in before):
        row += 1
    return row


def _overlap(one: float, other: float) -> bool:
    """Labels stand to the right of their mark, on the last quarter to the left."""
    first = one - ROOM if one > 0.75 else one
    second = other - ROOM if other > 0.75 else other
    return abs(first - second) < ROOM


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
