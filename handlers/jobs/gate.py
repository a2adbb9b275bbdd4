"""What the gate asks and tells in an incident's channel: approvals, directions, overrides, what was held back."""

from collections.abc import Mapping, Sequence
from typing import Any

from bot.domain.ids import HeldBackId, IncidentId, MessageTs, OverrideId, PermitId, SlackUserId, override_label
from bot.domain.incident import Incident
from bot.domain.override import Override
from bot.domain.sight import WHOLE
from bot.i18n.texts import Markup, Texts
from bot.jobs.worker import Run
from bot.use_cases import incident as incidents
from bot.use_cases import override as overrides
from bot.use_cases import run as runs
from bot.use_cases import thaw
from bot.use_cases.authority import people_named
from handlers import asked
from handlers.blocks.gate import direction_blocks, direction_line, fix_blocks, fix_line
from handlers.blocks.override import override_blocks, override_line
from handlers.blocks.parts import section
from handlers.blocks.sight import override_outside
from handlers.blocks.thaw import thaw_blocks
from handlers.desk import Desk


async def _incident(desk: Desk, run: Run) -> Incident:
    number = IncidentId(run.payload["incident_id"])
    return await incidents.find_incident(desk.outside, incident_id=number, sight=WHOLE)


async def ask_approval(desk: Desk, run: Run) -> None:
    """May this fix go ahead? The buttons are in the incident's channel."""
    one, number = await _incident(desk, run), PermitId(run.payload["permit_id"])
    view, texts = await runs.read_run(desk.outside, number), desk.house_texts(one)
    name, line = asked.fix_name(number, one.id), fix_line(texts, view)
    await asked.post_question(desk, run, one, name, line, fix_blocks(texts, view, one))


async def ask_direction(desk: Desk, run: Run) -> None:
    """How does work go on that ran when the freeze came? Another incident's freeze asks everybody anew."""
    one, number = await _incident(desk, run), PermitId(run.payload["permit_id"])
    view, texts = await runs.read_run(desk.outside, number), desk.house_texts(one)
    name, line = asked.run_name(number, one.id), direction_line(texts, view)
    await asked.post_question(desk, run, one, name, line, direction_blocks(texts, view, one))
    await asked.refresh_direction(desk, number)


async def ask_confirmation(desk: Desk, run: Run) -> None:
    """Loud: who leads the incident and the managers are called. Once somebody confirmed, that is told as loudly."""
    one, number = await _incident(desk, run), OverrideId(run.payload["override_id"])
    found, texts = await overrides.find_override(desk.outside, number), desk.house_texts(one)
    blocks = override_blocks(texts, found, at=desk.outside.clock.now())
    called = Markup(texts.join(f"<@{who}>" for who in await _called(desk, one) if who != found.asked_by))
    if called and found.confirmed_by is None:
        blocks.insert(1, section(texts("override.called", people=called)))
    line, name = override_line(texts, found), asked.override_name(number, one.id)
    if found.confirmed_by is None:
        await asked.post_question(desk, run, one, name, line, blocks)
        await _call_outsiders(desk, run, one, found)
        return
    await asked.edit_question(desk, name, line, blocks)
    await _say(desk, run, one, f"confirmed:{number}:{one.id}", _confirmed(texts, found), None)


async def _call_outsiders(desk: Desk, run: Run, one: Incident, found: Override) -> None:
    """A mention in a private channel reaches nobody outside: those managers are told directly, and no reason."""
    async with desk.outside.store.read(WHOLE) as tx:
        insiders = await tx.insiders.of_incident(one.id)
    for who in await _called(desk, one) if one.private else []:
        if who not in insiders and who != found.asked_by:
            text = override_outside((await desk.reader(who)).texts, one, found)
            channel, key = await desk.chat.open_direct(SlackUserId(who)), f"{run.job.id}:{who}"
            await desk.chat.post(channel, text, blocks=None, key=key, thread_ts=None, again=run.again)


def _confirmed(texts: Texts, found: Override) -> str:
    label = override_label(found.id)
    return texts("override.confirmed", who=found.confirmed_by, until=found.expires_at, override=label)


async def _called(desk: Desk, one: Incident) -> list[str]:
    who = [one.commander] if one.commander else []
    return list(dict.fromkeys([*who, *await people_named(desk.outside, desk.outside.policy.managers)]))


async def _say(
    desk: Desk, run: Run, one: Incident, key: str, text: str, blocks: Sequence[Mapping[str, Any]] | None
) -> MessageTs | None:
    if one.channel is None:
        return None
    return await desk.chat.post(one.channel, text, blocks=blocks, key=key, thread_ts=None, again=run.again)


async def tell_thaw(desk: Desk, run: Run) -> None:
    """What the freeze held back, with its two ways on; each piece remembers the message that shows it."""
    one, numbers = await _incident(desk, run), [HeldBackId(n) for n in run.payload["held_back"]]
    work, texts = await thaw.held_back_work(desk.outside, numbers), desk.house_texts(one)
    heading = texts.plain("thaw.heading", count=len(work))
    blocks = thaw_blocks(texts, work, heading=heading)
    ts = await _say(desk, run, one, run.job.id, texts("thaw.offered", count=len(work)), blocks)
    if ts is None:
        return
    async with desk.outside.store.write() as tx:
        for number in numbers:
            shown = {"channel": one.channel, "ts": ts, "incident_id": one.id, "held_back": list(numbers)}
            await tx.facts.put(f"asked:held:{number}", shown)
