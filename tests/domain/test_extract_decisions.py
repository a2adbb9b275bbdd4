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
