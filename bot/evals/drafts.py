"""Measures drafts of incident cases, and beside them what ten messages alone would have told."""

import math
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain.spending import Budget
from bot.domain.transcript import Line
from bot.evals.cases import Case
from bot.evals.checker import complaints
from bot.evals.score import Score, Shown, score, total
from bot.ports.language_model import LanguageModel
from bot.use_cases.proposal import Means, propose_sections


@dataclass(frozen=True, slots=True)
class Result:
    """One case: the draft's score and the baselines', sentences proposed and kept, and those the checker doubts.

    `unavailable`: the model gave nothing to use of the whole channel or of parts of it.
    """

    case: Case
    draft: Score
    baselines: dict[str, Score]
    proposed: int
    kept: int
    ungrounded: tuple[str, ...]
    unavailable: bool = False


async def measure(case: Case, model: LanguageModel, offline: LanguageModel) -> Result:
    """Draft the postmortem of a case as people would see it, and compare it with what was published."""
    means = Means(model, offline, Budget(tokens=sys.maxsize, seconds=math.inf))
    told = await propose_sections(means, "postmortem", case.lines, language=case.language)
    lines = {line.n: line for line in case.lines}
    kept = [sentence for section in told.sections for sentence in section.sentences]
    shown = [Shown(one.text, tuple(lines[n].at for n in one.citations)) for one in kept]
    doubted = tuple(
        f"{one.text}: {', '.join(why)}" for one in kept if (why := complaints(one.text, one.citations, lines))
    )
    baselines = {name: score(case, [_whole(line) for line in some]) for name, some in _baselines(case.lines).items()}
    return Result(
        case, score(case, shown), baselines, len(kept) + told.dropped, len(kept), doubted, bool(told.reading.stopped)
    )


def sum_up(results: Sequence[Result]) -> dict[str, Score]:
    """The draft's score over all cases and that of each baseline."""
    names = list(results[0].baselines) if results else []
    return {
        "draft": total([one.draft for one in results]),
        **{name: total([one.baselines[name] for one in results]) for name in names},
    }


def _baselines(lines: Sequence[Line]) -> dict[str, list[Line]]:
    """The first and the last ten messages, and the ten longest."""
    ends = {line.n: line for line in (*lines[:10], *lines[-10:])}
    longest = sorted(lines, key=lambda line: -len(line.text))[:10]
    return {"ends": list(ends.values()), "longest": longest}


def _whole(line: Line) -> Shown:
    return Shown(line.text, (line.at,))
