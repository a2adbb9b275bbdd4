"""What is promised of drafts: of a model that lies nothing is shown, of one that tells the truth nearly everything."""

import pytest

from tests.evals.__main__ import judged
from tests.evals.channels import LIES, honest, lies

EACH = 500


@pytest.mark.parametrize("kind", LIES)
def test_no_lie_is_shown(kind: str) -> None:
    shown = [one for one in judged(lies(kind, seed=1), EACH) if one.refused is None]
    assert [one.proposal.sentence.text for one in shown] == []


def test_nearly_every_truth_is_shown_and_the_checker_agrees() -> None:
    found = list(judged(honest(seed=1), EACH * 4))
    refused = [one.proposal.sentence.text for one in found if one.refused]
    assert len(refused) <= 0.02 * len(found), refused[:5]
    doubted = [one.proposal.sentence.text for one in found if one.complaints]
    assert len(doubted) <= 0.01 * len(found), doubted[:5]
