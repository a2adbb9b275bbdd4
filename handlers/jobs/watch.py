"""What Stopline says by itself: reminders of freezes, suspects, work without an end, alarms."""

from collections.abc import Sequence
from functools import partial

from bot.domain.change import ChangeState
from bot.domain.freeze import open_holds
from bot.domain.ids import ChangeId, IncidentId, SlackUserId, change_label
from bot.domain.sight import WHOLE
from bot.jobs.worker import Run
from bot.ports.chat import ChatPermanent
from bot.use_cases import incident as incidents
from bot.use_cases.authority import people_named
from bot.use_cases.incident import Overview
from handlers.blocks.change import change_blocks
from handlers.blocks.sight import draining_outside, nag_outside
from handlers.blocks.watch import nag_blocks, nag_line, suspect_blocks
from handlers.desk import Desk

ESCALATE_FROM = 2
"""From this reminder on the managers hear of it in a direct message."""


async def offer_suspects(desk: Desk, run: Run) -> None:
    """Servers that were named in the channel, or changed shortly before: one button each."""
    view = await incidents.overview(desk.outside, incident_id=IncidentId(run.payload["incident_id"]), sight=WHOLE)
    held = {hold.server for hold in view.holds if hold.freezes}
    servers = [name for name in run.payload["servers"] if name not in held]
    if view.incident.channel is None or not servers or not view.incident.is_open:
        return
    texts = desk.house_texts(view.incident)
    key = "suspects.changed" if run.payload["why"] == "changed" else "suspects.named"
    line = texts(key, changes=run.payload.get("changes") or [], servers=servers)
    blocks = suspect_blocks(texts, view.incident, servers, line)
    await desk.chat.post(view.incident.channel, line, blocks=blocks, key=run.job.id, thread_ts=None, again=run.again)


async def nag(desk: Desk, run: Run) -> None:
    """What is still frozen and what it waits for; later the managers are told, else the commander."""
    view = await incidents.overview(desk.outside, incident_id=IncidentId(run.payload["incident_id"]), sight=WHOLE)
    if not open_holds(view.holds):
        return
    if view.incident.channel:
        await run.step("channel", partial(_nag_in, desk, run, view, view.incident.channel, ""))
    if run.payload["stage"] < ESCALATE_FROM:
        return
    commander = [view.incident.commander] if view.incident.commander else []
    async with desk.outside.store.read(WHOLE) as tx:
        insiders = await tx.insiders.of_incident(view.incident.id)
    for who in await _managers(desk) or commander:
        outside = view.incident.private and who not in insiders
        await run.step(f"to {who}", partial(_nag_outside if outside else _nag_person, desk, run, view, who))


async def _nag_in(desk: Desk, run: Run, view: Overview, channel: str, who: str) -> str:
    texts = (await desk.reader(who)).texts if who else desk.house_texts(view.incident)
    holds = open_holds(view.holds)
    blocks = nag_blocks(texts, view.incident, holds, now=desk.outside.clock.now())
    return await desk.chat.post(
        channel,
        nag_line(texts, view.incident, holds),
        blocks=blocks,
        key=f"{run.job.id}:{who}",
        thread_ts=None,
        again=run.again,
    )


async def _nag_person(desk: Desk, run: Run, view: Overview, who: SlackUserId) -> str:
    return await _nag_in(desk, run, view, await desk.chat.open_direct(who), who)


async def _nag_outside(desk: Desk, run: Run, view: Overview, who: SlackUserId) -> str:
    """A private incident's number, servers and commander: all that a manager outside its channel hears."""
    servers = sorted({hold.server for hold in open_holds(view.holds)})
    text = nag_outside((await desk.reader(who)).texts, view.incident, servers)
    channel = await desk.chat.open_direct(who)
    return await desk.chat.post(channel, text, blocks=None, key=f"{run.job.id}:{who}", thread_ts=None, again=run.again)


async def tell_draining(desk: Desk, run: Run) -> None:
    """Whose work runs on a server that a private incident froze: they are told whom to ask."""
    number = ChangeId(run.payload["change_id"])
    async with desk.outside.store.read() as tx:
        one, change = await tx.incidents.get(IncidentId(run.payload["incident_id"])), await tx.changes.get(number)
    if one is None or change is None:
        return
    text = draining_outside((await desk.reader(change.requester)).texts, one, number)
    channel = await desk.chat.open_direct(change.requester)
    await desk.chat.post(channel, text, blocks=None, key=run.job.id, thread_ts=None, again=run.again)


async def tell_unknown(desk: Desk, run: Run) -> None:
    """Only a person says how lost work ended: whoever asked for it is asked."""
    number = ChangeId(run.payload["change_id"])
    async with desk.outside.store.read() as tx:
        one = await tx.changes.get(number)
    if one is None or one.state is not ChangeState.UNKNOWN:
        return
    texts = (await desk.reader(one.requester)).texts
    text = texts("change.unknown_asked", change=change_label(one.id), title=one.title)
    channel = await desk.chat.open_direct(one.requester)
    blocks = change_blocks(texts, one)
    await desk.chat.post(channel, text, blocks=blocks, key=run.job.id, thread_ts=None, again=run.again)


async def tell_alarm(desk: Desk, run: Run) -> None:
    """Something that everybody should know: in the common channel, else to each manager, else to whom it concerns.

    `only`: nobody else is to know it.
    """
    policy, texts = desk.outside.policy, desk.house_texts()
    text = texts(run.payload["key"], **run.payload.get("params", {}))
    otherwise = run.payload.get("otherwise", ())
    everybody = (policy.announce_channel,) if policy.announce_channel else await _managers(desk) or otherwise
    for where in run.payload.get("only") or everybody:
        await run.step(f"to {where}", partial(_alarm, desk, run, where, text))


async def _alarm(desk: Desk, run: Run, where: str, text: str) -> str | None:
    try:
        return await desk.chat.post(
            where, text, blocks=None, key=f"{run.job.id}:{where}", thread_ts=None, again=run.again
        )
    except ChatPermanent as refused:
        managers = () if "only" in run.payload else await _managers(desk)
        for manager in managers:
            channel = await desk.chat.open_direct(manager)
            await desk.chat.post(
                channel, text, blocks=None, key=f"{run.job.id}:{manager}", thread_ts=None, again=run.again
            )
        if not managers:
            raise refused
        return None


async def _managers(desk: Desk) -> Sequence[SlackUserId]:
    return await people_named(desk.outside, desk.outside.policy.managers)


async def tell_checkpoint(desk: Desk, run: Run) -> None:
    """A signed checkpoint of the audit log, for whoever compares the log with it later."""
    text = f"{desk.house_texts()('audit.posted')}\n```{run.payload['line']}```"
    where = run.payload["channel"]
    await desk.chat.post(where, text, blocks=None, key=run.job.id, thread_ts=None, again=run.again)
