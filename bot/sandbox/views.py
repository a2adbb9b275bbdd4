"""Answers for modals and homes: the stack of three, hashes, external ids, and triggers good once for 3 seconds."""

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from bot.sandbox.block_kit import check_view
from bot.sandbox.messages import with_block_ids
from bot.sandbox.model import App, Json, SlackRefusal, View
from bot.sandbox.real_time import monotonic
from bot.sandbox.workspace import Workspace

STACK_LIMIT, TRIGGER_SECONDS, REMEMBERED_SECONDS = 3, 3.0, 600.0


@dataclass
class Trigger:
    app: App
    user: str
    view: View | None  # the modal it was pulled in
    pulled: float
    used: bool = False


class Triggers:
    def __init__(self) -> None:
        self.seconds = TRIGGER_SECONDS
        self._pulled: dict[str, Trigger] = {}

    def pull(self, app: App, user: str, view: View | None = None) -> str:
        self._forget_old()
        id = f"{uuid4().int % 10**12}.{uuid4().hex}"
        self._pulled[id] = Trigger(app, user, view, monotonic())
        return id

    def _forget_old(self) -> None:
        oldest = next(iter(self._pulled.values()), None)
        while oldest and monotonic() - oldest.pulled > REMEMBERED_SECONDS:
            del self._pulled[next(iter(self._pulled))]
            oldest = next(iter(self._pulled.values()), None)

    def exchange(self, app: App, id: str) -> Trigger:
        trigger = self._pulled.get(id)
        if trigger is None or trigger.app is not app:
            raise SlackRefusal("invalid_trigger_id")
        if trigger.used:
            raise SlackRefusal("exchanged_trigger_id")
        if monotonic() - trigger.pulled > self.seconds:
            raise SlackRefusal("expired_trigger_id")
        trigger.used = True
        return trigger


def refuse_bad_view(view: Any, *types: str) -> Json:
    if not isinstance(view, dict) or view.get("type") not in types:
        raise SlackRefusal("invalid_arguments", ["[ERROR] must provide a view [json-pointer:/view]"])
    if problems := check_view(view):
        raise SlackRefusal("invalid_arguments", [f"[ERROR] {problem}" for problem in problems])
    return view


def open_view(workspace: Workspace, app: App, user: str, body: Json) -> View:
    """A modal on its own: what was open before is gone."""
    for old in workspace.stacks.pop(user, []):
        workspace.views.pop(old.id, None)
    view = _make(workspace, app, user, body)
    workspace.stacks[user] = [view]
    workspace.tell_person(user, "view_opened", view=view.to_json(workspace.team_id))
    return view


def push_view(workspace: Workspace, app: App, user: str, body: Json) -> View:
    stack = workspace.stacks.get(user, [])
    if not stack:
        return open_view(workspace, app, user, body)
    if len(stack) >= STACK_LIMIT:
        raise SlackRefusal("push_limit_reached")
    view = _make(workspace, app, user, body, under=stack[-1])
    stack.append(view)
    workspace.tell_person(user, "view_pushed", view=view.to_json(workspace.team_id))
    return view


def _make(workspace: Workspace, app: App, user: str, body: Json, *, under: View | None = None) -> View:
    external = body.get("external_id")
    if external and any(view.body.get("external_id") == external for view in workspace.views.values()):
        raise SlackRefusal("duplicate_external_id")
    id = workspace.next_id("V")
    root = under.root if under else id
    view = View(id, body["type"], app, user, _kept(workspace, body), _new_hash(), root, under.id if under else None)
    workspace.views[id] = view
    return view


def _kept(workspace: Workspace, body: Json) -> Json:
    return {**body, "blocks": with_block_ids(workspace, body["blocks"])}


def _new_hash() -> str:
    return uuid4().hex[:16]


def update_view(workspace: Workspace, view: View, body: Json, hash: str = "") -> View:
    """New content for an open view; typed values stay where block_id and action_id stay."""
    if hash and hash != view.hash:
        raise SlackRefusal("hash_conflict")
    view.body, view.hash = _kept(workspace, body), _new_hash()
    there = {block["block_id"]: {each["action_id"] for each in elements(block)} for block in view.body["blocks"]}
    view.values = {
        block: kept
        for block, actions in view.values.items()
        if (kept := {id: value for id, value in actions.items() if id in there.get(block, ())})
    }
    kind = "home" if view.type == "home" else "view_updated"
    more = {"app": view.app.id} if view.type == "home" else {}
    workspace.tell_person(view.user, kind, view=view.to_json(workspace.team_id), **more)
    return view


def elements(block: Json) -> list[Json]:
    """The interactive elements of a block."""
    inner = [*block.get("elements", []), block.get("accessory"), block.get("element")]
    return [element for element in inner if isinstance(element, dict) and "action_id" in element]


def find_view(workspace: Workspace, app: App, view_id: str, external_id: str) -> View:
    for view in workspace.views.values():
        if view.app is app and (view.id == view_id or (external_id and view.body.get("external_id") == external_id)):
            return view
    raise SlackRefusal("not_found")


def publish_home(workspace: Workspace, app: App, user: str, body: Json, hash: str = "") -> View:
    workspace.person(user)
    home = workspace.homes.get((app.id, user))
    if home is None:
        home = workspace.homes[app.id, user] = _make(workspace, app, user, body)
    return update_view(workspace, home, body, hash)


def close_view(workspace: Workspace, view: View, *, whole_stack: bool = False) -> list[View]:
    """Take the top modal, or all of them, off; those taken are returned, the top one first."""
    stack = workspace.stacks.get(view.user, [])
    if view not in stack:
        return []
    first = 0 if whole_stack else stack.index(view)
    gone = list(reversed(stack[first:]))
    del stack[first:]
    for each in gone:
        workspace.views.pop(each.id, None)
        workspace.tell_person(each.user, "view_closed", view=each.to_json(workspace.team_id))
    return gone
