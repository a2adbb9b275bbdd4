"""How a private incident looks to those who may not see it: its number, its servers, and whom to ask."""

from collections.abc import Sequence
from typing import Any

from bot.domain.ids import ChangeId, OverrideId, change_label, incident_label, override_label
from bot.domain.incident import Incident
from bot.domain.override import Override
from bot.i18n.texts import Markup, Texts


def title(texts: Texts, incident: Incident) -> str:
    """Its title as markup, or what stands in the place of one."""
    return _instead(incident, texts) if incident.is_veiled else incident.title


def plain_title(texts: Texts, incident: Incident) -> str:
    """As `title`, plain."""
    return _instead(incident, texts.plain) if incident.is_veiled else incident.title


def _instead(incident: Incident, say: Any) -> str:
    key = "private.title" if incident.commander else "private.title_nobody"
    said: str = say(key, who=incident.commander)
    return said


def whom_to_ask(texts: Texts, incident: Incident) -> Markup:
    """Its commander, where it has one."""
    return texts("private.ask" if incident.commander else "private.ask_nobody", who=incident.commander)


def nag_outside(texts: Texts, incident: Incident, servers: Sequence[str]) -> Markup:
    """The reminder for a manager who is not in its channel."""
    label, whom = incident_label(incident.id), whom_to_ask(texts, incident)
    return texts("private.nag", incident=label, servers=servers, whom=whom)


def override_outside(texts: Texts, incident: Incident, found: Override) -> Markup:
    """An override on its servers, for a manager who is not in its channel."""
    label, whom = incident_label(incident.id), whom_to_ask(texts, incident)
    asked = override_label(OverrideId(found.id))
    return texts("private.override", override=asked, servers=found.servers, incident=label, whom=whom)


def draining_outside(texts: Texts, incident: Incident, number: ChangeId) -> Markup:
    """For somebody whose work runs on servers that it froze."""
    label, whom = incident_label(incident.id), whom_to_ask(texts, incident)
    return texts("private.draining", change=change_label(number), incident=label, whom=whom)
