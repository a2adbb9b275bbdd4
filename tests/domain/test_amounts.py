"""What is promised of amounts: none is shown that nobody said, in digits or in words, and each form of it is known."""

import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.domain.amounts import counted_in
from bot.domain.citation import Section, Sentence, judge_sections
from bot.domain.evidence import comparable, evidence_of
from bot.domain.number_words import in_digits
from bot.domain.transcript import Line, LineKind, number_lines

SEOUL = ZoneInfo("Asia/Seoul")
START = datetime(2024, 5, 20, 5, 52, tzinfo=UTC)


def is_kept(text: str, *said: str, zone: ZoneInfo = SEOUL) -> bool:
    """Whether a sentence that cites these lines, written six minutes apart, is shown."""
    log = number_lines(
        Line(0, LineKind.MESSAGE, START + timedelta(minutes=6 * at), "Min Seo", one, "") for at, one in enumerate(said)
    )
    numbers = tuple(line.n for line in log)
    kept, _ = judge_sections([Section("impact", (Sentence(text, numbers),))], log, zone=zone)
    return bool(kept)


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("some orders were lost in checkout", "A hundred orders were lost in checkout."),
        ("some orders were lost in checkout", "Thousands of orders were lost in checkout."),
        ("orders were lost in checkout", "Half of the orders were lost in checkout."),
        ("orders were lost in checkout", "A quarter of the orders were lost in checkout."),
        ("orders were lost in checkout", "Two thirds of the orders were lost in checkout."),
        ("the errors of checkout doubled", "The errors of checkout tripled."),
        ("orders were lost in checkout", "A dozen orders were lost in checkout."),
        ("orders were lost in checkout", "Thirteen orders were lost in checkout."),
        ("orders were lost in checkout", "Several orders were lost in checkout."),
        ("checkout was down", "Checkout was down for hours."),
        ("checkout was down for 1 hour", "Checkout was down for an entire week."),
        ("three servers failed in checkout", "One server failed in checkout."),
        ("hundreds of orders were lost", "100 orders were lost."),
        ("결제 주문이 유실되었습니다", "결제 주문 세 건이 유실되었습니다."),
        ("결제 주문이 유실되었습니다", "결제 주문 수백 건이 유실되었습니다."),
        ("쿠폰이 중복 발급되었습니다", "쿠폰 천 장이 중복 발급됐다."),
        ("결제 주문이 유실되었습니다", "결제 주문 절반이 유실되었습니다."),
        ("결제 실패 6분", "여섯 시간 동안 결제 실패."),
        ("오후 두 시 결제 실패", "오후 세 시 결제 실패."),
        ("서버 3대 재시작", "서버 한 대 재시작."),
        ("사용자 불만 접수", "여러 사용자의 불만이 접수되었다."),
    ],
)
def test_a_number_in_words_that_nobody_said_is_none(line: str, text: str) -> None:
    assert not is_kept(text, line)


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("about 2 users complained", "About 2 million users complained."),
        ("2 servers restarted", "2 thousand servers restarted."),
        ("1.5 million users were affected", "15 million users were affected."),
        ("we lost 2 GB of logs", "We lost two hundred GB of logs."),
        ("결제 주문 3건이 유실되었습니다", "결제 주문 3백 건이 유실되었습니다."),
        ("사용자 5명이 결제 실패", "사용자 5백만 명이 결제 실패."),
        ("사용자 1억 2천만 명", "사용자 1억 2천만 5백 명."),
        ("결제 5백만 건 실패", "결제 5…"),
    ],
)
def test_a_number_has_its_scale(line: str, text: str) -> None:
    assert not is_kept(text, line)


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("500 requests failed on checkout", "500 pods failed on checkout."),
        ("500 requests failed on checkout", "500 failed pods on checkout."),
        ("500 requests failed on 3 pods of checkout", "500 pods failed on 3 requests of checkout."),
        ("500 requests failed on checkout", "$500 of checkout failed."),
        ("checkout lost 500", "500 pods of checkout were lost."),
        ("checkout pods crashed", "2024 pods of checkout crashed."),
        ("40% of users cannot reach checkout", "40% of servers cannot reach checkout."),
        ("exit code 137 in the pods", "137 pods exited."),
        ("the weight is 3 in checkout", "The weight was 3 hours in checkout."),
        ("30 of 50 tests failed", "50 of 50 tests failed."),
        ("매장 40곳 중 12곳 복구 완료", "매장 40곳 모두 복구했다."),
        ("매장 40곳 중 12곳 복구 완료", "매장 40곳을 전부 복구했다."),
        ("3 of 8 shards moved", "All 8 shards moved."),
        ("파드 5개 중 3개가 재시작했습니다", "파드 3개 중 5개가 재시작했다."),
        ("12 hosts in rack 4 lost power", "4 hosts in rack 12 lost power."),
        ("port 443 is open, 80 users wait", "Port 80 is open."),
        ("it was web-3 at -5 degrees", "It was web-3 at 5 degrees."),
        ("결제 500건 실패", "결제 500원 실패."),
        ("주문 500건 결제 실패", "상품 500건 결제 실패."),
        ("결제 사용자 40%가 실패", "결제 서버 40%가 실패."),
    ],
)
def test_a_number_is_one_of_what_it_was_said_of(line: str, text: str) -> None:
    assert not is_kept(text, line)


@pytest.mark.parametrize(
    ("line", "text"),
    [
        *(("100 orders lost", f"{many} orders were lost.") for many in ("A hundred", "100", "One hundred")),
        ("about a dozen orders lost", "About 12 orders were lost."),
        ("50% of the orders lost", "Half of the orders were lost."),
        ("25% of the orders lost", "A quarter of the orders were lost."),
        ("about a third of the orders lost", "About one third of the orders were lost."),
        ("checkout uses 3x memory", "Memory use of checkout was three times higher."),
        ("30 of 50 tests failed", "30 of 50 tests failed in all."),
        ("the disk has 455 GB of 500 GB in use", "455 of 500 GB of the disk were in use."),
        ("노드 4대 중 1대가 응답이 없습니다", "노드 4대 중 한 대가 응답하지 않았다."),
        ("매장 40곳 중 12곳 복구 완료, 매장 40곳 모두 공지", "매장 40곳 모두 공지했다."),
        ("3 of 8 shards moved, all 8 shards were slow", "All 8 shards were slow."),
        ("3 of 8 shards moved", "3 of all 8 shards moved."),
        ("all 8 shards moved", "Each of the 8 shards moved."),
        ("서버 10대 중 2대가 죽었습니다", "서버 2대가 죽었다."),
        ("오류가 두 배로 늘었습니다", "The errors doubled."),
        ("350 orders failed", "Hundreds of orders failed."),
        ("2.5k requests failed", "2,500 requests failed."),
        ("2 million users hit", "2,000,000 users were hit."),
        ("server web-3 failed", "One server failed."),
        ("one of three servers is down", "One of three servers was down."),
        ("servers web-1 and web-2 fail", "Several servers fail."),
        ("2 pods were affected", "2 affected pods."),
        ("pods down: 12", "12 pods were down."),
        ("error 502 on checkout", "Checkout had 502 errors."),
        ("traffic to port 443 dropped", "Port 443 traffic dropped."),
        ("three of the 5 nodes are down", "3 of the 5 nodes were down."),
        ("80 users affected", "80 customers were affected."),
        ("CPU at 95 on web-3", "The CPU of web-3 was at 95%."),
        ("30% of packets lost", "30% packet loss."),
        ("pods crashed", "Pods crashed in 2024."),
        ("roughly 5-10 minutes of errors", "Errors for 5 to 10 minutes."),
        ("사용자 삼만 오천 명 영향", "사용자 3만 5천 명이 영향을 받았다."),
        ("영향 사용자 3만 명", "30,000 users were affected."),
        ("주문 3건 유실", "유실된 주문은 세 건이다."),
        ("주문 3건 유실", "3건의 주문이 유실되었다."),
        ("서버 두 대가 죽었습니다", "Two servers went down."),
        ("1,204건 실패했습니다", "1204 requests failed."),
        ("응답 시간이 3배로", "응답 시간이 세 배로 늘었다."),
    ],
)
def test_a_number_in_another_form_is_the_same(line: str, text: str) -> None:
    assert is_kept(text, line)


@pytest.mark.parametrize(
    ("line", "text", "kept"),
    [
        ("down for 90 minutes", "Down for 1 hour 30 minutes.", True),
        ("down for 1h30m", "Down for an hour and a half.", True),
        ("down for 1 hour and 30 minutes", "Down for 90 minutes.", True),
        ("down for an hour", "Down for 1 hour.", True),
        ("down for 90s", "Down for a minute and a half.", True),
        ("down for two and a half hours", "Down for 150 minutes.", True),
        ("디스크 장애 한 시간 반 지속", "디스크 장애가 90분 지속되었다.", True),
        ("디스크가 이틀 동안 가득 찼습니다", "The disk was full for 2 days.", True),
        ("down for 1 hour 30 minutes", "Down for 30 minutes.", False),
        ("12 dollars an hour for web-3", "web-3 was down for 12 hours.", False),
    ],
)
def test_a_length_of_time_may_be_said_in_parts(line: str, text: str, kept: bool) -> None:
    assert is_kept(text, line) is kept


def test_only_clock_times_that_were_said_go_past_midnight() -> None:
    assert is_kept("Checkout failed for 6 minutes.", "checkout fails", "checkout is back")
    assert not is_kept("Checkout failed for 1434 minutes.", "checkout fails", "checkout is back")
    assert is_kept("Checkout failed for 20 minutes.", "checkout fails since 23:50", "checkout is back at 00:10")
    assert is_kept("Checkout was back a few minutes later.", "checkout fails", "checkout is back")
    assert not is_kept("Checkout was back several hours later.", "checkout fails", "checkout is back")


@pytest.mark.parametrize(
    ("line", "text", "kept"),
    [
        ("checkout failing since 14:52 KST", "Checkout failing since 14:52 UTC.", False),
        ("checkout failing since 2:52 PM KST", "Checkout failing since 2:52 PM PST.", False),
        ("checkout failing since 14:40", "Checkout failing since 14:40 UTC.", False),
        ("checkout failing since 14:52 KST", "Checkout failing since 05:52 UTC.", True),
        ("checkout failing since 05:40 UTC", "Checkout failing since 14:40.", True),
        ("checkout failing since 14:40", "Checkout failing since 2:40 PM KST.", True),
        ("checkout failing 14:40–14:50 (KST)", "Checkout failing from 5:40 to 5:50 UTC.", True),
    ],
)
def test_a_clock_time_has_its_zone(line: str, text: str, kept: bool) -> None:
    assert is_kept(text, line) is kept


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Latency rose from 200 ms to 900 ms.", True),
        ("The latency went from 0.2 to 0.9 s.", True),
        ("Latency fell from 900 ms to 200 ms.", False),
        ("지연이 900ms에서 200ms로 줄었다.", False),
    ],
)
@pytest.mark.parametrize("line", ["latency 200→900 ms", "latency went from 200 to 900 ms", "지연 200ms에서 900ms로"])
def test_what_went_up_did_not_go_down(line: str, text: str, kept: bool) -> None:
    assert is_kept(text, line) is kept


@pytest.mark.parametrize(
    "text",
    [
        *(
            "사건 조건 이번 구분 만일 천천히 다시 네 시스템 잠시 하루빨리",
            "3 백업 서버, 2 조치, 만료",
            "no one but the one that",
        ),
        *("half-open, the first half", "one of them, one by one"),
    ],
)
def test_what_only_looks_like_a_number_word_is_none(text: str) -> None:
    assert in_digits(comparable(text)) == comparable(text)


@pytest.mark.parametrize("length", [f"{'9' * 60} hours", f"it was at -{'9' * 60} hours", f"several {'9' * 60} weeks"])
def test_a_length_beyond_any_calendar_is_only_refused(length: str) -> None:
    assert not is_kept(f"Checkout failed for {length}.", "checkout fails", "checkout is back")


@pytest.mark.parametrize("part", ["9", "1 ", "1,", "십", "1십", "hundreds of ", "one ", "from 1 to ", "14:52-"])
def test_a_paste_of_figures_is_read_at_once(part: str) -> None:
    def seconds(read: Sequence[object]) -> float:
        return time.process_time() - began if read else 0.0

    began = time.process_time()
    paste = (part * 40_000)[:40_000]
    assert seconds([counted_in(paste), evidence_of(paste)]) < 15
