"""Past incidents from an export of Slack: kept, findable, never told to Slack."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.domain.audit import Act, Entry
from bot.domain.ids import OPERATOR, EntryId, IncidentId, SlackUserId, incident_label
from bot.domain.imported import OldChannel, Said, closed_incident, said_times
from bot.domain.incident import Incident, TimeName
from bot.domain.message import Message, mentioned, moment, readable
from bot.domain.retention import as_kept
from bot.ports.outside import Outside
from bot.ports.storage import Transaction
from bot.use_cases.ask import index_incident
from bot.use_cases.record import record
from bot.use_cases.transcript import OLD_NAMES

AT_ONCE = 1000
"""Messages or reactions that one transaction keeps: nobody who writes waits for a long channel."""


class ChannelTaken(ValueError):
    """Stopline was in this channel itself: its own log of the incident is better than an export."""


@dataclass(frozen=True, slots=True)
class Imported:
    """The incident; what its channel says of times, and whether it was there already."""

    incident: Incident
    said: Mapping[TimeName, Said]
    again: bool


async def import_channel(outside: Outside, old: OldChannel) -> Imported:
    """A channel of an export becomes a closed incident; done again, only what is new in it is added.

    First the incident, so that what is private is so before any of its messages is kept. Raises ChannelTaken.
    """
    imported = await _begin(outside, old)
    old = replace(old, messages=tuple(as_kept(imported.incident, message) for message in old.messages))
    for start in range(0, len(old.messages), AT_ONCE):
        async with outside.store.write() as tx:
            await tx.messages.put(old.messages[start : start + AT_ONCE])
    given = () if imported.incident.is_forgotten else old.reactions
    for start in range(0, len(given), AT_ONCE):
        async with outside.store.write() as tx:
            await tx.reactions.put(given[start : start + AT_ONCE])
    await _pin(outside, old, imported.incident.id)
    await index_incident(outside, imported.incident.id)
    return imported


async def _begin(outside: Outside, old: OldChannel) -> Imported:
    said = said_times(old.messages, zone=ZoneInfo(outside.policy.zone))
    key = f"imported:{old.channel}"
    async with outside.store.write() as tx:
        names = await tx.facts.get(OLD_NAMES) or {}
        await tx.facts.put(OLD_NAMES, {**names, **old.names})
        before = await tx.incidents.by_request_key(key)
        if before:
            return Imported(before, said, again=True)
        taken = await tx.incidents.by_channel(old.channel)
        if taken:
            raise ChannelTaken(incident_label(taken.id))
        opened = closed_incident(old, said, reporter=_reporter(old))
        incident = await tx.incidents.add(opened, key)
        await _note(tx, incident, old, said, at=outside.clock.now())
    return Imported(incident, said, again=False)


def _reporter(old: OldChannel) -> SlackUserId:
    """Who opened a private channel is not let in by that: only Slack says who is in it now."""
    return OPERATOR if old.private else old.opened_by or OPERATOR


async def _note(
    tx: Transaction, incident: Incident, old: OldChannel, said: Mapping[TimeName, Said], *, at: datetime
) -> None:
    for name, value in incident.times.items():
        why = said[name].message.text if name in said else ""
        await tx.incidents.add_time_versions(incident.id, {name: value}, OPERATOR, at, why)
    await record(
        tx,
        at=at,
        act=Act.INCIDENT_IMPORTED,
        actor=OPERATOR,
        subject=incident_label(incident.id),
        incident_id=incident.id,
        detail={
            "channel": old.name,
            "messages": len(old.messages),
            **{name.value: one.message.ts for name, one in said.items()},
            **({"private": True} if old.private else {}),
        },
        tell_channel=False,
    )


async def _pin(outside: Outside, old: OldChannel, number: IncidentId) -> None:
    """What people put on the timeline by their reaction; part of the one act that brought it all in."""
    by_ts = {one.ts: one for one in old.messages}
    async with outside.store.write() as tx:
        await tx.incidents.lock(number)
        known = {entry.ts for entry in await tx.entries.of_incident(number)}
        for ts, who in old.pins:
            if ts not in known:
                await tx.entries.add(_entry(number, by_ts[ts], who, old.names))


def _entry(number: IncidentId, message: Message, who: SlackUserId, names: Mapping[SlackUserId, str]) -> Entry:
    called = {str(name): names.get(name, str(name)) for name in mentioned(message.text)}
    detail = {"text": readable(message.text, called), "who": message.user}
    at = moment(message.ts)
    return Entry(EntryId(0), number, at, Act.MESSAGE_PINNED, who, detail, message.channel, message.ts)
