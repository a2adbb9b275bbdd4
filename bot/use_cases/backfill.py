"""What Slack did not deliver is found: channels are read again, page by page, and what is found is kept."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bot.domain.backfill import (
    FOLLOWED,
    LAST_AFTER,
    OVERLAP,
    START,
    ChannelRead,
    Page,
    Reading,
    after_page,
    gone,
    gone_threads,
    stretch_of,
    taken_back,
    threads_to_read,
    without_cursor,
    without_thread,
)
from bot.domain.ids import ChannelId, IncidentId, SlackUserId, incident_label
from bot.domain.incident import OVER, Incident
from bot.domain.job import JobKind
from bot.domain.message import Message, ts_of
from bot.domain.retention import page_as_kept
from bot.domain.sight import WHOLE
from bot.ports.outside import Outside
from bot.ports.storage import NewJob, Transaction
from bot.use_cases.timeline import pin_in
from bot.use_cases.watch import offer_named

UNHURRIED = 9
"""The urgency of a reading that nobody waits for."""


async def ask_all(outside: Outside, *, ended: bool) -> None:
    """Deliveries may have been lost: the channels of open incidents are read from their beginning.

    `ended`: so are those of incidents that may still be drafted (a draft has its channel read anyway).
    """
    at = outside.clock.now()
    async with outside.store.read(WHOLE) as tx:
        followed = [one for one in await tx.incidents.followed(at - FOLLOWED) if not one.is_past]
    incidents = [one for one in followed if ended or one.is_open]
    if incidents:
        async with outside.store.write() as tx:
            for one in incidents:
                await _ask(tx, one, through=True, at=at)


async def ask_due(outside: Outside) -> None:
    """The channels of open incidents are read again in their time."""
    at = outside.clock.now()
    async with outside.store.read(WHOLE) as tx:
        followed = [one for one in await tx.incidents.followed(at) if one.is_open and one.channel]
        reads = await tx.reads.of([one.channel for one in followed if one.channel])
    due = [
        one for one in followed if one.channel and reads.get(one.channel, ChannelRead(one.channel)).is_due(one.id, at)
    ]
    if due:
        async with outside.store.write() as tx:
            for one in due:
                await _ask(tx, one, through=False, at=at)


async def ask_once_more(tx: Transaction, incident: Incident, *, at: datetime) -> None:
    """After its end an incident's channel is read a last time."""
    if incident.channel:
        name = f"{_key(incident.channel)}:last:{int(at.timestamp())}"
        last = _job(incident, incident.channel, name, at + LAST_AFTER, UNHURRIED, last=True)
        await tx.jobs.put([replace(last, key=name)])  # a line of its own: no reading before it takes its place


async def ask_now(outside: Outside, incident_id: IncidentId) -> tuple[ChannelId, int] | None:
    """Somebody waits for the channel to be read: the number of the request; None where nothing is to be waited for."""
    at = outside.clock.now()
    async with outside.store.write() as tx:
        one = await tx.incidents.get(incident_id)
        if one is None or one.channel is None or one.is_past:
            return None
        read = (await tx.reads.of([one.channel])).get(one.channel)
        if read and read.is_fresh(at):
            return None
        return one.channel, await _ask(tx, one, through=True, at=at, urgency=0)


async def ask_of(outside: Outside, channel: ChannelId, ts: str = START) -> None:
    """There is something in the channel that we do not have, since that moment."""
    at = outside.clock.now()
    async with outside.store.write() as tx:
        one = await tx.incidents.by_channel(channel)
        if one is not None:
            await _ask(tx, one, through=ts < ts_of(at - OVERLAP), at=at, urgency=0)


async def _ask(tx: Transaction, incident: Incident, *, through: bool, at: datetime, urgency: int = UNHURRIED) -> int:
    assert incident.channel
    number = await tx.reads.ask(incident.channel, through=through, at=at)
    if urgency < UNHURRIED:
        await tx.jobs.hurry(key=_key(incident.channel), urgency=urgency)
    key = f"{_key(incident.channel)}:{number}"
    await tx.jobs.put([_job(incident, incident.channel, key, at, urgency, last=False)])
    return number


def _job(incident: Incident, channel: ChannelId, name: str, at: datetime, urgency: int, *, last: bool) -> NewJob:
    about = {"incident_id": incident.id, "channel": channel, "last": last}
    return NewJob(name, _key(channel), JobKind.READ_CHANNEL, at, about, urgency)


def _key(channel: ChannelId) -> str:
    return f"read:{channel}"


async def how_far(outside: Outside, channel: ChannelId) -> ChannelRead:
    """How far a channel is read."""
    async with outside.store.read() as tx:
        return (await tx.reads.of([channel])).get(channel) or ChannelRead(channel)


async def take_up(outside: Outside, channel: ChannelId) -> Reading | None:
    """The reading that a crash or a rest left, or a new one where somebody waits for one."""
    async with outside.store.write() as tx:
        read = await tx.reads.lock(channel)
        if read is None:
            return None
        on = read.take_up(outside.clock.now())
        if on != read:
            await tx.reads.save(on)
        return on.under_way


async def keep_page(outside: Outside, channel: ChannelId, reading: Reading, page: Page) -> Reading | None:
    """Keeps what a page shows: messages, edits, deletions, reactions, pins; where the reading stands then.

    None when it is over, or when somebody else goes on with it.
    """
    at = outside.clock.now()
    async with outside.store.write() as tx:
        incident = await tx.incidents.by_channel(channel)
        read = await tx.reads.lock(channel)
        if incident is None or read is None or read.under_way != reading:
            return None
        incident = await tx.incidents.lock(incident.id) or incident
        page = page_as_kept(incident, page)
        stretch = stretch_of(reading, page)
        kept = await tx.messages.between(channel, stretch.after, stretch.before, thread=stretch.thread)
        bounds = (stretch.after, stretch.before)
        replies = () if reading.thread else await tx.messages.replies_between(channel, *bounds)
        known = {(one.ts, one.version) for one in kept}
        found = [replace(one, heard_at=at) for one in page.messages if (one.ts, one.version) not in known]
        lost = [*gone(kept, page, stretch, reading), *gone_threads(replies, page, reading)]
        await tx.messages.put([*found, *lost])
        await _react(tx, channel, page)
        await _pin(tx, incident, page, at=at)
        await _offer(tx, incident, page.messages, kept, at=at)
        on = read.went_on(after_page(reading, page, *threads_to_read(replies, page, reading)), at)
        await tx.reads.save(on)
    return on.under_way


async def _react(tx: Transaction, channel: ChannelId, page: Page) -> None:
    """Events may be lost, and one that takes back may come before the one that gave: what a page shows holds."""
    kept = await tx.reactions.of_messages(channel, [message.ts for message in page.messages])
    for one in taken_back(kept, page):
        await tx.reactions.take(one)
    await tx.reactions.put(page.reactions)


async def _pin(tx: Transaction, incident: Incident, page: Page, *, at: datetime) -> None:
    by_ts = {message.ts: message for message in page.messages}
    for ts, people in page.pins:
        by = await _first_member(tx, people)
        if by:
            await pin_in(tx, incident, by_ts[ts], by=by, at=at)


async def _first_member(tx: Transaction, people: Sequence[SlackUserId]) -> SlackUserId | None:
    for who in people:
        person = await tx.people.get(who)
        if person and person.is_known and not person.is_outsider:
            return who
    return None


async def _offer(
    tx: Transaction, incident: Incident, messages: Sequence[Message], kept: Sequence[Message], *, at: datetime
) -> None:
    known = {message.ts for message in kept}
    for message in messages:
        if message.ts not in known and not message.is_bot:
            await offer_named(tx, incident, message.text, at=at)


async def go_on_without(outside: Outside, channel: ChannelId, reading: Reading, *, thread: bool) -> Reading | None:
    """Past a thread that is gone, or past a cursor that is too old."""
    at = outside.clock.now()
    async with outside.store.write() as tx:
        read = await tx.reads.lock(channel)
        if read is None or read.under_way != reading:
            return None
        on = read.went_on(without_thread(reading) if thread else without_cursor(reading), at)
        await tx.reads.save(on)
    return on.under_way


async def rest(outside: Outside, channel: ChannelId, *, after: str, seconds: float, urgency: int = UNHURRIED) -> None:
    """Slack makes us wait in the middle of a reading: another job goes on then, with tries of its own.

    `after`: the job that rests. Another one may have rested at this place before, and been overtaken. `urgency`: its
    own, because whoever waits for the reading waits on.
    """
    at = outside.clock.now()
    async with outside.store.write() as tx:
        incident = await tx.incidents.by_channel(channel)
        reading = (await tx.reads.of([channel]))[channel].under_way
        if incident is None or reading is None:
            return
        stands = f"{reading.number}:{reading.down_to}:{reading.thread or ''}:{reading.replies_to}"
        own = hashlib.sha256(f"{after} {stands}".encode()).hexdigest()[:24]
        then = at + timedelta(seconds=seconds)
        await tx.jobs.put([_job(incident, channel, f"{_key(channel)}:rest:{own}", then, urgency, last=False)])


async def give_up(outside: Outside, channel: ChannelId, *, reason: str) -> None:
    """We may not read it any more: said once, and looked for again now and then."""
    at = outside.clock.now()
    async with outside.store.write() as tx:
        incident, read = await tx.incidents.by_channel(channel), await tx.reads.lock(channel)
        if incident is None or read is None:
            return
        await tx.reads.save(read.refused(at))
        if read.gone_at is None and incident.status not in OVER:
            await tx.jobs.put([_alarm(incident, channel, reason, at)])


def _alarm(incident: Incident, channel: ChannelId, reason: str, at: datetime) -> NewJob:
    words = {"incident": incident_label(incident.id), "title": incident.title, "reason": reason}
    whom = "only" if incident.private else "otherwise"
    about = {"key": "alarm.channel_unreadable", "params": words, whom: [_leader(incident)]}
    name = f"unreadable:{channel}:{int(at.timestamp())}"
    return NewJob(name, name, JobKind.TELL_ALARM, at, about)


def _leader(incident: Incident) -> SlackUserId:
    return incident.commander or incident.reporter
