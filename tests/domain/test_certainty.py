"""What is promised of causes: one that somebody took back, or that the timeline forbids, is not called confirmed."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.citation import Section, Sentence, judge_sections
from bot.domain.transcript import Line, LineKind, number_lines

BEGAN = datetime(2024, 5, 20, 6, 0, tzinfo=UTC)


def line(minute: int, text: str, kind: LineKind = LineKind.MESSAGE) -> Line:
    return Line(0, kind, BEGAN + timedelta(minutes=minute), "Min Seo", text, "")


def certainty(cause: str, lines: tuple[Line, ...], *cites: int) -> str:
    """How sure the cause is shown to be when it is proposed as confirmed."""
    proposed = [Section("root_cause", (Sentence(cause, cites, "confirmed"),))]
    sections, _ = judge_sections(proposed, lines, began=BEGAN)
    return sections[0].sentences[0].certainty


def after(said: str, *later: str) -> str:
    return certainty(said, number_lines(line(at, text) for at, text in enumerate((said, *later))), 1)


@pytest.mark.parametrize(
    ("said", "later", "left"),
    [
        ("Root cause: bad deploy of relay", "Sorry, scratch that, it was the DNS change", "likely"),
        ("Root cause: bad deploy of relay", "no it isn't, we only restarted", "likely"),
        ("Root cause: bad deploy of relay", "I was wrong above. Deploy is unrelated", "inconclusive"),
        ("Root cause: bad deploy of relay", "the deploy had nothing to do with it", "inconclusive"),
        ("Root cause: bad deploy of relay", "the deploy wasn't the problem", "inconclusive"),
        ("원인은 릴레이 배포입니다", "아니었네요, 배포와 무관합니다", "inconclusive"),
        ("원인은 릴레이 배포입니다", "정정합니다. DNS 변경 때문이었습니다", "likely"),
        ("원인은 릴레이 배포입니다", "릴레이 배포는 상관이 없습니다", "inconclusive"),
    ],
)
def test_a_cause_that_is_taken_back_in_any_words_is_not_confirmed(said: str, later: str, left: str) -> None:
    assert after(said) == "confirmed"
    assert after(said, later) == left
    assert after(said, "ok", "thanks", later) == left


@pytest.mark.parametrize(
    ("said", "later"),
    [
        ("Root cause: bad deploy of relay", "my graph was wrong, the latency is fine"),
        ("Root cause: bad deploy of relay", "is the deploy unrelated?"),
        ("Root cause: bad deploy of relay", "actually the dashboards are slow today"),
        ("Root cause: bad deploy of relay", "the login alert is not related"),
        ("원인은 릴레이 배포입니다", "로그인 알람은 무관합니다"),
        ("원인은 릴레이 배포입니다", "고객 문의는 장애가 아니라 요금 문의입니다"),
    ],
)
def test_what_is_said_of_something_else_takes_no_cause_back(said: str, later: str) -> None:
    assert after(said, later) == "confirmed"


def test_a_bare_scratch_that_long_after_is_about_something_else() -> None:
    chatter = tuple(f"looking at shard {n}" for n in range(30))
    assert after("Root cause: bad deploy of relay", *chatter, "scratch that") == "confirmed"


@pytest.mark.parametrize(
    "said",
    [
        "Last month the root cause was the expired certificate, this time nobody knows",
        "지난번 장애 원인은 인증서 만료였습니다",
        "The cause was the deploy of relay - no, it was not the deploy",
    ],
)
def test_another_incidents_cause_and_one_denied_in_the_same_breath_are_inconclusive(said: str) -> None:
    assert after(said) == "inconclusive"


def test_what_was_thought_and_found_to_be_untrue_is_not_confirmed() -> None:
    said = number_lines([line(0, "원인은 릴레이 배포로 보였으나 사실 무근이었습니다")])
    assert certainty(said[0].text, said, 1) == "inconclusive"
    assert certainty("원인은 릴레이 배포였다.", said, 1) == "inconclusive"


def test_what_was_not_the_one_is_what_was_the_other() -> None:
    assert after("the root cause was not the cache, the root cause was the proxy") == "confirmed"


@pytest.mark.parametrize(("minute", "left"), [(-10, "confirmed"), (30, "inconclusive")])
def test_a_cause_that_the_timeline_has_after_the_beginning_is_not_confirmed(minute: int, left: str) -> None:
    said = "The root cause was the deploy of relay"
    entry = line(minute, "Deploy of relay started", LineKind.ENTRY)
    lines = number_lines([entry, line(40, said)])
    assert certainty(said, lines, 2) == left


@pytest.mark.parametrize(("minute", "left"), [(-10, "confirmed"), (30, "inconclusive")])
def test_a_cited_line_tells_when_the_work_was_done(minute: int, left: str) -> None:
    lines = number_lines([line(minute, "deploying relay now"), line(40, "The root cause was the deploy of relay")])
    assert certainty("The root cause was the deploy of relay", lines, 1, 2) == left


@pytest.mark.parametrize(
    "text", ["Deploy of the billing job started", "Deployed the fix for relay", "Relay rolled back"]
)
def test_other_work_and_the_mending_say_nothing_of_the_cause(text: str) -> None:
    said = "The root cause was the deploy of relay"
    assert certainty(said, number_lines([line(30, text, LineKind.ENTRY), line(40, said)]), 2) == "confirmed"
