"""What a text claims besides amounts (times, dates, fractions, identifiers), in one spelling for comparison."""

import re
import unicodedata
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta, tzinfo

from bot.domain.number_words import in_digits
from bot.domain.time_words import MONTH, MONTHS

Claim = frozenset[str]
"""One thing claimed: the spellings in which it may be found; "2:52" may be 02:52 or 14:52."""


def claims_of(text: str) -> tuple[Claim, ...]:
    """Return what `text` claims besides amounts; a claim holds when evidence has one of its spellings."""
    return _read(text)[0]


def without_claims(text: str) -> str:
    """Return `text`, comparable and with its number words in digits, without what `claims_of` finds in it."""
    return _read(text)[1]


def _read(text: str) -> tuple[tuple[Claim, ...], str]:
    rest = in_digits(comparable(text))
    found: list[Claim] = []
    for pattern, read in _READERS:
        found += [claim for match in pattern.finditer(rest) for claim in read(match)]
        rest = pattern.sub(" ", rest)
    return tuple(found), rest


def evidence_of(text: str, moments: Sequence[datetime] = (), zone: tzinfo = UTC) -> frozenset[str]:
    """Return every spelling that `text` bears out, and those of `moments` (when its lines were written).

    A clock time that was said without a time zone is one of `zone`.
    """
    local = [at.astimezone(one) for at in moments for one in (UTC, zone)]
    offset = _minutes(local[1].utcoffset()) if local else 0
    spellings = {one for claim in claims_of(text) for one in _borne_out(_likely(claim, local), offset)}
    for at in local:
        spellings |= {f"t:{at:%H:%M}", f"t:{at:%H:%M:%S}", f"d:{at:%m-%d}", f"y:{at.year}"}
        spellings |= {f"@:{at.astimezone(UTC):{clock}}" for clock in ("%H:%M", "%H:%M:%S")}
    return frozenset(spellings | {one[:7] for one in spellings if one.startswith(("t:", "@:"))})


def _minutes(offset: timedelta | None) -> int:
    return int((offset or timedelta()).total_seconds()) // 60


def _borne_out(claim: Claim, offset: int) -> Claim:
    """A clock time in the log bears out itself in its own zone, and what local clocks showed then."""
    said = {one[2:] for one in claim if one.startswith("s:")}
    there = {one[2:] for one in claim if one.startswith("@:")}
    local = {one[2:] for one in claim if one.startswith("t:")}
    return frozenset(one for one in claim if not one.startswith("s:")) | {
        *(f"t:{one}" for one in said | {_moved(one, offset) for one in there}),
        *(f"@:{_moved(one, -offset)}" for one in local),
    }


def _moved(clock: str, minutes: int) -> str:
    at = (int(clock[:2]) * 60 + int(clock[3:5]) + minutes) % 1_440
    return f"{at // 60:02}:{at % 60:02}{clock[5:]}"


_NEAR_MINUTES = 120


def _likely(claim: Claim, moments: Sequence[datetime]) -> Claim:
    """A clock time without its half of the day is also that of the other; near the time when it was said, only that."""
    written = next((one for one in claim if one.startswith("l:")), "")
    hour, _, rest = written.removeprefix("l:").partition(":")
    if not written or int(hour) > 12 or (any(one.startswith("t:0") for one in claim) and len(claim) == 2):
        return claim
    said = [at.hour * 60 + at.minute for at in moments]
    either = frozenset(f"t:{value:02}:{rest}" for value in (int(hour) % 12, int(hour) % 12 + 12))
    near = frozenset(one for one in either if any(_minutes_between(one, at) <= _NEAR_MINUTES for at in said))
    return (near or either) | {written}


def _minutes_between(spelling: str, minute: int) -> int:
    hour, rest = int(spelling[2:4]), int(spelling[5:7])
    apart = abs(hour * 60 + rest - minute)
    return min(apart, 1_440 - apart)


def comparable(text: str) -> str:
    """Return `text` narrow, lower case, with straight quotes and single spaces."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    plain = re.sub("[“”„«»]", '"', re.sub("[‘’`´]", "'", plain))
    return re.sub(r"\s+", " ", plain).strip()


def _full_date(found: re.Match[str]) -> list[Claim]:
    return [frozenset({f"y:{found[1]}"}), frozenset({f"d:{int(found[2]):02}-{int(found[3]):02}"})]


def _month_day(found: re.Match[str]) -> list[Claim]:
    return [frozenset({f"d:{int(found[1]):02}-{int(found[2]):02}"})]


def _named_day(found: re.Match[str]) -> list[Claim]:
    month = MONTHS[(found[1] or found[4]).rstrip(".")]
    return [frozenset({f"d:{month:02}-{int(found[2] or found[3]):02}"})]


def _fraction(found: re.Match[str]) -> list[Claim]:
    one, two = int(found[1]), int(found[2])
    return [frozenset({f"r:{one}/{two}", f"d:{one:02}-{two:02}"})]


_MORNING = frozenset(("am", "a.m.", "오전", "새벽", "아침"))
_PART = r"am|pm|a\.m\.|p\.m\.|오전|오후|새벽|아침|저녁|낮|밤"


def _clock(found: re.Match[str]) -> list[Claim]:
    groups = found.groupdict()
    minute = 30 if groups.get("half") else int(groups.get("minute") or 0)
    second = f":{groups['second']}" if groups.get("second") else ""
    part = groups.get("before") or groups.get("after") or ""
    clocks = [f"{hour:02}:{minute:02}{second}" for hour in _hours(found["hour"], part, is_spoken="half" in groups)]
    zone = groups["zone"] or groups["range"]
    if zone:
        there = (_moved(clock, -offset) for clock in clocks for offset in _ZONES[zone])
        return [frozenset((*(f"s:{clock}" for clock in clocks), *(f"@:{clock}" for clock in there)))]
    written = () if part else (f"l:{int(found['hour'])}:{minute:02}{second}",)
    return [frozenset((*(f"t:{clock}" for clock in clocks), *written))]


def _hours(written: str, part: str, *, is_spoken: bool) -> set[int]:
    """The hours of the day that are meant by the hour that is written."""
    hour = int(written)
    if part in _MORNING:
        return {hour % 12} if hour <= 12 else set()
    if part:
        return {hour if hour > 12 else hour % 12 + 12}
    may_be_late = hour <= 12 and not written.startswith("0") and (is_spoken or hour < 10)
    return {hour % 12, hour % 12 + 12} if may_be_late else {hour % 24}


def _identifier(found: re.Match[str]) -> list[Claim]:
    return [frozenset({"i:" + re.sub(r"[-_ ]", "", found[0].rstrip("."))})]


_ZONES = {
    **{"utc": (0,), "gmt": (0,), "z": (0,), "kst": (540,), "jst": (540,), "ist": (330,), "cet": (60,), "cest": (120,)},
    **{"bst": (60,), "est": (-300,), "edt": (-240,), "et": (-300, -240), "cst": (-360,), "cdt": (-300,)},
    **{"ct": (-360, -300), "mst": (-420,), "mdt": (-360,), "pst": (-480,), "pdt": (-420,), "pt": (-480, -420)},
}
"""How many minutes each is ahead of UTC; some say no more than a region."""
_ZONE = rf"(?:{'|'.join(_ZONES)})(?![a-z])"
_IN_ZONE = rf"(?:\s?\(?(?P<zone>{_ZONE})\)?|(?=\s?(?:[-–~]|to|and)\s?[\d:]+\s?\(?(?P<range>{_ZONE})))?"


_READERS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], list[Claim]]], ...] = (
    (re.compile(r"(?<!\d)(\d{4})\s?[-./년]\s?(\d{1,2})\s?[-./월]\s?(\d{1,2})(?!\d)\s?일?(?:t(?=\d))?"), _full_date),
    (re.compile(r"(?<!\d)(\d{1,2})\s?월\s?(\d{1,2})\s?일"), _month_day),
    (
        re.compile(rf"\b({MONTH})\s(\d{{1,2}})(?:st|nd|rd|th)?\b(?!:)|\b(\d{{1,2}})(?:st|nd|rd|th)?\s({MONTH})"),
        _named_day,
    ),
    (
        re.compile(
            rf"(?:(?P<before>{_PART})\s*)?(?<![\d:])(?P<hour>[01]?\d|2[0-4]):(?P<minute>[0-5]\d)"
            rf"(?::(?P<second>[0-5]\d)(?:\.\d+)?)?(?![\d:])(?:\s*(?P<after>am|pm|a\.m\.|p\.m\.))?{_IN_ZONE}"
        ),
        _clock,
    ),
    (
        re.compile(
            rf"(?:(?P<before>{_PART})\s*)?(?<!\d)(?P<hour>[01]?\d|2[0-4])\s?시(?!간)"
            rf"(?:\s?(?P<minute>[0-5]?\d)\s?분(?!간)|\s?(?P<half>반))?{_IN_ZONE}"
        ),
        _clock,
    ),
    (
        re.compile(rf"(?<![\d.:])(?P<hour>1[0-2]|0?[1-9])\s?(?P<after>am|pm|a\.m\.|p\.m\.)(?![a-z]){_IN_ZONE}"),
        _clock,
    ),
    (re.compile(r"(?<![\d/])(\d{1,3})/(\d{1,3})(?![\d/])"), _fraction),
    (re.compile(r"\bsev[ -]?\d\b"), _identifier),
    (re.compile(r"(?<![a-z0-9])[a-z][a-z_.-]{0,40}\d[a-z0-9_.-]*|(?<![\d.])\d+(?:\.\d+){2,}"), _identifier),
)
