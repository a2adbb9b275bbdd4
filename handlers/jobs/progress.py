"""How far a draft is, while it is made: one message that is edited, where the draft was asked for."""

import asyncio
import logging
from collections.abc import Awaitable
from functools import partial
from typing import TypeVar

from bot.domain.draft import BRIEFS, DraftKind
from bot.domain.ids import ChannelId, DraftId, IncidentId, MessageTs, SlackUserId, incident_label
from bot.domain.incident import Incident
from bot.domain.job import Job, JobKind
from bot.domain.sight import WHOLE
from bot.domain.spending import Meter
from bot.i18n.paper import reading_line
from bot.i18n.texts import Texts
from bot.jobs.worker import Run
from bot.ports.chat import ChatPermanent, ChatTransient
from bot.ports.storage import StoreUnavailable
from bot.use_cases.draft import get_draft
from bot.use_cases.incident import find_incident
from handlers.blocks.parts import context
from handlers.desk import Desk

QUIET_SECONDS = 4.0
"""Nothing is said before, and between two edits: a draft that is there at once needs none."""

BEGUN, POSTED, DRAFTED = "progress begun", "progress", "draft"
"""Steps of the job. A message that may be posted is noted before; one that is, with its channel and timestamp."""

T = TypeVar("T")
log = logging.getLogger(__name__)


class Progress:
    """Tells how far one draft is. What Slack or the database does not take now is told with the next edit."""

    def __init__(self, desk: Desk, run: Run, meter: Meter) -> None:
        self._desk, self._run, self._meter = desk, run, meter
        self._number = IncidentId(run.payload["incident_id"])
        self._by, self._kind = SlackUserId(run.payload["by"]), DraftKind(run.payload["kind"])
        self._said = ""

    async def beside(self, making: Awaitable[T]) -> T:
        """What `making` comes to. Only a lost lease, met while telling, ends it sooner. Raises LeaseLost."""
        ready = asyncio.Event()
        made, told = asyncio.ensure_future(making), asyncio.ensure_future(self._tell_until(ready))
        try:
            await asyncio.wait([made, told], return_when=asyncio.FIRST_COMPLETED)
            ready.set()
            await told
            return await made
        finally:
            made.cancel()
            told.cancel()
            await asyncio.gather(made, told, return_exceptions=True)

    async def ended(self, made: DraftId) -> None:
        """Says what it took, where anything may have been said before. Raises ChatTransient, LeaseLost."""
        if BEGUN not in self._run.job.done:
            return
        draft, one = await get_draft(self._desk.outside, made, sight=WHOLE)
        texts = self._desk.house_texts(one)
        ready = texts("draft.ready", draft=texts.plain(f"draft.{self._kind}"))
        try:
            await self._say(one, f"{ready} {reading_line(texts, draft)}".strip())
        except ChatPermanent as refused:
            self._was_not_shown(refused)

    async def _tell_until(self, ready: asyncio.Event) -> None:
        while not await _is_set(ready, within=QUIET_SECONDS):
            try:
                one = await find_incident(self._desk.outside, incident_id=self._number, sight=WHOLE)
                await self._say(one, self._how_far(self._desk.house_texts(one)))
            except ChatPermanent as refused:
                return self._was_not_shown(refused)
            except (ChatTransient, StoreUnavailable) as trouble:
                self._was_not_shown(trouble)

    def _was_not_shown(self, trouble: Exception) -> None:
        log.warning("progress was not shown", extra={"incident": self._number, "reason": type(trouble).__name__})

    def _how_far(self, texts: Texts) -> str:
        meter, draft = self._meter, texts.plain(f"draft.{self._kind}")
        if meter.parts > 1:
            reads = texts("draft.reading_part", draft=draft, part=meter.part, parts=meter.parts)
        else:
            reads = texts("draft.reading", draft=draft)
        return f"{reads} {texts('draft.written', characters=f'{meter.writing:,}')}" if meter.writing else reads

    async def _say(self, one: Incident, text: str) -> None:
        begun = BEGUN in self._run.job.done
        await self._run.step(BEGUN, _nothing)
        channel, ts = await self._run.step(POSTED, partial(self._post, one, text, begun))
        if text != self._said:
            await self._desk.chat.update(ChannelId(channel), MessageTs(ts), text, blocks=[context(text)])
            self._said = text

    async def _post(self, one: Incident, text: str, begun: bool) -> list[str]:
        """Its channel and timestamp. `begun`: an earlier try may have gone through, with what it said then."""
        shared = None if one.is_past or self._kind in BRIEFS else one.channel
        channel = shared or await self._desk.chat.open_direct(self._by)
        key = f"progress:{self._run.job.id}"
        ts = await self._desk.chat.post(channel, text, blocks=[context(text)], key=key, thread_ts=None, again=begun)
        self._said = "" if begun else text
        return [channel, ts]


async def tell_that_none_comes(desk: Desk, job: Job) -> None:
    """Where a draft that is given up was said to be on its way.

    Raises ChatTransient, ChatPermanent, StoreUnavailable.
    """
    if job.kind is not JobKind.MAKE_DRAFT or POSTED not in job.done or DRAFTED in job.done:
        return
    channel, ts = job.done[POSTED]
    one = await find_incident(desk.outside, incident_id=IncidentId(job.payload["incident_id"]), sight=WHOLE)
    texts, kind = desk.house_texts(one), job.payload["kind"]
    again = f"/incident draft {incident_label(one.id)} {kind.replace('_', '-')}"
    text = texts("draft.not_made", draft=texts.plain(f"draft.{kind}"), command=again)
    await desk.chat.update(ChannelId(channel), MessageTs(ts), text, blocks=[context(text)])


async def _is_set(event: asyncio.Event, *, within: float) -> bool:
    """Whether it is, in so many seconds at most."""
    try:
        async with asyncio.timeout(within):
            return await event.wait()
    except TimeoutError:
        return False


async def _nothing() -> None:
    return
