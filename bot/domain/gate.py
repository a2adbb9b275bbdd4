"""The gate's one decision, behind every door."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum

from bot.domain.errors import FixNotHeld
from bot.domain.freeze import Hold, open_holds
from bot.domain.ids import IncidentId, ServerId
from bot.domain.server import Server


class Verdict(StrEnum):
    """Free, fix and overridden go ahead; frozen and waiting do not; in shadow mode a refusal is only counted."""

    FREE = "free"
    FROZEN = "frozen"
    WAITING = "waiting"
    FIX = "fix"
    OVERRIDDEN = "overridden"
    WOULD_REFUSE = "would_refuse"


ALLOWING = frozenset({Verdict.FREE, Verdict.FIX, Verdict.OVERRIDDEN, Verdict.WOULD_REFUSE})


@dataclass(frozen=True, slots=True)
class Fix:
    """Work that mends what `incident_id` holds; `approved` are the incidents that agreed."""

    incident_id: IncidentId
    approved: frozenset[IncidentId] = frozenset()


@dataclass(frozen=True, slots=True)
class Decision:
    """What the gate says of one piece of work, and the holds that made it say so (oldest first).

    `warnings`: holds on servers that serve the targets or are served by them. `waiting_for`: incidents that have not
    agreed to a fix yet.
    """

    verdict: Verdict
    holds: tuple[Hold, ...] = ()
    warnings: tuple[Hold, ...] = ()
    waiting_for: tuple[IncidentId, ...] = ()

    @property
    def allows(self) -> bool:
        """Whether the work may go ahead."""
        return self.verdict in ALLOWING

    @property
    def incident_ids(self) -> tuple[IncidentId, ...]:
        """The incidents that stand in the way, oldest hold first."""
        return tuple(dict.fromkeys(h.incident_id for h in self.holds))

    @property
    def servers(self) -> tuple[str, ...]:
        """The frozen ones among the servers that were asked for and those that share their fate."""
        return tuple(sorted({h.server for h in self.holds}))


def decide(
    targets: Collection[Server],
    holds: Iterable[Hold],
    *,
    shadow: bool,
    blast: Collection[Server] = (),
    served: Collection[Server] = (),
    fix: Fix | None = None,
    overridden: bool = False,
) -> Decision:
    """What the gate says of work on `targets`.

    `blast` is the targets and all that share their fate (the targets alone by default); `served` only warns; `holds`
    may name other servers as well. Raises FixNotHeld (I11).
    """
    held = open_holds(holds)
    against = _on(held, {server.id for server in (*targets, *blast)})
    warnings = _on(held, {server.id for server in served})
    if fix is not None:
        return _decide_fix(targets, against, warnings, fix)
    if not against:
        return Decision(Verdict.FREE, (), warnings)
    if overridden:
        return Decision(Verdict.OVERRIDDEN, against, warnings)
    return Decision(Verdict.WOULD_REFUSE if shadow else Verdict.FROZEN, against, warnings)


def _on(holds: Iterable[Hold], wanted: Collection[ServerId]) -> tuple[Hold, ...]:
    return tuple(hold for hold in holds if hold.server_id in wanted)


def _decide_fix(
    targets: Collection[Server], against: tuple[Hold, ...], warnings: tuple[Hold, ...], fix: Fix
) -> Decision:
    """I11: only on what its incident holds, and with the word of every incident that holds there."""
    own = {hold.server_id for hold in against if hold.incident_id == fix.incident_id}
    if loose := sorted(server.name for server in targets if server.id not in own):
        raise FixNotHeld(servers=loose, incident_id=fix.incident_id)
    incidents = dict.fromkeys(hold.incident_id for hold in against)
    missing = tuple(incident for incident in incidents if incident not in fix.approved)
    return Decision(Verdict.WAITING if missing else Verdict.FIX, against, warnings, missing)


def check_started(decision: Decision, fix: Fix | None = None) -> None:
    """I1, I11 at run time: nothing normal starts on a held server, unless the freeze only counts."""
    assert decision.allows
    match decision.verdict:
        case Verdict.FREE:
            assert not decision.holds
        case Verdict.FIX:
            assert fix is not None and {hold.incident_id for hold in decision.holds} <= fix.approved
        case _:
            assert decision.holds
