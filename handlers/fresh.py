"""Whatever rests on a channel's history has it read first, and says so where Slack did not answer."""

import asyncio
from datetime import datetime

from bot.domain.ids import IncidentId
from bot.domain.incident import Status, TimeName
from bot.domain.sight import WHOLE
from bot.use_cases import backfill
from bot.use_cases.incident import check_status, find_incident
from handlers.desk import Call, Desk

DRAFT_SECONDS = 30.0
"""So long a draft waits for the channel to be read."""
CLOSE_SECONDS = 8.0
"""So long somebody who closes an incident waits for it."""
LOOK_SECONDS = 0.1


async def read_afresh(desk: Desk, incident_id: IncidentId, *, seconds: float) -> datetime | None:
    """Waits until the channel is read anew. None where what is new there is known, else up to when it is."""
    asked = await backfill.ask_now(desk.outside, incident_id)
    if asked is None:
        return None
    channel, number = asked
    until = asyncio.get_running_loop().time() + seconds
    while True:
        read = await backfill.how_far(desk.outside, channel)
        if read.through >= number or asyncio.get_running_loop().time() > until:
            break
        await asyncio.sleep(LOOK_SECONDS)
    if read.answered >= number and not read.gone_at:
        return None
    return (
        read.read_at
        or (await find_incident(desk.outside, incident_id=incident_id, sight=WHOLE)).times[TimeName.DECLARED]
    )


async def check_channel(desk: Desk, call: Call, incident_id: IncidentId, to: Status) -> str:
    """Before an incident is closed; a sentence where the channel could not be read, else "". Raises as `set_status`."""
    if to is not Status.CLOSED:
        return ""
    await check_status(desk.outside, incident_id=incident_id, to=to, sight=call.sight)
    read_to = await read_afresh(desk, incident_id, seconds=CLOSE_SECONDS)
    return call.texts("draft.read_to", at=read_to) if read_to else ""
