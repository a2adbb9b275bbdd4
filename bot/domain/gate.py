"""The gate's one decision, behind every door."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.domain.freeze import Hold, open_holds
from bot.domain.ids import IncidentId, ServerId
from bot.domain.server import Server


class Verdict(StrEnum):
    """Free goes ahead; frozen does not; in shadow mode what would be refused goes ahead and is counted."""

    FREE = "free"
    FROZEN = "frozen"
    WOULD_REFUSE = "would_refuse"


@dataclass(frozen=True, slots=True)
class Decision:
    """What the gate says of one piece of work, and the holds that made it say so (oldest first)."""

    verdict: Verdict
    holds: tuple[Hold, ...]

    @property
    def allows(self) -> bool:
        """Whether the work may go ahead."""
        return self.verdict is not Verdict.FROZEN

    @property
    def incident_ids(self) -> tuple[IncidentId, ...]:
        """The incidents that stand in the way, oldest hold first."""
        return tuple(dict.fromkeys(h.incident_id for h in self.holds))

    @property
    def servers(self) -> tuple[str, ...]:
        """The frozen ones among the servers that were asked for."""
        return tuple(sorted({h.server for h in self.holds}))


def decide(targets: Sequence[Server], holds: Iterable[Hold], *, shadow: bool) -> Decision:
    """Frozen when any target has an open hold; `holds` may name other servers as well."""
    wanted: set[ServerId] = {server.id for server in targets}
    against = tuple(hold for hold in open_holds(holds) if hold.server_id in wanted)
    if not against:
        return Decision(Verdict.FREE, ())
    return Decision(Verdict.WOULD_REFUSE if shadow else Verdict.FROZEN, against)


def check_started(decision: Decision) -> None:
    """I1 at run time: nothing normal starts on a held server, unless the freeze only counts."""
    assert decision.verdict is not Verdict.FROZEN
    assert decision.verdict is Verdict.WOULD_REFUSE or not decision.holds
