"""The pieces that every surface is put together from, inside Slack's limits (docs.slack.dev, Block Kit)."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from bot.domain.incident import UNSEEN
from bot.domain.shortening import shorten
from bot.i18n.texts import escape

Block = dict[str, Any]

SECTION_LIMIT = 3000
HEADER_LIMIT = 150
BUTTON_LIMIT = 75
MODAL_TITLE_LIMIT = 24
OPTION_LIMIT = 75
MESSAGE_BLOCKS = 50
MESSAGE_LENGTH = 12_000
"""Characters of all blocks together; Slack refuses more than about 13,000 (msg_blocks_too_long)."""
VIEW_BLOCKS = 100
INPUT_LIMIT = 3000
ROW_LIMIT = 500
"""Characters; escaped they are five times as many at most."""


def fit(markup: str, limit: int) -> str:
    """Markup shortened visibly, never inside a link, a mention or an escaped character."""
    if len(markup) <= limit:
        return markup
    kept = shorten(markup, limit)[:-1]
    for opens, closes in (("<", ">"), ("&", ";")):
        if kept.rfind(opens) > kept.rfind(closes):
            kept = kept[: kept.rfind(opens)]
    return f"{kept.rstrip()}…"


def length(part: Any) -> int:
    """How many characters of text some blocks have together."""
    if isinstance(part, list):
        return sum(length(each) for each in part)
    if not isinstance(part, dict):
        return 0
    return sum(len(each) if name == "text" and isinstance(each, str) else length(each) for name, each in part.items())


def fitting(rows: Sequence[str], room: int) -> int:
    """How many of the first rows have room in so many characters."""
    for count, row in enumerate(rows):
        room -= len(row) + 1
        if room < 0:
            return count
    return len(rows)


def in_full(text: str) -> list[Block]:
    """A person's words without any shortening, in as many sections as they need."""
    pieces = [""]
    for row in text.splitlines(keepends=True):
        for start in range(0, len(row), ROW_LIMIT):
            part = escape(row[start : start + ROW_LIMIT])
            if len(pieces[-1]) + len(part) > SECTION_LIMIT:
                pieces.append("")
            pieces[-1] += part
    return [quoted(piece) for piece in pieces if piece.strip()]


def section(text: str, accessory: Block | None = None) -> Block:
    """Markup, with something beside it."""
    block: Block = {"type": "section", "text": {"type": "mrkdwn", "text": fit(text, SECTION_LIMIT)}}
    return {**block, "accessory": accessory} if accessory else block


def quoted(text: str) -> Block:
    """A section around people's words: of itself nothing in it becomes a link or calls anybody (Slack's `verbatim`)."""
    return {"type": "section", "text": {"type": "mrkdwn", "text": fit(text, SECTION_LIMIT), "verbatim": True}}


def unmarked(text: str) -> str:
    """Words on one line without what Slack takes for bold, italics, strikes or code; `relay-*` and snake_case stay."""
    text, before = " ".join(text.translate(UNSEEN).replace("`", "").split()), ""
    while before != text:
        before, text = text, _MARKED.sub(r"\2", text)
    return text


_MARKED = re.compile(r"(?<![^\W_])([*_~])(?=\S)((?:(?!\1).)*)(?<=\S)\1(?![^\W_])")


def header(text: str) -> Block:
    """A heading, plain."""
    return {"type": "header", "text": plain(text, HEADER_LIMIT)}


def context(text: str, *, verbatim: bool = False) -> Block:
    """Small grey markup; `verbatim` as `quoted`."""
    element: Block = {"type": "mrkdwn", "text": fit(text, SECTION_LIMIT)}
    return {"type": "context", "elements": [{**element, "verbatim": True} if verbatim else element]}


def divider() -> Block:
    """A line."""
    return {"type": "divider"}


def plain(text: str, limit: int) -> Block:
    """Plain text, shortened visibly."""
    return {"type": "plain_text", "text": shorten(text, limit), "emoji": True}


def actions(*elements: Block | None, block_id: str = "") -> Block:
    """A row of buttons and selects; what is None is left out."""
    block: Block = {"type": "actions", "elements": [element for element in elements if element]}
    return {**block, "block_id": block_id} if block_id else block


def button(text: str, action_id: str, value: str = "", *, style: str = "", url: str = "") -> Block:
    """`style` is "primary", "danger" or ""."""
    block: Block = {"type": "button", "text": plain(text, BUTTON_LIMIT), "action_id": action_id}
    extra = {"value": value, "style": style, "url": url}
    return {**block, **{name: given for name, given in extra.items() if given}}


def option(text: str, value: str) -> Block:
    """One choice."""
    return {"text": plain(text, OPTION_LIMIT), "value": value}


def select(placeholder: str, action_id: str, options: Sequence[Block], *, chosen: str = "") -> Block:
    """A menu; `chosen` is the value that stands in it."""
    block: Block = {
        "type": "static_select",
        "action_id": action_id,
        "placeholder": plain(placeholder, 150),
        "options": list(options),
    }
    initial = [one for one in options if one["value"] == chosen]
    return {**block, "initial_option": initial[0]} if initial else block


def text_input(
    name: str, label: str, *, value: str = "", multiline: bool = False, optional: bool = False, hint: str = ""
) -> Block:
    """A field to type in; `name` is its block id, and its action id is "input"."""
    element: Block = {"type": "plain_text_input", "action_id": "input", "multiline": multiline}
    if value:
        element["initial_value"] = value[:INPUT_LIMIT]
    return field(name, label, element, optional=optional, hint=hint)


def field(name: str, label: str, element: Block, *, optional: bool = False, hint: str = "") -> Block:
    """An input block around an element."""
    block: Block = {
        "type": "input",
        "block_id": name,
        "label": plain(label, 2000),
        "element": {**element, "action_id": "input"},
        "optional": optional,
    }
    return {**block, "hint": plain(hint, 2000)} if hint else block


def modal(
    callback_id: str, title: str, blocks: Sequence[Block], *, submit: str = "", close: str, about: Mapping[str, Any]
) -> Block:
    """`about` is plain JSON that comes back with the submission: ids only."""
    view: Block = {
        "type": "modal",
        "callback_id": callback_id,
        "title": plain(title, MODAL_TITLE_LIMIT),
        "close": plain(close, MODAL_TITLE_LIMIT),
        "blocks": list(blocks)[:VIEW_BLOCKS],
        "private_metadata": json.dumps(dict(about)),
    }
    return {**view, "submit": plain(submit, MODAL_TITLE_LIMIT)} if submit else view
