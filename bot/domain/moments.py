"""Reads the times people type, in English and Korean; what can be read in two ways is refused, never guessed."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.domain.clock_words import ClockUnreadable, read_clock
from bot.domain.local_time import instants, nearest_year, real_date, week_start
from bot.domain.periods import read_period
from bot.domain.time_words import DAYS, MONTH, MONTHS, WEEKDAY, WEEKDAYS, normalised

__all__ = ["TimeAmbiguous", "TimeUnreadable", "read_moment", "read_period"]

TOLERANCE = timedelta(minutes=2)
_LONGEST = 200


class TimeUnreadable(ValueError):
    """What was typed names no moment: not a time, no clock time in it, or one that the calendar skips."""


class TimeAmbiguous(ValueError):
    """What was typed names several moments; `candidates` are all of them (aware UTC, in order)."""

    def __init__(self, candidates: Iterable[datetime]) -> None:
        self.candidates: tuple[datetime, ...] = tuple(sorted(set(candidates)))
        super().__init__(", ".join(at.isoformat() for at in self.candidates))


def read_moment(text: str, *, now: datetime, zone: ZoneInfo) -> datetime:
    """Return the moment that a person in `zone` means by `text`, as an aware UTC datetime.

    A clock time without a day is its latest occurrence not after `now` (two minutes ahead are still today).
    A date without a year is the one closest to now. Raises TimeAmbiguous and TimeUnreadable.
    """
    if now.tzinfo is None:
        raise ValueError("now must be aware")
    typed = normalised(text)
    if not typed or len(typed) > _LONGEST:
        raise TimeUnreadable(text[:_LONGEST])
    try:
        return _iso(text.strip()) or _relative(typed, now) or _absolute(typed, now, zone)
    except (OverflowError, ClockUnreadable) as problem:
        raise TimeUnreadable(text[:_LONGEST]) from problem


_ISO = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?\s?(?:Z|[+-]\d{2}:?\d{2})", re.IGNORECASE)


def _iso(text: str) -> datetime | None:
    if not _ISO.fullmatch(text):
        return None
    try:
        return datetime.fromisoformat(text.upper().replace(" +", "+").replace(" Z", "Z")).astimezone(UTC)
    except ValueError as problem:
        raise TimeUnreadable(text) from problem


_NOW = re.compile(r"(?:right |just )?now|지금(?: 막)?|방금(?: 전)?|막|현재")
_AMOUNT = r"(\d{1,6}(?:\.\d{1,2})?)\s*(시간|분|초|hours?|hrs?|h|minutes?|mins?|m|seconds?|secs?|s)(?![a-z])"
_AMOUNTS = re.compile(_AMOUNT.replace("(?![a-z])", ""))
_AGO = re.compile(
    r"(?:(?:about|around|approximately|roughly|~|약|대략|한)\s*)?(?P<in>in )?"
    r"(?P<amounts>(?:\d{1,6}(?:\.\d{1,2})?\s*(?:시간|분|초|[a-z]+)(?:\s*and)?\s*)+?)(?P<half>\s*반)?\s*(?:정도|쯤)?\s*"
    r"(?P<way>ago|earlier|전|later|from now|뒤|후|이후)?(?:쯤|에)?"
)
_SECONDS = {"시": 3600, "h": 3600, "분": 60, "m": 60, "초": 1, "s": 1}


def _relative(typed: str, now: datetime) -> datetime | None:
    """Read "10분 전", "an hour and 5 minutes ago", "in 10 minutes"; days have no clock time and are not read."""
    if _NOW.fullmatch(typed):
        return now.astimezone(UTC)
    found = _AGO.fullmatch(typed)
    if not found or bool(found["in"]) == bool(found["way"]):
        return None
    if _AMOUNTS.sub("", found["amounts"]).replace("and", "").strip():
        return None
    seconds = sum(float(amount) * _SECONDS[unit[0]] for amount, unit in _AMOUNTS.findall(found["amounts"]))
    if found["half"]:
        if not found["amounts"].rstrip().endswith("시간"):
            return None
        seconds += 1800
    past = found["way"] in ("ago", "earlier", "전")
    return (now + timedelta(seconds=-seconds if past else seconds)).astimezone(UTC)


_FILLERS = re.compile(r"\b(?:at|on|the|of|around|about)\b|약|쯤|경|정도|즈음|에|[.@()]")


def _absolute(typed: str, now: datetime, zone: ZoneInfo) -> datetime:
    """Read a day (or none) and a clock time; anything left over makes the whole unreadable."""
    zone, rest = _zone(typed, zone)
    day, rest = _day(rest, now.astimezone(zone).date(), zone)
    clock, rest = read_clock(rest)
    if clock is None or _FILLERS.sub("", rest).strip():
        raise TimeUnreadable(typed)
    walls: list[datetime] = []
    for reading in clock.readings:
        walls += _walls(day, reading, now.astimezone(zone).replace(tzinfo=None), clock.is_night)
    found = {at for wall in walls for at in instants(wall, zone)}
    if not found:
        raise TimeUnreadable(typed)
    if len(found) > 1:
        raise TimeAmbiguous(found)
    return found.pop()


@dataclass(frozen=True, slots=True)
class _Day:
    """The days that were meant; `weekday_only` means: the latest of them at which the time has come."""

    days: tuple[date, ...]
    weekday_only: bool = False


def _walls(day: _Day | None, reading: timedelta, now: datetime, is_night: bool) -> list[datetime]:
    """Return the wall times that one reading of the clock can mean on the day that was named."""
    if day is None:
        return [_latest(now.date(), reading % timedelta(days=1), now, step=1)]
    if day.weekday_only:
        return [_latest(day.days[0], reading, now, step=7)]
    walls = [datetime.combine(found, time.min) + reading for found in day.days]
    if is_night and reading < timedelta(hours=6):
        walls += [wall + timedelta(days=1) for wall in walls]
    return walls


def _latest(day: date, reading: timedelta, now: datetime, *, step: int) -> datetime:
    wall = datetime.combine(day, time.min) + reading
    return wall if wall <= now + TOLERANCE else wall - timedelta(days=step)


_ZONES = {"utc": "UTC", "gmt": "UTC", "kst": "Asia/Seoul"}
_ZONE = re.compile(r"(?<=[\d\sapm시분반])\(?\b(utc|gmt|kst)\b\)?")


def _zone(typed: str, zone: ZoneInfo) -> tuple[ZoneInfo, str]:
    found = _ZONE.search(typed)
    return (ZoneInfo(_ZONES[found[1]]), _without(typed, found)) if found else (zone, typed)


def _without(text: str, found: re.Match[str]) -> str:
    return f"{text[: found.start()]} {text[found.end() :]}"


_FULL_DATE = re.compile(r"(?<!\d)(\d{4})\s?[-./년]\s?(\d{1,2})\s?[-./월]\s?(\d{1,2})(?!\d)\s?[일.]?")
_KOREAN_DATE = re.compile(r"(?<!\d)(\d{1,2})\s?월\s?(\d{1,2})\s?일")
_NUMERIC_DATE = re.compile(r"(?<![\d/:])(\d{1,2})/(\d{1,2})(?![\d/:])|(?<![\d-])(\d{2})-(\d{2})(?![\d-])")
_MONTH_FIRST = re.compile(rf"\b({MONTH})\s?(\d{{1,2}})(?:st|nd|rd|th)?(?![\d:])(?:\s(\d{{4}})(?![\d:]))?")
_DAY_FIRST = re.compile(rf"(?<!\d)(\d{{1,2}})(?:st|nd|rd|th)?\s(?:of\s)?({MONTH})(?:\s(\d{{4}})(?![\d:]))?")
_DAYS_AGO = re.compile(r"(?<!\d)(\d{1,3})\s?(일|days?|주|weeks?)\s?(?:전|ago)(?:에)?")
_DAY_WORD = re.compile(r"(?<![가-힣a-z])(" + "|".join(sorted(DAYS, key=len, reverse=True)) + r")(?![a-z])")
_MONTHLY = re.compile(r"(?<![\d월])(?<!월\s)(\d{1,2})일(?!\s?[전뒤후])")


def _day(typed: str, today: date, zone: ZoneInfo) -> tuple[_Day | None, str]:
    """Take the day out of the text; None where none is named. A weekday beside a date must fit it."""
    days, rest = _date(typed, today, zone)
    weekday = _WEEKDAY.search(rest)
    if not weekday:
        return (_Day(days) if days else None), rest
    rest = _without(rest, weekday)
    number = WEEKDAYS[(weekday["en"] or weekday["ko"] or weekday["mark"]).rstrip(".")]
    if days:
        if all(day.weekday() != number for day in days):
            raise TimeUnreadable(typed)
        return _Day(days), rest
    return _weekday(number, _which(weekday), today), rest


def _date(typed: str, today: date, zone: ZoneInfo) -> tuple[tuple[date, ...], str]:
    month_first = _is_month_first(typed, zone)
    readers: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], Sequence[date | None]]], ...] = (
        (_FULL_DATE, lambda m: [real_date(int(m[1]), int(m[2]), int(m[3]))]),
        (_KOREAN_DATE, lambda m: [nearest_year(int(m[1]), int(m[2]), today)]),
        (_MONTH_FIRST, lambda m: [_named(m[1], m[2], m[3], today)]),
        (_DAY_FIRST, lambda m: [_named(m[2], m[1], m[3], today)]),
        (_NUMERIC_DATE, lambda m: _numeric(m, today, month_first)),
        (_DAYS_AGO, lambda m: [today - timedelta(days=int(m[1]) * (7 if m[2][0] in "주w" else 1))]),
        (_DAY_WORD, lambda m: [today + timedelta(days=DAYS[m[1]])]),
        (_MONTHLY, lambda m: [_monthly(int(m[1]), today)]),
    )
    for pattern, read in readers:
        found = pattern.search(typed)
        if found:
            days = tuple(day for day in read(found) if day is not None)
            if not days:
                raise TimeUnreadable(typed)
            return days, _without(typed, found)
    return (), typed


def _named(month: str, day: str, year: str | None, today: date) -> date | None:
    number = MONTHS[month.rstrip(".")]
    return real_date(int(year), number, int(day)) if year else nearest_year(number, int(day), today)


def _numeric(found: re.Match[str], today: date, month_first: bool) -> tuple[date | None, ...]:
    """5/20 can only be May; 5/6 is May or June, unless the writer's custom is known to put the month first."""
    if found[3]:
        return (nearest_year(int(found[3]), int(found[4]), today),)
    one, two = int(found[1]), int(found[2])
    first = nearest_year(one, two, today)
    if month_first:
        return (first,)
    return tuple({first, nearest_year(two, one, today)})


_MONTH_FIRST_ZONES = frozenset(
    ["Asia/Seoul", "Asia/Tokyo", "Asia/Shanghai", "Asia/Taipei"]
    + [f"America/{city}" for city in ("New_York", "Chicago", "Denver", "Los_Angeles", "Phoenix", "Detroit")]
)


def _is_month_first(typed: str, zone: ZoneInfo) -> bool:
    return zone.key in _MONTH_FIRST_ZONES or any("가" <= char <= "힣" for char in typed)


def _monthly(day: int, today: date) -> date | None:
    """Return the latest day of that number which is not after today."""
    year, month = today.year, today.month
    for _ in range(12):
        found = real_date(year, month, day)
        if found and found <= today:
            return found
        year, month = (year, month - 1) if month > 1 else (year - 1, 12)
    return None


_KOREAN_WHICH = r"(?:(?P<kow>지난\s?주|저번\s?주|이번\s?주|금주|다음\s?주|지난|저번|이번|다음)\s?)?"
_WEEKDAY = re.compile(
    rf"{_KOREAN_WHICH}(?<![가-힣](?=[월화수목금토일]))(?P<ko>[월화수목금토일])요일"
    rf"|\b(?:(?P<enw>last|this|next|past)\s)?(?P<en>{WEEKDAY})(?:\s(?P<week>(?:last|this|next)\sweek))?"
    r"|\((?P<mark>[월화수목금토일])\)"
)


def _which(found: re.Match[str]) -> str:
    said = (found["kow"] or found["week"] or found["enw"] or "").replace(" ", "")
    return {
        **dict.fromkeys(("지난주", "저번주", "lastweek"), "week-1"),
        **dict.fromkeys(("이번주", "금주", "이번", "thisweek", "this"), "week+0"),
        **dict.fromkeys(("다음주", "nextweek"), "week+1"),
        **dict.fromkeys(("지난", "저번", "last", "past"), "before"),
        **dict.fromkeys(("다음", "next"), "after"),
    }.get(said, "")


def _weekday(number: int, which: str, today: date) -> _Day:
    back = (today.weekday() - number) % 7
    if which.startswith("week"):
        return _Day((week_start(today, int(which[4:])) + timedelta(days=number),))
    if which == "before":
        return _Day((today - timedelta(days=back or 7),))
    if which == "after":
        return _Day((today + timedelta(days=7 - back),))
    return _Day((today - timedelta(days=back),), weekday_only=True)
