"""Answers for what one person can do and see in the workspace: the page and the tests act through it."""

from typing import Any

from bot.sandbox import channels, content, messages
from bot.sandbox.inputs import STATE_KEYS, chosen, state_values
from bot.sandbox.interactions import Interactions, Outcome
from bot.sandbox.model import App, Channel, Json, SlackRefusal
from bot.sandbox.typed_text import typed
from bot.sandbox.views import elements
from bot.sandbox.workspace import Workspace


class Person:
    """Acts as the page does; channels are given by id, or by name as #name."""

    def __init__(self, workspace: Workspace, interactions: Interactions, user: str) -> None:
        self._workspace, self._interactions = workspace, interactions
        self.id = workspace.person(user).id

    # -- what this person sees

    def channel(self, channel: str) -> Channel:
        named = self._workspace.channel_named(channel.removeprefix("#")) if channel.startswith("#") else None
        return self._workspace.channel(named.id if named else channel, self.id)

    def app(self, id: str) -> App:
        if id not in self._workspace.apps:
            raise SlackRefusal("app_not_found")
        return self._workspace.apps[id]

    def im(self, app: App) -> str:
        return self._workspace.im(self.id, app.bot_user).id

    def messages(self, channel: str, *, before: str | None = None, limit: int = 1000) -> list[Json]:
        """The channel without its threads, oldest first, with this person's own ephemeral messages."""
        held = self.channel(channel)
        top = [
            messages.shown(held, message)
            for message in held.messages.values()
            if message.get("thread_ts", message["ts"]) == message["ts"] or message.get("subtype") == "thread_broadcast"
        ]
        own = [message for message in self.ephemerals(channel) if "thread_ts" not in message]
        found = sorted([*top, *own], key=_by_ts)
        return [message for message in found if before is None or message["ts"] < before][-limit:]

    def replies(self, channel: str, ts: str) -> list[Json]:
        held = self.channel(channel)
        parent = messages.find_parent(held, ts)
        thread = [messages.shown(held, held.messages[each]) for each in (parent, *held.replies.get(parent, []))]
        own = [message for message in self.ephemerals(channel) if message.get("thread_ts") == parent]
        return sorted([*thread, *own], key=_by_ts)

    def ephemerals(self, channel: str) -> list[Json]:
        held = self.channel(channel)
        return [messages.shown(held, message, ephemeral=True) for user, message in held.ephemerals if user == self.id]

    def views(self) -> list[Json]:
        """The open modals, the top one last."""
        return [view.to_json(self._workspace.team_id) for view in self._workspace.stacks.get(self.id, [])]

    def home(self, app: App) -> Json | None:
        view = self._workspace.homes.get((app.id, self.id))
        return view.to_json(self._workspace.team_id) if view else None

    # -- writing

    async def say(self, channel: str, text: str, thread_ts: str | None = None) -> Json:
        held = self._writable(channel)
        if not text.strip():
            raise SlackRefusal("no_text")
        by, text = messages.author(self._workspace, self.id), typed(self._workspace, text)
        return messages.shown(held, messages.post(self._workspace, held, by, text, thread_ts=thread_ts))

    def _writable(self, channel: str) -> Channel:
        held = self.channel(channel)
        if self.id not in held.members:
            raise SlackRefusal("not_in_channel")
        if held.archived:
            raise SlackRefusal("is_archived")
        return held

    def _own(self, channel: str, ts: str) -> Channel:
        held = self._writable(channel)
        if messages.find(held, ts).get("user") != self.id:
            raise SlackRefusal("cant_update_message")
        return held

    async def edit(self, channel: str, ts: str, text: str) -> Json:
        held = self._own(channel, ts)
        return messages.shown(
            held, messages.edit(self._workspace, held, ts, self.id, text=typed(self._workspace, text))
        )

    async def delete(self, channel: str, ts: str) -> None:
        messages.delete(self._workspace, self._own(channel, ts), ts)

    async def react(self, channel: str, ts: str, name: str, *, remove: bool = False) -> None:
        act = content.unreact if remove else content.react
        act(self._workspace, self._writable(channel), ts, self.id, name)

    async def pin(self, channel: str, ts: str, *, remove: bool = False) -> None:
        act = content.unpin if remove else content.pin
        act(self._workspace, self._writable(channel), ts, self.id)

    async def mark(self, channel: str, ts: str) -> None:
        messages.mark(self._workspace, self.channel(channel), self.id, ts)

    # -- channels

    async def create_channel(self, name: str, *, private: bool = False) -> str:
        self._refuse_guest()
        return channels.create(self._workspace, name, self.id, private=private).id

    async def join(self, channel: str) -> str:
        self._refuse_guest()
        held = self.channel(channel)
        if held.archived:
            raise SlackRefusal("is_archived")
        if self.id not in held.members:
            channels.add_member(self._workspace, held, self.id)
        return held.id

    async def invite(self, channel: str, user: str) -> None:
        held = self._writable(channel)
        if error := channels.invitation_error(self._workspace, held, user, self.id):
            raise SlackRefusal(error)
        channels.add_member(self._workspace, held, user, inviter=self.id)

    async def leave(self, channel: str) -> None:
        channels.remove_member(self._workspace, self._writable(channel), self.id)

    async def set_topic(self, channel: str, topic: str) -> None:
        channels.describe(self._workspace, self._writable(channel), self.id, "topic", topic)

    async def rename(self, channel: str, name: str) -> None:
        channels.rename(self._workspace, self._writable(channel), name, self.id)

    async def archive(self, channel: str, *, back: bool = False) -> None:
        channels.archive(self._workspace, self.channel(channel), self.id, back=back)

    async def open_im(self, user: str) -> str:
        return self._workspace.im(self.id, self._workspace.person(user).id).id

    def _refuse_guest(self) -> None:
        user = self._workspace.people[self.id]
        if user.is_restricted or user.is_ultra_restricted:
            raise SlackRefusal("user_is_restricted")

    # -- commands, clicks, modals

    async def command(self, channel: str, command: str, text: str = "") -> Outcome:
        return await self._interactions.command(self.id, self.channel(channel), f"{command} {text}")

    async def click(self, where: Json, action_id: str, value: Any = None) -> Outcome:
        """Use the element of a message or view with this action_id: press it, or choose `value` in it."""
        for block in where.get("blocks", []):
            for element in elements(block):
                wanted = element["type"] != "button" or value is None or element.get("value") == value
                if element["action_id"] == action_id and wanted:
                    return await self.act(where, block["block_id"], action_id, _payload(element, value))
        raise SlackRefusal("no_such_action", [f"nothing to click with action_id {action_id}"])

    async def act(
        self, where: Json, block_id: str, action_id: str, payload: Json, values: Json | None = None
    ) -> Outcome:
        """`where` is a message (channel and ts) or a view (id); `payload` is Slack's value part of an action."""
        action = {**payload, "block_id": block_id, "action_id": action_id}
        if "ts" in where:
            return await self._interactions.message_action(self.id, self.channel(where["channel"]), where["ts"], action)
        return await self._interactions.view_action(self.id, where["id"], action, values)

    async def submit(self, view: Json, values: Json | None = None) -> Outcome:
        """Values by block_id; every input not named keeps what it holds."""
        held = self._workspace.views.get(view["id"])
        if held is None:
            raise SlackRefusal("view_not_found")
        return await self.submit_state(held.id, state_values(held.body["blocks"], held.values, values or {}))

    async def submit_state(self, view_id: str, values: Json) -> Outcome:
        return await self._interactions.submit(self.id, view_id, values)

    async def close(self, view: Json, *, whole_stack: bool = False) -> None:
        await self._interactions.close(self.id, view["id"], whole_stack=whole_stack)

    async def shortcut(self, callback_id: str, message: Json | None = None) -> Outcome:
        held = self.channel(message["channel"]) if message else None
        return await self._interactions.shortcut(self.id, callback_id, held, message["ts"] if message else None)

    async def options(self, where: Json, block_id: str, action_id: str, value: str) -> list[Json]:
        source = {"channel": where["channel"], "ts": where["ts"]} if "ts" in where else {"view_id": where["id"]}
        action = {"block_id": block_id, "action_id": action_id, "value": value}
        return await self._interactions.options(self.id, source, action)

    async def open_home(self, app: App) -> Json | None:
        """The home as it stands; the app is told and may publish a new one."""
        self._interactions.open_home(self.id, app)
        return self.home(app)


def _by_ts(message: Json) -> str:
    return str(message["ts"])


def _payload(element: Json, value: Any) -> Json:
    """Slack's value part of an action, for pressing or choosing."""
    type = element["type"]
    if type == "button":
        return {"type": type, **({"value": element["value"]} if "value" in element else {})}
    if type == "overflow":
        option = next((each for each in element["options"] if each["value"] == value), element["options"][0])
        return {"type": type, "selected_option": option}
    return {"type": type, STATE_KEYS[type][0]: chosen(element, value)}
