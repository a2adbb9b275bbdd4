"""Channels written for learning: each line with the letters of the parts it plays (`labelled/README.md`)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.domain.transcript import Line, LineKind

FOLDER = Path(__file__).with_name("labelled")
LETTERS = {
    "d": "detection",
    "i": "impact",
    "t": "trigger",
    "c": "root_cause",
    "h": "helped",
    "x": "hindered",
    "o": "decisions",
    "f": "follow_ups",
}
_OTHERS = frozenset("swn+pq-")
_FIRST_DAY = datetime(2026, 3, 2, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Labelled:
    """One channel; `parts` are those of each line, in the order of the lines."""

    language: str
    title: str
    lines: tuple[Line, ...]
    letters: tuple[str, ...]

    @property
    def parts(self) -> Sequence[frozenset[str]]:
        """The headings that each line belongs to."""
        return [frozenset(LETTERS[one] for one in letters if one in LETTERS) for letters in self.letters]


def read_labelled(folder: Path = FOLDER) -> list[Labelled]:
    """Every channel of every file. Raises ValueError that names the file and the line that is not understood."""
    return [channel for file in sorted(folder.glob("*.txt")) for channel in _channels(file)]


def _channels(file: Path) -> Iterator[Labelled]:
    head, rows = "", []
    for number, row in enumerate([*file.read_text(encoding="utf-8").splitlines(), "# "], start=1):
        if row.startswith("# "):
            if rows:
                yield _channel(head, rows)
            head, rows = row[2:], []
        elif row.strip():
            cells = row.split("|", 3)
            if len(cells) < 4 or not cells[2] or not set(cells[2]) <= _OTHERS | set(LETTERS):
                raise ValueError(f"{file.name}:{number}: {row}")
            rows.append(cells)


def _channel(head: str, rows: Sequence[Sequence[str]]) -> Labelled:
    language, _, title = (cell.strip() for cell in head.partition("|"))
    lines, day, before = [], _FIRST_DAY, ""
    for number, (clock, speaker, _, text) in enumerate(rows, start=1):
        if clock < before:
            day += timedelta(days=1)
        before = clock
        lines.append(_line(number, day, clock, speaker, text))
    return Labelled(language, title, tuple(lines), tuple(row[2] for row in rows))


def _line(number: int, day: datetime, clock: str, speaker: str, text: str) -> Line:
    hour, minute = map(int, clock.split(":")[:2])
    text, _, reactions = text.removeprefix(">> ").replace(" ⏎ ", "\n").partition("{")
    return Line(
        n=number,
        kind=LineKind.MESSAGE,
        at=day + timedelta(hours=hour, minutes=minute),
        speaker=speaker.rstrip("*"),
        text=text.strip(),
        permalink="",
        is_bot=speaker.startswith("bot:"),
        role="commander" if speaker.endswith("*") else "",
        reactions=tuple(one.strip() for one in reactions.rstrip("} ").split(",") if one.strip()),
    )
