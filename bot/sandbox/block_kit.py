"""Answers for validation: what Slack would refuse in a list of blocks or in a view, as a list of its complaints."""

import json
from collections import Counter
from typing import Any

from bot.sandbox.block_elements import ELEMENTS, ID, IMAGE, IN_ACTIONS, IN_INPUT, IN_SECTION, URL
from bot.sandbox.block_shapes import (
    Check,
    Report,
    Shape,
    anything,
    boolean,
    by_type,
    one_field_of,
    one_of,
    plain,
    several,
    some_field_of,
    string,
    text,
    whole,
)
from bot.sandbox.model import Json

MOST_BLOCKS = {"message": 50, "modal": 100, "home": 100}
MARKDOWN_MOST, TABLE_MOST, DATA_TABLE_MOST, VIEW_BYTES = 12_000, 10_000, 20_000, 250_000
TEXT_ELEMENTS = {
    "plain_text": Shape({"text": string(3_000)}, {"emoji": boolean}),
    "mrkdwn": Shape({"text": string(3_000)}, {"verbatim": boolean}),
    "image": IMAGE,
}
RICH_PARTS = {
    "rich_text_section": Shape({"elements": anything}, {}),
    "rich_text_list": Shape(
        {"elements": anything, "style": one_of("bullet", "ordered")},
        {"indent": whole(0, 8), "offset": whole(0, 1_000), "border": whole(0, 1)},
    ),
    "rich_text_preformatted": Shape({"elements": anything}, {"border": whole(0, 1), "language": string(30)}),
    "rich_text_quote": Shape({"elements": anything}, {"border": whole(0, 1)}),
}


def _row(columns: int) -> Check:
    return several(anything, 1, columns)


def _block(required: dict[str, Check], optional: dict[str, Check] | None = None, *rules: Check) -> Shape:
    return Shape(required, {"block_id": ID, **(optional or {})}, rules)


def _size(most: int) -> Check:
    def check(report: Report, at: str, block: Json) -> None:
        if len(json.dumps(block.get("rows"), ensure_ascii=False)) > most * 3 or _letters(block.get("rows")) > most:
            report.add(at, f"must be less than {most + 1} characters in all")

    return check


def _letters(part: Any) -> int:
    if isinstance(part, list):
        return sum(_letters(each) for each in part)
    if isinstance(part, dict):
        return sum(
            len(held) if name == "text" and isinstance(held, str) else _letters(held) for name, held in part.items()
        )
    return 0


def _action_ids_differ(report: Report, at: str, block: Json) -> None:
    ids = Counter(
        each["action_id"] for each in block.get("elements") or [] if isinstance(each, dict) and "action_id" in each
    )
    for id, times in ids.items():
        if times > 1:
            report.add(at, f"action_id {id!r} must be unique in its block")


CARD = _block(
    {},
    {
        "title": text(150),
        "subtitle": text(150),
        "body": text(200),
        "hero_image": anything,
        "icon": anything,
        "slack_icon": anything,
        "actions": several(by_type(ELEMENTS, "button"), 1, 5),
        "subtext": text(200),
    },
    some_field_of("title", "body", "hero_image", "actions"),
)
BLOCKS: dict[str, Shape] = {
    "section": _block(
        {},
        {
            "text": text(3_000),
            "fields": several(text(2_000), 1, 10),
            "expand": boolean,
            "accessory": by_type(ELEMENTS, *IN_SECTION),
        },
        some_field_of("text", "fields"),
    ),
    "header": _block({"text": plain(150)}, {"level": whole(1, 4)}),
    "divider": _block({}),
    "image": _block(
        {"alt_text": string(2_000)},
        {"image_url": URL, "slack_file": anything, "title": plain(2_000)},
        one_field_of("image_url", "slack_file"),
    ),
    "actions": _block({"elements": several(by_type(ELEMENTS, *IN_ACTIONS), 1, 25)}, {}, _action_ids_differ),
    "context": _block({"elements": several(by_type(TEXT_ELEMENTS), 1, 10)}),
    "context_actions": _block(
        {"elements": several(by_type(ELEMENTS, "feedback_buttons", "icon_button"), 1, 5)}, {}, _action_ids_differ
    ),
    "input": _block(
        {"label": plain(2_000), "element": by_type(ELEMENTS, *IN_INPUT)},
        {"hint": plain(2_000), "optional": boolean, "dispatch_action": boolean},
    ),
    "markdown": _block({"text": string(MARKDOWN_MOST)}),
    "rich_text": _block({"elements": several(by_type(RICH_PARTS), 1, 1_000)}),
    "table": _block(
        {"rows": several(_row(20), 1, 100)}, {"column_settings": several(anything, 0, 20)}, _size(TABLE_MOST)
    ),
    "data_table": _block(
        {"rows": several(_row(20), 1, 201), "caption": anything},
        {"page_size": whole(1, 100), "row_header_column_index": whole(0, 19)},
        _size(DATA_TABLE_MOST),
    ),
    "data_visualization": _block({"chart": anything}, {"title": string(50)}),
    "video": _block(
        {"alt_text": string(2_000), "title": plain(200), "thumbnail_url": URL, "video_url": URL},
        {
            "title_url": URL,
            "description": plain(200),
            "author_name": string(50),
            "provider_name": string(50),
            "provider_icon_url": URL,
        },
    ),
    "file": _block({"external_id": string(255), "source": one_of("remote")}),
    "alert": _block({"text": text(3_000)}, {"level": one_of("default", "info", "warning", "error", "success")}),
    "card": CARD,
    "carousel": _block({"elements": several(CARD, 1, 10)}),
    "task_card": _block(
        {"task_id": string(255), "title": string(255)},
        {
            "status": one_of("pending", "in_progress", "complete", "error"),
            "details": anything,
            "output": anything,
            "sources": anything,
        },
    ),
    "plan": _block({"title": string(255)}, {"tasks": anything}),
}
BLOCKS["container"] = _block(
    {"child_blocks": several(by_type(BLOCKS), 1, 10)},
    {
        "title": anything,
        "subtitle": anything,
        "icon": anything,
        "width": anything,
        "is_collapsible": boolean,
        "default_collapsed": boolean,
    },
)
SURFACES = {
    "markdown": ("message",),
    "table": ("message",),
    "data_table": ("message", "home"),
    "data_visualization": ("message",),
    "container": ("message", "home"),
    "carousel": ("message", "home"),
    "alert": ("modal",),
    "task_card": ("message",),
    "plan": ("message",),
    "context_actions": ("message",),
    "file": ("message",),
}
MOST_OF_ONE = {"table": 1, "data_visualization": 2}
CALLBACK = string(255, least=0)
VIEW_COMMON: dict[str, Check] = {
    "callback_id": CALLBACK,
    "private_metadata": string(3_000, least=0),
    "external_id": CALLBACK,
}
VIEWS: dict[str, Shape] = {
    "modal": Shape(
        {"title": plain(24), "blocks": anything},
        {
            **VIEW_COMMON,
            "submit": plain(24),
            "close": plain(24),
            "clear_on_close": boolean,
            "notify_on_close": boolean,
            "submit_disabled": boolean,
        },
    ),
    "home": Shape({"blocks": anything}, VIEW_COMMON),
}


def check_blocks(blocks: Any, surface: str) -> list[str]:
    """Slack's complaints about blocks for a message, modal or home; none when it would take them."""
    report = Report(surface)
    _check_blocks(report, "/blocks", blocks)
    return report.problems


def check_view(view: Any) -> list[str]:
    surface = view.get("type") if isinstance(view, dict) else None
    report = Report(str(surface))
    by_type(VIEWS)(report, "/view", view)
    if not report.problems:
        _check_blocks(report, "/view/blocks", view["blocks"])
        if (
            surface == "modal"
            and "submit" not in view
            and any(block.get("type") == "input" for block in view["blocks"])
        ):
            report.add("/view", "missing required field: submit")
        if len(json.dumps(view)) > VIEW_BYTES:
            report.add("/view", "view_too_large")
    return report.problems


def _check_blocks(report: Report, at: str, blocks: Any) -> None:
    several(by_type(BLOCKS), 0, MOST_BLOCKS[report.surface])(report, at, blocks)
    if report.problems:
        return
    for index, block in enumerate(blocks):
        _check_surface(report, f"{at}/{index}", block)
    _check_together(report, at, blocks)


def _check_surface(report: Report, at: str, block: Json) -> None:
    if report.surface not in SURFACES.get(block["type"], (report.surface,)):
        report.add(at, f"{block['type']} is not allowed on this surface")
    if block.get("element", {}).get("type") == "file_input" and report.surface != "modal":
        report.add(at, "file_input is allowed in modals only")


def _check_together(report: Report, at: str, blocks: list[Json]) -> None:
    """What counts over all blocks: ids, kinds that may come only so often, and the markdown's length."""
    for id, times in Counter(block["block_id"] for block in blocks if block.get("block_id")).items():
        if times > 1:
            report.add(at, f"block_id {id!r} must be unique")
    kinds = Counter(block["type"] for block in blocks)
    for kind, most in MOST_OF_ONE.items():
        if kinds[kind] > most:
            report.add(at, f"no more than {most} {kind} blocks allowed")
    if sum(len(block["text"]) for block in blocks if block["type"] == "markdown") > MARKDOWN_MOST:
        report.add(at, f"markdown must be less than {MARKDOWN_MOST + 1} characters in all")
    focused = sum(bool((block.get("element") or {}).get("focus_on_load")) for block in blocks)
    if focused > 1:
        report.add(at, "only one element may have focus_on_load")
