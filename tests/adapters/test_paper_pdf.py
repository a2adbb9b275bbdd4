"""What is promised of a PDF: the times of the incident stand in it as a picture, in letters that are really drawn."""

import json
from datetime import UTC, datetime, timedelta

import pytest
import typst

from bot.adapters.paper_pdf import TEMPLATE, _said, as_pdf
from bot.domain.citation import Section, Sentence
from bot.domain.draft import Draft, DraftKind, DraftState
from bot.domain.ids import ChannelId, DraftId, IncidentId, SlackUserId
from bot.domain.incident import Incident, Severity, Status, TimeName
from bot.domain.paper import Paper
from bot.domain.transcript import Line, LineKind
from bot.i18n.texts import Texts
from tests.pdfs import BOX, drawn_words, fills

AT = datetime(2024, 5, 20, 5, 48, tzinfo=UTC)
HURT, EASED = (194, 53, 43), (47, 125, 79)
"""The colours of the time in which users were hurt, and of the time after it."""


def paper(**minutes: int) -> Paper:
    """An incident with these times, so many minutes after its beginning."""
    times = {TimeName(name): AT + timedelta(minutes=after) for name, after in minutes.items()}
    status, who = Status.RESOLVED, SlackUserId("U1")
    one = Incident(IncidentId(7), "메시지 전송 실패", Severity.SEV1, status, who, "ko", times, {}, ChannelId("C1"))
    said = (Section("impact", (Sentence("사용자 80%가 메시지를 보내지 못했습니다.", (1,)),)),)
    line = Line(1, LineKind.MESSAGE, AT, "김민지", "사용자 80%", "https://haneul.slack.com/archives/C1/p1")
    kind, state = DraftKind.POSTMORTEM, DraftState.APPROVED
    draft = Draft(DraftId(1), one.id, kind, 1, state, said, (line,), 0, who, AT + timedelta(hours=3), "offline")
    return Paper(draft, one, [], [], [], {"U1": "김민지"})


WHOLE = paper(started_at=0, detected_at=4, declared_at=6, mitigated_at=24, resolved_at=70)


@pytest.mark.parametrize(
    ("language", "labels"),
    [
        ("ko", ("오후 2:48", "장애 시작", "감지", "선언", "영향 해소", "오후 3:58", "해결")),
        ("en", ("14:48", "Impact began", "Detected", "Declared", "15:58", "Resolved")),
    ],
)
def test_the_times_are_a_picture_with_every_letter(language: str, labels: tuple[str, ...]) -> None:
    raw = as_pdf(Texts(language, "Asia/Seoul", WHOLE.names), WHOLE)
    drawn = {words.strip() for words in drawn_words(raw)}
    assert set(labels) <= drawn, set(labels) - drawn
    assert {HURT, EASED} <= fills(raw)


def test_one_time_alone_is_no_picture() -> None:
    alone = paper(started_at=0)
    raw = as_pdf(Texts("ko", "Asia/Seoul", alone.names), alone)
    drawn = {words.strip() for words in drawn_words(raw)}
    assert "장애 시작" not in drawn and "메시지 전송 실패 ·" in drawn and HURT not in fills(raw)


def test_letters_without_a_glyph_would_be_seen_here() -> None:
    """The measure itself: without the system's fonts there is no Korean letter, and only this tells."""
    inputs = {"paper": json.dumps(_said(Texts("ko", "Asia/Seoul"), WHOLE)), "part": "paper"}
    raw = typst.compile(str(TEMPLATE), sys_inputs=inputs, format="pdf", ignore_system_fonts=True)
    drawn = drawn_words(raw)
    assert f"{BOX}{BOX} {BOX}{BOX}" in {words.strip() for words in drawn}
    assert not any("장애 시작" in words for words in drawn)
