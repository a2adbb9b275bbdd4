"""No state of the stopped line breaks a promise: here within a small bound, `python -m tests.model --all` has more."""

from tests.model.__main__ import IN_THE_TEST_RUN
from tests.model.moves import Moves
from tests.model.search import report, search


def test_no_state_breaks_a_promise() -> None:
    found = search(Moves(IN_THE_TEST_RUN))
    print(report(found, IN_THE_TEST_RUN))
    assert not found.promise, (found.promise, found.trace)
    assert found.states >= 100_000 and len(found.events) >= 15
