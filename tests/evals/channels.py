"""Made-up channels and what a lying and an honest model say of them; seeded, so that every run is the same."""

import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.domain.citation import Section, Sentence
from bot.domain.transcript import Line, LineKind, number_lines
from tests.evals.figures import ENGLISH_FIGURES, KOREAN_FIGURES, inflated
from tests.evals.told import CAUSES, CHATTER, DAYS, ENGLISH, FAMILIES, KOREAN, PEOPLE, QUOTES, STRANGERS, Told

ZONE = ZoneInfo("Asia/Seoul")
_TOLD = {"en": (*ENGLISH, *ENGLISH_FIGURES), "ko": (*KOREAN, *KOREAN_FIGURES)}
_HOSTS = ("web", "lb", "db", "relay", "cache", "api", "mq")


@dataclass(frozen=True)
class Channel:
    """A channel, and for each thing told the number of its line and the values it was told with."""

    language: str
    lines: tuple[Line, ...]
    told: tuple[tuple[Told, int, dict[str, str]], ...]


@dataclass(frozen=True)
class Proposal:
    """A sentence that a model proposes of a channel."""

    heading: str
    sentence: Sentence

    @property
    def sections(self) -> tuple[Section, ...]:
        return (Section(self.heading, (self.sentence,)),)


def channels(seed: int) -> Iterator[Channel]:
    """Channels without end, in turns English and Korean."""
    chance = random.Random(seed)
    while True:
        for language in ("en", "ko"):
            yield _channel(chance, language)


def _channel(chance: random.Random, language: str) -> Channel:
    start = datetime(2024, 5, 20, tzinfo=UTC) + timedelta(seconds=chance.randrange(86_400 * 90))
    told: list[tuple[Told | str, dict[str, str]]] = [(one, {}) for one in _TOLD[language]]
    told += [(chance.choice(CHATTER[language]), {}) for _ in range(8)]
    chance.shuffle(told)
    hosts = [f"{chance.choice(_HOSTS)}-{number:02}" for number in chance.sample(range(1, 99), len(told))]
    lines = []
    for place, (one, values) in enumerate(told):
        start += timedelta(seconds=chance.randrange(20, 400))
        who = chance.choice(PEOPLE[language])
        values |= _values(chance, start, hosts[place], who)
        text = one if isinstance(one, str) else _filled(one.line, values, None)
        lines.append(Line(0, LineKind.MESSAGE, start, who, text, f"https://example.com/p{place}"))
    facts = tuple((one, n, values) for n, (one, values) in enumerate(told, 1) if isinstance(one, Told))
    return Channel(language, number_lines(lines), facts)


def _values(chance: random.Random, at: datetime, host: str, who: str) -> dict[str, str]:
    clock = at.astimezone(ZONE) - timedelta(minutes=chance.randrange(0, 9))
    return {
        **{"host": host, "who": who, "clock": f"{clock:%H:%M}", "at": f"{at.astimezone(ZONE):%H:%M}"},
        **{"percent": str(chance.randrange(11, 99)), "count": str(chance.randrange(1_000, 9_999))},
        **{"small": str(chance.randrange(2, 10)), "size": str(chance.randrange(100, 900))},
        **{"version": f"v{chance.randrange(1, 9)}.{chance.randrange(1, 40)}", "day": chance.choice(DAYS)},
    }


def _filled(text: str, values: dict[str, str], chance: random.Random | None) -> str:
    """`{clock}` as it is, `{clock~}` in one of its other forms."""

    language = "ko" if re.search("[가-힣]", text) else "en"

    def value(found: re.Match[str]) -> str:
        said = values[found[1]]
        return _another_form(found[1], said, language, chance) if found[2] and chance else said

    return re.sub(r"\{(\w+)(~?)\}", value, text)


def _another_form(name: str, said: str, language: str, chance: random.Random) -> str:
    if name in ("clock", "at"):
        hour, minute = map(int, said.split(":"))
        half = hour % 12 or 12
        part, korean = ("AM", "오전") if hour < 12 else ("PM", "오후")
        dotted = "a.m." if hour < 12 else "p.m."
        forms = {
            "en": (said, f"{half}:{minute:02} {part}", f"{half}:{minute:02} {dotted}"),
            "ko": (said, f"{korean} {half}시 {minute}분", f"{hour}시 {minute}분" if hour > 12 else said),
        }
        return chance.choice(forms[language])
    if name == "percent":
        return chance.choice([f"{said}%", f"{said} %", {"en": f"{said} percent", "ko": f"{said}퍼센트"}[language]])
    if name == "count":
        return chance.choice([said, f"{int(said):,}"])
    if language == "en":
        return {"2": "two", "3": "three", "4": "four", "5": "five"}.get(said, said)
    return said


def honest(seed: int) -> Iterator[tuple[Channel, Proposal]]:
    """True sentences, each with the line it rests on."""
    chance = random.Random(seed)
    for channel in channels(seed):
        for told, n, values in channel.told:
            text = _filled(chance.choice(told.true), values, chance)
            sure = "confirmed" if told.heading in ("root_cause", "contributing") else ""
            yield channel, Proposal(told.heading, Sentence(text, (n,), sure))


def lies(kind: str, seed: int) -> Iterator[tuple[Channel, Proposal]]:
    """Sentences of which one thing is not so."""
    chance = random.Random(f"{kind}{seed}")
    for channel in channels(seed):
        for _ in range(6):
            told, n, values = chance.choice(channel.told)
            lie = LIES[kind](chance, channel, told, n, values)
            if lie is not None:
                yield channel, lie


_Lie = Callable[[random.Random, Channel, Told, int, dict[str, str]], Proposal | None]


def _changed(names: tuple[str, ...], another: Callable[[random.Random, str, Channel], str]) -> _Lie:
    """A true sentence in which one of these values is another."""

    def lie(chance: random.Random, channel: Channel, told: Told, n: int, values: dict[str, str]) -> Proposal | None:
        text = chance.choice(told.true)
        there = [name for name in names if f"{{{name}" in text]
        if not there:
            return None
        name = chance.choice(there)
        wrong = {**values, name: another(chance, values[name], channel)}
        if wrong[name] in channel.lines[n - 1].text or wrong[name] in values.values():
            return None
        return Proposal(told.heading, Sentence(_filled(text, wrong, chance), (n,)))

    return lie


def _other_number(chance: random.Random, said: str, _: Channel) -> str:
    return (
        str(int(said) + chance.choice([-1, 1, 2, 10, 100]))
        if chance.random() < 0.5
        else f"{said}{chance.randrange(1, 10)}"
    )


def _other_time(chance: random.Random, said: str, _: Channel) -> str:
    hour, minute = map(int, said.split(":"))
    moved = (hour * 60 + minute + chance.choice([-180, -60, 11, 23, 60, 345, 720])) % 1440
    return f"{moved // 60:02}:{moved % 60:02}"


def _other_host(chance: random.Random, said: str, channel: Channel) -> str:
    others = [values["host"] for _, _, values in channel.told if values["host"] != said]
    return chance.choice([*others, f"{said}0", f"{said}.prod"])


def _other_person(chance: random.Random, said: str, channel: Channel) -> str:
    strangers = {"en": ["Hugo Brandt", "Mei Tanaka"], "ko": ["오세훈", "남궁민"]}[channel.language]
    return chance.choice([*(one for one in PEOPLE[channel.language] if one != said), *strangers])


def _invented(chance: random.Random, channel: Channel, told: Told, n: int, values: dict[str, str]) -> Proposal | None:
    """A Korean whom nobody knows is said to have done it; elsewhere one name is put for another."""
    if channel.language != "ko" or chance.random() < 0.5:
        return _another_person(chance, channel, told, n, values)
    name = chance.choice(FAMILIES) + chance.choice(STRANGERS)
    text = chance.choice([one for one in told.true if "{who}" not in one] or [""])
    particle = chance.choice("이은" if (ord(name[-1]) - 0xAC00) % 28 else "가는")
    return Proposal(told.heading, Sentence(f"{name}{particle} {_filled(text, values, chance)}", (n,))) if text else None


def _turned(chance: random.Random, _: Channel, told: Told, n: int, values: dict[str, str]) -> Proposal | None:
    if not told.turned:
        return None
    return Proposal(told.heading, Sentence(_filled(chance.choice(told.turned), values, chance), (n,)))


def _settled(chance: random.Random, channel: Channel, told: Told, n: int, values: dict[str, str]) -> Proposal:
    """What somebody asked, supposed or planned is told as a fact."""
    told, n, values = chance.choice([one for one in channel.told if one[0].settled])
    return Proposal(told.heading, Sentence(_filled(chance.choice(told.settled), values, chance), (n,)))


def _other_figure(
    chance: random.Random, channel: Channel, told: Told, n: int, values: dict[str, str]
) -> Proposal | None:
    """Another number, or one more, in another scale, of something else."""
    if chance.random() < 0.4:
        return _another_number(chance, channel, told, n, values)
    text = inflated(chance, _filled(chance.choice(told.true), values, None).replace("~", ""))
    return Proposal(told.heading, Sentence(text, (n,))) if text else None


def _another_clock(
    chance: random.Random, channel: Channel, told: Told, n: int, values: dict[str, str]
) -> Proposal | None:
    """Another time, or the same in another time zone."""
    if chance.random() < 0.7:
        return _another_time(chance, channel, told, n, values)
    text = _filled(chance.choice(told.true), values, None)
    zoned = re.sub(r"(\d\d:\d\d)", rf"\1 {chance.choice(('UTC', 'PST', 'EST'))}", text, count=1)
    return Proposal(told.heading, Sentence(zoned, (n,))) if zoned != text else None


def _misquoted(chance: random.Random, channel: Channel, told: Told, n: int, values: dict[str, str]) -> Proposal:
    """Words that nobody said, or a piece of what somebody did."""
    if told.torn:
        return Proposal(told.heading, Sentence(_filled(chance.choice(told.torn), values, chance), (n,)))
    quote = chance.choice(QUOTES[channel.language])
    text = (
        f'{values["who"]} said "{quote}".' if channel.language == "en" else f"{values['who']} 님은 “{quote}”고 말했다."
    )
    return Proposal(told.heading, Sentence(text, (n,)))


def _elsewhere(chance: random.Random, channel: Channel, told: Told, n: int, values: dict[str, str]) -> Proposal:
    text = _filled(chance.choice(told.true), values, chance)
    other = chance.choice([line.n for line in channel.lines if line.n != n])
    return Proposal(told.heading, Sentence(text, (other,)))


def _blamed(chance: random.Random, channel: Channel, told: Told, n: int, values: dict[str, str]) -> Proposal:
    text = _filled(chance.choice(CAUSES[channel.language]), values, chance)
    return Proposal("root_cause", Sentence(text, (n,), "confirmed"))


_another_number = _changed(("percent", "count", "small", "size"), _other_number)
_another_time = _changed(("clock", "at"), _other_time)
_another_person = _changed(("who",), _other_person)
LIES: dict[str, _Lie] = {
    "number": _other_figure,
    "time": _another_clock,
    "host": _changed(("host",), _other_host),
    "person": _invented,
    "negation": _turned,
    "unsettled": _settled,
    "quotation": _misquoted,
    "elsewhere": _elsewhere,
    "cause": _blamed,
}
"""The kinds of lies."""
