"""What a text claims that can be looked up (times, dates, numbers, identifiers), in one spelling for comparison."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from decimal import Decimal

from bot.domain.time_words import MONTH, MONTHS

Claim = frozenset[str]
"""One thing claimed: the spellings in which it may be found; "2:52" may be 02:52 or 14:52."""


def claims_of(text: str) -> tuple[Claim, ...]:
    """Return every checkable claim of `text`; a claim holds when evidence has one of its spellings."""
    rest = comparable(text)
    found: list[Claim] = []
    for pattern, read in _READERS:
        found += [claim for match in pattern.finditer(rest) for claim in read(match)]
        rest = pattern.sub(" ", rest)
    return tuple(found)


def evidence_of(text: str, moments: Iterable[datetime] = ()) -> frozenset[str]:
    """Return every spelling that `text` bears out, and those of `moments` (local times of its lines)."""
    moments = tuple(moments)
    spellings = {spelling for claim in claims_of(text) for spelling in _borne_out(_likely(claim, moments))}
    spellings |= {spelling[:7] for spelling in spellings if spelling.startswith("t:")}
    for at in moments:
        spellings |= {f"t:{at:%H:%M}", f"t:{at:%H:%M:%S}", f"d:{at:%m-%d}", f"n:{at.year}"}
    return frozenset(spellings)


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


def _borne_out(claim: Claim) -> Claim:
    """A number in the log bears out that number, in its own unit if it has one, and not a percentage of it."""
    numbers = frozenset(spelling for spelling in claim if spelling.startswith(("n:", "u:")))
    if not numbers:
        return claim
    if any(spelling.startswith("u:") for spelling in claim):
        return numbers | {f"n:{spelling[2:]}" for spelling in claim if spelling.startswith("b:")}
    return numbers | {f"b:{spelling[2:]}" for spelling in numbers}


def comparable(text: str) -> str:
    """Return `text` narrow, lower case, with straight quotes and single spaces."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    plain = re.sub("[“”„«»]", '"', re.sub("[‘’`´]", "'", plain))
    return re.sub(r"\s+", " ", plain).strip()


def _full_date(found: re.Match[str]) -> list[Claim]:
    return [frozenset({f"n:{found[1]}"}), frozenset({f"d:{int(found[2]):02}-{int(found[3]):02}"})]


def _month_day(found: re.Match[str]) -> list[Claim]:
    return [frozenset({f"d:{int(found[1]):02}-{int(found[2]):02}"})]


def _named_day(found: re.Match[str]) -> list[Claim]:
    month = MONTHS[(found[1] or found[4]).rstrip(".")]
    return [frozenset({f"d:{month:02}-{int(found[2] or found[3]):02}"})]


def _fraction(found: re.Match[str]) -> list[Claim]:
    one, two = int(found[1]), int(found[2])
    return [frozenset({f"r:{one}/{two}", f"d:{one:02}-{two:02}"})]


_MORNING = frozenset(("am", "a.m.", "오전", "새벽", "아침"))
_AFTERNOON = frozenset(("pm", "p.m.", "오후", "저녁", "낮", "밤"))
_PART = r"am|pm|a\.m\.|p\.m\.|오전|오후|새벽|아침|저녁|낮|밤"


def _clock(found: re.Match[str]) -> list[Claim]:
    groups = found.groupdict()
    hour, minute = int(found["hour"]), 30 if groups.get("half") else int(groups.get("minute") or 0)
    part = groups.get("before") or groups.get("after") or ""
    second = f":{groups['second']}" if groups.get("second") else ""
    written = f"{int(found['hour'])}:{minute:02}{second}"
    if part:
        hours = {hour % 12} if part in _MORNING else {hour % 12 + 12}
        return [frozenset(f"t:{value:02}:{minute:02}{second}" for value in hours if hour <= 12 or value == hour)]
    may_be_late = hour <= 12 and not found["hour"].startswith("0") and ("half" in groups or hour < 10)
    hours = {hour % 12, hour % 12 + 12} if may_be_late else {hour}
    return [frozenset({*(f"t:{value:02}:{minute:02}{second}" for value in hours), f"l:{written}"})]


def _identifier(found: re.Match[str]) -> list[Claim]:
    return [frozenset({"i:" + re.sub(r"[-_ ]", "", found[0].rstrip("."))})]


_UNITS = (
    ("ms", Decimal(1), r"ms|milliseconds?|밀리초"),
    ("ms", Decimal(1_000), r"s|secs?|seconds?|초"),
    ("ms", Decimal(60_000), r"m|mins?|minutes?|분"),
    ("ms", Decimal(3_600_000), r"h|hrs?|hours?|시간"),
    ("ms", Decimal(86_400_000), r"days?|일(?!시|부|반|정)"),
    ("ms", Decimal(604_800_000), r"weeks?|주(?:일|간)"),
    ("b", Decimal(1), r"kb|kib|킬로바이트"),
    ("b", Decimal(1_000), r"mb|mib|메가(?:바이트)?"),
    ("b", Decimal(1_000_000), r"gb|gib|기가(?:바이트)?"),
    ("b", Decimal(1_000_000_000), r"tb|tib|테라(?:바이트)?"),
    ("who", Decimal(1), r"users?|customers?|people|persons?|members?|명"),
    ("host", Decimal(1), r"servers?|hosts?|nodes?|machines?|대(?!비|략|신|상|응)"),
    ("case", Decimal(1), r"requests?|errors?|orders?|payments?|messages?|tickets?|jobs?|calls?|건|개"),
)
_UNIT = "|".join(f"(?P<unit{at}>{names})" for at, (_, _, names) in enumerate(_UNITS))
_ENDS_UNIT = r"(?![a-z])"


def _with_unit(found: re.Match[str], plain: str) -> Claim | None:
    """What a number with a unit claims: that amount, or in the log the number alone."""
    for at, (name, size, _) in enumerate(_UNITS):
        if found[f"unit{at}"]:
            return frozenset({f"u:{name}:{_plain(Decimal(plain) * size)}", f"b:{plain}"})
    return None


_SCALE = {"k": 1_000, "천": 1_000, "만": 10_000, "억": 100_000_000}


def _number(found: re.Match[str]) -> list[Claim]:
    value = Decimal(found["number"].replace(",", "")) * _SCALE.get(found["scale"] or "", 1)
    return [_amount(found, _plain(value))]


def _amount(found: re.Match[str], plain: str) -> Claim:
    if found["percent"]:
        return frozenset({f"p:{plain}"})
    return _with_unit(found, plain) or frozenset({f"n:{plain}", f"p:{plain}"})


def _plain(value: Decimal) -> str:
    """12.50 as 12.5, 007 as 7."""
    plain = f"{value:f}"
    plain = plain.rstrip("0").rstrip(".") if "." in plain else plain
    plain = plain.lstrip("0") or "0"
    return f"0{plain}" if plain.startswith(".") else plain


_WORDS = {
    **{"two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10},
    **{"eleven": 11, "twelve": 12, "fifteen": 15, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50},
    **{"sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90},
}


def _word(found: re.Match[str]) -> list[Claim]:
    return [_amount(found, str(_WORDS[found[1]]))]


_PERCENT = r"(?P<percent>\s*(?:%|percent|per cent|pct\b|퍼센트|프로(?!세스|그|덕|젝|바|토)))?"
_MEASURE = rf"{_PERCENT}(?:[\s-]?(?:{_UNIT}){_ENDS_UNIT})?"
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
            rf"(?::(?P<second>[0-5]\d)(?:\.\d+)?)?(?![\d:])(?:\s*(?P<after>am|pm|a\.m\.|p\.m\.))?z?"
        ),
        _clock,
    ),
    (
        re.compile(
            rf"(?:(?P<before>{_PART})\s*)?(?<!\d)(?P<hour>[01]?\d|2[0-4])\s?시(?!간)"
            r"(?:\s?(?P<minute>[0-5]?\d)\s?분(?!간)|\s?(?P<half>반))?"
        ),
        _clock,
    ),
    (re.compile(r"(?<![\d.:])(?P<hour>1[0-2]|0?[1-9])\s?(?P<after>am|pm|a\.m\.|p\.m\.)(?![a-z])"), _clock),
    (re.compile(r"(?<![\d/])(\d{1,3})/(\d{1,3})(?![\d/])"), _fraction),
    (re.compile(r"\bsev[ -]?\d\b"), _identifier),
    (re.compile(r"(?<![a-z0-9])[a-z][a-z_.-]{0,40}\d[a-z0-9_.-]*|(?<![\d.])\d+(?:\.\d+){2,}"), _identifier),
    (
        re.compile(
            rf"(?P<number>\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?|\d+(?:\.\d+)?)(?:\s?(?P<scale>만|천|억|k(?![a-z])))?{_MEASURE}"
        ),
        _number,
    ),
    (re.compile(rf"\b({'|'.join(sorted(_WORDS, key=len, reverse=True))})\b{_MEASURE}"), _word),
)
