"""Answers for what is attached to messages and channels: reactions, pins, bookmarks; each change is told."""

import copy
import re

from bot.sandbox import messages
from bot.sandbox.model import Channel, Json, SlackRefusal
from bot.sandbox.workspace import Workspace

EMOJI = re.compile(r"[\w+'-]+(::skin-tone-[2-6])?")


def react(workspace: Workspace, channel: Channel, ts: str, user: str, name: str) -> None:
    message, name = messages.find(channel, ts), name.strip(":")
    if not EMOJI.fullmatch(name):
        raise SlackRefusal("invalid_name")
    reactions = message.setdefault("reactions", [])
    held = next((reaction for reaction in reactions if reaction["name"] == name), None)
    if held and user in held["users"]:
        raise SlackRefusal("already_reacted")
    if held is None:
        held = {"name": name, "users": [], "count": 0}
        reactions.append(held)
    held["users"].append(user)
    held["count"] = len(held["users"])
    _tell_reaction(workspace, channel, message, user, name, "reaction_added")


def unreact(workspace: Workspace, channel: Channel, ts: str, user: str, name: str) -> None:
    message, name = messages.find(channel, ts), name.strip(":")
    held = next((reaction for reaction in message.get("reactions", []) if reaction["name"] == name), None)
    if held is None or user not in held["users"]:
        raise SlackRefusal("no_reaction")
    held["users"].remove(user)
    held["count"] = len(held["users"])
    if not held["users"]:
        message["reactions"].remove(held)
    if not message["reactions"]:
        del message["reactions"]
    _tell_reaction(workspace, channel, message, user, name, "reaction_removed")


def _tell_reaction(workspace: Workspace, channel: Channel, message: Json, user: str, name: str, type: str) -> None:
    item = {"type": "message", "channel": channel.id, "ts": message["ts"]}
    event = {"type": type, "user": user, "reaction": name, "item": item}
    workspace.tell_apps(event | ({"item_user": message["user"]} if "user" in message else {}), channel)
    workspace.tell_viewers(channel, "message_changed", message=messages.shown(channel, message))


def pin(workspace: Workspace, channel: Channel, ts: str, user: str) -> None:
    message = messages.find(channel, ts)
    if any(pin["ts"] == ts for pin in channel.pins):
        raise SlackRefusal("already_pinned")
    channel.pins.insert(0, {"ts": ts, "created": workspace.now(), "created_by": user})
    message["pinned_to"] = [channel.id]
    _tell_pin(workspace, channel, user, "pin_added", pin_item(channel, channel.pins[0]))


def unpin(workspace: Workspace, channel: Channel, ts: str, user: str) -> None:
    held = next((pin for pin in channel.pins if pin["ts"] == ts), None)
    if held is None:
        raise SlackRefusal("no_pin")
    item = pin_item(channel, held)
    channel.pins.remove(held)
    channel.messages[ts].pop("pinned_to", None)
    _tell_pin(workspace, channel, user, "pin_removed", item)


def pin_item(channel: Channel, pin: Json) -> Json:
    return {
        "type": "message",
        "channel": channel.id,
        "created": pin["created"],
        "created_by": pin["created_by"],
        "message": copy.deepcopy(channel.messages[pin["ts"]]),
    }


def _tell_pin(workspace: Workspace, channel: Channel, user: str, type: str, item: Json) -> None:
    event = {"type": type, "user": user, "channel_id": channel.id, "item": item, "pin_count": len(channel.pins)}
    workspace.tell_apps(event | {"has_pins": bool(channel.pins)}, channel)
    workspace.show_channel(channel)


def bookmark(workspace: Workspace, channel: Channel, title: str, link: str, emoji: str, user: str) -> Json:
    _check_link(link)
    mark = {
        "id": workspace.next_id("Bk"),
        "channel_id": channel.id,
        "title": title,
        "link": link,
        "emoji": emoji,
        "type": "link",
        "date_created": workspace.now(),
        "date_updated": 0,
        "last_updated_by_user_id": user,
    }
    channel.bookmarks.append(mark)
    workspace.show_channel(channel)
    return mark


def change_bookmark(workspace: Workspace, channel: Channel, id: str, user: str, **changes: str) -> Json:
    mark = _bookmark(channel, id)
    if "link" in changes:
        _check_link(changes["link"])
    mark |= changes | {"date_updated": workspace.now(), "last_updated_by_user_id": user}
    workspace.show_channel(channel)
    return mark


def remove_bookmark(workspace: Workspace, channel: Channel, id: str) -> None:
    channel.bookmarks.remove(_bookmark(channel, id))
    workspace.show_channel(channel)


def _bookmark(channel: Channel, id: str) -> Json:
    mark = next((mark for mark in channel.bookmarks if mark["id"] == id), None)
    if mark is None:
        raise SlackRefusal("not_found")
    return mark


def _check_link(link: str) -> None:
    if not link.startswith(("http://", "https://")):
        raise SlackRefusal("invalid_link")
