"""What users are told of an incident: nothing internal, whatever its title says, and no share that nobody said."""

import pytest

from bot.domain.citation import Sentence
from bot.domain.notice import affected, what_failed

PEOPLE = ("minji", "Dorian Okafor", "한민지", "")


@pytest.mark.parametrize(
    ("title", "told"),
    [
        ("checkout fails", "checkout fails"),
        ("messages fail after a file update", "messages fail"),
        ("Login is broken due to an expired certificate.", "Login is broken"),
        ("결제 오류", "결제 오류"),
        ("파일 업데이트 후 메시지 전송 실패", "메시지 전송 실패"),
        ("인증서 만료로 인한 로그인 실패", "로그인 실패"),
        ("50% of payments fail", "50% of payments fail"),
    ],
)
def test_what_did_not_work_is_told_without_why(title: str, told: str) -> None:
    assert what_failed(title, PEOPLE) == told


@pytest.mark.parametrize(
    "title",
    [
        "5xx on web-3",
        "checkout answers 502",
        "api.internal is slow",
        "ran kubectl rollout undo",
        "DB is full",
        "redis memory",
        "connection pool exhausted",
        "password [redacted:password]",
        "`rm -rf /data` on the wrong host",
        "@dorian broke login",
        "Dorian broke login",
        "한민지 배포 오류",
        "커넥션 풀 고갈",
        "릴레이 서버 다운",
        "payment_service is down",
        "paymentService is down",
        "customer data leak",
    ],
)
def test_nothing_internal_is_told(title: str) -> None:
    assert what_failed(title, PEOPLE) == ""


@pytest.mark.parametrize(
    ("said", "share", "group"),
    [
        ("About 30 % of customers cannot pay: checkout answers 502.", "30", "customers"),
        ("About 80 % of all users are affected: sending fails or is late.", "80", "users"),
        ("고객 약 30%가 결제를 못 하고 있습니다.", "30", "customers"),
        ("사용자의 80%에서 메시지 전송이 실패하고 있습니다.", "80", "users"),
        ("약 12.5%의 이용자에게 오류가 보입니다", "12.5", "users"),
    ],
)
def test_whose_share_was_hurt_is_told_as_somebody_said_it(said: str, share: str, group: str) -> None:
    found = affected([Sentence("web-3 is slow", (1,)), Sentence(said, (4,))])
    assert found and (found.share, found.group, found.n) == (share, group, 4)


@pytest.mark.parametrize(
    "said",
    [
        "up to 30 % of customers cannot pay",
        "80 % of users are back",
        "사용자 최대 30%가 영향을 받습니다",
        "고객 30% 이상이 결제를 못 합니다",
        "사용자 90%는 복구됐습니다",
        "30 % of requests fail",
        "cpu at 80 %",
    ],
)
def test_no_share_is_made_of_another_figure(said: str) -> None:
    assert affected([Sentence(said, (1,))]) is None
