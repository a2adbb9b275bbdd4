"""The product beside its model: one database, one clock, the numbers of both, and the comparison after every act."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, ClassVar, TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant
from sqlalchemy import select

from bot.domain.errors import Refused
from bot.domain.ids import ChangeId, HoldId, IncidentId, OverrideId, PermitId, SlackUserId
from bot.domain.person import Person
from bot.ports.outside import Outside, Policy
from storage.database import Database
from storage.tables import change, hold, incident, permit, server
from tests.acts import EVERYBODY, add_server
from tests.clocks import FrozenClock
from tests.property.line_model import ModelWork
from tests.property.work_model import WorkModel

T = TypeVar("T")
SERVERS = ("srv-a", "srv-b", "srv-c", "srv-d", "srv-e")
NEW = "srv-new"
PERMIT_WORDS = {"asking": "waiting", "granted": "granted", "running": "started", "over": "finished"}
CHANGE_WORDS = {"running": "started", "draining": "draining", "unknown": "unknown", "over": "done"}

people = st.sampled_from(EVERYBODY)
one = st.sampled_from(SERVERS)
some = st.frozensets(one, min_size=1, max_size=2)
numbers = st.integers(0, 40)


class Driver(RuleBasedStateMachine):
    """Every rule does the same to the product and to the model and compares what they say."""

    fresh: ClassVar[Callable[[], tuple[str, Callable[[], None]]]]

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        url, self.throw_away = type(self).fresh()
        self.store = Database(url)
        self.clock = FrozenClock()
        self.outside = Outside(self.store, self.clock, Policy())
        self.model = WorkModel(SERVERS)
        self.incidents: list[IncidentId] = []
        self.holds: list[HoldId] = []
        self.permits: list[PermitId] = []
        self.changes: list[ChangeId] = []
        self.overrides: list[OverrideId] = []
        self.seen_epochs: dict[str, int] = {}

    def teardown(self) -> None:
        self.loop.run_until_complete(self.store.close())
        self.loop.close()
        self.throw_away()

    def do(self, act: Coroutine[Any, Any, T]) -> T:
        return self.loop.run_until_complete(act)

    def may(self, act: Coroutine[Any, Any, Any]) -> bool:
        """Whether the product lets it happen."""
        return self.answer(act) is not None

    def answer(self, act: Coroutine[Any, Any, T]) -> T | None:
        """What the product answers; None where it refuses."""
        try:
            return self.do(act)
        except Refused:
            return None

    @initialize()
    def people_and_servers(self) -> None:
        async def add() -> None:
            await add_server(self.outside, *SERVERS)
            async with self.store.write() as tx:
                for who in EVERYBODY:
                    await tx.people.save(Person(who, who, "en-US", "UTC"))

        self.do(add())

    def pass_minutes(self, minutes: int) -> None:
        self.clock.forward(minutes=minutes)
        self.model.minute += minutes

    def latest(self, number: int, things: list[Any]) -> int:
        """Mostly the newest."""
        return len(things) - 1 if number < 25 else number % len(things)

    def open_hold(self, number: int) -> int:
        """Mostly the oldest that still freezes, so that much happens to one hold."""
        still = [n for n, held in enumerate(self.model.holds) if not held.released]
        return still[0] if still and number < 30 else number % len(self.holds)

    def latest_of(self, number: int, things: list[ModelWork], *words: str) -> int:
        """Mostly the newest in one of these states."""
        fitting = [n for n, work in enumerate(things) if work.word in words]
        return fitting[-1] if fitting and number < 35 else self.latest(number, things)

    def new_holds(self) -> dict[tuple[int, str], int]:
        """The product's numbers of the holds that the driver does not know yet, by incident and server."""

        async def read() -> list[Any]:
            async with self.store.engine.connect() as connection:
                query = select(hold.c.id, hold.c.incident_id, server.c.name).join(server).order_by(hold.c.id)
                return list(await connection.execute(query))

        known = set(self.holds)
        rows = [row for row in self.do(read()) if row.id not in known]
        fresh = {(self.incidents.index(row.incident_id), row.name): row.id for row in rows}
        assert len(fresh) == len(rows), "an incident holds a server twice"
        return fresh

    def learn_holds(self) -> None:
        """The same holds came here and there."""
        fresh = self.new_holds()
        self.holds += [fresh.pop((held.incident, held.server)) for held in self.model.holds[len(self.holds) :]]
        assert not fresh, "a hold that nobody asked for"

    @invariant()
    def the_world_is_as_the_model_says(self) -> None:
        found = self.do(self.look())
        self.holds_are_the_same(found["hold"])
        epochs = {row.name: row.epoch for row in found["server"].values()}
        if epochs:
            assert epochs == self.model.epochs
        assert all(epochs.get(name, 0) >= epoch for name, epoch in self.seen_epochs.items())
        self.seen_epochs = epochs
        for number, work in zip(self.permits, self.model.permits, strict=True):
            self.permit_is_the_same(found["permit"][number].state, work)
        for asked, known in zip(self.changes, self.model.changes, strict=True):
            word = found["change"][asked].state
            new = known.word in ("new", "asking", "refused")
            assert word in ("requested", "refused") if new else word == CHANGE_WORDS[known.word]
        for number, stands in zip(self.incidents, self.model.incidents, strict=True):
            assert (found["incident"][number].status in ("resolved", "cancelled")) == stands.ended

    def holds_are_the_same(self, found: dict[int, Any]) -> None:
        """Where the promise leaves it open whether a claim still stands, the model learns what the product did."""
        for number, held in zip(self.holds, self.model.holds, strict=True):
            row = found[number]
            if any(held is unsure for unsure in self.model.unsure):
                assert set(row.fixers) >= held.fixers
                held.claimed, held.fixers = row.state == "claimed", set(row.fixers)
                held.mistaken = row.mistaken
            state = "released" if held.released else "claimed" if held.claimed else "active"
            assert row.state == state and set(row.fixers) == held.fixers and row.mistaken == held.mistaken
            assert row.incident_id == self.incidents[held.incident]
        self.model.unsure = []

    def permit_is_the_same(self, state: str, work: ModelWork) -> None:
        ran_out = work.word in ("granted", "revoked") and self.model.has_run_out(work)
        assert state in ({"granted", "revoked"} if ran_out else {PERMIT_WORDS.get(work.word, work.word)})

    async def look(self) -> dict[str, dict[int, Any]]:
        async with self.store.engine.connect() as connection:
            return {
                table.name: {row.id: row for row in await connection.execute(select(table))}
                for table in (hold, server, permit, change, incident)
            }

    def speaker(self, incident: int, who: SlackUserId, number: int) -> SlackUserId:
        """Mostly the one whose word counts."""
        commander = self.model.incidents[incident].commander
        return SlackUserId(commander) if commander and number < 30 else who
