"""The freeze: hold servers, claim a fix, verify or reject it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain.audit import Act
from bot.domain.change import RUNNING
from bot.domain.errors import HeldByMany, IncidentEnded, NotHeld, ServersMissing, SeveralServers, UnknownIncident
from bot.domain.freeze import Hold, HoldState, check_release
from bot.domain.ids import HoldId, IncidentId, SlackUserId, change_label, incident_label
from bot.domain.incident import Incident
from bot.domain.job import JobKind
from bot.domain.permit import Permit, PermitState
from bot.domain.server import Server
from bot.ports.outside import Outside
from bot.ports.storage import NewJob, Transaction
from bot.use_cases.person import must_be_member, must_not_be_guest
from bot.use_cases.record import done_before, incident_key, record
from bot.use_cases.server import Named, named_or_new_servers, named_servers


async def hold_servers(
    tx: Transaction, incident: Incident, servers: Sequence[Server], *, by: SlackUserId, at: datetime, announce: bool
) -> tuple[Hold, ...]:
    """Freezes servers for an incident, in the caller's transaction.

    I2, I3: their epochs grow first, then every permit given before is revoked or drained and named in the incident.
    """
    ids = [server.id for server in servers]
    if not ids:
        return ()
    await tx.servers.lock_for_freeze(ids)
    held = {hold.server_id for hold in await tx.holds.open_on(ids) if hold.incident_id == incident.id}
    fresh = [server for server in servers if server.id not in held]
    if not fresh:
        return ()
    await tx.servers.raise_epochs([server.id for server in fresh])
    holds = tuple([await _hold(tx, incident, server, by=by, at=at) for server in fresh])
    await record(
        tx,
        at=at,
        act=Act.SERVER_HELD,
        actor=by,
        subject=incident_label(incident.id),
        incident_id=incident.id,
        detail={"servers": [hold.server for hold in holds]},
        tell_channel=announce,
    )
    for permit in await tx.permits.live_on([server.id for server in fresh], now=at):
        await _stop_permit(tx, permit, incident, by=by, at=at)
    return holds


async def _hold(tx: Transaction, incident: Incident, server: Server, *, by: SlackUserId, at: datetime) -> Hold:
    return await tx.holds.add(
        Hold(
            id=HoldId(0),
            incident_id=incident.id,
            server_id=server.id,
            server=server.name,
            state=HoldState.ACTIVE,
            cause="declared",
            held_by=by,
            held_at=at,
        )
    )


async def _stop_permit(tx: Transaction, permit: Permit, incident: Incident, *, by: SlackUserId, at: datetime) -> None:
    stopped = permit.freeze()
    await tx.permits.save(stopped)
    if permit.change_id is None:
        revoked = stopped.state is PermitState.REVOKED
        await record(
            tx,
            at=at,
            act=Act.PERMIT_REVOKED if revoked else Act.PERMIT_DRAINING,
            actor=by,
            subject=f"permit-{permit.id}",
            incident_id=incident.id,
            detail={"caller": permit.caller},
        )
        return
    change = await tx.changes.lock(permit.change_id)
    if change is None or change.state not in RUNNING:
        return
    await tx.changes.save(change.drain())
    about = {"incident_id": incident.id, "people": [change.requester]}
    invited = NewJob(f"invite:{change.id}:{incident.id}", incident_key(incident.id), JobKind.INVITE, at, about)
    await tx.jobs.put([invited])
    await record(
        tx,
        at=at,
        act=Act.CHANGE_DRAINING,
        actor=by,
        subject=change_label(change.id),
        incident_id=incident.id,
        detail={"change": change_label(change.id), "title": change.title, "who": change.requester},
    )


async def add_servers(outside: Outside, *, by: SlackUserId, incident_id: IncidentId, names: Sequence[str]) -> Named:
    """Freezes more servers for an open incident.

    Raises ServersMissing, UnknownIncident, IncidentEnded, UnknownServer (groups), NameUnusable, NoAuthority.
    """
    if not names:
        raise ServersMissing
    at = outside.clock.now()
    async with outside.store.write() as tx:
        await must_not_be_guest(tx, by)
        incident = await tx.incidents.lock(incident_id)
        if incident is None:
            raise UnknownIncident(incident=incident_label(incident_id))
        if not incident.is_open:
            raise IncidentEnded(incident=incident_label(incident_id))
        named = await named_or_new_servers(tx, names, by=by, at=at)
        await hold_servers(tx, incident, named.servers, by=by, at=at, announce=True)
    return named


@dataclass(frozen=True, slots=True)
class Moved:
    """What happened to a hold, and what of its incident is still frozen."""

    hold: Hold
    incident: Incident
    remaining: tuple[str, ...]


async def find_hold(outside: Outside, *, server: str, incident_id: IncidentId | None) -> Hold:
    """The open hold that a person means. Raises UnknownServer, SeveralServers, NotHeld, HeldByMany."""
    async with outside.store.read() as tx:
        return await _find_hold(tx, server, incident_id)


async def _find_hold(tx: Transaction, server: str, incident_id: IncidentId | None) -> Hold:
    named = await named_servers(tx, [server])
    if len(named.servers) != 1:
        raise SeveralServers(text=server, servers=[s.name for s in named.servers])
    holds = list(await tx.holds.open_on([named.servers[0].id]))
    if incident_id is not None and any(h.incident_id == incident_id for h in holds):
        holds = [h for h in holds if h.incident_id == incident_id]
    if not holds:
        raise NotHeld(server=named.servers[0].name)
    if len(holds) > 1:
        incidents = [incident_label(h.incident_id) for h in holds]
        raise HeldByMany(server=named.servers[0].name, incidents=incidents, first=incidents[0])
    return holds[0]


async def claim_fix(
    outside: Outside, *, by: SlackUserId, hold_id: HoldId, evidence: str, request_key: str = ""
) -> Moved:
    """Somebody says that the fault is fixed on a server, once for a request.

    Raises NoAuthority, NotHeld, EvidenceMissing.
    """
    at = outside.clock.now()
    async with outside.store.write() as tx:
        await must_be_member(tx, by)
        hold = await _locked(tx, hold_id)
        if await done_before(tx, request_key):
            return await _stands(tx, hold)
        claimed = hold.claim(by=by, evidence=evidence, at=at)
        detail = {"evidence": claimed.evidence}
        return await _move(tx, claimed, Act.FIX_CLAIMED, by=by, at=at, detail=detail, request_key=request_key)


async def reject_fix(outside: Outside, *, by: SlackUserId, hold_id: HoldId, reason: str) -> Moved:
    """The evidence does not convince somebody. Raises NoAuthority, NotClaimed, ReasonMissing."""
    at = outside.clock.now()
    async with outside.store.write() as tx:
        await must_be_member(tx, by)
        hold = await _locked(tx, hold_id)
        return await _move(
            tx, hold.reject(reason=reason), Act.FIX_REJECTED, by=by, at=at, detail={"reason": reason.strip()}
        )


async def verify_server(outside: Outside, *, by: SlackUserId, hold_id: HoldId, digest: str | None = None) -> Moved:
    """Somebody else checked the fix: the server is released.

    Raises NoAuthority, NotClaimed, VerifierFixed, EvidenceChanged.
    """
    at = outside.clock.now()
    async with outside.store.write() as tx:
        await must_be_member(tx, by)
        hold = await _locked(tx, hold_id)
        released = hold.verify(by=by, at=at, digest=digest)
        check_release(hold, released)
        detail = {"evidence": hold.evidence, "fixers": sorted(hold.fixers)}
        return await _move(tx, released, Act.SERVER_VERIFIED, by=by, at=at, detail=detail)


async def _locked(tx: Transaction, hold_id: HoldId) -> Hold:
    hold = await tx.holds.get(hold_id)
    if hold is None:
        raise NotHeld(server="?")
    await tx.servers.lock_for_freeze([hold.server_id])
    again = await tx.holds.get(hold_id)
    assert again is not None
    return again


async def _move(
    tx: Transaction,
    hold: Hold,
    act: Act,
    *,
    by: SlackUserId,
    at: datetime,
    detail: Mapping[str, object],
    request_key: str = "",
) -> Moved:
    await tx.holds.save(hold)
    await record(
        tx,
        at=at,
        act=act,
        actor=by,
        subject=hold.server,
        incident_id=hold.incident_id,
        detail={"server": hold.server, "hold_id": hold.id, **detail},
        request_key=request_key,
    )
    return await _stands(tx, hold)


async def _stands(tx: Transaction, hold: Hold) -> Moved:
    incident = await tx.incidents.get(hold.incident_id)
    assert incident is not None
    holds = await tx.holds.of_incident(hold.incident_id)
    return Moved(hold, incident, tuple(sorted(h.server for h in holds if h.freezes)))


@dataclass(frozen=True, slots=True)
class Frozen:
    """One open hold with the title of its incident."""

    hold: Hold
    incident: Incident


async def frozen_servers(outside: Outside) -> tuple[Frozen, ...]:
    """Everything that is frozen, by server and age."""
    async with outside.store.read() as tx:
        return await frozen_now(tx)


async def frozen_now(tx: Transaction) -> tuple[Frozen, ...]:
    """As `frozen_servers`, in the caller's transaction."""
    holds = await tx.holds.open()
    incidents = {i.id: i for i in await tx.incidents.named([h.incident_id for h in holds])}
    return tuple(
        Frozen(hold, incidents[hold.incident_id]) for hold in sorted(holds, key=lambda h: (h.server, h.held_at))
    )


async def server_state(outside: Outside, *, name: str) -> tuple[Server, tuple[Frozen, ...]]:
    """One server and what freezes it. Raises UnknownServer."""
    servers, frozen = await servers_state(outside, name=name)
    return servers[0], tuple(f for f in frozen if f.hold.server_id == servers[0].id)


async def servers_state(outside: Outside, *, name: str) -> tuple[tuple[Server, ...], tuple[Frozen, ...]]:
    """One server, or those of a group, and what freezes them. Raises UnknownServer, NameUnusable."""
    async with outside.store.read() as tx:
        servers = (await named_servers(tx, [name])).servers
        ids = {server.id for server in servers}
        return servers, tuple(f for f in await frozen_now(tx) if f.hold.server_id in ids)


async def get_hold(outside: Outside, hold_id: HoldId) -> tuple[Hold, Incident]:
    """A hold and its incident. Raises NotHeld."""
    async with outside.store.read() as tx:
        hold = await tx.holds.get(hold_id)
        incident = await tx.incidents.get(hold.incident_id) if hold else None
    if hold is None or incident is None:
        raise NotHeld(server="?")
    return hold, incident
