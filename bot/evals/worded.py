"""Spells number words out in digits for the checker: it walks from word to word, and shares nothing with the rules."""

_NUMBERS = {
    **{"two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10},
    **{"eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16, "seventeen": 17},
    **{"eighteen": 18, "nineteen": 19, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60},
    **{"seventy": 70, "eighty": 80, "ninety": 90},
}
_TIMES = {
    **{"dozen": 12, "hundred": 100, "thousand": 1e3, "million": 1e6, "billion": 1e9},
    **{"dozens": 12, "hundreds": 100, "thousands": 1e3, "millions": 1e6},
}
_KOREAN = {
    **{"열두": 12, "열한": 11, "열세": 13, "열네": 14, "스무": 20, "서른": 30, "한": 1, "두": 2, "세": 3, "네": 4},
    **{"다섯": 5, "여섯": 6, "일곱": 7, "여덟": 8, "아홉": 9, "열": 10},
}
_KOREAN_TIMES = {"십": 10, "백": 100, "천": 1_000, "만": 10_000, "억": 100_000_000}
_KOREAN_DAYS = {"하루": 1, "이틀": 2, "사흘": 3, "나흘": 4}
_COUNTED = ("건", "명", "대", "개", "장", "번", "회", "시간", "분", "초", "곳", "가지", "배", "사람", "달", "원", "주")
_CLOCK_ENDS = ("", "에", "부터", "까지", "쯤", "경", "반", "이후", "가", "는")
_LENGTHS = ("minute", "hour", "day", "week", "month")
_WHOLE = ("entire", "whole", "full", "single")
_MARKS = ",.;:!?()\"'"


def spelled(plain: str) -> str:
    """Return the text with its number words as digits."""
    words = plain.split(" ")
    written: list[str] = []
    place = 0
    while place < len(words):
        digits, used = _english(words, place)
        written.append(digits if used else _korean(words[place], words[place + 1 : place + 2]))
        place += used or 1
    return " ".join(written)


def _english(words: list[str], place: int) -> tuple[str, int]:
    """Digits for the number words that begin here, and how many they are; 0 where none begins."""
    word = words[place].strip(_MARKS)
    following = [one.strip(_MARKS) for one in words[place + 1 : place + 4]]
    if word == "half" and following[:1] != ["a"]:
        return f"50%{_mark(words[place])}", 1
    if word in ("a", "an", "one") and following and not _is_rate(words, place):
        skipped = 1 if following[0] in _WHOLE else 0
        length = following[skipped] if len(following) > skipped else ""
        if length in _LENGTHS:
            return "1", 1 + skipped
    return _number(words, place)


def _is_rate(words: list[str], place: int) -> bool:
    return place > 1 and any(char.isdigit() for char in words[place - 2])


def _number(words: list[str], place: int) -> tuple[str, int]:
    value, at = _start(words, place)
    while at < len(words) and (at == place or not _mark(words[at - 1])):
        word = words[at].strip(_MARKS)
        number = _value(word)
        if number and value % 10 == 0:
            value += number
        elif word in _TIMES:
            value = max(value, 1) * _TIMES[word]
        elif not (word == "and" and value >= 100 and _goes_on(words, at)):
            break
        at += 1
    return (f"{value:.12g}{_mark(words[at - 1])}", at - place) if at > place else ("", 0)


def _start(words: list[str], place: int) -> tuple[float, int]:
    """What "a", "half a" or a figure before a scale is worth, and the place behind it."""
    word, following = words[place].strip(_MARKS), [one.strip(_MARKS) for one in words[place + 1 : place + 3]]
    if word == "half":
        return (0.5, place + 2) if following[0] == "a" and following[-1] in _TIMES else (0.0, place)
    if not following or following[0] not in _TIMES:
        return 0.0, place
    if word in ("a", "an", "one"):
        return 1.0, place + 1
    is_figure = word[:1].isdigit() and word.replace(",", "").replace(".", "", 1).isdigit()
    return (float(word.replace(",", "")), place + 1) if is_figure else (0.0, place)


def _value(word: str) -> int:
    parts = word.split("-")
    ones = [{"one": 1}.get(part, 0) if len(parts) > 1 else 0 for part in parts]
    values = [_NUMBERS.get(part, one) for part, one in zip(parts, ones, strict=True)]
    return sum(values) if all(values) else 0


def _goes_on(words: list[str], at: int) -> bool:
    return at + 1 < len(words) and _value(words[at + 1].strip(_MARKS)) > 0


def _mark(word: str) -> str:
    return word[len(word.rstrip(_MARKS)) :]


def _korean(word: str, following: list[str]) -> str:
    """A Korean number word before what it counts, in the same word or the next."""
    if word.startswith("절반"):
        return f"50%{word[2:]}"
    for name, days in _KOREAN_DAYS.items():
        if word.startswith(name) and not word.startswith("하루빨"):
            return f"{days}일{word[len(name) :]}"
    if word[:1] == "수" and word[1:2] in _KOREAN_TIMES:
        return _times(word[1:])
    if word[:1] in _KOREAN_TIMES and word.strip("".join(_KOREAN_TIMES)) == "" and _is_counted("", following):
        return _times(word)
    for name in sorted(_KOREAN, key=len, reverse=True):
        rest = word[len(name) :]
        if word.startswith(name) and _is_counted(rest, following) and (name != "한" or _is_length(rest, following)):
            return f"{_KOREAN[name]}{rest}"
    return word


def _times(word: str) -> str:
    value, at = 1, 0
    while at < len(word) and word[at] in _KOREAN_TIMES:
        value *= _KOREAN_TIMES[word[at]]
        at += 1
    return f"{value}{word[at:]}"


def _is_counted(rest: str, following: list[str]) -> bool:
    counted = rest or (following[0] if following else "")
    is_clock = counted.startswith("시") and counted[1:].rstrip(_MARKS) in _CLOCK_ENDS
    return counted.startswith(_COUNTED) or is_clock


def _is_length(rest: str, following: list[str]) -> bool:
    return (rest or (following[0] if following else "")).startswith(("시간", "달", "시"))
