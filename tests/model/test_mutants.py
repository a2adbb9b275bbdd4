"""Each broken guard is seen by the promises alone, and the way to it is printed."""

import pytest

from tests.model.moves import Moves
from tests.model.mutants import MUTANTS, Mutant
from tests.model.search import search

MOST = 60_000


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_broken_guard_is_seen(mutant: Mutant, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        mutant.patch(patch)
        found = search(Moves(mutant.bound), most=MOST)
    print(f"{mutant.name}: {found.promise} after {found.states} states", *found.trace, sep="\n  ")
    assert found.promise in mutant.promises.split(), f"{mutant.name} was not seen"
