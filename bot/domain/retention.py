"""How long what people said is kept: until so long after the end of the incident that they spoke of."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from bot.domain.audit import Act, Entry
from bot.domain.backfill import Page
from bot.domain.incident import OVER, Incident, Status, TimeName
from bot.domain.message import Message


def ended_at(incident: Incident, entries: Iterable[Entry], last_said: datetime | None) -> datetime | None:
    """When it was over; None while it goes on, or is resolved and not yet closed.

    A cancelled one when somebody said so; one from an export when its channel says so, else with its last message.
    """
    if incident.status not in OVER:
        return None
    if TimeName.CLOSED in incident.times:
        return incident.times[TimeName.CLOSED]
    if incident.status is Status.CANCELLED:
        cancelled = [one.at for one in entries if one.kind is Act.STATUS_CHANGED]
        return max(cancelled, default=incident.times[TimeName.DECLARED])
    return incident.times.get(TimeName.RESOLVED) or last_said or incident.times[TimeName.DECLARED]


def as_kept(incident: Incident, message: Message) -> Message:
    """The message as it may be written down: without its words where the incident was forgotten."""
    return replace(message, text="") if incident.forgotten_at else message


def page_as_kept(incident: Incident, page: Page) -> Page:
    """As `as_kept`, for all that a page of its channel shows; nor are reactions kept then."""
    if incident.forgotten_at is None:
        return page
    return replace(page, messages=tuple(as_kept(incident, one) for one in page.messages), reactions=())
