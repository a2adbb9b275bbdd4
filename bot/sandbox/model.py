"""Answers for the things of a workspace (people, groups, apps, channels, views, files) and how Slack writes them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

Json = dict[str, Any]


class SlackRefusal(Exception):
    """An `"ok": false` of the Web API: Slack's error name, and the messages it adds."""

    def __init__(self, code: str, messages: Sequence[str] = (), **extra: Any) -> None:
        super().__init__(code)
        self.code, self.messages, self.extra = code, list(messages), extra

    def to_json(self) -> Json:
        answer: Json = {"ok": False, "error": self.code, **self.extra}
        if self.messages:
            answer["response_metadata"] = {"messages": self.messages}
        return answer


@dataclass
class User:
    id: str
    name: str
    real_name: str
    team_id: str
    locale: str = "en-US"
    tz: str = "Etc/UTC"
    title: str = ""
    email: str = ""
    is_admin: bool = False
    is_restricted: bool = False
    is_ultra_restricted: bool = False
    is_bot: bool = False
    deleted: bool = False
    is_stranger: bool = False
    bot_id: str = ""
    app_id: str = ""
    updated: int = 0

    def to_json(self, *, with_locale: bool = False) -> Json:
        offset = datetime.fromtimestamp(self.updated, UTC).astimezone(ZoneInfo(self.tz)).utcoffset()
        profile = {
            "real_name": self.real_name,
            "display_name": self.name,
            "title": self.title,
            "email": self.email,
            "real_name_normalized": self.real_name,
            "display_name_normalized": self.name,
            "team": self.team_id,
        }
        user = {
            "id": self.id,
            "team_id": self.team_id,
            "name": self.name,
            "real_name": self.real_name,
            "deleted": self.deleted,
            "tz": self.tz,
            "tz_label": self.tz,
            "is_admin": self.is_admin,
            "tz_offset": int(offset.total_seconds()) if offset else 0,
            "is_owner": False,
            "is_restricted": self.is_restricted,
            "is_ultra_restricted": self.is_ultra_restricted,
            "is_bot": self.is_bot,
            "is_app_user": False,
            "is_stranger": self.is_stranger,
            "updated": self.updated,
            "profile": profile,
        }
        if self.is_bot:
            profile |= {"bot_id": self.bot_id, "api_app_id": self.app_id}
        return user | {"locale": self.locale} if with_locale else user


@dataclass
class Group:
    id: str
    handle: str
    name: str
    users: list[str]
    created: int = 0
    updated: int = 0
    disabled: int = 0

    def to_json(self, team_id: str, *, with_users: bool) -> Json:
        group: Json = {
            "id": self.id,
            "team_id": team_id,
            "is_usergroup": True,
            "is_subteam": True,
            "handle": self.handle,
            "name": self.name,
            "description": "",
            "is_external": False,
            "date_create": self.created,
            "date_update": self.updated,
            "date_delete": self.disabled,
            "auto_type": None,
            "auto_provision": False,
            "prefs": {"channels": [], "groups": []},
            "user_count": len(self.users),
        }
        return group | {"users": self.users} if with_users else group


@dataclass
class App:
    id: str
    name: str
    bot_user: str
    bot_id: str
    bot_token: str
    app_token: str
    signing_secret: str
    commands: list[Json] = field(default_factory=list)
    shortcuts: list[Json] = field(default_factory=list)
    events: set[str] | None = None  # None: subscribed to all of them
    request_url: str | None = None  # signed HTTP delivery; without it Socket Mode
    token: str = "verification-token"
    scopes: tuple[str, ...] | None = None  # told in the head of each answer; None: nothing is told
    longest_page: int = 1000  # messages of a channel's history at once; 15 for some apps since May 2025


@dataclass
class Channel:
    id: str
    name: str
    kind: str  # channel, private, im
    creator: str
    created: int
    members: dict[str, None] = field(default_factory=dict)
    topic: Json = field(default_factory=lambda: {"value": "", "creator": "", "last_set": 0})
    purpose: Json = field(default_factory=lambda: {"value": "", "creator": "", "last_set": 0})
    archived: bool = False
    previous_names: list[str] = field(default_factory=list)
    messages: dict[str, Json] = field(default_factory=dict)  # by ts, which only grows
    replies: dict[str, list[str]] = field(default_factory=dict)  # thread ts -> ts of its replies
    ephemerals: list[tuple[str, Json]] = field(default_factory=list)  # (who sees it, message)
    bookmarks: list[Json] = field(default_factory=list)
    pins: list[Json] = field(default_factory=list)
    read: dict[str, str] = field(default_factory=dict)
    unread: dict[str, int] = field(default_factory=dict)
    mentions: dict[str, int] = field(default_factory=dict)

    @property
    def event_type(self) -> str:
        return {"channel": "channel", "private": "group", "im": "im"}[self.kind]

    def other_than(self, user: str) -> str:
        """The other side of an im."""
        return next((member for member in self.members if member != user), user)

    def to_json(self, viewer: str, team_id: str) -> Json:
        if self.kind == "im":
            return {
                "id": self.id,
                "created": self.created,
                "is_im": True,
                "is_archived": self.archived,
                "user": self.other_than(viewer),
                "is_user_deleted": False,
                "is_open": True,
            }
        private = self.kind == "private"
        return {
            "id": self.id,
            "name": self.name,
            "name_normalized": self.name,
            "created": self.created,
            "creator": self.creator,
            "is_channel": not private,
            "is_group": private,
            "is_im": False,
            "is_mpim": False,
            "is_private": private,
            "is_archived": self.archived,
            "is_general": False,
            "is_shared": False,
            "is_ext_shared": False,
            "is_org_shared": False,
            "is_member": viewer in self.members,
            "topic": dict(self.topic),
            "purpose": dict(self.purpose),
            "context_team_id": team_id,
            "previous_names": list(self.previous_names),
            "num_members": len(self.members),
        }


@dataclass
class View:
    id: str
    type: str  # modal, home
    app: App
    user: str
    body: Json  # as the app gave it, with block ids filled in
    hash: str
    root: str
    previous: str | None = None
    values: Json = field(default_factory=dict)

    def to_json(self, team_id: str) -> Json:
        given = self.body
        view = {
            "id": self.id,
            "team_id": team_id,
            "type": self.type,
            "blocks": given.get("blocks", []),
            "private_metadata": given.get("private_metadata", ""),
            "callback_id": given.get("callback_id", ""),
            "external_id": given.get("external_id", ""),
            "state": {"values": self.values},
            "hash": self.hash,
            "clear_on_close": bool(given.get("clear_on_close")),
            "notify_on_close": bool(given.get("notify_on_close")),
            "root_view_id": self.root,
            "previous_view_id": self.previous,
            "app_id": self.app.id,
            "app_installed_team_id": team_id,
            "bot_id": self.app.bot_id,
        }
        if self.type == "modal":
            view |= {name: given.get(name) for name in ("title", "submit", "close")}
            view["submit_disabled"] = bool(given.get("submit_disabled"))
        return view


@dataclass
class File:
    id: str
    name: str
    title: str
    size: int
    user: str
    created: int
    content: bytes = b""
    uploaded: bool = False
    channels: list[str] = field(default_factory=list)
    is_canvas: bool = False

    def to_json(self, base_url: str) -> Json:
        return {
            "id": self.id,
            "name": self.name,
            "title": self.title,
            "size": self.size,
            "user": self.user,
            "created": self.created,
            "timestamp": self.created,
            "channels": self.channels,
            "mode": "quip" if self.is_canvas else "hosted",
            "filetype": "quip" if self.is_canvas else "text",
            "url_private": f"{base_url}/files/{self.id}",
            "permalink": f"{base_url}/files/{self.id}",
        }


EventSink = Callable[[App, Json], None]
Tell = Callable[[str], Json | None]  # what to tell this viewer's pages, if anything
PageSink = Callable[[Tell], None]
