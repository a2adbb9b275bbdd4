"""Answers for the Web API's conversations.* methods."""

from base64 import b64decode, b64encode

from bot.sandbox import channels, messages
from bot.sandbox.api_call import TIER_2, TIER_3, TIER_4, Call, method
from bot.sandbox.model import Channel, Json, SlackRefusal

INVITED_AT_ONCE = 100


def _shown(call: Call, channel: Channel) -> Json:
    return {"channel": channel.to_json(call.bot, call.workspace.team_id)}


@method("conversations.create", "name", tier=TIER_2)
def create(call: Call) -> Json:
    return _shown(call, channels.create(call.workspace, call.text("name"), call.bot, private=call.flag("is_private")))


@method("conversations.rename", "channel", "name", tier=TIER_2)
def rename(call: Call) -> Json:
    channel = call.joined_channel()
    channels.rename(call.workspace, channel, call.text("name"), call.bot)
    return _shown(call, channel)


@method("conversations.archive", "channel", tier=TIER_2)
def archive(call: Call) -> Json:
    channel = call.channel()
    if call.bot not in channel.members:
        raise SlackRefusal("not_in_channel")
    channels.archive(call.workspace, channel, call.bot)
    return {}


@method("conversations.unarchive", "channel", tier=TIER_2)
def unarchive(call: Call) -> Json:
    channels.archive(call.workspace, call.channel(), call.bot, back=True)
    return {}


@method("conversations.list", tier=TIER_2)
def list_(call: Call) -> Json:
    return _listed(
        call, [channel for channel in call.workspace.channels.values() if call.workspace.sees(call.bot, channel)]
    )


@method("users.conversations", tier=TIER_3)
def of_user(call: Call) -> Json:
    user = call.text("user") or call.bot
    call.workspace.person(user)
    return _listed(
        call,
        [
            channel
            for channel in call.workspace.channels.values()
            if user in channel.members and call.workspace.sees(call.bot, channel)
        ],
    )


def _listed(call: Call, found: list[Channel]) -> Json:
    kinds = {"public_channel": "channel", "private_channel": "private", "im": "im", "mpim": "mpim"}
    types = call.items("types") or ["public_channel"]
    if any(type not in kinds for type in types):
        raise SlackRefusal("invalid_types")
    wanted = {kinds[type] for type in types}
    hide_archived = call.flag("exclude_archived")
    found = [channel for channel in found if channel.kind in wanted and not (channel.archived and hide_archived)]
    page, metadata = call.page(found)
    return {"channels": [channel.to_json(call.bot, call.workspace.team_id) for channel in page], **metadata}


@method("conversations.info", "channel", tier=TIER_3)
def info(call: Call) -> Json:
    answer = _shown(call, call.channel())
    if not call.flag("include_num_members"):
        answer["channel"].pop("num_members", None)
    return answer


@method("conversations.members", "channel", tier=TIER_4)
def members(call: Call) -> Json:
    page, metadata = call.page(list(call.channel().members))
    return {"members": page, **metadata}


@method("conversations.invite", "channel", "users", tier=TIER_3)
def invite(call: Call) -> Json:
    channel, users = call.joined_channel(), call.items("users")
    if channel.kind == "im":
        raise SlackRefusal("method_not_supported_for_channel_type")
    if len(users) > INVITED_AT_ONCE:
        raise SlackRefusal("too_many_users")
    found = {user: channels.invitation_error(call.workspace, channel, user, call.bot) for user in users}
    errors = [{"user": user, "ok": False, "error": error} for user, error in found.items() if error]
    welcome = [user for user, error in found.items() if not error]
    if errors and not (call.flag("force") and welcome):
        raise SlackRefusal(str(errors[0]["error"]), errors=errors)
    for user in welcome:
        channels.add_member(call.workspace, channel, user, inviter=call.bot)
    return _shown(call, channel) | ({"errors": errors} if errors else {})


@method("conversations.kick", "channel", "user", tier=TIER_3)
def kick(call: Call) -> Json:
    channel, user = call.joined_channel(), call.text("user")
    call.workspace.person(user)
    if user == call.bot:
        raise SlackRefusal("cant_kick_self")
    if user not in channel.members:
        raise SlackRefusal("not_in_channel")
    channels.remove_member(call.workspace, channel, user)
    return {}


@method("conversations.join", "channel", tier=TIER_3)
def join(call: Call) -> Json:
    channel = call.channel()
    if channel.kind != "channel":
        raise SlackRefusal("method_not_supported_for_channel_type")
    if channel.archived:
        raise SlackRefusal("is_archived")
    if call.bot in channel.members:
        return _shown(call, channel) | {"warning": "already_in_channel"}
    channels.add_member(call.workspace, channel, call.bot)
    return _shown(call, channel)


@method("conversations.leave", "channel", tier=TIER_3)
def leave(call: Call) -> Json:
    channel = call.channel()
    if call.bot not in channel.members:
        return {"not_in_channel": True}
    channels.remove_member(call.workspace, channel, call.bot)
    return {}


@method("conversations.open", tier=TIER_3)
def open_(call: Call) -> Json:
    users = call.items("users")
    if not users and not call.text("channel"):
        raise SlackRefusal("users_list_not_supplied")
    if len(users) > 1:
        raise SlackRefusal("method_not_supported_for_channel_type")
    channel = call.workspace.im(call.bot, call.workspace.person(users[0]).id) if users else call.channel()
    return {
        "channel": channel.to_json(call.bot, call.workspace.team_id) if call.flag("return_im") else {"id": channel.id}
    }


@method("conversations.setTopic", "channel", tier=TIER_2)
def set_topic(call: Call) -> Json:
    channel = call.joined_channel()
    channels.describe(call.workspace, channel, call.bot, "topic", call.text("topic"))
    return _shown(call, channel) | {"topic": channel.topic["value"]}


@method("conversations.setPurpose", "channel", tier=TIER_2)
def set_purpose(call: Call) -> Json:
    channel = call.joined_channel()
    channels.describe(call.workspace, channel, call.bot, "purpose", call.text("purpose"))
    return _shown(call, channel) | {"purpose": channel.purpose["value"]}


@method("conversations.mark", "channel", "ts", tier=TIER_3)
def mark(call: Call) -> Json:
    messages.mark(call.workspace, call.joined_channel(), call.bot, call.text("ts"))
    return {}


def _read(call: Call) -> Channel:
    channel = call.channel()
    if call.bot not in channel.members:
        raise SlackRefusal("not_in_channel")
    return channel


def _micros(ts: str, error: str) -> int:
    """A ts as a number that keeps its microseconds."""
    seconds, _, fraction = ts.partition(".")
    try:
        return int(seconds) * 1_000_000 + int(f"{fraction:0<6.6}")
    except ValueError:
        raise SlackRefusal(error) from None


def _between(call: Call, found: list[Json]) -> list[Json]:
    """Those after `oldest` and before `latest`; both ends themselves only when `inclusive`."""
    reach = 0 if call.flag("inclusive") else 1
    first = _micros(call.text("oldest") or "0", "invalid_ts_oldest") + reach
    last = _micros(call.text("latest") or "9999999999", "invalid_ts_latest") - reach
    return [message for message in found if first <= _micros(message["ts"], "") <= last]


def _as_history(call: Call, found: list[Json]) -> list[Json]:
    if call.flag("include_all_metadata"):
        return found
    return [{name: value for name, value in message.items() if name != "metadata"} for message in found]


@method("conversations.history", "channel", tier=TIER_3)
def history(call: Call) -> Json:
    channel = _read(call)
    top = [
        message
        for message in reversed(channel.messages.values())
        if message.get("thread_ts", message["ts"]) == message["ts"] or message.get("subtype") == "thread_broadcast"
    ]
    left = [message for message in _between(call, top) if message["ts"] <= _next_ts(call)]
    size = min(call.number("limit", 100), call.app.longest_page)
    page, rest = left[:size], left[size:]
    following = (
        {"response_metadata": {"next_cursor": b64encode(f"next_ts:{rest[0]['ts']}".encode()).decode()}} if rest else {}
    )
    answer = {"messages": _as_history(call, page), "has_more": bool(rest), "pin_count": len(channel.pins)}
    return answer | following


def _next_ts(call: Call) -> str:
    """Where a history goes on: the cursor holds a ts, so that new messages do not shift its pages."""
    if not call.text("cursor"):
        return "9999999999"
    try:
        name, _, ts = b64decode(call.text("cursor")).decode().partition(":")
    except ValueError:
        name = ts = ""
    if name != "next_ts":
        raise SlackRefusal("invalid_cursor")
    return ts


@method("conversations.replies", "channel", "ts", tier=TIER_3)
def replies(call: Call) -> Json:
    channel = _read(call)
    if call.text("ts") not in channel.messages:
        raise SlackRefusal("thread_not_found")
    parent = messages.find_parent(channel, call.text("ts"))
    answers = _between(call, [channel.messages[ts] for ts in channel.replies.get(parent, [])])
    page, metadata = call.page([channel.messages[parent], *answers], default=1000, most=call.app.longest_page)
    more = bool(metadata["response_metadata"]["next_cursor"])
    return {"messages": _as_history(call, page), "has_more": more, **(metadata if more else {})}
