"""`python -m tests.model [--all]`: looks at every state and prints how many there were, and which promises held."""

import sys

from tests.model.moves import Bound, Moves
from tests.model.promises import PROMISES
from tests.model.search import report, search

IN_THE_TEST_RUN = Bound(epochs=1, people=2, directives=False, override=False)
EVERYTHING = Bound(epochs=1, people=2)


def main() -> int:
    """0 where every promise held."""
    bound = EVERYTHING if "--all" in sys.argv else IN_THE_TEST_RUN
    found = search(Moves(bound))
    print(report(found, bound))
    print("  ".join(f"{name} {count}" for name, count in sorted(found.events.items())))
    if found.promise:
        print(f"BROKEN: {found.promise} ({PROMISES[found.promise]})", *found.trace, sep="\n  ")
        return 1
    print(*(f"held: {name} {words}" for name, words in PROMISES.items()), sep="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
