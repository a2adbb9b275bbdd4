"""The product's pure rules on small tuples: each becomes the product's object, is asked, and becomes a tuple again.

A refusal is None. Times are not numbers here but "in time" or "late": the objects are made so that the rule sees that.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple

from bot.domain import gate as gate_rules
from bot.domain import override as override_rules
from bot.domain.errors import Refused
from bot.domain.freeze import Hold, HoldCause, HoldState
from bot.domain.gate import Fix
from bot.domain.ids import HoldId, IncidentId, OverrideId, PermitId, ServerId, ServerName, SlackUserId
from bot.domain.override import Override
from bot.domain.permit import APPROVAL_LASTS, LEASE, TIME_TO_START, Approval, Directive, Permit, PermitKind, PermitState
from bot.domain.server import Catalogue, Edge, EdgeKind, Server

NOW = datetime(2024, 5, 20, 5, 52, tzinfo=UTC)
PEOPLE = tuple(SlackUserId(f"U{n}") for n in range(4))
NAMES = (ServerName("s-0"), ServerName("s-1"))
FATE = Edge(NAMES[0], NAMES[1], EdgeKind.SHARED_FATE)
NO_EPOCH = -1


class HoldNow(NamedTuple):
    """A hold that freezes: active, claimed, or claimed to be a mistake (by `claimer`); `fixers` is a mask of people."""

    state: str
    claimer: int
    fixers: int


class WorkNow(NamedTuple):
    """A permit. `epochs` of both servers (NO_EPOCH: untouched); `agreed` of both incidents: 0 no, 1 yes, 2 long ago."""

    state: str
    kind: str = "normal"
    target: int = 0
    epochs: tuple[int, int] = (NO_EPOCH, NO_EPOCH)
    late: bool = False
    directive: str = "go"
    agreed: tuple[int, int] = (0, 0)
    incident: int = 0


class OverrideNow(NamedTuple):
    """Asked for by person 0; confirmed by `confirmer` (-1: nobody yet); `late`: its time is over."""

    confirmer: int = -1
    late: bool = False
    used: bool = False


def refused(act: Callable[[], Any]) -> Any:
    """What the rule answers, or None."""
    try:
        return act()
    except Refused:
        return None


def _mask(people: frozenset[SlackUserId]) -> int:
    return sum(1 << PEOPLE.index(who) for who in people)


def _hold(now: HoldNow, incident: int = 0, server: int = 0) -> Hold:
    claimed = now.state != "active"
    return Hold(
        id=HoldId(1 + 2 * incident + server),
        incident_id=IncidentId(incident),
        server_id=ServerId(server),
        server=NAMES[server],
        state=HoldState.CLAIMED if claimed else HoldState.ACTIVE,
        cause=HoldCause.ADDED,
        held_by=PEOPLE[0],
        held_at=NOW,
        fixers=frozenset(who for n, who in enumerate(PEOPLE) if now.fixers >> n & 1),
        evidence="a graph" if claimed else "",
        claimed_by=PEOPLE[now.claimer] if claimed else None,
        claimed_at=NOW if claimed else None,
        mistaken=now.state == "mistaken",
    )


def _hold_now(hold: Hold) -> HoldNow | None:
    """None: released."""
    if hold.state is HoldState.RELEASED:
        return None
    word = "active" if hold.state is HoldState.ACTIVE else "mistaken" if hold.mistaken else "claimed"
    return HoldNow(word, PEOPLE.index(hold.claimed_by) if hold.claimed_by else -1, _mask(hold.fixers))


def _servers(epochs: tuple[int, int], which: tuple[int, ...]) -> list[Server]:
    return [Server(ServerId(n), NAMES[n], epochs[n]) for n in which]


class Rules:
    """One set of memories: rules that were changed for a mutant are asked anew."""

    def __init__(self) -> None:
        for name in dir(self):
            if name.startswith("ask_"):
                setattr(self, name[4:], lru_cache(maxsize=None)(getattr(self, name)))

    # ------------------------------------------------------------------ holds

    def ask_claim(self, now: HoldNow, who: int, mistaken: bool) -> HoldNow | None:
        """Hold.claim."""
        claimed = refused(lambda: _hold(now).claim(by=PEOPLE[who], evidence="a graph", at=NOW, mistaken=mistaken))
        return _hold_now(claimed) if claimed else None

    def ask_reject(self, now: HoldNow) -> HoldNow | None:
        """Hold.reject."""
        active = refused(lambda: _hold(now).reject(reason="no"))
        return _hold_now(active) if active else None

    def ask_void(self, now: HoldNow) -> HoldNow | None:
        """Hold.void."""
        active = refused(_hold(now).void)
        return _hold_now(active) if active else None

    def ask_is_verified(self, now: HoldNow, who: int) -> bool:
        """Hold.verify: whether it lets go."""
        after = refused(lambda: _hold(now).verify(by=PEOPLE[who], at=NOW))
        return after is not None and not after.freezes

    def ask_worked_on(self, now: HoldNow, who: int | None) -> HoldNow | None:
        """Hold.worked_on."""
        return _hold_now(_hold(now).worked_on([] if who is None else [PEOPLE[who]]))

    # ------------------------------------------------------------------ the gate

    def ask_closure(self, edge: bool, server: int) -> tuple[int, ...]:
        """Catalogue.closure."""
        both = Catalogue(tuple(_servers((0, 0), (0, 1))), frozenset({FATE}) if edge else frozenset())
        return tuple(int(found.id) for found in both.closure([NAMES[server]]))

    def ask_verdict(
        self,
        holds: tuple[tuple[int, int], ...],
        target: int,
        blast: tuple[int, ...],
        fix: tuple[int, frozenset[int]] | None,
        overridden: bool,
    ) -> str | None:
        """decide: `holds` are pairs of incident and server."""
        active = HoldNow("active", -1, 0)
        said = refused(
            lambda: gate_rules.decide(
                _servers((0, 0), (target,)),
                [_hold(active, incident, server) for incident, server in holds],
                shadow=False,
                blast=_servers((0, 0), blast),
                fix=Fix(IncidentId(fix[0]), frozenset(IncidentId(n) for n in fix[1])) if fix else None,
                overridden=overridden,
            )
        )
        return str(said.verdict) if said else None

    # ------------------------------------------------------------------ permits

    def permit(self, now: WorkNow) -> Permit:
        """The product's permit."""
        ago = {1: NOW, 2: NOW - APPROVAL_LASTS}
        return Permit(
            id=PermitId(1),
            caller="pipeline",
            key="k",
            digest="d",
            state=PermitState(now.state),
            epochs={ServerId(n): epoch for n, epoch in enumerate(now.epochs) if epoch != NO_EPOCH},
            granted_at=NOW - TIME_TO_START if now.late else NOW,
            expires_at=NOW if now.late else NOW + TIME_TO_START,
            targets=frozenset({ServerId(now.target)}),
            kind=PermitKind(now.kind),
            person=PEOPLE[0] if now.kind == "fix" else None,
            incident_id=IncidentId(now.incident) if now.kind == "fix" else None,
            approvals=tuple(Approval(IncidentId(n), PEOPLE[1], ago[how]) for n, how in enumerate(now.agreed) if how),
            directive=Directive(now.directive),
            lease_until=NOW if now.late else NOW + LEASE,
            ends_by=NOW + timedelta(hours=2),
        )

    def work(self, now: WorkNow, after: Permit, late: bool = False) -> WorkNow:
        """The permit as a tuple again; what has ended is all the same."""
        if after.state in (PermitState.FINISHED, PermitState.REVOKED, PermitState.REFUSED):
            return WorkNow(str(after.state))
        said = {int(one.incident_id): 1 if one.at + APPROVAL_LASTS > NOW else 2 for one in after.approvals}
        return now._replace(
            state=str(after.state),
            epochs=tuple(after.epochs.get(ServerId(n), NO_EPOCH) for n in (0, 1)),
            late=late,
            directive=str(after.directive),
            agreed=tuple(said.get(n, 0) for n in (0, 1)),
        )

    def ask_frozen(self, now: WorkNow) -> WorkNow:
        """Permit.freeze."""
        return self.work(now, self.permit(now).freeze(), now.late)

    def ask_granted(self, now: WorkNow, epochs: tuple[int, int]) -> WorkNow:
        """Permit.grant."""
        given = {ServerId(n): epoch for n, epoch in enumerate(epochs) if epoch != NO_EPOCH}
        return self.work(now, self.permit(now).grant(epochs=given, at=NOW))

    def ask_may_start(self, now: WorkNow, epochs: tuple[int, int]) -> bool:
        """Permit.check_start."""
        current = {ServerId(n): epoch for n, epoch in enumerate(epochs)}
        return refused(lambda: self.permit(now).check_start(now=NOW, epochs=current) or True) is not None

    def ask_begun(self, now: WorkNow) -> WorkNow:
        """Permit.start."""
        return self.work(now, self.permit(now).start(at=NOW))

    def ask_lost(self, now: WorkNow) -> WorkNow:
        """Permit.lose."""
        after = self.permit(now).lose(now=NOW)
        return self.work(now, after, now.late and after.state in (PermitState.STARTED, PermitState.DRAINING))

    def ask_beaten(self, now: WorkNow) -> WorkNow | None:
        """Permit.beat."""
        after = refused(lambda: self.permit(now).beat(at=NOW))
        return self.work(now, after) if after else None

    def ask_ended(self, now: WorkNow) -> WorkNow | None:
        """Permit.finish."""
        after = refused(self.permit(now).finish)
        return self.work(now, after) if after else None

    def ask_approved(self, now: WorkNow, incident: int, who: int) -> WorkNow | None:
        """Permit.approve."""
        permit = self.permit(now)
        after = refused(lambda: permit.approve(incident_id=IncidentId(incident), by=PEOPLE[who], at=NOW))
        return self.work(now, after, now.late) if after else None

    def ask_directed(self, now: WorkNow, incident: int, word: str) -> WorkNow | None:
        """Permit.direct."""
        permit, how = self.permit(now), Directive(word)
        after = refused(lambda: permit.direct(how, incident_id=IncidentId(incident), by=PEOPLE[1], at=NOW))
        return self.work(now, after, now.late) if after else None

    def ask_told(self, now: WorkNow, holding: tuple[int, ...]) -> str:
        """Permit.told."""
        return str(self.permit(now).told([IncidentId(n) for n in holding]))

    def ask_counting(self, now: WorkNow) -> frozenset[int]:
        """Permit.approved_by."""
        return frozenset(int(n) for n in self.permit(now).approved_by(NOW))

    # ------------------------------------------------------------------ overrides

    def override(self, now: OverrideNow) -> Override:
        """The product's override: it names the first server."""
        confirmed = now.confirmer >= 0
        ago = override_rules.LASTS if confirmed else override_rules.TIME_TO_CONFIRM
        at = NOW - ago if now.late else NOW
        return Override(
            id=OverrideId(1),
            servers=(NAMES[0],),
            reason="now",
            asked_by=PEOPLE[0],
            asked_at=at,
            confirmed_by=PEOPLE[now.confirmer] if confirmed else None,
            confirmed_at=at if confirmed else None,
            used_at=NOW if now.used else None,
        )

    def ask_confirmed(self, now: OverrideNow, who: int) -> OverrideNow | None:
        """Override.confirm."""
        after = refused(lambda: self.override(now).confirm(by=PEOPLE[who], at=NOW))
        return OverrideNow(PEOPLE.index(after.confirmed_by), False, now.used) if after else None

    def ask_usable(self, now: OverrideNow, target: int) -> bool:
        """Override.check_use."""
        return refused(lambda: self.override(now).check_use((NAMES[target],), at=NOW) or True) is not None

    def ask_used(self, now: OverrideNow) -> OverrideNow:
        """Override.use."""
        return now._replace(used=self.override(now).use(PermitId(1), at=NOW).used_at is not None)
