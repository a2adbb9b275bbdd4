"""How far a draft is, while a model reads: one message that is edited, where the draft was asked for."""

import logging
from datetime import timedelta
from functools import partial

from bot.domain.draft import Draft, DraftKind
from bot.domain.ids import ChannelId, IncidentId, MessageTs, SlackUserId
from bot.domain.incident import Incident
from bot.domain.sight import WHOLE
from bot.domain.spending import Meter
from bot.i18n.paper import reading_line
from bot.i18n.texts import Texts
from bot.jobs.worker import Run
from bot.ports.chat import ChatPermanent, ChatTransient
from bot.use_cases.incident import overview
from handlers.blocks.parts import context
from handlers.desk import Desk

QUIET = timedelta(seconds=4)
"""Nothing is said before, and between two edits: a draft that is there at once needs none."""

STEP = "progress"

log = logging.getLogger(__name__)


class Progress:
    """Tells how far one draft is. What Slack does not take now is told with the next edit; the draft goes on."""

    def __init__(self, desk: Desk, run: Run, number: IncidentId, by: SlackUserId, kind: DraftKind) -> None:
        self._desk, self._run, self._number, self._by, self._kind = desk, run, number, by, kind
        self._said_at = desk.outside.clock.now()
        self._place: list[str] = []
        self._in_vain = False

    async def heard(self, meter: Meter) -> None:
        """Tells it again if some seconds have passed."""
        now = self._desk.outside.clock.now()
        if self._in_vain or now - self._said_at < QUIET:
            return
        self._said_at = now
        await self._tell("draft.reading", part=meter.part, parts=meter.parts, characters=f"{meter.writing:,}")

    async def ended(self, made: Draft) -> None:
        """Says what it took, where this run or one before it said anything."""
        if self._place or STEP in self._run.job.done:
            await self._tell("draft.was_read", made=made)

    async def _tell(self, key: str, made: Draft | None = None, **params: object) -> None:
        try:
            one = (await overview(self._desk.outside, incident_id=self._number, sight=WHOLE)).incident
            texts = self._desk.house_texts(one)
            self._place = self._place or await self._run.step(STEP, partial(self._post, one, texts))
            channel, ts = self._place
            told = reading_line(texts, made) if made else ""
            text = texts(key, draft=texts.plain(f"draft.{self._kind}"), told=told, **params)
            await self._desk.chat.update(ChannelId(channel), MessageTs(ts), text, blocks=[context(text)])
        except (ChatPermanent, ChatTransient) as trouble:
            self._in_vain = isinstance(trouble, ChatPermanent)
            log.warning("progress was not shown", extra={"incident": self._number, "reason": type(trouble).__name__})

    async def _post(self, one: Incident, texts: Texts) -> list[str]:
        channel = one.channel if one.channel and not one.is_past else await self._desk.chat.open_direct(self._by)
        text = texts("draft.asked", draft=texts.plain(f"draft.{self._kind}"))
        key, again = f"progress:{self._run.job.id}", self._run.again
        ts = await self._desk.chat.post(channel, text, blocks=[context(text)], key=key, thread_ts=None, again=again)
        return [channel, ts]
