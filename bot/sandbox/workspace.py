"""Answers for one pretend workspace: who and what is in it, its clock and ids, and who is told of a change."""

import zlib
from collections.abc import Callable, Sequence
from datetime import datetime
from itertools import count
from typing import Any

from bot.sandbox.model import App, Channel, EventSink, File, Group, Json, PageSink, SlackRefusal, Tell, User, View


class Workspace:
    """The state behind a pretend Slack; changed through channels.py, messages.py and views.py."""

    def __init__(
        self, clock: Callable[[], datetime], name: str = "Sandbox", domain: str = "sandbox", team_id: str = "T0SANDBOX"
    ) -> None:
        self.clock, self.name, self.domain, self.team_id = clock, name, domain, team_id
        self.base_url = "http://127.0.0.1"  # where permalinks point; the server sets it when it starts
        self.people: dict[str, User] = {}
        self.groups: dict[str, Group] = {}
        self.apps: dict[str, App] = {}
        self.channels: dict[str, Channel] = {}
        self.views: dict[str, View] = {}
        self.stacks: dict[str, list[View]] = {}  # person -> open modals, the top one last
        self.homes: dict[tuple[str, str], View] = {}  # (app, person)
        self.files: dict[str, File] = {}
        self.event_sinks: list[EventSink] = []
        self.page_sinks: list[PageSink] = []
        self._numbers = count(1)
        self._last_ts = 0

    # -- clock and ids

    def next_ts(self) -> str:
        """A message's identity: the workspace clock, never twice and never backwards."""
        now = self.clock()
        self._last_ts = max(int(now.timestamp()) * 1_000_000 + now.microsecond, self._last_ts + 1)
        return f"{self._last_ts // 1_000_000}.{self._last_ts % 1_000_000:06d}"

    def now(self) -> int:
        return int(self.clock().timestamp())

    def next_id(self, letter: str) -> str:
        return f"{letter}0SBX{next(self._numbers):06d}"

    # -- who and what is here

    def add_person(self, id: str | None = None, *, name: str, real_name: str | None = None, **about: Any) -> User:
        about = {"team_id": self.team_id, **about}
        user = User(id or self.next_id("U"), name, real_name or name, updated=self.now(), **about)
        user.email = user.email or f"{name}@{self.domain}.example"
        self.people[user.id] = user
        self.tell_apps({"type": "team_join", "user": user.to_json(with_locale=True)})
        self._show_people()
        return user

    def change_person(self, id: str, **about: Any) -> User:
        user = self.people[id]
        for name, value in about.items():
            setattr(user, name, value)
        user.updated = self.now()
        self.tell_apps({"type": "user_change", "user": user.to_json(with_locale=True)})
        self._show_people()
        return user

    def _show_people(self) -> None:
        self.tell_pages(
            lambda _: {"type": "people", "people": [person_for_page(user) for user in self.people.values()]}
        )

    def add_group(self, handle: str, users: Sequence[str], *, name: str | None = None, id: str | None = None) -> Group:
        now = self.now()
        group = Group(id or self.next_id("S"), handle, name or handle, list(users), created=now, updated=now)
        self.groups[group.id] = group
        self.tell_apps({"type": "subteam_created", "subteam": group.to_json(self.team_id, with_users=True)})
        return group

    def change_group(self, id: str, users: Sequence[str]) -> Group:
        """Slack tells of the members twice: as they are now, and who came and went."""
        group = self.groups[id]
        before, since = group.users, group.updated
        group.users, group.updated = list(users), self.now()
        self._show_group(group)
        added, removed = [u for u in users if u not in before], [u for u in before if u not in users]
        self.tell_apps(
            {
                "type": "subteam_members_changed",
                "subteam_id": id,
                "team_id": self.team_id,
                "date_previous_update": since,
                "date_update": group.updated,
                "added_users": added,
                "added_users_count": str(len(added)),
                "removed_users": removed,
                "removed_users_count": str(len(removed)),
            }
        )
        return group

    def disable_group(self, id: str) -> None:
        """It is kept, but counts nowhere."""
        group = self.groups[id]
        group.updated = group.disabled = self.now()
        self._show_group(group)

    def _show_group(self, group: Group) -> None:
        self.tell_apps({"type": "subteam_updated", "subteam": group.to_json(self.team_id, with_users=True)})

    def add_app(
        self,
        *,
        name: str,
        bot_token: str,
        app_token: str,
        signing_secret: str,
        commands: Sequence[Json] = (),
        shortcuts: Sequence[Json] = (),
        events: set[str] | None = None,
        request_url: str | None = None,
        bot_user: str | None = None,
        id: str | None = None,
    ) -> App:
        bot_id, app_id = self.next_id("B"), id or self.next_id("A")
        user = self.add_person(
            bot_user, name=name.lower().replace(" ", ""), real_name=name, is_bot=True, bot_id=bot_id, app_id=app_id
        )
        app = App(
            app_id,
            name,
            user.id,
            bot_id,
            bot_token,
            app_token,
            signing_secret,
            list(commands),
            list(shortcuts),
            events,
            request_url,
        )
        self.apps[app.id] = app
        return app

    def add_channel(
        self, name: str, *, members: Sequence[str] = (), id: str | None = None, kind: str = "channel", topic: str = ""
    ) -> Channel:
        """A channel that was there before: no event, no system message."""
        creator = next(iter(members), "USLACKBOT")
        channel = Channel(id or self.next_id("C"), name, kind, creator, self.now(), dict.fromkeys(members))
        channel.topic["value"] = topic
        self.channels[channel.id] = channel
        self.show_channel(channel)
        return channel

    # -- look-ups

    def person(self, id: str) -> User:
        if id not in self.people:
            raise SlackRefusal("user_not_found")
        return self.people[id]

    def channel(self, id: str, viewer: str) -> Channel:
        """The conversation as this viewer finds it: what one may not see is not found."""
        channel = self.channels.get(id)
        if channel is None or not self.sees(viewer, channel):
            raise SlackRefusal("channel_not_found")
        return channel

    def sees(self, viewer: str, channel: Channel) -> bool:
        """Members see a conversation, and everyone but guests sees the public ones."""
        user = self.people.get(viewer)
        guest = user is not None and (user.is_restricted or user.is_ultra_restricted)
        return viewer in channel.members or (channel.kind == "channel" and not guest)

    def channel_named(self, name: str) -> Channel | None:
        named = (channel for channel in self.channels.values() if channel.kind != "im" and channel.name == name)
        return next(named, None)

    def im(self, one: str, other: str) -> Channel:
        """The direct conversation of two people (or a person and a bot), made when first needed."""
        for channel in self.channels.values():
            if channel.kind == "im" and set(channel.members) == {one, other}:
                return channel
        channel = Channel(self.next_id("D"), "", "im", one, self.now(), dict.fromkeys((one, other)))
        self.channels[channel.id] = channel
        self.show_channel(channel)
        return channel

    def app_of_bot(self, user: str) -> App | None:
        return next((app for app in self.apps.values() if app.bot_user == user), None)

    def permalink(self, channel: Channel, message: Json) -> str:
        link = f"{self.base_url}/archives/{channel.id}/p{message['ts'].replace('.', '')}"
        thread = message.get("thread_ts")
        return f"{link}?thread_ts={thread}&cid={channel.id}" if thread and thread != message["ts"] else link

    # -- telling

    def tell_apps(self, event: Json, channel: Channel | None = None, *, only: App | None = None) -> None:
        """Slack's event for every app that subscribed and whose bot is in the conversation."""
        event = {**event, "event_ts": event.get("event_ts") or self.next_ts()}
        for app in self.apps.values():
            subscribed = app.events is None or subscription(event, channel) in app.events
            if subscribed and only in (None, app) and (channel is None or app.bot_user in channel.members):
                for sink in self.event_sinks:
                    sink(app, event)

    def tell_pages(self, tell: Tell) -> None:
        for sink in self.page_sinks:
            sink(tell)

    def tell_viewers(self, channel: Channel, kind: str, **data: Any) -> None:
        push = {"type": kind, "channel": channel.id, **data}
        self.tell_pages(lambda viewer: push if self.sees(viewer, channel) else None)

    def tell_person(self, user: str, kind: str, **data: Any) -> None:
        self.tell_pages(lambda viewer: {"type": kind, **data} if viewer == user else None)

    def show_channel(self, channel: Channel) -> None:
        self.tell_pages(
            lambda viewer: (
                {"type": "channel", "channel": channel_for(channel, viewer)} if self.sees(viewer, channel) else None
            )
        )


def subscription(event: Json, channel: Channel | None) -> str:
    """What an app subscribes to for this event: messages by the kind of their conversation, message.channels."""
    if event["type"] != "message" or channel is None:
        return str(event["type"])
    return {"channel": "message.channels", "private": "message.groups", "im": "message.im"}[channel.kind]


def channel_for(channel: Channel, viewer: str) -> Json:
    """CHANNEL of the page's interface, as this person sees it."""
    shown: Json = {
        "id": channel.id,
        "name": channel.name,
        "kind": channel.kind,
        "topic": channel.topic["value"],
        "purpose": channel.purpose["value"],
        "is_member": viewer in channel.members,
        "is_archived": channel.archived,
        "members": list(channel.members),
        "unread": channel.unread.get(viewer, 0),
        "mentions": channel.mentions.get(viewer, 0),
        "latest": next(reversed(channel.messages), None),
        "pins": [pin["ts"] for pin in channel.pins],
        "bookmarks": [{name: mark[name] for name in ("id", "title", "link")} for mark in channel.bookmarks],
    }
    return shown | {"user": channel.other_than(viewer)} if channel.kind == "im" else shown


def person_for_page(user: User) -> Json:
    about = {
        "id": user.id,
        "name": user.name,
        "real_name": user.real_name,
        "locale": user.locale,
        "tz": user.tz,
        "title": user.title,
        "is_bot": user.is_bot,
        "is_guest": user.is_restricted or user.is_ultra_restricted,
        "avatar_colour": f"hsl({zlib.crc32(user.id.encode()) % 360} 55% 42%)",
    }
    return about | {"app_id": user.app_id} if user.is_bot else about
