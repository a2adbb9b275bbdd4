"""What is written down of every act: one audit row each, and for most an entry in the incident's timeline."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from bot.domain.ids import ChannelId, EntryId, IncidentId, MessageTs, SlackUserId


class Act(StrEnum):
    """Every act that leaves a trace; the value is the verb of its button, text and row alike."""

    INCIDENT_DECLARED = "incident_declared"
    STATUS_CHANGED = "status_changed"
    SEVERITY_CHANGED = "severity_changed"
    ROLE_ASSIGNED = "role_assigned"
    TIME_CORRECTED = "time_corrected"
    INCIDENT_REOPENED = "incident_reopened"
    NOTE_ADDED = "note_added"
    MESSAGE_PINNED = "message_pinned"
    SERVER_ADDED = "server_added"
    SERVER_HELD = "server_held"
    SERVER_DESCRIBED = "server_described"
    EDGE_ADDED = "edge_added"
    EDGE_REMOVED = "edge_removed"
    FREEZE_TOO_WIDE = "freeze_too_wide"
    MISTAKE_CLAIMED = "mistake_claimed"
    CLAIM_VOIDED = "claim_voided"
    MISTAKE_VERIFIED = "mistake_verified"
    HOLDS_TAKEN_OVER = "holds_taken_over"
    INCIDENT_MERGED = "incident_merged"
    INCIDENT_IMPORTED = "incident_imported"
    FIX_CLAIMED = "fix_claimed"
    FIX_REJECTED = "fix_rejected"
    SERVER_VERIFIED = "server_verified"
    CHANGE_REQUESTED = "change_requested"
    CHANGE_APPROVED = "change_approved"
    CHANGE_REFUSED = "change_refused"
    CHANGE_WOULD_BE_REFUSED = "change_would_be_refused"
    CHANGE_STARTED = "change_started"
    CHANGE_DRAINING = "change_draining"
    CHANGE_FINISHED = "change_finished"
    PERMIT_GRANTED = "permit_granted"
    PERMIT_REFUSED = "permit_refused"
    PERMIT_WOULD_BE_REFUSED = "permit_would_be_refused"
    PERMIT_STARTED = "permit_started"
    PERMIT_REVOKED = "permit_revoked"
    PERMIT_DRAINING = "permit_draining"
    PERMIT_FINISHED = "permit_finished"
    PERMIT_USED = "permit_used"
    PERMIT_UNKNOWN = "permit_unknown"
    PERMIT_BACK = "permit_back"
    CHANGE_UNKNOWN = "change_unknown"
    CHANGE_WITHDRAWN = "change_withdrawn"
    RUN_DIRECTED = "run_directed"
    FIX_ASKED = "fix_asked"
    FIX_APPROVED = "fix_approved"
    FIX_REFUSED = "fix_refused"
    OVERRIDE_ASKED = "override_asked"
    OVERRIDE_CONFIRMED = "override_confirmed"
    OVERRIDE_USED = "override_used"
    WORK_OFFERED = "work_offered"
    WORK_RESUMED = "work_resumed"
    WORK_WITHDRAWN = "work_withdrawn"
    BYPASS_SEEN = "bypass_seen"
    GLASS_BROKEN = "glass_broken"
    DOOR_DRIFTED = "door_drifted"
    DOOR_MENDED = "door_mended"
    QUARANTINE_BEGUN = "quarantine_begun"
    QUARANTINE_ENDED = "quarantine_ended"
    DRAFT_MADE = "draft_made"
    DRAFT_EDITED = "draft_edited"
    DRAFT_REPLACED = "draft_replaced"
    DRAFT_APPROVED = "draft_approved"
    DRAFT_SENT_BACK = "draft_sent_back"
    FOLLOW_UP_ADDED = "follow_up_added"
    FOLLOW_UP_OWNED = "follow_up_owned"
    QUESTION_ASKED = "question_asked"
    TOKEN_MADE = "token_made"
    TOKEN_REVOKED = "token_revoked"
    PERSON_ERASED = "person_erased"
    WORDS_FORGOTTEN = "words_forgotten"


ERASING = frozenset({Act.PERSON_ERASED, Act.WORDS_FORGOTTEN})
"""Acts whose rows list what the rows that they changed are sealed with now: they are never changed themselves."""


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One act as it was committed; `detail` is plain JSON. The number of the row is the decision id of the gate."""

    seq: int
    at: datetime
    act: Act
    actor: SlackUserId
    subject: str
    incident_id: IncidentId | None
    detail: Mapping[str, Any]
    request_key: str | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of an incident's timeline; `at` is when it happened. A corrected entry is replaced, never deleted."""

    id: EntryId
    incident_id: IncidentId
    at: datetime
    kind: Act
    actor: SlackUserId
    params: Mapping[str, Any]
    channel: ChannelId | None = None
    ts: MessageTs | None = None
    replaces: EntryId | None = None


def decision_label(seq: int) -> str:
    """The decision id that every door shows: D-42."""
    return f"D-{seq}"
