"""What is promised of impact without a model: harm that was counted or timed in the end comes before the first cry.

Of channels with fewer than ten lines: in longer ones the learned weights may know a figure for something else.
"""

import pytest

from bot.domain.extract import draft_sections
from tests.domain.test_extract import channel, cited

CRY = "nobody can log in, users see a blank page"
TOLD_LATER = (
    "finance says 118 failed payments between 09:36 and 10:01, no double charges",
    "as far as we know 40 accounts were shown to other visitors",
    "impact: about 7% of bookings failed, plus everyone was logged out once by the flush",
    "mail down 14:05-14:31 per the logs, calendars fine all along",
    "~3k players got kicked out of their matches",
    "people couldn't print for 25 minutes",
    "영향 정리하면 07:10부터 08:00까지 주문 불가",
    "정산 파일 대조: 52곳, 합계 3천만 원 중복",
    "알림 1만 2천 건 미도착",
    "문자 발송 오류 4,200건, 재전송은 끝났습니다",
    "직원 약 80명이 1시부터 2시까지 메일 못 썼습니다",
)
NOT_TOLD = (
    "no failed payments since 10:05",
    "nothing lost, 300 jobs replayed",
    "reran the 40 failed jobs",
    "errors down to 3 requests a minute",
    "if it drops again 200 users will be logged out",
    "the portal will be down 02:00-02:30 tomorrow",
    "0 failed of 100 logins, we are good",
    "in the march incident 300 orders were lost",
    "last time 300 orders failed",
    "실패 3건으로 줄었습니다",
    "실패분 120건 재처리합니다",
    "지난번에도 결제 200건 실패했었죠",
    "실패율이 98%입니다. 정상 트래픽이 아닙니다",
    "90% of logins fail. these are not real users",
)


@pytest.mark.parametrize("text", TOLD_LATER)
def test_the_closing_figures_come_before_the_first_cry(text: str) -> None:
    talk = [f"looking at shard {name}" for name in ("one", "two", "three")]
    told = draft_sections("postmortem", channel("hello all", CRY, "on it", *talk, "all good now", text, "thanks all"))
    assert cited(told, "impact")[0] == 8
    assert cited(told, "summary")[-1] == 8


@pytest.mark.parametrize("text", NOT_TOLD)
def test_figures_of_no_harm_of_what_is_made_good_of_an_attack_and_of_another_incident_are_no_impact(text: str) -> None:
    told = draft_sections("postmortem", channel("hello all", "on it", text, "link is in the topic"))
    assert not cited(told, "impact")
