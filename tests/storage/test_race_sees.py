"""The race can see: in a build without the lock it soon finds a start that its freeze did not."""

import pytest

from tests.databases import Postgres
from tests.race.pairs import race

MOST_PAIRS = 1_500
"""Each round of thirty shows it about every second time, and the first that does is the last."""


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
async def test_without_the_lock_something_starts_on_a_frozen_server(kind: str, request: pytest.FixtureRequest) -> None:
    server: Postgres | None = request.getfixturevalue("postgres") if kind == "postgresql" else None
    tally = await race(kind, MOST_PAIRS, server, without_lock=True)
    assert tally.violations, str(tally)
