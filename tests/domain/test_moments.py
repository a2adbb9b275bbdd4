"""What is promised of typed times: read as meant in the writer's zone, asked back when they can mean two."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.moments import TimeAmbiguous, TimeUnreadable, read_moment, read_period

SEOUL = ZoneInfo("Asia/Seoul")
BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2024, 5, 21, 9, 0, tzinfo=SEOUL)  # a Tuesday


def seoul(text: str) -> str:
    return read_moment(text, now=NOW, zone=SEOUL).astimezone(SEOUL).strftime("%Y-%m-%d %H:%M:%S")


@pytest.mark.parametrize(
    "typed",
    [
        *("14:52", "2:52 pm", "2:52 PM yesterday", "yesterday 14:52", "14:52 어제", "어제 오후 2시 52분"),
        *("오후 2시 52분", "14시 52분", "2024-05-20 14:52", "5/20 14:52", "5월 20일 14:52", "May 20 14:52"),
        *("20 May 2:52 pm", "월요일 14:52", "last monday 14:52", "2024-05-20T14:52:00+09:00", "5/20(월) 14:52"),
        *("2024-05-20T05:52:00Z", "2024.05.20 14:52", "20일 14:52", "May 20th, 2024 at 2:52 p.m.", "어제 14:52쯤"),
        *(
            "지난 월요일 오후 2:52",
            "05:52 UTC",
            "５월 ２０일 １４：５２",
            "어제오후2시52분",
            "오후 두시 52분",
            "1 day ago 14:52",
        ),
    ],
)
def test_one_moment_may_be_typed_in_many_ways(typed: str) -> None:
    assert seoul(typed) == "2024-05-20 14:52:00"


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("어제 오후 3시", "2024-05-20 15:00:00"),
        ("오후 2시 반", "2024-05-20 14:30:00"),
        ("10분 전", "2024-05-21 08:50:00"),
        ("삼십분 전", "2024-05-21 08:30:00"),
        ("30 minutes ago", "2024-05-21 08:30:00"),
        ("half an hour ago", "2024-05-21 08:30:00"),
        ("1시간 30분 전", "2024-05-21 07:30:00"),
        ("1시간 반 전", "2024-05-21 07:30:00"),
        ("an hour and 5 minutes ago", "2024-05-21 07:55:00"),
        ("한 시간 전", "2024-05-21 08:00:00"),
        ("한 10분 전", "2024-05-21 08:50:00"),
        ("in 10 minutes", "2024-05-21 09:10:00"),
        ("방금", "2024-05-21 09:00:00"),
        ("지금", "2024-05-21 09:00:00"),
        ("now", "2024-05-21 09:00:00"),
        ("정오", "2024-05-20 12:00:00"),
        ("noon", "2024-05-20 12:00:00"),
        ("자정", "2024-05-21 00:00:00"),
        ("그제 14:00", "2024-05-19 14:00:00"),
        ("14시", "2024-05-20 14:00:00"),
        ("09시 30분", "2024-05-20 09:30:00"),
        ("새벽 3시", "2024-05-21 03:00:00"),
        ("어제 밤 11시", "2024-05-20 23:00:00"),
        ("지난주 금요일 18:00", "2024-05-17 18:00:00"),
        ("내일 02:00", "2024-05-22 02:00:00"),
        ("12/31 23:00", "2023-12-31 23:00:00"),
        ("14:52:30", "2024-05-20 14:52:30"),
        ("12 am", "2024-05-21 00:00:00"),
        ("낮 12시", "2024-05-20 12:00:00"),
    ],
)
def test_times_are_read_as_they_are_meant(typed: str, meant: str) -> None:
    assert seoul(typed) == meant


def test_a_clock_time_is_the_latest_one_with_two_minutes_of_grace() -> None:
    assert seoul("09:02") == "2024-05-21 09:02:00"
    assert seoul("09:03") == "2024-05-20 09:03:00"


@pytest.mark.parametrize(
    ("typed", "candidates"),
    [
        ("3시", ("05-20 15:00", "05-21 03:00")),
        ("at 3", ("05-20 15:00", "05-21 03:00")),
        ("12시", ("05-20 12:00", "05-21 00:00")),
        ("어제 2시 52분", ("05-20 02:52", "05-20 14:52")),
        ("yesterday 8:30", ("05-20 08:30", "05-20 20:30")),
        ("어제 자정", ("05-20 00:00", "05-21 00:00")),
        ("last night 1am", ("05-20 01:00", "05-21 01:00")),
    ],
)
def test_a_time_that_may_mean_two_is_asked_back(typed: str, candidates: tuple[str, ...]) -> None:
    with pytest.raises(TimeAmbiguous) as caught:
        seoul(typed)
    assert tuple(at.astimezone(SEOUL).strftime("%m-%d %H:%M") for at in caught.value.candidates) == candidates


def test_day_and_month_are_not_guessed_where_both_orders_are_in_use() -> None:
    with pytest.raises(TimeAmbiguous):
        read_moment("5/6 14:52", now=NOW, zone=BERLIN)
    assert seoul("5/6 14:52") == "2024-05-06 14:52:00"


@pytest.mark.parametrize(
    "typed",
    [
        *(
            "",
            "   ",
            "garbage",
            "어제",
            "monday",
            "3",
            "25:00",
            "14:60",
            "오전 14시",
            "2월 30일 14:00",
            "1716184320.123456",
        ),
        *(
            "5/20(화) 14:52",
            "14:52 and then",
            "3 days ago",
            "14:52 or 14:58",
            "9999999시간 전",
            "13:00 am",
            "오후 2:52 am",
        ),
        *("2024-13-40T14:52:00Z", "x" * 5000, "\x00", "10분", "-5"),
    ],
)
def test_what_names_no_moment_is_refused(typed: str) -> None:
    with pytest.raises(TimeUnreadable):
        seoul(typed)


def test_the_hour_that_clocks_skip_does_not_exist_and_the_one_they_repeat_is_asked_back() -> None:
    with pytest.raises(TimeUnreadable):
        read_moment("2024-03-31 02:30", now=NOW, zone=BERLIN)
    with pytest.raises(TimeAmbiguous) as caught:
        read_moment("2023-10-29 02:30", now=NOW, zone=BERLIN)
    first, second = caught.value.candidates
    assert second - first == timedelta(hours=1)


zones = st.sampled_from([SEOUL, BERLIN, ZoneInfo("America/New_York"), ZoneInfo("Asia/Kathmandu"), ZoneInfo("UTC")])
moments = st.integers(1_577_836_800, 1_893_456_000).map(lambda second: datetime.fromtimestamp(second, UTC))


@given(moments, moments, zones)
def test_a_written_out_time_is_read_back(at: datetime, now: datetime, zone: ZoneInfo) -> None:
    minute = at.replace(second=0, microsecond=0)
    for shape in ("%Y-%m-%d %H:%M", "%Y년 %m월 %d일 %H:%M", "%d %B %Y %I:%M %p"):
        try:
            assert read_moment(minute.astimezone(zone).strftime(shape), now=now, zone=zone) == minute
        except TimeAmbiguous as asked:
            assert minute in asked.candidates


@given(st.integers(0, 23), st.integers(0, 59), moments, zones)
def test_a_bare_clock_time_lies_in_the_last_day_or_two_minutes_ahead(
    hour: int, minute: int, now: datetime, zone: ZoneInfo
) -> None:
    try:
        at = read_moment(f"{hour:02}:{minute:02}", now=now, zone=zone)
    except (TimeAmbiguous, TimeUnreadable):
        assert zone not in (SEOUL, ZoneInfo("UTC"))
        return
    assert at.tzinfo is UTC
    assert now - timedelta(hours=26) < at <= now + timedelta(minutes=2)
    assert at.astimezone(zone).strftime("%H:%M") == f"{hour:02}:{minute:02}"


@given(st.text(max_size=40) | st.text(alphabet="0123456789:/-. 오전후시분월일어제전반apm", max_size=20))
def test_whatever_is_typed_gives_a_moment_or_one_of_two_refusals(text: str) -> None:
    try:
        assert read_moment(text, now=NOW, zone=SEOUL).tzinfo is UTC
    except TimeAmbiguous as asked:
        assert len(asked.candidates) >= 2
    except TimeUnreadable:
        pass


def test_a_now_without_a_zone_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="aware"):
        read_moment("14:52", now=datetime(2024, 5, 21, 9, 0), zone=SEOUL)  # noqa: DTZ001


@pytest.mark.parametrize(
    ("question", "start", "end", "rest"),
    [
        ("지난달 장애 원인이 뭐였지?", "2024-04-01", "2024-05-01", "장애 원인이 뭐였지?"),
        ("지난주에 있었던 장애", "2024-05-13", "2024-05-20", "있었던 장애"),
        ("이번 달 SEV1", "2024-05-01", "2024-06-01", "SEV1"),
        ("어제 결제 장애", "2024-05-20", "2024-05-21", "결제 장애"),
        ("작년의 부하 분산 장애", "2023-01-01", "2024-01-01", "부하 분산 장애"),
        ("올해 web-3 장애", "2024-01-01", "2025-01-01", "web-3 장애"),
        ("5월에 난 장애", "2024-05-01", "2024-06-01", "난 장애"),
        ("9월 장애", "2023-09-01", "2023-10-01", "장애"),
        ("2024년 5월 장애 몇 건?", "2024-05-01", "2024-06-01", "장애 몇 건?"),
        ("작년 5월 장애", "2023-05-01", "2023-06-01", "장애"),
        ("올해 상반기 장애", "2024-01-01", "2024-07-01", "장애"),
        ("2분기 장애", "2024-04-01", "2024-07-01", "장애"),
        ("5월 20일에 무슨 일?", "2024-05-20", "2024-05-21", "무슨 일?"),
        ("2024-05-01 ~ 2024-05-20 장애", "2024-05-01", "2024-05-21", "장애"),
        ("what broke last month?", "2024-04-01", "2024-05-01", "what broke?"),
        ("outages last week", "2024-05-13", "2024-05-20", "outages"),
        ("sev1 this year", "2024-01-01", "2025-01-01", "sev1"),
        ("last year's outages", "2023-01-01", "2024-01-01", "outages"),
        ("incidents yesterday", "2024-05-20", "2024-05-21", "incidents"),
        ("what happened in May", "2024-05-01", "2024-06-01", "what happened"),
        ("outages in December 2023", "2023-12-01", "2024-01-01", "outages"),
        ("outages in 2023", "2023-01-01", "2024-01-01", "outages"),
        ("q1 2024 outages", "2024-01-01", "2024-04-01", "outages"),
    ],
)
def test_a_period_is_found_in_a_question_and_taken_out(question: str, start: str, end: str, rest: str) -> None:
    found = read_period(question, now=NOW, zone=SEOUL)
    assert found is not None
    assert (f"{found[0].astimezone(SEOUL):%Y-%m-%d}", f"{found[1].astimezone(SEOUL):%Y-%m-%d}") == (start, end)
    assert found[2] == rest
    assert found[0].tzinfo is UTC


@pytest.mark.parametrize(
    ("question", "start", "rest"),
    [
        ("최근 3개월 간 web-3 장애", "2024-02-21", "web-3 장애"),
        ("지난 2주 동안 발생한 장애", "2024-05-07", "발생한 장애"),
        ("incidents in the past 30 days", "2024-04-21", "incidents"),
        ("outages since March", "2024-03-01", "outages"),
        ("5월부터 web-3 장애", "2024-05-01", "web-3 장애"),
    ],
)
def test_a_recent_period_ends_now(question: str, start: str, rest: str) -> None:
    found = read_period(question, now=NOW, zone=SEOUL)
    assert found is not None
    assert (f"{found[0].astimezone(SEOUL):%Y-%m-%d}", found[1], found[2]) == (start, NOW.astimezone(UTC), rest)


@pytest.mark.parametrize(
    "question", ["장애 원인", "may we ask about web-3", "we march on", "", "13월 장애", "web-2024년식", "q2-db 장애"]
)
def test_a_question_without_a_period_has_none(question: str) -> None:
    assert read_period(question, now=NOW, zone=SEOUL) is None


@given(st.text(max_size=60), moments, zones)
def test_a_period_always_has_a_length(text: str, now: datetime, zone: ZoneInfo) -> None:
    found = read_period(text, now=now, zone=zone)
    assert found is None or found[0] < found[1]
