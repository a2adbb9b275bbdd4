"""What must be true of work: permits, fixes, overrides, changes, runs. The other half of the model of the line."""

from tests.property.line_model import (
    APPROVAL_MINUTES,
    CONFIRM_MINUTES,
    GOING_ON,
    LEASE_MINUTES,
    LONGEST_CHANGE_MINUTES,
    LONGEST_MINUTES,
    MINUTES_TO_START,
    OVERRIDE_MINUTES,
    RUNNING,
    LineModel,
    ModelOverride,
    ModelWork,
)


class WorkModel(LineModel):
    """Adds what may be asked for, started and ended."""

    def has_run_out(self, permit: ModelWork) -> bool:
        """Nothing starts with it any more, revoked or not."""
        return permit.last_minute is not None and self.minute >= permit.last_minute

    def _grant(self, work: ModelWork, until: int | None = None) -> None:
        work.word, work.span = "granted", {name: self.epochs[name] for name in self.reach(work.servers)}
        work.last_minute = min(self.minute + MINUTES_TO_START, until or self.minute + MINUTES_TO_START)

    # ------------------------------------------------------------------ permits

    def ask(self, servers: frozenset[str], key: str, override: int | None = None) -> int | str:
        """The number of the permit, or the refusal: quarantine, override, conflict, frozen, stale."""
        if self.quarantined:
            return "quarantine" if override is None or self.may_use(override, servers) else "override"
        if override is not None and not self.may_use(override, servers):
            return "override"
        content = (servers, override)
        if key in self.keys and self.keys[key][0] != content:
            return "conflict"
        held = bool(self.in_the_way(servers))
        if held and override is None:
            return "frozen"
        if key in self.keys:
            return self._again(self.keys[key][1])
        work = ModelWork(servers)
        self._grant(work)
        if held and override is not None:
            self._use(override, work)
        self.permits.append(work)
        self.keys[key] = (content, len(self.permits) - 1)
        return len(self.permits) - 1

    def _again(self, number: int) -> int | str:
        """I7: the same answer, never a second permit; what is worth nothing is said to be stale."""
        permit = self.permits[number]
        dead = permit.word in ("revoked", "refused") or (permit.word == "granted" and self.has_run_out(permit))
        return "stale" if dead else number

    def start_permit(self, number: int) -> bool:
        """Once, in time, on servers that are as they were; normal work where nobody holds them (I1, I2, I4)."""
        permit = self.permits[number]
        same = all(self.epochs[server] == epoch for server, epoch in permit.span.items())
        if permit.word != "granted" or self.has_run_out(permit) or not same or self.quarantined:
            return False
        if permit.kind == "normal" and self.in_the_way(permit.servers):
            return False
        if permit.kind == "fix" and not self.fix_is_agreed(permit):
            return False
        self._run(permit)
        return True

    def _run(self, work: ModelWork) -> None:
        work.word = "running"
        work.ends_by = self.minute + (LONGEST_CHANGE_MINUTES if work.is_change else LONGEST_MINUTES)
        if work.kind != "normal":
            self.worked(work, [work.person])

    # ------------------------------------------------------------------ fixes (I11)

    def is_held_by(self, incident: int | None, servers: frozenset[str]) -> bool:
        """Whether that incident holds every one of these."""
        return incident is not None and servers <= self.open_holds(incident)

    def fix_is_agreed(self, work: ModelWork) -> bool:
        """Its incident holds every server, and whoever holds anything there agreed within half an hour."""
        holding = {hold.incident for hold in self.open(on=self.reach(work.servers))}
        agreed = {one for one, minute in work.approvals.items() if self.minute < minute + APPROVAL_MINUTES}
        return self.is_held_by(work.incident, work.servers) and holding <= agreed

    def ask_fix(self, incident: int, servers: frozenset[str], key: str) -> bool:
        """Waits for approval, where the incident holds every server."""
        if self.quarantined or not self.is_held_by(incident, servers):
            return False
        self.permits.append(ModelWork(servers, "asking", "fix", incident=incident))
        self.keys[key] = ((servers, incident), len(self.permits) - 1)
        return True

    def poll(self, number: int) -> str:
        """granted, waiting or refused."""
        permit = self.permits[number]
        if permit.word in ("revoked", "refused") or (permit.word == "granted" and self.has_run_out(permit)):
            return "refused"
        if permit.word != "asking":
            return "granted"
        if self.quarantined or not self.is_held_by(permit.incident, permit.servers):
            return "refused"
        if not self.fix_is_agreed(permit):
            return "waiting"
        self._grant(permit)
        return "granted"

    def may_speak(self, work: ModelWork, incident: int, who: str) -> bool:
        """The commander, where there is one who did not ask for the work; nobody else then."""
        commander = self.incidents[incident].commander
        return commander in (None, work.person, who)

    def approve(self, work: ModelWork, incident: int, who: str) -> bool:
        """By the commander, never by the requester, once while it counts."""
        before = work.approvals.get(incident)
        counts = before is not None and self.minute < before + APPROVAL_MINUTES
        if work.word != "asking" or who == work.person or counts or not self.may_speak(work, incident, who):
            return False
        work.approvals[incident] = self.minute
        return True

    def refuse(self, work: ModelWork, incident: int, who: str) -> bool:
        """One no is enough."""
        if work.word != "asking" or not self.may_speak(work, incident, who):
            return False
        work.word = "refused"
        return True

    # ------------------------------------------------------------------ overrides (I9)

    def ask_override(self, servers: frozenset[str], who: str) -> bool:
        """Against a freeze there must be."""
        if not servers & self.frozen():
            return False
        self.overrides.append(ModelOverride(servers, who, self.minute))
        return True

    def confirm(self, number: int, who: str) -> bool:
        """A different person, in time, once."""
        override = self.overrides[number]
        late = self.minute >= override.asked + CONFIRM_MINUTES
        if who == override.asker or override.confirmer is not None or late:
            return False
        override.confirmer, override.confirmed = who, self.minute
        return True

    def may_use(self, number: int, servers: frozenset[str]) -> bool:
        """Two people, a quarter of an hour, once, only what it names."""
        one = self.overrides[number]
        in_time = one.confirmer is not None and self.minute < one.confirmed + OVERRIDE_MINUTES
        return in_time and not one.used and servers <= one.servers

    def _use(self, number: int, work: ModelWork) -> None:
        """Nothing starts on its word after its quarter of an hour."""
        override = self.overrides[number]
        override.used = True
        work.kind = "override"
        self._grant(work, until=override.confirmed + OVERRIDE_MINUTES)
        self.worked(work, [override.asker])

    # ------------------------------------------------------------------ changes

    def request(self, servers: frozenset[str], who: str, fix_for: int | None = None) -> bool | None:
        """None: it cannot even be asked for. Else whether it could start now."""
        if self.quarantined:
            return None
        if fix_for is not None and (self.incidents[fix_for].ended or not self.is_held_by(fix_for, servers)):
            return None
        word, kind = ("new", "normal") if fix_for is None else ("asking", "fix")
        self.changes.append(ModelWork(servers, word, kind, incident=fix_for, person=who, is_change=True))
        return fix_for is None and not self.in_the_way(servers)

    def start_change(self, number: int, who: str) -> bool | None:
        """None: impossible. Else whether it runs now."""
        change = self.changes[number]
        if self.quarantined or change.word not in ("new", "asking"):
            return None
        if change.kind == "fix":
            if not self.is_held_by(change.incident, change.servers):
                return None
            if not self.fix_is_agreed(change):
                return False
        elif self.in_the_way(change.servers):
            usable = [n for n, one in enumerate(self.overrides) if who in (one.asker, one.confirmer)]
            usable = [n for n in usable if self.may_use(n, change.servers)]
            if not usable:
                return False
            self._use(usable[0], change)
        self._grant(change)
        self._run(change)
        if change.kind != "normal":
            self.worked(change, [who, change.person])
            change.person = change.person or who
        return True

    # ------------------------------------------------------------------ runs (I12)

    def beat(self, work: ModelWork) -> str | None:
        """What the work is told; None where it does not run. Work that was lost comes back as drained:
        nobody who let it go on knew what froze meanwhile."""
        if work.word not in (*RUNNING, "unknown"):
            return None
        if work.word == "unknown":
            work.word = "draining"
            work.directive, work.agreed = "stop" if work.directive == "stop" else "drain", set()
        work.lease = self.minute + LEASE_MINUTES
        return self.told(work)

    def told(self, work: ModelWork) -> str:
        """Going on or back takes the word of every incident that holds there."""
        holding = {hold.incident for hold in self.open(on=work.span)}
        if work.directive in GOING_ON and not holding <= work.agreed:
            return "drain"
        return work.directive

    def direct(self, work: ModelWork, incident: int, who: str, directive: str) -> str | None:
        """What it is told now; None where nobody listens. Nobody lets his own work go on."""
        own = directive in GOING_ON and who == work.person
        if work.word != "draining" or own or not self.may_speak(work, incident, who):
            return None
        if directive != work.directive:
            work.directive, work.agreed = directive, set()
        work.agreed.add(incident)
        if self.told(work) in GOING_ON:
            self.worked(work, [work.person])
        return self.told(work)

    def lose(self) -> None:
        """A lease or the longest time ran out: unknown, never done."""
        for work in [*self.permits, *self.changes]:
            late = self.minute >= work.ends_by or (work.lease is not None and self.minute >= work.lease)
            if work.word in RUNNING and late:
                work.word = "unknown"

    def finish(self, work: ModelWork) -> bool:
        """Only what ran ends, and only because somebody says so."""
        if work.word not in (*RUNNING, "unknown"):
            return False
        work.word = "over"
        self.worked(work)
        return True
