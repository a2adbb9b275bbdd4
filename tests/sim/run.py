"""One simulation: the people, the wire and the real bot (intake, worker, use cases, storage) on one simulated clock."""

import asyncio
import json
import random
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from slack_bolt.request.async_request import AsyncBoltRequest

from bot.domain.ids import ChannelId, IncidentId
from bot.domain.incident import Severity
from bot.domain.transcript import LineKind
from bot.i18n.texts import Texts
from bot.i18n.timeline import entry_text
from bot.sandbox import Workspace
from bot.use_cases.backfill import ask_all, ask_due, ask_now, how_far
from bot.use_cases.incident import declare
from bot.use_cases.timeline import read_timeline
from bot.use_cases.transcript import read_transcript
from bot.wiring import Product, build
from tests.clocks import START, FrozenClock
from tests.journeys.stage import settings_for
from tests.sim import oracle
from tests.sim.town import PEOPLE, Town
from tests.sim.wire import DirectClient, Wire

DEED_SECONDS = 1.5
"""People do something so often, all of them together."""
LOOK = timedelta(seconds=60)
"""The bot's chores come round so often."""
TOGETHER = 150
"""So many deliveries may wait for the worker."""
PATIENCE = 500
"""So many looks, of 5 s each, in which the reading of a channel must have come further."""
STUCK_SECONDS = 120.0
"""Of real time: nothing here waits for the world outside."""
TROUBLES = ("no connection", "held back", "nothing comes", "restart", "crash in a reading")
ZONE = "Asia/Seoul"


@dataclass(frozen=True)
class Plan:
    """What is simulated."""

    events: int
    seed: int
    incidents: int = 6
    trouble_every: int = 1000


class Broken(AssertionError):
    """The bot knows something else than what was done."""


class Simulation:
    """`play` raises Broken, naming what differs first."""

    def __init__(self, plan: Plan, folder: Path) -> None:
        self.plan, self.folder = plan, folder
        self.chance, self.clock = self._chance("troubles"), FrozenClock()
        self.workspace = Workspace(clock=self.clock.now, name="Haneul Talk", domain="haneul-talk")
        self.wire = Wire(self._chance("wire"), self.clock.now)
        self.app = self.workspace.add_app(
            name="Stopline", bot_token="xoxb-sim", app_token="xapp-sim", signing_secret="sim"
        )
        self.client = DirectClient(self.workspace, self.app, self.wire, self._chance("calls"))
        self.troubles: dict[str, int] = {}
        self.declared: list[oracle.Declared] = []
        self._product: Product | None = None
        self._looked_at = START
        self._over_at: tuple[datetime, Callable[[], Any]] | None = None
        self._waiting = 0

    def _chance(self, what: str) -> random.Random:
        """One of its own for each, so that people do the same whatever the bot asks."""
        return random.Random(f"{self.plan.seed} {what}")

    @property
    def bot(self) -> Product:
        """The present life of the bot."""
        assert self._product
        return self._product

    # -- its lives

    async def _start(self) -> None:
        url = f"sqlite:///{self.folder / 'sim.db'}"
        settings = settings_for("http://127.0.0.1", url, None, {"announce_channel": "", "on_call": ()})
        self._product = await build(settings, self.clock)
        self.bot.desk.chat._client = self.client  # type: ignore[attr-defined]
        await self.bot.identify()
        await ask_all(self.bot.desk.outside, ended=True)

    async def _end(self) -> None:
        running = list(self.bot.worker._running.values())
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        await self.bot.close()

    async def _again(self) -> None:
        """A new life; what the old one had begun is free once its lease is over."""
        await self._end()
        self.clock.forward(seconds=5)
        self.client.on_page = lambda: False
        self.wire.deaf = False
        await self._start()

    # -- what goes on

    async def play(self) -> dict[str, Any]:
        """Everything; what there was of each."""
        for name in PEOPLE:
            self.workspace.add_person(name, name=PEOPLE[name], real_name=PEOPLE[name], locale="ko-KR", tz=ZONE)
        await self._start()
        await self._declare()
        self.workspace.event_sinks.append(self.wire.send)
        held = [self.workspace.channels[one.channel] for one in self.declared]
        town = Town(self.workspace, self._chance("people"), held)
        for number in range(self.plan.events):
            await self._until(self.clock.now() + timedelta(seconds=self.chance.expovariate(1 / DEED_SECONDS)))
            town.act()
            if number % self.plan.trouble_every == self.plan.trouble_every // 2 and self._over_at is None:
                await self._trouble()
        await self._calm_down()
        compared = await self._compare(town)
        await self._end()
        return {"deeds": town.deeds, "fates": self.wire.fates, "troubles": self.troubles, **compared}

    async def _declare(self) -> None:
        for number in range(self.plan.incidents):
            who, title = self.chance.choice(list(PEOPLE)), f"결제 오류 {number}"
            at = self.clock.forward(minutes=1)
            words = {"title": title, "severity": Severity.SEV2, "request_key": f"sim-{number}", "language": "ko"}
            made = await declare(self.bot.desk.outside, by=who, servers=(), **words)  # type: ignore[arg-type]
            await self._work()
            async with self.bot.database.read() as tx:
                one = await tx.incidents.get(made.incident.id)
            assert one and one.channel and one.card_ts
            held = self.workspace.channels[one.channel]
            held.members.update(dict.fromkeys(PEOPLE))
            self.declared.append(oracle.Declared(held.id, one.card_ts, title, who, at))

    async def _until(self, at: datetime) -> None:
        """Lets everything arrive and every chore be done that comes before."""
        while True:
            nexts = [(self._looked_at + LOOK, self._look)]
            if self.wire.next_at:
                nexts.append((self.wire.next_at, self._arrive))
            if self._over_at:
                nexts.append(self._over_at)
            moment, act = min(nexts, key=lambda pair: pair[0])
            if moment > at:
                break
            self.clock.set(max(moment, self.clock.now()))
            await act()
        self.clock.set(max(at, self.clock.now()))

    async def _arrive(self) -> None:
        body = self.wire.arrive()
        if body is None:
            return
        answer = await self.bot.slack.bolt.async_dispatch(AsyncBoltRequest(body=body, mode="socket_mode"))
        assert answer.status == 200
        self._waiting += 1
        if self._waiting >= TOGETHER:
            await self._work()

    async def _look(self) -> None:
        self._looked_at = self.clock.now()
        if self._over_at is None or not self.wire.deaf:
            await self.bot.slack.losses.make_good()
        await ask_due(self.bot.desk.outside)
        await self._work()

    async def _work(self) -> None:
        """The worker does what is due; where the process dies in the midst of it, the next life goes on."""
        self._waiting = 0
        worker, died = self.bot.worker, False
        while not died:
            claimed = await worker._claim()
            running = list(worker._running.values())
            if not running and not claimed:
                return
            dying = asyncio.ensure_future(self.client.died.wait())
            done, _ = await asyncio.wait([*running, dying], return_when=asyncio.FIRST_COMPLETED, timeout=STUCK_SECONDS)
            died = dying in done
            dying.cancel()
            if not done:
                raise Broken("a job neither ends nor dies")
        self.client.died.clear()
        self.troubles["died"] = self.troubles.get("died", 0) + 1
        await self._again()
        await self._work()

    # -- what goes wrong

    async def _trouble(self) -> None:
        """Something goes wrong, and is over after a while."""
        kind = self.chance.choice(TROUBLES)
        self.troubles[kind] = self.troubles.get(kind, 0) + 1
        lasts = timedelta(seconds=self.chance.uniform(20, 900))
        match kind:
            case "no connection":
                self.wire.deaf = True
                self._over_at = (self.clock.now() + lasts, self._connected)
            case "held back":
                self.wire.silent = True
                self._over_at = (self.clock.now() + lasts, self._released)
            case "nothing comes":
                self.wire.silent = True
                self._over_at = (self.clock.now() + lasts, self._heard)
            case "restart":
                self.wire.deaf = True
                self._over_at = (self.clock.now() + lasts, self._restarted)
            case _:
                left = iter(range(self.chance.randrange(1, 6)))
                self.client.on_page = lambda: next(left, None) is None

    async def _connected(self) -> None:
        self._over_at, self.wire.deaf = None, False
        self.bot.slack.losses.suspect()  # as Sockets does after a time when none stood

    async def _released(self) -> None:
        self._over_at, self.wire.silent = None, False
        body = {"type": "app_rate_limited", "minute_rate_limited": int(self.clock.now().timestamp()) // 60 * 60}
        await self.bot.slack.bolt.async_dispatch(AsyncBoltRequest(body=body, mode="socket_mode"))

    async def _heard(self) -> None:
        self._over_at, self.wire.silent = None, False

    async def _restarted(self) -> None:
        self._over_at = None
        await self._again()

    # -- the end

    async def _calm_down(self) -> None:
        """The last deliveries arrive, and each channel is read as before a draft."""
        await self._until(self.clock.now() + timedelta(hours=1))
        self.clock.forward(minutes=2)
        for number, one in enumerate(self.declared, start=1):
            asked = await ask_now(self.bot.desk.outside, IncidentId(number))
            if asked:
                await self._read_through(number, one.channel, asked[1])

    async def _read_through(self, number: int, channel: str, wanted: int) -> None:
        """A long channel takes hours at Slack's pace, but the reading goes on in each stretch of patience."""
        stood, left = None, PATIENCE
        while (read := await how_far(self.bot.desk.outside, ChannelId(channel))).through < wanted:
            left = PATIENCE if read != stood else left - 1
            if not left:
                raise Broken(f"INC-{number} is read no further: {read}")
            stood = read
            await self._work()
            self.clock.forward(seconds=5)

    async def _compare(self, town: Town) -> dict[str, Any]:
        url, size, lines = self.workspace.base_url, 0, 0
        for number, one in enumerate(self.declared, start=1):
            async with self.bot.database.read() as tx:
                incident = await tx.incidents.get(IncidentId(number))
                assert incident
                told = [_shown(line) for line in await read_transcript(tx, incident, zone=ZONE)]
            pairs = [(_bytes(told), oracle.transcript(one, town.said, self.wire.given, url))]
            entries = await read_timeline(self.bot.desk.outside, incident_id=IncidentId(number))
            for language in ("ko", "en"):
                texts = Texts(language, ZONE)
                said = [{"at": entry.at.isoformat(), "text": str(entry_text(texts, entry))} for entry in entries]
                pairs.append((_bytes(said), oracle.timeline(one, town.said, self.wire.given, language)))
            for ours, wanted in pairs:
                _same(ours, wanted, number)
                size, lines = size + len(ours), lines + ours.count(b"\n") + 1
        async with self.bot.database.read() as tx:
            if dead := await tx.jobs.dead():
                raise Broken(f"given up: {dead[:3]}")
        return {"bytes": size, "lines": lines, "never given": len(town.said) - len(self._given(town))}

    def _given(self, town: Town) -> list[Any]:
        return [m for m in town.said if (m.channel, m.ts) in self.wire.given]


def _shown(line: Any) -> dict[str, Any]:
    """Every field but what becomes of a line after it was cited: nothing is cited here. A message that was changed has
    a version, whose name is Slack's.
    """
    known = {**asdict(line), "at": line.at.isoformat()}
    assert not known.pop("since"), "nothing was cited"
    version = known.pop("version")
    is_message, changed = line.kind is LineKind.MESSAGE, line.edited or line.deleted
    assert (version is not None) is is_message and bool(version) is (is_message and changed), known
    return known


def _bytes(lines: list[dict[str, Any]]) -> bytes:
    return "\n".join(json.dumps(line, ensure_ascii=False, sort_keys=True) for line in lines).encode()


def _same(ours: bytes, wanted: bytes, number: int) -> None:
    if ours == wanted:
        return
    pairs = zip(ours.decode().split("\n"), wanted.decode().split("\n"), strict=False)
    first = next((f"\n  the bot:  {one}\n  in truth: {other}" for one, other in pairs if one != other), "the end")
    raise Broken(f"INC-{number}: {len(ours)} bytes, {len(wanted)} in truth; first {first}")
