"""Guards broken on purpose, one rule each: the model has to see every one of them."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest

from bot.domain import gate as gate_rules
from bot.domain.errors import FixNotHeld, PermitStale
from bot.domain.freeze import Hold, HoldState
from bot.domain.gate import Decision, Verdict
from bot.domain.override import Override
from bot.domain.permit import Approval, Directive, Permit, PermitState
from bot.domain.server import Catalogue
from tests.model.moves import SERVERS, Bound, Moves, World

Patch = Callable[[pytest.MonkeyPatch], None]
SMALL = Bound(epochs=3, people=3)
NARROW = Bound(epochs=2, people=1, quarantine=False, merge=False, override=False)


@dataclass(frozen=True)
class Mutant:
    """One broken rule: `promises` are those that it may be caught by; the patch is taken back after the search."""

    name: str
    promises: str
    patch: Patch
    bound: Bound = SMALL


def _on(owner: Any, name: str, rule: Any) -> Patch:
    return lambda patch: patch.setattr(owner, name, rule)


def _check_start_but(*ignored: str) -> Any:
    right = Permit.check_start

    def check(self: Permit, **now: Any) -> None:
        try:
            right(self, **now)
        except PermitStale as stale:
            if stale.params["why"] not in ignored:
                raise

    return check


def _freeze_but(*ignored: PermitState) -> Any:
    right = Permit.freeze
    return lambda self: self if self.state in ignored else right(self)


def _last_fixer_only(self: Hold, *, by: Any, at: Any, digest: Any = None) -> Hold:
    """Remembers who claimed last, not who ever did."""
    self._must_be_claimed()
    if by == self.claimed_by:
        raise PermitStale(why="fixer")
    return replace(self, state=HoldState.RELEASED, verified_by=by, released_at=at)


def _verify_unclaimed(self: Hold, *, by: Any, at: Any, digest: Any = None) -> Hold:
    self._must_freeze()
    if by in self.fixers:
        raise PermitStale(why="fixer")
    return replace(self, state=HoldState.RELEASED, verified_by=by, released_at=at)


def _releases_the_server(self: Moves, w: World, slot: int) -> World:
    holds = tuple(None if hold and n % 2 == slot % 2 else hold for n, hold in enumerate(w.holds))
    return w._replace(holds=holds)


def _without_reach(right: Any) -> Any:
    return lambda targets, holds, **more: right(targets, holds, **{**more, "blast": ()})


def _own_incident_is_enough(targets: Any, against: Any, warnings: Any, fix: Any) -> Decision:
    own = {hold.server_id for hold in against if hold.incident_id == fix.incident_id}
    if loose := [server.name for server in targets if server.id not in own]:
        raise FixNotHeld(servers=loose, incident_id=fix.incident_id)
    missing = () if fix.incident_id in fix.approved else (fix.incident_id,)
    return Decision(Verdict.WAITING if missing else Verdict.FIX, against, warnings, missing)


def _anybodys_server(targets: Any, against: Any, warnings: Any, fix: Any) -> Decision:
    missing = tuple(hold.incident_id for hold in against if hold.incident_id not in fix.approved)
    return Decision(Verdict.WAITING if missing else Verdict.FIX, against, warnings, missing)


def _anybody_approves(self: Permit, *, incident_id: Any, by: Any, at: Any) -> Permit:
    if self.state is not PermitState.WAITING:
        raise PermitStale(why=self.state)
    return replace(self, approvals=(*self.approvals, Approval(incident_id, by, at)))


def _confirm_alone(self: Override, *, by: Any, at: Any) -> Override:
    return replace(self, confirmed_by=by, confirmed_at=at) if self.confirmed_by is None else self


def _use_but(**ignored: Any) -> Any:
    right = Override.check_use

    def check(self: Override, targets: Any, *, at: Any) -> None:
        at = at - timedelta(hours=1) if "late" in ignored else at
        right(replace(self, used_at=None) if "used" in ignored else self, targets, at=at)

    return check


def _use_anywhere(self: Override, targets: Any, *, at: Any) -> None:
    _right_use(self, self.servers, at=at)


_right_use = Override.check_use


def _lose_is_done(self: Permit, *, now: Any) -> Permit:
    late = self.lease_until and now >= self.lease_until
    running = self.state in (PermitState.STARTED, PermitState.DRAINING)
    return replace(self, state=PermitState.FINISHED) if running and late else self


def _lifts_what_came_over_it(self: Moves, w: World) -> World:
    holds = tuple(hold if n % 2 == 0 else None for n, hold in enumerate(w.holds))
    return w._replace(edge=False, holds=holds)


def _plugged_but(*, epochs: bool, holds: bool) -> Any:
    right = Moves.plugged

    def plugged(self: Moves, w: World) -> World:
        after = right(self, w)
        if not holds:
            after = w._replace(edge=True, epochs=after.epochs)
        return after if epochs else after._replace(epochs=w.epochs)

    return plugged


def _claim_survives(self: Hold, by: Any) -> Hold:
    return replace(self, fixers=self.fixers | set(by))


def _worker_is_forgotten(self: Hold, by: Any) -> Hold:
    return self.void() if self.state is HoldState.CLAIMED else self


def _judged_in_quarantine(right: Any) -> Any:
    return lambda self, w, *more: right(self, w._replace(quarantined=False), *more)


def _one_word_is_enough(self: Permit, holding: Any) -> Directive:
    return self.directive


def _merger_drops_doubles(self: Moves, w: World) -> World:
    holds = (*w.holds[:2], *(None if w.holds[n] else w.holds[2 + n] for n in SERVERS))
    return w._replace(merged=True, holds=holds, epochs=tuple(e + 1 for e in w.epochs))


def _back_as_it_was(self: Permit, *, at: Any) -> Permit:
    """Work that was lost goes on as somebody said before the new freeze."""
    if self.state not in (PermitState.UNKNOWN, PermitState.STARTED, PermitState.DRAINING):
        raise PermitStale(why=self.state)
    drained = self.state is not PermitState.STARTED
    return replace(self, state=PermitState.DRAINING if drained else self.state)


def _glass_outlives(self: Moves, w: World) -> World:
    assert w.override is not None
    return w._replace(override=w.override._replace(late=True))


def _raised_never(self: Moves, w: World, servers: Any) -> World:
    return w


def _free_for_all(targets: Any, holds: Any, **more: Any) -> Decision:
    return Decision(Verdict.FREE) if more["fix"] is None else _right(targets, holds, **more)


_right = gate_rules.decide

MUTANTS = (
    Mutant("a start ignores the epochs", "I2", _on(Permit, "check_start", _check_start_but("epoch"))),
    Mutant("an expired permit starts", "I4", _on(Permit, "check_start", _check_start_but("expired"))),
    Mutant("a freeze does not revoke what waits", "I3", _on(Permit, "freeze", _freeze_but(PermitState.GRANTED))),
    Mutant("a freeze does not drain what runs", "I3", _on(Permit, "freeze", _freeze_but(PermitState.STARTED))),
    Mutant("a freeze raises no epoch", "I2", _on(Moves, "raised", _raised_never)),
    Mutant("the gate says yes to everything normal", "I1", _on(gate_rules, "decide", _free_for_all)),
    Mutant("an earlier fixer may verify", "I5", _on(Hold, "verify", _last_fixer_only)),
    Mutant("a fix that nobody claimed is verified", "I5", _on(Hold, "verify", _verify_unclaimed)),
    Mutant("a release lets other incidents' holds go", "I6", _on(Moves, "released", _releases_the_server)),
    Mutant("the gate ignores shared fates", "I1 I11", _on(gate_rules, "decide", _without_reach(_right))),
    Mutant(
        "the closure is the server alone",
        "I2 I6",
        _on(Catalogue, "closure", lambda self, names: self._in_order(set(names))),
    ),
    Mutant("the second incident is not asked", "I11", _on(gate_rules, "_decide_fix", _own_incident_is_enough)),
    Mutant("a fix on what its incident does not hold", "I11", _on(gate_rules, "_decide_fix", _anybodys_server)),
    Mutant("the requester approves his fix", "I11", _on(Permit, "approve", _anybody_approves)),
    Mutant(
        "an approval lasts for ever",
        "I11",
        _on(Permit, "approved_by", lambda self, now: frozenset(one.incident_id for one in self.approvals)),
    ),
    Mutant("an override works twice", "I9", _on(Override, "check_use", _use_but(used=True))),
    Mutant("an override works after its quarter of an hour", "I9", _on(Override, "check_use", _use_but(late=True))),
    Mutant("an override works on servers that it does not name", "I9", _on(Override, "check_use", _use_anywhere)),
    Mutant("one person is enough for an override", "I9", _on(Override, "confirm", _confirm_alone)),
    Mutant("leave outlives the override that gave it", "I4 I9", _on(Moves, "_too_old", _glass_outlives)),
    Mutant("what is lost is done", "I12", _on(Permit, "lose", _lose_is_done)),
    Mutant("an edge that goes lifts a hold", "I6", _on(Moves, "unplugged", _lifts_what_came_over_it)),
    Mutant("an edge that comes adds no hold", "I6", _on(Moves, "plugged", _plugged_but(epochs=True, holds=False))),
    Mutant("an edge that comes raises no epoch", "I2", _on(Moves, "plugged", _plugged_but(epochs=False, holds=True))),
    Mutant("a claim survives later work", "I5", _on(Hold, "worked_on", _claim_survives)),
    Mutant("who worked may verify", "I5", _on(Hold, "worked_on", _worker_is_forgotten)),
    Mutant("the quarantine is ignored", "I4", _on(Moves, "judged", _judged_in_quarantine(Moves.judged))),
    Mutant("one incident's word is enough to go on", "I11", _on(Permit, "told", _one_word_is_enough)),
    Mutant("an old word counts for work that came back", "I11", _on(Permit, "beat", _back_as_it_was), NARROW),
    Mutant("a merger drops the second hold of a server", "I6", _on(Moves, "moved", _merger_drops_doubles)),
)
