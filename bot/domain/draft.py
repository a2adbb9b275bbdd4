"""Rules of a draft: quoted or proposed, always cited, decided once by a manager."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from bot.domain.citation import BY_HAND, Section
from bot.domain.errors import DraftDecided
from bot.domain.ids import DraftId, FollowUpId, IncidentId, SlackUserId
from bot.domain.reading import Reading
from bot.domain.transcript import Line


class DraftKind(StrEnum):
    """What can be drafted from a channel."""

    ROOT_CAUSE = "root_cause"
    FOLLOW_UPS = "follow_ups"
    POSTMORTEM = "postmortem"
    STATUS_UPDATE = "status_update"
    USER_NOTICE = "user_notice"


BRIEFS = frozenset({DraftKind.STATUS_UPDATE, DraftKind.USER_NOTICE})
"""Made from the log without a model, for a person who sends them on: nothing is approved and nothing published."""


OFFLINE = "offline"
"""The source of a draft that quotes the log, without a model."""


_EXPECTED = ("impact", "detection", "trigger", "root_cause", "helped", "decisions", "follow_ups")


class DraftState(StrEnum):
    """A draft becomes a postmortem when it is approved; an edited or sent-back one gives way to a newer version."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    SENT_BACK = "sent_back"
    REPLACED = "replaced"


@dataclass(frozen=True, slots=True)
class Draft:
    """One version. `lines` are the cited lines of the log; `dropped` counts sentences it did not bear out.

    `read_to`: what was said in the channel later than this was not known; None where everything was. `reading`: how
    the log was read and what it cost, or that `by` edited it; None for drafts older than that.
    """

    id: DraftId
    incident_id: IncidentId
    kind: DraftKind
    version: int
    state: DraftState
    sections: tuple[Section, ...]
    lines: tuple[Line, ...]
    dropped: int
    by: SlackUserId
    made_at: datetime
    source: str
    decided_by: SlackUserId | None = None
    decided_at: datetime | None = None
    comment: str = ""
    read_to: datetime | None = None
    reading: Reading | None = None

    @property
    def sentence_count(self) -> int:
        """How many sentences the draft has."""
        return sum(len(section.sentences) for section in self.sections)

    @property
    def citation_count(self) -> int:
        """How many citations they carry together."""
        return sum(len(s.citations) for section in self.sections for s in section.sentences)

    @property
    def uncited_count(self) -> int:
        """How many sentences lack a citation that resolves to one of `lines`."""
        known = {line.n for line in self.lines}
        sentences = [s for section in self.sections for s in section.sentences]
        return sum(1 for s in sentences if not s.citations or not set(s.citations) <= known)

    @property
    def gaps(self) -> tuple[str, ...]:
        """The headings that a postmortem should have and that this one, still to be decided, leaves empty."""
        if self.kind is not DraftKind.POSTMORTEM or self.state is not DraftState.PROPOSED:
            return ()
        told = {section.heading for section in self.sections}
        return tuple(heading for heading in _EXPECTED if heading not in told) if told else ()

    @property
    def is_edited(self) -> bool:
        """Whether `by` edited the version before, instead of having one made."""
        return self.reading is not None and self.reading.edited

    @property
    def by_hand_count(self) -> int:
        """How many sentences a person wrote that the log does not bear out."""
        return sum(s.certainty == BY_HAND for section in self.sections for s in section.sentences)

    def decide(self, state: DraftState, *, by: SlackUserId, at: datetime, comment: str = "") -> "Draft":
        """Approved, sent back or replaced. Raises DraftDecided."""
        if self.state is not DraftState.PROPOSED:
            raise DraftDecided(state=self.state)
        return replace(self, state=state, decided_by=by, decided_at=at, comment=comment)


@dataclass(frozen=True, slots=True)
class FollowUp:
    """Work that an incident leaves behind; it is loose until it has an owner and a due date."""

    id: FollowUpId
    incident_id: IncidentId
    text: str
    owner: SlackUserId | None = None
    due: date | None = None

    @property
    def is_loose(self) -> bool:
        """Without an owner or a due date."""
        return self.owner is None or self.due is None
