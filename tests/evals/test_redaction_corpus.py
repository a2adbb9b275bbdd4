"""Of secrets planted in lines as people type them, 99 % never leave; of lines without one, hardly any is touched."""

from tests.evals.redaction import BARE, NAMED, score


def test_planted_secrets_are_taken_out_and_benign_lines_left_alone() -> None:
    found = score(4_000, seed=20240520)
    assert len(BARE) + len(NAMED) >= 15
    assert found.caught >= 0.99, (found.survived, found.examples[:5])
    assert found.false_alarms <= 0.005, found.examples[:5]
