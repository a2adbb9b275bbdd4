"""`python -m tests.evals [--each 500]`: what is shown of a lying model's sentences, and kept of an honest one's."""

import argparse
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from bot.domain.citation import Reason, judge_sections
from bot.evals.checker import complaints
from tests.evals.channels import LIES, ZONE, Channel, Proposal, honest, lies


@dataclass(frozen=True)
class Judged:
    """A proposed sentence, why it is not shown (None: it is), and what the checker says of one that is."""

    channel: Channel
    proposal: Proposal
    refused: Reason | None
    complaints: tuple[str, ...]


def judged(proposals: Iterator[tuple[Channel, Proposal]], count: int) -> Iterator[Judged]:
    """The first `count`, as a draft would show them."""
    for channel, proposal in islice(proposals, count):
        kept, refused = judge_sections(proposal.sections, channel.lines, zone=ZONE)
        lines = {line.n: line for line in channel.lines}
        shown = [sentence for section in kept for sentence in section.sentences]
        found = [what for one in shown for what in complaints(one.text, one.citations, lines, zone=ZONE)]
        yield Judged(channel, proposal, refused[0].reason if refused else None, tuple(found))


def main(arguments: list[str]) -> int:
    """0 where no lie is shown and at least 98 % of the truths are."""
    parser = argparse.ArgumentParser(prog="python -m tests.evals")
    parser.add_argument("--each", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--verbose", action="store_true")
    options = parser.parse_args(arguments)
    wrong = 0
    for kind in LIES:
        shown = [one for one in judged(lies(kind, options.seed), options.each) if one.refused is None]
        ungrounded = sum(bool(one.complaints) for one in shown)
        wrong += len(shown)
        print(f"{kind:10} {options.each:5} lies: {len(shown)} shown, {ungrounded} of them ungrounded to the checker")
        _show(shown if options.verbose else [])
    count = options.each * len(LIES)
    found = list(judged(honest(options.seed), count))
    lost = [one for one in found if one.refused]
    doubted = [one for one in found if one.complaints]
    print(
        f"honest     {count:5} truths: {1 - len(lost) / count:.1%} kept, {len(doubted)} of them doubted by the checker"
    )
    _show([*lost, *doubted] if options.verbose else [])
    return 0 if not wrong and not doubted and len(lost) <= 0.02 * count else 1


def _show(found: list[Judged]) -> None:
    for one in found[:30]:
        line = one.channel.lines[one.proposal.sentence.citations[0] - 1]
        print("   ", one.proposal.sentence.text, "|", line.speaker, line.text, "|", one.refused, *one.complaints)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
