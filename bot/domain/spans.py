"""Times that a text says, and durations that nobody said but two cited times give: "6 minutes" of 14:52 and 14:58."""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import combinations

from bot.domain.evidence import claims_of

_DAY = timedelta(days=1)
_MINUTE = timedelta(minutes=1)
MOMENTS = 4
"""Between more times than these any duration could be found."""


def is_span(length: timedelta, times: Iterable[timedelta], *, overnight: bool) -> bool:
    """Whether this is the time between two of these, whole minutes cut off, rounded or as clocks show them.

    `overnight`: they are clock times that somebody said, of which the second may be past midnight.
    """
    return any(length in readings for readings in _spans(times, overnight=overnight))


def is_within_span(length: timedelta, times: Iterable[timedelta]) -> bool:
    """Whether between two of these at least so much time went by."""
    return any(length <= max(readings, default=timedelta()) for readings in _spans(times, overnight=False))


def _spans(times: Iterable[timedelta], *, overnight: bool) -> Iterator[frozenset[timedelta]]:
    distinct = sorted(set(times))
    if len(distinct) <= MOMENTS:
        for earlier, later in combinations(distinct, 2):
            yield _readings(earlier, later, overnight=overnight)


def _readings(earlier: timedelta, later: timedelta, *, overnight: bool) -> frozenset[timedelta]:
    """How people give the time between two times."""
    span = later - earlier
    shown = later // _MINUTE * _MINUTE - earlier // _MINUTE * _MINUTE
    readings = {span, span // _MINUTE * _MINUTE, (span + _MINUTE / 2) // _MINUTE * _MINUTE, shown}
    if overnight:
        readings |= {_DAY - one for one in readings if one < _DAY}
    return frozenset(one for one in readings if one >= timedelta(seconds=1))


def said_times(text: str) -> list[timedelta]:
    """Clock times that stand in a text, as time since midnight; one that may be either half of the day is the first."""
    found = (min((one for one in claim if one.startswith(("t:", "s:"))), default="") for claim in claims_of(text))
    return [_of_day(spelling) for spelling in found if spelling]


_HEAD = re.compile(r".{0,24}\S*", re.DOTALL)


def times_begun_with(text: str) -> frozenset[timedelta]:
    """Clock times among the first words, to the minute; both where one may be either half of the day."""
    spellings = (one for claim in _first_claims(text) for one in claim if one.startswith(("t:", "s:")))
    return frozenset(_of_day(one) // _MINUTE * _MINUTE for one in spellings)


def begins_with_date(text: str) -> bool:
    """Whether a date is among the first words."""
    return any(one.startswith("d:") for claim in _first_claims(text) for one in claim)


def _first_claims(text: str) -> Sequence[frozenset[str]]:
    head = _HEAD.match(text)
    return claims_of(head[0] if head else "")


def moments_of(moments: Iterable[datetime]) -> list[timedelta]:
    """When lines were written, as time since a day of their own, so that midnight may lie between them."""
    known = list(moments)
    start = min(known).replace(hour=0, minute=0, second=0, microsecond=0) if known else None
    return [at - start for at in known if start]


def _of_day(spelling: str) -> timedelta:
    hour, minute, *second = spelling[2:].split(":")
    return timedelta(hours=int(hour), minutes=int(minute), seconds=int(second[0]) if second else 0)
