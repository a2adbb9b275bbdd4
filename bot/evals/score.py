"""How much of what was published is found again in a draft: loosely, by the words of each sentence."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.wording import words_of
from bot.evals.cases import Case

LOOSE, STRICT = 0.34, 0.5
"""Share of a published sentence's words that `TOGETHER` shown sentences must have: of what was written from the source,
and of what is the source's own wording."""
TOGETHER = 3
NEAR = timedelta(minutes=1)
FIELDS = {"causes": ("root_cause",), "impact": ("impact",), "follow_ups": ("action_items",)}


@dataclass(frozen=True, slots=True)
class Shown:
    """One sentence that is shown, and when the lines it cites were written."""

    text: str
    moments: tuple[datetime, ...]


@dataclass(frozen=True, slots=True)
class Score:
    """What was found of how much: causes, impact, follow-ups (sentences) and times. `words` is how long it was."""

    found: dict[str, int]
    of: dict[str, int]
    words: int

    def recall(self, field: str) -> float | None:
        """Share that was found; None where nothing was published."""
        return self.found[field] / self.of[field] if self.of[field] else None


def score(case: Case, shown: Sequence[Shown]) -> Score:
    """Compare what is shown with what was published."""
    found: dict[str, int] = {}
    of: dict[str, int] = {}
    known = [frozenset(words_of(one.text)) for one in shown]
    for field, names in FIELDS.items():
        wanted = [(sentence, name in case.verbatim) for name in names for sentence in _sentences(case.gold.get(name))]
        of[field] = len(wanted)
        found[field] = sum(_is_found(words, known, STRICT if strict else LOOSE) for words, strict in wanted)
    of["times"] = len(case.times)
    found["times"] = sum(any(abs(at - one) <= NEAR for s in shown for one in s.moments) for at in case.times)
    return Score(found, of, sum(len(one.text.split()) for one in shown))


def total(scores: Sequence[Score]) -> Score:
    """All of them as one."""
    fields = [*FIELDS, "times"]
    return Score(
        {field: sum(one.found[field] for one in scores) for field in fields},
        {field: sum(one.of[field] for one in scores) for field in fields},
        sum(one.words for one in scores),
    )


def _is_found(wanted: frozenset[str], known: Sequence[frozenset[str]], share: float) -> bool:
    left = wanted
    for _ in range(TOGETHER):
        left -= max((left & one for one in known), key=len, default=frozenset[str]())
    return len(wanted) - len(left) >= share * len(wanted)


def _sentences(published: object) -> list[frozenset[str]]:
    """The words of each published sentence that has at least two; links are none."""
    texts = published if isinstance(published, list) else [published] if published else []
    sentences = [part for text in texts for part in re.split(r"(?<=[.!?])\s+|\n+", str(text))]
    words = (frozenset(words_of(re.sub(r"https?://\S+|<!--.*?-->", " ", one))) for one in sentences)
    return [one for one in words if len(one) > 1]
