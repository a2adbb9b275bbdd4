"""The acts of people around a freeze: declare, add, connect, claim, verify, end, merge, quarantine."""

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from bot.domain.ids import SlackUserId
from bot.domain.incident import Role, Severity, Status
from bot.domain.server import EdgeKind
from bot.use_cases.catalogue import connect_servers
from bot.use_cases.fix import claim_fix, reject_fix, report_check, verify_server
from bot.use_cases.freeze import add_servers
from bot.use_cases.incident import assign_role, set_severity, set_status
from bot.use_cases.merge import merge_incident
from bot.use_cases.quarantine import begin_quarantine, end_quarantine
from tests.acts import ANN, EVERYBODY, stop_the_line
from tests.property.line_driver import NEW, SERVERS, Driver, numbers, one, people

pairs = st.sets(one, min_size=2, max_size=2).map(frozenset)
in_a_row = st.integers(0, len(SERVERS) - 2).map(lambda n: frozenset(SERVERS[n : n + 2]))
edges = st.one_of(in_a_row, in_a_row, pairs)


class FreezeRules(Driver):
    """What freezes, and what lets go."""

    def is_quiet(self) -> bool:
        """Little is frozen: a world that stands still altogether shows nothing of permits."""
        return len(self.model.frozen()) < 3

    @precondition(is_quiet)
    @rule(servers=st.frozensets(st.sampled_from((*SERVERS, NEW)), max_size=2), who=people)
    def declare(self, servers: frozenset[str], who: SlackUserId) -> None:
        made = self.do(stop_the_line(self.outside, *sorted(servers), by=who))
        self.incidents.append(made.incident.id)
        self.model.declare(set(servers))
        assert set(made.frozen) == self.model.reach(servers)
        self.learn_holds()

    @precondition(lambda self: self.incidents and len(self.model.frozen()) < 4)
    @rule(number=numbers, name=one, who=people)
    def add(self, number: int, name: str, who: SlackUserId) -> None:
        at = number % len(self.incidents)
        may = self.may(add_servers(self.outside, by=who, incident_id=self.incidents[at], names=[name]))
        assert may == self.model.add(at, name)
        self.learn_holds()

    @precondition(lambda self: len(self.model.edges) < 4)
    @rule(edge=edges, who=people)
    def connect(self, edge: frozenset[str], who: SlackUserId) -> None:
        first, second = sorted(edge)
        self.do(connect_servers(self.outside, by=who, one=second, other=first, kind=EdgeKind.SHARED_FATE))
        must, may = self.model.connect(edge)
        fresh = self.new_holds()
        assert must <= set(fresh) <= set(may), (must, fresh, may)
        self.model.hold({who_where: may[who_where] for who_where in fresh})
        self.learn_holds()

    @precondition(lambda self: self.model.edges)
    @rule(number=numbers, who=people)
    def disconnect(self, number: int, who: SlackUserId) -> None:
        edge = sorted(self.model.edges, key=sorted)[number % len(self.model.edges)]
        first, second = sorted(edge)
        gone = connect_servers(self.outside, by=who, one=first, other=second, kind=EdgeKind.SHARED_FATE, removed=True)
        self.do(gone)
        self.model.disconnect(edge)

    @rule(edge=pairs)
    def serve(self, edge: frozenset[str]) -> None:
        """Changes nothing that the model knows of: these edges only warn."""
        first, second = sorted(edge)
        self.do(connect_servers(self.outside, by=ANN, one=first, other=second, kind=EdgeKind.SERVES))

    @precondition(lambda self: self.holds)
    @rule(number=numbers, who=people, mistaken=st.booleans())
    def claim(self, number: int, who: SlackUserId, mistaken: bool) -> None:
        at = self.open_hold(number)
        act = claim_fix(self.outside, by=who, hold_id=self.holds[at], evidence="a graph", mistaken=mistaken)
        assert self.may(act) == self.model.claim(at, who, mistaken)

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
    @rule(number=numbers, first=people, second=people, mistaken=st.booleans())
    def the_fix_changes_hands(self, number: int, first: SlackUserId, second: SlackUserId, mistaken: bool) -> None:
        self.claim(number, first, mistaken)
        self.reject(number, second)
        self.claim(number, second, False)
        self.verify(number, first)

    @precondition(lambda self: self.holds)
    @rule(number=numbers, order=st.permutations(EVERYBODY))
    def everybody_tries_to_verify(self, number: int, order: list[SlackUserId]) -> None:
        at = self.open_hold(number)
        for who in order:
            may = self.may(verify_server(self.outside, by=who, hold_id=self.holds[at]))
            assert may == self.model.verify(at, who)

    @precondition(lambda self: self.holds)
    @rule(number=numbers)
    def a_check_turns_red(self, number: int) -> None:
        name = self.model.holds[self.open_hold(number)].server
        check = report_check(self.outside, caller="probe", server=name, check="http", green=False, words="5xx")
        assert self.do(check) == self.model.check_red(name)

    @precondition(lambda self: self.incidents)
    @rule(number=numbers, who=people)
    def command(self, number: int, who: SlackUserId) -> None:
        at = number % len(self.incidents)
        act = assign_role(self.outside, by=ANN, incident_id=self.incidents[at], role=Role.COMMANDER, who=who)
        self.do(act)
        self.model.command(at, who)

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

    @precondition(lambda self: self.incidents)
    @rule(number=numbers, into=numbers)
    def merge(self, number: int, into: int) -> None:
        at, to = number % len(self.incidents), into % len(self.incidents)
        act = merge_incident(self.outside, by=ANN, merged=self.incidents[at], into=self.incidents[to])
        assert self.may(act) == self.model.merge(at, to)

    @precondition(lambda self: not self.model.quarantined)
    @rule(number=numbers)
    def quarantine(self, number: int) -> None:
        """Rarely: nothing happens meanwhile."""
        if number > 3:
            return
        self.do(begin_quarantine(self.outside, reason="restored from a copy"))
        self.model.quarantine()

    @precondition(lambda self: self.model.quarantined)
    @rule()
    def somebody_looked(self) -> None:
        self.do(end_quarantine(self.outside))
        self.model.quarantined = False
