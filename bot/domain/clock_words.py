"""Reads the clock time out of a phrase: all readings it allows, as time since local midnight."""

import re
from dataclasses import dataclass
from datetime import timedelta

_PART = r"am|pm|오전|오후|새벽|아침|점심|낮|저녁|밤|오밤중|한밤"
_DIGITAL = re.compile(
    rf"(?:(?P<before>{_PART})\s*)*(?<![\d:.])(?P<hour>\d{{1,2}}):(?P<minute>\d{{2}})(?::(?P<second>\d{{2}})(?:\.\d+)?)?"
    rf"(?![\d:])\s*(?P<after>am|pm)?(?![a-z])"
)
_KOREAN = re.compile(
    rf"(?:(?P<before>{_PART})\s*)*(?<!\d)(?P<hour>\d{{1,2}})\s*시(?!간)"
    r"(?:\s*(?P<minute>\d{1,2})\s*분(?:\s*(?P<second>\d{1,2})\s*초)?|\s*(?P<half>반))?(?P<after>(?!))?"
)
_SPOKEN = re.compile(
    r"(?:(?P<before>am|pm|밤)\s*)?(?:\b(?P<at>at)\s+|@\s*)?(?<![\d:./-])(?P<hour>\d{1,2})(?![\d:./-])"
    r"(?P<minute>(?!))?(?P<second>(?!))?\s*(?P<oclock>o'?clock)?\s*(?P<after>am|pm)?(?![a-z가-힣])"
)
_NOON = re.compile(r"\b(?:12\s*)?noon\b|\bmidday\b|정오")
_MIDNIGHT = re.compile(r"\b(?:12\s*)?midnight\b|자정")


class ClockUnreadable(ValueError):
    """There is a clock time and no clock shows it: 25:00, 오전 14시."""


@dataclass(frozen=True, slots=True)
class ClockTime:
    """`readings` are times since local midnight (more than one: ambiguous).

    `is_night`: said of a night, so that a small hour may belong to the day after the one that is named.
    """

    readings: tuple[timedelta, ...]
    is_night: bool = False


def read_clock(text: str) -> tuple[ClockTime | None, str]:
    """Return the clock time in `text` (None: there is none) and the text without it. Raises ClockUnreadable."""
    for pattern, clock in (
        (_NOON, ClockTime((timedelta(hours=12),))),
        (_MIDNIGHT, ClockTime((timedelta(0),), is_night=True)),
    ):
        found = pattern.search(text)
        if found:
            return clock, f"{text[: found.start()]} {text[found.end() :]}"
    for shape in (_DIGITAL, _KOREAN, _SPOKEN):
        found = shape.search(text)
        if found and (shape is not _SPOKEN or _is_said(found)):
            return _clock(found), f"{text[: found.start()]} {text[found.end() :]}"
    return None, text


def _is_said(found: re.Match[str]) -> bool:
    """A bare number is a clock time only when something says so: at 3, 3 pm, 3 o'clock."""
    return any(found[name] for name in ("before", "at", "oclock", "after"))


def _clock(found: re.Match[str]) -> ClockTime:
    hour = int(found["hour"])
    minute = 30 if found.groupdict().get("half") else int(found["minute"] or 0)
    second = int(found["second"] or 0)
    if minute > 59 or second > 59 or hour > 24 or (hour == 24 and (minute or second)):
        raise ClockUnreadable(found[0])
    part = _part(found["before"], found["after"])
    is_digital = bool(found.re is _DIGITAL)
    hours = _hours(hour, part) if part else _bare_hours(found["hour"], is_digital)
    rest = timedelta(minutes=minute, seconds=second)
    return ClockTime(tuple(timedelta(hours=value) + rest for value in hours), is_night="밤" in part)


def _part(before: str | None, after: str | None) -> str:
    """Return the part of the day; a word before and am/pm behind must not contradict each other."""
    if before and after and before != after:
        if before == "밤":
            return f"밤{after}"
        if (before in ("오전", "새벽", "아침", "am")) != (after == "am"):
            raise ClockUnreadable(f"{before} {after}")
    return after or before or ""


def _bare_hours(written: str, is_digital: bool) -> tuple[int, ...]:
    """14, 0 and 09 are hours of a 24-hour clock, as is 10:30; 3, 12 and 3:30 may be either half of the day."""
    hour = int(written)
    clear = hour == 0 or hour > 12 or written.startswith("0") or (is_digital and len(written) == 2)
    return (hour,) if clear else (hour % 12, hour % 12 + 12)


_MORNING = {"am": range(1, 13), "오전": range(0, 13), "새벽": range(0, 13), "아침": range(1, 12), "밤am": range(1, 13)}
_LATER = {"pm": range(1, 13), "오후": range(1, 13), "저녁": range(1, 13), "점심": range(1, 4), "밤pm": range(1, 13)}


def _hours(hour: int, part: str) -> tuple[int, ...]:
    if hour > 12 and part not in _MORNING:
        return (hour,)
    if part in ("낮", "점심"):
        if hour in (10, 11, 12):
            return (hour,)
        part = "오후"
    if part in ("밤", "한밤", "오밤중"):
        return (hour % 12 + 12,) if 6 <= hour < 12 else (hour % 12,)
    if part in _MORNING and hour in _MORNING[part]:
        return (hour % 12,)
    if part in _LATER and hour in _LATER[part]:
        return (hour % 12 + 12,)
    raise ClockUnreadable(f"{part} {hour}")
