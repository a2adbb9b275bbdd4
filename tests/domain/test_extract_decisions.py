"""What is promised of decisions without a model: a line that says it is one is shown, and no confession is."""

import pytest

from bot.domain.extract import draft_sections
from tests.domain.test_extract import channel, cited


@pytest.mark.parametrize(
    "text",
    [
        *("결정: 이전 작업은 앞으로 점검 시간에만", "결정사항: 다음 주까지 배포 중지", "decisions: the bypass stays"),
        *("ok do that. Decision: no more kills, the job may finish", "decision: rotate every key, not only that one"),
        *(
            "Final decision on the rollback: no",
            "decided: we should keep the flag off",
            "decision made to keep the old password until monday",
            "approved, go ahead with the switch",
        ),
    ],
)
def test_a_line_that_opens_as_a_decision_is_one_whatever_it_says(text: str) -> None:
    assert cited(draft_sections("postmortem", channel("hello all", text, "link is in the topic")), "decisions") == [2]


@pytest.mark.parametrize(
    "text",
    [
        *("I approved that. I had only read half of the plan", "who approved that change", "decision: who calls them?"),
        *("decision tree is in the wiki", "결정 못 했습니다", "waiting for a decision from legal"),
    ],
)
def test_a_confession_a_question_and_a_decision_not_taken_are_none(text: str) -> None:
    assert not cited(draft_sections("postmortem", channel("hello all", text, "link is in the topic")), "decisions")


ASKED = (
    ("Promote the replica read-only, new studies wait.", "Any objections?"),
    ("escalate with the provider, meanwhile send east to west.", "strong objections? none, go"),
    ("alias를 v18로 되돌립니다.", "이견 있으신가요?"),
    ("게이트웨이에 변환 한 줄 넣겠습니다.", "반대하실 분?"),
)
"""What is about to be done, and who objects is asked."""
NOBODY = ("no", "none from me", "better 90 ms than nothing", "I don't object", "go", "없습니다", "아니요 반대 없습니다")
SOMEBODY = (
    *("wait, the replica is behind", "Yes, hold on please", "don't, it holds the lock", "I'd rather drain it first"),
    *("I'm not a fan of that", "can we wait for the backup?", "-1", "I object", "nope, not yet"),
    *("잠깐만요 복제가 밀려 있어요", "반대합니다", "아 아직 하지 마세요", "그건 아닌 것 같아요", "그건 안 돼요"),
)


@pytest.mark.parametrize("asked", ASKED)
@pytest.mark.parametrize("answer", NOBODY)
def test_what_nobody_objects_to_is_decided(asked: tuple[str, str], answer: str) -> None:
    told = draft_sections("postmortem", channel("hello all", " ".join(asked), answer, "link is in the topic"))
    (decided,) = next(section.sentences for section in told if section.heading == "decisions")
    assert (decided.text, decided.citations) == (asked[0], (2,))


@pytest.mark.parametrize("asked", ASKED)
@pytest.mark.parametrize("answer", SOMEBODY)
def test_what_somebody_objects_to_is_not(asked: tuple[str, str], answer: str) -> None:
    told = draft_sections("postmortem", channel("hello all", " ".join(asked), answer, "link is in the topic"))
    assert 2 not in cited(told, "decisions")


def test_a_question_alone_decides_nothing() -> None:
    for asked in (
        *("Any objections?", "kill it. objections?", "should we roll back? objections?"),
        "The banner went live at ten. Did legal have objections?",
    ):
        told = draft_sections("postmortem", channel("hello all", asked, "none", "link is in the topic"))
        assert not cited(told, "decisions")
