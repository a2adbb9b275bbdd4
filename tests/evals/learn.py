"""`python -m tests.evals.learn`: learns the weights of `bot/domain/parts_played.tsv` from the labelled channels.

One logistic regression for each part of a postmortem and each of two readings, by AdaGrad over the traits of every
line, always in the same order: the same channels make the same file. `--judge` learns from two thirds of the channels
and says how the lines of the others are told apart, three times.
"""

import argparse
import math
import random
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.domain import parts_played
from bot.domain.parts_played import KEPT, PARTS, SECOND, Odds, Traits, second_traits, traits_of
from tests.evals.labelled import Labelled, read_labelled

Weights = dict[str, dict[str, float]]
"""Of each part what each trait weighs; that of "" is always added."""

ROUNDS = 4
DRAWS = 4
"""What is learned depends on the order of the rows: the mean of so many orders is better than any."""
FIRST_RATE, SECOND_RATE = 0.15, 0.1
RARE = 3
"""A trait of fewer lines is not learned."""
SMALL = 0.12
"""A weight below is left out."""
_FOLDS = 3


@dataclass(frozen=True, slots=True)
class Row:
    """A line to learn from: what it shows, the parts it plays, and how much speaks for each already."""

    shown: frozenset[str]
    parts: frozenset[str]
    before: Odds


@dataclass(frozen=True, slots=True)
class Learned:
    """What both readings weigh."""

    first: Weights
    second: Weights

    def read(self, channel: Labelled) -> list[Odds]:
        """How much speaks for each part of each line."""
        traits = list(traits_of(channel.lines))
        first = _first_read(self.first, traits)
        seconds = zip(traits, first, second_traits(first), strict=True)
        return [
            {part: KEPT * before[part] + _added(self.second[part], one.course | beside) for part in PARTS}
            for one, before, beside in seconds
        ]


def learn(channels: Sequence[Labelled]) -> Learned:
    """Learn both readings; the second from what a first one makes of channels that it was not learned from."""
    second: list[Row] = []
    for known, others in _folds(channels):
        weights = _first(known)
        for one in others:
            traits = list(traits_of(one.lines))
            first = _first_read(weights, traits)
            for line, beside, odds, parts in zip(traits, second_traits(first), first, one.parts, strict=True):
                second.append(Row(line.course | beside, parts, {part: KEPT * odds[part] for part in PARTS}))
    return Learned(_first(channels), _fitted(second, SECOND_RATE, start=0.0, least=1.0))


def _folds(channels: Sequence[Labelled]) -> Iterator[tuple[Sequence[Labelled], Sequence[Labelled]]]:
    for fold in range(_FOLDS):
        known = [one for at, one in enumerate(channels) if at % _FOLDS != fold]
        yield known, [one for at, one in enumerate(channels) if at % _FOLDS == fold]


def _first(channels: Sequence[Labelled]) -> Weights:
    nothing = dict.fromkeys(PARTS, 0.0)
    pairs = (pair for one in channels for pair in zip(traits_of(one.lines), one.parts, strict=True))
    return _fitted([Row(traits.all, parts, nothing) for traits, parts in pairs], FIRST_RATE, start=-2.0, least=1e-3)


def _first_read(weights: Weights, traits: Sequence[Traits]) -> list[Odds]:
    return [{part: _added(weights[part], one.all) for part in PARTS} for one in traits]


def _added(weights: Mapping[str, float], shown: frozenset[str]) -> float:
    return weights[""] + sum(weights.get(trait, 0.0) for trait in shown)


def _fitted(rows: Sequence[Row], rate: float, *, start: float, least: float) -> Weights:
    seen = Counter(trait for row in rows for trait in row.shown)
    names = ["", *sorted(trait for trait, count in seen.items() if count >= RARE)]
    places = {name: place for place, name in enumerate(names)}
    known = [[0, *sorted(places[trait] for trait in row.shown if trait in places)] for row in rows]
    fitted: Weights = {}
    for part in PARTS:
        wanted, before = [part in row.parts for row in rows], [row.before[part] for row in rows]
        drawn = [_descended(known, wanted, before, rate, start, least, seed) for seed in range(DRAWS)]
        told = zip(names, (sum(weights) / DRAWS for weights in zip(*drawn, strict=True)), strict=True)
        fitted[part] = {name: weight for name, weight in told if not name or abs(weight) >= SMALL}
    return fitted


def _descended(
    known: Sequence[Sequence[int]],
    wanted: Sequence[bool],
    before: Sequence[float],
    rate: float,
    start: float,
    least: float,
    seed: int,
) -> list[float]:
    """What each place weighs once all rows were seen `ROUNDS` times, in an order drawn by `seed`."""
    count = 1 + max(map(max, known))
    weights, squares = [0.0] * count, [least] * count
    weights[0], squares[0] = start, 1.0
    draw, order = random.Random(seed), list(range(len(known)))
    for _ in range(ROUNDS):
        draw.shuffle(order)
        for at in order:
            score = before[at] + sum([weights[place] for place in known[at]])
            slope = 1 / (1 + math.exp(-max(-30.0, min(30.0, score)))) - wanted[at]
            if abs(slope) < 0.01:
                continue
            for place in known[at]:
                squares[place] += slope * slope
                weights[place] -= rate * slope / math.sqrt(squares[place])
    return weights


def written(learned: Learned) -> Iterator[str]:
    """The lines of the file, as `bot/domain/parts_played.py` reads them."""
    for mark, weights in (("", learned.first), (SECOND, learned.second)):
        for trait in sorted({trait for of_part in weights.values() for trait in of_part}):
            told = ((place, round(100 * weights[part].get(trait, 0.0))) for place, part in enumerate(PARTS))
            yield f"{mark}{trait}\t{' '.join(f'{place}:{weight}' for place, weight in told if weight)}"


def judge(channels: Sequence[Labelled]) -> Iterator[str]:
    """How lines of channels that were not learned from are told apart, a line for each part."""
    told: dict[str, list[tuple[float, bool]]] = {part: [] for part in PARTS}
    for known, others in _folds(channels):
        learned = learn(known)
        for one in others:
            for odds, parts in zip(learned.read(one), one.parts, strict=True):
                for part in PARTS:
                    told[part].append((odds[part], part in parts))
    for part, pairs in told.items():
        yield f"{part:12} {sum(is_it for _, is_it in pairs):5} lines; precision/recall from a score of {_curve(pairs)}"


def _curve(pairs: Sequence[tuple[float, bool]]) -> str:
    right = sum(is_it for _, is_it in pairs)
    points = []
    for least in (-1.0, -0.5, 0.0, 0.5, 1.0):
        found = [is_it for score, is_it in pairs if score >= least]
        points.append(f"{least:+.1f}: {sum(found) / max(1, len(found)):.2f}/{sum(found) / max(1, right):.2f}")
    return "  ".join(points)


def main() -> None:
    """The command."""
    options = argparse.ArgumentParser(prog="python -m tests.evals.learn", description=__doc__)
    options.add_argument("--judge", action="store_true")
    judged = options.parse_args().judge
    channels = read_labelled()
    print(f"{len(channels)} channels, {sum(len(one.lines) for one in channels)} lines")
    if judged:
        print("\n".join(judge(channels)))
        return
    file = Path(parts_played.__file__).with_suffix(".tsv")
    file.write_text("\n".join([*written(learn(channels)), ""]), encoding="utf-8")
    print(f"{file.name}: {file.stat().st_size // 1000} kB")


if __name__ == "__main__":
    main()
