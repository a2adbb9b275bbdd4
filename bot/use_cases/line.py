"""The line itself: which servers work touches, their rows locked in one order, what holds them, the gate's word."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from bot.domain.errors import Quarantined, UnknownServer
from bot.domain.freeze import Hold
from bot.domain.gate import Decision, Fix, decide
from bot.domain.ids import ServerId
from bot.domain.incident import Incident
from bot.domain.server import Catalogue, Server
from bot.domain.sight import EVERYBODY, Sight
from bot.ports.gate_rows import Line
from bot.ports.storage import StoreCollision, Transaction
from bot.use_cases.server import known_servers

LOOKS = 3
"""How often a catalogue that changes under our eyes is read anew."""

NOWHERE = Catalogue(servers=(), version=0)
Lock = Callable[[Sequence[ServerId]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Touched:
    """What one piece of work touches: `targets` as named, `blast` with all that share their fate, `served` beside it.

    Targets and blast carry the epochs that they have now; `catalogue` is the one in which they were looked up.
    """

    targets: tuple[Server, ...]
    blast: tuple[Server, ...]
    served: tuple[Server, ...] = ()
    line: Line | None = None
    holds: tuple[Hold, ...] = ()
    catalogue: Catalogue = NOWHERE

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the targets, sorted."""
        return tuple(sorted(server.name for server in self.targets))


async def touch(tx: Transaction, names: Sequence[str], *, lock: Lock) -> Touched:
    """The servers of these names, their rows locked; whoever changes what connects them locks the same rows.

    The catalogue's version, the epochs and the holds are read after the locks, in a later statement: where the version
    moved, the reach is looked up again. Where it grew, the whole transaction is to be tried again: who locks more while
    holding some waits in a circle.
    Raises UnknownServer, NameUnusable, StoreCollision.
    """
    catalogue = await tx.servers.catalogue() if tx.servers.changed else tx.servers.remembered
    locked: set[ServerId] = set()
    for _ in range(LOOKS):
        try:
            touched = reach(catalogue, names)
        except UnknownServer:
            if (await tx.servers.line()).version == catalogue.version:
                raise
            catalogue = await tx.servers.catalogue()
            touched = reach(catalogue, names)
        ids = [server.id for server in touched.blast]
        if not locked:
            await lock(ids)
            locked.update(ids)
        elif not locked.issuperset(ids):
            raise StoreCollision("the reach grew")
        around = await tx.holds.around([server.id for server in (*touched.blast, *touched.served)])
        if around.line.version == catalogue.version:
            own, blast = _fresh(touched.targets, around.epochs), _fresh(touched.blast, around.epochs)
            return Touched(own, blast, touched.served, around.line, tuple(around.holds), catalogue)
        catalogue = await tx.servers.catalogue()
    raise StoreCollision("the catalogue changes")


def reach(catalogue: Catalogue, names: Sequence[str]) -> Touched:
    """What work on these names, aliases and selectors touches. Raises UnknownServer, NameUnusable."""
    targets = known_servers(catalogue, names)
    blast = catalogue.closure(server.name for server in targets)
    return Touched(targets, blast, catalogue.served(server.name for server in blast), catalogue=catalogue)


def _fresh(servers: Iterable[Server], epochs: Mapping[ServerId, int]) -> tuple[Server, ...]:
    return tuple(replace(server, epoch=epochs[server.id]) for server in servers)


def judge(touched: Touched, *, shadow: bool, fix: Fix | None = None, overridden: bool = False) -> Decision:
    """I1, I4: the gate's word on locked servers; a freeze waits or was before. Raises FixNotHeld, Quarantined."""
    if touched.line and touched.line.quarantined_at:
        raise Quarantined(since=touched.line.quarantined_at, why=touched.line.quarantine_reason)
    return decide(
        touched.targets,
        touched.holds,
        shadow=shadow,
        blast=touched.blast,
        served=touched.served,
        fix=fix,
        overridden=overridden,
    )


async def incidents_of(tx: Transaction, decision: Decision, *, sight: Sight = EVERYBODY) -> tuple[Incident, ...]:
    """The incidents that a decision names, in its order, as far as those may see them who hear of it."""
    if not decision.holds:
        return ()
    found = {incident.id: incident for incident in await tx.incidents.named(decision.incident_ids, sight=sight)}
    return tuple(found[number] for number in decision.incident_ids)
