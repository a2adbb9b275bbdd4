"""How long what people said is kept: until so long after the end of the incident that they spoke of."""

from dataclasses import replace

from bot.domain.audit import Act
from bot.domain.backfill import Page
from bot.domain.incident import Incident
from bot.domain.message import Message

ENDINGS = frozenset({Act.STATUS_CHANGED, Act.INCIDENT_MERGED, Act.INCIDENT_IMPORTED})
"""Acts by which an incident is over. The last one's own time counts: a closing time may be corrected, and mistyped."""


def as_kept(incident: Incident, message: Message) -> Message:
    """The message as it may be written down: without its words where the incident was forgotten."""
    return replace(message, text="") if incident.is_forgotten else message


def page_as_kept(incident: Incident, page: Page) -> Page:
    """As `as_kept`, for all that a page of its channel shows; nor are reactions kept then."""
    if not incident.is_forgotten:
        return page
    return replace(page, messages=tuple(as_kept(incident, one) for one in page.messages), reactions=())
