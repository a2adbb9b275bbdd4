"""What is promised of remedies and guesses that a later line undoes: they stand where they belong then."""

import pytest

from bot.domain.extract import draft_sections
from tests.domain.test_extract import channel, cited

UNDONE = (
    ("rollback done", "p99 still 4s"),
    ("rolled back v88", "no change"),
    ("restarted the proxies", "checking", "hm, same errors"),
    ("reverted to 3.13, traffic recovered", "looks good", "no, the revert did nothing"),
    ("7.0으로 롤백 완료", "그래도 안 나오는데요"),
    ("캐시 서버 재시작 완료", "재시작했는데 그대로입니다"),
)
HELPED = (
    ("rollback done", "p99 back to 200ms"),
    ("rollback done", "still watching it"),
    ("rollback done", "is it still failing?"),
    ("restarted web-3, traffic recovered", "the restart of web-9 did not help"),
    ("disconnects stopped", "still no automatic failover between providers"),
    ("rollback done", "now restarting the cache", "no change"),
    ("7.0으로 롤백 완료", "정상입니다"),
)


@pytest.mark.parametrize("said", UNDONE)
def test_a_remedy_that_a_later_line_undoes_did_not_help(said: tuple[str, ...]) -> None:
    sections = draft_sections("postmortem", channel("users cannot pay", *said))
    assert not cited(sections, "helped")
    assert 2 in cited(sections, "hindered")
    assert 2 not in cited(sections, "summary")


@pytest.mark.parametrize("said", HELPED)
def test_a_remedy_that_nobody_undoes_helped(said: tuple[str, ...]) -> None:
    sections = draft_sections("postmortem", channel("users cannot pay", *said))
    assert 2 in cited(sections, "helped")
    assert 2 not in cited(sections, "hindered")


def test_a_remedy_that_helped_is_not_undone_by_another_trouble_much_later() -> None:
    lines = channel(
        "customers phone us, they cannot pay since 14:00",
        "looking",
        "the payment pods log timeouts to the ledger",
        "we released 4.2 of payments at 13:55",
        "roll it back please",
        "rolled back to 4.1, payments work again",
        "great",
        "how many carts are stuck?",
        "about 300 I think",
        "can support tell them to try again?",
        "I'll tell them",
        "thanks",
        "who is on call tonight?",
        "me until eight",
        "the queue is at 30",
        "and now at 12",
        "the other region is still slow",
    )
    sections = draft_sections("postmortem", lines)
    assert 6 in cited(sections, "helped")
    assert 6 not in cited(sections, "hindered")


@pytest.mark.parametrize(
    "said",
    [
        ("probable cause: split brain after switch reboot", "switch logs show no reboot. so not that."),
        ("maybe because of the cache", "looking", "nope, not it"),
    ],
)
def test_of_a_guess_nothing_is_left_where_it_is_answered_with_not_that(said: tuple[str, ...]) -> None:
    sections = draft_sections("root_cause", channel(*said))
    sure = {one.citations: one.certainty for part in sections if part.heading == "root_cause" for one in part.sentences}
    assert sure[(1,)] == "inconclusive"


def test_a_guess_stays_one_where_something_else_is_denied_or_much_later() -> None:
    far = ("looking",) * 6
    for said in (
        ("maybe because of the cache", "the dns was not the cause"),
        ("maybe because of the cache", *far, "not it"),
    ):
        sections = draft_sections("root_cause", channel(*said))
        sure = {one.citations: one.certainty for part in sections for one in part.sentences}
        assert sure[(1,)] == "likely"
