"""The bot of the browser tests: a card, a modal and a Home, built with the real bolt library."""

from typing import Any

from slack_bolt.async_app import AsyncApp

Heard = list[tuple[str, Any]]


def text(words: str) -> dict[str, str]:
    return {"type": "plain_text", "text": words}


def mark(words: str) -> dict[str, str]:
    return {"type": "mrkdwn", "text": words}


def option(value: str, label: str) -> dict[str, Any]:
    return {"text": text(label), "value": value}


def section(words: str, **more: Any) -> dict[str, Any]:
    return {"type": "section", "text": mark(words), **more}


def button(action_id: str, label: str, **more: Any) -> dict[str, Any]:
    return {"type": "button", "action_id": action_id, "text": text(label), **more}


def ask(block_id: str, label: str, type: str, *, optional: bool = False, **element: Any) -> dict[str, Any]:
    element = {"type": type, "action_id": "pick", **element}
    return {"type": "input", "block_id": block_id, "label": text(label), "optional": optional, "element": element}


SEVERITIES = [
    option("sev1", "SEV1 — everything is down"),
    option("sev2", "SEV2 — part is down"),
    option("sev3", "SEV3 — slow"),
]
DOUBT = {
    "title": text("Close it?"),
    "text": mark("The *freeze* of `db-prod-01` ends."),
    "confirm": text("Close it"),
    "deny": text("Not yet"),
}
CARD = [
    {"type": "header", "text": text(":rotating_light: db-prod-01 is out of disk")},
    section(
        "*SEV2* declared by <@U01MINJI> — writes to `orders` *fail* since <!date^1715574600^{time}|13:30>.",
        fields=[
            mark("*Commander*\n<@U02ALEX>"),
            mark("*Server*\n`db-prod-01`"),
            mark("*State*\n:red_circle: open"),
            mark("*Customers*\nabout 1,200"),
        ],
        accessory={
            "type": "static_select",
            "action_id": "severity",
            "placeholder": text("Severity"),
            "options": SEVERITIES,
            "initial_option": SEVERITIES[1],
        },
    ),
    {
        "type": "actions",
        "block_id": "deeds",
        "elements": [
            button("take", "Take command", style="primary", value="inc-1"),
            button("close", "Close", style="danger", value="inc-1", confirm=DOUBT),
            {
                "type": "overflow",
                "action_id": "more",
                "options": [option("log", "Export the log"), option("mute", "Mute")],
            },
        ],
    },
    {"type": "context", "elements": [mark(":snowflake: changes on <https://example.com/db|db-prod-01> are stopped")]},
]

MODAL = {
    "type": "modal",
    "callback_id": "declare",
    "title": text("Declare an incident"),
    "submit": text("Declare"),
    "close": text("Cancel"),
    "blocks": [
        ask("what", "What is happening?", "plain_text_input", multiline=True, placeholder=text("Orders fail")),
        ask("sev", "Severity", "static_select", placeholder=text("Choose"), options=SEVERITIES),
        ask("hosts", "Servers", "multi_external_select", optional=True, placeholder=text("Find"), min_query_length=0),
        ask("lead", "Commander", "users_select", optional=True),
        ask("when", "Since", "timepicker", optional=True),
        ask(
            "tell",
            "Tell",
            "checkboxes",
            optional=True,
            options=[option("cs", "Customer support"), option("sales", "Sales")],
        ),
        {
            "type": "actions",
            "block_id": "steps",
            "elements": [button("deeper", "Look deeper"), button("grow", "More room")],
        },
    ],
}


def listen(bolt: AsyncApp, heard: Heard) -> None:
    """Everything the bot answers; `heard` collects what reached it."""
    _modals(bolt, heard)
    _messages(bolt, heard)
    _home(bolt)


def _modals(bolt: AsyncApp, heard: Heard) -> None:
    @bolt.command("/incident")
    async def incident(ack: Any, body: Any, client: Any) -> None:
        await ack()
        heard.append(("command", body))
        if body["text"] == "whisper":
            whisper = {"channel": body["channel_id"], "user": body["user_id"], "text": "Only *you* read this"}
            await client.chat_postEphemeral(**whisper)
        else:
            await client.views_open(trigger_id=body["trigger_id"], view=MODAL)

    @bolt.shortcut("declare_now")
    async def declare_now(ack: Any, body: Any, client: Any) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=MODAL)

    @bolt.view("declare")
    async def declared(ack: Any, body: Any) -> None:
        values = body["view"]["state"]["values"]
        heard.append(("submission", values))
        if len(values["what"]["pick"]["value"]) < 10:
            await ack(response_action="errors", errors={"what": "Please say a little more."})
        else:
            await ack()

    @bolt.options({"block_id": "hosts", "action_id": "pick"})
    async def hosts(ack: Any, payload: Any) -> None:
        names = [name for name in ("db-prod-01", "db-prod-02", "web-01") if payload["value"] in name]
        await ack(options=[option(name, name) for name in names])

    @bolt.action("deeper")
    async def deeper(ack: Any, body: Any, client: Any) -> None:
        await ack()
        view = {"type": "modal", "title": text("Deeper"), "blocks": [section("One level down")]}
        await client.views_push(trigger_id=body["trigger_id"], view=view)

    @bolt.action("grow")
    async def grow(ack: Any, body: Any, client: Any) -> None:
        await ack()
        heard.append(("typed", body["view"]["state"]["values"]["what"]["pick"]["value"]))
        blocks = [section("More room"), *MODAL["blocks"]]
        await client.views_update(view_id=body["view"]["id"], view={**MODAL, "blocks": blocks})


def _messages(bolt: AsyncApp, heard: Heard) -> None:
    @bolt.action("take")
    async def take(ack: Any, body: Any, client: Any) -> None:
        await ack()
        heard.append(("take", body))
        done = [section(f"<@{body['user']['id']}> has taken command.")]
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


def _home(bolt: AsyncApp) -> None:
    @bolt.event("app_home_opened")
    async def home(event: Any, client: Any) -> None:
        hello = section(f"Hello <@{event['user']}>, *nothing* waits for you.", accessory=button("refresh", "Refresh"))
        blocks = [{"type": "header", "text": text("Your incidents")}, hello, {"type": "divider"}]
        await client.views_publish(user_id=event["user"], view={"type": "home", "blocks": blocks})

    @bolt.action("refresh")
    async def refresh(ack: Any, body: Any, client: Any) -> None:
        await ack()
        view = {"type": "home", "blocks": [section("Refreshed.")]}
        await client.views_publish(user_id=body["user"]["id"], view=view)
