"""What is promised of a transcript: lines in the order of their times, numbered from one."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.transcript import Line, LineKind, number_lines

START = datetime(2024, 5, 20, 5, 52, tzinfo=UTC)


def line(minute: int, text: str = "") -> Line:
    return Line(0, LineKind.MESSAGE, START + timedelta(minutes=minute), "U1", text, "")


@given(st.lists(st.integers(0, 50)))
def test_lines_are_numbered_in_the_order_they_happened(minutes: list[int]) -> None:
    numbered = number_lines(line(minute, str(index)) for index, minute in enumerate(minutes))
    assert [found.n for found in numbered] == list(range(1, len(minutes) + 1))
    keys = [(found.at, int(found.text)) for found in numbered]
    assert keys == sorted(keys)
