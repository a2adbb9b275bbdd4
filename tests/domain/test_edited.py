"""What is promised of an edit: a person writes what they want, and a reader sees which words no source bears out."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.adapters.paper_json import as_json
from bot.adapters.paper_pdf import _said
from bot.domain.citation import BY_HAND, Section, Sentence
from bot.domain.draft import Draft, DraftKind, DraftState
from bot.domain.edited import as_edited, citable
from bot.domain.ids import ChannelId, DraftId, IncidentId, SlackUserId
from bot.domain.incident import Incident, Severity, Status, TimeName
from bot.domain.paper import Paper
from bot.domain.reading import Reading
from bot.domain.transcript import Line, LineKind, number_lines
from bot.i18n.paper import markdown
from bot.i18n.texts import Texts

AT = datetime(2024, 5, 20, 5, 48, tzinfo=UTC)
ANN = SlackUserId("U0ANN")
LINES = number_lines(
    Line(0, LineKind.MESSAGE, AT, "kim", text, "https://x.test/p")
    for text in (
        "주문 결제 실패율은 35%였습니다",
        "The root cause was an expired certificate on lb-07",
        "maybe the retries made it worse",
    )
)
SAID = (
    Section("impact", (Sentence(LINES[0].text, (1,)),)),
    Section("root_cause", (Sentence(LINES[1].text, (2,), "confirmed"), Sentence(LINES[2].text, (3,), "likely"))),
)
FIRST = Draft(
    DraftId(1), IncidentId(1), DraftKind.POSTMORTEM, 1, DraftState.PROPOSED, SAID, LINES, 0, ANN, AT, "offline"
)


def edited(heading: str, text: str, *citations: int) -> Sentence:
    typed = [Section(heading, (Sentence(text, citations),))]
    (part,) = as_edited(FIRST, typed, zone=ZoneInfo("Asia/Seoul"))
    assert part.sentences[0].text == text, "what is typed is what is kept"
    return part.sentences[0]


@pytest.mark.parametrize(
    ("text", "source", "mark"),
    [
        ("주문 결제 실패율은 90%였습니다", 1, BY_HAND),
        ("주문 결제 실패율은 35%였습니다", 2, BY_HAND),
        ("결제 실패율은 35%였습니다", 1, ""),
        ("주문 결제 실패율은 35%였습니다", 1, ""),
    ],
)
def test_what_its_sources_do_not_bear_out_is_shown_as_a_persons_words(text: str, source: int, mark: str) -> None:
    assert edited("impact", text, source).certainty == mark


@pytest.mark.parametrize(
    ("text", "source", "mark"),
    [
        ("The root cause was the expired certificate on lb-07", 2, "confirmed"),
        ("maybe the retries made it much worse", 3, "likely"),
        ("The root cause was an expired certificate on lb-08", 2, BY_HAND),
        ("The root cause was not an expired certificate on lb-07", 2, BY_HAND),
        ("A certificate was expired", 2, BY_HAND),
    ],
)
def test_a_cause_stays_as_sure_as_the_one_it_was_made_from_or_is_a_persons_word(
    text: str, source: int, mark: str
) -> None:
    assert edited("root_cause", text, source).certainty == mark


def test_what_nobody_changed_stays_as_it_was_and_a_persons_cause_gets_no_surer() -> None:
    assert as_edited(FIRST, SAID, zone=UTC) == SAID
    theirs = edited("root_cause", "A certificate was expired", 2)
    second = replace(FIRST, sections=(Section("root_cause", (theirs,)),))
    again = [Section("root_cause", (replace(theirs, text="A certificate was expired."),))]
    assert as_edited(second, again, zone=UTC)[0].sentences[0].certainty == BY_HAND


@pytest.mark.parametrize(
    ("language", "header", "mark"),
    [
        ("en", "edited by Ann; what was not edited is quoted from the channel", "written by hand"),
        ("ko", "Ann 님이 수정, 나머지는 모델 없이 채널에서 인용", "직접 작성"),
    ],
)
def test_every_paper_says_who_edited_it_and_marks_their_words(language: str, header: str, mark: str) -> None:
    sections = (Section("impact", (edited("impact", "실패율은 90%였습니다", 1),)),)
    draft = replace(FIRST, version=2, sections=sections, reading=Reading(edited=True))
    times = {TimeName.DECLARED: AT}
    one = Incident(IncidentId(1), "errors", Severity.SEV2, Status.RESOLVED, ANN, language, times, {}, ChannelId("C1"))
    texts, paper = Texts(language, "Asia/Seoul", {"U0ANN": "Ann"}), Paper(draft, one, [], [], [], {"U0ANN": "Ann"})
    told = markdown(texts, paper)
    assert header in told and f"**[{mark}]** 실패율은 90%였습니다" in told
    raw = _said(texts, paper)
    assert header in raw["source"] and raw["parts"][0]["sentences"][0]["certainty"] == mark
    assert '"edited_by": "Ann"' in as_json(texts, paper) and '"certainty": "by_hand"' in as_json(texts, paper)
    first = replace(paper, draft=replace(FIRST, sections=sections))
    assert "Ann" not in markdown(texts, first) and '"edited_by": null' in as_json(texts, first)


def log(*minutes: int) -> tuple[Line, ...]:
    return number_lines(
        Line(0, LineKind.MESSAGE, AT + timedelta(minutes=after), "kim", f"at {after}", "") for after in minutes
    )


def test_an_edit_may_cite_every_line_of_the_log_by_its_number() -> None:
    lines = log(0, 1, 2, 3)
    draft = replace(FIRST, lines=(lines[1],))
    assert citable(draft, lines) == lines
    assert citable(replace(FIRST, lines=()), lines) == lines


def test_where_the_numbers_moved_since_none_means_another_line_than_it_did() -> None:
    cited = log(0, 1, 2, 3)[1]
    now = log(-5, 0, 1, 2, 3)
    may = citable(replace(FIRST, lines=(cited,)), now)
    assert [one for one in may if one.n <= len(now)] == [cited], "a number seen before is the line of the draft or none"
    assert {one.text for one in may} == {one.text for one in now} and len({one.n for one in may}) == len(now)
