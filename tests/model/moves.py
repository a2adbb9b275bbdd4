"""Everything that can happen next: what use cases put together, out of the product's rules.

A move gives what happened (an event, which is all that the promises hear of it) and the world after it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from tests.model.rules import NO_EPOCH, HoldNow, OverrideNow, Rules, WorkNow

Event = tuple[object, ...]
SERVERS = (0, 1)
NORMAL, FIX = 0, 1
REQUESTER, OTHER = 0, 1
RUNNING = ("started", "draining")
OVER = ("finished", "revoked", "refused")


class World(NamedTuple):
    """Two servers, an edge that may be there, two incidents (holds: incident 0 on both servers, then incident 1), two
    pieces of work (any, and a fix of the first server by person 0), one override."""

    edge: bool = False
    merged: bool = False
    quarantined: bool = False
    epochs: tuple[int, int] = (0, 0)
    holds: tuple[HoldNow | None, ...] = (None, None, None, None)
    works: tuple[WorkNow | None, WorkNow | None] = (None, None)
    override: OverrideNow | None = None


@dataclass(frozen=True)
class Bound:
    """How far the search goes: the highest epoch, how many people, and which acts there are."""

    epochs: int = 2
    people: int = 3
    mistakes: bool = False
    quarantine: bool = True
    merge: bool = True
    override: bool = True
    directives: bool = True
    both_fixes: bool = True


Step = tuple[Event, World]


class Moves:
    """Mutants replace the methods that are steps of a use case (`judged`, `stopped`, `released`, `unplugged` …)."""

    def __init__(self, bound: Bound) -> None:
        self.bound = bound
        self.rules = Rules()

    def all(self, w: World) -> Iterator[Step]:
        """Every step from here."""
        yield from self._freezes(w)
        yield from self._fixes_of_holds(w)
        yield from self._edges(w)
        yield from self._asks(w)
        for n in (NORMAL, FIX):
            if w.works[n] is not None:
                yield from self._goes_on(w, n, w.works[n])  # type: ignore[arg-type]
        yield from self._overrides(w)
        if self.bound.merge and not w.merged:
            yield from self._merger(w)
        if self.bound.quarantine:
            yield from self._quarantine(w)

    # ------------------------------------------------------------------ steps of use cases

    def owner(self, w: World, slot: int) -> int:
        """Whose hold it is now."""
        return 0 if w.merged else slot // 2

    def held(self, w: World) -> tuple[tuple[int, int], ...]:
        """Incident and server of every hold."""
        return tuple((self.owner(w, n), n % 2) for n, hold in enumerate(w.holds) if hold)

    def raised(self, w: World, servers: tuple[int, ...]) -> World:
        """Their epochs grow."""
        return w._replace(epochs=tuple(e + (n in servers) for n, e in enumerate(w.epochs)))

    def stopped(self, w: World, servers: tuple[int, ...]) -> World:
        """I3: what may start or runs on these servers meets the freeze; what ran out of time is left alone."""
        return w._replace(works=tuple(self._met(work, servers) for work in w.works))

    def _met(self, work: WorkNow | None, servers: tuple[int, ...]) -> WorkNow | None:
        if work is None or all(work.epochs[n] == NO_EPOCH for n in servers):
            return work
        alive = work.state in RUNNING or (work.state == "granted" and not work.late)
        return self.rules.frozen(work) if alive else work

    def held_by(self, w: World, incident: int, servers: tuple[int, ...]) -> World:
        """The incident holds these servers, as far as it does not yet."""
        fresh = tuple(s for s in servers if (incident, s) not in self.held(w))
        if not fresh:
            return w
        slots = {2 * incident + s for s in fresh}
        holds = tuple(HoldNow("active", -1, 0) if n in slots else hold for n, hold in enumerate(w.holds))
        return self.stopped(self.raised(w._replace(holds=holds), fresh), fresh)

    def judged(self, w: World, target: int, fix: WorkNow | None, overridden: bool) -> str | None:
        """The gate's word."""
        if w.quarantined:
            return None
        word = (fix.incident, self.rules.counting(fix)) if fix else None
        return self.rules.verdict(self.held(w), target, self.rules.closure(w.edge, target), word, overridden)

    def worked(self, w: World, servers: tuple[int, ...], who: int | None) -> World:
        """Work on these servers began or ended."""
        holds = (self.rules.worked_on(h, who) if h and n % 2 in servers else h for n, h in enumerate(w.holds))
        return w._replace(holds=tuple(holds))

    def released(self, w: World, slot: int) -> World:
        """One hold is let go."""
        return self.with_hold(w, slot, None)

    def unplugged(self, w: World) -> World:
        """The edge is gone."""
        return w._replace(edge=False)

    def plugged(self, w: World) -> World:
        """The edge is there: both reach further, and what holds one of them holds both."""
        after = self.raised(w._replace(edge=True), SERVERS)
        for incident in dict.fromkeys(incident for incident, _ in self.held(w)):
            after = self.held_by(after, incident, SERVERS)
        return after

    def moved(self, w: World) -> World:
        """The second incident's holds are the first one's."""
        servers = tuple(sorted({n % 2 for n, hold in enumerate(w.holds) if hold and n // 2}))
        return self.raised(w._replace(merged=True), servers)

    def span(self, w: World, target: int) -> tuple[int, int]:
        """The epochs of the target and all that share its fate."""
        near = self.rules.closure(w.edge, target)
        return tuple(w.epochs[n] if n in near else NO_EPOCH for n in SERVERS)  # type: ignore[return-value]

    def with_hold(self, w: World, slot: int, hold: HoldNow | None) -> World:
        return w._replace(holds=(*w.holds[:slot], hold, *w.holds[slot + 1 :]))

    def with_work(self, w: World, n: int, work: WorkNow | None) -> World:
        return w._replace(works=(work, w.works[1]) if n == NORMAL else (w.works[0], work))

    def fits(self, w: World) -> bool:
        """Whether the epochs are within the bound."""
        return max(w.epochs) <= self.bound.epochs

    # ------------------------------------------------------------------ what people do

    def _freezes(self, w: World) -> Iterator[Step]:
        for incident in (0,) if w.merged else (0, 1):
            for server in SERVERS:
                after = self.held_by(w, incident, self.rules.closure(w.edge, server))
                if after is not w and self.fits(after):
                    yield ("froze", incident, server), after

    def _fixes_of_holds(self, w: World) -> Iterator[Step]:
        for slot, hold in enumerate(w.holds):
            if hold is None:
                continue
            for who in range(self.bound.people):
                for mistaken in (False, True) if self.bound.mistakes else (False,):
                    claimed = self.rules.claim(hold, who, mistaken)
                    if claimed and claimed != hold:
                        yield ("claimed", slot, who), self.with_hold(w, slot, claimed)
                if self.rules.is_verified(hold, who):
                    yield ("released", slot, who), self.released(w, slot)
            if rejected := self.rules.reject(hold):
                yield ("rejected", slot), self.with_hold(w, slot, rejected)

    def _edges(self, w: World) -> Iterator[Step]:
        after = self.unplugged(w) if w.edge else self.plugged(w)
        if self.fits(after):
            yield ("edge", not w.edge), after

    def _merger(self, w: World) -> Iterator[Step]:
        after = self.moved(w)
        if self.fits(after):
            yield ("merged",), after

    def _quarantine(self, w: World) -> Iterator[Step]:
        if w.quarantined:
            yield ("quarantine", False), w._replace(quarantined=False)
            return
        after = self.raised(w._replace(quarantined=True), SERVERS)
        works = (self.rules.frozen(x) if x and x.state == "granted" else x for x in after.works)
        if self.fits(after):
            yield ("quarantine", True), after._replace(works=tuple(works))

    # ------------------------------------------------------------------ what work does

    def _asks(self, w: World) -> Iterator[Step]:
        work, fix = w.works
        if work is None or work.state in OVER:
            for target in SERVERS:
                if self.judged(w, target, None, False) == "free":
                    given = WorkNow("granted", "normal", target, self.span(w, target))
                    yield ("granted", NORMAL, "normal", target, 0), self.with_work(w, NORMAL, given)
                yield from self._breaks_glass(w, target)
        if fix is None or fix.state in OVER:
            for incident in (0,) if w.merged or not self.bound.both_fixes else (0, 1):
                waiting = WorkNow("waiting", "fix", 0, incident=incident)
                if self.judged(w, 0, waiting, False) in ("waiting", "fix"):
                    yield ("asked", FIX, incident), self.with_work(w, FIX, waiting)

    def _breaks_glass(self, w: World, target: int) -> Iterator[Step]:
        if w.override is None or not self.rules.usable(w.override, target):
            return
        if self.judged(w, target, None, True) == "overridden":
            given = WorkNow("granted", "override", target, self.span(w, target))
            after = self.with_work(w, NORMAL, given)._replace(override=self.rules.used(w.override))
            after = self.worked(after, self.rules.closure(w.edge, target), REQUESTER)
            yield ("granted", NORMAL, "override", target, 0), after

    def _goes_on(self, w: World, n: int, work: WorkNow) -> Iterator[Step]:
        if work.state == "waiting":
            yield from self._waits(w, n, work)
        elif work.state == "granted":
            yield from self._starts(w, n, work)
        elif work.state in (*RUNNING, "unknown"):
            yield from self._runs(w, n, work)

    def _waits(self, w: World, n: int, work: WorkNow) -> Iterator[Step]:
        for incident in (0, 1):
            for who in (REQUESTER, OTHER):
                if agreed := self.rules.approved(work, incident, who):
                    yield ("approved", n, incident, who), self.with_work(w, n, agreed)
        if 1 in work.agreed:
            old = work._replace(agreed=tuple(2 if how else 0 for how in work.agreed))
            yield ("half an hour", n), self.with_work(w, n, old)
        if self.judged(w, work.target, work, False) == "fix":
            given = self.rules.granted(work, self.span(w, work.target))
            yield ("granted", n, "fix", work.target, work.incident), self.with_work(w, n, given)

    def _starts(self, w: World, n: int, work: WorkNow) -> Iterator[Step]:
        if not work.late:
            yield ("expired", n), self.with_work(w, n, work._replace(late=True))
        if 1 in work.agreed:
            old = work._replace(agreed=tuple(2 if how else 0 for how in work.agreed))
            yield ("half an hour", n), self.with_work(w, n, old)
        if not self.rules.may_start(work, w.epochs):
            return
        # `begin` does not ask about the quarantine: that revoked what waited and raised every epoch
        fix = work if work.kind == "fix" else None
        unlocked = w._replace(quarantined=False)
        if self.judged(unlocked, work.target, fix, work.kind == "override") not in (None, "frozen", "waiting"):
            after = self.with_work(w, n, self.rules.begun(work))
            if work.kind != "normal":
                after = self.worked(after, self._touched(work), REQUESTER if work.kind == "fix" else None)
            yield ("started", n), after

    def _touched(self, work: WorkNow) -> tuple[int, ...]:
        return tuple(n for n in SERVERS if work.epochs[n] != NO_EPOCH)

    def _runs(self, w: World, n: int, work: WorkNow) -> Iterator[Step]:
        if work.state in RUNNING and not work.late:
            yield ("silent", n), self.with_work(w, n, work._replace(late=True))
        if (lost := self.rules.lost(work)) != work:
            yield ("lost", n), self.with_work(w, n, lost)
        if (beaten := self.rules.beaten(work)) and (beaten != work or work.directive != "go"):
            yield ("told", n, self._told(w, beaten)), self.with_work(w, n, beaten)
        if ended := self.rules.ended(work):
            yield ("ended", n), self.worked(self.with_work(w, n, ended), self._touched(work), None)
        if self.bound.directives and work.state == "draining":
            for incident in (0, 1):
                for word in ("continue", "stop"):
                    directed = self.rules.directed(work, incident, word)
                    if directed and directed != work:
                        yield ("directed", n, incident, word), self._directed(w, n, directed)

    def _told(self, w: World, work: WorkNow) -> str:
        holding = {self.owner(w, slot) for slot, hold in enumerate(w.holds) if hold and slot % 2 in self._touched(work)}
        return self.rules.told(work, tuple(sorted(holding)))

    def _directed(self, w: World, n: int, work: WorkNow) -> World:
        after = self.with_work(w, n, work)
        if self._told(w, work) == "continue":
            after = self.worked(after, self._touched(work), REQUESTER if n == FIX else None)
        return after

    def _overrides(self, w: World) -> Iterator[Step]:
        if not self.bound.override:
            return
        if w.override is None:
            if any(server == 0 for _, server in self.held(w)):
                yield ("override asked",), w._replace(override=OverrideNow())
            return
        for who in (REQUESTER, OTHER):
            if confirmed := self.rules.confirmed(w.override, who):
                yield ("confirmed", who), w._replace(override=confirmed)
        if not w.override.late:
            yield ("override old",), self._too_old(w)

    def _too_old(self, w: World) -> World:
        """Leave that was given on its word ends with it."""
        assert w.override is not None
        work = w.works[NORMAL]
        after = w._replace(override=w.override._replace(late=True))
        if work and work.kind == "override" and work.state == "granted":
            return self.with_work(after, NORMAL, work._replace(late=True))
        return after
