"""What Slack sends has a shape: what has another one is told from it before anything of it is read."""

from collections.abc import Callable, Mapping
from typing import Any

DEPTH = 64
"""Levels of a body; Slack's have some fifteen."""


def _is_word(value: Any) -> bool:
    """An id, or a name that we gave: what keys and addresses are made of."""
    return isinstance(value, str) and value.isascii() and value.isprintable()


def _is_object(value: Any) -> bool:
    return isinstance(value, dict)


def _is_name(value: Any) -> bool:
    """Slack names people and channels by an id, in some events by an object."""
    return _is_word(value) or _is_object(value)


def _are_objects(value: Any) -> bool:
    return isinstance(value, list) and all(map(_is_object, value))


NEEDED: Mapping[str, tuple[str, ...]] = {
    "command": ("user_id", "channel_id", "trigger_id"),
    "event": ("event.type", "event_id"),
    "block_actions": ("user.id", "trigger_id", "actions.0.action_id"),
    "block_suggestion": ("user.id", "action_id", "view.callback_id"),
    "view_submission": ("user.id", "view.id", "view.callback_id", "view.type"),
    "message_action": ("user.id", "channel.id", "message.ts"),
}
"""Paths to the words without which a delivery of this kind says nothing."""
NAMING = ("event", "event.item", "event.message", "event.previous_message", "message")
"""What names a user, a channel, a team, an enterprise."""
WHERE_THERE: tuple[tuple[Callable[[Any], bool], tuple[str, ...]], ...] = (
    (_is_object, ("event", "user", "team", "channel", "container", "view", "message")),
    (_are_objects, ("actions", "authorizations", "response_urls", "view.blocks")),
    (_is_word, ("event_id", "trigger_id", "callback_id", "user_id", "channel_id", "actions.0.action_ts")),
    (_is_word, ("user.id", "channel.id", "container.channel_id")),
    (
        _is_name,
        ("enterprise", *(f"{part}.{one}" for part in NAMING for one in ("user", "channel", "team", "enterprise"))),
    ),
)
"""Paths that need not lead anywhere, and what they lead to if they do."""


def is_delivery(body: Any) -> bool:
    """Whether Slack sends bodies of this shape; of another one nothing may be asked, not even whose it is."""
    if not isinstance(body, dict) or _is_deep(body, DEPTH) or body.get("response_urls", []) is None:
        return False
    if any(not test(found) for test, paths in WHERE_THERE for path in paths if (found := _at(body, path)) is not None):
        return False
    kind = next((name for name in ("command", "event") if name in body), str(body.get("type", "")))
    if kind == "view_submission" and not _is_form(body.get("view") or {}):
        return False
    return all(_is_word(_at(body, path)) for path in NEEDED.get(kind, ()))


def _is_deep(part: Any, left: int) -> bool:
    inner = part.values() if isinstance(part, dict) else part if isinstance(part, list) else ()
    return left == 0 or any(_is_deep(one, left - 1) for one in inner)


def _is_form(view: Mapping[str, Any]) -> bool:
    """Named blocks, and what was typed: one element in each."""
    values = _at(view, "state.values")
    if not isinstance(values, dict) or not isinstance(view.get("blocks"), list):
        return False
    named = all(_is_word(block.get("block_id")) for block in view["blocks"])
    typed = [block for block in values.values() if isinstance(block, dict) and block]
    return named and len(typed) == len(values) and all(isinstance(one, dict) for each in typed for one in each.values())


def _at(part: Any, path: str) -> Any:
    for step in path.split("."):
        if isinstance(part, dict):
            part = part.get(step)
        elif isinstance(part, list) and step.isdigit() and int(step) < len(part):
            part = part[int(step)]
        else:
            return None
    return part
