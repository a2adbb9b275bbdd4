"""The manifest of your own Slack app (docs.slack.dev, app manifest reference, major version 2)."""

from typing import Any

BOT_SCOPES = (
    "app_mentions:read",
    "bookmarks:read",
    "bookmarks:write",
    "canvases:write",
    "channels:history",
    "channels:join",
    "channels:manage",
    "channels:read",
    "chat:write",
    "chat:write.public",
    "commands",
    "files:read",
    "files:write",
    "groups:history",
    "groups:read",
    "groups:write",
    "im:history",
    "im:write",
    "pins:write",
    "reactions:read",
    "usergroups:read",
    "users:read",
)
BOT_EVENTS = (
    "app_home_opened",
    "app_mention",
    "group_left",
    "member_joined_channel",
    "member_left_channel",
    "message.channels",
    "message.groups",
    "message.im",
    "reaction_added",
    "reaction_removed",
    "subteam_members_changed",
    "subteam_updated",
    "user_change",
)
COMMANDS = (
    ("/incident", "Declare and run an incident", "declare sev2 checkout errors on web-3 | help"),
    (
        "/freeze",
        "What is frozen; claim and verify fixes",
        "list | fixed web-3 evidence | verify web-3 | override web-3 why",
    ),
    ("/change", "Ask for leave to work on servers", "request | start CHG-3 | finish CHG-3 done | withdraw CHG-3"),
)
SHORTCUTS = (("timeline.pin", "Put on the timeline", "Put this message on the incident's timeline"),)


def manifest(*, url: str = "") -> dict[str, Any]:
    """For Socket Mode, or with a public address for signed HTTP."""
    door = f"{url.rstrip('/')}/slack/events" if url else ""
    request = {"request_url": door} if door else {}
    return {
        "_metadata": {"major_version": 2, "minor_version": 1},
        "display_information": {
            "name": "Stopline",
            "description": "Incidents that stop the line: nothing changes on a server until its fix is verified.",
            "background_color": "#1d2a3a",
        },
        "features": {
            "app_home": {
                "home_tab_enabled": True,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": False,
            },
            "bot_user": {"display_name": "Stopline", "always_online": True},
            "slash_commands": [
                {"command": name, "description": about, "usage_hint": hint, "should_escape": True}
                | ({"url": door} if door else {})
                for name, about, hint in COMMANDS
            ],
            "shortcuts": [
                {"name": name, "type": "message", "callback_id": callback, "description": about}
                for callback, name, about in SHORTCUTS
            ],
        },
        "oauth_config": {"scopes": {"bot": list(BOT_SCOPES)}},
        "settings": {
            "event_subscriptions": {**request, "bot_events": list(BOT_EVENTS)},
            "interactivity": {"is_enabled": True, **request},
            "org_deploy_enabled": False,
            "socket_mode_enabled": not door,
            "token_rotation_enabled": False,
        },
    }
