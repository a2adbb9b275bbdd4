"""The race can see: in a build without the lock it finds a start that its freeze did not, within 100 pairs."""

import pytest

from tests.databases import Postgres
from tests.race.pairs import race


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
async def test_without_the_lock_something_starts_on_a_frozen_server(kind: str, request: pytest.FixtureRequest) -> None:
    server: Postgres | None = request.getfixturevalue("postgres") if kind == "postgresql" else None
    tally = await race(kind, 100, server, without_lock=True)
    assert tally.violations and tally.first is not None and tally.first <= 100, str(tally)
