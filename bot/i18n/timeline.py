"""What a timeline entry says, in a reader's language."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.domain.audit import Act, Entry
from bot.i18n.texts import Texts

WORDS = ("status", "severity", "role", "time", "outcome", "draft", "directive")
"""Parameters whose value is itself a word of the catalogue: `status.mitigated`."""
MOMENTS = ("value",)


def entry_text(texts: Texts, entry: Entry, *, plain: bool = False) -> str:
    """One sentence; as Slack markup, or plain."""
    say = texts.plain if plain else texts
    return say(_key(entry), actor=entry.actor, **_readable(texts, entry.params))


def _key(entry: Entry) -> str:
    match entry.kind:
        case Act.STATUS_CHANGED if entry.params.get("reason"):
            return "timeline.status_changed_why"
        case Act.SERVER_HELD if entry.params.get("reached"):
            return "timeline.server_held_reached"
        case Act.MESSAGE_PINNED if "deleted" in entry.params.get("marks", ()):
            return "timeline.message_pinned_deleted"
        case Act.MESSAGE_PINNED if entry.params.get("marks"):
            return "timeline.message_pinned_marked"
        case Act.OVERRIDE_USED if "change" in entry.params:
            return "timeline.override_used_change"
        case Act.CLAIM_VOIDED if entry.params.get("why") == "check":
            return "timeline.claim_voided.check"
    return f"timeline.{entry.kind.value}"


def _readable(texts: Texts, params: Mapping[str, Any]) -> dict[str, Any]:
    shown = dict(params)
    for name in WORDS:
        if isinstance(shown.get(name), str) and texts.has(f"{name}.{shown[name]}"):
            shown[name] = texts.plain(f"{name}.{shown[name]}")
    if isinstance(shown.get("kind"), str) and texts.has(f"edge.{shown['kind']}"):
        shown["kind"] = texts.plain(f"edge.{shown['kind']}")
    shown["marks"] = [texts.plain(f"mark.{mark}") for mark in shown.get("marks", ())]
    for name in MOMENTS:
        if isinstance(shown.get(name), str):
            shown[name] = datetime.fromisoformat(shown[name])
    return shown
