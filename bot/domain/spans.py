"""Times that a text says, and durations that nobody said but two cited times give: "6 minutes" of 14:52 and 14:58."""

import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import combinations

from bot.domain.evidence import Claim, claims_of

_DAY = timedelta(days=1)
_MINUTE = timedelta(minutes=1)
_UNIT = "u:ms:"
MOMENTS = 4
"""Between more times than these any duration could be found."""


def is_span(claim: Claim, times: Iterable[timedelta]) -> bool:
    """Whether the claim is the time between two of these, whole minutes cut off, rounded or as clocks show them."""
    wanted = next((one.removeprefix(_UNIT) for one in sorted(claim) if one.startswith(_UNIT)), "")
    distinct = sorted(set(times))
    if not wanted or len(distinct) > MOMENTS:
        return False
    length = timedelta(milliseconds=float(wanted))
    return any(length in _readings(earlier, later) for earlier, later in combinations(distinct, 2))


def _readings(earlier: timedelta, later: timedelta) -> frozenset[timedelta]:
    """How people give the time between two times; of two clock times the second may be past midnight."""
    span = later - earlier
    shown = later // _MINUTE * _MINUTE - earlier // _MINUTE * _MINUTE
    readings = {span, span // _MINUTE * _MINUTE, (span + _MINUTE / 2) // _MINUTE * _MINUTE, shown}
    overnight = {_DAY - one for one in readings if one < _DAY}
    return frozenset(one for one in readings | overnight if one >= timedelta(seconds=1))


def said_times(text: str) -> list[timedelta]:
    """Clock times that stand in a text, as time since midnight; one that may be either half of the day is the first."""
    found = (min((one for one in claim if one.startswith("t:")), default="") for claim in claims_of(text))
    return [_of_day(spelling) for spelling in found if spelling]


_HEAD = re.compile(r".{0,24}\S*", re.DOTALL)
_JUST_BEFORE = timedelta(hours=2)


def begins_with_time(text: str, told_at: datetime) -> bool:
    """Whether a clock time is among the first words of what somebody told at a local time.

    A figure that may be either half of the day may be none ("3:10 of replicas"): it is one where it was just before.
    """
    head = _HEAD.match(text)
    now = timedelta(hours=told_at.hour, minutes=told_at.minute, seconds=told_at.second)
    for claim in claims_of(head[0] if head else ""):
        said = [_of_day(one) for one in claim if one.startswith("t:")]
        if len(said) == 1 or any((now - one) % _DAY <= _JUST_BEFORE for one in said):
            return True
    return False


def moments_of(moments: Iterable[datetime]) -> list[timedelta]:
    """When lines were written, as time since a day of their own, so that midnight may lie between them."""
    known = list(moments)
    start = min(known).replace(hour=0, minute=0, second=0, microsecond=0) if known else None
    return [at - start for at in known if start]


def _of_day(spelling: str) -> timedelta:
    hour, minute, *second = spelling.removeprefix("t:").split(":")
    return timedelta(hours=int(hour), minutes=int(minute), seconds=int(second[0]) if second else 0)
