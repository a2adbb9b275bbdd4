"""Typed commands: verbs in both languages, servers, times, labels; nothing crashes and no word is lost."""

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.domain.change import ENDS
from bot.domain.draft import DraftKind
from bot.domain.errors import Refused, TimeCannotBe
from bot.domain.incident import Role, Severity, Status, TimeName
from bot.i18n.texts import Texts
from handlers.parsing import (
    CHANGE_VERBS,
    DRAFT_WORDS,
    FREEZE_VERBS,
    INCIDENT_VERBS,
    OUTCOME_WORDS,
    ROLE_WORDS,
    SEVERITY_WORDS,
    STATUS_WORDS,
    TIME_WORDS,
    DeclareWords,
    PersonUnknown,
    TimeNotRead,
    Verbs,
    WordUnknown,
    choose,
    parse_change,
    parse_declare,
    parse_incident,
    parse_moment,
    parse_permit,
    parse_person,
    split_names,
    split_verb,
    spoken,
    squeezed,
    take_choice,
    take_incident,
    take_wide,
)

NOW = datetime(2024, 5, 20, 5, 52, tzinfo=UTC)
SEOUL = ZoneInfo("Asia/Seoul")
PIECES = (
    "on 서버 대상 since 부터 14:52 14:52부터 sev2 심각도 1등급 web-3",
    "<@U1|ann> checkout role:lb , 3시부터 : &lt;",
)
WORDS = st.text(max_size=60) | st.lists(
    st.sampled_from([*" ".join(PIECES).split(), "결제 오류", "10분 전부터", "<!channel>", "어제"]),
    max_size=9,
).map(" ".join)


def declare(text: str, known: tuple[str, ...] = ("web-3", "db")) -> DeclareWords:
    return parse_declare(text, now=NOW, zone=SEOUL, is_known=lambda name: name.lower() in known)


@pytest.mark.parametrize(
    ("text", "title", "severity", "servers", "clock"),
    [
        ("sev2 checkout errors on web-3", "checkout errors", "sev2", ("web-3",), ""),
        ("checkout errors", "checkout errors", "sev2", (), ""),
        ("SEV-1 checkout errors on web-3, db since 14:40", "checkout errors", "sev1", ("web-3", "db"), "14:40"),
        ("메시지 지연 심각도 3 서버 relay-1 relay-2 13:44부터", "메시지 지연", "sev3", ("relay-1", "relay-2"), "13:44"),
        ("1등급 결제 오류 서버: web-3", "결제 오류", "sev1", ("web-3",), ""),
        ("결제 오류 오후 2시 10분부터", "결제 오류", "sev2", (), "14:10"),
        ("결제 오류 서버 role:lb, relay-*", "결제 오류", "sev2", ("role:lb", "relay-*"), ""),
        ("errors on the checkout page", "errors on the checkout page", "sev2", (), ""),
        ("errors since the deploy", "errors since the deploy", "sev2", (), ""),
        ("stuck on step 3 on web-3", "stuck on step 3", "sev2", ("web-3",), ""),
        ("서버 응답 없음", "서버 응답 없음", "sev2", (), ""),
        ("on web-3", "", "sev2", ("web-3",), ""),
        ("", "", "sev2", (), ""),
        ("ask <@U1|ann> in <#C1|ops> &amp; <https://x.y|x.y>", "ask @ann in #ops & x.y", "sev2", (), ""),
    ],
)
def test_declare(text: str, title: str, severity: str, servers: tuple[str, ...], clock: str) -> None:
    words = declare(text)
    at = words.started_at.astimezone(SEOUL).strftime("%H:%M") if words.started_at else ""
    assert (words.title, words.severity, words.servers, at) == (title, Severity(severity), servers, clock)


def test_an_ambiguous_time_is_asked_back() -> None:
    with pytest.raises(TimeNotRead) as asked:
        declare("결제 오류 3시부터")
    assert len(asked.value.candidates) == 2 and asked.value.sentence.endswith(".ambiguous")


@given(WORDS)
@example("on since 부터 서버")
@example("심각도1 심각도12 14등급")
def test_declare_never_crashes_and_loses_no_word(text: str) -> None:
    try:
        words = declare(text)
    except Refused:
        return
    if words.started_at is not None:
        return  # what was read as a time is no longer a word
    kept = f"{words.title} {' '.join(words.servers)} {words.severity}"
    for word in re.findall(r"[^\W_]+", spoken(text)):
        known = word.lower() in ("on", "서버", "대상", "sev", "심각도", "등급") or re.fullmatch(r"(?i)sev-?[1-4]", word)
        assert known or word in kept or re.fullmatch(r"(심각도)?[1-4](등급)?", word), (word, kept)


@given(WORDS)
def test_nothing_else_crashes(text: str) -> None:
    for read in (parse_incident, parse_change, parse_permit, take_wide, split_names, take_incident, spoken):
        read(text)
    for refusing in (
        lambda: split_verb(text, INCIDENT_VERBS, command="/incident"),
        lambda: choose(text, STATUS_WORDS),
        lambda: parse_person(text),
        lambda: parse_moment(text, now=NOW, zone=SEOUL),
    ):
        try:
            refusing()
        except Refused:
            continue


@pytest.mark.parametrize("verbs", [INCIDENT_VERBS, FREEZE_VERBS, CHANGE_VERBS])
def test_every_spelling_is_its_verb_and_no_others(verbs: Verbs) -> None:
    spelled = [word for words in verbs.values() for word in words]
    assert len(spelled) == len(set(spelled)), "no word means two verbs"
    for name, words in verbs.items():
        assert any(re.search("[가-힣]", word) for word in words), f"{name} has a Korean word"
        for word in words:
            assert split_verb(f"  {word.upper()}  and more ", verbs, command="/x") == (name, "and more")


@pytest.mark.parametrize(
    ("typed", "near"),
    [("stauts", "status"), ("statsu", "status"), ("resolv", "resolve"), ("상테", "상태"), ("타임라인스", "타임라인")],
)
def test_wrong_words_get_the_nearest(typed: str, near: str) -> None:
    with pytest.raises(WordUnknown) as unknown:
        choose(typed, INCIDENT_VERBS, command="/incident")
    assert near in unknown.value.params["nearest"] and unknown.value.sentence.endswith(".near")


def test_a_word_like_none_gets_them_all() -> None:
    with pytest.raises(WordUnknown) as unknown:
        choose("qqq", OUTCOME_WORDS)
    assert unknown.value.params["all"] == ("done", "failed", "aborted", "rolled_back")


@pytest.mark.parametrize(
    ("text", "incident", "change"),
    [
        ("INC-7", 7, None),
        ("chg-7", None, 7),
        ("#7", 7, 7),
        ("7", 7, 7),
        ("INC7", 7, None),
        ("INC-9999999999", 9999999999, None),
        ("x7", None, None),
        ("", None, None),
    ],
)
def test_a_label_names_its_kind_only(text: str, incident: int | None, change: int | None) -> None:
    assert (parse_incident(text), parse_change(text)) == (incident, change)


SHOWN = (
    (STATUS_WORDS, [f"status.{one}" for one in Status]),
    (TIME_WORDS, [f"time.{one}" for one in TimeName]),
    (ROLE_WORDS, [f"role.{one}" for one in Role]),
    (SEVERITY_WORDS, [f"severity.{one}{end}" for one in Severity for end in ("", ".long")]),
    (OUTCOME_WORDS, [f"{family}.{one}" for one in ENDS for family in ("outcome", "state")]),
    (DRAFT_WORDS, [f"draft.{one}" for one in DraftKind]),
)


@pytest.mark.parametrize(("words", "keys"), SHOWN)
def test_the_words_shown_are_understood(words: Verbs, keys: list[str]) -> None:
    for key in keys:
        for language in ("en", "ko"):
            shown = Texts(language).plain(key)
            for typed in (shown, shown.upper(), shown.replace(" ", "")):
                assert take_choice(f"{typed} 14:52", words) == (key.split(".")[1], "14:52")
    spelled = [(squeezed(word), name) for name, all_of_it in words.items() for word in all_of_it]
    assert len(set(spelled)) == len({word for word, _ in spelled}), "no word means two things"


def test_what_follows_a_choice_stays_as_it_was() -> None:
    assert take_choice("원인 파악  두  칸", STATUS_WORDS) == ("identified", "두  칸")
    assert take_choice("", DRAFT_WORDS) == ("postmortem", "")
    with pytest.raises(WordUnknown):
        take_choice("!!! 14:52", DRAFT_WORDS)


def test_an_incident_named_first() -> None:
    assert take_incident("inc-12 web-3 words") == (12, "web-3 words")
    assert take_incident("12 angry men") == (None, "12 angry men"), "a bare number is a word"


def test_people_are_named_by_a_mention() -> None:
    assert parse_person(" <@U0ANN|ann> ") == "U0ANN" and parse_person("<@W1>") == "W1"
    with pytest.raises(PersonUnknown):
        parse_person("@ann")


def test_times() -> None:
    assert parse_moment("어제 14:52", now=NOW, zone=SEOUL) == datetime(2024, 5, 19, 5, 52, tzinfo=UTC)
    with pytest.raises(TimeCannotBe):
        parse_moment("tomorrow 13:00", now=NOW, zone=SEOUL)
    with pytest.raises(TimeNotRead):
        parse_moment("whenever", now=NOW, zone=SEOUL)


@pytest.mark.parametrize(
    ("text", "names", "wide"),
    [
        ("web-3, web-4", ("web-3", "web-4"), False),
        ("web-3 wide", ("web-3",), True),
        ("web-3, role:lb 전체", ("web-3", "role:lb"), True),
        ("wide web-3", ("wide", "web-3"), False),
    ],
)
def test_the_whole_reach_is_asked_for_by_the_last_word(text: str, names: tuple[str, ...], wide: bool) -> None:
    assert take_wide(text) == (names, wide)


@pytest.mark.parametrize(("text", "number"), [("P-12", 12), ("p-1", 1), ("12", None), ("CHG-3", None), ("", None)])
def test_permits_are_named_by_their_label(text: str, number: int | None) -> None:
    assert parse_permit(text) == number
