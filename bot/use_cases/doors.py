"""Whether the doors stand as they should: an alarm when one does not, another word when it does again."""

import secrets

from bot.domain.audit import Act
from bot.domain.ids import THE_BOT
from bot.domain.job import JobKind
from bot.ports.outside import Outside
from bot.ports.storage import NewJob
from bot.use_cases.record import record

CANARY = "stopline-canary"
"""The caller and the server of the question that no door may answer with yes. No server may be called so."""


async def canary_secret(outside: Outside) -> str:
    """With what the canary knocks, the same on every replica: it may ask for a server that does not exist."""
    async with outside.store.read() as tx:
        known = await tx.facts.get("canary")
    if isinstance(known, str):
        return known
    async with outside.store.write() as tx:
        known = await tx.facts.get("canary") or f"canary_{secrets.token_urlsafe(32)}"
        await tx.facts.put("canary", known)
    return str(known)


async def report_door(outside: Outside, *, door: str, trouble: str) -> bool:
    """What a look at a door showed (`trouble` is "" where all is well). Tells people when that changed.

    Returns whether anybody was told.
    """
    at = outside.clock.now()
    async with outside.store.write() as tx:
        before = await tx.facts.get(f"door:{door}") or ""
        if before == trouble:
            return False
        await tx.facts.put(f"door:{door}", trouble)
        act = Act.DOOR_DRIFTED if trouble else Act.DOOR_MENDED
        trace = await record(tx, at=at, act=act, actor=THE_BOT, subject=door, detail={"trouble": trouble[:300]})
        params = {"door": door, "trouble": trouble[:300]}
        about = {"key": f"alarm.{act.value}", "params": params}
        await tx.jobs.put([NewJob(f"alarm:{trace.seq}", f"alarm:{door}", JobKind.TELL_ALARM, at, about)])
    return True


async def doors_in_trouble(outside: Outside, doors: list[str]) -> dict[str, str]:
    """What is wrong with which of these doors, as last seen."""
    async with outside.store.read() as tx:
        seen = {door: await tx.facts.get(f"door:{door}") or "" for door in doors}
    return {door: str(trouble) for door, trouble in seen.items() if trouble}
