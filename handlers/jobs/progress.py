"""How far a draft is, while a model reads: one message that is edited, where the draft was asked for."""

import logging
from datetime import timedelta

from bot.domain.draft import Draft, DraftKind
from bot.domain.ids import ChannelId, IncidentId, MessageTs, SlackUserId
from bot.domain.sight import WHOLE
from bot.domain.spending import Meter
from bot.i18n.texts import Texts
from bot.jobs.worker import Run
from bot.ports.chat import ChatPermanent, ChatTransient
from bot.use_cases.incident import overview
from handlers.blocks.draft import reading_line
from handlers.blocks.parts import context
from handlers.desk import Desk

QUIET = timedelta(seconds=4)
"""Nothing is said before, and between two edits: a draft that is there at once needs none."""

log = logging.getLogger(__name__)


class Progress:
    """Tells how far one draft is. What Slack does not take now is told with the next edit; the draft goes on."""

    def __init__(self, desk: Desk, run: Run, number: IncidentId, by: SlackUserId, kind: DraftKind) -> None:
        self._desk, self._run, self._number, self._by, self._kind = desk, run, number, by, kind
        self._said_at = desk.outside.clock.now()
        self._place: tuple[ChannelId, MessageTs, Texts] | None = None
        self._in_vain = False

    async def heard(self, meter: Meter) -> None:
        """Tells it again if some seconds have passed."""
        now = self._desk.outside.clock.now()
        if self._in_vain or now - self._said_at < QUIET:
            return
        self._said_at = now
        await self._tell("draft.reading", part=meter.part, parts=meter.parts, characters=f"{meter.writing:,}")

    async def ended(self, made: Draft) -> None:
        """Says what it took, where anything was said before."""
        if self._place:
            await self._tell("draft.was_read", told=reading_line(self._place[2], made))

    async def _tell(self, key: str, **params: object) -> None:
        try:
            channel, ts, texts = self._place or await self._open()
            text = texts(key, draft=texts.plain(f"draft.{self._kind}"), **params)
            await self._desk.chat.update(channel, ts, text, blocks=[context(text)])
        except (ChatPermanent, ChatTransient) as trouble:
            self._in_vain = isinstance(trouble, ChatPermanent)
            log.warning("progress was not shown", extra={"incident": self._number, "reason": type(trouble).__name__})

    async def _open(self) -> tuple[ChannelId, MessageTs, Texts]:
        one = (await overview(self._desk.outside, incident_id=self._number, sight=WHOLE)).incident
        texts = self._desk.house_texts(one)
        channel = one.channel if one.channel and not one.is_past else await self._desk.chat.open_direct(self._by)
        text = texts("draft.asked", draft=texts.plain(f"draft.{self._kind}"))
        ts = await self._desk.chat.post(
            channel,
            text,
            blocks=[context(text)],
            key=f"progress:{self._run.job.id}",
            thread_ts=None,
            again=self._run.again,
        )
        self._place = ChannelId(channel), ts, texts
        return self._place
