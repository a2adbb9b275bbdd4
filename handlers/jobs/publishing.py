"""What the worker does with an approved draft: into the incident's channel once, as a canvas and a file."""

import logging
from functools import partial

from bot.domain.draft import Draft
from bot.domain.ids import ChannelId, DraftId, incident_label
from bot.domain.incident import Incident
from bot.domain.paper import Paper
from bot.i18n.paper import for_canvas, markdown, name_of
from bot.i18n.texts import Texts
from bot.jobs.worker import Run
from bot.ports.chat import ChatPermanent
from bot.use_cases.paper import paper_of
from handlers.blocks.draft import draft_blocks, published_blocks
from handlers.desk import Desk

log = logging.getLogger(__name__)


async def publish_draft(desk: Desk, run: Run) -> None:
    """A canvas where the workspace has them, a message that leads to it, the Markdown file in its thread."""
    paper = await paper_of(desk.outside, DraftId(run.payload["draft_id"]))
    one, channel = paper.incident, paper.incident.channel
    if channel is None or one.is_past:
        return
    texts = desk.house_texts(one, paper.names)
    link = await run.step("canvas", partial(_canvas, desk, run, channel, texts, paper))
    file = await run.step("upload", partial(_upload, desk, texts, paper))
    ts = await run.step("message", partial(_message, desk, run, channel, paper, link, bool(file)))
    if file:
        await run.step("file", partial(_file, desk, run, channel, _title(texts, paper.draft, one), file, ts))


async def _canvas(desk: Desk, run: Run, channel: ChannelId, texts: Texts, paper: Paper) -> str:
    """Its link; "" where the plan, a setting or a missing scope allows none, or nobody can say if it is there."""
    content = for_canvas(markdown(texts, paper))
    title = _title(texts, paper.draft, paper.incident)
    try:
        return await desk.chat.create_canvas(channel, title, content, again=run.again)
    except ChatPermanent as refused:
        log.warning("no canvas: %s", refused.reason, extra={"channel": channel})
        return ""


async def _message(desk: Desk, run: Run, channel: ChannelId, paper: Paper, link: str, has_file: bool) -> str:
    """With a canvas it leads there; without one it holds the draft itself."""
    draft = paper.draft
    who = draft.decided_by or draft.by
    house = desk.house_texts(paper.incident, {who: (await desk.reader(who)).person.name})
    blocks = published_blocks(house, draft, link, has_file=has_file)
    if not link:
        blocks += draft_blocks(house, draft, paper.incident, ())
    text = house("draft.published", draft=name_of(house, draft), who=who)
    key = f"published:{draft.id}"
    return await desk.chat.post(channel, text, blocks=blocks, key=key, thread_ts=None, again=run.again)


async def _upload(desk: Desk, texts: Texts, paper: Paper) -> str:
    """The file's id; "" where we may not upload."""
    name = f"{incident_label(paper.incident.id)}-{paper.draft.kind.value}-{paper.draft.version}.md"
    try:
        return await desk.chat.upload(name, markdown(texts, paper).encode("utf-8", "replace"))
    except ChatPermanent as refused:
        log.warning("no file: %s", refused.reason)
        return ""


async def _file(desk: Desk, run: Run, channel: ChannelId, title: str, file: str, ts: str) -> None:
    await desk.chat.share_file(file, channel, title, thread_ts=ts, again=run.again)


def _title(texts: Texts, draft: Draft, incident: Incident) -> str:
    """The version is in it: of one title there is one canvas."""
    say = texts.plain
    name = name_of(texts, draft)
    return say("draft.paper_title", draft=name, incident=incident_label(incident.id), version=draft.version)
