"""Numbers in words, in English and Korean, written in digits: "a hundred" is 100, "세 시간" is 3시간, "half" is 50%."""

import re
from collections.abc import Callable, Iterable
from decimal import Decimal

AT_LEAST, AS_WORD = "\ue000", "\ue001"
"""Marks before a number: no more was said than that it is at least so many ("several"); it was the word "one"."""

_SMALL = {
    **{"two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10},
    **{"eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16, "seventeen": 17},
    **{"eighteen": 18, "nineteen": 19, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60},
    **{"seventy": 70, "eighty": 80, "ninety": 90},
}
_SCALES = {"dozen": 12, "hundred": 100, "thousand": 1_000, "million": 1_000_000, "billion": 1_000_000_000}
_PLENTY = {"tens": 10, "dozens": 12, "hundreds": 100, "thousands": 1_000, "millions": 1_000_000}
_VALUES: dict[str, int] = {"a": 1, "an": 1, "one": 1, **_SMALL, **_SCALES, **_PLENTY}
_NATIVE = {
    **{"한": 1, "두": 2, "세": 3, "네": 4, "다섯": 5, "여섯": 6, "일곱": 7, "여덟": 8, "아홉": 9},
    **{"열": 10, "스무": 20, "스물": 20, "서른": 30, "마흔": 40, "쉰": 50},
}
_DAYS = {"하루": 1, "이틀": 2, "사흘": 3, "나흘": 4, "열흘": 10, "보름": 15, "일주일": 7}
_SINO = {"일": 1, "이": 2, "삼": 3, "사": 4, "오": 5, "육": 6, "칠": 7, "팔": 8, "구": 9}
_KOREAN_SCALES = {"십": 10, "백": 100, "천": 1_000, "만": 10_000, "억": 100_000_000}


def in_digits(plain: str) -> str:
    """Return comparable text with its number words as digits; what says no exact number has a mark before it."""
    for pattern, written in _REWRITES:
        plain = pattern.sub(written, plain)
    return plain


def _any_of(words: Iterable[str]) -> str:
    return "|".join(sorted(words, key=len, reverse=True))


def _written(value: Decimal | int) -> str:
    plain = f"{Decimal(value):f}"
    return plain.rstrip("0").rstrip(".") if "." in plain else plain


def _product(found: re.Match[str]) -> str:
    """Two hundred and fifty, 2 million, half a million."""
    value = _small(found["times"] or "a")
    for scale in found["scales"].split():
        value *= _SCALES[scale]
    return _written(value + (_small(found["more"]) if found["more"] else 0))


def _small(words: str) -> Decimal:
    if words == "half a":
        return Decimal("0.5")
    if words[0].isdigit():
        return Decimal(words.replace(",", ""))
    return Decimal(_VALUES.get(words) or sum(_VALUES[part] for part in re.split("[ -]", words)))


def _plenty(found: re.Match[str]) -> str:
    """Hundreds of thousands of, several hundred, 수백."""
    value = Decimal(1)
    for word in re.findall("[a-z]+|[십백천만억]", found[0]):
        value *= _VALUES.get(word, _KOREAN_SCALES.get(word, 1))
    return f"{AT_LEAST}{_written(max(value, Decimal(2)))}" + ("" if "가" <= found[0][-1] <= "힣" else " ")


def _length(found: re.Match[str]) -> str:
    """An hour; but not that of "12 dollars an hour"."""
    is_rate = _RATE.search(found.string, max(0, found.start() - 40), found.start())
    return found[0] if is_rate else f"1 {found[1]}"


_RATE = re.compile(r"(?:\d\S*\s\w+|times|once|twice|per)\s$")


def _native(found: re.Match[str]) -> str:
    return str(_NATIVE.get(found[1], 0) + _NATIVE[found[2]])


def _korean(found: re.Match[str]) -> str:
    """1억 2천3백만, 삼만 오천: what stands before 만 and 억 is counted in them."""
    total = section = number = Decimal(0)
    for token in re.findall(r"\d[\d,]*(?:\.\d+)?|[가-힣]", found[0]):
        if token in _KOREAN_SCALES:
            size = _KOREAN_SCALES[token]
            if size < 10_000:
                section += (number or 1) * size
            else:
                total, section = total + (section + number or 1) * size, Decimal(0)
            number = Decimal(0)
        else:
            number = Decimal(_SINO[token] if token in _SINO else token.replace(",", ""))
    return _written(total + section + number)


_DIGITS = r"(?<![\d,.])\d[\d,]{0,15}(?:\.\d{1,9})?"
_TENS = _any_of(word for word in _SMALL if word.endswith("ty"))
_UNIT = rf"(?:{_TENS})[ -](?:one|two|three|four|five|six|seven|eight|nine)"
_NUMBER = rf"(?:{_UNIT}|{_any_of(_SMALL)})\b"
_SCALE = rf"(?:{_any_of(_SCALES)})\b"
_MANY = rf"(?:{_any_of(_PLENTY)})\b"
_LENGTH = r"(?:minute|hour|day|week|month|year)"
_FEW = r"(?:several|multiple|a few|few|a couple(?: of)?|a number of)"
_NO_ONE = r"(?<!no )(?<!the )(?<!this )(?<!that )(?<!each )(?<!any )(?<!every )(?<!which )"
_ONE_OF = r"(?:of|more|another|by|at|who|that|which|to|is|was|in|and|or|day|time|on|for|thing)\b"
_NO_PART = r"(?<!first )(?<!second )(?<!other )(?<!last )"
_THINGS = "명|건|개|대|장|곳|가지|종|군데|사람|번|회|차례|배|쪽|줄|편|원|가구"
_TIMES = "시간|분|초|일|주|달"
_SINGLE = _any_of(word for word in _NATIVE if word != "한")
_CLOCK = r"시(?=\s|$|[.,;:?!)\d]|쯤|경|에|반|까지|부터|이후|이전|전|후|가|는|였)"
_AFTER_SCALE = (
    r"(?=\s?(?:명|건|개|대|원|회|번|여|퍼센트|%|분|초|시간|달러|가구)|[\s.,!?)…]|$|[은는이가을를의에로도과와])"
)
_BEGINS = r"(?<![가-힣])"
_ONE = "[일이삼사오육칠팔구]"
_Written = str | Callable[[re.Match[str]], str]
_ENGLISH: tuple[tuple[str, _Written], ...] = (
    (r"\b(?:half an|half|a half) hour\b", "30 minutes"),
    (r"\bquarter of an hour\b", "15 minutes"),
    (r"\b(?:an?|one|1) hour and a half\b|\b(?:one|1) and a half hours\b", "90 minutes"),
    (r"\b(?:a|one|1) minute and a half\b", "90 seconds"),
    (rf"\b{_FEW} {_SCALE}(?: of\b)?|\b(?:{_FEW} )?{_MANY}(?: of {_MANY})?(?: of\b)?", _plenty),
    (rf"\b{_FEW}\b(?! [\d-])", f"{AT_LEAST}2"),
    (rf"\b(for|lasted|took|lasting|taking) (?={_LENGTH}s\b)", rf"\1 {AT_LEAST}2 "),
    (
        rf"(?:(?P<times>{_DIGITS}|\b(?:half a|an?|one|{_NUMBER})) )?\b(?P<scales>{_SCALE}(?: {_SCALE})?)"
        rf"(?: (?:and )?(?P<more>{_NUMBER})(?! {_SCALE}))?",
        _product,
    ),
    (r"\b(?:a|one|1) quarter of\b", "25% of"),
    (r"\bthree[ -]quarters of\b", "75% of"),
    (r"\b(?:a|one|1) third of\b", "1/3 of"),
    (r"\btwo[ -]thirds\b", "2/3"),
    (r"\bdoubl(?:ed|es|ing)\b", "2x"),
    (r"\btripl(?:ed|es|ing)\b", "3x"),
    (rf"\b{_NUMBER}", lambda found: _written(_small(found[0]))),
    (rf"(?<=\d) and a half (?={_LENGTH}|second)", ".5 "),
    (r"(?<=\d) times (?=as |more |higher|faster|slower|larger|bigger|longer)", "x "),
    (rf"\b(?:an?|one) (?:(?:entire|whole|full|single|solid|good) )?({_LENGTH}\b)", _length),
    (r"\bone (?=seconds?\b|%|percent)", "1 "),
    (rf"{_NO_ONE}\b(?:one|a single) (?!{_ONE_OF})(?=[a-z])", f"{AS_WORD}1 "),
    (rf"{_NO_PART}\bhalf\b(?![- ](?:open|way|baked|closed|time|duplex|an?\b))", "50%"),
)
_KOREAN: tuple[tuple[str, _Written], ...] = (
    (r"절반", "50%"),
    (r"(?<!\d)(\d{1,9})\s?분의\s?(\d{1,9})", r"\2/\1"),
    (rf"{_BEGINS}({_any_of(_DAYS)})(?!빨|속|아침)", lambda found: f"{_DAYS[found[1]]}일"),
    (rf"{_BEGINS}반\s?시간", "30분"),
    (rf"{_BEGINS}(?:몇몇?|여러|수)\s?[십백천만억]{{1,4}}(?=\s?(?:{_THINGS}))", _plenty),
    (
        rf"{_BEGINS}(?:몇|여러)\s?(?={_THINGS}|시간|분|초|일|주|달)|{_BEGINS}수\s?(?=시간|분간|초간|일간|분 )",
        f"{AT_LEAST}2",
    ),
    (rf"{_BEGINS}(?:여러|다수의|몇몇) (?=[가-힣a-z])", f"{AT_LEAST}2개 "),
    (rf"{_BEGINS}(열|스물|서른|마흔|쉰)?({_SINGLE}|(?<=[열물른흔쉰])한)\s?(?={_THINGS}|시간|달|주|{_CLOCK})", _native),
    (rf"{_BEGINS}한\s?(?=시간|달(?!러)|{_CLOCK})", "1"),
    (rf"{_BEGINS}한\s?(?=명|건|개|대|장|곳|가지|종|군데|사람)", f"{AS_WORD}1"),
    (
        rf"{_DIGITS}\s?[십백천만억]{{1,4}}(?:\s?\d{{1,9}}[십백천만억]{{1,4}}){{0,4}}(?:\d{{1,4}})?{_AFTER_SCALE}",
        _korean,
    ),
    (
        rf"(?<![가-힣\d])(?:{_ONE}?[십백천만억]|(?<=[만억]) (?={_ONE}?[십백천])){{1,12}}{_ONE}?"
        r"(?=\s?(?:명|건|개|대|원|회|번|퍼센트|%|분|초|시간|달러)|\s장)",
        _korean,
    ),
    (r"(?<=\d)\s?시간\s?반(?![가-힣])|(?<=\d)\s?시간\s?반(?=[이에만]|동안|가량|정도)", "시간 30분"),
)
_REWRITES = tuple((re.compile(pattern), written) for pattern, written in (*_ENGLISH, *_KOREAN))
