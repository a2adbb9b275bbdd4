"""The vocabulary of times in English and Korean, and the rewriting of number words and synonyms into digits."""

import re
import unicodedata

MONTHS = {
    name: number
    for number, names in enumerate(
        (
            ("january", "jan"),
            ("february", "feb"),
            ("march", "mar"),
            ("april", "apr"),
            ("may",),
            ("june", "jun"),
            ("july", "jul"),
            ("august", "aug"),
            ("september", "sept", "sep"),
            ("october", "oct"),
            ("november", "nov"),
            ("december", "dec"),
        ),
        start=1,
    )
    for name in names
}
MONTH = r"(?:" + "|".join(sorted(MONTHS, key=len, reverse=True)) + r")\.?(?![a-z])"
WEEKDAYS = {
    name: number
    for number, names in enumerate(
        (
            ("monday", "mon", "월"),
            ("tuesday", "tues", "tue", "화"),
            ("wednesday", "wed", "수"),
            ("thursday", "thurs", "thur", "thu", "목"),
            ("friday", "fri", "금"),
            ("saturday", "sat", "토"),
            ("sunday", "sun", "일"),
        )
    )
    for name in names
}
WEEKDAY = r"(?:" + "|".join(sorted((n for n in WEEKDAYS if n.isascii()), key=len, reverse=True)) + r")\.?(?![a-z])"
DAYS = {
    **{"today": 0, "yesterday": -1, "tomorrow": 1},
    **{"오늘": 0, "금일": 0, "어제": -1, "작일": -1, "전일": -1},
    **{"그제": -2, "그저께": -2, "그끄저께": -3, "내일": 1, "명일": 1, "모레": 2},
}
_NUMBERS = {
    **{"an": 1, "a": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8},
    **{"nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "fifteen": 15, "twenty": 20, "thirty": 30},
    **{"forty": 40, "forty-five": 45, "fifty": 50, "ninety": 90},
}
_NATIVE = {
    **{"열두": 12, "열한": 11, "열": 10, "아홉": 9, "여덟": 8, "일곱": 7, "여섯": 6, "다섯": 5},
    **{"네": 4, "세": 3, "두": 2, "한": 1},
}
_SINO = {"일": 1, "이": 2, "삼": 3, "사": 4, "오": 5, "육": 6, "칠": 7, "팔": 8, "구": 9}
_UNIT = r"(?:seconds?|secs?|minutes?|mins?|hours?|hrs?|days?|weeks?|months?|years?)"
_REWRITES = tuple(
    (re.compile(pattern), written)
    for pattern, written in (
        (r"\b([ap])\.\s?m\.?", r"\1m"),
        (r"\bday before yesterday\b", "그제"),
        (r"\bday after tomorrow\b", "모레"),
        (r"\bthis (morning)\b", "today am"),
        (r"\bthis (?:afternoon|evening)\b", "today pm"),
        (r"\blast night\b|어젯밤|간밤", "어제 밤"),
        (r"\btonight\b", "today 밤"),
        (r"\bin the morning\b", "am"),
        (r"\bin the (?:afternoon|evening)\b", "pm"),
        (r"\bat night\b", "밤"),
        (r"\bhalf an? hour\b|\bhalf hour\b|반\s*시간", "30분"),
        (r"\bquarter of an hour\b", "15분"),
        (r"\b(?:an?|1) hour and a half\b|\bone and a half hours\b", "90분"),
        (r"일주일", "1주"),
        (r"하루(?= *[전뒤후])", "1일"),
        (r"이틀(?= *[전뒤후])", "2일"),
        (r"사흘(?= *[전뒤후])", "3일"),
        (r"나흘(?= *[전뒤후])", "4일"),
        (r"([가-힣])\((?=[월화수목금토일]\))", r"\1 ("),
    )
)
_ENGLISH_NUMBER = re.compile(r"\b(" + "|".join(sorted(_NUMBERS, key=len, reverse=True)) + r")\s+(?=" + _UNIT + r"\b)")
_NATIVE_NUMBER = re.compile(
    r"(?<![가-힣])(" + "|".join(_NATIVE) + r")\s*(?=시(?:간|\s|$|쯤|경|에|반)|달|주(?:일)?\s*전)"
)
_SINO_MINUTES = re.compile(r"(?<![가-힣])([이삼사오]?)(십)?([일이삼사오육칠팔구])?\s*(?=분)")


def normalised(text: str) -> str:
    """Return what was typed in one spelling: narrow, lower case, single spaces, numbers as digits."""
    plain = unicodedata.normalize("NFKC", text).strip().lower().replace(",", " ").replace("’", "'")
    plain = re.sub(r"\s+", " ", plain)
    for pattern, written in _REWRITES:
        plain = pattern.sub(written, plain)
    plain = _ENGLISH_NUMBER.sub(lambda found: f"{_NUMBERS[found[1]]} ", plain)
    plain = _NATIVE_NUMBER.sub(lambda found: str(_NATIVE[found[1]]), plain)
    return _SINO_MINUTES.sub(_sino, plain).strip()


def _sino(found: re.Match[str]) -> str:
    tens, ten, ones = found[1], found[2], found[3]
    if not (tens or ten or ones) or (tens and not ten and ones):
        return found[0]
    if not ten:
        return str(_SINO[tens or ones])
    return str((_SINO[tens] if tens else 1) * 10 + (_SINO[ones] if ones else 0))
