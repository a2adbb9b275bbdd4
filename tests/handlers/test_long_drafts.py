"""Long papers: what is not shown is counted, and the editor loses and invents nothing."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from bot.adapters.paper_pdf import as_pdf
from bot.domain.citation import HEADINGS, Section, Sentence
from bot.domain.draft import Draft, DraftKind, DraftState, FollowUp
from bot.domain.ids import ChannelId, DraftId, FollowUpId, IncidentId, SlackUserId
from bot.domain.incident import Incident, Severity, Status, TimeName
from bot.domain.paper import Paper
from bot.domain.question import Answer
from bot.domain.reading import Reading, Stopped
from bot.domain.spending import Spent
from bot.domain.transcript import Line, LineKind
from bot.i18n.paper import markdown
from bot.i18n.texts import Texts
from bot.sandbox.block_kit import check_view
from bot.sandbox.methods_chat import refuse_bad_blocks
from handlers.blocks.answer import answer_blocks
from handlers.blocks.draft import draft_blocks, follow_ups_modal, published_blocks, to_send_blocks
from handlers.blocks.edited import Unsourced, edit_modal, read_written, unsourced_line

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
    fields = {
        b["block_id"]: b["element"]["initial_value"] for b in view["blocks"] if "initial_value" in b.get("element", ())
    }
    sections, wrong = read_written(made, fields, made.lines)
    assert wrong is None and sections == made.sections
    last = [name for name in fields if name.startswith("section.0")][-1]
    assert last != "section.0"
    assert read_written(made, {**fields, last: "without a source"}, made.lines)[1] == Unsourced(
        last, "without a source"
    )


def test_saving_what_nobody_changed_changes_nothing() -> None:
    said = (Sentence("It lasted 6 minutes.", (7,), computed=True), Sentence("a bad weight", (7,), "likely"))
    made = replace(long_draft(1), sections=(Section("root_cause", said),))
    fields = {
        block["block_id"]: block["element"]["initial_value"]
        for block in edit_modal(TEXTS, made)["blocks"]
        if "initial_value" in block.get("element", ())
    }
    assert read_written(made, fields, made.lines) == (made.sections, None)
    ((name, text),) = fields.items()
    (changed,), _ = read_written(made, {name: text.replace("6", "9")}, made.lines)
    assert changed.sentences == (Sentence("It lasted 9 minutes.", (7,)), said[1]), "their words are nobody's sum"


def test_what_a_draft_missed_can_be_added_under_its_own_heading() -> None:
    made = replace(long_draft(2), sections=(long_draft(2).sections[1], Section("helped", (Sentence("a", (7,)),))))
    view = edit_modal(TEXTS, made)
    assert not check_view(view) and not check_view(edit_modal(TEXTS, long_draft(400)))
    fields = {b["block_id"]: b for b in view["blocks"] if b["type"] == "input"}
    order = ["Summary", "Impact", "Turning points", "Detection", "Trigger", "Root cause", "Contributing causes"]
    order += ["What helped", "Dead ends and what did not help", "Decisions", "Follow-ups"]
    assert [one["label"]["text"] for one in fields.values()] == order
    assert all(one["optional"] for one in fields.values())
    typed = {name: one["element"].get("initial_value", "") for name, one in fields.items()}
    assert read_written(made, typed, made.lines) == (made.sections, None), "what stays empty is no section"
    (name,) = (name for name, one in fields.items() if one["label"]["text"] == "Detection")
    sections, _ = read_written(made, {**typed, name: "kim saw it [7]"}, made.lines)
    assert [one.heading for one in sections] == ["impact", "detection", "helped"]
    assert sections[1].sentences == (Sentence("kim saw it", (7,)),)
    assert read_written(made, {**typed, name: "kim saw it"}, made.lines)[1] == Unsourced(name, "kim saw it")
    causes = replace(made, kind=DraftKind.ROOT_CAUSE, sections=())
    assert {f"section.{one}" for one in ("root_cause", "contributing", "hindered")} == {
        block["block_id"] for block in edit_modal(TEXTS, causes)["blocks"] if block["type"] == "input"
    }


@pytest.mark.parametrize(
    ("typed", "numbers"),
    [
        ("kim saw it [7]", (7,)),
        ("kim saw it [9][7]", (9, 7)),
        ("kim saw it [7, 9].", (7, 9)),
        ("kim saw it https://haneul.slack.com/archives/C1/p1716184320000900", (9,)),
        ("kim saw it <https://haneul.slack.com/archives/C1/p1716184320000900?thread_ts=1.2&cid=C1> [7]", (9, 7)),
        ("kim saw it [7] [3]", Unsourced("section.0", "kim saw it", "[3]")),
        (
            "kim saw it https://haneul.slack.com/archives/C1/p1716184320000901",
            Unsourced("section.0", "kim saw it", "https://haneul.slack.com/archives/C1/p1716184320000901"),
        ),
        ("kim saw it in [7] first", Unsourced("section.0", "kim saw it in [7] first")),
    ],
)
def test_a_source_is_any_line_of_the_log_by_its_number_or_link(typed: str, numbers: object) -> None:
    made = replace(long_draft(1), sections=(Section("impact", (Sentence("a", (7,)),)),))
    another = replace(LINE, n=9, permalink="https://haneul.slack.com/archives/C1/p1716184320000900")
    sections, wrong = read_written(made, {"section.0": typed}, [LINE, another])
    assert numbers == (wrong or sections[0].sentences[0].citations)
    if wrong:
        said = unsourced_line(TEXTS, made, wrong)
        assert wrong.row in said and "Copy link" in said and ("[7]" in said or wrong.source[:20] in said)
    else:
        assert sections[0].sentences[0].text == "kim saw it"


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
    ("told", "before"),
    [
        ("the push went out", "14:52 "),
        ("14:52 the push was taken back", ""),
        ("2:52 the push was taken back", ""),
        ("오후 2시 52분에 되돌렸습니다", ""),
        ("On 20 May at 14:52 the push went out", ""),
        ("14:47 the push was taken back", "14:52 · "),
        ("오후 2시 47분에 되돌렸습니다", "14:52 · "),
        ("4.2.1 went out", "14:52 · "),
        ("they took the push back at 14:47", "14:52 "),
        ("3시간 뒤 복구되었습니다", "14:52 · "),
        ("약 10시간 동안 장애가 이어졌습니다", "14:52 "),
        ("the push that somebody had asked for was taken back at 14:47", "14:52 "),
    ],
)
def test_a_turning_point_says_when_it_was_told_unless_it_does_so_itself(told: str, before: str) -> None:
    turning, other = (Section(heading, (Sentence(told, (7,)),)) for heading in ("timeline", "impact"))
    for section, time in ((turning, before), (other, "")):
        rows = shown(draft_blocks(TEXTS, replace(long_draft(1), sections=(section,)), INCIDENT, ()))
        assert f"• {time}{told}" in rows


@pytest.mark.parametrize(
    ("language", "rows"),
    [
        (
            "en",
            ["20 May 14:52 it broke", "15:02 a retry", "21 May 00:02 still broken", "22 May 08:26 it works", "08:40"],
        ),
        (
            "ko",
            [
                "5월 20일 오후 2:52 it broke",
                "오후 3:02 a retry",
                "5월 21일 오전 12:02 still",
                "5월 22일 08:26 it works",
            ],
        ),
    ],
)
def test_turning_points_of_more_than_one_day_say_where_each_day_begins(language: str, rows: list[str]) -> None:
    told = ["it broke", "a retry", "still broken", "08:26 it works", "08:40 all is well"]
    lines = [replace(LINE, n=n, at=AT + timedelta(minutes=after)) for n, after in enumerate((0, 10, 550, 2494, 2508))]
    section = Section("timeline", tuple(Sentence(text, (n,)) for n, text in enumerate(told)))
    made, texts = replace(long_draft(1), sections=(section,), lines=tuple(lines)), Texts(language, "Asia/Seoul")
    said = shown(draft_blocks(texts, made, INCIDENT, ()))
    paper = markdown(texts, Paper(made, INCIDENT, [], [], [], {}))
    assert all(f"• {row}" in said and f"- {row}" in paper for row in rows)
    one_day = replace(made, sections=(replace(section, sentences=section.sentences[:2]),))
    assert "• 20 May" not in (said := shown(draft_blocks(texts, one_day, INCIDENT, ()))) and "• 5월" not in said


@pytest.mark.parametrize(("language", "word"), [("en", "certainty unknown"), ("ko", "확실성 미상")])
def test_a_certainty_of_a_newer_release_is_shown_as_unknown(language: str, word: str) -> None:
    section = Section("root_cause", (Sentence("the pool was too small", (7,), certainty="beyond_doubt"),))
    made, texts = replace(long_draft(1), sections=(section,)), Texts(language, "Asia/Seoul")
    paper = Paper(made, INCIDENT, [], [], [], {})
    assert word in shown(draft_blocks(texts, made, INCIDENT, ())) and word in markdown(texts, paper)
    assert as_pdf(texts, paper).startswith(b"%PDF")


def test_a_label_that_repeats_the_heading_is_shown_nowhere_and_kept_in_the_editor_and_the_text_to_copy() -> None:
    said = Sentence("Follow-up: add an alert", (7,))
    made = replace(long_draft(1), kind=DraftKind.FOLLOW_UPS, sections=(Section("follow_ups", (said,)),))
    paper = Paper(made, INCIDENT, [], [], [], {})
    form = follow_ups_modal(TEXTS, made, [], due=date(2024, 6, 3))
    for seen in (draft_blocks(TEXTS, made, INCIDENT, ()), markdown(TEXTS, paper), form):
        assert "add an alert" in str(seen) and "Follow-up: add" not in str(seen)
    for kept in (edit_modal(TEXTS, made), to_send_blocks(TEXTS, replace(made, kind=DraftKind.STATUS_UPDATE))):
        assert "Follow-up: add an alert" in str(kept)
    before = FollowUp(FollowUpId(1), IncidentId(1), said.text, ANN, date(2024, 6, 3))
    assert "'add an alert'" not in str(follow_ups_modal(TEXTS, made, [before], due=date(2024, 6, 3))), "taken already"


@pytest.mark.parametrize(
    ("language", "draft", "paper"),
    [("en", "Postmortem draft", "Postmortem"), ("ko", "장애 보고서 초안", "장애 보고서")],
)
def test_what_people_approved_is_called_a_draft_no_more(language: str, draft: str, paper: str) -> None:
    made, texts = long_draft(1), Texts(language, "Asia/Seoul")
    for state, name in ((DraftState.PROPOSED, draft), (DraftState.APPROVED, paper)):
        one = replace(made, state=state)
        seen = markdown(texts, Paper(one, INCIDENT, [], [], [], {})), str(draft_blocks(texts, one, INCIDENT, ()))
        assert seen[0].startswith(f"# {name} · INC-1") and f"'{name} · INC-1'" in seen[1]
    assert f"|{paper}>" in str(published_blocks(texts, one, "https://x.test/c", has_file=True))


def test_durations_of_which_none_is_known_are_said_so_once() -> None:
    without = replace(INCIDENT, times={TimeName.DECLARED: AT})
    rows = str(draft_blocks(TEXTS, long_draft(1), without, ())) + markdown(
        TEXTS, Paper(long_draft(1), without, [], [], [], {})
    )
    assert rows.count("How long it lasted is not known") == 2 and "unknown" not in rows


@pytest.mark.parametrize(
    ("language", "told"),
    [("en", "Nothing yet under: Trigger · Decisions. Add"), ("ko", "아직 비어 있는 항목: 발단 · 결정 사항. 아는")],
)
def test_a_draft_to_be_decided_says_under_which_headings_nothing_stands(language: str, told: str) -> None:
    texts = TWO[language]
    headings = ("impact", "detection", "root_cause", "helped", "follow_ups")
    sections = tuple(Section(heading, (Sentence("a line", (7,)),)) for heading in headings)
    made = replace(long_draft(1), sections=sections)

    def everywhere(one: Draft) -> list[str]:
        paper = Paper(one, INCIDENT, [], [], [], {})
        return [str(draft_blocks(texts, one, INCIDENT, ())), markdown(texts, paper)]

    assert all(told in one for one in everywhere(made))
    assert not any(told[:8] in one for one in everywhere(replace(made, state=DraftState.APPROVED)))
    assert not any(told[:8] in one for one in everywhere(replace(made, sections=())))


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
