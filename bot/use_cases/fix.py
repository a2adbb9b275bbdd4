"""The fix on a held server: claimed with evidence, rejected, verified by somebody else, voided by what came after."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain.audit import Act
from bot.domain.authority import Duty
from bot.domain.errors import NotHeld
from bot.domain.freeze import Hold, HoldState, check_release
from bot.domain.ids import THE_BOT, HoldId, ServerId, SlackUserId
from bot.domain.incident import Incident
from bot.ports.outside import Outside
from bot.ports.storage import Transaction
from bot.use_cases.authority import must_have
from bot.use_cases.record import done_before, record
from bot.use_cases.server import named_servers
from bot.use_cases.sight import must_see
from bot.use_cases.thaw import offer_thawed


@dataclass(frozen=True, slots=True)
class Moved:
    """What happened to a hold, and what of its incident is still frozen."""

    hold: Hold
    incident: Incident
    remaining: tuple[str, ...]


async def claim_fix(
    outside: Outside,
    *,
    by: SlackUserId,
    hold_id: HoldId,
    evidence: str,
    mistaken: bool = False,
    request_key: str = "",
) -> Moved:
    """Somebody says that the fault is fixed on a server, or never was there (`mistaken`), once for a request.

    Raises NoAuthority, NotYourDuty, NotHeld, EvidenceMissing, IncidentPrivate.
    """
    at = outside.clock.now()
    async with outside.store.write() as tx:
        right = await must_have(tx, outside, by, Duty.CLAIM)
        hold = await _locked(tx, hold_id, by)
        if await done_before(tx, request_key):
            return await _stands(tx, hold)
        claimed = hold.claim(by=by, evidence=evidence, at=at, mistaken=mistaken)
        detail = {"evidence": claimed.evidence, **right.detail}
        act = Act.MISTAKE_CLAIMED if mistaken else Act.FIX_CLAIMED
        return await _move(tx, claimed, act, by=by, at=at, detail=detail, request_key=request_key)


async def reject_fix(
    outside: Outside, *, by: SlackUserId, hold_id: HoldId, reason: str, request_key: str = ""
) -> Moved:
    """The evidence does not convince somebody, once for a request: a later claim is not rejected by it.

    Raises NoAuthority, NotYourDuty, NotClaimed, ReasonMissing, IncidentPrivate.
    """
    at = outside.clock.now()
    async with outside.store.write() as tx:
        right = await must_have(tx, outside, by, Duty.VERIFY)
        hold = await _locked(tx, hold_id, by)
        if await done_before(tx, request_key):
            return await _stands(tx, hold)
        rejected = hold.reject(reason=reason)
        detail = {"reason": reason.strip(), **right.detail}
        return await _move(tx, rejected, Act.FIX_REJECTED, by=by, at=at, detail=detail, request_key=request_key)


async def verify_server(
    outside: Outside, *, by: SlackUserId, hold_id: HoldId, digest: str | None = None, request_key: str = ""
) -> Moved:
    """Somebody else checked the fix: the server is released, once for a request.

    Raises NoAuthority, NotYourDuty, NotClaimed, VerifierFixed, EvidenceChanged, IncidentPrivate.
    """
    at = outside.clock.now()
    async with outside.store.write() as tx:
        right = await must_have(tx, outside, by, Duty.VERIFY)
        hold = await _locked(tx, hold_id, by)
        if await done_before(tx, request_key):
            return await _stands(tx, hold)
        released = hold.verify(by=by, at=at, digest=digest)
        check_release(hold, released)
        detail = {"evidence": hold.evidence, "fixers": sorted(hold.fixers), **right.detail}
        act = Act.MISTAKE_VERIFIED if released.mistaken else Act.SERVER_VERIFIED
        moved = await _move(tx, released, act, by=by, at=at, detail=detail, request_key=request_key)
        await offer_thawed(tx, released, at=at)
        return moved


async def work_on(tx: Transaction, ids: Sequence[ServerId], *, people: Iterable[SlackUserId], at: datetime) -> None:
    """Work began or ended on these servers, whose rows are locked: whoever did it verifies nothing there, and what was
    claimed before it is claimed anew.
    """
    who = tuple(people)
    for hold in await tx.holds.open_on(ids):
        touched = hold.worked_on(who)
        if hold.state is HoldState.CLAIMED:
            await _void(tx, touched, by=who[0] if who else THE_BOT, at=at, why="work")
        elif touched != hold:
            await tx.holds.save(touched)


async def _void(tx: Transaction, hold: Hold, *, by: SlackUserId, at: datetime, why: str, words: str = "") -> None:
    detail = {"why": why, "words": words[:300]}
    await _move(tx, hold, Act.CLAIM_VOIDED, by=by, at=at, detail=detail)


async def report_check(outside: Outside, *, caller: str, server: str, check: str, green: bool, words: str) -> bool:
    """A machine's check of a server turned: red voids what was claimed there. Returns whether anything was voided.

    Raises UnknownServer, NameUnusable.
    """
    at = outside.clock.now()
    async with outside.store.write(urgent=True) as tx:
        ids = [one.id for one in await named_servers(tx, [server])]
        await tx.servers.lock_for_freeze(ids)
        claimed = [hold for hold in await tx.holds.open_on(ids) if hold.state is HoldState.CLAIMED]
        if green or not claimed:
            return False
        for hold in claimed:
            await _void(tx, hold.void(), by=SlackUserId(caller), at=at, why="check", words=f"{check}: {words}")
    return True


async def _locked(tx: Transaction, hold_id: HoldId, by: SlackUserId) -> Hold:
    hold = await tx.holds.get(hold_id)
    if hold is None:
        raise NotHeld(server="?")
    await must_see(tx, await tx.incidents.get(hold.incident_id), by)
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
