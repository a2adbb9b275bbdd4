"""What is promised of reading a channel again: each page whole or not at all, one reading at a time, nothing twice."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.adapters.slack_pages import read_history
from bot.domain.audit import Act, Entry
from bot.domain.backfill import EVERY, FOLLOWED, LAST_AFTER, Page, Reading, Thread
from bot.domain.ids import ChannelId, IncidentId, MessageTs, SlackUserId
from bot.domain.incident import Status
from bot.domain.job import JobKind
from bot.domain.message import Message, Reaction, ts_of
from bot.ports.outside import Outside
from bot.use_cases.backfill import ask_all, ask_due, ask_now, give_up, how_far, keep_page, rest, take_up
from bot.use_cases.incident import set_status
from bot.use_cases.timeline import keep_messages, keep_reaction, read_timeline
from tests.acts import ANN, BEN, EVERYBODY, stop_the_line
from tests.clocks import FrozenClock
from tests.conftest import AddPeople
from tests.faults import Boom, FailingStore, everything

CHANNEL = ChannelId("C0INC")
GIL = SlackUserId("U0GIL")


@pytest.fixture(autouse=True)
async def people(add_people: AddPeople) -> None:
    await add_people(*EVERYBODY)
    await add_people(GIL, is_member=False)


@pytest.fixture
async def number(outside: Outside) -> IncidentId:
    """An incident with a channel."""
    return await with_channel(outside, CHANNEL)


async def with_channel(outside: Outside, channel: ChannelId) -> IncidentId:
    one = (await stop_the_line(outside)).incident.id
    async with outside.store.write() as tx:
        held = await tx.incidents.lock(one)
        assert held
        await tx.incidents.save(replace(held, channel=channel))
    return one


def said(at: datetime, text: str = "a word", thread: MessageTs | None = None, **more: str) -> Message:
    return Message(CHANNEL, MessageTs(ts_of(at)), more.get("version", ""), ANN, text, thread)


def page(*messages: Message, **more: object) -> Page:
    stamps = [one.ts for one in messages]
    return Page(messages, min(stamps, default=""), max(stamps, default=""), **more)  # type: ignore[arg-type]


async def begun(outside: Outside, number: IncidentId) -> Reading:
    await ask_now(outside, number)
    reading = await take_up(outside, CHANNEL)
    assert reading
    return reading


async def known(outside: Outside) -> list[Message]:
    async with outside.store.read() as tx:
        return list(await tx.messages.of_channel(CHANNEL))


async def jobs(outside: Outside) -> int:
    async with outside.store.read() as tx:
        return await tx.jobs.count_open(due_by=outside.clock.now() + timedelta(days=365))


async def test_a_page_is_kept_whole_or_not_at_all(outside: Outside, clock: FrozenClock, number: IncidentId) -> None:
    """Whatever fails, the reading stands where it stood, and the same page is kept the next time."""
    old = said(clock.now(), "deleted by now")
    await keep_messages(outside, [old])
    new = said(clock.forward(minutes=2), "not delivered")
    clock.forward(minutes=2)
    reading = await begun(outside, number)
    seen = page(new, pins=((new.ts, (BEN,)),))
    before = await everything(outside.store)  # type: ignore[arg-type]
    failures = 0
    while True:
        failing = FailingStore(outside.store, at=failures + 1)  # type: ignore[arg-type]
        try:
            await keep_page(replace(outside, store=failing), CHANNEL, reading, seen)  # type: ignore[arg-type]
        except Boom:
            failures += 1
            assert await everything(outside.store) == before  # type: ignore[arg-type]
        else:
            break
    assert failures > 5
    assert [(one.text, one.deleted) for one in await known(outside)] == [("", True), ("not delivered", False)]
    assert [entry.actor for entry in await pins(outside, number)] == [BEN]
    assert (await how_far(outside, CHANNEL)).under_way is None


async def pins(outside: Outside, number: IncidentId) -> list[Entry]:
    entries = await read_timeline(outside, incident_id=number)
    return [entry for entry in entries if entry.kind is Act.MESSAGE_PINNED]


@pytest.mark.parametrize(
    ("shown", "left"),
    [
        ([], set()),
        ([{"name": "eyes", "users": [BEN], "count": 1}], {("eyes", BEN)}),
        ([{"name": "+1", "users": [ANN], "count": 1}], {("+1", ANN)}),
        ([{"name": "+1", "users": [ANN], "count": 80}], {("+1", ANN), ("+1", BEN)}),
        ([{"name": "+1::skin-tone-2", "users": [BEN], "count": 1}], {("+1", BEN)}),
    ],
    ids=["none", "another", "of another", "not all are named", "the same"],
)
async def test_a_reaction_that_was_taken_back_unheard_is_gone(
    outside: Outside, number: IncidentId, shown: list[dict[str, object]], left: set[tuple[str, SlackUserId]]
) -> None:
    """So is one whose taking back was heard of before it was given."""
    reading_from, one = outside.clock.now(), said(outside.clock.now())
    elsewhere = Reaction(CHANNEL, MessageTs(ts_of(reading_from - timedelta(days=1))), "eyes", ANN)
    late = Reaction(CHANNEL, one.ts, "+1", BEN)
    await keep_reaction(outside, late, given=False)
    for given in (late, elsewhere):
        await keep_reaction(outside, given, given=True)
    raw = {"ts": one.ts, "user": ANN, "text": one.text, "reactions": shown}
    await keep_page(outside, CHANNEL, await begun(outside, number), read_history(CHANNEL, {"messages": [raw]}))
    async with outside.store.read() as tx:
        kept = await tx.reactions.of_channel(CHANNEL)
    assert {(each.name, each.who) for each in kept.get(one.ts, ())} == left
    assert list(kept[elsewhere.ts]) == [elsewhere], "a page proves nothing of what is not on it"


async def test_two_who_read_at_once_do_not_undo_one_another(outside: Outside, number: IncidentId) -> None:
    reading = await begun(outside, number)
    on = await keep_page(outside, CHANNEL, reading, Page(next="more"))
    assert on and on != reading
    assert await keep_page(outside, CHANNEL, reading, page()) is None, "this page belongs to where it stood before"
    assert (await how_far(outside, CHANNEL)).under_way == on
    assert await take_up(outside, CHANNEL) == on


async def test_who_may_not_pin_by_hand_does_not_pin_by_being_found(outside: Outside, number: IncidentId) -> None:
    first, other = said(outside.clock.now(), "one"), said(outside.clock.now() + timedelta(seconds=1), "other")
    seen = page(first, other, pins=((first.ts, (GIL,)), (other.ts, (GIL, BEN, ANN))))
    await keep_page(outside, CHANNEL, await begun(outside, number), seen)
    assert [(entry.params["text"], entry.actor) for entry in await pins(outside, number)] == [("other", BEN)]


async def test_the_only_reply_of_a_thread_deleted_unheard(
    outside: Outside, clock: FrozenClock, number: IncidentId
) -> None:
    """Its parent tells of no thread any more."""
    parent = said(clock.now(), "parent")
    reply = said(clock.forward(seconds=5), "reply", parent.ts)
    await keep_messages(outside, [parent, reply])
    clock.forward(minutes=2)
    await keep_page(outside, CHANNEL, await begun(outside, number), page(parent))
    assert [one.deleted for one in await known(outside)] == [False, True]


async def test_a_deletion_is_final(outside: Outside, clock: FrozenClock, number: IncidentId) -> None:
    """The edit came before it, however late Slack delivers it, and whatever our clock says."""
    one = said(clock.now(), "first")
    await keep_messages(outside, [one])
    clock.forward(minutes=2)
    await keep_page(outside, CHANNEL, await begun(outside, number), page())
    await keep_messages(outside, [replace(one, text="edited", version="9999999999.000001")])
    await keep_messages(outside, [replace(one, text="edited", version=ts_of(clock.forward(seconds=1)))])
    (kept,) = await known(outside)
    assert kept.deleted


async def test_threads_are_read_where_they_say_something_new(
    outside: Outside, clock: FrozenClock, number: IncidentId
) -> None:
    parents = [said(clock.forward(seconds=1), f"parent {n}") for n in range(3)]
    answers = [said(clock.forward(seconds=1), "answer", parent.ts) for parent in parents]
    clock.forward(minutes=2)

    def seen(*about: tuple[MessageTs, int]) -> Page:
        told = zip(parents, about, strict=True)
        return page(*parents, threads=tuple(Thread(parent.ts, *one) for parent, one in told))

    on = await keep_page(outside, CHANNEL, await begun(outside, number), seen(*((one.ts, 1) for one in answers)))
    assert on and set(on.threads) == {parent.ts for parent in parents}, "from the beginning all of them"
    for _ in parents:
        assert on
        on = await keep_page(outside, CHANNEL, on, page(*(one for one in answers if one.thread_ts == on.thread)))
    clock.forward(minutes=6)
    await ask_due(outside)
    reading = await take_up(outside, CHANNEL)
    assert reading and not reading.is_through
    later = MessageTs(ts_of(clock.now()))
    on = await keep_page(outside, CHANNEL, reading, seen((answers[0].ts, 1), (later, 1), (answers[2].ts, 2)))
    assert on and set(on.threads) == {parents[1].ts, parents[2].ts}


async def test_it_is_asked_for_in_its_time_and_not_for_ever(
    outside: Outside, clock: FrozenClock, number: IncidentId
) -> None:
    before = await jobs(outside)
    for _ in range(3):
        await ask_due(outside)
    assert await jobs(outside) == before + 1, "once"
    await keep_page(outside, CHANNEL, await begun(outside, number), page())
    waiting = await jobs(outside)
    clock.forward(seconds=EVERY.total_seconds() + 60)
    await ask_due(outside)
    assert await jobs(outside) == waiting + 1
    await set_status(outside, by=ANN, incident_id=number, to=Status.RESOLVED)
    waiting = await jobs(outside)
    clock.forward(hours=1)
    await ask_due(outside)
    assert await jobs(outside) == waiting, "a resolved incident is not read by the clock"
    await ask_all(outside, ended=False)
    assert await jobs(outside) == waiting, "nor where something may be lost: a draft has it read"
    await ask_all(outside, ended=True)
    assert await jobs(outside) == waiting + 1, "it may still be drafted"
    clock.forward(seconds=FOLLOWED.total_seconds())
    await ask_all(outside, ended=True)
    assert await jobs(outside) == waiting + 1


async def test_we_are_told_once_that_it_cannot_be_read(
    outside: Outside, clock: FrozenClock, number: IncidentId
) -> None:
    for _ in range(3):
        await begun(outside, number)
        await give_up(outside, CHANNEL, reason="not_in_channel")
        clock.forward(hours=2)
    async with outside.store.write() as tx:
        found = await tx.jobs.claim(owner="w", now=clock.now(), lease=timedelta(0), limit=50)
    alarms = [job for job in found if job.payload.get("key") == "alarm.channel_unreadable"]
    assert len(alarms) == 1 and alarms[0].payload["otherwise"] == [ANN]
    read = await how_far(outside, CHANNEL)
    assert read.gone_at and not read.is_owed
    await keep_page(outside, CHANNEL, await begun(outside, number), page())
    assert (await how_far(outside, CHANNEL)).gone_at is None


async def test_a_reading_that_slack_slows_down_does_not_use_up_its_tries(outside: Outside, number: IncidentId) -> None:
    """Each rest is a job of its own, once for where the reading stands and who rests there."""
    reading = await begun(outside, number)
    before = await jobs(outside)
    for _ in range(2):
        await rest(outside, CHANNEL, after="a", seconds=60)
    assert await jobs(outside) == before + 1
    await keep_page(outside, CHANNEL, reading, page(said(outside.clock.now() - timedelta(minutes=1)), next="more"))
    await rest(outside, CHANNEL, after="a", seconds=60)
    assert await jobs(outside) == before + 2


async def test_a_reading_whose_rest_was_overtaken_goes_on(
    outside: Outside, clock: FrozenClock, number: IncidentId
) -> None:
    """Somebody asks while it rests: their job overtakes the resting one, and may have to rest at the same place."""
    await begun(outside, number)
    await rest(outside, CHANNEL, after="first", seconds=60)
    async with outside.store.write() as tx:
        await tx.jobs.overtake("somebody's", key=f"read:{CHANNEL}")
    before = await jobs(outside)
    await rest(outside, CHANNEL, after="somebody's", seconds=60)
    assert await jobs(outside) == before + 1


async def test_whoever_waits_for_a_reading_goes_before_those_that_nobody_waits_for(
    outside: Outside, clock: FrozenClock, number: IncidentId
) -> None:
    """Slack gives so many pages a minute for all channels: a rest in the middle does not lose the place."""
    channels = [ChannelId(f"C{n}INC") for n in (1, 2, 3)]
    awaited, here = [await with_channel(outside, one) for one in channels][-1], channels[-1]
    await ask_all(outside, ended=True)
    assert await next_read(outside) == number, "in their order"
    await ask_now(outside, awaited)
    assert await next_read(outside) == awaited, "though an unhurried reading of this channel stands before"
    await take_up(outside, here)
    async with outside.store.write() as tx:
        await tx.jobs.overtake("this one", key=f"read:{here}")
    await rest(outside, here, after="this one", seconds=60, urgency=0)
    clock.forward(seconds=61)
    assert await next_read(outside) == awaited


async def next_read(outside: Outside) -> IncidentId:
    """Of which incident; it stays where it is."""
    now, only = outside.clock.now(), JobKind.READ_CHANNEL
    async with outside.store.write() as tx:
        (job,) = await tx.jobs.claim(owner="w", now=now, lease=timedelta(seconds=-1), limit=1, only=only)
        return IncidentId(job.payload["incident_id"])


async def test_no_reading_before_it_takes_the_last_ones_place(outside: Outside, number: IncidentId) -> None:
    await begun(outside, number)
    await set_status(outside, by=ANN, incident_id=number, to=Status.CANCELLED, reason="a drill")
    async with outside.store.write() as tx:
        await tx.jobs.overtake("a draft's", key=f"read:{CHANNEL}")
        due = await tx.jobs.claim(
            owner="a", now=outside.clock.now() + LAST_AFTER, lease=EVERY, limit=64, only=JobKind.READ_CHANNEL
        )
    assert [job.payload["last"] for job in due] == [True]
