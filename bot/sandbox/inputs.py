"""Answers for what a person leaves in a view's inputs: state.values from plain Python values and initial values."""

from datetime import datetime
from typing import Any

from bot.sandbox.model import Json
from bot.sandbox.views import elements

# element type -> where its value stands in the state, and where its initial value stands in the element
STATE_KEYS = {
    "plain_text_input": ("value", "initial_value"),
    "email_text_input": ("value", "initial_value"),
    "url_text_input": ("value", "initial_value"),
    "number_input": ("value", "initial_value"),
    "rich_text_input": ("rich_text_value", "initial_value"),
    "datepicker": ("selected_date", "initial_date"),
    "timepicker": ("selected_time", "initial_time"),
    "datetimepicker": ("selected_date_time", "initial_date_time"),
    "static_select": ("selected_option", "initial_option"),
    "external_select": ("selected_option", "initial_option"),
    "radio_buttons": ("selected_option", "initial_option"),
    "users_select": ("selected_user", "initial_user"),
    "conversations_select": ("selected_conversation", "initial_conversation"),
    "channels_select": ("selected_channel", "initial_channel"),
    "multi_static_select": ("selected_options", "initial_options"),
    "multi_external_select": ("selected_options", "initial_options"),
    "checkboxes": ("selected_options", "initial_options"),
    "multi_users_select": ("selected_users", "initial_users"),
    "multi_conversations_select": ("selected_conversations", "initial_conversations"),
    "multi_channels_select": ("selected_channels", "initial_channels"),
    "file_input": ("files", "initial_files"),
}
REQUIRED = "Please complete this required field."


def state_values(blocks: list[Json], held: Json, given: Json) -> Json:
    """The state of every input: what is given by block_id, else what is held already, else its initial value."""
    unknown = set(given) - {block["block_id"] for block in blocks}
    if unknown:
        raise ValueError(f"the view has no block {', '.join(sorted(unknown))}")
    state: Json = {}
    for block in blocks:
        for element in elements(block):
            if element["type"] in STATE_KEYS:
                before = held.get(block["block_id"], {}).get(element["action_id"])
                value = given.get(block["block_id"], ...)
                state.setdefault(block["block_id"], {})[element["action_id"]] = _state(element, before, value)
    return state


def _state(element: Json, before: Json | None, given: Any) -> Json:
    key, initial = STATE_KEYS[element["type"]]
    if given is not ...:
        return {"type": element["type"], key: chosen(element, given)}
    if before is not None:
        return before
    empty: Any = [] if key.endswith("s") else None
    return {"type": element["type"], key: element.get(initial, empty)}


def chosen(element: Json, given: Any) -> Any:
    """A plain value as the element holds it: options by their value, a moment as Unix seconds."""
    key, _ = STATE_KEYS[element["type"]]
    if given is None:
        return None
    if key == "selected_options":
        return [_option(element, each) for each in ([given] if isinstance(given, str) else given)]
    if key == "selected_option":
        return _option(element, given)
    if key == "selected_date_time":
        return _moment(given)
    if key.endswith("s") and isinstance(given, str):
        return [given]
    return given


def _moment(given: Any) -> int:
    if isinstance(given, datetime):
        return int(given.timestamp())
    text = str(given)
    return int(text) if text.isdigit() else int(datetime.fromisoformat(text).timestamp())


def _option(element: Json, given: Any) -> Json:
    if isinstance(given, dict):
        return given
    groups = element.get("option_groups", [])
    known = [*element.get("options", []), *(option for group in groups for option in group["options"])]
    found = next((option for option in known if option["value"] == given), None)
    if found is None and "external" not in element["type"]:
        raise ValueError(f"{element['action_id']} has no option {given!r}")
    return dict(found or {"text": {"type": "plain_text", "text": given}, "value": given})


def missing_inputs(blocks: list[Json], values: Json) -> Json:
    """What Slack's client itself holds back: required inputs left empty, and texts of a wrong length."""
    errors: Json = {}
    for block in blocks:
        if block["type"] == "input":
            element = block["element"]
            key, _ = STATE_KEYS[element["type"]]
            value = values.get(block["block_id"], {}).get(element["action_id"], {}).get(key)
            if problem := _problem(element, value, optional=bool(block.get("optional"))):
                errors[block["block_id"]] = problem
    return errors


def _problem(element: Json, value: Any, *, optional: bool) -> str:
    if value in (None, "", []):
        return "" if optional else REQUIRED
    if isinstance(value, str):
        least, most = element.get("min_length", 0), element.get("max_length", 3000)
        if not least <= len(value) <= most and element["type"] == "plain_text_input":
            return f"Please enter between {least} and {most} characters."
    return ""
