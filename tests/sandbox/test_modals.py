"""Modals behave as in Slack: opened by a fresh trigger, submitted with every input's state, stacked three high."""

import asyncio
from typing import Any

import pytest
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox import App, Person, SandboxServer
from bot.sandbox.views import TRIGGER_SECONDS

View = dict[str, Any]


def plain(text: str) -> View:
    return {"type": "plain_text", "text": text}


def asked(block_id: str, element: View, **more: Any) -> View:
    return {
        "type": "input",
        "block_id": block_id,
        "label": plain(block_id),
        "element": {"action_id": "in", **element},
        **more,
    }


def modal(*blocks: View, callback_id: str = "declare", **more: Any) -> View:
    return {"type": "modal", "callback_id": callback_id, "title": plain("Declare"), "submit": plain("Go"),
            "blocks": list(blocks), **more}  # fmt: skip


OPTIONS = [{"text": plain(value), "value": value} for value in ("sev1", "sev2")]
TITLE = asked("title", {"type": "plain_text_input"})
SEVERITY = asked("severity", {"type": "static_select", "options": OPTIONS, "initial_option": OPTIONS[1]})
AT = asked("at", {"type": "datetimepicker"}, optional=True)


class Bot:
    """Opens a modal on command and answers submissions as told."""

    def __init__(self, bolt: AsyncApp, view: View) -> None:
        self.triggers: list[str] = []
        self.submitted: list[dict[str, Any]] = []
        self.closed: list[str] = []
        self.answer: dict[str, Any] = {}
        self.view = view
        bolt.command("/incident")(self.open)
        bolt.view("declare")(self.submit)
        bolt.view_closed("declare")(self.close)

    async def open(self, ack: Any, client: Any, body: Any) -> None:
        self.triggers.append(body["trigger_id"])
        await client.views_open(trigger_id=body["trigger_id"], view=self.view)
        await ack()

    async def submit(self, ack: Any, body: Any) -> None:
        self.submitted.append(body)
        await ack(**self.answer)

    async def close(self, ack: Any, body: Any) -> None:
        await ack()
        self.closed.append(body["view"]["id"])


@pytest.fixture
def bot(bolt: AsyncApp) -> Bot:
    return Bot(bolt, modal(TITLE, SEVERITY, AT, private_metadata="inc-1", notify_on_close=True))


@pytest.fixture
async def minji(server: SandboxServer, bot: Bot, ops: str) -> Person:
    minji = server.person("U01MINJI")
    assert (await minji.command(ops, "/incident", "")).acked
    return minji


async def test_a_submission_carries_every_input_even_those_left_alone(minji: Person, bot: Bot) -> None:
    outcome = await minji.submit(minji.views()[0], {"title": "Gateway hangs", "at": "2024-05-13T13:44:00+09:00"})

    assert outcome.error is None and minji.views() == []
    view = bot.submitted[0]["view"]
    assert view["state"]["values"] == {
        "title": {"in": {"type": "plain_text_input", "value": "Gateway hangs"}},
        "severity": {"in": {"type": "static_select", "selected_option": OPTIONS[1]}},
        "at": {"in": {"type": "datetimepicker", "selected_date_time": 1715575440}},
    }
    assert view["private_metadata"] == "inc-1" and view["callback_id"] == "declare"


async def test_a_required_input_left_empty_never_leaves_the_client(minji: Person, bot: Bot) -> None:
    outcome = await minji.submit(minji.views()[0], {})
    assert list(outcome.errors or {}) == ["title"] and bot.submitted == []


async def test_errors_keep_the_modal_open(minji: Person, bot: Bot) -> None:
    bot.answer = {"response_action": "errors", "errors": {"title": "Too vague"}}
    outcome = await minji.submit(minji.views()[0], {"title": "x"})
    assert outcome.errors == {"title": "Too vague"} and len(minji.views()) == 1


async def test_an_answer_slack_would_not_take_is_trouble_for_the_person(minji: Person, bot: Bot) -> None:
    for answer in (
        {"response_action": "errors", "errors": {"nowhere": "?"}},
        {"response_action": "update", "view": {}},
    ):
        bot.answer = answer
        assert "trouble" in str((await minji.submit(minji.views()[0], {"title": "x"})).error)


async def test_update_replaces_the_modal_and_keeps_typed_values(minji: Person, bot: Bot) -> None:
    bot.answer = {"response_action": "update", "view": modal(TITLE, callback_id="sure")}
    await minji.submit(minji.views()[0], {"title": "x"})
    (view,) = minji.views()
    assert view["callback_id"] == "sure" and view["state"]["values"]["title"]["in"]["value"] == "x"


async def test_the_stack_is_three_high(minji: Person, bot: Bot) -> None:
    bot.answer = {"response_action": "push", "view": modal(TITLE)}
    for height in (2, 3):
        await minji.submit(minji.views()[-1], {"title": "x"})
        assert len(minji.views()) == height
    assert "push_limit_reached" in str((await minji.submit(minji.views()[-1], {"title": "x"})).error)
    bot.answer = {"response_action": "clear"}
    await minji.submit(minji.views()[-1], {"title": "x"})
    assert minji.views() == []


async def test_closing_tells_the_app_that_asked_for_it(minji: Person, bot: Bot) -> None:
    view = minji.views()[0]
    await minji.close(view)
    assert bot.closed == [view["id"]]


async def test_a_trigger_opens_one_view_within_three_seconds(
    minji: Person, bot: Bot, client: AsyncWebClient, server: SandboxServer
) -> None:
    with pytest.raises(SlackApiError, match="exchanged_trigger_id"):
        await client.views_open(trigger_id=bot.triggers[0], view=bot.view)
    with pytest.raises(SlackApiError, match="invalid_trigger_id"):
        await client.views_open(trigger_id="1.2", view=bot.view)
    assert TRIGGER_SECONDS == 3
    server.triggers.seconds = 0.01
    late = server.triggers.pull(server.workspace.apps[minji.views()[0]["app_id"]], minji.id)
    await asyncio.sleep(0.02)
    with pytest.raises(SlackApiError, match="expired_trigger_id"):
        await client.views_open(trigger_id=late, view=bot.view)


async def test_a_hash_guards_against_races(minji: Person, client: AsyncWebClient) -> None:
    view = minji.views()[0]
    await client.views_update(view_id=view["id"], hash=view["hash"], view=modal(TITLE))
    with pytest.raises(SlackApiError, match="hash_conflict"):
        await client.views_update(view_id=view["id"], hash=view["hash"], view=modal(TITLE))
    with pytest.raises(SlackApiError, match="not_found"):
        await client.views_update(view_id="V404", view=modal(TITLE))


async def test_a_view_slack_would_refuse_is_refused_with_its_reasons(client: AsyncWebClient) -> None:
    with pytest.raises(SlackApiError) as refusal:
        await client.views_open(trigger_id="1", view=modal(title=plain("x" * 25)))
    assert refusal.value.response["error"] == "invalid_arguments"
    assert "/view/title/text" in refusal.value.response["response_metadata"]["messages"][0]


async def test_a_home_is_published_and_its_buttons_answer(
    server: SandboxServer, bolt: AsyncApp, app: App, client: AsyncWebClient
) -> None:
    button = {"type": "button", "action_id": "refresh", "text": plain("Refresh"), "value": "all"}
    pressed: list[dict[str, Any]] = []

    @bolt.event("app_home_opened")
    async def publish(event: Any) -> None:
        view = {"type": "home", "blocks": [{"type": "actions", "elements": [button]}]}
        await client.views_publish(user_id=event["user"], view=view)

    @bolt.action("refresh")
    async def refresh(ack: Any, body: Any) -> None:
        await ack()
        pressed.append(body)

    minji = server.person("U01MINJI")
    assert await minji.open_home(app) is None
    while (home := minji.home(app)) is None:
        await server.settle()
    assert (await minji.click(home, "refresh")).acked
    assert pressed[0]["view"]["type"] == "home" and pressed[0]["actions"][0]["value"] == "all"
