"""Drafts, answers, the search index and deliveries: what the worker does for each."""

from datetime import datetime
from functools import partial

from bot.domain.draft import BRIEFS, DraftKind, DraftState
from bot.domain.ids import OPERATOR, ChannelId, DraftId, IncidentId, SlackUserId
from bot.domain.sight import WHOLE, Sight
from bot.domain.spending import Meter
from bot.jobs.worker import Run
from bot.ports.chat import ChatPermanent, ChatTransient
from bot.use_cases import ask, draft, follow_up
from bot.use_cases.authority import people_named
from bot.use_cases.incident import overview
from handlers.blocks.answer import answer_blocks
from handlers.blocks.draft import (
    changed_blocks,
    decision_blocks,
    draft_blocks,
    follow_up_blocks,
    kept_blocks,
    to_send_blocks,
)
from handlers.blocks.parts import divider, section
from handlers.desk import Desk
from handlers.fresh import DRAFT_SECONDS, read_afresh
from handlers.jobs.progress import DRAFTED, Progress


async def make_draft(desk: Desk, run: Run) -> None:
    """Reads the channel once more, then drafts, and tells how far it is where that takes long."""
    number, meter = IncidentId(run.payload["incident_id"]), Meter()
    progress = Progress(desk, run, meter)
    await progress.ended(DraftId(await progress.beside(_made(desk, run, number, meter))))


async def _made(desk: Desk, run: Run, number: IncidentId, meter: Meter) -> int:
    read_to = await run.step("read", lambda: _read(desk, number))
    return await run.step(DRAFTED, lambda: _make(desk, run, number, read_to, meter))


async def _read(desk: Desk, number: IncidentId) -> str | None:
    read_to = await read_afresh(desk, number, seconds=DRAFT_SECONDS)
    return read_to.isoformat() if read_to else None


async def _make(desk: Desk, run: Run, number: IncidentId, read_to: str | None, meter: Meter) -> int:
    made = await draft.make_draft(
        desk.outside,
        desk.model,
        desk.offline,
        by=SlackUserId(run.payload["by"]),
        incident_id=number,
        kind=DraftKind(run.payload["kind"]),
        read_to=datetime.fromisoformat(read_to) if read_to else None,
        meter=meter,
        step=run.step,
        job=run.job.id,
    )
    return made.id


async def send_draft(desk: Desk, run: Run) -> None:
    """The postmortem goes to each manager in a direct message, a brief to who asked, other drafts to the channel."""
    found, one = await draft.get_draft(desk.outside, DraftId(run.payload["draft_id"]), sight=WHOLE)
    if found.state is DraftState.REPLACED:
        return
    if found.kind in BRIEFS:
        await _to_asker(desk, run, found.id, found.by)
        return
    if found.kind is not DraftKind.POSTMORTEM:
        await _to_channel(desk, run, found.id)
        return
    managers = await draft.managers_of(desk.outside, one)
    if not managers:
        await _to_channel(desk, run, found.id)
    failures = []
    for manager in managers:
        try:
            await run.step(f"to {manager}", partial(_to_manager, desk, run, found.id, manager))
        except (ChatTransient, ChatPermanent) as trouble:
            failures.append(trouble)
    if failures:
        raise sorted(failures, key=lambda trouble: isinstance(trouble, ChatPermanent))[0]


async def _to_channel(desk: Desk, run: Run, draft_id: DraftId) -> None:
    found, one = await draft.get_draft(desk.outside, draft_id, sight=WHOLE)
    if one.channel is None or (one.is_past and found.by == OPERATOR):
        return
    channel = await desk.chat.open_direct(found.by) if one.is_past else one.channel
    texts = desk.house_texts(one)
    blocks = draft_blocks(texts, found, one, ())
    if found.kind is DraftKind.FOLLOW_UPS and found.sections:
        blocks += follow_up_blocks(texts, found)
    text = texts("draft.ready", draft=texts.plain(f"draft.{found.kind}"))
    await desk.chat.post(channel, text, blocks=blocks, key=f"draft:{draft_id}", thread_ts=None, again=run.again)


async def _to_asker(desk: Desk, run: Run, draft_id: DraftId, who: SlackUserId) -> None:
    """With its sources, and once more as it can be copied: a person sends it."""
    found, one = await draft.get_draft(desk.outside, draft_id, sight=Sight(who=who))
    texts = (await desk.reader(who)).texts
    blocks = [*draft_blocks(texts, found, one, ()), *(to_send_blocks(texts, found) if found.sections else ())]
    channel = await desk.chat.open_direct(who)
    text = texts("draft.ready", draft=texts.plain(f"draft.{found.kind}"))
    await desk.chat.post(channel, text, blocks=blocks, key=f"draft:{draft_id}", thread_ts=None, again=run.again)


async def _to_manager(desk: Desk, run: Run, draft_id: DraftId, manager: SlackUserId) -> str:
    sight = Sight(who=manager)
    found, one = await draft.get_draft(desk.outside, draft_id, sight=sight)
    view = await overview(desk.outside, incident_id=one.id, sight=sight)
    texts = (await desk.reader(manager)).texts
    named = await people_named(desk.outside, desk.outside.policy.managers)
    instead = one.private and named and manager not in named
    said = [section(texts("private.draft_to_you"))] if instead else []
    before = await draft.version_before(desk.outside, found, sight=sight)
    kept = await follow_up.follow_ups_of(desk.outside, one.id, sight=sight)
    beside = [*said, *kept_blocks(texts, kept), *changed_blocks(texts, before, found)]
    blocks = [*beside, *draft_blocks(texts, found, one, view.holds, beside=beside)]
    blocks += [divider(), *decision_blocks(texts, found)]
    channel = await desk.chat.open_direct(manager)
    text = texts("draft.ready", draft=texts.plain(f"draft.{found.kind}"))
    return await desk.chat.post(
        channel, text, blocks=blocks, key=f"draft:{draft_id}:{manager}", thread_ts=None, again=run.again
    )


async def answer_question(desk: Desk, run: Run) -> None:
    """Answers where the question was asked; by command and modal in the asker's direct messages."""
    by = SlackUserId(run.payload["by"])
    reader = await desk.reader(by)
    answer, incidents = await ask.find_answer(
        desk.outside,
        desk.model,
        desk.offline,
        by=by,
        question=run.payload["question"],
        language=reader.texts.language,
        zone=reader.texts.zone,
        sight=Sight(who=by) if _is_alone(run) else Sight(channel=ChannelId(run.payload["channel"])),
    )
    channel = run.payload["channel"] or await desk.chat.open_direct(by)
    blocks = answer_blocks(reader.texts, answer, incidents)
    await desk.chat.post(
        channel,
        reader.texts("ask.answered", count=len(incidents)),
        blocks=blocks,
        key=run.job.id,
        thread_ts=run.payload["thread_ts"],
        again=run.again,
    )


def _is_alone(run: Run) -> bool:
    """Whether nobody else reads the answer; a question that was queued before we asked ourselves that is not."""
    return bool(run.payload["channel"] is None or run.payload.get("alone"))


async def index_incident(desk: Desk, run: Run) -> None:
    """Makes it findable as it stands now."""
    await ask.index_incident(desk.outside, IncidentId(run.payload["incident_id"]))
