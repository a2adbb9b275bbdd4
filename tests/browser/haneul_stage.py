"""The workspace the browser tests play in: people, channels, and a small bot built with the real bolt library."""

import asyncio
import logging
from datetime import UTC, datetime, timedelta
from typing import Any

from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox import SandboxServer, Workspace

logging.getLogger("slack_bolt").setLevel(logging.CRITICAL)
MINJI, ALEX, SORA = "U01MINJI", "U02ALEX", "U03SORA"
START = datetime(2024, 5, 13, 4, 44, tzinfo=UTC)


def text(words: str) -> dict[str, str]:
    return {"type": "plain_text", "text": words}


def mark(words: str) -> dict[str, str]:
    return {"type": "mrkdwn", "text": words}


def option(value: str, label: str) -> dict[str, Any]:
    return {"text": text(label), "value": value}


SEVERITIES = [option("sev1", "SEV1 — everything is down"), option("sev2", "SEV2 — part is down"), option("sev3", "SEV3 — slow")]

CARD = [
    {"type": "header", "text": text(":rotating_light: db-prod-01 is out of disk")},
    {"type": "section", "text": mark("*SEV2* declared by <@U01MINJI> — writes to `orders` *fail* since <!date^1715574600^{time}|13:30>."),
     "fields": [mark("*Commander*\n<@U02ALEX>"), mark("*Server*\n`db-prod-01`"), mark("*State*\n:red_circle: open"), mark("*Customers*\nabout 1,200")],
     "accessory": {"type": "static_select", "action_id": "severity", "placeholder": text("Severity"), "options": SEVERITIES,
                   "initial_option": SEVERITIES[1]}},
    {"type": "actions", "block_id": "deeds", "elements": [
        {"type": "button", "action_id": "take", "text": text("Take command"), "style": "primary", "value": "inc-1"},
        {"type": "button", "action_id": "close", "text": text("Close"), "style": "danger", "value": "inc-1",
         "confirm": {"title": text("Close it?"), "text": mark("The *freeze* of `db-prod-01` ends."), "confirm": text("Close it"), "deny": text("Not yet")}},
        {"type": "overflow", "action_id": "more", "options": [option("log", "Export the log"), option("mute", "Mute")]}]},
    {"type": "context", "elements": [mark(":snowflake: changes on <https://example.com/db-prod-01|db-prod-01> are stopped")]},
]

MODAL = {
    "type": "modal", "callback_id": "declare", "title": text("Declare an incident"), "submit": text("Declare"), "close": text("Cancel"),
    "blocks": [
        {"type": "input", "block_id": "what", "label": text("What is happening?"), "hint": text("One sentence is enough."),
         "element": {"type": "plain_text_input", "action_id": "text", "multiline": True, "placeholder": text("Orders cannot be saved")}},
        {"type": "input", "block_id": "sev", "label": text("Severity"),
         "element": {"type": "static_select", "action_id": "pick", "placeholder": text("Choose"), "options": SEVERITIES}},
        {"type": "input", "block_id": "hosts", "label": text("Servers"), "optional": True,
         "element": {"type": "multi_external_select", "action_id": "pick", "placeholder": text("Find servers"), "min_query_length": 0}},
        {"type": "input", "block_id": "lead", "label": text("Commander"), "optional": True, "element": {"type": "users_select", "action_id": "pick"}},
        {"type": "input", "block_id": "when", "label": text("Since"), "optional": True, "element": {"type": "timepicker", "action_id": "pick"}},
        {"type": "input", "block_id": "tell", "label": text("Tell"), "optional": True, "element": {
            "type": "checkboxes", "action_id": "pick", "options": [option("cs", "Customer support"), option("sales", "Sales")]}},
    ],
}


class Clock:
    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        self.now += timedelta(milliseconds=1)
        return self.now


class Stage:
    """A running sandbox with its bot; `heard` is what reached the bot."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.workspace = workspace = Workspace(self.clock, name="Haneul", domain="haneul")
        workspace.add_person(MINJI, name="minji", real_name="김민지", locale="ko-KR", tz="Asia/Seoul")
        workspace.add_person(ALEX, name="alex", real_name="Alex Stone", tz="America/New_York")
        workspace.add_person(SORA, name="sora", real_name="박소라", locale="ko-KR", tz="Asia/Seoul")
        commands = [{"command": "/incident", "description": "Declare and run an incident", "usage_hint": "declare sev2 <what happens>"},
                    {"command": "/change", "description": "Ask to change a server", "usage_hint": "request <server>"}]
        shortcuts = [{"callback_id": "keep", "name": "Keep as evidence", "type": "message"}]
        self.app = workspace.add_app(name="Stopline", bot_token="xoxb-page", app_token="xapp-page", signing_secret="s",
                                     commands=commands, shortcuts=shortcuts)
        bot = self.app.bot_user
        self.general = workspace.add_channel("general", members=[MINJI, ALEX, SORA, bot], topic="회사 전체 이야기 · Everything and everyone").id
        self.ops = workspace.add_channel("ops", members=[MINJI, ALEX, bot], topic="Servers and the night shift").id
        self.server = SandboxServer(workspace)
        self.heard: list[tuple[str, Any]] = []

    async def open(self) -> None:
        await self.server.start()
        base = f"{self.server.url}/api/"
        self.api = AsyncWebClient(token="xoxb-page", base_url=base)
        app = self.app

        async def authorize() -> AuthorizeResult:
            return AuthorizeResult(enterprise_id=None, team_id="T0SANDBOX", bot_user_id=app.bot_user, bot_id=app.bot_id, bot_token="xoxb-page")

        quiet = logging.getLogger("page_stage")
        quiet.setLevel(logging.CRITICAL)
        self.bolt = AsyncApp(client=self.api, authorize=authorize, signing_secret="s", logger=quiet, ignoring_self_events_enabled=False)
        _listen(self)
        self._link = AsyncSocketModeHandler(self.bolt, "xapp-page", web_client=AsyncWebClient(token="xapp-page", base_url=base))
        await self._link.connect_async()

    async def close(self) -> None:
        await self._link.close_async()
        await self.server.stop()

    async def until(self, kind: str) -> Any:
        """What the bot heard of this kind, once it has."""
        for _ in range(100):
            for name, what in self.heard:
                if name == kind:
                    return what
            await asyncio.sleep(0.02)
        raise AssertionError(f"the bot heard {[name for name, _ in self.heard]}, no {kind}")


def _listen(stage: Stage) -> None:
    bolt, heard = stage.bolt, stage.heard

    @bolt.command("/incident")
    async def incident(ack: Any, body: Any, client: Any) -> None:
        await ack()
        heard.append(("command", body))
        if body["text"] == "whisper":
            await client.chat_postEphemeral(channel=body["channel_id"], user=body["user_id"], text="Only *you* can read this")
        else:
            await client.views_open(trigger_id=body["trigger_id"], view=MODAL)

    @bolt.view("declare")
    async def declared(ack: Any, body: Any) -> None:
        values = body["view"]["state"]["values"]
        heard.append(("submission", values))
        if len(values["what"]["text"]["value"]) < 10:
            await ack(response_action="errors", errors={"what": "Please say a little more."})
        else:
            await ack()

    @bolt.options({"block_id": "hosts", "action_id": "pick"})
    async def hosts(ack: Any, payload: Any) -> None:
        names = [name for name in ("db-prod-01", "db-prod-02", "web-01") if payload["value"] in name]
        await ack(options=[option(name, name) for name in names])

    @bolt.action("take")
    async def take(ack: Any, body: Any, client: Any) -> None:
        await ack()
        heard.append(("take", body))
        done = [{"type": "section", "text": mark(f"<@{body['user']['id']}> has taken command.")}]
        await client.chat_update(channel=body["channel"]["id"], ts=body["message"]["ts"], text="taken", blocks=done)

    @bolt.action("severity")
    @bolt.action("close")
    @bolt.action("more")
    async def other(ack: Any, action: Any) -> None:
        await ack()
        heard.append((action["action_id"], action))

    @bolt.shortcut("keep")
    async def keep(ack: Any, body: Any) -> None:
        await ack()
        heard.append(("shortcut", body))

    @bolt.event("app_home_opened")
    async def home(event: Any, client: Any) -> None:
        blocks = [{"type": "header", "text": text("Your incidents")},
                  {"type": "section", "text": mark(f"Hello <@{event['user']}>, *nothing* waits for you."),
                   "accessory": {"type": "button", "action_id": "refresh", "text": text("Refresh")}},
                  {"type": "divider"}]
        await client.views_publish(user_id=event["user"], view={"type": "home", "blocks": blocks})

    @bolt.action("refresh")
    async def refresh(ack: Any, body: Any, client: Any) -> None:
        await ack()
        fresh = [{"type": "section", "text": mark("Refreshed.")}]
        await client.views_publish(user_id=body["user"]["id"], view={"type": "home", "blocks": fresh})
