"""The types of every identifier, so that a channel is never passed where a person is meant."""

from typing import NewType

IncidentId = NewType("IncidentId", int)
ServerId = NewType("ServerId", int)
HoldId = NewType("HoldId", int)
ChangeId = NewType("ChangeId", int)
PermitId = NewType("PermitId", int)
OverrideId = NewType("OverrideId", int)
HeldBackId = NewType("HeldBackId", int)
DraftId = NewType("DraftId", int)
EntryId = NewType("EntryId", int)
FollowUpId = NewType("FollowUpId", int)

ServerName = NewType("ServerName", str)
"""A canonical server name, see `names.canonical_server_name`."""

SlackUserId = NewType("SlackUserId", str)
GroupId = NewType("GroupId", str)
"""A Slack user group: S and more."""
Holder = SlackUserId | GroupId
"""Whom the settings name: somebody, or everybody in a group."""
ChannelId = NewType("ChannelId", str)
MessageTs = NewType("MessageTs", str)
"""Slack's message timestamp: "seconds.micros" of the Unix epoch, the identity of a message in its channel."""

THE_BOT = SlackUserId("stopline")
"""The actor of what happens without anybody's hand."""
OPERATOR = SlackUserId("operator")
"""Whoever owns the machine, at its command line."""


def incident_label(number: int) -> str:
    """How people write an incident: INC-7."""
    return f"INC-{number}"


def change_label(number: int) -> str:
    """How people write a change: CHG-7."""
    return f"CHG-{number}"


def override_label(number: int) -> str:
    """How people and pipelines write an override: O-3."""
    return f"O-{number}"


def permit_label(number: int) -> str:
    """How people write a permit: P-12."""
    return f"P-{number}"
