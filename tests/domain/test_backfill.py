"""What is promised of a reading: whatever its pages are like, it proves exactly the deletions that there were."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.backfill import (
    AWAY,
    EVERY,
    ChannelRead,
    Page,
    Reading,
    Stretch,
    Thread,
    after_page,
    gone,
    gone_threads,
    stretch_of,
    threads_to_read,
    without_cursor,
    without_thread,
)
from bot.domain.ids import ChannelId, IncidentId, MessageTs, SlackUserId
from bot.domain.message import Message, fold, ts_of
from tests.clocks import START as NOW

CHANNEL, FIRST = ChannelId("C1"), IncidentId(1)


def ts(second: int) -> MessageTs:
    """So many seconds before the reading begins, a minute at least."""
    return MessageTs(ts_of(NOW - timedelta(seconds=60 + second)))


def said(second: int, thread: MessageTs | None = None) -> Message:
    return Message(CHANNEL, ts(second), "", SlackUserId("U1"), f"said {second}", thread)


@dataclass
class Slack:
    """A channel as it is now: the seconds of its messages, and under some of them those of their replies."""

    top: list[int]
    threads: dict[int, list[int]]
    sizes: list[int]

    def page(self, reading: Reading) -> Page:
        """The next one, of a size that Slack chooses; it may be empty and yet not the last."""
        size = self.sizes.pop() if self.sizes else 5
        if reading.thread:
            answers = next(self.threads[one] for one in self.threads if ts(one) == reading.thread)
            left = sorted(ts(one) for one in answers if ts(one) > reading.replies_to)
            return self._page([said(one, reading.thread) for one in answers if ts(one) in left[:size]], left, size)
        inside = [one for one in self.top if reading.oldest < ts(one) < reading.down_to]
        left = sorted((ts(one) for one in inside), reverse=True)
        page = self._page([said(one) for one in inside if ts(one) in left[:size]], left, size)
        threads = [
            Thread(ts(one), max(ts(reply) for reply in self.threads[one]), len(self.threads[one]))
            for one in inside
            if ts(one) in left[:size] and self.threads.get(one)
        ]
        return replace(page, threads=tuple(threads))

    @staticmethod
    def _page(messages: list[Message], left: Sequence[str], size: int) -> Page:
        stamps = [one.ts for one in messages]
        more = "more" if len(left) > size else ""
        return Page(tuple(messages), min(stamps, default=""), max(stamps, default=""), more)


SECONDS = st.integers(0, 400)


@st.composite
def channels(draw: st.DrawFn) -> tuple[Slack, list[Message]]:
    """What is there now, and what we kept: all of that or part of it, and some that is there no more."""
    parents = draw(st.lists(SECONDS, unique=True, max_size=12))
    replies = draw(st.lists(st.tuples(SECONDS, st.sampled_from(parents)), max_size=15)) if parents else []
    taken, threads = set(parents), {}
    for second, parent in replies:
        if second < parent and second not in taken:
            taken.add(second)
            threads.setdefault(parent, []).append(second)
    everything = [said(one) for one in parents]
    everything += [said(one, ts(parent)) for parent, answers in threads.items() for one in answers]
    deleted = draw(st.sets(st.sampled_from(sorted(taken)))) if taken else set()
    kept = [one for one in everything if draw(st.booleans()) or draw(st.booleans())]
    left = {parent: [one for one in answers if one not in deleted] for parent, answers in threads.items()}
    top = [one for one in parents if one not in deleted or left.get(one)]  # with replies a tombstone stays
    slack = Slack(top, {parent: answers for parent, answers in left.items() if answers}, draw(SIZES))
    return slack, kept


SIZES = st.lists(st.integers(0, 4), max_size=30)


def read_all(slack: Slack, kept: list[Message], read: ChannelRead, *, forget: bool) -> list[Message]:
    """A reading to its end; what is kept then, folded."""
    rows, reading, pages = list(kept), read.take_up(NOW).under_way, 0
    while reading and not reading.is_over:
        pages += 1
        assert pages < 500, "it comes to an end"
        page, now = slack.page(reading), fold(rows)
        stretch = stretch_of(reading, page)
        inside = [one for one in now if stretch.after < one.ts < stretch.before]
        replies = [one for one in now if one.thread_ts and stretch.after < one.thread_ts < stretch.before]
        replies = [] if reading.thread else replies
        rows += [*gone(inside, page, stretch, reading), *gone_threads(replies, page, reading), *page.messages]
        reading = after_page(reading, page, *threads_to_read(replies, page, reading))
        reading = without_cursor(reading) if forget else reading
    return list(fold(rows))


@given(channels(), st.booleans())
def test_a_reading_from_the_beginning_knows_what_is_there_and_what_is_not(
    world: tuple[Slack, list[Message]], forget: bool
) -> None:
    slack, kept = world
    there = {ts(one) for one in slack.top} | {ts(one) for answers in slack.threads.values() for one in answers}
    after = read_all(slack, kept, ChannelRead(CHANNEL, asked=1, wanted=1), forget=forget)
    assert {one.ts for one in after if not one.deleted} == there
    assert {one.ts for one in after if one.deleted} == {one.ts for one in kept} - there


@given(channels())
def test_a_reading_of_what_is_new_says_nothing_of_what_is_older(world: tuple[Slack, list[Message]]) -> None:
    slack, kept = world
    since = ChannelRead(CHANNEL, asked=2, read_at=NOW + timedelta(hours=5, minutes=56), through=1, wanted=1, answered=1)
    reading = since.take_up(NOW).under_way
    assert reading and not reading.is_through
    after = read_all(slack, kept, since, forget=False)
    old = {one.ts for one in kept if (one.thread_ts or one.ts) < reading.oldest}
    assert not {one.ts for one in after if one.deleted} & old


def test_what_is_too_young_to_be_in_the_history_is_not_taken_for_deleted() -> None:
    young = replace(said(0), ts=MessageTs(ts_of(NOW - timedelta(seconds=5))))
    reading = ChannelRead(CHANNEL, asked=1).take_up(NOW).under_way
    assert reading
    assert not gone([young], Page(), stretch_of(reading, Page()), reading)
    assert gone([said(0)], Page(), stretch_of(reading, Page()), reading)


def test_what_is_hidden_from_us_is_not_deleted() -> None:
    """A workspace may show the last 90 days only."""
    reading = ChannelRead(CHANNEL, asked=1).take_up(NOW).under_way
    assert reading
    page = Page((said(10),), ts(10), ts(10), limited=True)
    stretch = stretch_of(reading, page)
    assert stretch != Stretch(None, "0", reading.top)
    assert [one.ts for one in gone([said(5), said(20)], page, stretch, reading)] == [ts(5)]


def test_when_a_channel_is_read_again() -> None:
    read = ChannelRead(CHANNEL)
    assert read.is_due(FIRST, NOW)
    read = replace(read, read_at=NOW, ended_at=NOW, through_at=NOW)
    assert not read.is_due(FIRST, NOW + EVERY) and read.is_due(FIRST, NOW + EVERY + timedelta(seconds=7))
    slow = replace(read, ended_at=NOW + timedelta(minutes=10))
    assert not slow.is_due(FIRST, NOW + timedelta(minutes=39)) and slow.is_due(FIRST, NOW + timedelta(minutes=40))
    lost = replace(read, gone_at=NOW)
    assert not lost.is_due(FIRST, NOW + AWAY / 2) and lost.is_due(FIRST, NOW + AWAY)


def test_what_is_new_is_read_before_what_is_old() -> None:
    """A reading from the beginning may take an hour; who asks meanwhile what is new does not wait for it."""
    read = ChannelRead(CHANNEL, asked=1, wanted=1).take_up(NOW)
    long = read.under_way
    assert long and long.is_through and read.take_up(NOW) == read
    threads = tuple(ts(one) for one in range(3))
    long = after_page(long, Page(), threads, telling=1)
    read = replace(read.went_on(long, NOW), asked=2)
    assert not long.knows_the_new and read.take_up(NOW) == read, "it tells of what is new itself"
    long = without_thread(long)
    read = read.went_on(long, NOW)
    assert read.answered == 1 and read.through == 0
    later = NOW + timedelta(minutes=5)
    on = read.take_up(later)
    assert on.parked == long and on.under_way and not on.under_way.is_through and on.take_up(later) == on
    on = on.went_on(after_page(on.under_way, Page()), later)
    assert on.answered == 2 and on.read_at == later and on.under_way == long and on.parked is None
    on = on.went_on(without_thread(without_thread(long)), later)
    assert on.through == 1 and on.answered == 2 and on.read_at == later and not on.is_owed
