"""Answers for the Web API's reactions.*, pins.*, bookmarks.*, files.* and canvases.* methods."""

from bot.sandbox import content, messages
from bot.sandbox.api_call import TIER_2, TIER_3, TIER_4, Call, invalid, method
from bot.sandbox.model import File, Json, SlackRefusal


@method("reactions.add", "channel", "name", "timestamp", tier=TIER_3)
def react(call: Call) -> Json:
    content.react(call.workspace, call.joined_channel(), call.text("timestamp"), call.bot, call.text("name"))
    return {}


@method("reactions.remove", "name", tier=TIER_2)
def unreact(call: Call) -> Json:
    content.unreact(call.workspace, call.joined_channel(), call.text("timestamp"), call.bot, call.text("name"))
    return {}


@method("reactions.get", tier=TIER_3)
def reactions(call: Call) -> Json:
    channel = call.channel()
    return {"type": "message", "channel": channel.id, "message": messages.find(channel, call.text("timestamp"))}


@method("pins.add", "channel", tier=TIER_2)
def pin(call: Call) -> Json:
    if not call.text("timestamp"):
        raise SlackRefusal("no_item_specified")
    content.pin(call.workspace, call.joined_channel(), call.text("timestamp"), call.bot)
    return {}


@method("pins.remove", "channel", tier=TIER_2)
def unpin(call: Call) -> Json:
    content.unpin(call.workspace, call.joined_channel(), call.text("timestamp"), call.bot)
    return {}


@method("pins.list", "channel", tier=TIER_2)
def pins(call: Call) -> Json:
    channel = call.channel()
    return {"items": [content.pin_item(channel, pin) for pin in channel.pins]}


@method("bookmarks.add", "channel_id", "title", "type", tier=TIER_2)
def bookmark(call: Call) -> Json:
    if call.text("type") != "link":
        raise SlackRefusal("invalid_bookmark_type")
    channel = call.joined_channel("channel_id")
    mark = content.bookmark(
        call.workspace, channel, call.text("title"), call.text("link"), call.text("emoji"), call.bot
    )
    return {"bookmark": mark}


@method("bookmarks.edit", "channel_id", "bookmark_id", tier=TIER_2)
def edit_bookmark(call: Call) -> Json:
    changes = {name: call.text(name) for name in ("title", "link", "emoji") if name in call.arguments}
    channel = call.joined_channel("channel_id")
    return {"bookmark": content.change_bookmark(call.workspace, channel, call.text("bookmark_id"), call.bot, **changes)}


@method("bookmarks.remove", "channel_id", "bookmark_id", tier=TIER_2)
def remove_bookmark(call: Call) -> Json:
    content.remove_bookmark(call.workspace, call.joined_channel("channel_id"), call.text("bookmark_id"))
    return {}


@method("bookmarks.list", "channel_id", tier=TIER_3)
def bookmarks(call: Call) -> Json:
    return {"bookmarks": list(call.channel("channel_id").bookmarks)}


@method("files.getUploadURLExternal", "filename", "length", tier=TIER_4)
def upload_url(call: Call) -> Json:
    workspace = call.workspace
    name, size = call.text("filename"), call.number("length", 0, most=1_000_000_000)
    file = File(workspace.next_id("F"), name, name, size, call.bot, workspace.now())
    workspace.files[file.id] = file
    return {"upload_url": f"{workspace.base_url}/upload/{file.id}", "file_id": file.id}


def _file(call: Call, id: str) -> File:
    file = call.workspace.files.get(id)
    if file is None or not file.uploaded:
        raise SlackRefusal("file_not_found")
    return file


@method("files.completeUploadExternal", "files", tier=TIER_4)
def complete_upload(call: Call) -> Json:
    listed = call.structure("files")
    if not isinstance(listed, list) or not listed:
        raise invalid("files must be a list")
    files = [_file(call, str(each.get("id"))) for each in listed]
    for file, each in zip(files, listed, strict=True):
        file.title = each.get("title") or file.name
    for id in call.items("channels") or call.items("channel_id"):
        content_share(call, files, id)
    return {"files": [file.to_json(call.workspace.base_url) for file in files]}


def content_share(call: Call, files: list[File], channel_id: str) -> None:
    """Post the files as a message of the bot."""
    workspace = call.workspace
    channel = workspace.channel(channel_id, call.bot)
    if call.bot not in channel.members:
        raise SlackRefusal("not_in_channel")
    for file in files:
        file.channels.append(channel.id)
    by = messages.bot_author(workspace, call.app)
    messages.post(
        workspace,
        channel,
        by,
        call.text("initial_comment"),
        thread_ts=call.text("thread_ts") or None,
        files=[file.to_json(workspace.base_url) for file in files],
    )
    for file in files:
        workspace.tell_apps(
            {
                "type": "file_shared",
                "channel_id": channel.id,
                "file_id": file.id,
                "user_id": file.user,
                "file": {"id": file.id},
            },
            channel,
        )


@method("files.list", tier=TIER_3)
def files(call: Call) -> Json:
    channel, user = call.text("channel"), call.text("user")
    found = [
        file.to_json(call.workspace.base_url)
        for file in reversed(call.workspace.files.values())
        if file.uploaded and (not channel or channel in file.channels) and (not user or file.user == user)
    ]
    page = found[: call.number("count", 20)]
    return {"files": page, "paging": {"count": len(page), "total": len(found), "page": 1, "pages": 1}}


@method("canvases.create", tier=TIER_2)
def create_canvas(call: Call) -> Json:
    given = call.structure("document_content") or {}
    if not isinstance(given, dict) or given.get("type", "markdown") != "markdown":
        raise invalid("unsupported document_content")
    workspace, title = call.workspace, call.text("title") or "Untitled"
    content = str(given.get("markdown", "")).encode()
    file = File(workspace.next_id("F"), title, title, len(content), call.bot, workspace.now(), content, uploaded=True)
    file.is_canvas = True
    if call.text("channel_id"):
        file.channels.append(call.joined_channel("channel_id").id)
    workspace.files[file.id] = file
    return {"canvas_id": file.id}


@method("files.info", "file", tier=TIER_4)
def file_info(call: Call) -> Json:
    return {"file": _file(call, call.text("file")).to_json(call.workspace.base_url)}
