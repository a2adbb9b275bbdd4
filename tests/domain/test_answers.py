"""What is promised of bare answers: a decision or duty taken by one is told in the words it answers, both cited."""

import pytest

from bot.domain.extract import draft_sections
from bot.domain.placed import answered, with_what_it_answers
from bot.domain.quotable import quotable_in
from bot.domain.quoting import Quote
from tests.domain.test_extract import channel

PROPOSED = "shall we move checkout to the second region"


def quoted(*said: str) -> Quote:
    lines = channel("users cannot pay", *said)
    quotable = quotable_in(lines)
    last = quotable[-1]
    return with_what_it_answers(Quote(last.line, last.line.text, last.line.text, 3.0), quotable, lines)


@pytest.mark.parametrize("answer", ["yes please do", "ok do it now", "네 그렇게 하시죠", "승인합니다 진행"])
def test_a_bare_answer_is_told_in_the_words_it_answers(answer: str) -> None:
    told = quoted(PROPOSED, answer)
    assert (told.text, told.line.n, told.after) == (PROPOSED, 2, (3,))


@pytest.mark.parametrize(
    "answer",
    ["ok flip the flag back. Mara please do it", "네 오늘 안으로 라우터 정책을 되돌려 주세요", "we move it at nine"],
)
def test_an_answer_that_says_what_is_decided_stands_for_itself(answer: str) -> None:
    told = quoted("the old keys are still there, mostly", answer)
    assert (told.text, told.line.n, told.after) == (answer, 3, ())


def test_what_is_asked_and_answered_is_told_once() -> None:
    lines = channel("users cannot pay", "Mara, can you write the check by thursday", "ok, by thursday")
    quotes = [Quote(one.line, one.line.text, one.line.text, 3.0) for one in quotable_in(lines)[1:]]
    assert [(one.line.n, one.after) for one in answered(quotes, quotable_in(lines), lines)] == [(2, (3,))]


def test_what_somebody_asks_about_the_past_set_nothing_off() -> None:
    talk = [f"the graph of {name} is back to normal" for name in ("carts", "search", "stock", "login", "mail", "maps")]
    lines = channel("users cannot pay", *talk, "did somebody do something at 13:56", "not me", "nope")
    told = draft_sections("postmortem", lines)
    assert not any(8 in one.citations for part in told if part.heading == "trigger" for one in part.sentences)
