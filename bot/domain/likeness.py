"""What says nearly the same in nearly the same words."""

import re
from collections.abc import Callable, Iterable
from typing import TypeVar

_T = TypeVar("_T")


def distinct_of(said: Iterable[_T], text_of: Callable[[_T], str], cap: int) -> list[_T]:
    """Return the first `cap` of what was said without those that are like one before them."""
    kept: list[_T] = []
    known: list[frozenset[str]] = []
    for one in said:
        if len(kept) == cap:
            break
        words = frozenset(re.findall(r"\w+", text_of(one)))
        if not any(_are_alike(words, other) for other in known):
            kept.append(one)
            known.append(words)
    return kept


def _are_alike(one: frozenset[str], other: frozenset[str]) -> bool:
    common = len(one & other)
    return common >= 0.7 * max(len(one), len(other), 1) or common >= 0.9 * max(min(len(one), len(other)), 4)
