"""Judges a finished draft against its transcript. Written apart from the rules that ground drafts: shares none of them.

It reads words from left to right and compares letters, where the rules read patterns and compare claims, so that one
mistake is not made twice.
"""

import string
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from itertools import pairwise
from typing import Protocol

from bot.evals.denials import ENOUGH, shared, turned_in, unsettled_in
from bot.evals.letters import plain_of, squeezed, words_in


class Witness(Protocol):
    """A line of the log, as far as it is looked at."""

    @property
    def at(self) -> datetime: ...
    @property
    def speaker(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def deleted(self) -> bool: ...


def complaints(
    text: str, citations: Sequence[int], lines: Mapping[int, Witness], *, zone: tzinfo = UTC
) -> tuple[str, ...]:
    """Return what the cited lines do not bear out of a sentence: each time of what kind, and what it is."""
    cited = [lines[number] for number in citations if number in lines]
    if not citations or len(cited) < len(citations) or any(line.deleted for line in cited):
        return ("citation",)
    said = _Said.of(cited, zone)
    found = [f"figure {one}" for one in _figures(text).missing_in(said)]
    found += [f"name {one}" for one in _codes(text) if one not in said.squeezed]
    found += [f"person {one}" for one in _people(text, lines.values()) if one not in said.plain]
    found += [f"quotation {one}" for one in _quoted(text) if not _is_quoted(one, said.plain)]
    found += [f"negation {clause}" for clause in turned_in(text, [line.text for line in cited])]
    found += [f"unsettled {clause}" for clause in unsettled_in(text, [line.text for line in cited])]
    if shared(text, said.plain) < ENOUGH:
        found.append("subject")
    return tuple(found)


@dataclass(slots=True)
class _Said:
    plain: str
    squeezed: str
    figures: "_Figures"

    @classmethod
    def of(cls, cited: Sequence[Witness], zone: tzinfo) -> "_Said":
        plain = plain_of("\n".join(f"{line.speaker}: {line.text}" for line in cited))
        figures = _figures(plain)
        for line in cited:
            for at in (line.at.astimezone(UTC), line.at.astimezone(zone)):
                figures.clocks.append(((at.hour * 60 + at.minute) % 720, at.hour * 60 + at.minute))
                figures.days.update((at.year, at.month, at.day))
        figures.moments = [int(line.at.timestamp()) for line in cited]
        return cls(plain, squeezed(plain), figures)


# ---------------------------------------------------------------- figures: clock times, amounts, lengths of time


@dataclass(slots=True)
class _Figures:
    """`clocks`: (minute of the half day, minute of the day or -1); `lengths` in seconds; `amounts` everything else."""

    clocks: list[tuple[int, int]] = field(default_factory=list)
    lengths: list[float] = field(default_factory=list)
    percents: list[float] = field(default_factory=list)
    amounts: list[float] = field(default_factory=list)
    days: set[int] = field(default_factory=set)
    moments: list[int] = field(default_factory=list)

    def missing_in(self, said: "_Said") -> list[str]:
        other = said.figures
        bare = {*other.amounts, *other.percents, *other.lengths, *other.days}
        missing = [f"{clock}" for clock in self.clocks if not any(_same_clock(clock, one) for one in other.clocks)]
        missing += [f"{one}%" for one in self.percents if one not in other.percents]
        missing += [f"{one}" for one in self.amounts if one not in bare]
        return missing + [
            f"{one}s" for one in self.lengths if one not in other.lengths and not self._is_between(one, other)
        ]

    def _is_between(self, seconds: float, other: "_Figures") -> bool:
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
_WORDED = {
    **{"two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10},
    **{"eleven": 11, "twelve": 12, "fifteen": 15, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50},
}
_TENFOLD = {"k": 1e3, "천": 1e3, "만": 1e4, "억": 1e8}
_MONTHS = (
    *("january", "february", "march", "april", "may", "june", "july"),
    *("august", "september", "october", "november", "december"),
)


def _figures(text: str) -> _Figures:
    found = _Figures()
    plain = plain_of(text)
    place = 0
    while place < len(plain):
        if not plain[place].isdigit() or _is_inside_a_name(plain, place):
            place += 1
            continue
        number, end = _digits(plain, place)
        place = _read(found, plain, place, number, end)
    words = words_in(plain)
    for word, following in zip(words, [*words[1:], ""], strict=False):
        if word in _WORDED:
            _read_amount(found, plain, len(plain), _WORDED[word], following)
    return found


def _is_inside_a_name(plain: str, place: int) -> bool:
    """A digit of web-3, v2.1 or p99 is no figure."""
    token = _token_around(plain, place)
    return _is_code(token)


def _token_around(plain: str, place: int) -> str:
    start, end = place, place
    while start > 0 and _joins(plain[start - 1]):
        start -= 1
    while end < len(plain) and _joins(plain[end]):
        end += 1
    return plain[start:end].strip(".-_")


def _joins(char: str) -> bool:
    return (char.isalnum() and char.isascii()) or char in "-_."


def _is_code(token: str) -> bool:
    """Letters first and digits behind, or several dots: a server, a version, an address, a commit."""
    if not token or not any(char.isdigit() for char in token):
        return False
    if token.count(".") >= 2 and not token.replace("p.m", "").replace("a.m", "").count(".") < 2:
        return True
    if token[0].isalpha() and "-" not in token[1:2]:
        return True
    letters = sum(char.isalpha() for char in token)
    changes = sum(one.isalpha() and two.isdigit() for one, two in pairwise(token))
    return len(token) >= 7 and letters > 0 and changes > 0


def _digits(plain: str, place: int) -> tuple[float, int]:
    end = place
    while end < len(plain) and (plain[end].isdigit() or (plain[end] in ",." and plain[end + 1 : end + 2].isdigit())):
        if plain[end] == "," and not plain[end + 1 : end + 4].isdigit():
            break
        end += 1
    digits = plain[place:end].replace(",", "")
    return (float(digits) if digits.count(".") < 2 else float(digits.split(".")[0])), end


def _read(found: _Figures, plain: str, place: int, number: float, end: int) -> int:
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
    for letter, size in _TENFOLD.items():
        if (rest.lstrip().startswith(letter) and not rest.lstrip()[1:2].isascii()) or rest[:2].strip() == letter:
            number, end = number * size, plain.index(letter, end) + 1
            rest = plain[end:]
    _read_amount(found, plain, place, number, rest)
    return end


def _read_clock(found: _Figures, plain: str, place: int, hour: int, minute: int, end: int) -> int:
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
    found.clocks.append(((hour % 12) * 60 + minute, day * 60 + minute if day >= 0 else -1))
    return end


def _read_amount(found: _Figures, plain: str, place: int, number: float, rest: str) -> None:
    behind = rest.lstrip(" -")
    if _is_day(plain, place, rest):
        found.days.add(int(number))
    elif behind.startswith(("%", "percent", "per cent", "퍼센트", "프로")):
        found.percents.append(number)
    else:
        for unit, size in _LENGTHS:
            ends = behind[len(unit) : len(unit) + 1]
            whole = len(unit) > 1 or not unit.isascii() or not (ends.isalpha() and ends.isascii())
            if behind.startswith(unit) and whole and not (unit == "m" and behind.startswith(("mb", "ms"))):
                found.lengths.append(round(number * size, 3))
                return
        found.amounts.append(number)


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


# ---------------------------------------------------------------- names, people, quotations


def _codes(text: str) -> list[str]:
    """The squeezed names of servers, versions and the like in a text."""
    plain = "".join(char if _joins(char) else " " for char in plain_of(text))
    return [squeezed(word) for word in (one.strip(".-_") for one in plain.split()) if _is_code(word)]


def _people(text: str, lines: Iterable[Witness]) -> list[str]:
    """Speakers of the whole log whom the text names, and whoever it calls by a Korean title."""
    words = [plain_of(word) for word in words_in(text)]
    speakers = {plain_of(line.speaker) for line in lines}
    named = [one for one in speakers if len(one) > 2 and " " in one and one in plain_of(text)]
    parts = {part for one in speakers for part in one.split() if len(part) > 2 or not part.isascii()}
    named += [part for part in parts if any(_is_called(word, part) for word in words)]
    titled = [one for one, two in pairwise(words) if two[:1] in ("님", "씨") and len(one) in (2, 3)]
    written = words_in(text)
    both = [
        one for pair in pairwise(written) if all(part.istitle() and part.isascii() for part in pair) for one in pair
    ]
    return named + titled + _korean_strangers(words) + [plain_of(one).removesuffix("'s") for one in both]


_FAMILIES = "김이박최정강조윤장임한오서신권황안송홍유고문양손배백허남노하곽성주민심"
_TWOFOLD = ("남궁", "황보", "제갈", "선우")
_GIVEN = (
    "민서지현수영은정준호우희연윤도하경재성미숙훈철동혜승원나유아다예채솔린림용석규태건혁찬형빈라늘진순옥광헌률환욱"
    "주상일슬율문종효범인보강"
)
_ENDINGS = ("이", "가", "은", "는", "께서")


def _korean_strangers(words: Iterable[str]) -> list[str]:
    """Words of the form family name, two letters that given names have, and what marks who did it."""
    found = []
    for word in words:
        family = word[:2] if word.startswith(_TWOFOLD) else word[:1]
        name, ending = word[: len(family) + 2], word[len(family) + 2 :]
        is_family = family in _TWOFOLD or family in _FAMILIES
        if is_family and ending in _ENDINGS and all(letter in _GIVEN for letter in name[len(family) :]):
            found.append(name)
    return [name for name in found if name not in _NO_NAMES]


_NO_NAMES = (
    "이정도",
    "주도하",
    "유도하",
    "정정하",
    "조성하",
    "이용하",
    "이동하",
    "유지하",
    "정지하",
    "조정하",
    "한정하",
)


def _is_called(word: str, name: str) -> bool:
    if name.isascii():
        return word in (name, f"{name}'s")
    return word.startswith(name) and len(name) >= 2 and len(word) - len(name) <= 3


_PAIRS = (('"', '"'), ("“", "”"), ("「", "」"), ("『", "』"))


def _quoted(text: str) -> list[str]:
    found = []
    for opening, closing in _PAIRS:
        rest = text
        while opening in rest:
            _, _, rest = rest.partition(opening)
            inside, mark, rest = rest.partition(closing)
            if mark and len(inside.strip()) > 1:
                found.append(inside)
    return found


def _is_quoted(quote: str, said: str) -> bool:
    letters = squeezed(said)
    return all(squeezed(part) in letters for part in quote.replace("...", "…").split("…"))
