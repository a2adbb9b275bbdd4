"""What stands now, from the log alone: for whoever joins late, for a status update, for those who use the service."""

from collections.abc import Sequence

from bot.domain.audit import Act
from bot.domain.citation import Section, Sentence
from bot.domain.extract import draft_sections
from bot.domain.quoting import QUOTE_LIMIT
from bot.domain.shortening import shorten
from bot.domain.transcript import Line, LineKind

HEADINGS = ("now", "latest")
"""Headings of briefs that no other draft has."""
STANDING = (
    Act.INCIDENT_DECLARED,
    Act.SEVERITY_CHANGED,
    Act.STATUS_CHANGED,
    Act.INCIDENT_REOPENED,
    Act.ROLE_ASSIGNED,
    Act.SERVER_HELD,
    Act.FIX_CLAIMED,
    Act.SERVER_VERIFIED,
)
"""Entries of which the newest says how things are."""
LATEST = 5
QUOTES = 2
"""Of each heading at most."""
SURE = frozenset(("confirmed", "likely"))


def catch_up_sections(lines: Sequence[Line]) -> tuple[Section, ...]:
    """How things are, what is known, and what was said last besides."""
    quoted = _quoted(lines, "impact", "root_cause", "helped", "hindered")
    known = {n for part in quoted for sentence in part.sentences for n in sentence.citations}
    said = [line for line in lines if _is_said(line) and line.n not in known]
    return _filled(Section("now", _standing(lines)), *quoted, Section("latest", _sentences(said[-LATEST:])))


def status_update_sections(lines: Sequence[Line]) -> tuple[Section, ...]:
    """How things are, and what is known; a cause only where somebody was sure of it."""
    return _filled(Section("now", _standing(lines)), *_known(lines))


def impact_of(lines: Sequence[Line]) -> tuple[Sentence, ...]:
    """What was said of the impact, the clearest first."""
    return tuple(one for part in _quoted(lines, "impact") for one in part.sentences)


def newest(lines: Sequence[Line], acts: frozenset[Act]) -> Line | None:
    """The last entry of one of these acts."""
    return next((line for line in reversed(lines) if line.entry_kind in acts), None)


def _standing(lines: Sequence[Line]) -> tuple[Sentence, ...]:
    """The newest entry of each act; what was said of a status before a reopening does not stand any more."""
    found = {line.n: line for act in STANDING if (line := newest(lines, frozenset({act})))}
    return _sentences([found[n] for n in sorted(found)])


def _known(lines: Sequence[Line]) -> list[Section]:
    known = _quoted(lines, "impact", "root_cause", "helped")
    return [
        Section(part.heading, tuple(one for one in part.sentences if not one.certainty or one.certainty in SURE))
        for part in known
    ]


def _is_said(line: Line) -> bool:
    return line.kind is LineKind.MESSAGE and not (line.is_bot or line.deleted) and bool(line.text.strip())


def _quoted(lines: Sequence[Line], *headings: str) -> list[Section]:
    found = {part.heading: part for part in draft_sections("postmortem", lines)}
    return [Section(name, found[name].sentences[:QUOTES]) for name in headings if name in found]


def _sentences(lines: Sequence[Line]) -> tuple[Sentence, ...]:
    return tuple(Sentence(shorten(line.text, QUOTE_LIMIT), (line.n,)) for line in lines)


def _filled(*sections: Section) -> tuple[Section, ...]:
    return tuple(section for section in sections if section.sentences)
