"""Durable work: what a job is, and when it is tried again."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any

ATTEMPTS = 12
"""After so many tries at what fails by itself a job is dead and somebody is told."""

PASSING_ATTEMPTS = 1_500
"""What fails because Slack or the database is away is tried for about a day: the pauses grow to a minute, so that soon
after they are back everything is told.
"""
TOLD_ATTEMPTS = 30
"""So often a wait is as long as Slack says, be it no time at all; then it is a minute at least."""


GENERATION = "generation"
"""The fact that tells the log's generations apart: after a restore numbers are given again that Slack knows already."""


class JobKind(StrEnum):
    """Every kind of durable work; each has one handler in handlers/jobs."""

    SLACK_DELIVERY = "slack_delivery"
    OPEN_CHANNEL = "open_incident_channel"
    READ_CHANNEL = "read_channel"
    REFRESH_CARD = "refresh_card"
    SET_TOPIC = "set_topic"
    INVITE = "invite_to_incident"
    POST = "post"
    MAKE_DRAFT = "make_draft"
    SEND_DRAFT = "send_draft"
    PUBLISH_DRAFT = "publish_draft"
    ANSWER_QUESTION = "answer_question"
    INDEX_INCIDENT = "index_incident"
    ASK_APPROVAL = "ask_approval"
    ASK_DIRECTION = "ask_direction"
    ASK_CONFIRMATION = "ask_confirmation"
    TELL_THAW = "tell_thaw"
    TELL_UNKNOWN = "tell_unknown"
    NAG = "nag"
    OFFER_SUSPECTS = "offer_suspects"
    TELL_ALARM = "tell_alarm"
    READ_MEMBERS = "read_members"
    TELL_DRAINING = "tell_draining"
    TELL_CHECKPOINT = "tell_checkpoint"
    ANSWER_GITHUB = "answer_github"
    ANSWER_TERRAFORM = "answer_terraform"
    ANSWER_AZURE = "answer_azure"


@dataclass(frozen=True, slots=True)
class Job:
    """One piece of durable work. Jobs of one `key` run in their order; `done` journals its finished steps.

    `again`: an earlier run may have had an effect that it could not note. `urgency`: 0 goes first.
    """

    id: str
    key: str
    kind: JobKind
    payload: Mapping[str, Any]
    attempts: int
    done: Mapping[str, Any]
    again: bool = False
    urgency: int = 0


def pause_before_retry(attempts: int, *, passing: bool) -> timedelta:
    """How long a failed job rests: doubling from 0.5 s to 5 minutes, to 1 minute where it is not the job's fault."""
    return timedelta(seconds=min(60.0 if passing else 300.0, 0.25 * 2.0 ** min(attempts, 20)))
