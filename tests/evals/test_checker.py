"""What is promised of the checker: it sees each kind of lie by itself, whatever the rules say."""

from itertools import islice

import pytest

from bot.evals.checker import complaints
from tests.evals.channels import LIES, ZONE, Channel, Proposal, honest, lies


def doubts(channel: Channel, proposal: Proposal) -> tuple[str, ...]:
    lines = {line.n: line for line in channel.lines}
    return complaints(proposal.sentence.text, proposal.sentence.citations, lines, zone=ZONE)


@pytest.mark.parametrize("kind", LIES)
def test_it_sees_nearly_every_lie(kind: str) -> None:
    proposals = list(islice(lies(kind, seed=2), 200))
    seen = [proposal for channel, proposal in proposals if doubts(channel, proposal)]
    assert len(seen) >= 0.85 * len(proposals)


def test_it_lets_nearly_every_truth_pass() -> None:
    proposals = list(islice(honest(seed=2), 400))
    doubted = [proposal.sentence.text for channel, proposal in proposals if doubts(channel, proposal)]
    assert len(doubted) <= 0.02 * len(proposals), doubted[:5]


@pytest.mark.parametrize("citations", [(), (99,), (1, 99)])
def test_a_sentence_without_its_line_is_ungrounded(citations: tuple[int, ...]) -> None:
    channel, _ = next(honest(seed=3))
    lines = {line.n: line for line in channel.lines}
    assert complaints(channel.lines[0].text, citations, lines) == ("citation",)
