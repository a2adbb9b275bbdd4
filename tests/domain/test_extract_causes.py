"""What is promised of causes without a model: what is said outright is confirmed, a guess is likely, else neither."""

import pytest

from bot.domain.extract import draft_sections
from tests.domain.test_extract import channel

OUTRIGHT = (
    "it was the cohort query, 300GB sort",
    "so the sidecar it was",
    "the index was dropped by the nightly job, confirmed on the replica",
    "야간 작업이 인덱스를 지운 게 원인으로 확인함",
    "so conntrack exhaustion it was",
    "rc: feature flag new_pricing on for 100% instead of 1%",
    "this was caused by the dns ttl change yday",
    "the problem was that the token had expired at midnight",
    "found it - timeout set to 30 instead of 30000",
    "mystery solved, the lb health check pointed at the old port",
    "happened bc the config map had a tab in it",
    "the actual reason is thread pool exhaustion in the pdf renderer",
    "the outage came from a bad BGP announcement by our upstream",
    "turns out the canary pool never had its key rotated",
    "ok confirmed, the migration dropped the index on orders.user_id",
    "we traced it to a single tenant sending 4GB payloads",
    "figured out why: the nginx template lost its upstream block",
    "someone deleted the service account, that broke the exporter",
    "it was our own rate limit all along",
    "it was dns. the record pointed to the old ip",
    "reason: the license for the db proxy ran out last night",
    "마이그레이션에서 인덱스를 빼먹어서 생겼습니다",
    "그 배치가 문제였네요",
    "범인은 로그 수집기였습니다",
    "어제 넣은 설정이 잘못 들어간 게 원인",
    "알고 보니 크론이 두 번 돌고 있었네요",
)
GUESSED = (
    "prolly dns",
    "it's the encoder cable, chewed through",
    "renewed, but never installed on gw-south",
    "we forgot to renew the intermediate cert",
    "smells like a connection leak to me",
    "best guess: noisy neighbour on the hypervisor",
    "could well be the firewall rule from this morning",
    "probably the new build, 3.14 went out at 14:20",
    "might be the gc pauses, heap is at 95",
    "hunch: connection pool too small",
    "timing matches the 9am config push",
    "캐시 쪽이 의심됩니다",
    "커넥션 누수로 보입니다",
    "메모리 부족 같은데요",
)
NEITHER = (
    "same as INC-3 last month, there it was the cert",
    "last year we had this because of the leap second",
    "if it was the db we'd see locks",
    "it was the right call",
    "it was fun",
    "this is the output of kubectl get node",
    "i forgot to add you to the call",
    "root cause was found later",
    "turns out i have meetings all day",
    "turns out the replica was fine",
    "found it, thanks for the link",
    "every order is refunded, provider confirmed",
    "we only noticed because a friend called",
    "the problem is that we don't know",
    "the reason im asking is the customer call at 4",
    "can't be the cert, valid till march",
    "probably back in 10",
    "maybe roll back the deploy",
    "looks like the db is back",
    "in the march incident the cause was a bad switch",
    "that was the plan anyway",
    "messages are not delivered since 14:50, it looks like lb-07",
    "turns out lunch was cancelled",
    "maybe ask the network team",
    "담당자 연락이 안 돼서 30분 지연",
    "그게 문제였으면 알람이 왔겠죠",
    "지난달 장애 때는 인증서가 원인이었죠",
    "아마 3시쯤 끝날 것 같아요",
    "회의 때문에 늦었습니다",
    "알고보니 오늘 휴일이었네요",
)


def how_sure(text: str) -> str:
    """How sure a draft is of a cause that is one line of a channel; nothing where it shows none."""
    sections = draft_sections("postmortem", channel("hello all", "on it", text, "link is in the topic"))
    causes = [one for part in sections if part.heading == "root_cause" for one in part.sentences]
    return next((one.certainty for one in causes if one.citations == (3,)), "")


@pytest.mark.parametrize("text", OUTRIGHT)
def test_a_cause_said_outright_is_confirmed_in_whatever_words(text: str) -> None:
    assert how_sure(text) == "confirmed"


@pytest.mark.parametrize("text", GUESSED)
def test_a_guess_is_likely(text: str) -> None:
    assert how_sure(text) == "likely"


@pytest.mark.parametrize("text", NEITHER)
def test_another_incident_a_condition_and_chatter_are_no_cause_here(text: str) -> None:
    assert how_sure(text) in ("", "inconclusive")


def test_what_was_done_on_purpose_is_not_even_a_doubtful_cause() -> None:
    assert how_sure("전체 세션 만료시킴") == how_sure("killed query 8812") == ""


@pytest.mark.parametrize(
    "text",
    [
        *("we both rolled something back, so who knows which one it was", "so nobody knows what it was"),
        *("we don't know which deploy broke it", "둘 다 손대서 뭐가 원인이었는지 모르겠네요"),
        *("like in november when the cert had expired", "same as in March, the disk was full because of the logs"),
        *("we had such a thing in 2024, the cause was the party cache", "11월에도 인증서가 원인이었죠"),
        *("예전에 발신번호 때문에 막힌 적 있어요", "redis? it died because of the failover this morning"),
        *("디스크 문제인가요? 로그 때문에 가득 찼습니다", "the cert? it expired and logins failed"),
    ],
)
def test_what_nobody_knows_an_earlier_case_and_what_follows_a_guess_name_no_cause(text: str) -> None:
    assert how_sure(text) in ("", "inconclusive")


@pytest.mark.parametrize(
    "text",
    [
        *("it was the cert that expired in march", "the config changed in May broke it", "so the sidecar it was"),
        *("모르고 배포한 게 원인이었습니다", "11월에 바꾼 설정이 원인이었습니다", "why? the deploy broke the index"),
        *("the root cause was a full disk, in place since 2023", "언제부터냐고요? 원인은 어제 배포입니다"),
        "so that's what it was: root cause is the expired cert",
    ],
)
def test_a_month_a_question_of_why_and_what_was_not_known_then_leave_a_cause_sure(text: str) -> None:
    assert how_sure(text) == "confirmed"


def causes(*texts: str) -> list[tuple[str, str, tuple[int, ...]]]:
    sections = draft_sections("postmortem", channel("hello all", *texts, "link is in the topic"))
    told = [one for part in sections if part.heading == "root_cause" for one in part.sentences]
    return [(one.text, one.certainty, one.citations) for one in told]


@pytest.mark.parametrize(
    "text",
    ["범인은 언제나 DNS ㅋㅋㅋ", "root cause: the intern's cat lol", "the cause is obviously mercury in retrograde /s"],
)
def test_a_joke_is_not_even_a_doubtful_cause(text: str) -> None:
    assert causes(text) == []


@pytest.mark.parametrize(
    "answer", ["yeah agreed", "exactly.", "동의합니다", "네 맞습니다", "seconded, writing that down"]
)
@pytest.mark.parametrize(
    ("said", "alone"), [("it's the worker change, 4 to 12", "likely"), ("그 배치 때문에 포트 고갈", "inconclusive")]
)
def test_a_cause_is_surer_when_another_agrees_at_once(said: str, alone: str, answer: str) -> None:
    surer = {"likely": "confirmed", "inconclusive": "likely"}
    assert [sure for _, sure, _ in causes(said, "looking at it")] == [alone]
    assert [sure for _, sure, _ in causes(said, answer)] == [surer[alone]]


@pytest.mark.parametrize(
    "answer",
    [
        "agreed, but only on the old pods",
        "exactly what I feared?",
        "agreed we need more coffee",
        "동의하지만 확인이 필요합니다",
        "맞습니다만 다른 것도요",
        "ok",
        "네",
    ],
)
def test_who_agrees_with_a_but_or_only_nods_makes_no_cause_surer(answer: str) -> None:
    assert [sure for _, sure, _ in causes("it's the worker change, 4 to 12", answer)] == ["likely"]


def test_who_agrees_with_a_guess_a_joke_or_something_else_makes_no_cause_surer() -> None:
    assert [sure for _, sure, _ in causes("probably the new build", "agreed")] == ["likely"]
    assert [sure for _, sure, _ in causes("it's the worker change", "we call the customers first", "agreed")] == [
        "likely"
    ]
    assert causes("범인은 언제나 DNS ㅋㅋㅋ", "동의합니다") == []


@pytest.mark.parametrize(
    "text", ["배치가 포트를 다 쓴 게 원인으로 확정하죠", "샘플이 작았던 게 원인 맞네", "락을 잡은 게 근본 원인"]
)
def test_a_cause_that_is_settled_on_is_confirmed(text: str) -> None:
    assert how_sure(text) == "confirmed"


@pytest.mark.parametrize(
    "text", ["원인 맞는지 볼게요", "그게 원인 맞나요?", "원인으로 확정된 건 아닙니다", "원인으로 보기는 아직 일러요"]
)
def test_a_cause_that_is_not_settled_on_is_not_confirmed(text: str) -> None:
    assert how_sure(text) in ("", "likely", "inconclusive")


POINTED = "so the backup took the lock and everything waited behind it"


@pytest.mark.parametrize(
    "text",
    [
        "that's the root cause",
        "yes. I'm happy with that as root cause",
        "exactly. that's the cause. write it down",
        "그게 근본 원인",
    ],
)
def test_what_is_only_pointed_at_is_quoted_with_both_lines(text: str) -> None:
    assert causes(POINTED, text) == [(POINTED, "confirmed", (2, 3))]


def test_what_is_pointed_at_in_the_same_message_is_quoted_with_it() -> None:
    said = "모두에게 쓰기 권한이 있는 게 문제죠. 그게 근본 원인"
    assert causes(said) == [(said, "confirmed", (2,))]


@pytest.mark.parametrize("before", ["is it the lock?", "ok"])
def test_what_points_at_a_question_or_a_nod_names_no_cause(before: str) -> None:
    assert causes(before, "that's the root cause") == []


@pytest.mark.parametrize(
    "text",
    [
        *(
            "the signing key was revoked yesterday by an admin",
            "the record was deleted at 13:58",
            "osd-4 is full bc its weight is doubled",
        ),
        *(
            "the scrape config has the old name",
            "the cert expired and nobody renewed it",
            "found: the mapping is not there since the reindex job",
            "the hook is pointing at the wrong host",
            "캐시에 만료 넣는 걸 깜빡했습니다",
        ),
        *("펌웨어 올라가면서 터널 설정이 초기화됐네요", "배포 훅이 옛날 서버만 가리키고 있네요"),
    ],
)
def test_what_was_lost_forgotten_or_left_behind_is_a_likely_cause(text: str) -> None:
    assert how_sure(text) == "likely"


@pytest.mark.parametrize(
    "text",
    [
        *(
            "old records were deleted to free space",
            "the bad route was dropped, traffic is back",
            "web-1 is down because we drained it",
            "a user says it is down because they cannot sign in",
        ),
        *(
            "we have the old version running again, all fine",
            "has the key expired?",
            "found: my badge, never mind",
            "like in march when the key was revoked",
        ),
        *(
            "회의 들어가는 걸 깜빡했어요 죄송합니다",
            "배포하면서 지켜보겠습니다",
            "설정 바뀌면서 빨라졌어요",
            "지금은 이전 서버를 보고 있으면 됩니다",
        ),
    ],
)
def test_what_was_done_on_purpose_or_is_of_no_system_is_no_likely_cause(text: str) -> None:
    assert how_sure(text) in ("", "inconclusive")


@pytest.mark.parametrize(
    "said",
    [
        "지금까지 본 걸로는 뭐가 문제였는지 말할 수 없어요. 벤더에 덤프 보냈고 답 오기 전까진 미상",
        "무엇 때문이었는지는 결론을 못 냈습니다",
        "정리하면 센터, 회선, 우리 GW 다 이상 없음이고 원인은 현재 미확인입니다",
        "We saw nothing on our side. It went away. Cause open.",
        "The cloud says it was not them. It was gone at nine. So for the report: cause unknown",
        "So whatever it is sits behind the router",
        "I don't have a cause, could be the network or the node",
    ],
)
def test_who_says_that_the_cause_is_not_known_names_none(said: str) -> None:
    told = draft_sections("root_cause", channel("logins time out", "looking", said))
    assert {one.certainty for part in told for one in part.sentences if 3 in one.citations} <= {"inconclusive"}


@pytest.mark.parametrize(
    "said",
    [
        "Root cause: open file limit of 1024 on the proxy",
        "Root cause: unbounded queue in the mailer",
        "The root cause is the cert on lb-2, it expired. No idea why the alert stayed silent.",
        "인증서를 새로 안 받은 게 원인입니다. 알람이 왜 조용했는지는 모르겠어요",
    ],
)
def test_a_cause_that_is_named_outright_is_confirmed_whatever_else_is_open(said: str) -> None:
    told = draft_sections("root_cause", channel("logins time out", "looking", said))
    assert [one.certainty for part in told for one in part.sentences if 3 in one.citations] == ["confirmed"]


@pytest.mark.parametrize(
    "answer",
    ["reproduced on my phone", "로그 시간이랑 안 맞아요", "그건 모르겠고 시간은 맞아요", "네 제가 당번 맞습니다"],
)
def test_who_speaks_of_something_else_agrees_to_no_cause(answer: str) -> None:
    lines = channel("logins time out", "the nightly job holding all connections made the pool run dry", answer)
    told = draft_sections("root_cause", lines)
    assert "confirmed" not in {one.certainty for part in told for one in part.sentences}
