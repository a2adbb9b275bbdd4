"""Answers for the Web API's views.* methods."""

from bot.sandbox import views
from bot.sandbox.api_call import TIER_4, Call, method
from bot.sandbox.model import Json, View


def _shown(call: Call, view: View) -> Json:
    return {"view": view.to_json(call.workspace.team_id)}


@method("views.open", "trigger_id", "view", tier=TIER_4)
def open_(call: Call) -> Json:
    body = views.refuse_bad_view(call.structure("view"), "modal")
    trigger = call.server.triggers.exchange(call.app, call.text("trigger_id"))
    return _shown(call, views.open_view(call.workspace, call.app, trigger.user, body))


@method("views.push", "trigger_id", "view", tier=TIER_4)
def push(call: Call) -> Json:
    body = views.refuse_bad_view(call.structure("view"), "modal")
    trigger = call.server.triggers.exchange(call.app, call.text("trigger_id"))
    return _shown(call, views.push_view(call.workspace, call.app, trigger.user, body))


@method("views.update", "view", tier=TIER_4)
def update(call: Call) -> Json:
    body = views.refuse_bad_view(call.structure("view"), "modal", "home")
    view = views.find_view(call.workspace, call.app, call.text("view_id"), call.text("external_id"))
    return _shown(call, views.update_view(call.workspace, view, body, call.text("hash")))


@method("views.publish", "user_id", "view", tier=TIER_4)
def publish(call: Call) -> Json:
    body = views.refuse_bad_view(call.structure("view"), "home")
    return _shown(call, views.publish_home(call.workspace, call.app, call.text("user_id"), body, call.text("hash")))
