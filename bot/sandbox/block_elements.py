"""Answers for Block Kit's elements and the objects in them: which fields each has, and within which limits."""

from typing import Any

from bot.sandbox.block_shapes import (
    Check,
    Report,
    Shape,
    anything,
    boolean,
    matching,
    one_field_of,
    one_of,
    plain,
    several,
    string,
    text,
    whole,
)
from bot.sandbox.model import Json

ID = string(255)
TYPED_MOST = 3_000
CONFIRM = Shape(
    {"title": plain(100), "text": text(300), "confirm": plain(30), "deny": plain(30)},
    {"style": one_of("primary", "danger")},
)
COMMON: dict[str, Check] = {"action_id": ID, "confirm": CONFIRM, "focus_on_load": boolean}
PROMPTED: dict[str, Check] = {**COMMON, "placeholder": plain(150)}
URL = string(3_000)


def _option(*kinds: str, with_url: bool = False) -> Shape:
    url: dict[str, Check] = {"url": URL} if with_url else {}
    return Shape({"text": text(75, *kinds), "value": string(150)}, {"description": text(75, *kinds), **url})


MENU_OPTION, CHOICE_OPTION = _option("plain_text"), _option()
OPTIONS = several(MENU_OPTION, 1, 100)
GROUP = Shape({"label": plain(75), "options": OPTIONS}, {})
GROUPS = several(GROUP, 1, 100)


def _all_options(element: Json) -> list[Any]:
    groups = element.get("option_groups") or []
    return [*(element.get("options") or []), *(option for group in groups for option in group.get("options") or [])]


def initial_among_options(report: Report, at: str, element: Json) -> None:
    known = _all_options(element)
    if "initial_option" in element and element["initial_option"] not in known:
        report.add(f"{at}/initial_option", "initial_option must be one of the options")
    for index, option in enumerate(element.get("initial_options") or []):
        if option not in known:
            report.add(f"{at}/initial_options/{index}", "initial_options must be among the options")


def distinct_values(report: Report, at: str, element: Json) -> None:
    values = [option.get("value") for option in _all_options(element) if isinstance(option, dict)]
    if len(values) != len(set(map(str, values))):
        report.add(at, "options must have distinct values")


def lengths_in_order(report: Report, at: str, element: Json) -> None:
    least, most = element.get("min_length", 0), element.get("max_length", TYPED_MOST)
    if isinstance(least, int) and isinstance(most, int):
        if least > most:
            report.add(at, "min_length must be at most max_length")
        if len(str(element.get("initial_value") or "")) > most:
            report.add(f"{at}/initial_value", f"must be less than {most + 1} characters")


def _typed(**more: Check) -> Shape:
    return Shape(
        {},
        {**PROMPTED, "initial_value": string(TYPED_MOST, least=0), "dispatch_action_config": anything, **more},
        (lengths_in_order,),
    )


def _menu(initial: str, check: Check, **more: Check) -> dict[str, Shape]:
    """A select and its multi-select; `initial` is the initial value's field name."""
    one = Shape({}, {**PROMPTED, initial: check, **more, "response_url_enabled": boolean})
    multi = Shape({}, {**PROMPTED, f"{initial}s": several(check, 1, 100), **more, "max_selected_items": whole(1, 100)})
    return {"": one, "multi_": multi}


def _static() -> dict[str, Shape]:
    fields: dict[str, Check] = {**PROMPTED, "options": OPTIONS, "option_groups": GROUPS}
    rules = (one_field_of("options", "option_groups"), initial_among_options, distinct_values)
    many: dict[str, Check] = {"initial_options": several(MENU_OPTION, 1, 100), "max_selected_items": whole(1, 100)}
    return {
        "static_select": Shape({}, {**fields, "initial_option": MENU_OPTION}, rules),
        "multi_static_select": Shape({}, {**fields, **many}, rules),
    }


def _menus() -> dict[str, Shape]:
    kinds = {
        "external_select": _menu("initial_option", MENU_OPTION, min_query_length=whole(0, 100)),
        "users_select": _menu("initial_user", string(30)),
        "conversations_select": _menu(
            "initial_conversation", string(30), default_to_current_conversation=boolean, filter=anything
        ),
        "channels_select": _menu("initial_channel", string(30)),
    }
    return {f"{prefix}{kind}": shape for kind, pair in kinds.items() for prefix, shape in pair.items()}


CHOICES = several(CHOICE_OPTION, 1, 10)
CHOICE_RULES = (initial_among_options, distinct_values)
IMAGE = Shape(
    {"alt_text": string(2_000)}, {"image_url": URL, "slack_file": anything}, (one_field_of("image_url", "slack_file"),)
)

ELEMENTS: dict[str, Shape] = {
    "button": Shape(
        {"text": plain(75)},
        {
            "action_id": ID,
            "value": string(2_000, least=0),
            "url": URL,
            "confirm": CONFIRM,
            "style": one_of("primary", "danger"),
            "accessibility_label": string(75),
        },
    ),
    "workflow_button": Shape(
        {"text": plain(75), "workflow": anything}, {"action_id": ID, "style": one_of("primary", "danger")}
    ),
    "image": IMAGE,
    "overflow": Shape(
        {"options": several(_option("plain_text", with_url=True), 2, 5)},
        {"action_id": ID, "confirm": CONFIRM},
        (distinct_values,),
    ),
    "checkboxes": Shape({"options": CHOICES}, {**COMMON, "initial_options": CHOICES}, CHOICE_RULES),
    "radio_buttons": Shape({"options": CHOICES}, {**COMMON, "initial_option": CHOICE_OPTION}, CHOICE_RULES),
    "datepicker": Shape({}, {**PROMPTED, "initial_date": matching(r"\d{4}-\d\d-\d\d")}),
    "timepicker": Shape({}, {**PROMPTED, "initial_time": matching(r"([01]\d|2[0-3]):[0-5]\d"), "timezone": string(64)}),
    "datetimepicker": Shape({}, {**COMMON, "initial_date_time": whole(1_000_000_000, 9_999_999_999)}),
    "plain_text_input": _typed(multiline=boolean, min_length=whole(0, TYPED_MOST), max_length=whole(1, TYPED_MOST)),
    "email_text_input": _typed(),
    "url_text_input": _typed(),
    "number_input": Shape(
        {"is_decimal_allowed": boolean},
        {
            **PROMPTED,
            "initial_value": matching(r"-?\d+(\.\d+)?"),
            "min_value": matching(r"-?\d+(\.\d+)?"),
            "max_value": matching(r"-?\d+(\.\d+)?"),
            "dispatch_action_config": anything,
        },
    ),
    "rich_text_input": Shape({}, {**PROMPTED, "initial_value": anything, "dispatch_action_config": anything}),
    "file_input": Shape({}, {"action_id": ID, "filetypes": several(string(20), 1, 100), "max_files": whole(1, 10)}),
    "feedback_buttons": Shape({"positive_button": anything, "negative_button": anything}, {"action_id": ID}),
    "icon_button": Shape(
        {"icon": anything, "text": plain(75)},
        {
            "action_id": ID,
            "value": string(2_000),
            "confirm": CONFIRM,
            "accessibility_label": string(75),
            "visible_to_user_ids": anything,
        },
    ),
    **_static(),
    **_menus(),
}

SINGLE_MENUS = ("static_select", "external_select", "users_select", "conversations_select", "channels_select")
MULTI_MENUS = tuple(f"multi_{kind}" for kind in SINGLE_MENUS)
PICKS = ("checkboxes", "radio_buttons", "datepicker", "timepicker")
IN_ACTIONS = ("button", "workflow_button", "overflow", "datetimepicker", *PICKS, *SINGLE_MENUS)
IN_SECTION = ("button", "workflow_button", "image", "overflow", *PICKS, *SINGLE_MENUS, *MULTI_MENUS)
IN_INPUT = (
    "plain_text_input",
    "email_text_input",
    "url_text_input",
    "number_input",
    "rich_text_input",
    "file_input",
    "datetimepicker",
    *PICKS,
    *SINGLE_MENUS,
    *MULTI_MENUS,
)
