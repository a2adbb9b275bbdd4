"""A log that is too long for one reading, cut into parts where people were silent."""

from collections.abc import Sequence
from datetime import timedelta

from bot.domain.outgoing import sent_characters
from bot.domain.transcript import Line

FULL = 0.6
"""A part is at least so full before we look for a silence to end it at."""


def in_parts(lines: Sequence[Line], limit: int) -> tuple[tuple[Line, ...], ...]:
    """Return the lines in order in parts of at most `limit` characters as they are sent; deleted lines are left out.

    Each part but the last ends before the longest silence that it can end at while it is at least 60 % full. What is
    added at the end moves no cut but the last. A line alone may be longer than `limit`.
    """
    waiting = [line for line in lines if not line.deleted]
    parts = []
    while waiting:
        end = _end(waiting, limit)
        parts.append(tuple(waiting[:end]))
        waiting = waiting[end:]
    return tuple(parts)


def _end(lines: Sequence[Line], limit: int) -> int:
    """How many lines the first part has."""
    characters, least, most = 0, 0, 0
    for line in lines:
        characters += sent_characters(line)
        if characters > limit:
            break
        most += 1
        least = most if characters <= limit * FULL else least
    if most == len(lines) or len(lines) == 1:
        return len(lines)
    return max(range(max(least, 1), max(most, 1) + 1), key=lambda end: (_silence(lines, end), end))


def _silence(lines: Sequence[Line], end: int) -> int:
    """In whole minutes: people who write within one are not silent."""
    return (lines[end].at - lines[end - 1].at) // timedelta(minutes=1)
