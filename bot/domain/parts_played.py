"""What part a line plays in the course of an incident, by weights learned from channels written for it."""

import math
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path

from bot.domain.course import Outcome, deeds_in, duties_in, first_sign, unaided_from
from bot.domain.cues import HEDGE, SPOKEN_OF
from bot.domain.cues_of_causes import EARLIER
from bot.domain.cues_of_deeds import RECOVERED
from bot.domain.earnest import is_in_earnest
from bot.domain.quotable import Quotable, quotable_in
from bot.domain.remedies import nothing_changed
from bot.domain.transcript import Line, LineKind
from bot.domain.weighing import score_of

PARTS = ("detection", "impact", "trigger", "root_cause", "helped", "hindered", "decisions", "follow_ups")
_READ_AT_MOST = 1_500
_NEIGHBOUR = 12
"""So many words of the line before and of the line after are looked at."""
_CODE = re.compile(r"```.*?(?:```|\Z)", re.DOTALL)
_TOKEN = re.compile(
    r"<@\w+>|https?://\S+|:[a-z0-9_+-]+:|[a-z]+(?:'[a-z]+)?|[가-힣]+|[ㄱ-ㅎㅏ-ㅣ]+|\d+(?:[.:,/]\d+)*|[?!]+|%|→|->|…|\.\.+"
)
_KINDS = (("<@", "@u"), ("http", "url"), (":", "emoji"))


def tokens_of(text: str) -> list[str]:
    """The words of a text in lower case; figures, links, mentions and pasted code stand for their kind."""
    plain = unicodedata.normalize("NFC", _CODE.sub(" pastedcode ", text[:_READ_AT_MOST])).lower().replace("’", "'")
    return [_kind(token) for token in _TOKEN.findall(plain)]


def _kind(token: str) -> str:
    if token[0].isdigit():
        return "0:0" if ":" in token else "0"
    return next((kind for start, kind in _KINDS if token.startswith(start)), token)


def _of_words(tokens: Sequence[str], *, is_bot: bool) -> Iterable[str]:
    mark = "B" if is_bot else ""
    for token in tokens:
        yield f"{mark}w{token}"
        if "가" <= token[0] <= "힣":
            marked = f"^{token}$"
            yield from (f"{mark}k{marked[at : at + 2]}" for at in range(len(marked) - 1))
            yield from (f"{mark}k{marked[at : at + 3]}" for at in range(len(marked) - 2))
        elif len(token) > 4 and token[0].isalpha():
            yield f"{mark}p{token[:4]}"
            yield f"{mark}s{token[-3:]}"
    for one, other in pairwise(["^", *tokens, "$"]):
        yield f"{mark}b{one} {other}"


@dataclass(frozen=True, slots=True)
class Traits:
    """What a line shows: its `words` and its neighbours', and its place in the `course` of the channel."""

    words: frozenset[str]
    course: frozenset[str]

    @property
    def all(self) -> frozenset[str]:
        """Both."""
        return self.words | self.course


def traits_of(lines: Sequence[Line]) -> Iterator[Traits]:
    """Tell what each line shows: its words, what the rules make of it, its neighbours, its place and who says it."""
    told = [tokens_of(line.text) for line in lines]
    ruled = _of_rules(lines)
    for at, line in enumerate(lines):
        words = set(_of_words(told[at], is_bot=line.is_bot))
        for place, mark in ((at - 1, "<"), (at + 1, ">"), (at + 2, ">>")):
            if not 0 <= place < len(lines):
                words.add(f"{mark}none")
                continue
            other = lines[place]
            words.add(f"{mark}{'same' if other.speaker == line.speaker else 'bot' if other.is_bot else 'other'}")
            words.update(f"{mark}{token}" for token in told[place][:_NEIGHBOUR])
            words.update(f"{mark}{trait}" for trait in ruled[other.n])
        yield Traits(frozenset(words), ruled[line.n].union(_of_place(line, at, len(lines))))


def _of_place(line: Line, at: int, count: int) -> Iterable[str]:
    who = "bot" if line.is_bot else "person"
    yield from (
        who,
        f"{who}{5 * at // count}",
        f"at{10 * at // count}",
        f"from{min(at, 6)}",
        f"left{min(count - at, 6)}",
    )
    yield f"long{min(len(line.text) // 20, 8)}"
    if line.role:
        yield f"is{line.role}"


def _of_rules(lines: Sequence[Line]) -> Mapping[int, frozenset[str]]:
    """By the number of its line what the rules of a draft say of it; nothing of a line that only keeps a talk going."""
    quotables = quotable_in(lines)
    traits = {one.line.n: set(_of_cues(one)) for one in quotables}
    for deed in deeds_in(quotables):
        traits[deed.told.line.n].add(f"deed {deed.outcome}")
        if deed.outcome is not Outcome.NOTHING:
            traits[deed.result].add(f"result {deed.outcome}")
    for duty, _ in duties_in(quotables):
        traits[duty.line.n].add("duty")
    sign = first_sign(quotables)
    if sign is not None:
        traits[sign.line.n].add("sign")
    unaided = unaided_from(quotables)
    if unaided is not None:
        traits[unaided].add("unaided")
    return {line.n: frozenset(traits.get(line.n, ("nothing",))) for line in lines}


def _of_cues(one: Quotable) -> Iterable[str]:
    for heading in SPOKEN_OF:
        best = max(score_of(heading, said) for said in one.said)
        if best > 0:
            yield f"{heading} {min(int(best), 4)}"
    for name, shows in _SHOWN.items():
        if any(shows(said.plain) for said in one.said):
            yield name
    if all(said.is_question or said.is_chatter for said in one.said):
        yield "asks"
    if any(said.follows_guess for said in one.said):
        yield "guesses"
    if not is_in_earnest(one.line.text):
        yield "jokes"


_SHOWN: Mapping[str, Callable[[str], object]] = {
    "hedged": HEDGE.search,
    "earlier": EARLIER.search,
    "recovered": RECOVERED.search,
    "unchanged": nothing_changed,
}


Odds = Mapping[str, float]
"""Of each part how much speaks for it, as the logarithm of the odds: 0 is as likely as not."""
OddsOf = Mapping[int, Odds]
"""Those of each line, by its number."""
SECOND = "2 "
"""So the traits of the second reading begin in the file."""
KEPT = 0.5
"""So much of what the first reading made of a line the second begins with."""


def second_traits(first: Sequence[Odds]) -> list[frozenset[str]]:
    """What the first reading makes of each line beside all others of its channel, once all are read."""
    count = len(first)
    found: list[set[str]] = [set() for _ in first]
    for part in PARTS:
        ranked = sorted(range(count), key=lambda at: (-first[at][part], at))
        for rank, at in enumerate(ranked):
            found[at].add(f"{part} is {max(-4, min(3, math.floor(first[at][part])))}")
            found[at].add(f"{part} ranks {min(rank, 4)}")
            found[at].add(f"{part} {_how_far(at - ranked[0])}")
            if first[at][part] > _LIKELY:
                for other in (at - 2, at - 1, at + 1, at + 2):
                    if 0 <= other < count:
                        found[other].add(f"{part} at {at - other}")
    return [frozenset(one) for one in found]


_LIKELY = -0.5
_FAR = 10**9


def _how_far(distance: int) -> str:
    size = abs(distance)
    return (
        f"best {'after' if distance < 0 else 'before'} {1 if size == 1 else 3 if size <= 3 else 9}" if size else "best"
    )


@cache
def _weights() -> Mapping[str, Sequence[int]]:
    """What was learned: it stands in the file beside this one."""
    return read_weights(Path(__file__).with_suffix(".tsv").read_text(encoding="utf-8").splitlines())


def read_weights(rows: Iterable[str]) -> Mapping[str, Sequence[int]]:
    """Return of each trait its weights for the parts, in hundredths.

    A row is a trait and, after a tab, what it weighs by the place of the part: `0:-34 5:112`; the others weigh nothing.
    """
    found = {}
    for row in rows:
        trait, _, told = row.partition("\t")
        weights = [0] * len(PARTS)
        for cell in told.split():
            place, _, weight = cell.partition(":")
            weights[int(place)] = int(weight)
        found[trait] = weights
    return found


def _added(bias: str, traits: Iterable[str], weights: Mapping[str, Sequence[int]]) -> Odds:
    known = (weights[trait] for trait in traits if trait in weights)
    summed = map(sum, zip(weights[bias], *known, strict=True))
    return {part: of_part / 100 for part, of_part in zip(PARTS, summed, strict=True)}


def spoken_for(said: str, part: str, *, is_bot: bool) -> float:
    """Return how much the words of one sentence speak for a part: which of a message's sentences plays it."""
    weights, place = _weights(), PARTS.index(part)
    words = set(_of_words(tokens_of(said), is_bot=is_bot))
    return sum(weights[word][place] for word in words if word in weights) / 100


FEW = 10
"""Of so few lines nothing is told apart: there is no course to see."""


def odds_of(lines: Sequence[Line]) -> OddsOf:
    """Return by its number how much speaks for each part of each line.

    Nothing speaks for or against an entry of the timeline, or any message of a channel with fewer than `FEW`.
    """
    told = [line for line in lines if not line.deleted and line.kind is LineKind.MESSAGE]
    found: dict[int, Odds] = {line.n: {} for line in lines}
    if len(told) < FEW:
        return found
    weights = _weights()
    first, courses = [], []
    for one in traits_of(told):
        first.append(_added("", one.all, weights))
        courses.append(one.course)
    for line, course, before, beside in zip(told, courses, first, second_traits(first), strict=True):
        more = _added(SECOND, (SECOND + trait for trait in course | beside), weights)
        found[line.n] = {part: KEPT * before[part] + more[part] for part in PARTS}
    return found
