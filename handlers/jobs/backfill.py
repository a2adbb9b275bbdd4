"""Reads channels again: one job a channel at a time, page by page, each page kept before the next is asked for."""

from bot.domain.backfill import Page, Reading
from bot.domain.ids import ChannelId
from bot.domain.message import PEOPLE
from bot.jobs.worker import Run
from bot.ports.chat import ChatPermanent, ChatTransient, CursorExpired, ThreadGone
from bot.use_cases import backfill
from handlers.desk import Desk


async def read_channel(desk: Desk, run: Run) -> None:
    """Until nobody waits for a reading of this channel. What a run left off the next one takes up."""
    channel = ChannelId(run.payload["channel"])
    if run.payload["last"]:
        await backfill.ask_of(desk.outside, channel)
        return
    async with desk.outside.store.write() as tx:
        await tx.jobs.overtake(run.job.id, key=run.job.key)
    pages = 0
    try:
        while reading := await backfill.take_up(desk.outside, channel):
            while reading:
                reading = await _read_on(desk, channel, reading)
                pages += 1
    except ChatTransient as wait:
        if not pages:
            raise
        pause, urgency = wait.after or 0, run.job.urgency
        await backfill.rest(desk.outside, channel, after=run.job.id, seconds=pause, urgency=urgency)


async def _read_on(desk: Desk, channel: ChannelId, reading: Reading) -> Reading | None:
    try:
        page = await desk.chat.next_page(channel, reading)
    except CursorExpired:
        return await backfill.go_on_without(desk.outside, channel, reading, thread=False)
    except ThreadGone:
        return await backfill.go_on_without(desk.outside, channel, reading, thread=True)
    except ChatPermanent as refused:
        await backfill.give_up(desk.outside, channel, reason=refused.reason)
        return None
    await _meet(desk, page)
    return await backfill.keep_page(desk.outside, channel, reading, page)


async def _meet(desk: Desk, page: Page) -> None:
    """Who wrote and who pinned it: by the time somebody speaks of them they are known."""
    wrote = [message.user for message in page.messages if message.user.startswith(PEOPLE)]
    for who in dict.fromkeys([*wrote, *(who for _, people in page.pins for who in people)]):
        await desk.reader(who)
