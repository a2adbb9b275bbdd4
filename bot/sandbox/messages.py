"""Answers for what is written in a conversation: posts, threads, edits, deletes, ephemerals, read marks."""

import copy
import re
from typing import Any

from bot.sandbox.model import App, Channel, Json, SlackRefusal
from bot.sandbox.workspace import Workspace

MENTION = re.compile(r"<@([UW][A-Z0-9]+)(?:\|[^>]*)?>")
GROUP_MENTION = re.compile(r"<!subteam\^(S[A-Z0-9]+)(?:\|[^>]*)?>")
EVERYONE = re.compile(r"<!(?:channel|here|everyone)(?:\|[^>]*)?>")
TEXT_LIMIT = 40_000


def find(channel: Channel, ts: str) -> Json:
    message = channel.messages.get(ts)
    if message is None:
        raise SlackRefusal("message_not_found")
    return message


def with_block_ids(workspace: Workspace, blocks: list[Json]) -> list[Json]:
    """Blocks as Slack stores them: every block and every interactive element has an id."""
    blocks = copy.deepcopy(blocks)
    for block in blocks:
        block.setdefault("block_id", workspace.next_id("b")[5:])
        if not block["block_id"]:
            block["block_id"] = workspace.next_id("b")[5:]
        inner = [*block.get("elements", []), block.get("accessory"), block.get("element")]
        for element in inner:
            if (
                block["type"] in ("actions", "section", "input")
                and isinstance(element, dict)
                and element["type"] != "image"
            ):
                element.setdefault("action_id", workspace.next_id("a")[5:])
    return blocks


def bot_author(workspace: Workspace, app: App) -> Json:
    profile = {
        "id": app.bot_id,
        "app_id": app.id,
        "user_id": app.bot_user,
        "name": app.name,
        "deleted": False,
        "updated": workspace.people[app.bot_user].updated,
        "team_id": workspace.team_id,
    }
    return {"user": app.bot_user, "bot_id": app.bot_id, "app_id": app.id, "bot_profile": profile}


def author(workspace: Workspace, user: str) -> Json:
    app = workspace.app_of_bot(user)
    return bot_author(workspace, app) if app else {"user": user}


def post(
    workspace: Workspace,
    channel: Channel,
    by: Json,
    text: str,
    *,
    thread_ts: str | None = None,
    blocks: list[Json] | None = None,
    **more: Any,
) -> Json:
    """A new message; `by` is author() or the fields of a system message."""
    message: Json = {
        "type": "message",
        **by,
        "text": text[:TEXT_LIMIT],
        "team": workspace.team_id,
        **{name: value for name, value in more.items() if value},
    }
    if blocks:
        message["blocks"] = with_block_ids(workspace, blocks)
    if thread_ts:
        thread_ts = find_parent(channel, thread_ts)
        message["thread_ts"] = thread_ts
    message["ts"] = workspace.next_ts()
    channel.messages[message["ts"]] = message
    if thread_ts:
        _grow_thread(workspace, channel, thread_ts, message)
    _count_unread(workspace, channel, message)
    _tell_posted(workspace, channel, message)
    return message


def find_parent(channel: Channel, ts: str) -> str:
    parent = channel.messages.get(ts)
    if parent is None:
        raise SlackRefusal("thread_not_found")
    return str(parent.get("thread_ts", ts))


def _grow_thread(workspace: Workspace, channel: Channel, thread_ts: str, message: Json) -> None:
    channel.replies.setdefault(thread_ts, []).append(message["ts"])
    parent = channel.messages[thread_ts]
    message["parent_user_id"] = parent.get("user")
    retell_thread(workspace, channel, thread_ts)


def retell_thread(workspace: Workspace, channel: Channel, thread_ts: str) -> None:
    """The parent's counts, from the replies that are there."""
    parent, replies = channel.messages.get(thread_ts), channel.replies.get(thread_ts, [])
    if parent is None:
        return
    for name in ("thread_ts", "reply_count", "reply_users", "reply_users_count", "latest_reply"):
        parent.pop(name, None)
    if replies:
        users = list(dict.fromkeys(channel.messages[ts].get("user", "") for ts in replies))
        parent |= {
            "thread_ts": thread_ts,
            "reply_count": len(replies),
            "reply_users": users,
            "reply_users_count": len(users),
            "latest_reply": replies[-1],
        }
    workspace.tell_viewers(channel, "message_changed", message=shown(channel, parent))


def shown(channel: Channel, message: Json, *, ephemeral: bool = False) -> Json:
    """MESSAGE of the page's interface."""
    message = {**message, "channel": channel.id}
    return message | {"ephemeral": True} if ephemeral else message


def _event(channel: Channel, message: Json) -> Json:
    return {**message, "channel": channel.id, "channel_type": channel.event_type, "event_ts": message["ts"]}


def _tell_posted(workspace: Workspace, channel: Channel, message: Json) -> None:
    workspace.tell_apps(copy.deepcopy(_event(channel, message)), channel)
    mentioned = set(MENTION.findall(message["text"])) if "subtype" not in message else set()
    for app in workspace.apps.values():
        if app.bot_user in mentioned and channel.kind != "im" and message.get("user") != app.bot_user:
            event = copy.deepcopy(_event(channel, message)) | {"type": "app_mention"}
            del event["channel_type"]
            workspace.tell_apps(event, channel, only=app)
    workspace.tell_viewers(channel, "message", message=shown(channel, message))
    workspace.show_channel(channel)


def mentions(workspace: Workspace, channel: Channel, message: Json, user: str) -> bool:
    text = message["text"]
    in_groups = (group for id in GROUP_MENTION.findall(text) if (group := workspace.groups.get(id)))
    return (
        channel.kind == "im"
        or user in MENTION.findall(text)
        or EVERYONE.search(text) is not None
        or any(user in group.users for group in in_groups)
    )


def _count_unread(workspace: Workspace, channel: Channel, message: Json) -> None:
    if not _counts(message):
        return
    for user in channel.members:
        if user == message.get("user"):
            mark(workspace, channel, user, message["ts"], tell=False)
        else:
            channel.unread[user] = channel.unread.get(user, 0) + 1
            if mentions(workspace, channel, message, user):
                channel.mentions[user] = channel.mentions.get(user, 0) + 1


def _counts(message: Json) -> bool:
    """Replies and the notes of the system leave a channel as read as it was."""
    in_thread = message.get("thread_ts", message["ts"]) != message["ts"]
    return not in_thread and message.get("subtype") in (None, "bot_message")


def mark(workspace: Workspace, channel: Channel, user: str, ts: str, *, tell: bool = True) -> None:
    channel.read[user] = ts
    unread = [message for message in newer_than(channel, ts) if _counts(message) and message.get("user") != user]
    channel.unread[user] = len(unread)
    channel.mentions[user] = sum(mentions(workspace, channel, message, user) for message in unread)
    if tell:
        workspace.show_channel(channel)


def newer_than(channel: Channel, ts: str) -> list[Json]:
    """The messages after ts, newest first."""
    newer = []
    for each in reversed(channel.messages):
        if each <= ts:
            break
        newer.append(channel.messages[each])
    return newer


def edit(workspace: Workspace, channel: Channel, ts: str, by: str, **changes: Any) -> Json:
    """Replace text, blocks or metadata; bots' edits carry no mark of the edit, as in Slack."""
    message = find(channel, ts)
    before = copy.deepcopy(message)
    if changes.get("blocks"):
        changes["blocks"] = with_block_ids(workspace, changes["blocks"])
    message |= changes
    for name in [name for name in changes if not changes[name] and name != "text"]:
        del message[name]
    if "bot_id" not in message:
        message["edited"] = {"user": by, "ts": workspace.next_ts()}
    changed_at = workspace.next_ts()
    event = {
        "type": "message",
        "subtype": "message_changed",
        "hidden": True,
        "ts": changed_at,
        "event_ts": changed_at,
        "channel": channel.id,
        "channel_type": channel.event_type,
        "message": copy.deepcopy(message),
        "previous_message": before,
    }
    workspace.tell_apps(event, channel)
    workspace.tell_viewers(channel, "message_changed", message=shown(channel, message))
    return message


def delete(workspace: Workspace, channel: Channel, ts: str) -> None:
    """A parent with replies stays as a tombstone, any other message goes."""
    before = find(channel, ts)
    channel.pins[:] = [pin for pin in channel.pins if pin["ts"] != ts]
    told = {"hidden": True, "previous_message": before, "ts": workspace.next_ts()}
    if channel.replies.get(ts):
        left = channel.messages[ts] = _tombstone(before)
        told |= {"subtype": "message_changed", "message": copy.deepcopy(left)}
        workspace.tell_viewers(channel, "message_changed", message=shown(channel, left))
    else:
        _remove(workspace, channel, before)
        told |= {"subtype": "message_deleted", "deleted_ts": ts}
        workspace.tell_viewers(channel, "message_deleted", ts=ts)
    workspace.tell_apps(_event(channel, {"type": "message", **told}), channel)
    workspace.show_channel(channel)


def _tombstone(message: Json) -> Json:
    kept = ("ts", "thread_ts", "latest_reply", "reply_count", "reply_users", "reply_users_count")
    by = {"type": "message", "subtype": "tombstone", "user": "USLACKBOT", "hidden": True}
    return {name: message[name] for name in kept} | by | {"text": "This message was deleted."}


def _remove(workspace: Workspace, channel: Channel, message: Json) -> None:
    ts, thread = message["ts"], message.get("thread_ts", "")
    del channel.messages[ts]
    if ts in channel.replies.get(thread, []):
        channel.replies[thread].remove(ts)
        retell_thread(workspace, channel, thread)
    for user in channel.members:
        mark(workspace, channel, user, channel.read.get(user, "0"), tell=False)


def post_ephemeral(
    workspace: Workspace,
    channel: Channel,
    user: str,
    by: Json,
    text: str,
    *,
    blocks: list[Json] | None = None,
    thread_ts: str | None = None,
) -> Json:
    """A message only this person sees: in no history, and no event tells of it."""
    message: Json = {
        "type": "message",
        **by,
        "text": text[:TEXT_LIMIT],
        "ts": workspace.next_ts(),
        "team": workspace.team_id,
    }
    if blocks:
        message["blocks"] = with_block_ids(workspace, blocks)
    if thread_ts:
        message["thread_ts"] = thread_ts
    channel.ephemerals.append((user, message))
    workspace.tell_person(user, "ephemeral", channel=channel.id, message=shown(channel, message, ephemeral=True))
    return message


def edit_ephemeral(
    workspace: Workspace, channel: Channel, user: str, ts: str, text: str, blocks: list[Json], **_: Any
) -> None:
    """New content in place of an ephemeral message the person still has."""
    for seen_by, message in channel.ephemerals:
        if seen_by == user and message["ts"] == ts:
            message |= {"text": text, "blocks": with_block_ids(workspace, blocks)}
            workspace.tell_person(
                user, "ephemeral", channel=channel.id, message=shown(channel, message, ephemeral=True)
            )


def drop_ephemeral(workspace: Workspace, channel: Channel, user: str, ts: str) -> None:
    channel.ephemerals[:] = [pair for pair in channel.ephemerals if pair[1]["ts"] != ts]
    workspace.tell_person(user, "message_deleted", channel=channel.id, ts=ts)
