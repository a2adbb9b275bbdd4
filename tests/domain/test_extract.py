"""What is promised of the draft without a model: it quotes, it cites, and it tells sure from unsure."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.domain.citation import HEADINGS, Section, keep_grounded
from bot.domain.extract import draft_sections
from bot.domain.quoting import QUOTE_LIMIT
from bot.domain.transcript import Line, LineKind, number_lines

START = datetime(2024, 5, 20, 5, 50, tzinfo=UTC)


def message(minute: int, text: str, **more: object) -> Line:
    line = Line(
        0, LineKind.MESSAGE, START + timedelta(minutes=minute), f"U{minute % 4}", text, f"https://t.slack.com/p{minute}"
    )
    return Line(**{**{name: getattr(line, name) for name in Line.__slots__}, **more})  # type: ignore[arg-type]


def channel(*texts: str) -> tuple[Line, ...]:
    return number_lines(message(minute, text) for minute, text in enumerate(texts))


KOREAN = channel(
    "알람 왔습니다. lb-07 에러율 34%로 급증",
    "혹시 지금 접속 안 되는 분 계신가요?",
    "넵 확인했습니다",
    "고객 문의가 늘고 있어요. 이용자의 약 80%가 메시지 전송이 안 됩니다",
    "14:50에 부하 분산 설정 배포했습니다",
    "그 배포가 원인인가요?",
    "아마 그 배포 때문인 것 같습니다",
    "lb-07 재시작 해봤는데 소용없습니다. 여전히 502",
    "예비 쪽으로 절체 완료했습니다. 14:58부터 정상 응답 확인",
    "ㅋㅋㅋ 감사합니다!",
    "원인은 부하 분산 설정에서 가중치가 0으로 들어간 것으로 확인했습니다",
    "테스트 환경은 네트워크 카드가 한 장이라 운영과 달라서 못 잡았습니다",
    "배포 전 검증 단계를 추가해야 합니다",
)
ENGLISH = channel(
    "We got an alert from lb-07, error rate is at 34%",
    "anyone else seeing 502s?",
    "ok thanks",
    "About 80% of users cannot send messages",
    "I deployed the new balancing config at 14:50",
    "was it caused by that deploy?",
    "probably because of that deploy",
    "restarted lb-07, didn't help, still 502",
    "failed over to the standby, traffic recovered at 14:58",
    "lol nice",
    "The root cause was a weight of 0 in the balancing config",
    "it was never tested with two network cards, unlike production",
    "we should add a check that refuses a weight of 0",
)
PLACES = {
    "detection": 1,
    "impact": 4,
    "root_cause": 11,
    "hindered": 8,
    "helped": 9,
    "contributing": 12,
    "follow_ups": 13,
}


def cited(sections: tuple[Section, ...], heading: str) -> list[int]:
    return [
        sentence.citations[0] for section in sections if section.heading == heading for sentence in section.sentences
    ]


@pytest.mark.parametrize("heading", PLACES)
@pytest.mark.parametrize("lines", [KOREAN, ENGLISH], ids=["ko", "en"])
def test_the_line_that_speaks_of_it_comes_first_under_its_heading(lines: tuple[Line, ...], heading: str) -> None:
    assert cited(draft_sections("postmortem", lines), heading)[0] == PLACES[heading]


@pytest.mark.parametrize("lines", [KOREAN, ENGLISH], ids=["ko", "en"])
def test_small_talk_and_questions_are_no_findings(lines: tuple[Line, ...]) -> None:
    sections = draft_sections("postmortem", lines)
    for heading in HEADINGS:
        assert not {3, 10} & set(cited(sections, heading))
    for heading in ("root_cause", "follow_ups", "helped", "contributing"):
        assert not {2, 6} & set(cited(sections, heading))


@pytest.mark.parametrize("lines", [KOREAN, ENGLISH], ids=["ko", "en"])
def test_a_stated_cause_is_confirmed_and_a_supposed_one_likely(lines: tuple[Line, ...]) -> None:
    for known, at, sure in ((lines, 11, "confirmed"), (lines[:8], 7, "likely")):
        (causes,) = [section for section in draft_sections("root_cause", known) if section.heading == "root_cause"]
        assert (causes.sentences[0].citations, causes.sentences[0].certainty) == ((at,), sure)


@pytest.mark.parametrize(
    "text",
    [
        "Was the root cause the deploy?",
        "is the root cause of this the new config",
        "원인은 배포인가요?",
        "the root cause is still unknown",
        "원인은 아직 파악 중입니다",
        *("cause: unknown", "root cause: TBD", "원인: 파악 중", "원인: 미상", "the delay is because of what?"),
        *("probable cause: the deploy", "this is because we want to be safe", "배포가 원인인지 봅니다"),
        "We need to find the root cause",
        "maybe the root cause is the deploy",
        "원인은 배포인 것 같습니다",
        "the deploy was not the root cause",
        "the cache expired and everything fell over",
        "디스크가 가득 차서 멈췄습니다",
    ],
)
def test_nothing_is_confirmed_that_is_asked_sought_supposed_or_denied(text: str) -> None:
    for section in draft_sections("root_cause", channel(text)):
        assert all(sentence.certainty != "confirmed" for sentence in section.sentences)


@pytest.mark.parametrize(
    "text", ["Was the root cause the deploy?", "그 배포 때문에 생긴 장애인가요?", "should we add a runbook?"]
)
def test_a_question_alone_is_neither_a_cause_nor_a_duty(text: str) -> None:
    for kind in ("root_cause", "follow_ups"):
        assert draft_sections(kind, number_lines([message(0, text, reactions=("pushpin",))])) == ()


@pytest.mark.parametrize(
    ("said", "taken_back"),
    [
        ("The root cause was the cache", "Correction: the cause was not the cache, it was caused by the proxy"),
        ("원인은 캐시로 확인했습니다", "정정합니다. 캐시는 원인이 아니었고 설정 파일 누락 때문입니다"),
    ],
)
def test_a_cause_that_is_taken_back_later_is_no_longer_confirmed(said: str, taken_back: str) -> None:
    (causes,) = [
        found for found in draft_sections("root_cause", channel(said, taken_back)) if found.heading == "root_cause"
    ]
    certainty = {sentence.citations[0]: sentence.certainty for sentence in causes.sentences}
    assert certainty[1] == "inconclusive"
    assert 2 in certainty


@pytest.mark.parametrize(
    ("text", "certainty"),
    [
        ("the deploy at 14:30 caused the outage", "confirmed"),
        ("the deploy of relay caused the outage", "confirmed"),
        ("the bad config push broke checkout", "confirmed"),
        ("a migration took down the database", "confirmed"),
        ("DNS 변경 때문이었습니다", "confirmed"),
        ("원인 확정: 통계 갱신에 따른 실행 계획 변경", "confirmed"),
        ("배터리 방전이 원인. 점검표에 없었음", "confirmed"),
        ("culprit: PR 4412", "confirmed"),
        ("cause: log level change on relay", "confirmed"),
        ("the lockout is because the account of the mailer was stolen", "confirmed"),
        ("probable cause: split brain after the switch reboot", "likely"),
        ("db-1 디스크가 꽉 차서 mysql이 죽었습니다", "likely"),
        ("인증서를 교체하느라 접속이 끊겼습니다", "likely"),
        ("설정이 꼬이는 바람에 결제가 멈췄습니다", "likely"),
        ("we ran out of disk on db-1 and mysql stopped", "likely"),
    ],
)
def test_a_cause_that_is_told_plainly_stands_under_its_heading(text: str, certainty: str) -> None:
    sections = draft_sections("postmortem", channel("checkout is down", "looking into it", text, "freed it, back"))
    (causes,) = [section for section in sections if section.heading == "root_cause"]
    assert {sentence.citations[0]: sentence.certainty for sentence in causes.sentences} == {3: certainty}


@pytest.mark.parametrize(
    "text",
    [
        "what caused the outage",
        "no idea what broke checkout",
        "the deploy may have caused it",
        "서버에서 로그를 보고 있고 응답은 느려졌습니다",
        "그래서 접속이 끊겼습니다",
        "지난번 장애 원인은 인증서 만료였습니다",
        "Last month the root cause was the expired cert, this time we have no clue",
    ],
)
def test_what_tells_no_cause_of_this_incident_is_never_confirmed(text: str) -> None:
    for section in draft_sections("root_cause", channel(text)):
        assert section.heading != "root_cause" or all(one.certainty == "likely" for one in section.sentences)


def summed_up(*texts: str) -> dict[int, str]:
    """The lines of a draft's summary, and how sure it says they are."""
    sections = draft_sections("postmortem", channel("80% of users cannot pay", *texts))
    return {one.citations[0]: one.certainty for part in sections if part.heading == "summary" for one in part.sentences}


def test_the_summary_takes_the_surest_cause_and_says_how_sure_it_is() -> None:
    taken_back = ("The root cause was the deploy of relay", "ok not the deploy")
    assert summed_up(*taken_back) == {1: ""}
    assert summed_up(*taken_back, "DNS expired and so mail stopped") == {1: "", 4: "likely"}
    assert summed_up(*taken_back, "maybe because of DNS", "a bad push broke checkout") == {1: "", 5: "confirmed"}


def test_surer_causes_come_first() -> None:
    said = ("The root cause was the deploy of relay", "ok not the deploy", "a bad push broke checkout")
    assert cited(draft_sections("root_cause", channel(*said)), "root_cause") == [3, 1]


def test_a_pin_weighs_more() -> None:
    first, second = "We should add an alert on queue length", "We should write a runbook for the proxy"
    lines = number_lines([message(0, first), message(1, second, reactions=("pushpin",))])
    assert cited(draft_sections("follow_ups", lines), "follow_ups") == [2, 1]


def test_entries_tell_what_happened_and_not_why() -> None:
    entry = message(1, "Root cause confirmed: status identified", kind=LineKind.ENTRY, entry_kind="status")
    sections = draft_sections("postmortem", number_lines([message(0, "hello all"), entry]))
    assert cited(sections, "timeline") == [2]
    assert cited(sections, "root_cause") == []


def test_deleted_lines_are_not_quoted() -> None:
    assert draft_sections("postmortem", number_lines([message(0, "The root cause was the deploy", deleted=True)])) == ()


def test_bots_tell_what_happened_and_not_why() -> None:
    said = message(0, "[FIRING] root cause: deploy of relay-7, we should add a test", is_bot=True)
    assert {section.heading for section in draft_sections("postmortem", number_lines([said]))} <= {
        *("timeline", "detection", "impact", "summary")
    }


@pytest.mark.parametrize(
    ("said", "heading"),
    [
        ("We decided to fail over to the standby", "decisions"),
        ("Let us fail over to the redundant pair", "decisions"),
        ("예비 쪽으로 절체하기로 했습니다", "decisions"),
        ("v2.3 was deployed to relay-7 at 14:50", "trigger"),
        ("14:50에 relay-7 설정 변경했습니다", "trigger"),
    ],
)
def test_decisions_and_the_trigger_have_their_heading(said: str, heading: str) -> None:
    sections = draft_sections("postmortem", channel(said, "we got an alert from relay-7", "알람 왔습니다"))
    assert cited(sections, heading) == [1]


def test_what_came_after_the_alarm_set_nothing_off() -> None:
    lines = channel("v2.3 was deployed to relay-7", "we got an alert, relay-7 is down", "v2.4 was deployed to web-1")
    assert cited(draft_sections("postmortem", lines), "trigger") == [1]


def test_a_short_channel_is_told_whole_without_its_chatter() -> None:
    lines = channel("relay-7 shows 12 rejected calls", "ok thanks", "any idea?", "the queue of web-2 has 300 entries")
    assert cited(draft_sections("postmortem", lines), "timeline") == [1, 4]


def test_what_was_said_twice_is_quoted_once() -> None:
    lines = channel(
        "We should add an alert on lb-07", "we should add an alert on lb-07!", "we should add an alert on lb-07"
    )
    assert len(cited(draft_sections("follow_ups", lines), "follow_ups")) == 1


def test_a_long_line_is_quoted_at_its_telling_sentence() -> None:
    chat = "This is a sentence about nothing at all. " * 20
    (section,) = draft_sections("follow_ups", channel(f"{chat}We should add an alert on lb-07. {chat}"))
    text = section.sentences[0].text
    assert text.startswith("We should add an alert on lb-07.") and text.endswith(".") and len(text) <= QUOTE_LIMIT


def test_pasted_code_is_not_quoted() -> None:
    assert draft_sections("root_cause", channel("```\nroot cause: caused by java.lang.Error\n```")) == ()


def test_the_timeline_keeps_the_order_of_time_and_no_heading_overflows() -> None:
    lines = channel(
        *(f"deployed build {number} to relay-{number}, we should add alert {number * 7919}" for number in range(80))
    )
    sections = draft_sections("postmortem", lines)
    timeline = cited(sections, "timeline")
    assert timeline == sorted(timeline) and len(timeline) <= 25
    assert all(len(section.sentences) <= 6 for section in sections if section.heading != "timeline")


@pytest.mark.parametrize("kind", ["root_cause", "follow_ups", "postmortem"])
def test_an_empty_channel_gives_an_empty_draft(kind: str) -> None:
    assert draft_sections(kind, ()) == ()


said = st.sampled_from([line.text for line in (*KOREAN, *ENGLISH)]) | st.text(max_size=300).filter(
    lambda text: "://" not in text
)
"""What somebody types; an address that is none ("00://") is not shown, and so not quoted."""


@settings(deadline=None)
@given(st.lists(st.lists(said, max_size=3).map("\n".join), max_size=12))
@example(["알람 왔습니다. lb-07 에러율 34%로 급증\n000<@"])
def test_every_quotation_is_borne_out_by_the_line_it_cites(texts: list[str]) -> None:
    lines = channel(*texts)
    sections = draft_sections("postmortem", lines)
    for section in sections:
        assert section.heading in HEADINGS and section.sentences
        for sentence in section.sentences:
            number, *_ = sentence.citations
            spoken = " ".join(lines[number - 1].text.split())
            assert len(sentence.text) <= QUOTE_LIMIT
            for words in sentence.text.removesuffix("…").split():
                assert words in spoken
    assert keep_grounded(sections, lines)[1] == 0


@pytest.mark.parametrize(
    "letter",
    ["아", "ㅋ", "넵", "no ", "haha", "확인", "ok", "not cause ", "사용자 ", "9", "9,", "ing", "the ", "원인은 "],
)
def test_a_row_of_one_letter_does_not_hang_the_draft(letter: str) -> None:
    texts = [f"{(letter * 60)[:58]}x", f"{letter * 1500}x"]
    draft_sections("postmortem", channel(*texts))


@pytest.mark.parametrize(("reactions", "is_told"), [(("eyes", "eyes"), True), (("-1", "-1"), False), ((), False)])
def test_of_what_tells_little_that_is_told_which_moved_people_unless_they_denied_it(
    reactions: tuple[str, ...], is_told: bool
) -> None:
    others = [message(n, f"the queue of shard {n} is long") for n in range(12)]
    lines = number_lines([*others, message(20, "the mountains are blue", reactions=reactions)])
    assert (len(lines) in cited(draft_sections("postmortem", lines), "timeline")) is is_told


HURT = ("send messages", "open orders", "pay invoices", "upload photos", "read mail", "book seats", "print labels")
MANY = [message(n, f"{n + 2}0% of users cannot {what}") for n, what in enumerate(HURT)]


@pytest.mark.parametrize(
    ("more", "is_quoted"),
    [
        ({"reactions": ("+1", "white_check_mark")}, True),
        ({"role": "commander"}, True),
        ({"reactions": ("joy", "eyes")}, False),
        ({}, False),
    ],
)
def test_of_many_alike_what_others_agreed_with_and_whoever_leads_is_quoted(
    more: dict[str, object], is_quoted: bool
) -> None:
    lines = number_lines([*MANY, message(20, "15% of users cannot hear songs", **more)])
    assert (len(lines) in cited(draft_sections("postmortem", lines), "impact")) is is_quoted


def test_what_others_deny_gives_way() -> None:
    lines = number_lines([message(0, "15% of users cannot hear songs", reactions=("-1", "x")), *MANY])
    assert 1 not in cited(draft_sections("postmortem", lines), "impact")


WORK = (
    "action: add a plan check for buckets, owner kim, due 14 May",
    "second factor for all admins, a review is needed. Owner: security team",
    "please add the check to the pipeline",
    "I'll move it to Sunday and write a ticket with the vendor",
    "the script is disabled until it has a dry run",
    "Follow-up: we should add an alert for failed logins",
    "인증서 만료 30일 전 알림 설정 필요",
    "제가 할게요 4월 20일까지",
    "경보 기준을 85%로 낮춰야 합니다",
    "검증 절차 수립 예정(담당: DB팀, 4/30)",
)


@pytest.mark.parametrize("text", WORK)
def test_work_to_be_done_is_a_follow_up_and_tells_nothing_of_what_was(text: str) -> None:
    told = draft_sections("postmortem", channel("db-1 is down, users cannot log in", "alert fired", text))
    assert cited(told, "follow_ups") == [3], told
    others = {one.heading for one in told if 3 in cited(told, one.heading)} - {"follow_ups", "timeline"}
    assert not others, "turning points fill up with what was said; nothing else does"


@pytest.mark.parametrize(
    ("text", "heading"),
    [
        ("the purge job had been disabled since January", "helped"),
        ("Cannot repro on the Busan shard", "impact"),
        ("온라인 강의 접속이 안 됩니다", "hindered"),
        ("사용자 절반에서 전송이 실패하거나 늦어지고 있습니다", "hindered"),
    ],
)
def test_a_symptom_a_state_or_a_try_to_see_it_is_not_what_was_done(text: str, heading: str) -> None:
    assert not cited(draft_sections("postmortem", channel("hello all", text)), heading)


@pytest.mark.parametrize(
    ("text", "heading"),
    [
        ("we disabled the purge job and it is back to normal", "helped"),
        ("users cannot log in on the Busan shard", "impact"),
        ("관리 서버 접속이 안 되고 재시작도 실패했습니다", "hindered"),
    ],
)
def test_what_was_done_and_what_it_did_keeps_its_heading(text: str, heading: str) -> None:
    assert cited(draft_sections("postmortem", channel("hello all", text)), heading) == [2]
