"""Incident cases to measure drafts with: a channel, and what its people published afterwards (`gold`)."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.domain.transcript import Line, LineKind, number_lines

CHAT = frozenset(("chat", "chat-notes"))
"""Kinds of cases whose channel is one; the others put the published timeline in its place."""
TIMES = ("started_at", "detected_at", "mitigated_at", "resolved_at")


class CaseUnreadable(Exception):
    """The file is no incident case."""


@dataclass(frozen=True, slots=True)
class Case:
    """`gold` holds what was published; a field without a value was not, and is not scored."""

    id: str
    kind: str
    language: str
    lines: tuple[Line, ...]
    gold: Mapping[str, Any]
    verbatim: frozenset[str]

    @property
    def is_chat(self) -> bool:
        """Whether its channel is one."""
        return self.kind in CHAT

    @property
    def times(self) -> Sequence[datetime]:
        """The published moments, and where the channel is one those of the published timeline."""
        moments = [self.gold.get(name) for name in TIMES]
        if self.is_chat:
            moments += [row.get("iso") for row in self.gold.get("timeline") or ()]
        return sorted({datetime.fromisoformat(one).astimezone(UTC) for one in moments if one})


def read_cases(folder: Path) -> Sequence[Case]:
    """Every `*.json` of a folder, in the order of their names. Raises CaseUnreadable, OSError."""
    return [read_case(file) for file in sorted(folder.glob("*.json"))]


def read_case(file: Path) -> Case:
    """One case. Raises CaseUnreadable, OSError."""
    try:
        raw = json.loads(file.read_text(encoding="utf-8"))
        origin = raw.get("gold_origin") or {}
        return Case(
            id=str(raw["id"]),
            kind=str(raw["kind"]),
            language=str(raw.get("lang") or "en"),
            lines=number_lines(_line(one) for one in raw["channel"]),
            gold=raw["gold"],
            verbatim=frozenset(origin.get("verbatim") or ()),
        )
    except (ValueError, KeyError, TypeError, AttributeError) as wrong:
        raise CaseUnreadable(file.name) from wrong


def _line(raw: Mapping[str, Any]) -> Line:
    return Line(
        n=0,
        kind=LineKind.MESSAGE,
        at=datetime.fromisoformat(raw["iso"]).astimezone(UTC),
        speaker=str(raw["user"]),
        text=str(raw["text"]),
        permalink="",
        is_bot=raw.get("subtype") == "bot_message",
    )
