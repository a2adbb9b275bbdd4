"""Overrides (break-glass): asked for by one person, confirmed by another, announced loudly, used once."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from bot.domain.audit import Act
from bot.domain.authority import Authority, Duty
from bot.domain.errors import NothingHeld, UnknownOverride
from bot.domain.freeze import Hold
from bot.domain.ids import IncidentId, OverrideId, ServerName, SlackUserId, override_label
from bot.domain.job import JobKind
from bot.domain.override import LASTS, Override
from bot.ports.outside import Outside
from bot.ports.storage import NewJob, Transaction
from bot.use_cases.authority import must_have, without_duty
from bot.use_cases.freeze import server_ids_of
from bot.use_cases.record import done_before, incident_key, record
from bot.use_cases.server import named_servers


async def ask_override(
    outside: Outside, *, by: SlackUserId, servers: Sequence[str], reason: str, request_key: str
) -> Override | None:
    """Asks a second person; None when this very request was asked before.

    Raises ServersMissing, ReasonMissing, NothingHeld, UnknownServer, NameUnusable, NoAuthority,
    NotYourDuty.
    """
    at = outside.clock.now()
    async with outside.store.write() as tx:
        right = await must_have(tx, outside, by, Duty.OVERRIDE)
        if await done_before(tx, request_key):
            return None
        named = await named_servers(tx, servers)
        new = Override(
            id=OverrideId(0),
            servers=tuple(ServerName(server.name) for server in named),
            reason=reason.strip(),
            asked_by=by,
            asked_at=at,
        )
        new.check()
        holds = await tx.holds.open_on([server.id for server in named])
        if not holds:
            raise NothingHeld(servers=list(new.servers))
        override = await tx.overrides.add(new)
        await _note(tx, override, Act.OVERRIDE_ASKED, holds, right, by=by, at=at, request_key=request_key)
    return override


async def confirm_override(outside: Outside, *, by: SlackUserId, number: OverrideId, request_key: str = "") -> Override:
    """I9: a second person agrees, once for a request; it lasts a quarter of an hour and changes no hold.

    Raises UnknownOverride, RequesterConfirms, OverrideSpent, NoAuthority, NotYourDuty.
    """
    at = outside.clock.now()
    async with outside.store.write() as tx:
        right = await must_have(tx, outside, by, Duty.OVERRIDE)
        found = await tx.overrides.lock(number)
        if found is None:
            raise UnknownOverride(override=override_label(number))
        if await done_before(tx, request_key):
            return found
        confirmed = found.confirm(by=by, at=at)
        await tx.overrides.save(confirmed)
        holds = await tx.holds.open_on(await server_ids_of(tx, confirmed.servers))
        await _note(tx, confirmed, Act.OVERRIDE_CONFIRMED, holds, right, by=by, at=at, request_key=request_key)
    return confirmed


async def usable_override(
    tx: Transaction, outside: Outside, targets: Iterable[ServerName], *, by: SlackUserId, at: datetime
) -> Override | None:
    """One that nobody used and that names every target; asked for or confirmed by `by`, and both may still do that."""
    wanted = set(targets)
    for seen in await tx.overrides.usable(confirmed_after=at - LASTS):
        if by in (seen.asked_by, seen.confirmed_by) and wanted <= set(seen.servers):
            override = await tx.overrides.lock(seen.id)
            if override is not None and override.used_at is None and not await lost_by(tx, outside, override):
                return override
    return None


async def lost_by(tx: Transaction, outside: Outside, override: Override) -> bool:
    """Whether somebody whose word it rests on may not override any more."""
    return bool(await without_duty(tx, outside, (override.asked_by, override.confirmed_by), Duty.OVERRIDE))


async def _note(
    tx: Transaction,
    override: Override,
    act: Act,
    holds: Sequence[Hold],
    right: Authority,
    *,
    by: SlackUserId,
    at: datetime,
    request_key: str = "",
) -> None:
    """One audit row, an entry in the first incident that holds there, and loud words in the channels of all."""
    incidents = list(dict.fromkeys(hold.incident_id for hold in holds))
    await record(
        tx,
        at=at,
        act=act,
        actor=by,
        subject=override_label(override.id),
        incident_id=incidents[0] if incidents else None,
        detail={
            "override": override_label(override.id),
            "servers": list(override.servers),
            "reason": override.reason,
            "who": override.asked_by,
            **right.detail,
        },
        tell_channel=False,
        request_key=request_key,
    )
    await tx.jobs.put([_loud(override, act, number, at) for number in incidents])


def _loud(override: Override, act: Act, incident_id: IncidentId, at: datetime) -> NewJob:
    about = {"override_id": override.id, "incident_id": incident_id}
    key = f"{act.value}:{override.id}:{incident_id}"
    return NewJob(key, incident_key(incident_id), JobKind.ASK_CONFIRMATION, at, about)


async def find_override(outside: Outside, number: OverrideId) -> Override:
    """As it stands. Raises UnknownOverride."""
    async with outside.store.write() as tx:
        found = await tx.overrides.lock(number)
    if found is None:
        raise UnknownOverride(override=override_label(number))
    return found
