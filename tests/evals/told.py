"""What the people of a made-up channel say, and what may truly and falsely be said of it afterwards.

`{host}`, `{clock}`, … are filled with the values of one channel; a value with `~` is written in another, equal form.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Told:
    """One thing said: the line, true sentences about it, and sentences that turn its yes into a no or back.

    `settled`: sentences that tell as a fact what the line only asks, supposes or plans. `torn`: pieces of the line.
    """

    line: str
    true: tuple[str, ...]
    turned: tuple[str, ...] = ()
    heading: str = "timeline"
    settled: tuple[str, ...] = ()
    torn: tuple[str, ...] = ()


ENGLISH = (
    Told(
        "alert from {host}: error rate is at {percent}%",
        (
            "An alert from {host} showed an error rate of {percent~}.",
            "The error rate of {host} was at {percent~} at {at~}.",
        ),
        ("There was no alert from {host}.",),
        "detection",
    ),
    Told(
        "about {percent}% of users cannot send messages since {clock}",
        (
            "Since {clock~} about {percent~} of users could not send messages.",
            "{percent~} of customers were unable to send messages.",
        ),
        ("About {percent~} of users could send messages since {clock~}.",),
        "impact",
    ),
    Told(
        "I restarted {host}, didn't help, still 502",
        (
            "{who} restarted {host}, which did not help.",
            "Restarting {host} had no effect.",
            "The restart of {host} at {at~} did not fix it.",
        ),
        ("{who} restarted {host}, which helped.", "Restarting {host} fixed it.", "The restart of {host} worked."),
        "hindered",
    ),
    Told(
        "failed over {host} to the standby, traffic recovered at {clock}",
        (
            "{host} was failed over to the standby and traffic recovered at {clock~}.",
            "Traffic recovered at {clock~} after {who} failed over to the standby.",
        ),
        ("{host} was failed over to the standby, but traffic did not recover.", "Traffic did not recover at {clock~}."),
        "helped",
    ),
    Told(
        "I deployed the new balancing config to {host} at {clock}",
        (
            "At {clock~} {who} deployed a new balancing config to {host}.",
            "The balancing config of {host} was deployed at {clock~}.",
            "A new load balancing configuration went to {host}, deployed by {who}.",
        ),
        ("The new balancing config was never deployed to {host}.",),
    ),
    Told(
        "The root cause was a weight of {small} in the balancing config of {host}",
        (
            "The root cause was a weight of {small} in the balancing config of {host}.",
            "A weight of {small~} in the balancing configuration of {host} caused it.",
        ),
        ("A weight of {small} in the balancing config of {host} was not the root cause.",),
        "root_cause",
    ),
    Told(
        "the cache on {host} was not the cause, ruled out",
        ("The cache on {host} was not the cause.", "The cache of {host} was ruled out as the cause."),
        ("The cache on {host} was the cause.", "The cause was the cache on {host}."),
        "hindered",
    ),
    Told(
        "{count} orders failed so far, no data was lost",
        ("{count~} orders failed and no data was lost.", "No data was lost, {count~} orders failed."),
        ("Some data was lost.", "{count~} orders did not fail."),
        "impact",
    ),
    Told(
        "we should add an alert on the queue length of {host} by {day}",
        (
            "Add an alert on the queue length of {host} by {day}.",
            "{who} asked to add an alert on the queue length of {host}.",
        ),
        ("We should not add an alert on the queue length of {host}.",),
        "follow_ups",
    ),
    Told(
        "the rollback of {version} on {host} failed with a lock timeout",
        (
            "The rollback of {version} on {host} failed with a lock timeout.",
            "Rolling back {version} on {host} did not work, a lock timeout.",
        ),
        ("The rollback of {version} on {host} worked.", "The rollback on {host} completed without a lock timeout."),
        "hindered",
    ),
    Told(
        "it was never tested with two network cards, unlike production",
        (
            'The change "was never tested with two network cards".',
            "It had not been tested with two network cards, unlike production.",
            "{who} noted that it was never tested with 2 network cards.",
        ),
        ("It was tested with two network cards.",),
        "contributing",
    ),
    Told(
        "disk on {host} is at {percent}%, {size} GB of old archives",
        (
            "The disk of {host} was at {percent~} with {size} GB of old archives.",
            "{host} held {size} GB of old archives.",
        ),
        ("The disk of {host} had no old archives.",),
        "timeline",
    ),
    Told(
        "the certificate of {host} expired {count} minutes ago",
        (
            "The certificate of {host} expired.",
            "{who} saw that the certificate of {host} had expired {count~} minutes before.",
        ),
        ("The certificate of {host} did not expire.",),
        "timeline",
    ),
    Told(
        "I disabled the queue check on {host}, error rate fell to {small}%",
        (
            "The queue check on {host} was disabled and the error rate fell to {small}%.",
            "{who} turned off the queue check on {host}.",
            "After the queue check was switched off the error rate dropped to {small}%.",
        ),
        (
            "{who} enabled the queue check on {host}.",
            "The queue check on {host} was turned on.",
            "The error rate rose to {small}% on {host}.",
            "The error rate on {host} increased to {small}%.",
        ),
        "helped",
    ),
    Told(
        "{host} is unhealthy, {count} requests were refused",
        (
            "{host} was not healthy.",
            "{count~} requests were rejected.",
            "An unhealthy {host} refused {count~} requests.",
        ),
        ("{host} is healthy.", "{count~} requests were accepted.", "{host} was not unhealthy."),
        "impact",
    ),
    Told(
        "zero customers were affected by the move of {host}, it is safe to go on",
        ("No customers were affected by the move of {host}.", "It was safe to go on with the move of {host}."),
        ("Customers were affected by the move of {host}.", "It is unsafe to go on with the move of {host}."),
        "impact",
    ),
    Told(
        "the hotfix for {host} hardly worked, queue still growing",
        ("The hotfix for {host} did not work.", "The queue of {host} was growing, the hotfix hardly helped."),
        ("The hotfix for {host} worked.", "The queue was shrinking, the hotfix for {host} hardly helped."),
        "hindered",
    ),
    Told(
        "should we drain {host} before {clock}?",
        ("{who} asked whether to drain {host} before {clock~}.", "Draining {host} before {clock~} was suggested."),
        heading="timeline",
        settled=("{host} was drained before {clock~}.", "{who} drained {host} before {clock~}.", "We drained {host}."),
    ),
    Told(
        "maybe {percent}% of the payments on {host} are delayed",
        (
            "Possibly {percent~} of the payments on {host} were delayed.",
            "{who} suspected that {percent~} of the payments on {host} were delayed.",
        ),
        heading="impact",
        settled=("{percent~} of the payments on {host} were delayed.", "Payments on {host} were delayed."),
    ),
    Told(
        "I will replace the power supply of {host} at {clock}",
        (
            "{who} said they would replace the power supply of {host} at {clock~}.",
            "The power supply of {host} was to be replaced at {clock~} as planned by {who}.",
        ),
        settled=("{who} replaced the power supply of {host} at {clock~}.", "The power supply of {host} was replaced."),
    ),
)
KOREAN = (
    Told(
        "알람 왔습니다. {host} 에러율 {percent}%로 급증",
        ("{at~}에 {host} 에러율이 {percent~}로 급증했다는 알람이 왔다.", "{host}의 에러율이 {percent~}까지 급증했다."),
        ("{host} 알람은 오지 않았다.",),
        "detection",
    ),
    Told(
        "{clock}부터 이용자의 약 {percent}%가 메시지 전송이 안 됩니다",
        (
            "{clock~}부터 이용자 약 {percent~}의 메시지 전송이 되지 않았다.",
            "사용자 {percent~}가 메시지를 전송하지 못했다.",
        ),
        ("{clock~}부터 이용자 {percent~}의 메시지 전송이 정상이었다.",),
        "impact",
    ),
    Told(
        "{host} 재시작해 봤는데 소용없습니다. 여전히 502",
        (
            "{who} 님이 {host}를 재시작했지만 소용없었다.",
            "{host} 재시작은 효과가 없었다.",
            "{at~}에 한 {host} 재시작은 도움이 되지 않았다.",
        ),
        ("{host} 재시작이 효과가 있었다.", "{who} 님이 {host}를 재시작해 해결했다."),
        "hindered",
    ),
    Told(
        "{host}를 예비 쪽으로 절체 완료했습니다. {clock}부터 정상 응답 확인",
        (
            "{host}를 예비 쪽으로 절체한 뒤 {clock~}부터 정상 응답했다.",
            "{who} 님이 {host}를 예비 쪽으로 절체했다.",
        ),
        ("{host}를 예비 쪽으로 절체했지만 정상 응답하지 않았다.", "{host} 절체에 실패했다."),
        "helped",
    ),
    Told(
        "{clock}에 {host}에 부하 분산 설정 배포했습니다",
        (
            "{clock~}에 {host}에 부하 분산 설정이 배포되었다.",
            "{who} 님이 {host}에 부하 분산 설정을 배포했다.",
        ),
        ("{host}에 부하 분산 설정을 배포하지 않았다.",),
    ),
    Told(
        "원인은 {host} 부하 분산 설정에 가중치가 {small}으로 들어간 것으로 확인했습니다",
        (
            "원인은 {host} 부하 분산 설정의 가중치가 {small}으로 들어간 것이다.",
            "{host}의 부하 분산 설정에 가중치가 {small}으로 들어간 것이 원인으로 확인되었다.",
        ),
        ("{host} 부하 분산 설정에 가중치가 {small}으로 들어간 것은 원인이 아니다.",),
        "root_cause",
    ),
    Told(
        "{host} 캐시는 원인이 아니었습니다",
        ("{host} 캐시는 원인이 아니었다.", "{host}의 캐시는 원인이 아닌 것으로 확인되었다."),
        ("{host} 캐시가 원인이었다.", "원인은 {host} 캐시로 확인되었다."),
        "hindered",
    ),
    Told(
        "지금까지 주문 {count}건 실패했고 데이터 유실은 없습니다",
        ("주문 {count~}건이 실패했고 데이터 유실은 없었다.", "데이터는 유실되지 않았다."),
        ("데이터가 유실되었다.", "주문 {count~}건은 실패하지 않았다."),
        "impact",
    ),
    Told(
        "{host} 대기열 길이 알람을 추가해야 합니다",
        ("{host} 대기열 길이 알람을 추가한다.", "{who} 님이 {host} 대기열 길이 알람 추가를 제안했다."),
        ("{host} 대기열 길이 알람은 추가하지 않는다.",),
        "follow_ups",
    ),
    Told(
        "{host}의 {version} 롤백이 락 타임아웃으로 실패했습니다",
        ("{host}의 {version} 롤백은 락 타임아웃으로 실패했다.", "{version} 롤백이 안 됐다. 락 타임아웃이었다."),
        ("{host}의 {version} 롤백에 성공했다.", "{version} 롤백이 정상 완료되었다."),
        "hindered",
    ),
    Told(
        "테스트 환경은 네트워크 카드가 한 장이라 운영과 달라서 못 잡았습니다",
        (
            "“네트워크 카드가 한 장이라 운영과 달라서” 못 잡았다.",
            "테스트 환경은 네트워크 카드가 한 장이라 운영과 달랐다.",
            "{who} 님은 테스트 환경이 운영과 달라 못 잡았다고 했다.",
        ),
        ("테스트 환경은 운영과 다르지 않았다.", "테스트 환경에서 잡았다."),
        "contributing",
    ),
    Told(
        "{host} 디스크 {percent}% 찼습니다. 오래된 아카이브 {size}GB",
        (
            "{host} 디스크가 {percent~} 찼고 오래된 아카이브가 {size}GB였다.",
            "{host}에 오래된 아카이브가 {size} GB 있었다.",
        ),
        ("{host}에 오래된 아카이브는 없었다.",),
        "timeline",
    ),
    Told(
        "{host} 인증서가 {count}분 전에 만료됐습니다",
        ("{host} 인증서가 만료되었다.", "{who} 님이 {host} 인증서가 {count~}분 전에 만료됐다고 알렸다."),
        ("{host} 인증서는 만료되지 않았다.",),
        "timeline",
    ),
    Told(
        "{host} 점검 스크립트 비활성화했습니다. 오류율이 {small}%로 줄었습니다",
        (
            "{host}의 점검 스크립트를 비활성화했다.",
            "{who} 님이 {host} 점검 스크립트를 껐고 오류율이 {small}%로 감소했다.",
            "오류율이 {small}%로 떨어졌다.",
        ),
        ("{host} 점검 스크립트를 활성화했다.", "{host} 점검 스크립트를 켰다.", "{host} 오류율이 {small}%로 늘었다."),
        "helped",
    ),
    Told(
        "{host} 방화벽 정책은 미적용 상태이고 비정상 트래픽이 보입니다",
        ("{host} 방화벽 정책은 적용되지 않은 상태였다.", "{host}에서 비정상 트래픽이 보였다."),
        ("{host} 방화벽 정책은 적용 상태였다.", "{host}에서 정상 트래픽이 보였다."),
        "detection",
    ),
    Told(
        "{host} 변경 요청은 거절됐고 {version} 설치는 미완료입니다",
        ("{host} 변경 요청은 반려되었다.", "{version} 설치는 완료되지 않았다."),
        ("{host} 변경 요청은 승인되었다.", "{version} 설치는 완료되었다."),
    ),
    Told(
        "{host} 연결 끊김 0건, 세션 유실 없음",
        ("{host} 세션 유실은 없었다.", "{host}에서 세션이 유실되지 않았다."),
        ("{host} 세션 유실이 있었다.", "{host} 연결이 끊겼다."),
        "impact",
    ),
    Told(
        "{clock} 전에 {host} 트래픽을 빼야 할까요?",
        ("{who} 님이 {clock~} 전에 {host} 트래픽을 빼야 할지 물었다.", "{host} 트래픽을 뺄지 여부를 논의했다."),
        settled=("{clock~} 전에 {host} 트래픽을 뺐다.", "{who} 님이 {host} 트래픽을 뺐습니다."),
    ),
    Told(
        "아마 {host} 정산의 {percent}%가 늦어진 것 같습니다",
        (
            "{host} 정산의 {percent~}가 늦어진 것으로 추정된다.",
            "{who} 님은 {host} 정산 {percent~}가 늦어졌을 가능성을 제기했다.",
        ),
        heading="impact",
        settled=("{host} 정산의 {percent~}가 늦어졌다.", "{host} 정산이 늦어졌습니다."),
    ),
    Told(
        "{clock}에 {host} 전원 장치 교체하겠습니다",
        ("{who} 님이 {clock~}에 {host} 전원 장치를 교체하겠다고 했다.", "{host} 전원 장치 교체가 예정되었다."),
        settled=("{clock~}에 {host} 전원 장치를 교체했다.", "{who} 님이 {host} 전원 장치를 교체했습니다."),
    ),
)
CHATTER = {
    "en": (
        "ok thanks",
        "looking",
        "anyone else seeing this?",
        "on it",
        "hm, give me a minute",
        "+1",
        "joining the call",
    ),
    "ko": (
        "넵 확인했습니다",
        "보고 있습니다",
        "혹시 다른 분도 그런가요?",
        "네네",
        "잠시만요",
        "감사합니다",
        "회의 들어갑니다",
    ),
}
QUOTES = {
    "en": ("we knew about this for weeks", "nobody checks the dashboards anyway", "just turn the alerts off"),
    "ko": ("몇 주 전부터 알고 있었다", "어차피 대시보드는 아무도 안 본다", "알람은 그냥 끄자"),
}
CAUSES = {
    "en": (
        "The root cause was a power cut in the second data centre.",
        "An intern deleted the customer table by mistake.",
        "It was caused by a denial of service attack on {host}.",
        "A memory leak in the payment service of {host} led to the outage.",
        "The root cause was an expired licence of the firewall.",
        "A faulty switch dropped packets to {host} because its firmware was outdated.",
    ),
    "ko": (
        "원인은 제2 데이터센터의 정전이었다.",
        "신입 사원이 고객 테이블을 실수로 삭제한 것이 원인이다.",
        "{host}에 대한 서비스 거부 공격 때문에 발생했다.",
        "{host} 결제 서비스의 메모리 누수가 장애로 이어졌다.",
        "근본 원인은 방화벽 라이선스 만료였다.",
        "스위치 펌웨어가 오래되어 {host}로 가는 패킷이 유실된 것이 원인이다.",
    ),
}
PEOPLE = {
    "en": ("Dana Miles", "Joon Park", "Priya Rao", "Tomas Vega", "Lena Fisk", "Omar Haddad"),
    "ko": ("김서준", "박하늘", "이도윤", "최유나", "정민재", "한소라"),
}
STRANGERS = (
    *("철수", "민호", "영희", "지훈", "은주", "다은", "도현"),
    *("서연", "준영", "미경", "상우", "태민", "혜진", "동욱"),
)
FAMILIES = ("김", "이", "박", "최", "정", "강", "조", "윤", "장", "임", "한", "오", "남궁")
"""Names of Koreans who are not in the channel."""
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")
