"""Answers for the Web API's methods about people, groups, the team, the app itself and its connections."""

from bot.sandbox.api_call import FREELY, TIER_2, TIER_3, TIER_4, Call, method
from bot.sandbox.model import Json, SlackRefusal


@method("api.test", tier=FREELY)
def api_test(call: Call) -> Json:
    return {"args": call.arguments}


@method("auth.test", tier=FREELY)
def auth_test(call: Call) -> Json:
    workspace = call.workspace
    return {
        "url": f"{workspace.base_url}/",
        "team": workspace.name,
        "user": workspace.people[call.bot].name,
        "team_id": workspace.team_id,
        "user_id": call.bot,
        "bot_id": call.app.bot_id,
        "is_enterprise_install": False,
    }


@method("apps.connections.open", tier=TIER_3)
def open_connection(call: Call) -> Json:
    return {"url": call.server.delivery.new_link(call.app)}


@method("team.info", tier=TIER_3)
def team_info(call: Call) -> Json:
    workspace = call.workspace
    return {
        "team": {
            "id": workspace.team_id,
            "name": workspace.name,
            "domain": workspace.domain,
            "url": f"{workspace.base_url}/",
            "email_domain": "",
            "icon": {"image_default": True},
        }
    }


@method("bots.info", tier=TIER_3)
def bots_info(call: Call) -> Json:
    wanted = call.text("bot") or call.app.bot_id
    app = next((app for app in call.workspace.apps.values() if app.bot_id == wanted), None)
    if app is None:
        raise SlackRefusal("bot_not_found")
    return {"bot": {"id": app.bot_id, "app_id": app.id, "user_id": app.bot_user, "name": app.name, "deleted": False}}


@method("users.info", "user", tier=TIER_4)
def users_info(call: Call) -> Json:
    user = call.workspace.person(call.text("user"))
    return {"user": user.to_json(with_locale=call.flag("include_locale"))}


@method("users.list", tier=TIER_2)
def users_list(call: Call) -> Json:
    page, metadata = call.page(list(call.workspace.people.values()), default=1000)
    members = [user.to_json(with_locale=call.flag("include_locale")) for user in page]
    return {"members": members, "cache_ts": call.workspace.now(), **metadata}


@method("users.lookupByEmail", "email", tier=TIER_3)
def users_lookup(call: Call) -> Json:
    people = call.workspace.people.values()
    found = next((user for user in people if user.email.lower() == call.text("email").lower()), None)
    if found is None:
        raise SlackRefusal("users_not_found")
    return {"user": found.to_json()}


@method("usergroups.list", tier=TIER_2)
def usergroups_list(call: Call) -> Json:
    with_users = call.flag("include_users")
    disabled_too = call.flag("include_disabled")
    groups = [group for group in call.workspace.groups.values() if disabled_too or not group.disabled]
    return {"usergroups": [group.to_json(call.workspace.team_id, with_users=with_users) for group in groups]}


@method("usergroups.users.list", "usergroup", tier=TIER_2)
def usergroups_users(call: Call) -> Json:
    group = call.workspace.groups.get(call.text("usergroup"))
    if group is None or (group.disabled and not call.flag("include_disabled")):
        raise SlackRefusal("no_such_subteam")
    return {"users": list(group.users)}
