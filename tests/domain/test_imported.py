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
