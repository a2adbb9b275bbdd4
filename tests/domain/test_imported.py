"""What is promised of an old channel: a time is taken only from words that say it, and from no question or hope."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.domain.ids import ChannelId, MessageTs, SlackUserId
from bot.domain.imported import OldChannel, closed_incident, said_severity, said_times
from bot.domain.incident import Severity, Status, TimeName
from bot.domain.message import Message, ts_of

SEOUL = ZoneInfo("Asia/Seoul")
NOON = datetime(2024, 5, 20, 15, 0, tzinfo=SEOUL)
"""15:00 in Seoul; each message comes a minute later."""


def spoken(*texts: str) -> tuple[Message, ...]:
    at = [NOON.replace(minute=n) for n in range(len(texts))]
    return tuple(
        Message(ChannelId("C1"), MessageTs(ts_of(when)), "", SlackUserId("U1"), text)
        for when, text in zip(at, texts, strict=True)
    )


def told(*texts: str) -> dict[TimeName, str]:
    found = said_times(spoken(*texts), zone=SEOUL)
    return {name: f"{one.at.astimezone(SEOUL):%d %H:%M}" for name, one in found.items()}


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ("it started at 14:52", "20 14:52"),
        ("Errors since 14:52 KST on all relays", "20 14:52"),
        ("impact began around 2:52 pm", "20 14:52"),
        ("14:52부터 메시지가 안 갑니다", "20 14:52"),
        ("no messages since 14:52", "20 14:52"),
        ("14:52부터 메시지 전송 실패", "20 14:52"),
        ("오후 2시 52분경 발생", "20 14:52"),
        ("장애 발생 시각: 14시 52분", "20 14:52"),
        ("yesterday's backup started at 23:10", "19 23:10"),
        ("errors since Friday 14:10", "17 14:10"),
        ("it has said nothing since last Friday at 14:10", "17 14:10"),
        ("지난 금요일 14:10부터 주문이 안 됩니다", "17 14:10"),
        ("어제 23:10부터 로그인 실패", "19 23:10"),
        ("5xx are up since 14:52", "20 14:52"),
        ("not healthy since 14:52", "20 14:52"),
        ("checks all green since 14:52", None),
        ("the api is up since 14:52", None),
        ("no errors since 14:52", None),
        ("14:52부터 정상입니다", None),
        ("14:52부터 에러 없습니다", None),
        ("did it start at 14:52?", None),
        ("I think it started at 14:52", None),
        ("it started a while ago", None),
        ("we started 14 pods", None),
        ("the deploy is at 14:52", None),
    ],
)
def test_the_start(text: str, start: str | None) -> None:
    assert told(text).get(TimeName.STARTED) == start


@pytest.mark.parametrize(
    ("text", "end"),
    [
        ("Resolved.", "20 15:00"),
        ("incident is now fully resolved", "20 15:00"),
        ("status: resolved", "20 15:00"),
        ("Incident resolved at 14:58.", "20 14:58"),
        ("All clear at 14:58", "20 14:58"),
        ("the issue has been resolved as of 14:58", "20 14:58"),
        ("복구 완료되었습니다", "20 15:00"),
        ("14:58 장애 종료", "20 14:58"),
        ("서비스 복구 완료", "20 15:00"),
        ("결제 복구 완료했습니다", "20 15:00"),
        ("이전 모델 복구 완료", None),
        ("신모델 복구 완료", None),
        ("is it resolved?", None),
        ("not resolved yet", None),
        ("the incident will be resolved at 16:00", None),
        ("once this is resolved we can go home", None),
        ("복구 예정입니다", None),
        ("복구 완료되면 알려 주세요", None),
        ("아직 해결되지 않았습니다", None),
        ("일부 복구 완료", None),
        ("DNS resolved lb-07 to the old address", None),
    ],
)
def test_the_end(text: str, end: str | None) -> None:
    assert told(text).get(TimeName.RESOLVED) == end


def test_the_last_word_counts() -> None:
    assert told("resolved", "lb-07 is down again") == {}
    assert told("resolved", "down again", "resolved")[TimeName.RESOLVED] == "20 15:02"
    assert TimeName.RESOLVED in told("resolved", "so that it never happens again", "재발 방지 대책을 세웁시다")


@pytest.mark.parametrize(
    ("text", "times"),
    [
        ("relay was down 14:10–14:35, 18 orders delayed", ("20 14:10", "20 14:35")),
        ("impact: 14:10 to 14:35 slow, and again 14:40-14:50 down", ("20 14:10", "20 14:50")),
        ("about 40 refunds failed between 14:10 and 14:35", ("20 14:10", "20 14:35")),
        ("web was slow 23:50 to 00:20", ("19 23:50", "20 00:20")),
        ("14:10~14:35 첨부 실패 약 70건", ("20 14:10", "20 14:35")),
        ("정리하면 14:10부터 14:35까지 로그인 불가", ("20 14:10", "20 14:35")),
        ("maintenance of the wiki is 14:10-14:35", None),
        ("were orders failing 14:10-14:35?", None),
        ("the errors of 14:10-14:35 may be another problem", None),
        ("드레인 작업 시간은 14:10~14:35", None),
        ("version 14:10-14:35:20 failed", None),
        ('the vendor answers: "outage 14:10-14:35"', None),
        ("it will be down 16:10-16:35", None),
    ],
)
def test_a_range_beside_harm_says_when_it_began_and_ended(text: str, times: tuple[str, str] | None) -> None:
    found = told("hello", text)
    assert (found.get(TimeName.STARTED), found.get(TimeName.RESOLVED)) == (times or (None, None))


def test_a_range_says_only_what_was_not_said_by_itself_and_is_told_when_all_look_back() -> None:
    assert told("it started at 14:05", "resolved at 14:40", "down 14:10-14:35") == {
        TimeName.STARTED: "20 14:05",
        TimeName.RESOLVED: "20 14:40",
    }
    assert told("down 14:10-14:35", "web is broken", "looking", "restarting it") == {}


def test_an_end_before_the_start_is_no_end() -> None:
    assert told("all clear at 14:10", "no wait", "it started at 14:52") == {TimeName.STARTED: "20 14:52"}


def test_what_is_unsaid_is_unknown() -> None:
    messages = spoken("장애입니다", "확인 중", "ok")
    old = OldChannel(ChannelId("C1"), "inc-1", "", True, datetime(2024, 5, 20, tzinfo=UTC), None, messages, {})
    one = closed_incident(old, {}, reporter=SlackUserId("operator"))
    assert (one.status, one.private, one.title, one.language) == (Status.CLOSED, True, "#inc-1", "ko")
    assert set(one.times) == {TimeName.DECLARED} and said_severity(old) is None and one.is_past


def test_the_severity_that_somebody_said() -> None:
    old = OldChannel(ChannelId("C1"), "inc-1", "", False, NOON, None, spoken("declare SEV-2 please", "sev1!"), {})
    assert said_severity(old) is Severity.SEV2
