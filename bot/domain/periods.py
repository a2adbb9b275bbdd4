"""Finds the period a question speaks of ("지난달", "in May", "past 30 days") and takes it out of the question."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.domain.local_time import day_start, month_start, real_date, week_start
from bot.domain.time_words import MONTHS

_OPEN_END = date.max


@dataclass(frozen=True, slots=True)
class _Days:
    """Local days, half-open; `until_now` ends the period at this moment instead of at `end`."""

    start: date
    end: date = _OPEN_END

    @property
    def until_now(self) -> bool:
        return self.end == _OPEN_END


def read_period(text: str, *, now: datetime, zone: ZoneInfo) -> tuple[datetime, datetime, str] | None:
    """Return start and end (aware UTC, half-open) of the period named in `text`, and the text without it.

    Days, weeks (from Monday), months and years are whole ones in `zone`; "past 30 days" ends at `now`. A month
    or day without a year is the latest that has begun. None where no period is named.
    """
    today = now.astimezone(zone).date()
    for phrase, days_of in _PHRASES:
        for found in re.finditer(phrase, text, re.IGNORECASE):
            days = _days(days_of, found, today)
            if days is None:
                continue
            start = day_start(days.start, zone)
            end = now.astimezone(UTC) if days.until_now else day_start(days.end, zone)
            if start < end:
                return start, end, _without(text, found)
    return None


def _days(days_of: Callable[[re.Match[str], date], _Days | None], found: re.Match[str], today: date) -> _Days | None:
    try:
        days = days_of(found, today)
    except (ValueError, OverflowError):
        return None
    since = (found["lead"] or "").lower().strip() == "since" or found["tail"] == "부터"
    return _Days(days.start) if days and since and days.start <= today else days


def _without(text: str, found: re.Match[str]) -> str:
    rest = f"{text[: found.start()]} {text[found.end() :]}"
    return re.sub(r"\s+([?.,!])", r"\1", re.sub(r"\s+", " ", rest)).strip()


def _phrase(korean: str, english: str = "") -> str:
    """One pattern for both languages, with the words that lean on a period ("during …", "…에 있었던").

    Compiled at its first use: start-up does not wait for it.
    """
    tail = r"(?P<tail>부터|에서|에는|에도|에만|동안에?|중에?|간의?|에|의|은|는|도)?(?=[\s?.,!~]|$)"
    lead = r"(?P<lead>\b(?:last|in|during|from|over|for|on|of|since|within)\s+)?(?:\b(?:the)\s+)?"
    choices = [f"(?<![가-힣A-Za-z0-9.-])(?:{korean})"] if korean else []
    if english:
        choices.append(rf"\b(?:{english})(?:'s)?(?![A-Za-z0-9-])")
    return f"{lead}(?:{'|'.join(choices)})(?:'s)?(?:[ ](?=동안|중|간)){{0,1}}{tail}"


def _month(year: int, month: int) -> _Days:
    first = date(year, month, 1)
    return _Days(first, month_start(first, 1))


def _months(first: date, count: int) -> _Days:
    return _Days(first, month_start(first, count))


def _year(year: int) -> _Days:
    return _months(date(year, 1, 1), 12)


def _one(day: date) -> _Days:
    return _Days(day, day + timedelta(days=1))


_YEARS = {
    **dict.fromkeys(("올해", "금년", "이번해", "thisyear"), 0),
    **dict.fromkeys(("작년", "지난해", "전년", "lastyear"), -1),
    "재작년": -2,
}
_YEAR_WORD = r"올해|금년|작년|지난\s?해|전년|재작년|(?:19|20)\d{2}\s?년(?:도)?"


def _said_year(word: str | None, today: date) -> int | None:
    if not word:
        return None
    digits = re.match(r"\d{4}", word)
    return int(digits[0]) if digits else today.year + _YEARS[re.sub(r"\s", "", word.lower())]


def _full_date(found: re.Match[str], today: date) -> _Days | None:
    day = real_date(int(found["y"] or found["y2"]), int(found["m"] or found["m2"]), int(found["d"] or found["d2"]))
    return _one(day) if day else None


def _range(found: re.Match[str], today: date) -> _Days | None:
    start = real_date(int(found["y"]), int(found["m"]), int(found["d"]))
    end = real_date(int(found["y2"] or found["y"]), int(found["m2"]), int(found["d2"]))
    return _Days(start, end + timedelta(days=1)) if start and end and start <= end else None


def _day_of_month(found: re.Match[str], today: date) -> _Days | None:
    month, number = _month_number(found), int(found["d"] or found["d2"])
    years = [_said_year(found["year"], today)] if found["year"] else range(today.year, today.year - 5, -1)
    for year in years:
        day = real_date(year or today.year, month, number)
        if day and (found["year"] or day <= today):
            return _one(day)
    return None


def _month_of_year(found: re.Match[str], today: date) -> _Days:
    month = _month_number(found)
    year = _said_year(found["year"] or found["year2"], today)
    if year is None:
        year = today.year if month <= today.month else today.year - 1
    return _month(year, month)


def _month_number(found: re.Match[str]) -> int:
    groups = found.groupdict()
    name = groups.get("name") or groups.get("name2") or groups.get("name3")
    return MONTHS[name.lower().rstrip(".")] if name else int(groups["m"])


def _quarter(found: re.Match[str], today: date) -> _Days:
    number = int(found["n"] or found["n2"])
    year = _said_year(found["year"] or found["year2"], today)
    if year is None:
        year = today.year if (number - 1) * 3 < today.month else today.year - 1
    return _months(date(year, number * 3 - 2, 1), 3)


def _half(found: re.Match[str], today: date) -> _Days:
    first = 1 if found["half"].startswith("상") else 7
    year = _said_year(found["year"], today)
    if year is None:
        year = today.year if first <= today.month else today.year - 1
    return _months(date(year, first, 1), 6)


def _recent(found: re.Match[str], today: date) -> _Days:
    word = (found["n"] or found["n2"] or "1").lower()
    count = _COUNTS.get(word) or int(word)
    unit = (found["unit"] or found["unit2"]).lower()
    if unit in ("달", "개월") or unit.startswith("month"):
        return _Days(_same_day(today, count))
    if unit == "년" or unit.startswith("year"):
        return _Days(_same_day(today, 12 * count))
    days = 7 if unit in ("주", "주일", "주간") or unit.startswith("week") else 1
    return _Days(today - timedelta(days=days * count))


def _same_day(today: date, months: int) -> date:
    """Return the day `months` earlier; the last of the month where that month is shorter."""
    first = month_start(today, -months)
    last = month_start(first, 1) - timedelta(days=1)
    return first + timedelta(days=min(today.day, last.day) - 1)


def _calendar(found: re.Match[str], today: date) -> _Days:
    """Whole weeks, months, quarters and years counted from the present one; yesterday and today."""
    word = re.sub(r"\s", "", found["word"].lower())
    if word in _YEARS:
        return _year(today.year + _YEARS[word])
    unit, back = _CALENDAR[word]
    if unit == "day":
        return _one(today - timedelta(days=back))
    if unit == "week":
        return _Days(week_start(today, -back), week_start(today, 1 - back))
    if unit == "quarter":
        first = month_start(date(today.year, (today.month - 1) // 3 * 3 + 1, 1), -3 * back)
        return _months(first, 3)
    return _months(month_start(today, -back), 1)


_COUNTS = {"한": 1, "두": 2, "세": 3, "석": 3, "네": 4, "일": 1, "one": 1, "two": 2, "three": 3, "four": 4, "six": 6}
_CALENDAR = {
    **dict.fromkeys(("오늘", "금일", "today"), ("day", 0)),
    **dict.fromkeys(("어제", "작일", "전일", "yesterday"), ("day", 1)),
    **dict.fromkeys(("그제", "그저께"), ("day", 2)),
    **dict.fromkeys(("이번주", "금주", "thisweek"), ("week", 0)),
    **dict.fromkeys(("지난주", "저번주", "전주", "lastweek"), ("week", 1)),
    **dict.fromkeys(("지지난주", "저저번주"), ("week", 2)),
    **dict.fromkeys(("이번달", "이달", "금월", "당월", "thismonth"), ("month", 0)),
    **dict.fromkeys(("지난달", "저번달", "전월", "lastmonth"), ("month", 1)),
    **dict.fromkeys(("지지난달", "저저번달"), ("month", 2)),
    **dict.fromkeys(("이번분기", "thisquarter"), ("quarter", 0)),
    **dict.fromkeys(("지난분기", "lastquarter"), ("quarter", 1)),
}
_CALENDAR_WORDS = (
    r"(?P<word>오늘|금일|어제|작일|그제|그저께|이번\s?주|금주|(?:지|저)?(?:지난|저번)\s?주|이번\s?달|이달|금월|당월|전월"
    r"|(?:지|저)?(?:지난|저번)\s?달|(?:이번|지난)\s?분기|올해|금년|작년|지난\s?해|재작년"
    r"|today|yesterday|(?:this|last)\s(?:week|month|quarter|year))(?![a-z])"
)
_NAME = r"(?:" + "|".join(sorted(MONTHS, key=len, reverse=True)) + r")\.?"
_LONG_NAME = r"(?:" + "|".join(name for name in MONTHS if len(name) > 3 and name not in ("march", "sept")) + r")"
_D = r"\d{1,2}"
_NUMERAL = r"\d{1,3}|" + "|".join(sorted((c for c in _COUNTS if c.isascii()), key=len, reverse=True))
_PHRASES: tuple[tuple[str, Callable[[re.Match[str], date], _Days | None]], ...] = (
    (
        _phrase(
            rf"(?P<y>\d{{4}})\s?[-./년]\s?(?P<m>{_D})\s?[-./월]\s?(?P<d>{_D})(?:일|\.)?\s?(?:부터|에서|~|–|-|to)\s?"
            rf"(?:(?P<y2>\d{{4}})\s?[-./년]\s?)?(?P<m2>{_D})\s?[-./월]\s?(?P<d2>{_D})(?:일|\.)?(?:까지)?"
        ),
        _range,
    ),
    (
        _phrase(
            rf"(?P<y>\d{{4}})\s?년\s?(?P<m>{_D})\s?월\s?(?P<d>{_D})\s?일",
            rf"(?P<y2>\d{{4}})[-./](?P<m2>{_D})[-./](?P<d2>{_D})",
        ),
        _full_date,
    ),
    (
        _phrase(
            rf"(?:(?P<year>{_YEAR_WORD})\s?)?(?P<m>{_D})\s?월\s?(?P<d>{_D})\s?일",
            rf"(?P<name>{_NAME})\s(?P<d2>{_D})(?:st|nd|rd|th)?",
        ),
        _day_of_month,
    ),
    (_phrase(rf"(?P<year>{_YEAR_WORD})?\s?(?P<n>[1-4])\s?분기", r"q(?P<n2>[1-4])(?:\s(?P<year2>\d{4}))?"), _quarter),
    (_phrase(rf"(?:(?P<year>{_YEAR_WORD})\s?)?(?P<half>[상하]반기)"), _half),
    (
        _phrase(
            rf"(?:(?P<year>{_YEAR_WORD})\s?)?(?P<m>1[0-2]|0?[1-9])\s?월(?:달)?",
            rf"(?P<name>{_NAME})\s(?P<year2>(?:19|20)\d{{2}})|(?:(?<=in\s)|(?<=last\s)|(?<=since\s))(?P<name2>{_NAME})"
            rf"|(?P<name3>{_LONG_NAME})",
        ),
        _month_of_year,
    ),
    (
        _phrase(
            r"(?:최근|지난|요)\s?(?P<n>\d{1,3}|한|두|세|석|네|일)\s?(?P<unit>개월|달|주일|주간|주|일|년)",
            rf"(?:past|last|previous|recent)\s(?:(?P<n2>{_NUMERAL})\s)?(?P<unit2>days?|weeks|months|years)",
        ),
        _recent,
    ),
    (_phrase(_CALENDAR_WORDS), _calendar),
    (
        _phrase(r"(?P<y>(?:19|20)\d{2})\s?년(?:도)?", r"(?<=in\s)(?P<y2>(?:19|20)\d{2})"),
        lambda m, _: _year(int(m["y"] or m["y2"])),
    ),
)
