"""The stopped line in plain Python, written from the list of promises (I1-I12) and not from the code.

Each method says whether the act may happen, and if so, makes it happen here. Minutes are whole: a lease is one.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

MINUTES_TO_START = 5
APPROVAL_MINUTES = 30
OVERRIDE_MINUTES = 15
CONFIRM_MINUTES = 30
LEASE_MINUTES = 1
LONGEST_MINUTES = 120
LONGEST_CHANGE_MINUTES = 720
REACH = 3
GOING_ON = ("continue", "roll_back")
RUNNING = ("running", "draining")


@dataclass
class ModelIncident:
    """`ended`: resolved, cancelled or merged into another."""

    fresh: bool = True
    ended: bool = False
    commander: str | None = None


@dataclass
class ModelHold:
    """Who ever worked on the fix is kept as a set that nothing empties. `root`: the named server that led here."""

    incident: int
    server: str
    root: str
    claimed: bool = False
    mistaken: bool = False
    released: bool = False
    fixers: set[str] = field(default_factory=set)


@dataclass
class ModelWork:
    """A permit or a change; `span` is every server whose epoch it was given for.

    `word`: new (a change not started), asking (a fix), granted, running, draining, unknown, revoked, refused, over.
    """

    servers: frozenset[str]
    word: str = "granted"
    kind: str = "normal"
    span: dict[str, int] = field(default_factory=dict)
    last_minute: int | None = None
    incident: int | None = None
    person: str | None = None
    is_change: bool = False
    approvals: dict[int, int] = field(default_factory=dict)
    directive: str = "go"
    agreed: set[int] = field(default_factory=set)
    lease: int | None = None
    ends_by: int = 0


@dataclass
class ModelOverride:
    """`confirmed`: the minute of the second person's word."""

    servers: frozenset[str]
    asker: str
    asked: int
    confirmer: str | None = None
    confirmed: int = 0
    used: bool = False


class LineModel:
    """What must be true of servers, edges, incidents and holds. `unsure`: holds whose claim may be void (a neighbour's
    work came after it): the promise names the server that was worked on, and of the others nothing."""

    def __init__(self, servers: tuple[str, ...]) -> None:
        self.epochs = dict.fromkeys(servers, 0)
        self.edges: set[frozenset[str]] = set()
        self.minute = 0
        self.quarantined = False
        self.incidents: list[ModelIncident] = []
        self.holds: list[ModelHold] = []
        self.permits: list[ModelWork] = []
        self.changes: list[ModelWork] = []
        self.overrides: list[ModelOverride] = []
        self.keys: dict[str, tuple[object, int]] = {}
        self.unsure: list[ModelHold] = []

    def reach(self, names: Iterable[str]) -> set[str]:
        """These servers and all that share their fate, at most three edges away."""
        found = set(names)
        for _ in range(REACH):
            found |= {name for edge in self.edges if edge & found for name in edge}
        return found

    def open(self, *, incident: int | None = None, on: Iterable[str] | None = None) -> list[ModelHold]:
        """The holds that are not released: all, of one incident, on some servers."""
        wanted = None if on is None else set(on)
        return [
            hold
            for hold in self.holds
            if not hold.released
            and (incident is None or hold.incident == incident)
            and (wanted is None or hold.server in wanted)
        ]

    def frozen(self) -> set[str]:
        """A server is frozen when, and only when, some hold on it is not released."""
        return {hold.server for hold in self.open()}

    def in_the_way(self, servers: Iterable[str]) -> set[str]:
        """I1: the held ones among these and all that share their fate."""
        return self.reach(servers) & self.frozen()

    def open_holds(self, incident: int) -> set[str]:
        """The servers that one incident still holds."""
        return {hold.server for hold in self.open(incident=incident)}

    # ------------------------------------------------------------------ freezing

    def declare(self, servers: set[str]) -> None:
        """Anybody may stop the line."""
        self.incidents.append(ModelIncident())
        self.freeze(len(self.incidents) - 1, servers)

    def add(self, incident: int, server: str) -> bool:
        """An incident that has ended holds nothing, so it takes nothing more."""
        if self.incidents[incident].ended:
            return False
        self.freeze(incident, {server})
        return True

    def freeze(self, incident: int, named: set[str]) -> None:
        """The named servers and their reach, where this incident does not hold them yet."""
        reached = self.reach(named) - self.open_holds(incident)
        first = sorted(named)
        roots = {name: next((n for n in first if name in self.reach([n])), name) for name in reached}
        self.hold({(incident, name): name if name in named else roots[name] for name in reached})

    def hold(self, fresh: dict[tuple[int, str], str]) -> None:
        """I2, I3: new holds; epochs grow, what waits is revoked, what runs is drained."""
        for (incident, server), root in fresh.items():
            self.holds.append(ModelHold(incident, server, root))
            self.epochs[server] = self.epochs.get(server, 0) + 1
        touched = {server for _, server in fresh}
        for work in [*self.permits, *self.changes]:
            if touched & set(work.span):
                self._stop(work)

    def _stop(self, work: ModelWork) -> None:
        if work.word in RUNNING:
            work.word, work.directive, work.agreed = "draining", "drain", set()
        elif work.word == "granted":
            work.word = "revoked"

    # ------------------------------------------------------------------ edges

    def connect(self, edge: frozenset[str]) -> tuple[set[tuple[int, str]], dict[tuple[int, str], str]]:
        """I2: whatever reaches further is of a new epoch. The holds that must come now, and those that may.

        Must: what a named server that is still held reaches, unless it was released there before. May: what any held
        server's root reaches.
        """
        if edge in self.edges:
            return set(), {}
        before = {name: self.reach([name]) for name in self.epochs}
        self.edges.add(edge)
        wider = [name for name in self.epochs if self.reach([name]) != before[name]]
        for name in wider:
            self.epochs[name] += 1
        must, may = set(), {}
        for hold in self.open(on=wider):
            for server in self.reach([hold.root]) - self.open_holds(hold.incident):
                may.setdefault((hold.incident, server), hold.root)
                named = hold.root == hold.server
                if named and not self.was_released(hold.incident, server):
                    must.add((hold.incident, server))
        return must, may

    def was_released(self, incident: int, server: str) -> bool:
        """Whether the fix there was verified for this incident before."""
        return any(h.released and (h.incident, h.server) == (incident, server) for h in self.holds)

    def disconnect(self, edge: frozenset[str]) -> None:
        """Lifts nothing."""
        self.edges.discard(edge)

    # ------------------------------------------------------------------ the fix

    def claim(self, number: int, who: str, mistaken: bool = False) -> bool:
        """The fix is claimed by somebody who from then on is one of its fixers."""
        hold = self.holds[number]
        if hold.released:
            return False
        hold.claimed, hold.mistaken = True, mistaken
        hold.fixers.add(who)
        return True

    def reject(self, number: int) -> bool:
        """Back to active; the fixers stay fixers."""
        hold = self.holds[number]
        if hold.released or not hold.claimed:
            return False
        hold.claimed = hold.mistaken = False
        return True

    def verify(self, number: int, who: str) -> bool:
        """I5: by a person who is nobody of those who ever worked on the fix there, mistaken or not."""
        hold = self.holds[number]
        if hold.released or not hold.claimed or who in hold.fixers:
            return False
        hold.released = True
        return True

    def check_red(self, server: str) -> bool:
        """A check turned red: what was claimed there is not shown any more."""
        claimed = [hold for hold in self.open(on=[server]) if hold.claimed]
        for hold in claimed:
            hold.claimed = hold.mistaken = False
        return bool(claimed)

    def worked(self, work: ModelWork, people: Iterable[str | None] = ()) -> None:
        """Work on these servers came after what was claimed there; who did it verifies nothing there."""
        who = {person for person in people if person}
        for hold in self.open(on=work.servers):
            hold.claimed = hold.mistaken = False
            hold.fixers |= who
        near = (self.reach(work.servers) | set(work.span)) - work.servers
        self.unsure += self.open(on=near)

    # ------------------------------------------------------------------ incidents

    def command(self, incident: int, who: str) -> None:
        """Somebody leads."""
        self.incidents[incident].commander = who

    def end(self, incident: int) -> bool:
        """Neither resolved nor cancelled over a hold."""
        if self.incidents[incident].ended or self.open_holds(incident):
            return False
        self.incidents[incident].ended = True
        self.incidents[incident].fresh = False
        return True

    def reopen(self, incident: int) -> bool:
        """Whatever is not at its beginning may go back there."""
        if self.incidents[incident].fresh:
            return False
        self.incidents[incident].fresh, self.incidents[incident].ended = True, False
        return True

    def merge(self, gone: int, into: int) -> bool:
        """No hold is lost: each is the other's now, and where both held a server two are to be verified."""
        if gone == into or self.incidents[gone].ended or self.incidents[into].ended:
            return False
        for server in self.open_holds(gone):
            self.epochs[server] += 1
        for hold in self.open(incident=gone):
            hold.incident = into
        self.incidents[gone].ended, self.incidents[gone].fresh = True, False
        return True

    def quarantine(self) -> None:
        """After a restore every epoch grows and nothing that waits starts."""
        self.quarantined = True
        for server in self.epochs:
            self.epochs[server] += 1
        for permit in self.permits:
            if permit.word == "granted":
                permit.word = "revoked"
