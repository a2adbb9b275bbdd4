"""What is promised of a log read in parts: every line once, in order, in bounds, cut where people were silent."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.outgoing import sent_characters
from bot.domain.parts import in_parts
from bot.domain.transcript import Line, LineKind

START = datetime(2024, 5, 20, 5, 0, tzinfo=UTC)


def lines_of(told: list[tuple[int, str, bool]]) -> list[Line]:
    at, lines = START, []
    for n, (pause, text, deleted) in enumerate(told, start=1):
        at += timedelta(seconds=pause)
        lines.append(Line(n, LineKind.MESSAGE, at, "Ann", text, "", deleted=deleted))
    return lines


WORDS = st.text("abc", max_size=300) | st.integers(0, 2_000).map("x".__mul__)
LOGS = st.lists(st.tuples(st.integers(0, 3600), WORDS, st.booleans()), max_size=60).map(lines_of)


@given(LOGS, st.integers(100, 3_000))
def test_every_line_is_in_one_part_and_no_part_is_too_long(lines: list[Line], limit: int) -> None:
    parts = in_parts(lines, limit)
    assert [line for part in parts for line in part] == [line for line in lines if not line.deleted]
    for part in parts:
        assert part and (len(part) == 1 or sum(sent_characters(line) for line in part) <= limit)


@given(LOGS, LOGS, st.integers(100, 3_000))
def test_what_comes_later_moves_no_cut_before_it(lines: list[Line], later: list[Line], limit: int) -> None:
    known = in_parts(lines, limit)[:-1]
    assert in_parts([*lines, *later], limit)[: len(known)] == known


def test_a_part_ends_where_people_were_silent() -> None:
    told = [(30, "x" * 100, False)] * 9
    told[7] = (1800, "y" * 100, False)
    lines = lines_of(told)
    sizes = [len(part) for part in in_parts(lines, sum(map(sent_characters, lines)) - 1)]
    assert sizes == [7, 2]
