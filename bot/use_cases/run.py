"""What is shown of a permit: which servers, whose word it needs, what its work is told now."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain.change import Change
from bot.domain.errors import UnknownPermit
from bot.domain.ids import IncidentId, PermitId, ServerName, permit_label
from bot.domain.incident import Incident
from bot.domain.permit import RUNNING, Directive, Permit, PermitState
from bot.domain.server import Catalogue
from bot.ports.outside import Outside
from bot.ports.storage import Transaction
from bot.use_cases.authority import still_agreed


@dataclass(frozen=True, slots=True)
class Run:
    """A permit as people see it. `holding`: the incidents that hold its servers now, oldest hold first.

    `concerned`: every incident that ever held there, for messages that were posted while it did.
    """

    permit: Permit
    servers: tuple[ServerName, ...]
    holding: tuple[Incident, ...]
    agreed: frozenset[IncidentId]
    told: Directive
    concerned: tuple[IncidentId, ...] = ()
    change: Change | None = None

    @property
    def missing(self) -> tuple[Incident, ...]:
        """Those whose word is still missing."""
        return tuple(one for one in self.holding if one.id not in self.agreed)


async def read_run(outside: Outside, number: PermitId) -> Run:
    """As it stands. Raises UnknownPermit."""
    async with outside.store.read() as tx:
        permit = await tx.permits.get(number)
        if permit is None:
            raise UnknownPermit(permit=permit_label(number))
        return await _run(tx, outside, permit)


async def _run(tx: Transaction, outside: Outside, permit: Permit) -> Run:
    holds = sorted(await tx.holds.on(list(permit.epochs)), key=lambda hold: (hold.held_at, hold.id))
    holding = list(dict.fromkeys(hold.incident_id for hold in holds if hold.freezes))
    known = {one.id: one for one in await tx.incidents.named(holding)}
    waits = permit.state is PermitState.WAITING
    permit = await still_agreed(tx, outside, permit)
    agreed = permit.approved_by(outside.clock.now()) if waits else {one.incident_id for one in permit.approvals}
    return Run(
        permit,
        _names(await tx.servers.catalogue(), permit),
        tuple(known[one] for one in holding),
        frozenset(agreed),
        permit.told(holding),
        tuple(dict.fromkeys(hold.incident_id for hold in holds)),
        await tx.changes.get(permit.change_id) if permit.change_id is not None else None,
    )


def _names(catalogue: Catalogue, permit: Permit) -> tuple[ServerName, ...]:
    return tuple(sorted(server.name for server in catalogue.servers if server.id in permit.targets))


async def machine_runs(outside: Outside) -> Sequence[Run]:
    """What machines run now, or ran and nobody knows how it ended; people's work is in the list of changes."""
    async with outside.store.read() as tx:
        catalogue = await tx.servers.catalogue()
        found = await tx.permits.of_state([*RUNNING, PermitState.UNKNOWN])
        return [
            Run(permit, _names(catalogue, permit), (), frozenset(), permit.directive)
            for permit in found
            if permit.change_id is None
        ]
