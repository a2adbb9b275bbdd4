"""Reading a channel again: where a reading stands, what a page of it proves, and when the next one is due."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.domain.ids import ChannelId, IncidentId, MessageTs, SlackUserId
from bot.domain.message import Message, Reaction, ts_of

EVERY = timedelta(minutes=5)
"""Between two readings of an open incident's channel."""
AWAY = timedelta(hours=1)
"""So often we look whether we may read a channel again that we lost."""
OVERLAP = timedelta(hours=6)
"""So far back behind the last reading every reading goes: edits, deletions and answers to that time are found."""
SLOWER = 3
"""A reading that took long (Slack made it wait) is followed by a rest so many times as long."""
SPREAD = timedelta(seconds=7)
"""Channels that were read at one moment, as after a start, are read apart the next time."""
SETTLED = timedelta(seconds=10)
"""What is younger may not have reached the history yet: that it is not there proves nothing."""
LAST_AFTER = timedelta(minutes=15)
"""So long after its close an incident's channel is read once more, and then no more."""
FOLLOWED = timedelta(days=7)
"""So long after its end an incident may still be drafted: its channel is read again after a loss."""
FRESH = timedelta(minutes=1)
"""A reading from the beginning that is so young needs no other one."""
START, END = "0", "9999999999.999999"
"""Before and after every ts."""


@dataclass(frozen=True, slots=True)
class Thread:
    """A thread as its first message tells of it."""

    ts: MessageTs
    latest: MessageTs
    count: int


@dataclass(frozen=True, slots=True)
class Page:
    """A part of a channel's history, newest first, or of a thread, oldest first, as the chat service gives it.

    `lowest` and `highest` are of everything on it, also of what nobody said; `next` is "" on the last page; `pins` are
    who reacted to a message so that it goes on the timeline, the first one first; `reactions` are all that people gave
    as far as they are named, `unnamed` those (by message and name) of which not everybody is; `limited`: what is older
    is hidden.
    """

    messages: tuple[Message, ...] = ()
    lowest: str = ""
    highest: str = ""
    next: str = ""
    threads: tuple[Thread, ...] = ()
    pins: tuple[tuple[MessageTs, tuple[SlackUserId, ...]], ...] = ()
    limited: bool = False
    reactions: tuple[Reaction, ...] = ()
    unnamed: frozenset[tuple[MessageTs, str]] = frozenset()


@dataclass(frozen=True, slots=True)
class Reading:
    """A reading under way, from `top` down to `oldest`. It answers every request up to `number`.

    Above `down_to` everything is read but `threads`; the first of those is read up to `replies_to`, and the first
    `telling` of them say something new. Above `new_from` lies what no earlier reading saw. `left`: there are more pages
    of the history; `cursor`s lead to the next page.
    """

    number: int
    began_at: datetime
    top: str
    oldest: str
    new_from: str
    down_to: str
    cursor: str = ""
    left: bool = True
    threads: tuple[MessageTs, ...] = ()
    telling: int = 0
    replies_to: str = START
    reply_cursor: str = ""

    @property
    def thread(self) -> MessageTs | None:
        """The thread whose page comes next; None: a page of the history does."""
        return self.threads[0] if self.threads else None

    @property
    def is_through(self) -> bool:
        """Whether it reads from the channel's beginning."""
        return self.oldest == START

    @property
    def is_over(self) -> bool:
        """Nothing is left to read."""
        return not self.left and not self.threads

    @property
    def knows_the_new(self) -> bool:
        """Whether everything that no earlier reading saw is read."""
        return not self.telling and (not self.left or self.down_to <= self.new_from)


@dataclass(frozen=True, slots=True)
class ChannelRead:
    """How far a channel is read. Requests are numbered: `asked` of them so far, `wanted` is the last one that wants it
    from the beginning; all up to `answered` know what is new, all up to `through` know everything.

    `read_at`, `through_at`: when the last reading of that kind began; `ended_at`: when what was new was known;
    `gone_at`: since when we may not read it. A long reading from the beginning is `parked` while somebody wants to
    know what is new.
    """

    channel: ChannelId
    asked: int = 0
    wanted: int = 0
    answered: int = 0
    through: int = 0
    asked_at: datetime | None = None
    read_at: datetime | None = None
    through_at: datetime | None = None
    ended_at: datetime | None = None
    gone_at: datetime | None = None
    under_way: Reading | None = None
    parked: Reading | None = None

    @property
    def is_owed(self) -> bool:
        """Whether somebody still waits for a reading."""
        return self.asked > self.answered or self.wanted > self.through

    def is_due(self, number: IncidentId, now: datetime) -> bool:
        """Whether it is time to read it again."""
        since = max((at for at in (self.asked_at, self.ended_at) if at), default=None)
        if since is None:
            return True
        rest = EVERY + SPREAD * (number % 8)
        if self.read_at and self.ended_at:
            rest = max(rest, SLOWER * (self.ended_at - self.read_at))
        return now >= since + (AWAY if self.gone_at else rest)

    def is_fresh(self, now: datetime) -> bool:
        """Whether everything in it was read a moment ago."""
        return not self.is_owed and self.through_at is not None and now < self.through_at + FRESH

    def take_up(self, now: datetime) -> "ChannelRead":
        """With the reading under way that is to go on: what is new goes before what is old."""
        if self.under_way is None:
            return self._begin(now) if self.is_owed else self
        long = self.under_way.is_through and self.under_way.knows_the_new
        return replace(self, parked=self.under_way)._begin(now) if long and self.asked > self.answered else self

    def _begin(self, now: datetime) -> "ChannelRead":
        """From the beginning where somebody wants that, or where it was never read."""
        top, new_from = ts_of(now), ts_of(self.read_at - OVERLAP) if self.read_at else START
        through = self.read_at is None or (self.wanted > self.through and not self.parked)
        return replace(self, under_way=Reading(self.asked, now, top, START if through else new_from, new_from, top))

    def went_on(self, reading: Reading, now: datetime) -> "ChannelRead":
        """After a page."""
        on = replace(self, under_way=reading, gone_at=None)
        if reading.knows_the_new:
            on = on._knowing(reading, now)
        if not reading.is_over:
            return on
        on = replace(on, under_way=self.parked, parked=None)
        return replace(on, through=reading.number, through_at=reading.began_at) if reading.is_through else on

    def _knowing(self, reading: Reading, now: datetime) -> "ChannelRead":
        """What is new is known, if it was not before."""
        if reading.number <= self.answered:
            return self
        return replace(self, answered=reading.number, read_at=reading.began_at, ended_at=now)

    def refused(self, now: datetime) -> "ChannelRead":
        """We may not read it: whoever waits for a reading need not wait."""
        done = replace(self, answered=self.asked, through=self.asked, under_way=None, parked=None, ended_at=now)
        return replace(done, gone_at=self.gone_at or now)


@dataclass(frozen=True, slots=True)
class Stretch:
    """What a page proves: all that is in the channel, or in `thread`, after `after` and before `before`, is on it."""

    thread: MessageTs | None
    after: str
    before: str


def stretch_of(reading: Reading, page: Page) -> Stretch:
    """What this next page of a reading proves."""
    if reading.thread:
        return Stretch(reading.thread, reading.replies_to, page.highest if page.next else END)
    ends_here = page.next or page.limited
    return Stretch(None, _just_before(page.lowest or reading.down_to) if ends_here else reading.oldest, reading.down_to)


def _just_before(ts: str) -> str:
    """A microsecond earlier."""
    seconds, _, fraction = ts.partition(".")
    number = int(seconds) * 1_000_000 + int(fraction or 0) - 1
    return f"{number // 1_000_000}.{number % 1_000_000:06d}"


def after_page(reading: Reading, page: Page, threads: Sequence[MessageTs] = (), telling: int = 0) -> Reading:
    """Where the reading stands once a page is kept; `threads` of a page of the history are to be read next."""
    if not reading.thread:
        down_to = page.lowest or reading.down_to if page.next else reading.oldest
        return replace(
            reading, down_to=down_to, cursor=page.next, left=bool(page.next), threads=tuple(threads), telling=telling
        )
    if page.next:
        return replace(reading, replies_to=page.highest or reading.replies_to, reply_cursor=page.next)
    return without_thread(reading)


def without_thread(reading: Reading) -> Reading:
    """The thread at hand is done with."""
    left = max(0, reading.telling - 1)
    return replace(reading, threads=reading.threads[1:], telling=left, replies_to=START, reply_cursor="")


def without_cursor(reading: Reading) -> Reading:
    """Cursors expire: the reading goes on by time, from where it stands."""
    return replace(reading, cursor="", reply_cursor="")


def gone(kept: Iterable[Message], page: Page, stretch: Stretch, reading: Reading) -> tuple[Message, ...]:
    """The deletions that a page proves: what we keep of its stretch and what is not there any more."""
    there = {message.ts for message in page.messages}
    return tuple(
        replace(one, version=reading.top, deleted=True, text="")
        for one in kept
        if one.thread_ts == stretch.thread and one.ts not in there and _is_missed(one, stretch, reading)
    )


def gone_threads(replies: Iterable[Message], page: Page, reading: Reading) -> tuple[Message, ...]:
    """The deletions that a page of the history proves of the replies to what is on it: they are in no thread there."""
    there = {thread.ts for thread in page.threads}
    everywhere = Stretch(None, START, END)
    return tuple(
        replace(one, version=reading.top, deleted=True, text="")
        for one in replies
        if one.thread_ts not in there and _is_missed(one, everywhere, reading)
    )


def taken_back(kept: Iterable[Reaction], page: Page) -> tuple[Reaction, ...]:
    """What we keep of the reactions to what is on a page and what is not there any more, where everybody is named."""
    there, shown = {message.ts for message in page.messages}, set(page.reactions)
    return tuple(one for one in kept if one.ts in there and (one.ts, one.name) not in page.unnamed and one not in shown)


def _is_missed(one: Message, stretch: Stretch, reading: Reading) -> bool:
    until = min(stretch.before, ts_of(reading.began_at - SETTLED))
    return not one.deleted and stretch.after < one.ts < until


def threads_to_read(replies: Iterable[Message], page: Page, reading: Reading) -> tuple[tuple[MessageTs, ...], int]:
    """Those that say something we do not have, or no longer have what we do, and how many; from the beginning all."""
    there: dict[str, list[str]] = {}
    for one in replies:
        if not one.deleted and one.thread_ts:
            there.setdefault(one.thread_ts, []).append(one.ts)
    telling = [
        thread.ts
        for thread in page.threads
        if len(there.get(thread.ts, ())) != thread.count or max(there[thread.ts]) < thread.latest
    ]
    silent = [thread.ts for thread in page.threads if reading.is_through and thread.ts not in telling]
    return (*telling, *silent), len(telling)
