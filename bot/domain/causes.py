"""The causes that were named, each with how sure it is after all that was said later."""

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from bot.domain.certainty import CERTAINTIES, INCONCLUSIVE, LIKELY, still_sure, surer, weaker
from bot.domain.cues_of_causes import CAUSE_POINTED
from bot.domain.earnest import is_in_earnest
from bot.domain.quotable import Quotable
from bot.domain.quoting import Quote, words_from
from bot.domain.taken_back import Retraction, subjects_of
from bot.domain.transcript import Line
from bot.domain.weighing import certainty_said


def _meant(cause: Quote, lines: Sequence[Quotable]) -> Quote | None:
    """The cause that is named: of a bare "that is the cause" what was said just before, None when that asks."""
    if not CAUSE_POINTED.search(cause.plain):
        return cause
    so_far = [one for one in lines if one.line.n == cause.line.n or (one.line.n < cause.line.n and not one.line.is_bot)]
    if next(said.text for said in so_far[-1].said if not said.is_chatter) != cause.own:
        return cause
    before = so_far[-2:-1]
    if not before or before[0].said[-1].is_question:
        return None
    place = next(at for at, said in enumerate(before[0].said) if not said.is_chatter)
    text = words_from(before[0], [0.0] * len(before[0].said), place)
    own = before[0].said[place].text
    return replace(cause, line=before[0].line, text=text, own=own, after=(cause.line.n,))


_CLEARLY = 1.0
"""From such odds on a line is taken for a cause as if it said so in words of cause."""
_NAMES_IT = re.compile(r"\b(?:root cause|culprit)\b|원인")


def surest_first(
    heading: str,
    causes: Iterable[Quote],
    lines: Sequence[Quotable],
    transcript: Sequence[Line],
    taken_back: Sequence[Retraction],
) -> list[Quote]:
    """The causes with how sure they are after all that was agreed on and taken back later.

    Beside a root cause that the weights know clearly, another that only says "because" is likely at most.
    """
    causes, sure = list(causes), []
    clearly = _CLEARLY if heading == "root_cause" else math.inf
    is_known = any(one.odds is not None and one.odds >= clearly for one in causes)
    for one in causes:
        meant = _meant(one, lines)
        if meant is not None:
            is_cause = one.odds is not None and one.odds > 0
            said = certainty_said(one.plain, is_cause=is_cause) if is_in_earnest(one.line.text) else INCONCLUSIVE
            if said == certainty_said(one.plain, is_cause=False) or (one.odds is not None and one.odds >= clearly):
                said = surer(said, one.plain, one.line, transcript)
            if is_known and (one.odds is None or one.odds < clearly) and not _NAMES_IT.search(one.plain):
                said = weaker(said, LIKELY)
            left = still_sure(said, subjects_of(meant.text), one.line.n, taken_back)
            sure.append(replace(meant, certainty=left))
    return sorted(sure, key=lambda one: CERTAINTIES.index(one.certainty))
