"""The freeze: servers held for an incident, with all that share their fate; what is frozen now."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.domain.audit import Act
from bot.domain.change import RUNNING, Change
from bot.domain.errors import (
    HeldByMany,
    IncidentEnded,
    NotHeld,
    Quarantined,
    ServersMissing,
    SeveralServers,
    TooManyServers,
    UnknownIncident,
    UnknownServer,
)
from bot.domain.freeze import Hold, HoldCause, HoldState
from bot.domain.ids import (
    HoldId,
    IncidentId,
    ServerId,
    ServerName,
    SlackUserId,
    change_label,
    incident_label,
    permit_label,
)
from bot.domain.incident import Incident
from bot.domain.job import JobKind
from bot.domain.names import nearest_names
from bot.domain.permit import Permit, PermitState
from bot.domain.server import ASK_ABOVE, Catalogue, Server
from bot.domain.sight import EVERYBODY, Sight
from bot.ports.outside import Outside
from bot.ports.storage import NewJob, StoreCollision, Transaction
from bot.use_cases.line import touch
from bot.use_cases.person import must_not_be_guest
from bot.use_cases.record import done_before, incident_key, record
from bot.use_cases.server import Named, canonical, named_or_new_servers, named_servers
from bot.use_cases.sight import must_see, unveiled


async def hold_servers(
    tx: Transaction,
    incident: Incident,
    servers: Sequence[Server],
    *,
    by: SlackUserId,
    at: datetime,
    announce: bool,
    cause: HoldCause = HoldCause.ADDED,
    wide: bool = False,
    request_key: str = "",
) -> tuple[Hold, ...]:
    """Freezes servers and all that share their fate for an incident, in the caller's transaction.

    I2, I3: their epochs grow first, then every permit given before is revoked or drained and named in the incident.
    A reach of more than ASK_ABOVE servers is not followed unless it was asked for (`wide`): the servers that were
    named are frozen, and the incident is told of the rest. Raises TooManyServers where so many were named.
    """
    if not servers:
        return ()
    if len(servers) > ASK_ABOVE and not wide:
        raise TooManyServers(count=len(servers), limit=ASK_ABOVE)
    names = [server.name for server in servers]
    touched = await touch(tx, names, lock=tx.servers.lock_for_freeze)
    follow = wide or len(touched.blast) <= ASK_ABOVE
    reached = touched.blast if follow else touched.targets
    holds = await _hold_all(tx, incident, touched.targets, reached, by=by, at=at, cause=cause)
    if holds:
        await _announce(tx, incident, holds, by=by, at=at, announce=announce, request_key=request_key)
    if not follow:
        await _say_too_wide(tx, incident, names, len(touched.blast), by=by, at=at)
    return holds


async def _hold_all(
    tx: Transaction,
    incident: Incident,
    named: Sequence[Server],
    reached: Sequence[Server],
    *,
    by: SlackUserId,
    at: datetime,
    cause: HoldCause,
) -> tuple[Hold, ...]:
    """A hold on each server that this incident does not hold yet; permits on those are stopped."""
    held = {h.server_id for h in await tx.holds.open_on([s.id for s in reached]) if h.incident_id == incident.id}
    fresh = [server for server in reached if server.id not in held]
    if not fresh:
        return ()
    await tx.servers.raise_epochs([server.id for server in fresh])
    roots = _roots(await tx.servers.catalogue(), named)
    own = {server.id for server in named}
    holds = []
    for server in fresh:
        new = Hold(
            id=HoldId(0),
            incident_id=incident.id,
            server_id=server.id,
            server=server.name,
            state=HoldState.ACTIVE,
            cause=cause if server.id in own else HoldCause.PROPAGATED,
            held_by=by,
            held_at=at,
            reached_from=None if server.id in own else roots.get(server.name),
        )
        holds.append(await tx.holds.add(new))
    for permit in await tx.permits.live_on([server.id for server in fresh], now=at):
        await _stop_permit(tx, permit, incident, by=by, at=at)
    return tuple(holds)


def _roots(catalogue: Catalogue, named: Sequence[Server]) -> Mapping[ServerName, ServerName]:
    """For each server that is reached: the named one whose fate it shares (the first, in the order of ids)."""
    roots: dict[ServerName, ServerName] = {}
    for root in sorted(named, key=lambda server: server.id):
        for server in catalogue.closure([root.name]):
            roots.setdefault(server.name, root.name)
    return roots


async def _announce(
    tx: Transaction,
    incident: Incident,
    holds: Sequence[Hold],
    *,
    by: SlackUserId,
    at: datetime,
    announce: bool,
    request_key: str,
) -> None:
    reached = [hold.server for hold in holds if hold.cause is HoldCause.PROPAGATED]
    await record(
        tx,
        at=at,
        act=Act.SERVER_HELD,
        actor=by,
        subject=incident_label(incident.id),
        incident_id=incident.id,
        detail={"servers": [hold.server for hold in holds], **({"reached": reached} if reached else {})},
        tell_channel=announce or bool(reached),
        request_key=request_key,
    )


async def _say_too_wide(
    tx: Transaction, incident: Incident, names: Sequence[str], count: int, *, by: SlackUserId, at: datetime
) -> None:
    detail = {"servers": list(names), "count": count, "limit": ASK_ABOVE}
    label = incident_label(incident.id)
    await record(tx, at=at, act=Act.FREEZE_TOO_WIDE, actor=by, subject=label, incident_id=incident.id, detail=detail)


async def hold_reached(tx: Transaction, ids: Sequence[ServerId], *, by: SlackUserId, at: datetime) -> None:
    """The reach of these servers grew: the incidents that hold any of them hold what is reached now as well."""
    by_incident: dict[IncidentId, set[ServerName]] = {}
    for hold in await tx.holds.open_on(ids):
        by_incident.setdefault(hold.incident_id, set()).add(hold.reached_from or hold.server)
    for incident in await tx.incidents.named(sorted(by_incident)):
        roots = await named_servers(tx, sorted(by_incident[incident.id]))
        await hold_servers(tx, incident, roots, by=by, at=at, announce=True)


async def _stop_permit(tx: Transaction, permit: Permit, incident: Incident, *, by: SlackUserId, at: datetime) -> None:
    stopped = permit.freeze()
    if stopped.state not in (PermitState.REVOKED, PermitState.DRAINING):
        return
    await tx.permits.save(stopped)
    if stopped.state is PermitState.DRAINING:
        about = {"permit_id": permit.id, "incident_id": incident.id}
        asked = NewJob(f"direct:{permit.id}:{incident.id}", incident_key(incident.id), JobKind.ASK_DIRECTION, at, about)
        await tx.jobs.put([asked])
    if permit.change_id is None:
        await _note_stopped(tx, stopped, incident, by=by, at=at)
        return
    change = await tx.changes.lock(permit.change_id)
    if change is None or change.state not in RUNNING:
        return
    await tx.changes.save(change.drain())
    await tx.jobs.put([_call_in(change, incident, at)])
    await record(
        tx,
        at=at,
        act=Act.CHANGE_DRAINING,
        actor=by,
        subject=change_label(change.id),
        incident_id=incident.id,
        detail={
            "change": change_label(change.id),
            "title": change.title,
            "who": change.requester,
            "permit_id": permit.id,
        },
    )


def _call_in(change: Change, incident: Incident, at: datetime) -> NewJob:
    """Whose work is drained comes into the channel; to a private incident they are told whom to ask."""
    if incident.private:
        about = {"incident_id": incident.id, "change_id": change.id}
        return NewJob(f"drain:{change.id}:{incident.id}", f"change:{change.id}", JobKind.TELL_DRAINING, at, about)
    people = {"incident_id": incident.id, "people": [change.requester]}
    return NewJob(f"invite:{change.id}:{incident.id}", incident_key(incident.id), JobKind.INVITE, at, people)


async def _note_stopped(tx: Transaction, permit: Permit, incident: Incident, *, by: SlackUserId, at: datetime) -> None:
    revoked = permit.state is PermitState.REVOKED
    await record(
        tx,
        at=at,
        act=Act.PERMIT_REVOKED if revoked else Act.PERMIT_DRAINING,
        actor=by,
        subject=f"permit-{permit.id}",
        incident_id=incident.id,
        detail={
            "caller": permit.caller,
            "permit": permit_label(permit.id),
            "permit_id": permit.id,
            "purpose": permit.purpose[:200],
        },
    )


async def add_servers(
    outside: Outside,
    *,
    by: SlackUserId,
    incident_id: IncidentId,
    names: Sequence[str],
    wide: bool = False,
    request_key: str = "",
) -> Named:
    """Freezes more servers for an open incident, once for a request: what comes again after a release freezes nothing.

    Raises ServersMissing, UnknownIncident, IncidentEnded, UnknownServer (groups), NameUnusable, NoAuthority,
    TooManyServers, IncidentPrivate.
    """
    if not names:
        raise ServersMissing
    at = outside.clock.now()
    async with outside.store.write(urgent=True) as tx:
        await must_not_be_guest(tx, by)
        incident = await tx.incidents.lock(incident_id)
        if incident is None:
            raise UnknownIncident(incident=incident_label(incident_id))
        await must_see(tx, incident, by)
        if not incident.is_open:
            raise IncidentEnded(incident=incident_label(incident_id))
        named = await named_or_new_servers(tx, names, by=by, at=at)
        if await done_before(tx, request_key):
            return named
        holds = await hold_servers(
            tx, incident, named.servers, by=by, at=at, announce=True, wide=wide, request_key=request_key
        )
        if request_key and not holds:
            await _note_held_already(tx, incident, by=by, at=at, request_key=request_key)
    return named


async def _note_held_already(
    tx: Transaction, incident: Incident, *, by: SlackUserId, at: datetime, request_key: str
) -> None:
    """Only the log is told: so the request is known when it comes again."""
    await record(
        tx,
        at=at,
        act=Act.SERVER_HELD,
        actor=by,
        subject=incident_label(incident.id),
        detail={"servers": []},
        request_key=request_key,
    )


async def server_ids_of(tx: Transaction, names: Iterable[str]) -> list[ServerId]:
    """The ids of servers by their canonical names; names that no server has any more are left out."""
    catalogue = await tx.servers.catalogue()
    return [server.id for name in names if (server := catalogue.find(name))]


async def find_hold(outside: Outside, *, server: str, incident_id: IncidentId | None) -> Hold:
    """The open hold that a person means; what they may see of it `get_hold` says.

    Raises UnknownServer, SeveralServers, NotHeld, HeldByMany.
    """
    async with outside.store.read() as tx:
        return await _find_hold(tx, server, incident_id)


async def _find_hold(tx: Transaction, server: str, incident_id: IncidentId | None) -> Hold:
    servers = await named_servers(tx, [server])
    if len(servers) != 1:
        raise SeveralServers(text=server, servers=[s.name for s in servers])
    holds = list(await tx.holds.open_on([servers[0].id]))
    if incident_id is not None and any(h.incident_id == incident_id for h in holds):
        holds = [h for h in holds if h.incident_id == incident_id]
    if not holds:
        raise NotHeld(server=servers[0].name)
    incidents = list(dict.fromkeys(incident_label(h.incident_id) for h in holds))
    if len(incidents) > 1:
        raise HeldByMany(server=servers[0].name, incidents=incidents, first=incidents[0])
    return next((h for h in holds if h.state is HoldState.ACTIVE), holds[0])


@dataclass(frozen=True, slots=True)
class Frozen:
    """One open hold with its incident; that a server is frozen is shown to those too who may not see by what."""

    hold: Hold
    incident: Incident


async def frozen_servers(outside: Outside, *, sight: Sight = EVERYBODY) -> tuple[Frozen, ...]:
    """Everything that is frozen, by server and age."""
    async with outside.store.read(sight) as tx:
        return await frozen_now(tx)


async def frozen_now(tx: Transaction) -> tuple[Frozen, ...]:
    """As `frozen_servers`, in the caller's transaction."""
    holds = await tx.holds.open()
    incidents = {i.id: i for i in await tx.incidents.named([h.incident_id for h in holds])}
    return tuple(
        Frozen(hold, incidents[hold.incident_id]) for hold in sorted(holds, key=lambda h: (h.server, h.held_at))
    )


async def check_server(outside: Outside, *, name: str) -> tuple[Server, tuple[Frozen, ...]]:
    """One server and what freezes it, as cheaply as can be: it authorises nothing.

    Raises UnknownServer, NameUnusable, Quarantined: nobody has looked yet whether what is held is all of it.
    The name is looked up in the remembered catalogue, whose version the same statement proves.
    """
    catalogue = outside.store.remembered
    for _ in range(2):
        server = catalogue.find(canonical(name))
        around = await outside.store.around([server.id] if server else [])
        if around.line.version == catalogue.version:
            break
        async with outside.store.read() as tx:
            catalogue = await tx.servers.catalogue()
    else:
        raise StoreCollision("the catalogue changes")
    if server is None:
        raise UnknownServer(server=canonical(name), nearest=nearest_names(canonical(name), catalogue.names))
    if around.line.quarantined_at:
        raise Quarantined(since=around.line.quarantined_at, why=around.line.quarantine_reason)
    now = replace(server, epoch=around.epochs[server.id])
    if not around.holds:
        return now, ()
    async with outside.store.read() as tx:
        incidents = {i.id: i for i in await tx.incidents.named([hold.incident_id for hold in around.holds])}
    return now, tuple(Frozen(hold, incidents[hold.incident_id]) for hold in around.holds)


async def server_state(outside: Outside, *, name: str, sight: Sight = EVERYBODY) -> tuple[Server, tuple[Frozen, ...]]:
    """One server and what freezes it. Raises UnknownServer."""
    servers, frozen = await servers_state(outside, name=name, sight=sight)
    return servers[0], tuple(f for f in frozen if f.hold.server_id == servers[0].id)


async def servers_state(
    outside: Outside, *, name: str, sight: Sight = EVERYBODY
) -> tuple[tuple[Server, ...], tuple[Frozen, ...]]:
    """One server, or those of a group, and what freezes them. Raises UnknownServer, NameUnusable."""
    async with outside.store.read(sight) as tx:
        ids = {server.id for server in await named_servers(tx, [name])}
        servers = tuple(await tx.servers.now(sorted(ids)))
        return servers, tuple(f for f in await frozen_now(tx) if f.hold.server_id in ids)


async def get_hold(outside: Outside, hold_id: HoldId, *, sight: Sight = EVERYBODY) -> tuple[Hold, Incident]:
    """A hold and its incident. Raises NotHeld, IncidentPrivate."""
    async with outside.store.read(sight) as tx:
        hold = await tx.holds.get(hold_id)
        incident = await tx.incidents.get(hold.incident_id) if hold else None
    if hold is None or incident is None:
        raise NotHeld(server="?")
    return hold, unveiled(incident)
