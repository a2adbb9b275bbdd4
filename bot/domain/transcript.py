"""What a draft may rest on: the messages and entries of one incident as numbered lines."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum


class LineKind(StrEnum):
    """A line is something said in the channel, or an entry of the incident's own timeline."""

    MESSAGE = "message"
    ENTRY = "entry"


class LineFate(StrEnum):
    """What became of a message after a draft cited it; nothing as a rule."""

    NOTHING = ""
    EDITED = "edited"
    DELETED = "deleted"


@dataclass(frozen=True, slots=True)
class Line:
    """One line: `n` is what a draft cites, `at` is aware UTC.

    `reactions` are Slack's names without colons, one for each person but the speaker; `role` is the speaker's in the
    incident, "" where they have none. `entry_kind` says what an entry records (status, note, …) and is empty for a
    message. `late`: we heard of it only some time after it was written. `version`: which version of a message it is, ""
    as first posted; None where that was not noted. `since`: what became of it after it was cited.
    """

    n: int
    kind: LineKind
    at: datetime
    speaker: str
    text: str
    permalink: str
    entry_kind: str = ""
    reactions: tuple[str, ...] = ()
    edited: bool = False
    deleted: bool = False
    is_bot: bool = False
    late: bool = False
    since: LineFate = LineFate.NOTHING
    role: str = ""
    version: str | None = None


def number_lines(lines: Iterable[Line]) -> tuple[Line, ...]:
    """Return the lines in the order of their times, numbered from 1; lines of one moment keep their order."""
    ordered = sorted(lines, key=lambda line: line.at)
    return tuple(replace(line, n=number) for number, line in enumerate(ordered, start=1))
