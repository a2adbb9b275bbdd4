"""What is promised of deeds and duties without a model: what helped, what did not, what was decided, what is to do."""

import pytest

from bot.domain.extract import draft_sections
from tests.domain.test_extract import channel, cited

TOLD = {
    "helped": (
        "restarting the proxies fixed it",
        "10:02에 web-3 재시작했고 효과가 있었습니다",
        "rollback did the trick",
        "reverting to 3.13 brought it back",
        "unsealed, errors gone",
        "killed it, errors dropping",
        "5xx back to 0.1%, cart works",
        "db-7 cpu 20%, site back",
        "login fast again",
        "putting the old ip back fixed logins",
        "라우팅 고치니까 바로 붙었어요",
        "풀 늘리고 나서 바로 내려감",
        "정책 되돌렸더니 바로 정상",
    ),
    "hindered": (
        "bumped the timeout, same thing",
        "tried flushing the cache, still 500s",
        "reverting did nothing",
        "rollback done, p99 still 4s",
        "can't ssh to the box, the bastion is away",
        "nobody has the root password",
        "롤백해도 똑같네요",
        "되돌렸는데 똑같습니다",
        "캐시 비워봤는데 안 먹힘",
    ),
    "decisions": (
        "lets fail over to the secondary",
        "call: we revert, no hotfix tonight",
        "agreed, disable the feature for everyone",
        "그럼 세컨더리로 넘기시죠",
        "핫픽스 대신 되돌리는 걸로 결정",
    ),
    "follow_ups": (
        "lets never run vacuum during import again, filing OPS-991",
        "also we had no alert on redis conns, need one",
        "I'll do both by thursday",
        "+1 will file INFRA-221",
        "배치에 커넥션 상한 걸어야겠어요",
        "네 제가 내일까지 PR 올리겠습니다",
        "someone has to document the failover steps",
        "ill open a ticket for the runbook",
        "dana to update the diagram by friday",
        "티켓 끊어놨습니다 OPS-12 커넥션 풀 모니터링",
        "담주에 크론 이중화 구조 손봐야 할 듯",
    ),
}
NOT_TOLD = {
    "helped": (
        "lets fail over to the secondary",
        "hope this works",
        "restart should fix it",
        "rollback done, p99 still 4s",
        "rollback worked in INC-14 back then",
        "checkout 500s, conversion dropped to 12 percent",
        "지난번엔 재시작으로 해결됐었는데",
    ),
    "hindered": (
        "printing labels in the warehouse doesn't work",
        "restart might not help",
        "web-3 재시작했고 효과가 있었습니다",
        "no change requests tonight please",
        "롤백해도 안 되면 알려주세요",
    ),
    "decisions": ("should we fail over?", "who decides on the failover", "롤백할까요?"),
    "follow_ups": ("todo list app is down", "i should be home by 8", "지금 확인해야 합니다", "로그 좀 봐주세요"),
}


@pytest.mark.parametrize(("heading", "text"), [(heading, text) for heading in TOLD for text in TOLD[heading]])
def test_deeds_and_duties_have_their_heading_in_whatever_words(heading: str, text: str) -> None:
    assert cited(draft_sections("postmortem", channel("hello all", text, "link is in the topic")), heading) == [2]


@pytest.mark.parametrize(("heading", "text"), [(heading, text) for heading in NOT_TOLD for text in NOT_TOLD[heading]])
def test_what_is_supposed_or_of_another_matter_has_none(heading: str, text: str) -> None:
    assert not cited(draft_sections("postmortem", channel("hello all", text, "link is in the topic")), heading)
