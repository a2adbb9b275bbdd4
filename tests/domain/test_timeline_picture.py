"""What is promised of the picture of an incident's times: each is at its place, no label covers another."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.incident import TimeName
from bot.domain.timeline_picture import WORDS, marks_of, spans_of

BEGIN = datetime(2024, 5, 20, 5, 52, tzinfo=UTC)
LABEL = 0.25
"""A label's share of the line, as it is drawn."""
times = st.dictionaries(
    st.sampled_from(list(TimeName)), st.none() | st.integers(0, 10**6).map(lambda s: BEGIN + timedelta(seconds=s))
)


@given(times)
def test_every_known_time_is_there_once(known: dict[TimeName, datetime | None]) -> None:
    shown = [name for mark in marks_of(known) for name in mark.names]
    assert sorted(shown) == sorted(name.value for name, at in known.items() if at is not None)


@given(times)
def test_places_follow_time_and_labels_do_not_cover_one_another(known: dict[TimeName, datetime | None]) -> None:
    marks = marks_of(known)
    assert [mark.place for mark in marks] == sorted(mark.place for mark in marks)
    assert all(0 <= mark.place <= 1 for mark in marks)
    drawn = [(mark.row, mark.place - LABEL if mark.place > 0.75 else mark.place) for mark in marks]
    for n, (row, left) in enumerate(drawn):
        assert all(row != other or abs(left - edge) >= LABEL for other, edge in drawn[n + 1 :])


@given(times)
def test_no_line_goes_through_the_words_of_another_mark(known: dict[TimeName, datetime | None]) -> None:
    marks = marks_of(known)
    for mark in marks:
        beside = [one for one in marks if one.place > mark.place] if not mark.is_flipped else []
        beside += [one for one in marks if one.place < mark.place and one.is_flipped] if mark.is_flipped else []
        assert all(one.row < mark.row for one in beside if abs(one.place - mark.place) < WORDS)


def test_the_time_in_which_users_were_hurt() -> None:
    hour = timedelta(hours=1)
    known = {TimeName.STARTED: BEGIN, TimeName.MITIGATED: BEGIN + hour, TimeName.RESOLVED: BEGIN + 4 * hour}
    assert [(span.start, span.end, span.hurts) for span in spans_of(known)] == [(0, 0.25, True), (0.25, 1, False)]
    assert not spans_of({TimeName.STARTED: BEGIN}) and not spans_of({})
