"""Splits a duration into the two units people read it in."""

from datetime import timedelta

_UNITS = ((86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second"))


def split_duration(delta: timedelta) -> tuple[tuple[int, str], ...]:
    """Return the two largest non-zero units of a duration: 1:06:00 gives ((1, "hour"), (6, "minute")).

    Units are day, hour, minute and second; what is smaller is cut off, not rounded. Less than a second gives
    ((0, "minute"),). A negative duration is split like its length: its sign is the caller's to show.
    """
    left = int(abs(delta).total_seconds())
    parts: list[tuple[int, str]] = []
    for size, unit in _UNITS:
        count, left = divmod(left, size)
        if count:
            parts.append((count, unit))
    return tuple(parts[:2]) or ((0, "minute"),)
