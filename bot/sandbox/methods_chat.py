"""Answers for the Web API's chat.* methods."""

from typing import Any

from bot.sandbox import messages
from bot.sandbox.api_call import FREELY, TIER_3, TIER_4, Call, method
from bot.sandbox.block_kit import check_blocks
from bot.sandbox.model import Channel, Json, SlackRefusal

BLOCKS_TEXT_LIMIT, EDIT_LIMIT, METADATA_LIMIT, MARKDOWN_LIMIT = 13_200, 4_000, 16_000, 12_000


def content(call: Call) -> Json:
    """The text, blocks, attachments and metadata of a message, checked as Slack would."""
    if call.text("markdown_text"):
        return _markdown(call)
    blocks = call.structure("blocks", "invalid_blocks_format") or []
    attachments = call.structure("attachments") or []
    if blocks:
        refuse_bad_blocks(blocks)
    if not blocks and not attachments and not call.text("text").strip():
        raise SlackRefusal("no_text")
    return {"text": call.text("text"), "blocks": blocks, "attachments": attachments, "metadata": _metadata(call)}


def _markdown(call: Call) -> Json:
    text = call.text("markdown_text")
    if call.text("text") or call.arguments.get("blocks"):
        raise SlackRefusal("markdown_text_conflict")
    if len(text) > MARKDOWN_LIMIT:
        raise SlackRefusal("msg_too_long")
    blocks = [{"type": "markdown", "text": text}]
    return {"text": text, "blocks": blocks, "attachments": [], "metadata": _metadata(call)}


def refuse_bad_blocks(blocks: Any) -> None:
    if not isinstance(blocks, list):
        raise SlackRefusal("invalid_blocks_format")
    if problems := check_blocks(blocks, "message"):
        raise SlackRefusal("invalid_blocks", [f"[ERROR] {problem}" for problem in problems])
    if _text_length(blocks) > BLOCKS_TEXT_LIMIT:
        raise SlackRefusal("msg_blocks_too_long")


def _text_length(part: Any) -> int:
    if isinstance(part, list):
        return sum(_text_length(each) for each in part)
    if isinstance(part, dict):
        return sum(
            len(value) if name == "text" and isinstance(value, str) else _text_length(value)
            for name, value in part.items()
        )
    return 0


def _metadata(call: Call) -> Json | None:
    metadata = call.structure("metadata", "invalid_metadata_format")
    if not metadata:
        return None
    if not isinstance(metadata.get("event_payload"), dict) or not metadata.get("event_type"):
        raise SlackRefusal("invalid_metadata_schema")
    if len(str(metadata)) > METADATA_LIMIT:
        raise SlackRefusal("metadata_too_large")
    return {"event_type": metadata["event_type"], "event_payload": metadata["event_payload"]}


def target(call: Call) -> Channel:
    """Where to post: a channel's id or name, or a person's id for their im."""
    given, workspace = call.text("channel"), call.workspace
    if given in workspace.people:
        return workspace.im(call.bot, given)
    named = workspace.channel_named(given.removeprefix("#"))
    channel = workspace.channel(named.id if named else given, call.bot)
    if call.bot not in channel.members:
        raise SlackRefusal("not_in_channel")
    if channel.archived:
        raise SlackRefusal("is_archived")
    return channel


@method("chat.postMessage", "channel", tier=FREELY)
def post_message(call: Call) -> Json:
    channel, given = target(call), content(call)
    by = messages.bot_author(call.workspace, call.app)
    if call.text("username"):
        by = {
            "subtype": "bot_message",
            "username": call.text("username"),
            "bot_id": call.app.bot_id,
            "app_id": call.app.id,
        }
    if call.text("thread_ts") and call.flag("reply_broadcast"):
        given["subtype"] = "thread_broadcast"
    message = messages.post(call.workspace, channel, by, thread_ts=call.text("thread_ts") or None, **given)
    return {"channel": channel.id, "ts": message["ts"], "message": message}


@method("chat.update", "channel", "ts", tier=TIER_3)
def update(call: Call) -> Json:
    channel = call.joined_channel()
    message = messages.find(channel, call.text("ts"))
    if message.get("bot_id") != call.app.bot_id:
        raise SlackRefusal("cant_update_message")
    if len(call.text("text")) > EDIT_LIMIT:
        raise SlackRefusal("msg_too_long")
    given = ("text", "blocks", "metadata") if call.text("markdown_text") else call.arguments
    changes = {name: value for name, value in content(call).items() if name in given}  # blocks not given stay
    message = messages.edit(call.workspace, channel, message["ts"], call.bot, **changes)
    return {"channel": channel.id, "ts": message["ts"], "text": message["text"], "message": message}


@method("chat.delete", "channel", "ts", tier=TIER_3)
def delete(call: Call) -> Json:
    channel = call.joined_channel()
    if messages.find(channel, call.text("ts")).get("bot_id") != call.app.bot_id:
        raise SlackRefusal("cant_delete_message")
    messages.delete(call.workspace, channel, call.text("ts"))
    return {"channel": channel.id, "ts": call.text("ts")}


@method("chat.postEphemeral", "channel", "user", tier=TIER_4)
def post_ephemeral(call: Call) -> Json:
    channel, given, user = target(call), content(call), call.text("user")
    if user not in channel.members:
        raise SlackRefusal("user_not_in_channel")
    by = messages.bot_author(call.workspace, call.app)
    message = messages.post_ephemeral(
        call.workspace,
        channel,
        user,
        by,
        given["text"],
        blocks=given["blocks"],
        thread_ts=call.text("thread_ts") or None,
    )
    return {"message_ts": message["ts"]}


@method("chat.getPermalink", "channel", "message_ts", tier=FREELY)
def get_permalink(call: Call) -> Json:
    channel = call.channel()
    message = messages.find(channel, call.text("message_ts"))
    return {"channel": channel.id, "permalink": call.workspace.permalink(channel, message)}
