"""A label that repeats its heading is left out; the sentence stays as it was said."""

from datetime import UTC, datetime

import pytest

from bot.domain.citation import BY_HAND, Sentence
from bot.domain.labels import with_speaker, without_label
from bot.domain.transcript import Line, LineKind


@pytest.mark.parametrize(
    ("heading", "certainty", "said", "shown"),
    [
        ("root_cause", "confirmed", "Confirmed: the root cause is the pool.", "the root cause is the pool."),
        ("root_cause", "confirmed", "Confirmed: root cause: the pool.", "the pool."),
        ("root_cause", "confirmed", "*Root cause:* pool size 400", "pool size 400"),
        ("root_cause", "likely", "Likely cause: the pool", "the pool"),
        ("root_cause", "confirmed", "원인: 풀 크기가 작았습니다.", "풀 크기가 작았습니다."),
        ("root_cause", "confirmed", "확인: 근본 원인은 풀 크기입니다.", "근본 원인은 풀 크기입니다."),
        ("summary", "confirmed", "Confirmed: the root cause is the pool.", "the root cause is the pool."),
        ("follow_ups", "", "Follow-up: add an alert", "add an alert"),
        ("follow_ups", "", "**Follow-up 2**: add an alert", "add an alert"),
        ("follow_ups", "", "후속 조치: 알람을 추가하겠습니다", "알람을 추가하겠습니다"),
        ("impact", "", "영향 범위: 사용자 80%", "사용자 80%"),
    ],
)
def test_what_the_heading_and_the_mark_say_is_not_said_twice(
    heading: str, certainty: str, said: str, shown: str
) -> None:
    assert without_label(heading, Sentence(said, (1,), certainty)) == shown


@pytest.mark.parametrize(
    ("heading", "certainty", "said"),
    [
        ("root_cause", "likely", "Confirmed: the root cause is the pool."),
        ("root_cause", "inconclusive", "Likely cause: the pool"),
        ("root_cause", "confirmed", "The root cause was the pool: it was too small."),
        ("root_cause", "confirmed", "원인은 풀 크기입니다: 400개"),
        ("root_cause", "confirmed", "Not confirmed: the pool"),
        ("summary", "confirmed", "Root cause: the pool"),
        ("timeline", "", "Follow-up: add an alert"),
        ("follow_ups", "", "재발 방지: 부하 테스트를 하겠습니다"),
        ("follow_ups", "", "Follow-up:"),
        ("of_a_newer_release", "", "Cause: the pool"),
    ],
)
def test_what_nothing_beside_it_says_stays(heading: str, certainty: str, said: str) -> None:
    assert without_label(heading, Sentence(said, (1,), certainty)) == said


def line(number: int = 1, *, kind: LineKind = LineKind.MESSAGE, is_bot: bool = False) -> Line:
    return Line(number, kind, datetime(2024, 5, 20, tzinfo=UTC), "Min Seo", "", "", is_bot=is_bot)


@pytest.mark.parametrize(
    "said",
    [
        *("I will write the runbook", "i'll add an alert", "we drained lb-07", "That was my deploy"),
        *(
            "제가 롤백했습니다",
            "저희 쪽 설정입니다",
            "금요일까지 옮기겠습니다",
            "경보를 넣을게요",
            "어제 내가 지웠어요",
        ),
    ],
)
def test_who_says_i_or_we_is_named_beside_it(said: str) -> None:
    assert with_speaker("helped", Sentence(said, (1,)), {1: line()}) == f"Min Seo: {said}"


@pytest.mark.parametrize(
    "said",
    [
        *(
            "The I/O of us-east-1 was slow",
            "i.e. the proxy",
            "lb-07 drained",
            "phase I-2 of the plan",
            "Wei drained it",
        ),
        *("문제가 컸습니다", "어제 배포가 나갔습니다", "알겠습니다", "결제가 안 됩니다", "그러게요", "국제가격 조회"),
    ],
)
def test_who_speaks_of_others_is_not_named(said: str) -> None:
    assert with_speaker("helped", Sentence(said, (1,)), {1: line()}) == said


@pytest.mark.parametrize(
    ("sentence", "lines"),
    [
        (Sentence("I drained lb-07", (1, 2)), {1: line(), 2: line(2)}),
        (Sentence("I drained lb-07", (1,)), {1: line(is_bot=True)}),
        (Sentence("I drained lb-07", (1,)), {1: line(kind=LineKind.ENTRY)}),
        (Sentence("I drained lb-07", (1,), BY_HAND), {1: line()}),
        (Sentence("I drained lb-07", (3,)), {1: line()}),
        (Sentence("Min Seo: I drained lb-07", (1,)), {1: line()}),
    ],
)
def test_only_the_one_person_who_is_quoted_is_named(sentence: Sentence, lines: dict[int, Line]) -> None:
    assert with_speaker("helped", sentence, lines) == sentence.text
