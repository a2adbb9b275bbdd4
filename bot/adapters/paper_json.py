"""A paper as JSON: what `stopline draft --format json` writes. `Paper.model_json_schema()` is its schema."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from pydantic import BaseModel, ConfigDict

from bot.domain import paper as of_domain
from bot.domain.citation import Sentence
from bot.domain.ids import incident_label
from bot.domain.incident import durations
from bot.domain.transcript import Line
from bot.i18n.paper import frozen, log_rows
from bot.i18n.texts import Texts


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True)


class Source(_Part):
    """A line of the log: when (UTC), who, and its permanent link ("" where the log is no channel's)."""

    n: int
    at: datetime
    speaker: str
    text: str
    permalink: str
    edited: bool
    deleted: bool


class Said(_Part):
    """One sentence. `certainty`: confirmed, likely, inconclusive, or "" for what is no cause.

    by_hand: a person wrote it, and its sources do not bear it out.
    """

    text: str
    certainty: str
    computed: bool
    sources: Sequence[int]


class Heading(_Part):
    """Sentences under one heading, by its key (`root_cause`) and in words."""

    key: str
    title: str
    sentences: Sequence[Said]


class LogRow(_Part):
    """One entry of the timeline, at its own time (UTC)."""

    at: datetime
    text: str


class Work(_Part):
    """One follow-up."""

    text: str
    owner: str | None
    due: date | None


class Paper(_Part):
    """Durations in seconds; null where a time is unknown. `edited_by`: null for what nobody edited."""

    incident: str
    title: str
    severity: str
    status: str
    kind: str
    state: str
    version: int
    source: str
    made_at: datetime
    read_to: datetime | None
    edited_by: str | None
    dropped: int
    times: dict[str, datetime | None]
    durations: dict[str, float | None]
    still_frozen: Sequence[str]
    headings: Sequence[Heading]
    sources: Sequence[Source]
    timeline: Sequence[LogRow]
    follow_ups: Sequence[Work]


def as_json(texts: Texts, paper: of_domain.Paper) -> str:
    """Indented, with the sentences in the language of the texts."""
    return _model(texts, paper).model_dump_json(indent=2)


def _model(texts: Texts, paper: of_domain.Paper) -> Paper:
    draft, incident = paper.draft, paper.incident
    return Paper(
        incident=incident_label(incident.id),
        title=incident.title,
        severity=incident.severity.value,
        status=incident.status.value,
        kind=draft.kind.value,
        state=draft.state.value,
        version=draft.version,
        source=draft.source,
        made_at=draft.made_at,
        read_to=draft.read_to,
        edited_by=paper.names.get(str(draft.by), str(draft.by)) if draft.is_edited else None,
        dropped=draft.dropped,
        times={name.value: at for name, at in incident.times.items()},
        durations={name: _seconds(span) for name, span in durations(incident.times).items()},
        still_frozen=frozen(paper.holds),
        headings=[_heading(texts, one.heading, one.sentences) for one in draft.sections],
        sources=[_source(line) for line in draft.lines],
        timeline=[
            LogRow(at=entry.at, text=text)
            for entry, (_, text) in zip(paper.entries, log_rows(texts, paper), strict=True)
        ],
        follow_ups=[
            Work(text=one.text, owner=paper.names.get(str(one.owner)) if one.owner else None, due=one.due)
            for one in paper.follow_ups
        ],
    )


def _heading(texts: Texts, key: str, sentences: Sequence[Sentence]) -> Heading:
    said = [
        Said(text=one.text, certainty=one.certainty, computed=one.computed, sources=one.citations) for one in sentences
    ]
    return Heading(key=key, title=texts.plain(f"heading.{key}"), sentences=said)


def _source(line: Line) -> Source:
    about = {name: getattr(line, name) for name in Source.model_fields}
    return Source(**about)


def _seconds(span: timedelta | None) -> float | None:
    return span.total_seconds() if span is not None else None
