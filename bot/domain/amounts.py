"""Amounts in a text: how much or how many of what, and whether what was said bears them out."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import pairwise

from bot.domain.counted import (
    ANYTHING,
    HTTP_WORDS,
    are_alike,
    are_counted_alike,
    noun_of,
    nouns_after,
    nouns_before,
    nouns_of_counter,
)
from bot.domain.evidence import without_claims
from bot.domain.number_words import AS_WORD, AT_LEAST

TIME = "ms"
_COUNT, _PERCENT, _YEAR = "", "%", "year"
_NEAR = 80


@dataclass(frozen=True, slots=True)
class Amount:
    """`value` in the smallest unit of its kind ("ms", "%", "usd", …; "" counts things), `written` as it is written.

    `nouns` are what is counted, the last of them its name; `mark` is AT_LEAST, AS_WORD or "". `label`: whose
    number it is, a port's, a version's. `start` and `end`: where it stands. `counter`: the class of its Korean counter.
    """

    value: Decimal
    written: Decimal
    kind: str
    nouns: tuple[str, ...]
    mark: str
    label: str
    start: int
    end: int
    counter: str = ""

    @property
    def is_bare(self) -> bool:
        return self.kind == _COUNT and not self.nouns


_Pair = tuple[Decimal, Decimal]


@dataclass(frozen=True, slots=True)
class Counted:
    """What lines say of amounts: the amounts, every noun, and the years.

    `steps`: which went to which ("200→900"); `parts`: which is a part of which ("30 of 50"); `all_of`: of which it
    is said that it was all of them ("all 50", "50대 모두").
    """

    amounts: tuple[Amount, ...]
    steps: frozenset[_Pair]
    parts: frozenset[_Pair]
    all_of: frozenset[Decimal]
    nouns: frozenset[str]
    years: frozenset[Decimal]


def counted_in(text: str, years: Iterable[int] = ()) -> Counted:
    """Return what the rows of a text say of amounts; `years` are those in which they were written."""
    amounts: list[Amount] = []
    steps: set[_Pair] = set()
    parts: set[_Pair] = set()
    all_of: set[Decimal] = set()
    words: set[str] = set()
    for row in text.split("\n"):
        rest = without_claims(row)
        found = _amounts(rest)
        amounts += found
        steps |= _steps(rest, found)
        parts |= _parts(rest, found)
        all_of |= {one.value for one in found if _is_all(rest, one)}
        words |= set(_WORD.findall(rest))
    return Counted(
        tuple(amounts),
        frozenset(steps),
        frozenset(parts),
        frozenset(all_of),
        frozenset(noun for word in words if (noun := noun_of(word))),
        frozenset(map(Decimal, years)),
    )


_WORD = re.compile(r"[a-z][a-z'-]*|[가-힣]+")


def unknown_amounts(text: str, said: Counted, *, are_many: bool) -> tuple[Amount, ...]:
    """Return the amounts of `text` that were not said; `are_many`: more than one line or server speaks of it."""
    told = counted_in(text)
    turned = {(later, earlier) for earlier, later in said.steps} - said.steps
    wholes = {one for part in said.parts for one in part}
    if told.steps & turned or any(whole in wholes for _, whole in told.parts - said.parts):
        return told.amounts
    partly = {whole for part, whole in said.parts if part < whole} - {whole for _, whole in told.parts}
    if partly & told.all_of - said.all_of:
        return told.amounts
    return tuple(one for one in told.amounts if not _is_said(one, said, are_many=are_many))


def _is_said(one: Amount, said: Counted, *, are_many: bool) -> bool:
    if one.mark == AS_WORD:
        return not _is_other_than_one(one, said)
    if one.mark == AT_LEAST and one.kind == _COUNT and one.value == 2 and are_many:
        return True
    numbered = {other.value for other in said.amounts if one.label and other.label == one.label}
    if numbered and one.value not in numbered:
        return False
    if one.value in said.years and (one.is_bare or one.kind == _YEAR):
        return True
    return any(_bears_out(other, one, said.nouns) for other in said.amounts)


def _is_other_than_one(one: Amount, said: Counted) -> bool:
    """Whether what a text speaks of as one was said to be another number."""
    same = [other.value for other in said.amounts if other.nouns and other.nouns[-1] in one.nouns]
    return bool(same) and 1 not in same


def _bears_out(said: Amount, told: Amount, nouns: frozenset[str]) -> bool:
    if told.mark == AT_LEAST:
        is_enough = said.value >= told.value
        return is_enough and said.kind == told.kind and (told.kind != _COUNT or _are_of_one(said, told, nouns))
    if said.mark == AT_LEAST:
        return False
    if told.is_bare:
        return told.value == said.written
    if said.is_bare and told.kind == _PERCENT:
        return told.value == said.value and not said.label
    return said.kind == told.kind and said.value == told.value and _are_of_one(said, told, nouns)


def _are_of_one(said: Amount, told: Amount, nouns: frozenset[str]) -> bool:
    """Whether both count the same; of a number that stands alone its line must at least speak of what it counts."""
    if not told.nouns:
        return True
    if not are_counted_alike(said.counter, said.nouns, told.counter, told.nouns):
        return False
    if said.nouns:
        return any(are_alike(told.nouns[-1], one) for one in said.nouns) or any(
            are_alike(said.nouns[-1], one) for one in told.nouns
        )
    if said.kind == _PERCENT or (_is_status(said.value) and told.nouns[-1] in HTTP_WORDS):
        return True
    return not said.label and any(are_alike(told.nouns[-1], one) for one in nouns)


def _is_status(value: Decimal) -> bool:
    return 400 <= value < 600


# ---------------------------------------------------------------- reading

_UNITS = tuple(
    (kind, Decimal(size), re.compile(rf"[\s-]?(?:{names})(?![a-z])"))
    for kind, size, names in (
        ("%", 1, r"%|percent|per cent|pct|퍼센트|프로(?!세스|그|덕|젝|바|토)"),
        ("ms", 1, r"ms|msecs?|milliseconds?|밀리초"),
        ("ms", 1_000, r"s|secs?|seconds?|초(?!기|과|안|대)"),
        ("ms", 60_000, r"m|mins?|minutes?|분(?!석|산|류|리|기|할|배|명)"),
        ("ms", 3_600_000, r"h|hrs?|hours?|시간(?!표)"),
        ("month", 1, r"months?|개월|달(?!러|성|라|력|했)"),
        ("year", 1, r"years?|년(?!도)"),
        ("ms", 86_400_000, r"d|days?|일(?!시|부|반|정|단|괄|자|치)"),
        ("ms", 604_800_000, r"weeks?|주(?:일|간)?(?![가-힣])|주(?=째|만|동안|전|뒤|후)|주간"),
        ("b", 1, r"kb|kib|킬로바이트"),
        ("b", 1_000, r"mb|mib|메가(?:바이트)?"),
        ("b", 1_000_000, r"gb|gib|기가(?:바이트)?"),
        ("b", 1_000_000_000, r"tb|tib|테라(?:바이트)?"),
        ("usd", 1, r"usd|dollars?|달러|불(?![가-힣])"),
        ("krw", 1, r"krw|won|원(?!인|복|격|본|상|활|래|문|칙)"),
        ("eur", 1, r"eur|euros?|유로"),
        ("gbp", 1, r"gbp|pounds?|파운드"),
        ("rate", 1, r"rps|qps|tps|req/s|requests? (?:per|a) second"),
        ("times", 1, r"times|번(?!호|째|역)|회(?!원|복|선|사|로|귀|차|수)|차례"),
        ("fold", 1, r"x|fold|배(?!포|치|너|경|열)"),
    )
)
_COUNTERS = (
    ("who", r"명(?!령|시|세|확|단)|사람"),
    ("host", r"대(?!비|략|신|상|응|기|시|역|체|부|형|량)"),
    (
        ANYTHING,
        r"건(?!강|물|너|조)|개(?!발|선|시|인|정|편|체)|장(?!애|비|치|기|소|점|시)|곳|가지|종(?!료|류)|군데|줄|쪽|편",
    ),
)
_COUNTER = tuple((counter, re.compile(rf"\s?(?:여\s?)?(?:{names})")) for counter, names in _COUNTERS)
_MONEY = {"$": "usd", "€": "eur", "£": "gbp", "₩": "krw"}
_THOUSAND = {"k": 1_000, "m": 1_000_000, "mn": 1_000_000, "bn": 1_000_000_000}
_NUMBER = re.compile(
    rf"(?P<mark>[{AT_LEAST}{AS_WORD}]?)(?P<money>[$€£₩]\s?)?(?P<minus>(?<=[a-z가-힣]\s)[-−])?"
    r"(?P<number>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|(?<![\d.])\.\d+)(?P<scale>\s?(?:k|mn|bn)(?![a-z]))?"
)
_SUFFIX = re.compile(r"[a-z]+")
_LABEL = re.compile(
    r"(\b(?:port|version|line|pr|issue|ticket|build|step|stage|phase|code|status|http|id|number|priority|weight|rack"
    r"|zone|shard|region|row|room|floor|level|tier|group|partition|slot|page|node|server|host|worker|pod|disk|queue"
    r"|replica|instance|cluster|batch|cell|wave|ring|sprint|release|attempt|option|case)\b"
    r"|포트|버전|코드|단계|번호|랙|샤드|리전|노드|서버)\s?(?:no\.?\s?|of\s|is\s|was\s)?#?$"
)


def _amounts(rest: str) -> list[Amount]:
    found: list[Amount] = []
    for match in _NUMBER.finditer(rest):
        if not found or match.start() >= found[-1].end:
            found.append(_amount(rest, match))
    return _joined(rest, _inherited(rest, found))


def _amount(rest: str, found: re.Match[str]) -> Amount:
    written = Decimal(found["number"].replace(",", "")) * _THOUSAND.get((found["scale"] or "").strip(), 1)
    written = -written if found["minus"] else written
    before = rest[max(0, found.start() - _NEAR) : found.start()]
    bare = Amount(written, written, _COUNT, (), found["mark"], "", found.start(), found.end())
    if found["money"]:
        return replace(bare, kind=_MONEY[found["money"].strip()])
    for kind, size, pattern in _UNITS:
        unit = pattern.match(rest, bare.end)
        if unit:
            nouns = _of_percent(before, rest[unit.end() :][:_NEAR]) if kind == _PERCENT else ()
            return replace(bare, value=written * size, kind=kind, end=unit.end(), nouns=nouns)
    for counter, pattern in _COUNTER:
        unit = pattern.match(rest, bare.end)
        if unit:
            nouns = nouns_of_counter(counter, before, rest[unit.end() :][:_NEAR])
            return replace(bare, end=unit.end(), nouns=nouns, counter=counter)
    suffix = _SUFFIX.match(rest, bare.end)
    if suffix:
        return replace(bare, kind=f"-{suffix[0]}", end=suffix.end())
    label = _LABEL.search(before)
    bare = replace(bare, label=noun_of(label[1]) if label else "")
    return replace(bare, nouns=nouns_after(rest[bare.end :][:_NEAR], is_one=found["mark"] == AS_WORD))


def _of_percent(before: str, after: str) -> tuple[str, ...]:
    """What 80% are of: "of the users" behind it; in Korean "사용자의" before it."""
    if after.startswith(" of "):
        return nouns_after(after, is_one=False)
    return nouns_before(before) if "가" <= before.rstrip()[-1:] <= "힣" else ()


_RANGE = re.compile(r"\s?(?:-|–|~|to|→|->|=>|or|에서|부터)\s?")
_RANGE_OR_PART = re.compile(rf"{_RANGE.pattern}|\sof\s")


def _inherited(rest: str, found: list[Amount]) -> list[Amount]:
    """In "200→900 ms" and "5 to 10 users" the unit is also that of the first."""
    for place in range(len(found) - 1, 0, -1):
        one, two = found[place - 1], found[place]
        between = _RANGE if two.kind == _COUNT else _RANGE_OR_PART
        if one.is_bare and not two.is_bare and between.fullmatch(rest, one.end, two.start):
            found[place - 1] = replace(one, value=one.written * _unit(two), kind=two.kind, nouns=two.nouns)
    return found


_AND = re.compile(r",?\s?(?:and\s)?")


def _joined(rest: str, found: Sequence[Amount]) -> list[Amount]:
    """1 hour 30 minutes is one length of time."""
    joined: list[Amount] = []
    for one in found:
        last = joined[-1] if joined else None
        if (
            last
            and last.kind == one.kind == TIME
            and _unit(last) > _unit(one)
            and _AND.fullmatch(rest, last.end, one.start)
        ):
            total = last.value + one.value
            joined[-1] = replace(last, value=total, written=total / _unit(one), end=one.end)
        else:
            joined.append(one)
    return joined


def _unit(one: Amount) -> Decimal:
    return one.value / one.written if one.written else Decimal(1)


_STEP = re.compile(r"\s?(?:→|->|=>|에서|to)\s?")
_FROM = re.compile(r"\bfrom (?:about |around |roughly )?$")


_OF = re.compile(r"\s(?:out\s)?of\s(?:the\s|our\s|all\s)?")
_AMONG = re.compile(r"\s?중\s?(?:에서\s)?")


def _steps(rest: str, found: Sequence[Amount]) -> frozenset[_Pair]:
    """From what to what something went: "200→900", "from 200 to 900", "200에서 900으로"."""
    return frozenset(
        (one.value, two.value)
        for one, two in pairwise(found)
        if (between := _STEP.fullmatch(rest, one.end, two.start))
        and (between[0].strip() != "to" or _FROM.search(rest[max(0, one.start - _NEAR) : one.start]))
    )


_ALL_BEFORE = re.compile(r"\b(?:all|each|every one)(?: of)?(?: the)? $|(?:모두|전부|전체|총) $")
_ALL_BEHIND = re.compile(r"\S{0,4}\s(?:\S+\s)?(?:모두|전부|전체|다)(?![가-힣])")


def _is_all(rest: str, one: Amount) -> bool:
    before = rest[max(0, one.start - _NEAR) : one.start]
    return bool(_ALL_BEFORE.search(before) or _ALL_BEHIND.match(rest, one.end))


def _parts(rest: str, found: Sequence[Amount]) -> frozenset[_Pair]:
    """What is a part of what: "30 of 50", "50대 중 30대"."""
    pairs = tuple(pairwise(found))
    of = ((one.value, two.value) for one, two in pairs if _OF.fullmatch(rest, one.end, two.start))
    among = ((two.value, one.value) for one, two in pairs if _AMONG.fullmatch(rest, one.end, two.start))
    return frozenset((*of, *among))
