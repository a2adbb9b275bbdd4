"""A paper: one draft as it leaves Slack, with everything that a reader elsewhere needs beside it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.domain.audit import Entry
from bot.domain.draft import Draft, FollowUp
from bot.domain.freeze import Hold
from bot.domain.incident import Incident


@dataclass(frozen=True, slots=True)
class Paper:
    """`names` by Slack id, of everybody who is spoken of."""

    draft: Draft
    incident: Incident
    holds: Sequence[Hold]
    entries: Sequence[Entry]
    follow_ups: Sequence[FollowUp]
    names: Mapping[str, str]
