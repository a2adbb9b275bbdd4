"""Figures of a text as the checker reads them, from left to right: clock times, lengths of time, shares and counts."""

import string
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo

from bot.evals.letters import is_code, plain_of, token_around
from bot.evals.worded import spelled


@dataclass(slots=True)
class Figures:
    """`clocks`: (minute of the half day, minute of the day or -1); `lengths` in seconds; `amounts` everything else.

    `shown`: what clocks showed when the lines were written; `zoned`: minutes of the day in UTC of clock times with a
    zone; `counted` and `shares`: an amount or a percentage, and what it is of; `ones`: what is spoken of as one;
    `vague`: words for more than one, or for a long time; `ahead`: how many minutes the zone of the log is.
    """

    clocks: list[tuple[int, int]] = field(default_factory=list)
    shown: list[tuple[int, int]] = field(default_factory=list)
    zoned: list[int] = field(default_factory=list)
    lengths: list[float] = field(default_factory=list)
    percents: list[float] = field(default_factory=list)
    amounts: list[float] = field(default_factory=list)
    counted: list[tuple[float, str]] = field(default_factory=list)
    shares: list[tuple[float, str]] = field(default_factory=list)
    vague: list[str] = field(default_factory=list)
    ones: list[str] = field(default_factory=list)
    days: set[int] = field(default_factory=set)
    moments: list[int] = field(default_factory=list)
    ahead: int = 0
    length_ends: int = -1

    def written(self, at: datetime, zone: tzinfo) -> None:
        """Add when a line was written, in UTC and in the zone of the log."""
        there = at.astimezone(zone)
        offset = there.utcoffset()
        self.ahead = int(offset.total_seconds()) // 60 if offset else 0
        for one in (at.astimezone(UTC), there):
            self.shown.append(((one.hour * 60 + one.minute) % 720, one.hour * 60 + one.minute))
            self.days.update((one.year, one.month, one.day))
        self.zoned.append((there.hour * 60 + there.minute - self.ahead) % 1440)
        self.moments.append(int(at.timestamp()))

    def missing_in(self, other: "Figures", words: str) -> list[str]:
        """Return what is in none of the figures of the log, whose `words` are plain."""
        bare = {*other.amounts, *other.percents, *other.lengths, *(float(day) for day in other.days)}
        clocks = [*other.clocks, *other.shown]
        missing = [f"{clock}" for clock in self.clocks if not any(_same_clock(clock, one) for one in clocks)]
        there = {*other.zoned, *((day - other.ahead) % 1440 for _, day in other.clocks if day >= 0)}
        missing += [f"{one} utc" for one in self.zoned if one not in there]
        missing += [f"{one}%" for one in self.percents if one not in other.percents]
        missing += [f"{one}" for one in self.amounts if one not in bare]
        missing += [
            f"{number:g} {noun}" for number, noun in self.counted if noun and not other.counts(number, noun, words)
        ]
        missing += [f"{number:g}% of {noun}" for number, noun in self.shares if not _has_share(other, number, noun)]
        missing += [f"one {noun}" for noun in self.ones if other.has_more(noun)]
        missing += [word for word in self.vague if not other.is_many(word)]
        return missing + [
            f"{one}s" for one in self.lengths if one not in other.lengths and not self._is_between(one, other)
        ]

    def counts(self, number: float, noun: str, words: str) -> bool:
        """Whether so many of these are said, or the number alone and the word elsewhere."""
        of = [one for value, one in self.counted if value == number]
        if number in self.days and number not in self.amounts:
            return False
        if not of or any(one and _alike(one, noun) for one in of):
            return True
        if any(one == "" for one in of):
            return noun in _KINDS or noun in words or (400 <= number < 600 and noun in _ANSWERS)
        return False

    def has_more(self, noun: str) -> bool:
        """Whether of these another number than one is said."""
        of = [value for value, one in self.counted if one and _alike(one, noun) and one.isascii() == noun.isascii()]
        return bool(of) and 1 not in of

    def is_many(self, word: str) -> bool:
        """Whether anything speaks of more than one, or of so long a time."""
        if word in ("hours", "days", "weeks"):
            return word in self.vague or any(one >= 7200 for one in self.lengths)
        return bool(self.vague) or len(self.moments) > 1 or any(one > 1 for one in self.amounts)

    def _is_between(self, seconds: float, other: "Figures") -> bool:
        clocks = [half for half, _ in (self.clocks if len(self.clocks) > 1 else other.clocks)]
        gaps = {abs(one - two) * 60 for one in clocks for two in clocks}
        gaps |= {720 * 60 - gap for gap in gaps}
        moments = {abs(one - two) for one in other.moments for two in other.moments}
        return any(abs(gap - seconds) < 60 for gap in gaps | moments if gap)


def _same_clock(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return one[0] == other[0] and (one[1] == other[1] or -1 in (one[1], other[1]))


_AFTERNOON = ("pm", "p.m.", "p.m", "오후", "저녁", "낮", "밤")
_MORNING = ("am", "a.m.", "a.m", "오전", "새벽", "아침")
_LENGTHS = (
    ("millisecond", 0.001), ("ms", 0.001), ("sec", 1), ("초", 1), ("min", 60), ("분", 60), ("hour", 3600),
    ("hr", 3600), ("시간", 3600), ("day", 86400), ("일", 86400), ("week", 604800), ("주", 604800),
    ("s", 1), ("m", 60), ("h", 3600),
)  # fmt: skip
_TENFOLD = {"k": 1e3, "십": 10, "백": 100, "천": 1e3, "만": 1e4, "억": 1e8}
_MONTHS = (
    *("january", "february", "march", "april", "may", "june", "july"),
    *("august", "september", "october", "november", "december"),
)


def figures_in(text: str) -> Figures:
    """Return the figures of a text."""
    found = Figures()
    plain = spelled(plain_of(text))
    place = 0
    while place < len(plain):
        if not plain[place].isdigit() or is_code(token_around(plain, place)):
            place += 1
            continue
        number, end = _digits(plain, place)
        place = _read(found, plain, place, number, end)
    words = [word.strip(string.punctuation) for word in plain.split(" ")]
    for word, before in zip(words, ["", *words], strict=False):
        is_long = word in ("hours", "days", "weeks") and before in ("for", "lasted", "took")
        if before in ("one", "single", "한") and len(word) > (3 if word.isascii() else 0):
            found.ones.append(_KINDS.get(word[:1], word[:4]))
        if is_long or word in ("several", "multiple", "여러"):
            found.vague.append(word)
    return found


def _digits(plain: str, place: int) -> tuple[float, int]:
    end = place
    while end < len(plain) and (plain[end].isdigit() or (plain[end] in ",." and plain[end + 1 : end + 2].isdigit())):
        if plain[end] == "," and not plain[end + 1 : end + 4].isdigit():
            break
        end += 1
    digits = plain[place:end].replace(",", "")
    return (float(digits) if digits.count(".") < 2 else float(digits.split(".")[0])), end


def _read(found: Figures, plain: str, place: int, number: float, end: int) -> int:
    """Puts one figure where it belongs and returns the place behind it."""
    rest = plain[end:]
    if rest[:1] == ":" and rest[1:3].isdigit():
        return _read_clock(found, plain, place, int(number), int(rest[1:3]), end + 3)
    if rest.lstrip().startswith("시") and not rest.lstrip().startswith("시간"):
        behind = rest.lstrip()[1:].lstrip()
        digits = "".join(char for char in behind[:2] if char.isdigit())
        is_minute = digits and behind[len(digits) :].lstrip().startswith("분")
        minute = int(digits) if is_minute else 30 if behind.startswith("반") else 0
        past = len(plain) - len(behind) + (len(digits) if is_minute else 0)
        return _read_clock(found, plain, place, int(number), minute, past + (1 if is_minute else 0))
    if rest.lstrip().startswith(("am", "pm", "a.m", "p.m")) and number <= 12:
        return _read_clock(found, plain, place, int(number), 0, end)
    number, end = _scaled(plain, number, end)
    return _read_amount(found, plain, place, number, end)


def _scaled(plain: str, number: float, end: int) -> tuple[float, int]:
    """A number with its 천, 만, k behind it, and those of what follows: 1억 2천만."""
    at = end + 1 if plain[end : end + 1] == " " else end
    letters = 0
    while plain[at + letters : at + letters + 1] in _TENFOLD and plain[at + letters] != "k":
        letters += 1
    is_k = plain[at : at + 1] == "k" and not plain[at + 1 : at + 2].isalpha()
    behind = plain[at + letters :].lstrip()
    if not (letters or is_k) or (letters and behind and behind[0].isalpha() and not behind.startswith(_BEHIND_SCALE)):
        return number, end
    for letter in plain[at : at + max(letters, 1)]:
        number *= _TENFOLD[letter]
    at += max(letters, 1)
    if plain[at : at + 2].strip()[:1].isdigit():
        start = at + (plain[at] == " ")
        more, stop = _digits(plain, start)
        rest, stop = _scaled(plain, more, stop)
        return (number + rest, stop) if rest > more else (number, at)
    return number, at


_BEHIND_SCALE = (
    "건",
    "명",
    "개",
    "대",
    "원",
    "회",
    "번",
    "분",
    "초",
    "시간",
    "여",
    "달러",
    "은",
    "는",
    "이",
    "가",
    "을",
    "를",
    "의",
)


def _read_clock(found: Figures, plain: str, place: int, hour: int, minute: int, end: int) -> int:
    while plain[end : end + 1] == ":" or (plain[end : end + 1].isdigit() and plain[end - 1] == ":"):
        end += 1
        while plain[end : end + 1].isdigit():
            end += 1
    before, after = plain[:place].rstrip(), plain[end:].lstrip()
    late = before.endswith(_AFTERNOON) or after.startswith(_AFTERNOON)
    early = before.endswith(_MORNING) or after.startswith(_MORNING)
    day = hour % 12 + 12 if late else hour % 12 if early else hour if hour > 12 or plain[place] == "0" else -1
    if day < 0 and place + 1 < len(plain) and plain[place + 1].isdigit():
        day = hour
    zone = "".join(
        char if char.isalpha() and char.isascii() else " "
        for char in after.removeprefix("pm").removeprefix("am").lstrip(" (")[:5]
    ).split(" ")[0]
    if zone in _AHEAD and day >= 0:
        found.zoned.append((day * 60 + minute - _AHEAD[zone]) % 1440)
    else:
        found.clocks.append(((hour % 12) * 60 + minute, day * 60 + minute if day >= 0 else -1))
    return end


_AHEAD = {
    "utc": 0,
    "gmt": 0,
    "z": 0,
    "kst": 540,
    "jst": 540,
    "cet": 60,
    "est": -300,
    "edt": -240,
    "pst": -480,
    "pdt": -420,
}


def _read_amount(found: Figures, plain: str, place: int, number: float, end: int) -> int:
    rest = plain[end:]
    behind = rest.lstrip(" -")
    if _is_day(plain, place, rest):
        found.days.add(int(number))
    elif behind.startswith(_PERCENT):
        found.percents.append(number)
        of = behind.partition("of ")[2] if behind.split(" ")[1:2] == ["of"] else ""
        found.shares += [(number, _noun(of))] if _noun(of) else []
    elif size := _size_of_unit(behind):
        _add_length(found, plain, place, round(number * size, 3))
        found.length_ends = end + 1 + len(behind) - len(behind.lstrip(string.ascii_letters + "시간분초일주"))
        found.length_ends += rest.startswith((" ", "-")) - 1
    else:
        found.amounts.append(number)
        found.counted.append((number, "$" if plain[:place].endswith(("$", "€", "£")) else _noun(behind)))
    return end


_PERCENT = ("%", "percent", "per cent", "퍼센트", "프로")


def _size_of_unit(behind: str) -> float:
    for unit, size in _LENGTHS:
        ends = behind[len(unit) : len(unit) + 1]
        whole = len(unit) > 1 or not unit.isascii() or not (ends.isalpha() and ends.isascii())
        if behind.startswith(unit) and whole and not (unit == "m" and behind.startswith(("mb", "ms"))):
            return size
    return 0.0


def _add_length(found: Figures, plain: str, place: int, seconds: float) -> None:
    """1 hour 30 minutes is one length."""
    between = plain[found.length_ends : place].strip(" ,") if 0 <= found.length_ends <= place else "-"
    if between in ("", "and") and seconds < found.lengths[-1]:
        found.lengths[-1] += seconds
    else:
        found.lengths.append(seconds)


_KINDS = {
    **{"건": "건", "개": "건", "장": "건", "명": "명", "대": "대", "원": "$", "달러": "$", "dollars": "$", "usd": "$"},
    **{unit: unit for unit in ("kb", "mb", "gb", "tb")},
}
_SAME = (("user", "cust", "peop", "pers", "memb"), ("serv", "host", "node", "mach"))
_ANSWERS = ("erro", "resp", "stat", "code")


def _noun(behind: str) -> str:
    """What is counted: a Korean counter or money, else how the first plural within four words begins."""
    for counter, kind in _KINDS.items():
        if behind.startswith(counter):
            return kind
    for word in behind.split(" ")[:4]:
        bare = word.strip(string.punctuation)
        if bare.isascii() and len(bare) > 3 and bare.endswith("s") and not bare.endswith(("ss", "us", "is", "'s")):
            return bare[:4]
        if bare in ("people",):
            return bare[:4]
        if word != bare or not bare.isascii() or any(char.isdigit() for char in bare) or bare in _BREAKS:
            break
    return ""


_BREAKS = (
    "was",
    "were",
    "is",
    "are",
    "and",
    "but",
    "in",
    "on",
    "at",
    "for",
    "with",
    "from",
    "to",
    "has",
    "have",
    "had",
)


def _alike(one: str, other: str) -> bool:
    if one == other or any(one in same and other in same for same in _SAME):
        return True
    return "$" not in (one, other) and one.isascii() != other.isascii()


def _has_share(said: Figures, number: float, noun: str) -> bool:
    of = [one for value, one in said.shares if value == number]
    return not of or any(_alike(one, noun) for one in of)


def _is_day(plain: str, place: int, rest: str) -> bool:
    before, after = plain[:place].rstrip(), rest.lstrip()
    months = after.startswith(("월", "년")) or (after.startswith("일") and before.endswith("월"))
    return (
        months
        or _is_month(before.split(" ")[-1])
        or _is_month(after.split(" ")[0])
        or (rest[:1] == "-" and rest[1:3].isdigit())
    )


def _is_month(word: str) -> bool:
    bare = word.strip(string.punctuation)
    return len(bare) > 2 and any(month.startswith(bare) for month in _MONTHS)
