"""What goes into a draft: proposed by the model, kept where the log bears it out, asked for once more where not."""

import asyncio
from collections.abc import Sequence
from datetime import tzinfo

from bot.domain.citation import HEADINGS, Refused, Section, judge_sections
from bot.domain.incident import Incident, TimeName
from bot.domain.transcript import Line
from bot.ports.language_model import LanguageModel, ModelUnavailable

MEND_SECONDS = 30.0
"""How long the second attempt may take; there is no third."""
AROUND = 2
"""Lines before and after a cited one that the model sees again."""


async def propose_sections(
    model: LanguageModel, offline: LanguageModel, kind: str, lines: Sequence[Line], incident: Incident, *, zone: tzinfo
) -> tuple[tuple[Section, ...], int, str]:
    """Return the sections that the log bears out, how many sentences it did not, and who proposed them.

    What is refused is proposed to the model once more with the reason. A model that gives nothing to use is replaced
    by quotations.
    """
    dropped = 0
    began = incident.times.get(TimeName.STARTED)
    for source in (model, offline):
        try:
            proposed = await source.draft(kind, lines, incident.language)
        except ModelUnavailable:
            continue
        sections, refused = judge_sections(proposed, lines, zone=zone, began=began)
        if refused and source is not offline:
            mended = await _mended(source, lines, incident.language, refused)
            better, _ = judge_sections(mended, lines, zone=zone, began=began)
            more = _together(sections, better)
            dropped -= min(_count(more) - _count(sections), len(refused))
            sections = more
        dropped += len(refused)
        if sections or source is offline:
            return sections, dropped, source.name
    return (), dropped, offline.name


async def _mended(
    model: LanguageModel, lines: Sequence[Line], language: str, refused: Sequence[Refused]
) -> Sequence[Section]:
    """What the model makes of its refused sentences; nothing where it is late or does not answer."""
    cited = {n + by for one in refused for n in one.sentence.citations for by in range(-AROUND, AROUND + 1)}
    near = [line for line in lines if line.n in cited]
    if not near:
        return ()
    try:
        async with asyncio.timeout(MEND_SECONDS):
            return await model.mend(near, language, refused)
    except (TimeoutError, ModelUnavailable):
        return ()


def _count(sections: Sequence[Section]) -> int:
    return sum(len(section.sentences) for section in sections)


def _together(sections: Sequence[Section], more: Sequence[Section]) -> tuple[Section, ...]:
    """Both under the same headings, in their order; what is said already is not said again."""
    both = (*sections, *more)
    found = {heading: [s for one in both if one.heading == heading for s in one.sentences] for heading in HEADINGS}
    distinct = {heading: tuple({one.text: one for one in said}.values()) for heading, said in found.items()}
    return tuple(Section(heading, said) for heading, said in distinct.items() if said)
