"""Long papers: what is not shown is counted, and the editor loses and invents nothing."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from bot.domain.citation import HEADINGS, Section, Sentence
from bot.domain.draft import Draft, DraftKind, DraftState, FollowUp
from bot.domain.ids import ChannelId, DraftId, FollowUpId, IncidentId, SlackUserId
from bot.domain.incident import Incident, Severity, Status, TimeName
from bot.domain.question import Answer
from bot.domain.reading import Reading, Stopped
from bot.domain.spending import Spent
from bot.domain.transcript import Line, LineKind
from bot.i18n.texts import Texts
from bot.sandbox.block_kit import check_view
from bot.sandbox.methods_chat import refuse_bad_blocks
from handlers.blocks.answer import answer_blocks
from handlers.blocks.draft import draft_blocks, edit_modal, follow_ups_modal, read_written

AT = datetime(2024, 5, 20, 5, 52, tzinfo=UTC)
ANN = SlackUserId("U1")
TEXTS = Texts("en", "Asia/Seoul")
LINE = Line(7, LineKind.MESSAGE, AT, "ann", "a line", "https://haneul.slack.com/archives/C1/p7")
INCIDENT = Incident(
    IncidentId(1),
    "errors",
    Severity.SEV2,
    Status.RESOLVED,
    ANN,
    "en",
    {TimeName.DECLARED: AT, TimeName.STARTED: AT},
    {},
    ChannelId("C1"),
)


def long_draft(sentences: int = 40, size: int = 300) -> Draft:
    sections = tuple(
        Section(heading, tuple(Sentence(f"{n} {'words ' * (size // 6)}".strip(), (7,)) for n in range(sentences)))
        for heading in HEADINGS[:3]
    )
    state = DraftState.PROPOSED
    return Draft(DraftId(1), IncidentId(1), DraftKind.POSTMORTEM, 1, state, sections, (LINE,), 0, ANN, AT, "offline")


def shown(blocks: Any) -> str:
    return "\n".join(re.findall(r"'text': '([^']*)'", str(blocks)))


def test_what_has_no_room_is_counted() -> None:
    made = long_draft()
    blocks = draft_blocks(TEXTS, made, INCIDENT, ())
    refuse_bad_blocks(blocks)
    told = str(blocks)
    (hidden,) = re.findall(r"… (\d+) more sentences", told)
    assert told.count("• ") + int(hidden) == made.sentence_count


def test_a_short_draft_hides_nothing() -> None:
    assert "more sentences" not in str(draft_blocks(TEXTS, long_draft(3), INCIDENT, ()))


def test_a_long_answer_is_counted_too() -> None:
    sentences = tuple(s for part in long_draft().sections for s in part.sentences)
    blocks = answer_blocks(TEXTS, Answer("what?", (INCIDENT.id,), sentences, (LINE,)), (INCIDENT,))
    refuse_bad_blocks(blocks)
    (hidden,) = re.findall(r"… (\d+) more sentences", str(blocks))
    assert str(blocks).count("'> ") + int(hidden) == len(sentences) and "INC-1" in str(blocks[-1])


def test_the_editor_gives_back_what_it_showed() -> None:
    made = long_draft()
    giant = Section(HEADINGS[3], (Sentence("giant " * 700, (7,)),))
    made = replace(made, sections=(*made.sections, giant))
    view = edit_modal(TEXTS, made)
    assert not check_view(view)
    fields = {b["block_id"]: b["element"]["initial_value"] for b in view["blocks"] if b["type"] == "input"}
    sections, wrong = read_written(made, fields)
    assert wrong is None and sections == made.sections
    last = [name for name in fields if name.startswith("section.0")][-1]
    assert last != "section.0"
    assert read_written(made, {**fields, last: "without a source"})[1] == last


def test_saving_what_nobody_changed_changes_nothing() -> None:
    said = (Sentence("It lasted 6 minutes.", (7,), computed=True), Sentence("a bad weight", (7,), "likely"))
    made = replace(long_draft(1), sections=(Section("root_cause", said),))
    fields = {block["block_id"]: block["element"]["initial_value"] for block in edit_modal(TEXTS, made)["blocks"][1:]}
    assert read_written(made, fields) == (made.sections, None)
    ((name, text),) = fields.items()
    (changed,), _ = read_written(made, {name: text.replace("6", "9")})
    assert changed.sentences == (Sentence("It lasted 9 minutes.", (7,)), said[1]), "their words are nobody's sum"


def test_follow_ups_without_an_owner_come_first_and_the_rest_is_counted() -> None:
    owned = [FollowUp(FollowUpId(n), IncidentId(1), f"owned {n}", ANN, date(2024, 6, 3)) for n in range(6)]
    loose = [FollowUp(FollowUpId(n), IncidentId(1), f"loose {n}") for n in range(6, 14)]
    empty = replace(long_draft(), sections=())
    view = follow_ups_modal(TEXTS, empty, [*owned, *loose], due=date(2024, 6, 3))
    assert not check_view(view)
    assert "loose 6" in str(view) and "owned" not in str(view)
    assert "2 more: save these, then open this form again." in str(view)
    few = follow_ups_modal(TEXTS, empty, [*owned, *loose[:1]], due=date(2024, 6, 3))
    assert "loose 6" in str(few["blocks"][0]) and "more:" not in str(few)


@pytest.mark.parametrize(
    ("told", "has_time"),
    [
        ("the push went out", False),
        ("14:47 the push was taken back", True),
        ("2:47 the push was taken back", True),
        ("오후 2시 47분에 되돌렸습니다", True),
        ("On 20 May at 14:47 the push went out", True),
        ("3시간 뒤 복구되었습니다", False),
        ("약 10시간 동안 장애가 이어졌습니다", False),
        ("ratio 3:10 of replicas", False),
        ("the push that somebody had asked for was taken back at 14:47", False),
    ],
)
def test_a_turning_point_says_when_it_was_unless_it_does_so_itself(told: str, has_time: bool) -> None:
    turning, other = (Section(heading, (Sentence(told, (7,)),)) for heading in ("timeline", "impact"))
    for section, shows_time in ((turning, not has_time), (other, False)):
        rows = shown(draft_blocks(TEXTS, replace(long_draft(1), sections=(section,)), INCIDENT, ()))
        assert (f"• 14:52 {told}" if shows_time else f"• {told}") in rows


TWO = {"en": TEXTS, "ko": Texts("ko", "Asia/Seoul")}
UNUSED = Reading(2, 0, Stopped.NOTHING, Spent(900, 100, 2, 1.0))
READINGS = [
    (
        Reading(12, 4, Stopped.BUDGET, Spent(41_000, 2_000, 9, 62.4), 0.05, used=120_000, allowed=1_000_000),
        5,
        "Read in 12 parts · 9 requests · 43,000 tokens · 62 s · cost 0.050"
        " · of 1,000,000 tokens for this incident 120,000 are used\n"
        ":warning: For 4 of 12 parts the channel is quoted: the model’s budget for this incident is used up.",
        "12부분으로 나누어 읽음 · 요청 9회 · 토큰 43,000개 · 62초 · 비용 0.050"
        " · 이 장애의 토큰 한도 1,000,000개 중 120,000개 사용\n"
        ":warning: 이 장애에 쓸 수 있는 모델 예산을 다 써서 12부분 중 4부분은 채널 기록을 그대로 인용했습니다.",
    ),
    (
        Reading(1, 1, Stopped.UNAVAILABLE, Spent(1_200, 0, 1, 60.0), 0.0004),
        0,
        "1 request · 1,200 tokens · 60 s · cost 0.00040\n"
        ":warning: The model gave no usable answer, so the channel is quoted.",
        "요청 1회 · 토큰 1,200개 · 60초 · 비용 0.00040\n"
        ":warning: 모델에서 쓸 만한 답을 받지 못해 채널 기록을 그대로 인용했습니다.",
    ),
    (
        Reading(3, 3, Stopped.BUDGET),
        0,
        ":warning: The model’s budget for this incident is used up, so the channel is quoted.",
        ":warning: 이 장애에 쓸 수 있는 모델 예산을 다 써서 채널 기록을 그대로 인용했습니다.",
    ),
    (UNUSED, 0, ":warning: The model proposed nothing.", ":warning: 모델이 제안한 내용이 없습니다."),
    (
        UNUSED,
        1,
        ":warning: The log does not bear out the one sentence that the model proposed.",
        ":warning: 모델이 제안한 문장 하나는 기록으로 뒷받침되지 않아 쓰지 않았습니다.",
    ),
    (
        UNUSED,
        7,
        ":warning: The log bears out none of the 7 sentences that the model proposed.",
        ":warning: 모델이 제안한 문장 7개는 모두 기록으로 뒷받침되지 않아 쓰지 않았습니다.",
    ),
]


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize(("reading", "dropped", "english", "korean"), READINGS)
def test_how_it_was_read_and_what_it_took_is_said(
    language: str, reading: Reading, dropped: int, english: str, korean: str
) -> None:
    made = replace(long_draft(1), reading=reading, dropped=dropped)
    told = [block["elements"][0]["text"] for block in draft_blocks(TWO[language], made, INCIDENT, ())[1:3]]
    assert told[1].endswith(english if language == "en" else korean)


@pytest.mark.parametrize(
    ("money", "said"),
    [
        (0.0, "0.00"),
        (0.0004, "0.00040"),
        (0.00041234, "0.00041"),
        (0.5, "0.50"),
        (12.3456, "12.35"),
        (1234.5, "1,234.50"),
    ],
)
def test_money_is_told_in_two_digits_that_say_something(money: float, said: str) -> None:
    made = replace(long_draft(1), reading=Reading(1, 0, Stopped.NOTHING, Spent(900, 100, 1, 1.0), money))
    assert f"cost {said}" in str(draft_blocks(TEXTS, made, INCIDENT, ()))
