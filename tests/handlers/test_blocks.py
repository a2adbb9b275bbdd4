"""Whatever an incident holds, Slack takes its blocks, and nothing a person wrote acts as markup."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.audit import Act, Entry
from bot.domain.change import Change, ChangeKind, ChangeState
from bot.domain.citation import HEADINGS, Section, Sentence
from bot.domain.draft import Draft, DraftKind, DraftState, FollowUp
from bot.domain.freeze import Hold, HoldState, open_holds
from bot.domain.gate import Decision, Verdict
from bot.domain.ids import (
    ChangeId,
    ChannelId,
    DraftId,
    EntryId,
    FollowUpId,
    HoldId,
    IncidentId,
    ServerId,
    ServerName,
    SlackUserId,
)
from bot.domain.incident import TITLE_LIMIT, Incident, Role, Severity, Status, TimeName
from bot.domain.question import Answer
from bot.domain.transcript import Line, LineKind
from bot.i18n.texts import Texts
from bot.ports import gate_rows
from bot.sandbox.block_kit import check_blocks, check_view
from bot.use_cases.change import ChangeAnswer
from bot.use_cases.freeze import Frozen
from bot.use_cases.home import Home, Waiting
from bot.use_cases.incident import Overview
from handlers.blocks import answer, change, draft, edited, freeze, help, home, incident, timeline
from handlers.blocks.parts import fit, unmarked

AT = datetime(2024, 5, 20, 5, 52, tzinfo=UTC)
QUARANTINED = gate_rows.Line(1, AT, "restored <b> & all " * 40)
OURS = re.compile(
    r"<(?:@[A-Z0-9]+|#[A-Z0-9]+|!date\^\d+\^[^<>|]*\|[^<>|]*|https://haneul\.slack\.com/[^<>| ]*\|\[\d+\])>"
)
"""The only markup in angle brackets that we make."""
WEIRD = [
    "<!channel>",
    "<@U1>",
    "&amp;",
    "&",
    "<",
    ">",
    "*",
    "`",
    "\n",
    "🏴‍☠️",
    "\u202e",
    "가",
    "<https://x.y|z>",
    "한글 ",
]

LATER = (TimeName.MITIGATED, TimeName.RESOLVED, TimeName.CLOSED)

words = st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=20) | st.sampled_from(WEIRD), max_size=40)
said = words.map("".join).filter(str.strip)
long_said = st.builds(lambda text, times: (text * times)[:3000], said, st.integers(1, 300)).filter(str.strip)
titles = said.map(lambda text: " ".join(text.split())[:TITLE_LIMIT]).filter(bool)
people = st.sampled_from([SlackUserId("U1"), SlackUserId("U2")])
moments = st.integers(0, 10**6).map(lambda seconds: AT + timedelta(seconds=seconds))
languages = st.sampled_from(["en", "ko"]).map(lambda language: Texts(language, "Asia/Seoul"))
incidents = st.builds(
    Incident,
    id=st.integers(1, 9999).map(IncidentId),
    title=titles,
    severity=st.sampled_from(Severity),
    status=st.sampled_from(Status),
    reporter=people,
    language=st.sampled_from(["en", "ko"]),
    times=st.fixed_dictionaries(
        {TimeName.STARTED: moments, TimeName.DECLARED: moments}, optional={name: moments for name in LATER}
    ),
    roles=st.dictionaries(st.sampled_from([r.value for r in Role]), people),
    channel=st.none() | st.just(ChannelId("C1")),
)


def _hold(number: int, state: HoldState, evidence: str) -> Hold:
    name = ServerName(f"{'a' * 60}.{'b' * 60}-{number}")
    who, at = SlackUserId("U1"), AT + timedelta(seconds=number)
    fixed = {"claimed_by": who, "claimed_at": at, "evidence": evidence, "fixers": frozenset({who})}
    about = fixed if state is HoldState.CLAIMED else {}
    return Hold(HoldId(number), IncidentId(1), ServerId(number), name, state, "declared", who, at, **about)  # type: ignore[arg-type]


holds = st.lists(st.tuples(st.sampled_from(HoldState), long_said), max_size=30).map(
    lambda rows: tuple(_hold(number, *row) for number, row in enumerate(rows, start=1))
)
changes = st.builds(
    Change,
    id=st.integers(1, 9999).map(ChangeId),
    title=titles,
    kind=st.sampled_from(ChangeKind),
    state=st.sampled_from(ChangeState),
    servers=st.lists(st.just(ServerName("web-3")), min_size=1, max_size=200).map(tuple),
    requester=people,
    requested_at=moments,
    rollback=long_said,
    tested=long_said,
    differences=long_said,
)


def _line(number: int, text: str) -> Line:
    link = f"https://haneul.slack.com/archives/C1/p{number}"
    return Line(number, LineKind.MESSAGE, AT, "<!here>민지", text, link)


def _draft(kind: DraftKind, state: DraftState, rows: list[tuple[str, str]], comment: str) -> Draft:
    lines = tuple(_line(number, text) for number, (_, text) in enumerate(rows, start=1))
    sections = tuple(
        Section(heading, tuple([Sentence(text, (number,), "likely")] * 3))
        for number, (heading, text) in enumerate(rows, start=1)
    )
    who = SlackUserId("U1")
    return Draft(DraftId(1), IncidentId(1), kind, 1, state, sections, lines, 0, who, AT, "offline", who, AT, comment)


drafts = st.builds(
    _draft,
    st.sampled_from(DraftKind),
    st.sampled_from(DraftState),
    st.lists(st.tuples(st.sampled_from(HEADINGS), long_said), max_size=12),
    said,
)


def check(blocks: Any, surface: str = "message") -> None:
    """Slack would take them, and only our own markup acts."""
    assert not check_blocks(blocks, surface)
    for text in markup(blocks):
        left = OURS.sub("", text)
        assert "<" not in left and ">" not in left.replace("\n>", "").removeprefix(">"), text[:400]
        assert not re.search(r"&(?!amp;|lt;|gt;)", left), text[-200:]


def check_modal(view: Any) -> None:
    assert not check_view(view)
    check(view["blocks"], view["type"])


def markup(part: Any) -> list[str]:
    if isinstance(part, list):
        return [text for each in part for text in markup(each)]
    if not isinstance(part, dict):
        return []
    return [part["text"]] if part.get("type") == "mrkdwn" else [t for each in part.values() for t in markup(each)]


@settings(max_examples=12, deadline=None)
@given(languages, incidents, holds)
def test_incidents(texts: Texts, one: Incident, held: tuple[Hold, ...]) -> None:
    check(incident.card(texts, Overview(one, held, has_postmortem=False), notes=incident.where(one)))
    check(incident.summary_blocks(texts, one, open_holds(held)))
    for view in (
        incident.declare_modal(texts, channel="C1", title=one.title),
        incident.words_modal(texts, "incident.note", one, name="note"),
        incident.time_modal(texts, one),
        incident.role_modal(texts, one),
        incident.ask_modal(texts),
    ):
        check_modal(view)


@settings(max_examples=12, deadline=None)
@given(languages, incidents, holds)
def test_freeze(texts: Texts, one: Incident, held: tuple[Hold, ...]) -> None:
    check(freeze.frozen_list(texts, tuple(Frozen(hold, one) for hold in open_holds(held))))
    for hold in open_holds(held)[:2]:
        check_modal(freeze.claim_modal(texts, hold, one))
        if hold.state is HoldState.CLAIMED:
            view = freeze.verify_modal(texts, hold, one)
            check_modal(view)
            check_modal(freeze.reject_modal(texts, hold))
            shown = "".join(markup(view)).replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
            assert "".join(hold.evidence.split()) in "".join(shown.split()), "in full"


@settings(max_examples=12, deadline=None)
@given(languages, st.lists(changes, max_size=30, unique_by=lambda one: one.id), incidents, holds)
def test_changes(texts: Texts, many: list[Change], one: Incident, held: tuple[Hold, ...]) -> None:
    check(change.change_list(texts, many))
    frozen, one = open_holds(held), replace(one, id=IncidentId(1))
    for asked in many[:2]:
        verdict = Verdict.FROZEN if frozen else Verdict.FREE
        decision = Decision(verdict, frozen)
        check_modal(change.answer_modal(texts, ChangeAnswer(asked, decision, "D-7", (one,))))
    check_modal(change.request_modal(texts, channel="C1", title=one.title, servers="web-3"))


@settings(max_examples=12, deadline=None)
@given(languages, drafts, incidents, holds, st.lists(said, max_size=9))
def test_drafts(texts: Texts, made: Draft, one: Incident, held: tuple[Hold, ...], kept: list[str]) -> None:
    check([*draft.draft_blocks(texts, made, one, held), *draft.decision_blocks(texts, made)])
    check_modal(edited.edit_modal(texts, made))
    check_modal(draft.send_back_modal(texts, made))
    follow_ups = [FollowUp(FollowUpId(n), one.id, text) for n, text in enumerate(kept)]
    check_modal(draft.follow_ups_modal(texts, made, follow_ups, due=date(2024, 6, 3)))


@settings(max_examples=12, deadline=None)
@given(languages, said, drafts, incidents)
def test_answers(texts: Texts, question: str, made: Draft, one: Incident) -> None:
    sentences = tuple(sentence for section in made.sections for sentence in section.sentences)
    check(answer.answer_blocks(texts, Answer(question, (one.id,), sentences, made.lines), (one,)))
    check(answer.answer_blocks(texts, Answer(question, (), (), ()), ()))
    check(help.help_blocks(texts))


@settings(max_examples=12, deadline=None)
@given(languages, incidents, st.lists(long_said, max_size=60))
def test_timeline(texts: Texts, one: Incident, notes: list[str]) -> None:
    entries = [
        Entry(EntryId(n), one.id, AT, Act.NOTE_ADDED, SlackUserId("U1"), {"text": text}) for n, text in enumerate(notes)
    ]
    check(timeline.read_blocks(texts, one, entries))


@settings(max_examples=12, deadline=None)
@given(languages, st.lists(incidents, max_size=20, unique_by=lambda one: one.id), holds, changes, drafts)
def test_home(texts: Texts, many: list[Incident], held: tuple[Hold, ...], asked: Change, made: Draft) -> None:
    frozen = tuple(Frozen(hold, many[0]) for hold in open_holds(held)) if many else ()
    claimed = tuple(one for one in frozen if one.hold.state is HoldState.CLAIMED)
    waiting = Waiting(claimed, (asked,), ((made, many[0]),) if many else ())
    check_modal(home.home_view(texts, Home(QUARANTINED, many, frozen, waiting)))


@given(long_said, st.integers(1, 200))
def test_shortened_markup_ends_between_its_marks(text: str, limit: int) -> None:
    shown = fit(Texts("en")("ask.question", question=text), limit)
    assert len(shown) <= limit and not re.search(r"&(?!amp;|lt;|gt;)", shown)


def test_words_are_shown_without_marks_of_their_own() -> None:
    assert unmarked("*root cause*: _likely_ ~not~ `rm -rf` ```\n*_both_*") == "root cause: likely not rm -rf both"
    for plain in ("relay-* and db-*", "snake_case_name", "2 * 3 * 4", "~/.ssh", "a*b*c", "it_is"):
        assert unmarked(plain) == plain
    assert unmarked("\u202egnp.exe\x1b[31m red\x00") == "gnp.exe[31m red", "nothing turns round or colours the rest"


def test_of_peoples_words_nothing_becomes_a_link_by_itself() -> None:
    line = Line(1, LineKind.MESSAGE, AT, "@channel www.evil.example", "see evil.example/x", "")
    told = Answer("*why* www.evil.example?", (), (Sentence("`see` evil.example", (1,)),), (line,))
    shown = [block["text"] for block in answer.answer_blocks(Texts("en"), told, ())]
    assert all(text["verbatim"] for text in shown if "evil" in text["text"]) and len(shown) == 2
    assert shown[0]["text"] == "*why www.evil.example?*" and shown[1]["text"].startswith("> see evil.example — ")
