"""What is promised of the checker: it sees each kind of lie by itself, whatever the rules say."""

from datetime import UTC, datetime
from itertools import islice

import pytest

from bot.domain.transcript import Line, LineKind
from bot.evals.checker import complaints
from tests.evals.channels import LIES, ZONE, Channel, Proposal, honest, lies

START = datetime(2024, 5, 20, 5, 52, tzinfo=UTC)


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


@pytest.mark.parametrize(
    ("said", "lie"),
    [
        ("0.5% of requests failed", "5% of requests failed"),
        ("requests to checkout failed", "No requests to checkout failed."),
        ("non-production servers were hit", "production servers were hit"),
        ("rumour, not true: data was lost", "data was lost"),
        ("the cause was the deploy - no, it was not", "the cause was the deploy"),
        ("orders were lost", "Thirteen orders were lost."),
        ("orders were lost", "Half of the orders were lost."),
        ("2 users complained", "2 million users complained."),
        ("500 requests failed", "500 pods failed."),
        ("500 requests failed", "$500 of requests failed."),
        ("three servers failed", "One server failed."),
        ("checkout failed since 14:40 KST", "Checkout failed since 14:40 UTC."),
        ("주문이 유실되었습니다", "주문 세 건이 유실되었습니다."),
        ("사용자 5명이 결제 실패", "사용자 5백만 명이 결제 실패."),
        ("결제 500건 실패", "결제 500원 실패."),
        ("결제 실패 6분", "여섯 시간 동안 결제 실패."),
    ],
)
def test_it_sees_pieces_and_figures_that_nobody_said(said: str, lie: str) -> None:
    line = Line(1, LineKind.MESSAGE, START, "Ann Lee", said, "")
    assert complaints(said, (1,), {1: line}, zone=ZONE) == ()
    assert complaints(lie, (1,), {1: line}, zone=ZONE)


@pytest.mark.parametrize("citations", [(), (99,), (1, 99)])
def test_a_sentence_without_its_line_is_ungrounded(citations: tuple[int, ...]) -> None:
    channel, _ = next(honest(seed=3))
    lines = {line.n: line for line in channel.lines}
    assert complaints(channel.lines[0].text, citations, lines) == ("citation",)
