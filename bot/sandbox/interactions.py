"""Answers for what a command, click, submission or shortcut sends to the app, and what its answer changes."""

import copy
from dataclasses import dataclass
from typing import Any

from bot.sandbox import messages, views
from bot.sandbox.delivery import Answer, Delivery
from bot.sandbox.inputs import missing_inputs
from bot.sandbox.model import App, Channel, Json, SlackRefusal, View
from bot.sandbox.response_urls import ResponseUrls
from bot.sandbox.typed_text import escaped_names
from bot.sandbox.workspace import Workspace

TROUBLE = "We had some trouble connecting. Try again?"


@dataclass(frozen=True)
class Outcome:
    """What the person notices: whether the app answered in time, and what went wrong."""

    acked: bool
    ack_seconds: float
    error: str | None = None
    errors: Json | None = None  # of a submission, by block_id

    def to_json(self) -> Json:
        answer = {"acked": self.acked, "ack_seconds": self.ack_seconds}
        return answer | {name: value for name, value in (("error", self.error), ("errors", self.errors)) if value}


def _outcome(answer: Answer) -> Outcome:
    if answer.acked:
        return Outcome(True, answer.seconds)
    error = "operation_timeout" if answer.error in ("timeout", "http_timeout") else "dispatch_failed"
    return Outcome(False, answer.seconds, error)


class Interactions:
    def __init__(self, workspace: Workspace, delivery: Delivery) -> None:
        self._workspace, self._delivery = workspace, delivery
        self.triggers = views.Triggers()
        self.response_urls = ResponseUrls(workspace)
        self._chosen: dict[tuple[str, str], Json] = {}  # (person, message ts) -> state.values

    # -- slash commands

    async def command(self, user: str, channel: Channel, line: str) -> Outcome:
        name, _, text = line.strip().partition(" ")
        owned = self._command_owner(name)
        if owned is None:
            error = f"{name} is not a valid command."
            self._slackbot(channel, user, error)
            return Outcome(False, 0.0, error)
        app, about = owned
        text = escaped_names(self._workspace, text.strip()) if about.get("should_escape") else text.strip()
        answer = await self._delivery.once(app, "slash_commands", self._command_form(app, user, channel, name, text))
        outcome = _outcome(answer)
        if outcome.error:
            self._slackbot(channel, user, f"{name} failed with the error “{outcome.error}”")
        else:
            self.response_urls.answer(app, user, channel, answer.body)
        return outcome

    def _command_owner(self, name: str) -> tuple[App, Json] | None:
        owners = ((app, about) for app in self._workspace.apps.values() for about in app.commands)
        return next(((app, about) for app, about in owners if about["command"] == name), None)

    def _command_form(self, app: App, user: str, channel: Channel, name: str, text: str) -> Json:
        workspace = self._workspace
        called = {"channel": channel.name, "private": "privategroup", "im": "directmessage"}[channel.kind]
        return {
            "token": app.token,
            "team_id": workspace.team_id,
            "team_domain": workspace.domain,
            "channel_id": channel.id,
            "channel_name": called,
            "user_id": user,
            "user_name": workspace.people[user].name,
            "command": name,
            "text": text,
            "api_app_id": app.id,
            "is_enterprise_install": "false",
            "response_url": self.response_urls.new(app, user, channel),
            "trigger_id": self.triggers.pull(app, user),
        }

    def _slackbot(self, channel: Channel, user: str, text: str) -> None:
        by = {"subtype": "bot_message", "username": "Slackbot", "user": "USLACKBOT"}
        messages.post_ephemeral(self._workspace, channel, user, by, text)

    # -- interactive payloads

    def _base(self, app: App, user: str, type: str) -> Json:
        workspace = self._workspace
        person = workspace.people[user]
        who = {"id": user, "username": person.name, "name": person.name, "team_id": person.team_id}
        return {
            "type": type,
            "user": who,
            "token": app.token,
            "api_app_id": app.id,
            "enterprise": None,
            "team": {"id": workspace.team_id, "domain": workspace.domain},
            "is_enterprise_install": False,
        }

    def _place(self, channel: Channel, message: Json, *, ephemeral: bool) -> Json:
        """Where a message's element was used."""
        container = {
            "type": "message",
            "message_ts": message["ts"],
            "channel_id": channel.id,
            "is_ephemeral": ephemeral,
        }
        if "thread_ts" in message:
            container["thread_ts"] = message["thread_ts"]
        place: Json = {"container": container, "channel": {"id": channel.id, "name": channel.name or "directmessage"}}
        return place if ephemeral else place | {"message": copy.deepcopy(message)}

    def _app_of(self, message: Json) -> App:
        app = self._workspace.apps.get(message.get("app_id", ""))
        if app is None:
            raise SlackRefusal("no_such_action")
        return app

    async def message_action(self, user: str, channel: Channel, ts: str, action: Json) -> Outcome:
        """An element of a message (or of this person's ephemeral message) was used."""
        message, ephemeral = self.message_for(user, channel, ts)
        app, element = self._app_of(message), _element(message.get("blocks", []), action)
        values = self._chosen.setdefault((user, ts), {})
        _remember(values, action)
        payload = {
            **self._base(app, user, "block_actions"),
            **self._place(channel, message, ephemeral=ephemeral),
            "trigger_id": self.triggers.pull(app, user),
            "state": {"values": copy.deepcopy(values)},
            "response_url": self.response_urls.new(app, user, channel, message),
            "actions": [self._acted(element, action)],
        }
        return _outcome(await self._delivery.once(app, "interactive", payload))

    def message_for(self, user: str, channel: Channel, ts: str) -> tuple[Json, bool]:
        own = (message for seen_by, message in channel.ephemerals if seen_by == user and message["ts"] == ts)
        ephemeral = next(own, None)
        return (ephemeral, True) if ephemeral else (messages.find(channel, ts), False)

    async def view_action(self, user: str, view_id: str, action: Json, values: Json | None = None) -> Outcome:
        """An element of an open modal or of a home was used; `values` is what the person has typed so far."""
        view = self._view(user, view_id)
        element = _element(view.body["blocks"], action)
        view.values |= values or {}
        _remember(view.values, action)
        shown = view.to_json(self._workspace.team_id)
        payload = {
            **self._base(view.app, user, "block_actions"),
            "container": {"type": "view", "view_id": view.id},
            "trigger_id": self.triggers.pull(view.app, user, view),
            "view": shown,
            "actions": [self._acted(element, action)],
        }
        return _outcome(await self._delivery.once(view.app, "interactive", payload))

    def _acted(self, element: Json, action: Json) -> Json:
        own: Json = {name: element[name] for name in ("text", "value", "style", "placeholder") if name in element}
        return {**own, **action, "type": element["type"], "action_ts": self._workspace.next_ts()}

    def _view(self, user: str, view_id: str) -> View:
        view = self._workspace.views.get(view_id)
        if view is None or view.user != user:
            raise SlackRefusal("view_not_found")
        return view

    async def shortcut(self, user: str, callback_id: str, channel: Channel | None, ts: str | None) -> Outcome:
        owners = ((app, about) for app in self._workspace.apps.values() for about in app.shortcuts)
        owned = next(((app, about) for app, about in owners if about["callback_id"] == callback_id), None)
        if owned is None:
            raise SlackRefusal("no_such_shortcut")
        app, on_message = owned[0], channel is not None and ts is not None
        payload = {
            **self._base(app, user, "message_action" if on_message else "shortcut"),
            "callback_id": callback_id,
            "trigger_id": self.triggers.pull(app, user),
            "action_ts": self._workspace.next_ts(),
        }
        if channel is not None and ts is not None:
            message = messages.find(channel, ts)
            payload |= {
                "message_ts": ts,
                "message": copy.deepcopy(message),
                "channel": {"id": channel.id, "name": channel.name},
                "response_url": self.response_urls.new(app, user, channel, message),
            }
        return _outcome(await self._delivery.once(app, "interactive", payload))

    async def options(self, user: str, source: Json, action: Json) -> list[Json]:
        """The choices of an external select; `source` is {view_id} or {channel, ts}."""
        if source.get("view_id"):
            view = self._view(user, source["view_id"])
            app, place = (
                view.app,
                {"container": {"type": "view", "view_id": view.id}, "view": view.to_json(self._workspace.team_id)},
            )
        else:
            channel = self._workspace.channel(source["channel"], user)
            message, ephemeral = self.message_for(user, channel, source["ts"])
            app, place = self._app_of(message), self._place(channel, message, ephemeral=ephemeral)
        answer = await self._delivery.once(
            app, "interactive", {**self._base(app, user, "block_suggestion"), **place, **action}
        )
        body = answer.body if isinstance(answer.body, dict) else {}
        groups = body.get("option_groups") or []
        return body.get("options") or [option for group in groups for option in group["options"]]

    # -- modals

    async def submit(self, user: str, view_id: str, values: Json) -> Outcome:
        view = self._view(user, view_id)
        if errors := missing_inputs(view.body["blocks"], values):
            return Outcome(True, 0.0, errors=errors)
        view.values = values
        payload = {
            **self._base(view.app, user, "view_submission"),
            "trigger_id": self.triggers.pull(view.app, user, view),
            "view": view.to_json(self._workspace.team_id),
            "response_urls": self._response_urls_of(view),
        }
        answer = await self._delivery.once(view.app, "interactive", payload)
        if not answer.acked:
            return Outcome(False, answer.seconds, TROUBLE)
        try:
            errors = self._apply(
                view, answer.body if isinstance(answer.body, dict) else {"response_action": answer.body}
            )
        except SlackRefusal as refusal:
            return Outcome(True, answer.seconds, f"{TROUBLE} ({', '.join([refusal.code, *refusal.messages])})")
        return Outcome(True, answer.seconds, errors=errors or None)

    def _apply(self, view: View, answer: Json) -> Json:
        """Do what the app answered to a submission; the errors it found, by block_id."""
        match answer.get("response_action"):
            case None:
                views.close_view(self._workspace, view)
            case "clear":
                views.close_view(self._workspace, view, whole_stack=True)
            case "update":
                views.update_view(self._workspace, view, views.refuse_bad_view(answer.get("view"), "modal"))
            case "push":
                views.push_view(
                    self._workspace, view.app, view.user, views.refuse_bad_view(answer.get("view"), "modal")
                )
            case "errors":
                inputs = {block["block_id"] for block in view.body["blocks"] if block["type"] == "input"}
                errors: Json = answer.get("errors") or {}
                if not errors or set(errors) - inputs:
                    raise SlackRefusal("invalid_errors")
                return errors
            case unknown:
                raise SlackRefusal("invalid_response_action", [str(unknown)])
        return {}

    def _response_urls_of(self, view: View) -> list[Json]:
        urls = []
        for block in view.body["blocks"]:
            element: Any = block.get("element") or {}
            chosen = view.values.get(block["block_id"], {}).get(element.get("action_id"), {})
            id = chosen.get("selected_conversation") or chosen.get("selected_channel")
            if element.get("response_url_enabled") and id:
                url = self.response_urls.new(view.app, view.user, self._workspace.channels[id])
                urls.append(
                    {
                        "block_id": block["block_id"],
                        "action_id": element["action_id"],
                        "channel_id": id,
                        "response_url": url,
                    }
                )
        return urls

    async def close(self, user: str, view_id: str, *, whole_stack: bool = False) -> None:
        """The person closes the top modal (or all); apps that asked for it are told."""
        for view in views.close_view(self._workspace, self._view(user, view_id), whole_stack=whole_stack):
            if view.body.get("notify_on_close"):
                payload = {
                    **self._base(view.app, user, "view_closed"),
                    "view": view.to_json(self._workspace.team_id),
                    "is_cleared": whole_stack,
                }
                await self._delivery.once(view.app, "interactive", payload)

    def open_home(self, user: str, app: App) -> None:
        im, home = self._workspace.im(user, app.bot_user), self._workspace.homes.get((app.id, user))
        event: Json = {"type": "app_home_opened", "user": user, "channel": im.id, "tab": "home"}
        more = {"view": home.to_json(self._workspace.team_id)} if home else {}
        self._workspace.tell_apps(event | more, only=app)


def _element(blocks: list[Json], action: Json) -> Json:
    """The element of these blocks an action names."""
    for block in blocks:
        for element in views.elements(block):
            if (block["block_id"], element["action_id"]) == (action["block_id"], action["action_id"]):
                return element
    raise SlackRefusal("no_such_action")


def _remember(values: Json, action: Json) -> None:
    """Keep what was chosen as state; buttons and menus leave none."""
    if action.get("type") not in ("button", "overflow"):
        chosen = {name: value for name, value in action.items() if name not in ("block_id", "action_id")}
        values.setdefault(action["block_id"], {})[action["action_id"]] = chosen
