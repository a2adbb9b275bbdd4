"""`python -m tests.model [--all]`: looks at every state and prints how many there were, and which promises held."""

import sys

from tests.model.moves import Bound, Moves
from tests.model.promises import PROMISES
from tests.model.search import Found, report, search

IN_THE_TEST_RUN = Bound(epochs=1, people=2, directives=False, override=False, both_fixes=False)
EVERYTHING = (
    Bound(epochs=1, people=2, directives=False),
    Bound(epochs=1, people=1, override=False),
)
"""Together all acts: with overrides, and with the words by which drained work goes on."""


def look(bound: Bound) -> Found:
    """One search, told."""
    found = search(Moves(bound))
    print(report(found, bound))
    print("  " + ", ".join(f"{name} {count}" for name, count in sorted(found.events.items())), flush=True)
    if found.promise:
        print(f"BROKEN: {found.promise} ({PROMISES[found.promise]})", *found.trace, sep="\n  ")
    return found


def main() -> int:
    """0 where every promise held."""
    found = [look(bound) for bound in (EVERYTHING if "--all" in sys.argv else (IN_THE_TEST_RUN,))]
    print(f"{sum(one.states for one in found)} states, {sum(one.transitions for one in found)} transitions")
    if any(one.promise for one in found):
        return 1
    print(*(f"held: {name} {words}" for name, words in PROMISES.items()), sep="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
