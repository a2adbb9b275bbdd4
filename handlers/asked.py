"""Questions to an incident's channel: posted once, remembered by name, edited when what they ask is decided."""

from collections.abc import Mapping, Sequence
from typing import Any

from bot.domain.ids import ChannelId, IncidentId, MessageTs, OverrideId, PermitId
from bot.domain.incident import Incident
from bot.i18n.texts import Texts
from bot.jobs.worker import Run
from bot.use_cases import override as overrides
from bot.use_cases import run as runs
from handlers.blocks.gate import direction_blocks, direction_line, fix_blocks, fix_line
from handlers.blocks.override import override_blocks, override_line
from handlers.desk import Desk

Blocks = Sequence[Mapping[str, Any]]


async def post_question(desk: Desk, run: Run, one: Incident, name: str, text: str, blocks: Blocks) -> MessageTs | None:
    """Posts it in the incident's channel, or edits it where it stands there already."""
    if one.channel is None:
        return None
    if await edit_question(desk, name, text, blocks):
        return None
    ts = await desk.chat.post(one.channel, text, blocks=blocks, key=f"asked:{name}", thread_ts=None, again=run.again)
    async with desk.outside.store.write() as tx:
        await tx.facts.put(f"asked:{name}", {"channel": one.channel, "ts": ts})
    return ts


async def edit_question(desk: Desk, name: str, text: str, blocks: Blocks) -> bool:
    """Edits the message that asks; False where there is none yet."""
    async with desk.outside.store.read() as tx:
        found = await tx.facts.get(f"asked:{name}")
    if not found:
        return False
    await desk.chat.update(ChannelId(found["channel"]), MessageTs(found["ts"]), text, blocks=blocks)
    return True


async def incidents_named(desk: Desk, numbers: Sequence[IncidentId]) -> Sequence[Incident]:
    """The incidents with these numbers, for the language of each channel."""
    async with desk.outside.store.read() as tx:
        return await tx.incidents.named(numbers)


async def refresh_fix(desk: Desk, number: PermitId) -> None:
    """Every message that asks for this approval says how it stands now."""
    view = await runs.read_run(desk.outside, number)
    for one in await incidents_named(desk, view.concerned):
        texts = desk.house_texts(one)
        await edit_question(desk, fix_name(number, one.id), fix_line(texts, view), fix_blocks(texts, view, one))


async def refresh_direction(desk: Desk, number: PermitId) -> None:
    """Every message that asks how this work goes on says what it is told now."""
    view = await runs.read_run(desk.outside, number)
    for one in await incidents_named(desk, view.concerned):
        texts = desk.house_texts(one)
        name, line = run_name(number, one.id), direction_line(texts, view)
        await edit_question(desk, name, line, direction_blocks(texts, view, one))


async def refresh_override(desk: Desk, number: OverrideId) -> None:
    """Every message that asks for this confirmation says how it stands now."""
    found = await overrides.find_override(desk.outside, number)
    async with desk.outside.store.read() as tx:
        catalogue = await tx.servers.catalogue()
        ids = [server.id for name in found.servers if (server := catalogue.find(name))]
        numbers = list(dict.fromkeys(hold.incident_id for hold in await tx.holds.on(ids)))
    at = desk.outside.clock.now()
    for one in await incidents_named(desk, numbers):
        texts: Texts = desk.house_texts(one)
        line, blocks = override_line(texts, found), override_blocks(texts, found, at=at)
        await edit_question(desk, override_name(number, one.id), line, blocks)


def fix_name(number: PermitId, incident_id: IncidentId) -> str:
    """Under which the question is remembered."""
    return f"fix:{number}:{incident_id}"


def run_name(number: PermitId, incident_id: IncidentId) -> str:
    """Under which the question is remembered."""
    return f"run:{number}:{incident_id}"


def override_name(number: OverrideId, incident_id: IncidentId) -> str:
    """Under which the question is remembered."""
    return f"override:{number}:{incident_id}"
