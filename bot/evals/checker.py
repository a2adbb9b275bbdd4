"""Judges a finished draft against its transcript. Written apart from the rules that ground drafts: shares none of them.

It reads words from left to right and compares letters, where the rules read patterns and compare claims, so that one
mistake is not made twice.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from itertools import pairwise
from typing import Protocol

from bot.evals.denials import ENOUGH, shared, turned_in, unsettled_in
from bot.evals.figures import Figures, figures_in
from bot.evals.letters import is_code, joins, plain_of, squeezed, words_in
from bot.evals.pieces import is_a_piece


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
    found = [f"figure {one}" for one in figures_in(text).missing_in(said.figures, said.plain)]
    found += ["piece"] if is_a_piece(text, [line.text for line in cited]) else []
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
    figures: Figures

    @classmethod
    def of(cls, cited: Sequence[Witness], zone: tzinfo) -> "_Said":
        plain = plain_of("\n".join(f"{line.speaker}: {line.text}" for line in cited))
        figures = figures_in(" | ".join(plain_of(line.text) for line in cited))
        for line in cited:
            figures.written(line.at, zone)
        return cls(plain, squeezed(plain), figures)


# ---------------------------------------------------------------- names, people, quotations


def _codes(text: str) -> list[str]:
    """The squeezed names of servers, versions and the like in a text."""
    plain = "".join(char if joins(char) else " " for char in plain_of(text))
    return [squeezed(word) for word in (one.strip(".-_") for one in plain.split()) if is_code(word)]


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
