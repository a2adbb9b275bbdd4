"""What is promised of repetition: a draft and a brief say each thing once, but for the summary and the timeline."""

from bot.domain.brief import catch_up_sections
from bot.domain.citation import Section
from bot.domain.extract import draft_sections
from tests.domain.test_extract import ENGLISH, KOREAN, channel, cited


def quoted(sections: tuple[Section, ...]) -> list[str]:
    return [one.text for part in sections if part.heading not in ("summary", "timeline") for one in part.sentences]


def test_no_sentence_stands_under_two_headings() -> None:
    said = (
        "the root cause was the config change, it was never tested, unlike production",
        "cause: retention change on topic clicks, deployed at 22:10",
        "restarted web-3, didn't help, users still cannot log in",
    )
    for lines in (KOREAN, ENGLISH, channel("we got an alert", *said)):
        told = quoted(draft_sections("postmortem", lines))
        assert len(told) == len(set(told))


def test_a_cause_stands_under_root_cause_and_not_under_contributing_too() -> None:
    sections = draft_sections("root_cause", channel("the root cause was the config, it was never tested before"))
    assert [part.heading for part in sections] == ["root_cause"]


def test_of_one_message_each_heading_quotes_its_own_sentence() -> None:
    sections = draft_sections(
        "postmortem", channel("The root cause was the cache. We should add an alert on its size.")
    )
    assert cited(sections, "root_cause") == cited(sections, "follow_ups") == [1]
    assert quoted(sections) == ["The root cause was the cache.", "We should add an alert on its size."]


def test_the_catch_up_does_not_say_last_what_it_says_above() -> None:
    lines = channel("hello all", "the queue has 300 entries", "users cannot log in", "the root cause was the cache")
    sections = catch_up_sections(lines)
    assert cited(sections, "impact") == [3] and cited(sections, "root_cause") == [4]
    assert cited(sections, "latest") == [1, 2]
