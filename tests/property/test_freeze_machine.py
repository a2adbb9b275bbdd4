"""The whole line against its model: any order of acts, every answer, every frozen server, every epoch."""

import asyncio
import shutil
import tempfile
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, ClassVar, TypeVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select

from bot.domain.change import ChangeState
from bot.domain.errors import ChangeImpossible, KeyConflict, Refused
from bot.domain.ids import ChangeId, HoldId, IncidentId, PermitId, SlackUserId
from bot.domain.incident import Severity, Status
from bot.domain.person import Person
from bot.ports.outside import Outside, Policy
from bot.use_cases.change import finish_change, start_change
from bot.use_cases.fix import claim_fix, reject_fix, verify_server
from bot.use_cases.freeze import add_servers
from bot.use_cases.incident import set_severity, set_status
from bot.use_cases.permit import finish_permit, start_permit
from storage.database import Database
from storage.tables import change, hold, permit, server
from tests.acts import ANN, EVERYBODY, add_server, ask, request, stop_the_line
from tests.clocks import FrozenClock
from tests.databases import Postgres
from tests.property.line_model import LineModel

T = TypeVar("T")
SERVERS = ("srv-a", "srv-b", "srv-c")
NEW = "srv-new"
PERMIT_WORDS = {"running": "started", "draining": "draining", "revoked": "revoked", "over": "finished"}
CHANGE_WORDS = {"running": "started", "draining": "draining", "over": "done"}

people = st.sampled_from(EVERYBODY)
one = st.sampled_from(SERVERS)
some = st.frozensets(one, min_size=1, max_size=2)
numbers = st.integers(0, 40)


class Line(RuleBasedStateMachine):
    """Every rule does the same to the product and to the model and compares what they say."""

    fresh: ClassVar[Callable[[], tuple[str, Callable[[], None]]]]

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        url, self.throw_away = type(self).fresh()
        self.store = Database(url)
        self.clock = FrozenClock()
        self.outside = Outside(self.store, self.clock, Policy())
        self.model = LineModel(SERVERS)
        self.incidents: list[IncidentId] = []
        self.holds: list[HoldId] = []
        self.permits: list[PermitId] = []
        self.changes: list[ChangeId] = []
        self.seen_epochs: dict[str, int] = {}

    def teardown(self) -> None:
        self.loop.run_until_complete(self.store.close())
        self.loop.close()
        self.throw_away()

    def do(self, act: Coroutine[Any, Any, T]) -> T:
        return self.loop.run_until_complete(act)

    def may(self, act: Coroutine[Any, Any, Any]) -> bool:
        """Whether the product lets it happen."""
        try:
            self.do(act)
        except Refused:
            return False
        return True

    @initialize()
    def people_and_servers(self) -> None:
        async def add() -> None:
            await add_server(self.outside, *SERVERS)
            async with self.store.write() as tx:
                for who in EVERYBODY:
                    await tx.people.save(Person(who, who, "en-US", "UTC"))

        self.do(add())

    def learn_holds(self) -> None:
        """The product's numbers of the holds, in the model's order: by incident and server."""

        async def read() -> list[Any]:
            async with self.store.engine.connect() as connection:
                query = select(hold.c.id, hold.c.incident_id, server.c.name).join(server).order_by(hold.c.id)
                return list(await connection.execute(query))

        known = set(self.holds)
        rows = [row for row in self.do(read()) if row.id not in known]
        fresh = {(self.incidents.index(row.incident_id), row.name): row.id for row in rows}
        self.holds += [fresh.pop((held.incident, held.server)) for held in self.model.holds[len(self.holds) :]]
        assert not fresh, "a hold that nobody asked for"

    def is_quiet(self) -> bool:
        """Little is frozen: a world that stands still altogether shows nothing of permits."""
        return len(self.model.frozen()) < 2

    @precondition(is_quiet)
    @rule(servers=st.frozensets(st.sampled_from((*SERVERS, NEW)), max_size=2), who=people)
    def declare(self, servers: frozenset[str], who: SlackUserId) -> None:
        made = self.do(stop_the_line(self.outside, *sorted(servers), by=who))
        self.incidents.append(made.incident.id)
        assert self.model.declare(set(servers)) and set(made.frozen) == servers
        self.learn_holds()

    @precondition(lambda self: self.incidents and len(self.model.frozen()) < 3)
    @rule(number=numbers, name=one, who=people)
    def add(self, number: int, name: str, who: SlackUserId) -> None:
        at = number % len(self.incidents)
        may = self.may(add_servers(self.outside, by=who, incident_id=self.incidents[at], names=[name]))
        assert may == self.model.add(at, name)
        self.learn_holds()

    def open_hold(self, number: int) -> int:
        """Mostly the oldest that still freezes, so that much happens to one hold."""
        still = [n for n, held in enumerate(self.model.holds) if not held.released]
        return still[0] if still and number < 30 else number % len(self.holds)

    @precondition(lambda self: self.holds)
    @rule(number=numbers, who=people)
    def claim(self, number: int, who: SlackUserId) -> None:
        at = self.open_hold(number)
        may = self.may(claim_fix(self.outside, by=who, hold_id=self.holds[at], evidence="a graph"))
        assert may == self.model.claim(at, who)

    @precondition(lambda self: self.holds)
    @rule(number=numbers, who=people)
    def reject(self, number: int, who: SlackUserId) -> None:
        at = self.open_hold(number)
        may = self.may(reject_fix(self.outside, by=who, hold_id=self.holds[at], reason="not convincing"))
        assert may == self.model.reject(at)

    @precondition(lambda self: self.holds)
    @rule(number=numbers, who=people)
    def verify(self, number: int, who: SlackUserId) -> None:
        at = self.open_hold(number)
        may = self.may(verify_server(self.outside, by=who, hold_id=self.holds[at]))
        assert may == self.model.verify(at, who)

    @precondition(lambda self: self.holds)
    @rule(number=numbers, first=people, second=people)
    def the_fix_changes_hands(self, number: int, first: SlackUserId, second: SlackUserId) -> None:
        self.claim(number, first)
        self.reject(number, second)
        self.claim(number, second)
        self.verify(number, first)

    @precondition(lambda self: self.holds)
    @rule(number=numbers, order=st.permutations(EVERYBODY))
    def everybody_tries_to_verify(self, number: int, order: list[SlackUserId]) -> None:
        at = self.open_hold(number)
        for who in order:
            may = self.may(verify_server(self.outside, by=who, hold_id=self.holds[at]))
            assert may == self.model.verify(at, who)

    @precondition(lambda self: self.incidents)
    @rule(number=numbers, to=st.sampled_from((Status.RESOLVED, Status.CANCELLED)))
    def end(self, number: int, to: Status) -> None:
        at = number % len(self.incidents)
        may = self.may(set_status(self.outside, by=ANN, incident_id=self.incidents[at], to=to, reason="over"))
        assert may == self.model.end(at)

    @precondition(lambda self: self.incidents)
    @rule(number=numbers)
    def reopen(self, number: int) -> None:
        at, to = number % len(self.incidents), Status.INVESTIGATING
        may = self.may(set_status(self.outside, by=ANN, incident_id=self.incidents[at], to=to, reason="again"))
        assert may == self.model.reopen(at)

    @precondition(lambda self: self.incidents)
    @rule(number=numbers, to=st.sampled_from(Severity))
    def severity(self, number: int, to: Severity) -> None:
        """Changes nothing that the model knows of."""
        self.do(set_severity(self.outside, by=ANN, incident_id=self.incidents[number % len(self.incidents)], to=to))

    @rule(servers=some, key=st.integers(1, 9).map(lambda number: f"k{number}"))
    def ask_permit(self, servers: frozenset[str], key: str) -> None:
        expected = self.model.ask(servers, key)
        try:
            answer = self.do(ask(self.outside, *sorted(servers), key=key))
        except KeyConflict:
            assert expected == "conflict"
            return
        if answer.permit is None:
            assert expected == "frozen"
            assert set(answer.decision.servers) == servers & self.model.frozen()
            return
        if answer.permit.id not in self.permits:
            self.permits.append(answer.permit.id)
        assert expected == self.permits.index(answer.permit.id)

    def latest(self, number: int, things: list[Any]) -> int:
        """Mostly the newest."""
        return len(things) - 1 if number < 25 else number % len(things)

    @precondition(lambda self: self.permits)
    @rule(number=numbers)
    def start_a_permit(self, number: int) -> None:
        at = self.latest(number, self.permits)
        may = self.may(start_permit(self.outside, caller="pipeline", permit_id=self.permits[at]))
        assert may == self.model.start_permit(at)

    @precondition(lambda self: self.permits)
    @rule(number=numbers)
    def finish_a_permit(self, number: int) -> None:
        at = self.latest(number, self.permits)
        may = self.may(finish_permit(self.outside, caller="pipeline", permit_id=self.permits[at], outcome="done"))
        assert may == self.model.finish(self.model.permits[at])

    @rule(servers=some, minutes=st.sampled_from((4, 5, 600)))
    def the_work_begins_late(self, servers: frozenset[str], minutes: int) -> None:
        self.ask_permit(servers, f"late{len(self.permits)}")
        self.time_passes(minutes)
        if self.permits:
            self.start_a_permit(0)

    @rule(servers=some, who=people)
    def request_a_change(self, servers: frozenset[str], who: SlackUserId) -> None:
        answer = self.do(request(self.outside, *sorted(servers), by=who))
        self.changes.append(answer.change.id)
        assert answer.decision.allows == self.model.request(servers)

    @precondition(lambda self: self.changes)
    @rule(number=numbers)
    def start_a_change(self, number: int) -> None:
        at = self.latest(number, self.changes)
        expected = self.model.start_change(at)
        try:
            answer = self.do(start_change(self.outside, by=ANN, change_id=self.changes[at]))
        except ChangeImpossible:
            assert expected is None
            return
        assert answer.decision.allows == expected

    @precondition(lambda self: self.changes)
    @rule(number=numbers)
    def finish_a_change(self, number: int) -> None:
        at = self.latest(number, self.changes)
        may = self.may(finish_change(self.outside, by=ANN, change_id=self.changes[at], outcome=ChangeState.DONE))
        assert may == self.model.finish(self.model.changes[at])

    @rule(minutes=st.sampled_from((1, 4, 5, 600)))
    def time_passes(self, minutes: int) -> None:
        self.clock.forward(minutes=minutes)
        self.model.minute += minutes

    @invariant()
    def the_world_is_as_the_model_says(self) -> None:
        frozen, epochs, permits, changes = self.do(self.look())
        assert frozen == self.model.frozen()
        if epochs:
            assert epochs == self.model.epochs
        assert all(epochs.get(name, 0) >= epoch for name, epoch in self.seen_epochs.items())
        self.seen_epochs = epochs
        for number, work in zip(self.permits, self.model.permits, strict=True):
            ran_out = work.word in ("waiting", "revoked") and self.model.has_run_out(work)
            words = {"granted", "revoked"} if ran_out else {PERMIT_WORDS.get(work.word, "granted")}
            assert permits[number] in words
        for asked, known in zip(self.changes, self.model.changes, strict=True):
            assert known.word == "waiting" or changes[asked] == CHANGE_WORDS[known.word]
            assert known.word != "waiting" or changes[asked] in ("requested", "refused")

    async def look(self) -> tuple[set[str], dict[str, int], dict[int, str], dict[int, str]]:
        async with self.store.engine.connect() as connection:
            held = select(server.c.name).join(hold, hold.c.server_id == server.c.id).where(hold.c.state != "released")
            frozen = set((await connection.execute(held)).scalars())
            epochs = {row.name: row.epoch for row in await connection.execute(select(server.c.name, server.c.epoch))}
            permits = {row.id: row.state for row in await connection.execute(select(permit.c.id, permit.c.state))}
            changes = {row.id: row.state for row in await connection.execute(select(change.c.id, change.c.state))}
        return frozen, epochs, permits, changes


def play(machine: type[Line], *, examples: int) -> None:
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=50,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_on_sqlite(sqlite_template: Path) -> None:
    def fresh() -> tuple[str, Callable[[], None]]:
        folder = tempfile.mkdtemp(prefix="stopline-line-")
        shutil.copy(sqlite_template, Path(folder) / "line.db")
        return f"sqlite:///{folder}/line.db", lambda: shutil.rmtree(folder)

    play(type("LineOnSqlite", (Line,), {"fresh": staticmethod(fresh)}), examples=50)


def test_on_postgresql(postgres: Postgres) -> None:
    def fresh() -> tuple[str, Callable[[], None]]:
        name = asyncio.run(postgres.copy())
        return postgres.url(name), lambda: asyncio.run(postgres.drop(name))

    play(type("LineOnPostgresql", (Line,), {"fresh": staticmethod(fresh)}), examples=12)
