"""What is promised of durations: two units, the largest first, and nothing invented."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.durations import split_duration

SECONDS = {"day": 86_400, "hour": 3_600, "minute": 60, "second": 1}


@pytest.mark.parametrize(
    ("delta", "parts"),
    [
        (timedelta(minutes=66), ((1, "hour"), (6, "minute"))),
        (timedelta(minutes=6), ((6, "minute"),)),
        (timedelta(days=1, minutes=5, seconds=9), ((1, "day"), (5, "minute"))),
        (timedelta(seconds=61), ((1, "minute"), (1, "second"))),
        (timedelta(0), ((0, "minute"),)),
        (timedelta(milliseconds=400), ((0, "minute"),)),
        (timedelta(minutes=-6), ((6, "minute"),)),
    ],
)
def test_a_duration_is_read_in_its_two_largest_units(delta: timedelta, parts: tuple[tuple[int, str], ...]) -> None:
    assert split_duration(delta) == parts


@given(st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=4000)))
def test_what_is_shown_is_never_longer_than_what_was_and_misses_less_than_its_last_unit(delta: timedelta) -> None:
    parts = split_duration(delta)
    shown = sum(count * SECONDS[unit] for count, unit in parts)
    assert 1 <= len(parts) <= 2
    assert 0 <= delta.total_seconds() - shown < (SECONDS[parts[-1][1]] if len(parts) == 2 or shown else 1) * 1.0001
