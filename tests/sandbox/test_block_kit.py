"""The sandbox refuses the blocks and views Slack would refuse, and takes those Slack would take."""

from typing import Any

import pytest

from bot.sandbox.block_kit import check_blocks, check_view

Block = dict[str, Any]


def plain(text: str) -> Block:
    return {"type": "plain_text", "text": text}


def marked(text: str) -> Block:
    return {"type": "mrkdwn", "text": text}


def option(value: str, text: str = "Option") -> Block:
    return {"text": plain(text), "value": value}


def section(**more: Any) -> Block:
    return {"type": "section", "text": marked("Hello"), **more}


def actions(*elements: Block) -> Block:
    return {"type": "actions", "elements": list(elements)}


def button(**more: Any) -> Block:
    return {"type": "button", "text": plain("Go"), "action_id": "go", **more}


def asked(element: Block, **more: Any) -> Block:
    return {"type": "input", "block_id": "asked", "label": plain("What"), "element": element, **more}


def modal(*blocks: Block, **more: Any) -> Block:
    return {"type": "modal", "title": plain("Declare"), "submit": plain("Declare"), "blocks": list(blocks), **more}


SELECT = {"type": "static_select", "action_id": "a", "options": [option("1"), option("2")]}

TAKEN: dict[str, Block] = {
    "a section with a button": section(accessory=button()),
    "fields": {"type": "section", "fields": [marked("a"), plain("b")]},
    "a header": {"type": "header", "text": plain("Title"), "level": 2},
    "a context": {
        "type": "context",
        "elements": [marked("a"), {"type": "image", "image_url": "https://x/y.png", "alt_text": "y"}],
    },
    "a select with a choice made": actions({**SELECT, "initial_option": option("2")}),
    "an overflow": section(accessory={"type": "overflow", "action_id": "o", "options": [option("1"), option("2")]}),
    "a moment": actions({"type": "datetimepicker", "action_id": "at", "initial_date_time": 1715575440}),
    "rich text": {
        "type": "rich_text",
        "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "hi"}]}],
    },
    "markdown": {"type": "markdown", "text": "**hi**"},
    "a confirmed danger": actions(
        button(
            style="danger",
            confirm={"title": plain("Sure?"), "text": marked("*Really*"), "confirm": plain("Yes"), "deny": plain("No")},
        )
    ),
    "text of the full length": section(text=marked("x" * 3000)),
}
REFUSED: dict[str, tuple[Block, str]] = {
    "an unknown block": ({"type": "sections"}, "unsupported type: sections"),
    "no type": ({"text": plain("a")}, "unsupported type"),
    "an empty section": ({"type": "section"}, "must have text or fields"),
    "an empty text": (section(text=marked("")), "must be more than 0 characters"),
    "a long text": (section(text=marked("x" * 3001)), "must be less than 3001 characters"),
    "many fields": ({"type": "section", "fields": [marked("a")] * 11}, "no more than 10 items"),
    "a marked header": ({"type": "header", "text": marked("Title")}, "mrkdwn is not allowed here"),
    "a long header": ({"type": "header", "text": plain("x" * 151)}, "less than 151"),
    "a marked button": (actions(button(text=marked("Go"))), "mrkdwn is not allowed here"),
    "a long button": (actions(button(text=plain("x" * 76))), "less than 76"),
    "a long value": (actions(button(value="x" * 2001)), "less than 2001"),
    "an unknown style": (actions(button(style="blue")), "must be one of"),
    "a misspelt field": (section(accesory=button()), "invalid additional property: accesory"),
    "two alike actions": (actions(button(), button()), "must be unique in its block"),
    "too many actions": (actions(*[button(action_id=f"a{n}") for n in range(26)]), "no more than 25 items"),
    "no actions": (actions(), "no less than 1 items"),
    "a text input among actions": (actions({"type": "plain_text_input", "action_id": "a"}), "not allowed here"),
    "a long option": (actions({**SELECT, "options": [option("1", "x" * 76)]}), "less than 76"),
    "a long option value": (actions({**SELECT, "options": [option("x" * 151)]}), "less than 151"),
    "too many options": (actions({**SELECT, "options": [option(str(n)) for n in range(101)]}), "no more than 100"),
    "a strange initial option": (actions({**SELECT, "initial_option": option("3")}), "initial_option must be one of"),
    "no options": (actions({"type": "static_select", "action_id": "a"}), "exactly one of options"),
    "a marked option": (actions({**SELECT, "options": [{"text": marked("a"), "value": "1"}]}), "mrkdwn is not allowed"),
    "an overflow of six": (
        actions({"type": "overflow", "options": [option(str(n)) for n in range(6)]}),
        "no more than 5",
    ),
    "a wide context": ({"type": "context", "elements": [marked("a")] * 11}, "no more than 10 items"),
    "an image without alt": ({"type": "image", "image_url": "https://x/y.png"}, "missing required field: alt_text"),
    "an unlabelled input": ({"type": "input", "element": SELECT}, "missing required field: label"),
    "a long typed text": (asked({"type": "plain_text_input", "action_id": "a", "max_length": 3001}), "from 1 to 3000"),
    "an alert in a message": ({"type": "alert", "text": marked("Careful")}, "not allowed on this surface"),
    "long markdown": ({"type": "markdown", "text": "x" * 12_001}, "less than 12001"),
    "a wrong date": (actions({"type": "datepicker", "action_id": "a", "initial_date": "13.5.2024"}), "invalid format"),
    "a long block_id": (section(block_id="x" * 256), "less than 256"),
}


@pytest.mark.parametrize("block", TAKEN.values(), ids=TAKEN)
def test_a_message_may_have(block: Block) -> None:
    assert check_blocks([block], "message") == []


@pytest.mark.parametrize(("block", "complaint"), REFUSED.values(), ids=REFUSED)
def test_a_message_may_not_have(block: Block, complaint: str) -> None:
    assert complaint in " ".join(check_blocks([block], "message"))


def test_a_complaint_says_where() -> None:
    assert check_blocks([section(), section(text=marked(""))], "message")[0].endswith(
        "[json-pointer:/blocks/1/text/text]"
    )


def test_a_message_has_at_most_50_blocks_and_a_modal_100() -> None:
    assert check_blocks([section()] * 50, "message") == []
    assert check_blocks([section()] * 51, "message")
    assert check_view(modal(*[section()] * 100)) == []
    assert check_view(modal(*[section()] * 101))


def test_block_ids_are_unique() -> None:
    assert "must be unique" in check_blocks([section(block_id="a"), section(block_id="a")], "message")[0]


def test_a_modal_with_inputs_needs_a_submit_button() -> None:
    asking = asked({"type": "plain_text_input", "action_id": "a"})
    assert check_view(modal(asking)) == []
    without = modal(asking)
    del without["submit"]
    assert "missing required field: submit" in check_view(without)[0]


@pytest.mark.parametrize("more", [
    {"title": plain("x" * 25)},
    {"submit": plain("x" * 25)},
    {"private_metadata": "x" * 3001},
    {"callback_id": "x" * 256},
    {"title": marked("Declare")},
    {"colour": "red"},
])  # fmt: skip
def test_a_view_keeps_its_limits(more: Block) -> None:
    assert check_view(modal(section(), **more))
