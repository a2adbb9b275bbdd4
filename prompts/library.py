"""The instructions for a model: one file for each task and language, with the rules that hold for every task."""

import hashlib
import re
from functools import cache, lru_cache
from pathlib import Path

HEADINGS_OF = {
    "root_cause": ("root_cause", "contributing", "hindered"),
    "follow_ups": ("follow_ups",),
    "postmortem": (
        *("summary", "impact", "timeline", "detection", "trigger", "root_cause"),
        *("contributing", "helped", "hindered", "decisions", "follow_ups"),
    ),
    "answer": ("answer",),
}
"""The tasks, and the headings a model may fill in each."""
MEND = "mend"
"""The task of mending sentences that were refused, under the headings they had."""
MERGE = "merge"
"""The task of making one draft of the drafts of several parts of a log."""
LANGUAGES = ("en", "ko")
_HERE = Path(__file__).parent


RECITED = 6
"""So many words in a row that also stand so in the instructions are taken from them."""


def recites(text: str, told: str) -> bool:
    """Whether a text repeats a part of what a model was told."""
    return not _runs(text).isdisjoint(_runs(told))


@lru_cache(maxsize=64)
def _runs(text: str) -> frozenset[tuple[str, ...]]:
    words = re.findall(r"\w+", text.casefold())
    return frozenset(zip(*(words[at:] for at in range(RECITED)), strict=False))


@cache
def instructions(task: str, language: str) -> str:
    """The rules and the task in this language; English for one we do not have. Raises KeyError for another task."""
    if task not in HEADINGS_OF and task not in (MEND, MERGE):
        raise KeyError(task)
    file = f"{language if language in LANGUAGES else LANGUAGES[0]}.md"
    parts = ((_HERE / folder / file).read_text(encoding="utf-8").strip() for folder in ("rules", task))
    return "\n\n".join(parts) + "\n"


@cache
def edition() -> str:
    """Eight hex digits that change with any word of any instructions: whose drafts share them were asked alike."""
    told = hashlib.sha256()
    for file in sorted(_HERE.glob("*/*.md")):
        told.update(f"{file.parent.name}/{file.name}\0".encode() + file.read_bytes() + b"\0")
    return told.hexdigest()[:8]
