"""The timeline: notes, pinned messages, and how it is read."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.domain.audit import Act, Entry
from bot.domain.errors import NotAnIncidentChannel, ReasonMissing
from bot.domain.ids import ChannelId, IncidentId, MessageTs, SlackUserId, incident_label
from bot.domain.incident import OVER, Incident
from bot.domain.message import Message, Reaction, mentioned, moment, readable
from bot.domain.retention import as_kept
from bot.domain.sight import EVERYBODY, WHOLE, Sight
from bot.ports.outside import Outside
from bot.ports.storage import Transaction
from bot.use_cases.person import must_be_member
from bot.use_cases.record import done_before, record
from bot.use_cases.sight import must_see
from bot.use_cases.watch import offer_named


async def add_note(
    outside: Outside,
    *,
    by: SlackUserId,
    incident_id: IncidentId,
    text: str,
    happened_at: datetime | None = None,
    request_key: str = "",
) -> None:
    """A person's own entry, once for a request. Raises ReasonMissing when it is empty, NoAuthority, IncidentPrivate."""
    if not text.strip():
        raise ReasonMissing
    at = outside.clock.now()
    async with outside.store.write() as tx:
        await must_be_member(tx, by)
        await must_see(tx, await tx.incidents.get(incident_id), by)
        if await done_before(tx, request_key):
            return
        await record(
            tx,
            at=at,
            act=Act.NOTE_ADDED,
            actor=by,
            subject=incident_label(incident_id),
            incident_id=incident_id,
            detail={"text": text.strip()},
            happened_at=happened_at,
            request_key=request_key,
        )


@dataclass(frozen=True, slots=True)
class Pinned:
    """An entry that stands for a message; `again` when somebody had put it there before."""

    entry: Entry
    again: bool


async def pin_message(outside: Outside, *, by: SlackUserId, message: Message) -> Pinned:
    """Puts a message of an incident's channel on the timeline, at its own time.

    Raises NotAnIncidentChannel, NoAuthority.
    """
    at = outside.clock.now()
    async with outside.store.write() as tx:
        await must_be_member(tx, by)
        found = await tx.incidents.by_channel(message.channel)
        incident = await tx.incidents.lock(found.id) if found else None
        if incident is None:
            raise NotAnIncidentChannel
        kept = as_kept(incident, replace(message, heard_at=at))
        await tx.messages.put([kept])
        return await pin_in(tx, incident, kept, by=by, at=at)


async def pin_in(tx: Transaction, incident: Incident, message: Message, *, by: SlackUserId, at: datetime) -> Pinned:
    """As `pin_message`, within a transaction that has locked the incident and kept the message."""
    earlier = await tx.entries.of_message(incident.id, message.channel, message.ts)
    if earlier:
        return Pinned(earlier, again=True)
    trace = await record(
        tx,
        at=at,
        act=Act.MESSAGE_PINNED,
        actor=by,
        subject=incident_label(incident.id),
        incident_id=incident.id,
        detail={
            "text": readable(message.text, await _names(tx, message)),
            "who": message.user,
            **({"forgotten": True} if incident.is_forgotten else {}),
        },
        happened_at=moment(message.ts),
        message=(message.channel, message.ts),
        tell_channel=False,
    )
    assert trace.entry
    return Pinned(trace.entry, again=False)


async def _names(tx: Transaction, message: Message) -> dict[str, str]:
    known = {who: await tx.people.get(who) for who in mentioned(message.text)}
    return {who: person.name for who, person in known.items() if person}


async def pin_known_message(outside: Outside, *, by: SlackUserId, channel: ChannelId, ts: MessageTs) -> bool:
    """As `pin_message`, for a message that a reaction only names; False when it is ours to keep and we lack it."""
    async with outside.store.read(Sight(channel=channel)) as tx:
        message = await tx.messages.get(channel, ts)
        incident = await tx.incidents.by_channel(channel)
    if incident is None or (message and (message.is_bot or message.deleted)):
        return True
    if message is None:
        return False
    await pin_message(outside, by=by, message=message)
    return True


async def keep_reaction(outside: Outside, reaction: Reaction, *, given: bool) -> None:
    """Keeps or takes back a reaction in an incident's channel; those elsewhere are none of our business."""
    async with outside.store.read(WHOLE) as tx:
        if await tx.incidents.by_channel(reaction.channel) is None:
            return
    async with outside.store.write() as tx:
        if given and (await _incident(tx, reaction.channel)).is_forgotten:
            return
        await (tx.reactions.put([reaction]) if given else tx.reactions.take(reaction))


async def keep_messages(outside: Outside, messages: Sequence[Message]) -> None:
    """Keeps messages of incident channels; those of other channels are none of our business."""
    async with outside.store.read(WHOLE) as tx:
        channels = {message.channel for message in messages}
        ours = {channel for channel in channels if await tx.incidents.by_channel(channel)}
    kept = [message for message in messages if message.channel in ours]
    if not kept:
        return
    async with outside.store.write() as tx:
        for message in kept:
            incident = await _incident(tx, message.channel)
            await tx.messages.put([as_kept(incident, message)])
            if not message.is_bot and not message.deleted:
                await offer_named(tx, incident, message.text, at=outside.clock.now())


async def _incident(tx: Transaction, channel: ChannelId) -> Incident:
    """The incident of this channel; one that is over is not forgotten while its message is written down."""
    incident = await tx.incidents.by_channel(channel)
    assert incident is not None, "no incident gives its channel away"
    return (await tx.incidents.lock(incident.id) or incident) if incident.status in OVER else incident


async def read_timeline(outside: Outside, *, incident_id: IncidentId, sight: Sight = EVERYBODY) -> Sequence[Entry]:
    """The entries in the order things happened, messages among them as they stand now; none to those outside."""
    async with outside.store.read(sight) as tx:
        return [await _as_it_stands(tx, entry) for entry in await tx.entries.of_incident(incident_id)]


async def _as_it_stands(tx: Transaction, entry: Entry) -> Entry:
    if entry.kind is not Act.MESSAGE_PINNED or entry.channel is None or entry.ts is None:
        return entry
    message = await tx.messages.get(entry.channel, entry.ts)
    if message is None:
        return entry
    marks = {"edited": message.is_edited, "late": message.came_late, "deleted": message.deleted}
    marks["forgotten"] = bool(entry.params.get("forgotten"))
    text = readable(message.text, await _names(tx, message))
    shown = {"text": text, "who": message.user, "marks": [mark for mark, holds in marks.items() if holds]}
    return replace(entry, params={**entry.params, **shown})
