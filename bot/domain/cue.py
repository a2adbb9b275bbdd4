"""A cue: one weighted phrase that says what a sentence is about."""

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cue:
    """One weighted phrase. `needs_hangul` and `needs_latin` say without which letters it cannot occur.

    A cue of weight 1 and below only counts in a sentence where a stronger one is found.
    """

    weight: float
    pattern: re.Pattern[str]
    needs_hangul: bool
    needs_latin: bool


def cues(*weighted: tuple[float, str]) -> tuple[Cue, ...]:
    """Return the phrases of one heading, the strongest first."""
    strongest_first = sorted(weighted, key=lambda cue: -cue[0])
    return tuple(
        Cue(
            weight,
            re.compile(pattern),
            needs_hangul=not _LATIN.search(pattern),
            needs_latin=not _HANGUL.search(pattern),
        )
        for weight, pattern in strongest_first
    )


_HANGUL = re.compile("[가-힣]")
_LATIN = re.compile(r"(?<!\\)[a-z]{3}")
