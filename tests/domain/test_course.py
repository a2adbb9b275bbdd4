"""What is promised of the course of an incident: place in the channel tells what words alone do not."""

import pytest

from bot.domain.extract import draft_sections
from bot.domain.transcript import Line, number_lines
from tests.domain.test_extract import channel, cited, message

REST = ("row 3 of the log is long", "the queue has 300 entries", "nothing in the log", "lunch is here")


def with_bot(bot: str, *texts: str) -> tuple[Line, ...]:
    first = message(0, bot, is_bot=True, speaker="bot")
    return number_lines((first, *(message(minute, text) for minute, text in enumerate(texts, start=1))))


@pytest.mark.parametrize(
    "alarm",
    [
        "[FIRING:1] DiskWillFill host=db-2 (93%)",
        "CRITICAL - mq-3 unreachable",
        "P2 inbound mail lag 14 min",
        "[경고] 결제 큐 적체 임계 초과",
        "api-2 응답 없음",
    ],
)
def test_the_first_alarm_of_a_bot_is_how_it_was_noticed(alarm: str) -> None:
    assert cited(draft_sections("postmortem", with_bot(alarm, "on it", *REST)), "detection") == [1]


@pytest.mark.parametrize(
    "notice",
    [
        "shop-api 3.4 deployed to prod by ana",
        "migration 0007 started on orders",
        "mia joined the channel",
        "[RESOLVED] DiskWillFill",
        "정기 점검 안내: 오늘 밤 11시",
    ],
)
def test_a_notice_of_a_bot_is_none(notice: str) -> None:
    assert not cited(draft_sections("postmortem", with_bot(notice, "on it", *REST)), "detection")


@pytest.mark.parametrize(
    "complaint",
    [
        "a driver called, his route is gone",
        "two people report the wrong balance in the app",
        "is anyone else thrown out of the wiki?",
        "prices look wrong on the landing page",
        "환자 조회가 너무 느려요",
        "배송 문자가 두 번 왔다는 연락이 와요",
    ],
)
def test_the_first_complaint_of_a_person_is_how_it_was_noticed(complaint: str) -> None:
    told = draft_sections(
        "postmortem", channel(complaint, "on it", *REST, "payment is on another host, so not affected")
    )
    assert cited(told, "detection") == [1]


@pytest.mark.parametrize(
    "other",
    [
        "morning all, coffee is ready",
        "I can't ssh to the box",
        "last time we had this it was slow as well",
        "reads are back to normal",
        "점심 먹고 올게요",
        "지난번에도 느렸어요",
    ],
)
def test_talk_and_what_is_over_is_none(other: str) -> None:
    assert not cited(draft_sections("postmortem", channel(other, "on it", *REST)), "detection")


def test_what_is_said_late_is_not_how_it_was_noticed() -> None:
    lines = with_bot("CRITICAL mq-3 unreachable", *REST, "I got an alert for mq-4 as well", "we have an alert for that")
    assert cited(draft_sections("postmortem", lines), "detection") == [1]


WORKED = (
    ("draining web-4", "errors gone"),
    ("ok, paused the importer", "checking", "queue depth down to 40"),
    ("disabled the new ranking flag", "search is fast again"),
    ("moved the vhost off the old box", "uploads ok again"),
    ("임포터 멈췄습니다", "확인 중", "에러율 0.1%로 떨어졌어요"),
    ("새 플래그 껐습니다", "다시 됩니다"),
    ("웹훅 차단 완료", "응답 정상입니다"),
    ("웹훅 차단 완료", "두 노드 모두 똑같이 정상입니다"),
    ("draining web-4", "no timeouts since 04:10"),
    ("draining web-4", "the lookup resolves again"),
)
WITHOUT_OUTCOME = (
    ("should we drain web-4?", "errors gone"),
    ("I'll drain web-4 tomorrow", "errors gone"),
    ("we wait until noon, then fail over", "errors gone"),
    ("session store? it failed over this morning", "errors gone"),
    ("draining web-4", "errors gone, could be coincidence"),
    ("draining web-4", "it recovered by itself I think"),
    ("draining web-4", "not back to normal yet"),
    ("draining web-4", "is it all good?"),
    ("web-4 뺄까요?", "다시 됩니다"),
    ("플래그 껐습니다", "다시 됩니다. 근데 뭐 때문인지 모르겠네요"),
    ("플래그 껐습니다", "디스크는 정상"),
)
FAILED = (
    ("bounced the workers", "no change"),
    ("bounced the workers", "still SERVFAIL here"),
    ("bounced the workers", "errors gone", "hm, blocked again"),
    ("rebooted the switch... still dead",),
    ("워커 재기동 완료", "여전히 느려요"),
    ("워커 재기동 완료", "정상입니다", "또 느려졌어요"),
    ("IP 차단 적용", "다른 경로로도 된다는데요??"),
)


@pytest.mark.parametrize("said", WORKED)
def test_the_deed_before_a_recovery_helped_and_both_lines_are_cited(said: tuple[str, ...]) -> None:
    told = draft_sections("postmortem", channel("users cannot pay", *said))
    helped = [one for part in told if part.heading == "helped" for one in part.sentences]
    assert (2, len(said) + 1) in [one.citations for one in helped]


@pytest.mark.parametrize("said", WITHOUT_OUTCOME)
def test_a_plan_a_question_and_what_came_of_itself_helped_nothing(said: tuple[str, ...]) -> None:
    told = draft_sections("postmortem", channel("users cannot pay", *said))
    assert 2 not in cited(told, "helped") and 2 not in cited(told, "hindered")


@pytest.mark.parametrize("said", FAILED)
def test_a_deed_after_which_the_trouble_is_still_or_again_there_did_not_help(said: tuple[str, ...]) -> None:
    told = draft_sections("postmortem", channel("users cannot pay", *said))
    assert 2 in cited(told, "hindered") and 2 not in cited(told, "helped")


def test_an_alarm_soon_after_a_deed_that_worked_says_that_it_did_not() -> None:
    alarm = message(5, "CRITICAL api pool 0 servers up", is_bot=True)
    said = channel("users cannot pay", "rolled back the template", "web works again")
    told = draft_sections("postmortem", number_lines((*said, alarm)))
    assert 2 in cited(told, "hindered") and 2 not in cited(told, "helped")


def test_recovery_long_after_a_deed_is_not_its_own() -> None:
    said = ("draining web-4", *(f"row {n} of the log is long" for n in range(9)), "errors gone")
    assert 2 not in cited(draft_sections("postmortem", channel("users cannot pay", *said)), "helped")


OVER = ("users cannot pay", "rolled back the gateway", "errors gone")
DUTIES = (
    "I'll put a cap on the pool size",
    "we'll rewrite the importer without the lock",
    "split the template per region, OPS-77",
    "canary for the header change - Ines",
    "second approver for the plan, by thursday",
    "replay in the lab on me",
    "큐 길이 경보는 제가 넣을게요",
    "임포터를 별도 서버로 옮기겠습니다",
    "신규 장비 점검표 만들기 - 보나",
    "권한 정리, 다음 주까지",
    "the lease script is on my plate",
    "제가 임대 스크립트 고칠게",
    "백업 점검 항목에 넣어 주세요",
)
NO_DUTIES = (
    "I'll get some coffee",
    "i'll keep an eye on it",
    "will you do that by friday?",
    "maybe I'll split the pool",
    "carts were lost by friday",
    "I owe everybody cake lol, by monday",
    "see you tomorrow",
    "퇴근하겠습니다",
    "확인해볼게요",
    "10시부터 11시까지 주문이 안 됐습니다",
    "내일 할까요?",
    "그건 제가 모름",
    "web-77 is at 30%",
)


@pytest.mark.parametrize("said", DUTIES)
def test_what_somebody_takes_on_once_it_is_over_is_a_follow_up(said: str) -> None:
    assert 5 in cited(draft_sections("postmortem", channel(*OVER, "phew", said)), "follow_ups")


@pytest.mark.parametrize("said", NO_DUTIES)
def test_talk_and_what_is_done_at_once_is_none(said: str) -> None:
    assert not cited(draft_sections("postmortem", channel(*OVER, "phew", said)), "follow_ups")


@pytest.mark.parametrize("said", ["I'll put a cap on the pool size", "임포터를 별도 서버로 옮기겠습니다"])
def test_what_somebody_is_about_to_do_while_it_lasts_is_none(said: str) -> None:
    assert not cited(draft_sections("postmortem", channel("users cannot pay", said, *OVER[1:])), "follow_ups")


def test_a_follow_up_stands_under_no_heading_of_what_was() -> None:
    said = "alert on users who cannot pay, by friday - Ines"
    told = draft_sections("postmortem", channel(*OVER, "phew", said))
    assert cited(told, "follow_ups") == [5]
    assert not any(5 in cited(told, heading) for heading in ("impact", "detection", "helped", "hindered", "trigger"))


def test_a_follow_up_that_says_that_is_quoted_with_what_it_means() -> None:
    told = draft_sections("postmortem", channel(*OVER, "The pool needs a cap. I'll do that this week."))
    assert [one.text for part in told if part.heading == "follow_ups" for one in part.sentences] == [
        "The pool needs a cap. I'll do that this week."
    ]


BEFORE = (
    "ana deployed the new gateway at 9:40",
    "the queue policy was changed last night by the platform team",
    "at 9:38 the cleanup removed the old keys",
    "어제 증설한 노드만 그래요",
    "새벽에 라우팅 정책 변경이 있었어요",
)
NOT_BEFORE = (
    "that was me, bumped the cable. sorry",
    "patched the reader to accept decimals, deploying 9:52",
    "raised the pool limit to 40 at 10:05",
    "3 flags changed between 9:00 and 9:40",
    "배포 완료",
)


@pytest.mark.parametrize("said", BEFORE)
def test_what_is_said_later_to_have_been_done_before_is_the_trigger(said: str) -> None:
    assert cited(draft_sections("postmortem", channel("users cannot pay", *REST, said)), "trigger") == [6]


@pytest.mark.parametrize("said", NOT_BEFORE)
def test_what_is_done_after_it_was_noticed_is_none(said: str) -> None:
    assert not cited(draft_sections("postmortem", channel("users cannot pay", *REST, said)), "trigger")


def test_the_timeline_is_filled_with_no_joke_and_says_nothing_twice() -> None:
    alarm = "CRITICAL /var on osd-9 97% used"
    lines = with_bot(alarm, alarm, "the cat of olle walked over the keyboard again haha", "row 3 of the log is long")
    lines = number_lines((*lines, message(9, alarm, is_bot=True)))
    told = [
        one.text for part in draft_sections("postmortem", lines) if part.heading == "timeline" for one in part.sentences
    ]
    assert len(told) == len(set(told))
    assert not any("cat" in one for one in told)


@pytest.mark.parametrize(
    "said",
    [
        ("it is coming back by itself", "errors gone"),
        ("I did nothing and it went away", "all green since noon"),
        ("아무것도 안 했는데 올라오네요", "돌아왔어요"),
        ("저절로 풀렸네요", "신규 모델 복구 완료"),
    ],
)
def test_where_it_got_better_without_anybodys_doing_nothing_helped_and_nothing_failed(said: tuple[str, ...]) -> None:
    told = draft_sections("postmortem", channel("users cannot pay", *said))
    assert not cited(told, "helped") and not cited(told, "hindered")


def test_a_deed_that_brought_other_trouble_back_did_not_help() -> None:
    said = ("rolling back the template", "api back, web down to 2 again", "serving both paths", "9/9 up")
    assert 2 in cited(draft_sections("postmortem", channel("users cannot pay", *said)), "hindered")


@pytest.mark.parametrize(
    "said",
    [
        "The failover restored the service, but the fault on lb-01 is still there.",
        "절체로 서비스는 복구됐지만 lb-01의 결함은 그대로 남아 있습니다.",
    ],
)
def test_a_remedy_that_leaves_the_fault_where_it_is_helped_all_the_same(said: str) -> None:
    drafted = draft_sections("postmortem", channel("users cannot pay", "let us fail over", said, *REST))
    assert cited(drafted, "helped") == [3] and not cited(drafted, "hindered")


@pytest.mark.parametrize(
    ("said", "outcome"),
    [
        ("failover done but checkout is still down", "hindered"),
        ("Reverting the setting alone does not drain the connections.", ""),
        ("설정만 되돌려서는 연결이 빠지지 않네요", ""),
    ],
)
def test_what_a_remedy_does_not_do_is_no_help(said: str, outcome: str) -> None:
    told = ("users cannot pay", said, "let us fail over", "The failover restored the service", *REST)
    drafted = draft_sections("postmortem", channel(*told))
    assert 2 not in cited(drafted, "helped")
    assert (2 in cited(drafted, "hindered")) == (outcome == "hindered")
