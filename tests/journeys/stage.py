"""A workspace of pretend people with the product in it as it runs in production, and what each of them sees."""

import logging
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.config import ModelSettings, Settings
from bot.manifest import BOT_EVENTS, COMMANDS, SHORTCUTS
from bot.ports.outside import Policy
from bot.ports.storage import Store
from bot.sandbox import App, SandboxServer, SlackRefusal, Workspace
from bot.serve import running
from bot.wiring import Product

MINJI, DOYUN, SEOYEON, HANA = "U01MINJI", "U02DOYUN", "U03SEOYEON", "U05HANA"
ALEX, GUEST = "U06ALEX", "U09GUEST"
PEOPLE: tuple[dict[str, Any], ...] = (
    {"id": MINJI, "name": "minji", "real_name": "김민지", "locale": "ko-KR", "tz": "Asia/Seoul"},
    {"id": DOYUN, "name": "doyun", "real_name": "이도윤", "locale": "ko-KR", "tz": "Asia/Seoul"},
    {"id": SEOYEON, "name": "seoyeon", "real_name": "박서연", "locale": "ko-KR", "tz": "Asia/Seoul"},
    {"id": HANA, "name": "hana", "real_name": "정하나", "locale": "ko-KR", "tz": "Asia/Seoul"},
    {"id": ALEX, "name": "alex", "real_name": "Alex Stone", "locale": "en-US", "tz": "Europe/London"},
    {"id": GUEST, "name": "guest", "real_name": "Gil Guest", "locale": "en-US", "is_restricted": True},
)
BOT_TOKEN, APP_TOKEN, SECRET = "xoxb-journey", "xapp-journey", "journey-secret"
SETTLE_SECONDS = 120
PATIENT_SECONDS = 20.0
"""So long Slack waits here for an answer, and a trigger lasts: what is about its 3 seconds sees to them itself."""
SOON = timedelta(minutes=10)


class JourneyClock:
    """Goes on by itself, and forward by leaps where a test or a job that rests says so."""

    def __init__(self, at: datetime = datetime(2024, 5, 20, 5, 52, tzinfo=UTC)) -> None:
        self._at, self._since = at, time.monotonic()

    def now(self) -> datetime:
        """Aware UTC."""
        return self._at + timedelta(seconds=time.monotonic() - self._since)

    def forward(self, **span: float) -> None:
        """`forward(minutes=5)`."""
        self._at += timedelta(**span)


class Complaints(logging.Handler):
    """What the product logged as an error."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.said: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        trouble = f": {record.exc_info[1]!r}" if record.exc_info else ""
        self.said.append(f"{record.name}: {record.getMessage()}{trouble}")


async def at_rest(store: Store, product: Product, clock: JourneyClock) -> bool:
    """Whether the bot has nothing to do; a job that rests is woken in its time."""
    if product.worker.busy:
        return False
    async with store.read() as tx:
        due = await tx.jobs.count_open(due_by=clock.now())
        resting = await tx.jobs.count_open(due_by=clock.now() + SOON) - due
    busy = bool(due or product.worker.busy)
    if resting and not busy:
        clock.forward(seconds=1)
        product.worker.wake()
    return not (busy or resting)


@dataclass
class Stage:
    """One workspace with its bot. What a journey provokes on purpose it says in `expected`: words of the complaint."""

    server: SandboxServer
    app: App
    clock: JourneyClock
    product: Product
    settings: Settings
    ops: str
    incidents: str
    refused_answers: list[str]
    complaints: Complaints
    expected: set[str] = field(default_factory=lambda: {"conversations.invite: already_in_channel"})

    async def settled(self) -> None:
        """Until the bot has done everything it was told; jobs that rest are woken in their time."""
        began, quiet = time.monotonic(), 0
        while quiet < 2:
            assert time.monotonic() - began < SETTLE_SECONDS, "the bot does not come to rest"
            await self.server.delivered()
            await self.server.settle()
            quiet = quiet + 1 if await at_rest(self.product.database, self.product, self.clock) else 0

    def person(self, who: str) -> Any:
        """Somebody who acts."""
        return self.server.person(who)

    async def command(self, who: str, line: str, channel: str = "") -> str:
        """Types a command, and returns what only this person was told."""
        place = channel or self.ops
        before = len(self.person(who).ephemerals(place))
        name, _, text = line.partition(" ")
        outcome = await self.person(who).command(place, name, text)
        assert outcome.acked, outcome.error
        await self.settled()
        return "\n".join(shown(message) for message in self.person(who).ephemerals(place)[before:])

    async def click(self, who: str, where: Any, action_id: str, value: Any = None) -> str:
        """Presses or chooses, and returns what only this person was told."""
        place = where.get("channel", "")
        before = len(self.person(who).ephemerals(place)) if place else 0
        assert (await self.person(who).click(where, action_id, value)).acked
        await self.settled()
        return "\n".join(shown(m) for m in self.person(who).ephemerals(place)[before:]) if place else ""

    async def submit(self, who: str, values: dict[str, Any] | None = None) -> dict[str, str]:
        """Submits the modal on top; the errors under its fields."""
        outcome = await self.person(who).submit(self.person(who).views()[-1], values or {})
        assert outcome.acked and not outcome.error, outcome
        await self.settled()
        return dict(outcome.errors or {})

    async def declare(self, who: str, words: str) -> str:
        """Declares by the fast path; the new channel."""
        before = {channel.id for channel in self.opened()}
        told = await self.command(who, f"/incident declare {words}")
        fresh = [channel.id for channel in self.opened() if channel.id not in before]
        assert len(fresh) == 1, told
        return fresh[0]

    def opened(self) -> list[Any]:
        """The incident channels, oldest first."""
        channels = self.server.workspace.channels.values()
        return [channel for channel in channels if channel.kind == "channel" and channel.name.startswith("inc-")]

    def card(self, channel: str, who: str = MINJI) -> Any:
        """The pinned message of an incident's channel."""
        held = self.server.workspace.channels[channel]
        (pinned,) = held.pins
        return next(m for m in self.person(who).messages(channel) if m["ts"] == _ts(pinned))

    def said(self, channel: str, who: str = MINJI) -> list[str]:
        """What the bot said to everybody there."""
        messages = self.person(who).messages(channel)
        return [shown(m) for m in messages if m.get("bot_id") and not m.get("ephemeral")]

    def direct(self, who: str) -> list[Any]:
        """The messages of somebody's conversation with the bot."""
        return list(self.person(who).messages(self.person(who).im(self.app)))

    async def home(self, who: str) -> Any:
        """Somebody's App Home as it stands after they opened it."""
        await self.person(who).open_home(self.app)
        await self.settled()
        return self.person(who).home(self.app)

    def calls(self, method: str) -> list[Any]:
        """The Web API calls of a method."""
        return [call for call in self.server.calls if call.method == method]

    async def check(self) -> None:
        """Nothing was refused by Slack, given up, or failed in silence."""
        async with self.product.database.read() as tx:
            dead = [f"dead job {id}: {error}" for id, error in await tx.jobs.dead()]
        refused = [f"{c.method}: {c.error}" for c in self.server.calls if c.error]
        everything = [*dead, *refused, *self.refused_answers, *self.complaints.said]
        unexpected = [one for one in everything if not any(words in one for words in self.expected)]
        assert not unexpected, "\n".join(unexpected)


def _ts(pinned: Any) -> str:
    return str(pinned if isinstance(pinned, str) else pinned["ts"])


def shown(message: Any) -> str:
    """Every text of a message or view, as one."""
    return "\n".join(_texts(message.get("blocks") or [])) or str(message.get("text", ""))


def _texts(part: Any) -> list[str]:
    if isinstance(part, list):
        return [text for each in part for text in _texts(each)]
    if not isinstance(part, dict):
        return []
    if isinstance(part.get("text"), str):
        return [part["text"]]
    return [text for name, each in part.items() if name not in ("confirm",) for text in _texts(each)]


def buttons(where: Any) -> set[str]:
    """The action ids of everything that can be pressed or chosen."""
    found = set()
    for block in where.get("blocks") or []:
        for element in [*block.get("elements", []), block.get("accessory"), block.get("element")]:
            if isinstance(element, dict) and "action_id" in element:
                found.add(element["action_id"])
    return found


@dataclass
class Place:
    """A workspace in which no bot runs yet, or none any more."""

    server: SandboxServer
    app: App
    clock: JourneyClock
    settings: Settings
    ops: str
    incidents: str
    refused_answers: list[str]
    complaints: Complaints

    @asynccontextmanager
    async def bot(self) -> AsyncIterator[Stage]:
        """One life of the bot."""
        async with running(self.settings, self.clock) as product:
            about = (self.settings, self.ops, self.incidents, self.refused_answers, self.complaints)
            stage = Stage(self.server, self.app, self.clock, product, *about)
            await stage.settled()
            yield stage
            await stage.check()


@asynccontextmanager
async def set_up(
    database_url: str, *, http_port: int | None = None, clock: JourneyClock | None = None, **policy: Any
) -> AsyncIterator[Stage]:
    """A stage over Socket Mode, or with a port over signed HTTP."""
    async with a_place(database_url, http_port=http_port, clock=clock, **policy) as place, place.bot() as stage:
        yield stage


@asynccontextmanager
async def a_place(
    database_url: str, *, http_port: int | None = None, clock: JourneyClock | None = None, **policy: Any
) -> AsyncIterator[Place]:
    """As `set_up`, before the bot comes."""
    clock = clock or JourneyClock()
    workspace, app, ops, incidents = new_workspace(clock)
    server = SandboxServer(workspace)
    server.delivery.deadline = server.triggers.seconds = PATIENT_SECONDS
    await server.start()
    if http_port:
        app.request_url = f"http://127.0.0.1:{http_port}/slack/events"
    settings = settings_for(server.url, database_url, http_port, policy)
    refused_answers, complaints = _watch(server), Complaints()
    logging.getLogger().addHandler(complaints)
    try:
        yield Place(server, app, clock, settings, ops, incidents, refused_answers, complaints)
    finally:
        logging.getLogger().removeHandler(complaints)
        await server.stop()


def new_workspace(clock: JourneyClock) -> tuple[Workspace, App, str, str]:
    """Everybody, the app, and the channels for operations and for announcements."""
    workspace = Workspace(clock=clock.now, name="Haneul Talk", domain="haneul-talk")
    app = _add_app(workspace)
    for about in PEOPLE:
        workspace.add_person(**about)
    everybody = [str(about["id"]) for about in PEOPLE]
    ops = workspace.add_channel("ops", members=[*everybody, app.bot_user]).id
    incidents = workspace.add_channel("incidents", members=[*everybody, app.bot_user]).id
    return workspace, app, ops, incidents


def _add_app(workspace: Workspace) -> App:
    return workspace.add_app(
        name="Stopline",
        bot_token=BOT_TOKEN,
        app_token=APP_TOKEN,
        signing_secret=SECRET,
        commands=[{"command": c, "description": d, "usage_hint": h, "should_escape": True} for c, d, h in COMMANDS],
        shortcuts=[{"callback_id": c, "name": n, "type": "message"} for c, n, _ in SHORTCUTS],
        events=set(BOT_EVENTS),
    )


def settings_for(url: str, database_url: str, http_port: int | None, policy: dict[str, Any]) -> Settings:
    """As an operator would set them; `policy` may name any setting of the policy too."""
    decided = {
        "managers": (HANA,),
        "on_call": (DOYUN,),
        "announce_channel": "#incidents",
        "language": "ko",
        "zone": "Asia/Seoul",
        **policy,
    }
    return Settings(
        bot_token=decided.pop("bot_token", BOT_TOKEN),
        app_token="" if http_port else APP_TOKEN,
        signing_secret=SECRET if http_port else "",
        slack_api_url=f"{url}/api/",
        database_url=database_url,
        http_host="127.0.0.1",
        http_port=http_port,
        model=decided.pop("model", ModelSettings()),
        servers_file=decided.pop("servers_file", ""),
        doors_file=decided.pop("doors_file", ""),
        journal_file=decided.pop("journal_file", ""),
        policy=Policy(**decided),
    )


def _watch(server: SandboxServer) -> list[str]:
    """What Slack would refuse of the answers to a command or a button: they come by another door than its methods."""
    refused: list[str] = []
    answers = server._interactions.response_urls
    take = answers.respond

    def respond(url: Any, body: Any) -> None:
        try:
            take(url, body)
        except SlackRefusal as refusal:
            refused.append(f"an answer: {refusal.code} {refusal.messages}")
            raise

    answers.respond = respond  # type: ignore[method-assign]
    return refused
