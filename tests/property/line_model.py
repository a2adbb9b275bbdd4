"""The stopped line in plain Python, written from the list of promises (I1-I8, I12) and not from the code.

Each method says whether the act may happen, and if so, makes it happen here.
"""

from dataclasses import dataclass, field

MINUTES_TO_START = 5


@dataclass
class ModelIncident:
    """`ended`: resolved or cancelled."""

    fresh: bool = True
    ended: bool = False


@dataclass
class ModelHold:
    """Who ever worked on the fix is kept as a set that nothing empties."""

    incident: int
    server: str
    claimed: bool = False
    released: bool = False
    fixers: set[str] = field(default_factory=set)


@dataclass
class ModelWork:
    """A permit or a change. `word`: waiting, running, draining, revoked or over."""

    servers: frozenset[str]
    word: str = "waiting"
    epochs: dict[str, int] = field(default_factory=dict)
    last_minute: int | None = None


class LineModel:
    """What must be true."""

    def __init__(self, servers: tuple[str, ...]) -> None:
        self.epochs = dict.fromkeys(servers, 0)
        self.minute = 0
        self.incidents: list[ModelIncident] = []
        self.holds: list[ModelHold] = []
        self.permits: list[ModelWork] = []
        self.changes: list[ModelWork] = []
        self.keys: dict[str, tuple[frozenset[str], int]] = {}

    def frozen(self) -> set[str]:
        """A server is frozen when, and only when, some hold on it is not released."""
        return {hold.server for hold in self.holds if not hold.released}

    def open_holds(self, incident: int) -> set[str]:
        """The servers that one incident still holds."""
        return {hold.server for hold in self.holds if hold.incident == incident and not hold.released}

    def declare(self, servers: set[str]) -> bool:
        """Anybody may stop the line."""
        self.incidents.append(ModelIncident())
        self._freeze(len(self.incidents) - 1, servers)
        return True

    def add(self, incident: int, server: str) -> bool:
        """An incident that has ended holds nothing, so it takes nothing more."""
        if self.incidents[incident].ended:
            return False
        if server not in self.open_holds(incident):
            self._freeze(incident, {server})
        return True

    def _freeze(self, incident: int, servers: set[str]) -> None:
        for server in servers:
            self.holds.append(ModelHold(incident, server))
            self.epochs[server] = self.epochs.get(server, 0) + 1
        for work in [*self.permits, *self.changes]:
            if work.servers & servers and work.word == "running":
                work.word = "draining"
        for permit in self.permits:
            if permit.servers & servers and permit.word == "waiting":
                permit.word = "revoked"

    def claim(self, number: int, who: str) -> bool:
        """The fix is claimed by somebody who from then on is one of its fixers."""
        hold = self.holds[number]
        if hold.released:
            return False
        hold.claimed = True
        hold.fixers.add(who)
        return True

    def reject(self, number: int) -> bool:
        """Back to active; the fixers stay fixers."""
        hold = self.holds[number]
        if hold.released or not hold.claimed:
            return False
        hold.claimed = False
        return True

    def verify(self, number: int, who: str) -> bool:
        """By a person who is nobody of those who ever worked on the fix there."""
        hold = self.holds[number]
        if hold.released or not hold.claimed or who in hold.fixers:
            return False
        hold.released = True
        return True

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
        self.incidents[incident] = ModelIncident()
        return True

    def ask(self, servers: frozenset[str], key: str) -> int | str:
        """The number of the permit, or "conflict" or "frozen"."""
        if key in self.keys and self.keys[key][0] != servers:
            return "conflict"
        if servers & self.frozen():
            return "frozen"
        if key not in self.keys:
            epochs = {server: self.epochs[server] for server in servers}
            self.permits.append(ModelWork(servers, epochs=epochs, last_minute=self.minute + MINUTES_TO_START))
            self.keys[key] = (servers, len(self.permits) - 1)
        return self.keys[key][1]

    def has_run_out(self, permit: ModelWork) -> bool:
        """Nothing starts with it any more, revoked or not."""
        return permit.last_minute is not None and self.minute >= permit.last_minute

    def start_permit(self, number: int) -> bool:
        """Once, in time, on servers that are as they were and that nobody holds."""
        permit = self.permits[number]
        same = all(self.epochs[server] == epoch for server, epoch in permit.epochs.items())
        free = not permit.servers & self.frozen()
        if permit.word != "waiting" or self.has_run_out(permit) or not same or not free:
            return False
        permit.word = "running"
        return True

    def request(self, servers: frozenset[str]) -> bool:
        """May be asked for at any time; the answer tells whether it could start now."""
        self.changes.append(ModelWork(servers))
        return not servers & self.frozen()

    def start_change(self, number: int) -> bool | None:
        """None: it ran already. Else whether it runs now."""
        change = self.changes[number]
        if change.word != "waiting":
            return None
        if change.servers & self.frozen():
            return False
        change.word = "running"
        return True

    def finish(self, work: ModelWork) -> bool:
        """Only what runs ends, and only because somebody says so."""
        if work.word not in ("running", "draining"):
            return False
        work.word = "over"
        return True
