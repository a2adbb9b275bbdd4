"""What is promised of meaning: no sentence says the contrary of its lines, nor tells a question or a plan as done."""

import time
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.domain.citation import Reason, Section, Sentence, judge_sections
from bot.domain.transcript import Line, LineKind

SEOUL = ZoneInfo("Asia/Seoul")
START = datetime(2024, 5, 20, 5, 52, tzinfo=UTC)


def refused(said: str, text: str, heading: str = "timeline") -> Reason | None:
    """Why the sentence is not shown of this line, None when it is."""
    line = Line(1, LineKind.MESSAGE, START, "Min Seo", said, "")
    _, dropped = judge_sections([Section(heading, (Sentence(text, (1,)),))], [line], zone=SEOUL)
    return dropped[0].reason if dropped else None


@pytest.mark.parametrize(
    ("said", "true", "false"),
    [
        ("we disabled the cache", "The cache was disabled.", "We enabled the cache."),
        ("the flag was turned on for relay", "The flag of relay was enabled.", "The flag of relay was turned off."),
        ("the alert was not disabled", "The alert was enabled.", "The alert was disabled."),
        ("checkout is down again", "Checkout went down again.", "Checkout is up again."),
        ("traffic increased sharply", "Traffic rose sharply.", "Traffic decreased sharply."),
        ("errors fell after the rollback", "Errors went down after the rollback.", "Errors grew after the rollback."),
        ("the rollback was refused", "The rollback was rejected.", "The rollback was accepted."),
        ("the rollback worked", "The rollback helped.", "The rollback hardly worked."),
        ("rollback is not safe here", "Rollback is unsafe here.", "Rollback is safe here."),
        ("the pool is unhealthy", "The pool was not healthy.", "The pool was healthy."),
        ("non-production hosts were hit", "Hit were non-production hosts.", "The production hosts were hit."),
        ("data was lost", "Data was lost.", "Data loss was avoided."),
        ("zero users were affected", "No users were affected.", "Users were affected."),
        ("0 orders lost", "No orders were lost.", "Orders were lost."),
        ("결제 주문 0건 유실", "결제 주문은 유실되지 않았다.", "결제 주문이 유실되었다."),
        ("연결 끊김 0건, 세션도 그대로", "연결이 끊기지 않았다.", "연결이 끊겼다."),
        (
            "queue grew, hotfix hardly worked",
            "The hotfix hardly helped.",
            "The queue shrank, the hotfix hardly helped.",
        ),
        ("the tests failed", "The tests failed.", "The tests passed."),
        ("requests to checkout failed", "Requests to checkout failed.", "No requests to checkout failed."),
        (
            "No requests from web to checkout failed",
            "No requests from web to checkout failed.",
            "Requests from web to checkout failed.",
        ),
        ("no changes on lb-07 but the backup failed", "The backup failed.", "The backup did not fail."),
        ("no changes on lb-07 but backup failed", "Backup failed.", "Backup did not fail."),
        ("no doubt the deploy failed", "The deploy failed.", "No deploy failed."),
        ("requests to web-3 failed", "Requests to web-3 failed.", "No requests to web-3 failed."),
        ("payment requests failed", "Payment requests failed.", "No payment requests failed."),
        ("no payment requests failed", "No payment requests failed.", "Payment requests failed."),
        ("health checks on lb-07 failed", "Health checks on lb-07 failed.", "No health checks on lb-07 failed."),
        (
            "requests from web-3 to the payment service failed",
            "Requests from web-3 to the payment service failed.",
            "No requests from web-3 to the payment service failed.",
        ),
        (
            "No requests on shop.example.com failed",
            "No requests on shop.example.com failed.",
            "Requests on shop.example.com failed.",
        ),
        ("the replica is in sync", "The replica was in sync.", "The replica was out of sync."),
        ("the consumer started lagging", "The consumer began to lag.", "The consumer stopped lagging."),
        ("deploys are paused", "Deploys were paused.", "Deploys were resumed."),
        ("orders go through, refunds do not", "Refunds did not go through.", "Refunds went through."),
        ("the key was revoked", "The key was revoked.", "The key was granted."),
        ("주문 유입이 끊겼습니다", "주문 유입이 끊겼다.", "주문 유입이 재개되었다."),
        ("롤백 미적용", "롤백이 적용되지 않았다.", "롤백 적용."),
        ("롤백 미완료 상태", "롤백이 완료되지 않은 상태였다.", "롤백 완료 상태."),
        ("비정상 트래픽 확인", "비정상 트래픽이 확인되었다.", "정상 트래픽 확인."),
        ("결제 정상입니다", "결제는 정상이었다.", "결제 비정상입니다."),
        ("롤백은 무효였다", "롤백은 무효였다.", "롤백은 유효였다."),
        ("결제 실패 12건, 이중 결제는 없음", "결제 실패가 12건 있었다.", "이중 결제가 12건 있었다."),
        ("접속 지연만 있고 세션 만료는 없었습니다", "접속 지연이 있었다.", "세션 만료가 있었다."),
        ("no failover was needed, the queue is empty", "No failover was needed.", "The failover helped."),
        ("I had the vendor on the phone. So not the vendor.", "The vendor was called.", "The vendor was the cause."),
        ("the report ran once at 02:00", "The report ran once.", "The report ran twice."),
        ("customers were charged twice", "Customers were charged twice.", "Customers were charged only once."),
        ("데이터 유실 없음", "데이터 유실은 없었다.", "데이터 유실이 있었습니다."),
        ("캐시를 비활성화했습니다", "캐시를 껐다.", "캐시를 활성화했다."),
        ("캐시를 비활성화하지 않았고 그대로 둡니다", "캐시를 활성화된 그대로 두었다.", "캐시를 비활성화했다."),
        ("트래픽이 급감했습니다", "트래픽이 감소했다.", "트래픽이 급증했다."),
        ("변경 승인이 거절됐습니다", "변경 승인이 거절되었다.", "변경이 승인되었다."),
        ("방화벽 차단 해제했습니다", "방화벽 차단을 해제했다.", "방화벽을 차단했다."),
    ],
)
def test_the_contrary_of_what_was_said_is_refused(said: str, true: str, false: str) -> None:
    assert refused(said, true) is None
    assert refused(said, false) is Reason.NEGATION


@pytest.mark.parametrize(
    ("said", "text"),
    [
        ("we disabled the cache on lb-1", "The cache on lb-1 was turned off."),
        ("the api is unavailable", "The API was down."),
        ("error rate fell to 3%", "The error rate dropped to 3%."),
        ("could not log into the box, console only", "It was not possible to log into the box."),
        ("error rate is down to 0", "The error rate dropped to zero."),
        ("scaled up the workers, queue is draining", "More workers were added and the queue drained."),
        ("we have not enabled the alert for this queue", "The alert for this queue was disabled."),
        ("unexpected restart of relay", "Relay restarted unexpectedly."),
        ("the limit was added and later removed", "The limit was removed."),
        ("once the proxy was up we restarted relay twice", "Relay was restarted twice."),
        ("charged twice, the mail went out once", "Customers were charged twice."),
        ("어제는 이중 결제가 있었고 오늘은 이중 결제 없음", "어제 이중 결제가 있었다."),
        ("이중 결제 없음", "이중 결제는 발생하지 않았다."),
        ("비밀번호 변경 후 미디어 서버 재시작", "비밀번호를 변경하고 미디어 서버를 재시작했다."),
        ("에러율이 올랐다가 롤백 후 떨어졌습니다", "롤백 후 에러율이 감소했다."),
    ],
)
def test_other_words_for_the_same_are_kept(said: str, text: str) -> None:
    assert refused(said, text) is None


@pytest.mark.parametrize(
    ("said", "false", "true"),
    [
        ("should we roll back relay?", "Relay was rolled back.", "It was asked whether to roll back relay."),
        ("could relay be out of disk", "Relay was out of disk.", "Relay may be out of disk."),
        ("has the alert fired?", "The alert fired.", "Min Seo asked if the alert had fired."),
        ("maybe 40% of users are affected", "40% of users were affected.", "Possibly 40% of users were affected."),
        ("we will roll back relay tomorrow", "We rolled back relay.", "A rollback of relay was planned."),
        ("I'll restart relay", "Min Seo restarted relay.", "Min Seo said they would restart relay."),
        ("let me restart the exporter", "The exporter was restarted.", "The exporter was to be restarted."),
        ("let's fail over relay", "Relay was failed over.", "The team decided to fail over relay."),
        ("if it happens again we fail over", "We failed over.", "A failover was planned if it happens again."),
        ("thinking about a failover", "A failover took place.", "A failover was considered."),
        ("please restart the gateway", "The gateway was restarted.", "Min Seo asked to restart the gateway."),
        ("trying to restart the gateway", "The gateway was restarted.", "A restart of the gateway was attempted."),
        ("인증 서버 재시작 검토 중입니다", "인증 서버를 재시작했다.", "인증 서버 재시작을 검토했다."),
        ("롤백할까요?", "롤백했습니다.", "롤백 여부를 물었다."),
        ("메시지 유실 여부 확인 중", "메시지가 유실되었다.", "메시지 유실 여부를 확인했다."),
        ("절체는 보류합니다", "절체했다.", "절체를 보류했다."),
        ("데이터 유실된 건가요", "데이터가 유실되었다.", "데이터 유실 여부를 물었다."),
        ("롤백하고 재시작하겠습니다", "롤백하고 재시작했다.", "롤백하고 재시작할 계획이라고 밝혔다."),
        ("we wait until noon, then fail over relay", "Relay was failed over.", "The team decided to fail over relay."),
        ("watch it for an hour then restart the gateway", "The gateway was restarted.", "A restart was planned."),
        ("restarting the gateway, worth a try", "The gateway was restarted.", "Restarting the gateway was suggested."),
        ("고객 정보 신고 대상인지 법무 확인 중", "고객 정보를 신고했다.", "고객 정보 신고 대상인지 물었다."),
        ("캐시가 비었는지 알아보고 있어요", "캐시가 비었다.", "캐시가 비었는지 질문이 있었다."),
        ("아마 결제 40%가 실패한 것 같습니다", "결제 40%가 실패했다.", "결제 40%가 실패한 것으로 추정된다."),
    ],
)
def test_a_question_a_guess_and_a_plan_are_no_fact(said: str, false: str, true: str) -> None:
    assert refused(said, false) is Reason.UNSETTLED
    assert refused(said, true) is None


@pytest.mark.parametrize(
    ("said", "text", "heading"),
    [
        ("Deploy went out at 14:50, could it be related?", "A deploy went out at 14:50.", "trigger"),
        ("비정상 트래픽이 보입니다", "비정상 트래픽이 보였다.", "detection"),
        ("restarted relay and will watch the queue", "Relay was restarted.", "timeline"),
        ("is relay down?\nyes, down since 14:50", "Relay was down.", "impact"),
        ("traffic doubled, then the pods failed", "Then the pods failed.", "timeline"),
        ("we drained relay, then restarted it", "Relay was drained and restarted.", "timeline"),
        ("the workers start, then run out of memory", "The workers ran out of memory.", "impact"),
        ("how many refunds failed?\n41", "41 refunds failed.", "impact"),
        ("환불 실패가 몇 건인가요?\n41건", "환불 실패는 41건이었다.", "impact"),
        ("리전이 바뀌었는지 확인했고 바뀌었습니다", "리전이 바뀌었다.", "timeline"),
        ("재시작했고 롤백하겠습니다", "재시작했다.", "timeline"),
        ("we should add a runbook for relay", "Add a runbook for relay.", "follow_ups"),
        ("should we add a runbook for relay?", "Add a runbook for relay.", "follow_ups"),
        ("알람 임계값을 조정해야 합니다", "알람 임계값을 조정한다.", "follow_ups"),
        ("let's roll back relay", "Roll back relay.", "decisions"),
    ],
)
def test_what_was_stated_beside_a_question_or_is_itself_a_plan_is_kept(said: str, text: str, heading: str) -> None:
    assert refused(said, text, heading) is None


@pytest.mark.parametrize(
    ("said", "deed", "effect"),
    [
        ("flushed the session cache", "The session cache was flushed.", "Flushing the session cache fixed the logins."),
        ("restarted both workers", "Both workers were restarted.", "Restarting both workers helped."),
        ("rolled back relay", "Relay was rolled back.", "Rolling back relay resolved it."),
        ("세션 캐시를 비웠습니다", "세션 캐시를 비웠다.", "세션 캐시를 비워 해결됐다."),
        ("릴레이를 재시작했습니다", "릴레이를 재시작했다.", "릴레이 재시작이 도움이 됐다."),
    ],
)
def test_a_deed_alone_does_not_say_that_it_helped(said: str, deed: str, effect: str) -> None:
    assert refused(said, deed) is None
    assert refused(said, effect) is Reason.NEGATION


@pytest.mark.parametrize(
    ("said", "text"),
    [
        ("flushed the session cache, logins are back", "Flushing the session cache fixed the logins."),
        ("rolled back relay\nerror rate 0.2%", "Rolling back relay helped, the error rate was 0.2%."),
        ("I corrected the typo in the config", "The typo in the config was fixed."),
        ("closing the incident of relay", "The incident of relay was resolved."),
        ("세션 캐시를 비우니 로그인이 잘 됩니다", "세션 캐시를 비워 로그인이 해결됐다."),
        ("릴레이 재시작 후 지연이 줄었습니다", "릴레이 재시작이 도움이 됐다."),
    ],
)
def test_a_deed_with_its_effect_helped(said: str, text: str) -> None:
    assert refused(said, text) is None


@pytest.mark.parametrize(
    ("said", "text"),
    [
        ("we should add a runbook for relay", "A runbook for relay was added."),
        ("알람 임계값을 조정해야 합니다", "알람 임계값을 조정했다."),
    ],
)
def test_a_duty_is_not_told_as_done(said: str, text: str) -> None:
    assert refused(said, text, "follow_ups") is Reason.UNSETTLED


@pytest.mark.parametrize(
    ("said", "true", "beside"),
    [
        ("restarted relay and checkout recovered", "Relay was restarted", "but customer names were stolen."),
        ("restarted relay and checkout recovered", "Checkout recovered", "and the vendor paid damages."),
        ("릴레이 재시작 후 결제 복구", "릴레이를 재시작해 결제가 복구되었지만", "고객 명단이 유출되었다."),
    ],
)
def test_a_clause_that_nobody_spoke_of_does_not_pass_beside_a_true_one(said: str, true: str, beside: str) -> None:
    assert refused(said, f"{true}.") is None
    assert refused(said, f"{true} {beside}") is Reason.ELSEWHERE


def test_a_long_row_of_noes_is_read_in_the_time_that_its_length_takes() -> None:
    took = []
    for count in (500, 2_000):
        began = time.thread_time()
        refused("not " * count, "it did not fail")
        took.append(time.thread_time() - began)
    assert took[1] < 10 * took[0]
