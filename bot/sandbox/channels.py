"""Answers for conversations as such: made, named, joined, left, archived, described, and who is told."""

import re

from bot.sandbox import messages
from bot.sandbox.model import Channel, Json, SlackRefusal
from bot.sandbox.workspace import Workspace

ALLOWED_NAME = re.compile(r"[^\W_][\w-]*|_[\w-]*", re.UNICODE)
NAME_LIMIT, TOPIC_LIMIT = 80, 250


def checked_name(workspace: Workspace, name: str) -> str:
    if not name:
        raise SlackRefusal("invalid_name_required")
    if len(name) > NAME_LIMIT:
        raise SlackRefusal("invalid_name_maxlength")
    if not re.search(r"\w", name.replace("_", "")):
        raise SlackRefusal("invalid_name_punctuation")
    if name != name.lower() or not ALLOWED_NAME.fullmatch(name):
        raise SlackRefusal("invalid_name_specials")
    if workspace.channel_named(name):
        raise SlackRefusal("name_taken")
    return name


def _say(workspace: Workspace, channel: Channel, by: str, subtype: str, text: str, **more: object) -> None:
    messages.post(workspace, channel, {"subtype": subtype, "user": by, **more}, text)


def create(workspace: Workspace, name: str, by: str, *, private: bool = False) -> Channel:
    name = checked_name(workspace, name)
    channel = Channel(
        workspace.next_id("C"), name, "private" if private else "channel", by, workspace.now(), {by: None}
    )
    workspace.channels[channel.id] = channel
    if not private:
        about = {
            "id": channel.id,
            "name": name,
            "created": channel.created,
            "creator": by,
            "is_channel": True,
            "name_normalized": name,
            "context_team_id": workspace.team_id,
        }
        workspace.tell_apps({"type": "channel_created", "channel": about})
    workspace.show_channel(channel)
    _say(workspace, channel, by, "channel_join", f"<@{by}> has joined the channel")
    return channel


def rename(workspace: Workspace, channel: Channel, name: str, by: str) -> None:
    old, name = channel.name, checked_name(workspace, name)
    channel.previous_names.insert(0, old)
    channel.name = name
    about = {"id": channel.id, "name": name, "name_normalized": name, "created": channel.created, "is_channel": True}
    workspace.tell_apps({"type": f"{_kind(channel)}_rename", "channel": about}, channel)
    _say(
        workspace,
        channel,
        by,
        "channel_name",
        f'<@{by}> has renamed the channel from "{old}" to "{name}"',
        old_name=old,
        name=name,
    )


def archive(workspace: Workspace, channel: Channel, by: str, *, back: bool = False) -> None:
    if channel.archived is not back:
        raise SlackRefusal("not_archived" if back else "already_archived")
    verb = "unarchive" if back else "archive"
    channel.archived = False
    _say(workspace, channel, by, f"channel_{verb}", f"<@{by}> {verb}d the channel")
    channel.archived = not back
    workspace.tell_apps({"type": f"{_kind(channel)}_{verb}", "channel": channel.id, "user": by}, channel)
    workspace.show_channel(channel)


def _kind(channel: Channel) -> str:
    return "group" if channel.kind == "private" else "channel"


def add_member(workspace: Workspace, channel: Channel, user: str, *, inviter: str | None = None) -> None:
    channel.members[user] = None
    channel.read[user] = next(reversed(channel.messages), "0")
    event: Json = {
        "type": "member_joined_channel",
        "user": user,
        "channel": channel.id,
        "team": workspace.team_id,
        "channel_type": "G" if channel.kind == "private" else "C",
    }
    more = {"inviter": inviter} if inviter else {}
    workspace.tell_apps(event | more, channel)
    _say(workspace, channel, user, "channel_join", f"<@{user}> has joined the channel", **more)


def remove_member(workspace: Workspace, channel: Channel, user: str) -> None:
    app = workspace.app_of_bot(user)
    channel.members.pop(user)
    _say(workspace, channel, user, "channel_leave", f"<@{user}> has left the channel")
    event = {
        "type": "member_left_channel",
        "user": user,
        "channel": channel.id,
        "team": workspace.team_id,
        "channel_type": "G" if channel.kind == "private" else "C",
    }
    workspace.tell_apps(event, channel)
    if app:
        workspace.tell_apps({"type": f"{_kind(channel)}_left", "channel": channel.id, "actor_id": user}, only=app)
    workspace.show_channel(channel)


def invitation_error(workspace: Workspace, channel: Channel, user: str, by: str) -> str | None:
    if user not in workspace.people or workspace.people[user].deleted:
        return "user_not_found"
    if user == by:
        return "cant_invite_self"
    if user in channel.members:
        return "already_in_channel"
    return "ura_max_channels" if workspace.people[user].is_ultra_restricted else None


def describe(workspace: Workspace, channel: Channel, by: str, what: str, text: str) -> None:
    """Set the topic or the purpose."""
    if len(text) > TOPIC_LIMIT:
        raise SlackRefusal("too_long")
    held = channel.topic if what == "topic" else channel.purpose
    if held["value"] == text:
        return
    held |= {"value": text, "creator": by, "last_set": workspace.now()}
    said = f"<@{by}> set the channel {what}: {text}" if text else f"<@{by}> cleared the channel {what}"
    _say(workspace, channel, by, f"channel_{what}", said, **{what: text})
    workspace.show_channel(channel)
