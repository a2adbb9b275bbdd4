"""Private incidents: who is let in, and who acts on one without being let in."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from bot.domain.errors import IncidentPrivate
from bot.domain.ids import ChannelId, IncidentId, SlackUserId, incident_label
from bot.domain.incident import Incident
from bot.domain.job import JobKind
from bot.domain.sight import Sight, insiders_of, may_see
from bot.ports.outside import Outside
from bot.ports.storage import NewJob, Transaction


def unveiled(incident: Incident) -> Incident:
    """An incident that was looked up for somebody. Raises IncidentPrivate where they may not see it."""
    if incident.is_veiled:
        raise IncidentPrivate(incident=incident_label(incident.id), who=incident.commander)
    return incident


async def must_see(tx: Transaction, incident: Incident | None, by: SlackUserId) -> None:
    """Raises IncidentPrivate where somebody acts on an incident that they may not see."""
    if incident is None or not incident.private:
        return
    if not may_see(incident, Sight(who=by), await tx.insiders.of_incident(incident.id)):
        raise IncidentPrivate(incident=incident_label(incident.id), who=incident.commander)


async def let_in(tx: Transaction, incident: Incident) -> None:
    """Whom we invite by name is in before the channel is there."""
    if incident.private:
        known = await tx.insiders.of_incident(incident.id)
        await tx.insiders.put(incident.id, insiders_of(incident, known))


async def keep_members(
    outside: Outside, *, incident_id: IncidentId, members: Iterable[SlackUserId], reading: str = ""
) -> None:
    """The channel has exactly these members now, unless another `reading` (a job) was asked for after this one: its
    list may be older than what we have heard since, and the later one tells."""
    async with outside.store.write() as tx:
        incident = await tx.incidents.lock(incident_id)
        if incident is None or not incident.private:
            return
        if not reading or await tx.jobs.is_last(reading, key=_key(incident_id)):
            await tx.insiders.put(incident_id, insiders_of(incident, members))


async def names_to_ask(outside: Outside, incidents: Sequence[Incident]) -> Mapping[str, str]:
    """What the commanders of those incidents are called that are not shown: where no mention can be read."""
    leaders = {one.commander for one in incidents if one.is_veiled and one.commander}
    if not leaders:
        return {}
    async with outside.store.read() as tx:
        people = [await tx.people.get(who) for who in sorted(leaders)]
    return {one.id: one.name for one in people if one}


async def members_changed(outside: Outside, *, channel: ChannelId, left: SlackUserId | None, request_key: str) -> None:
    """Somebody came or went. Who left is out at once; all else is read anew, for events may overtake one another."""
    await _changed(outside, channel, request_key, lambda known: known - {left})


async def put_out(outside: Outside, *, channel: ChannelId, request_key: str) -> None:
    """We are not in the channel any more and hear nothing of its members: only those invited by name are sure."""
    await _changed(outside, channel, request_key, lambda known: frozenset())


Left = Callable[[frozenset[SlackUserId]], frozenset[SlackUserId]]


async def _changed(outside: Outside, channel: ChannelId, request_key: str, left: Left) -> None:
    """Who is still in, at once; and a reading, after which those before it count no more."""
    async with outside.store.read(Sight(channel=channel)) as tx:
        seen = await tx.incidents.by_channel(channel)
    if seen is None or not seen.private:
        return
    async with outside.store.write() as tx:
        incident = await tx.incidents.lock(seen.id)
        assert incident is not None
        known = await tx.insiders.of_incident(incident.id)
        await tx.insiders.put(incident.id, insiders_of(incident, left(known)))
        await tx.jobs.put([_reading(outside, request_key, incident.id)])


async def read_members_again(
    outside: Outside, *, incident_id: IncidentId | None = None, only_open: bool = False
) -> None:
    """Changes may have been missed: one private incident's channel is asked who is in it, or each of them."""
    key = outside.clock.now().isoformat()
    async with outside.store.write() as tx:
        every = () if incident_id is not None else await tx.incidents.private_channels(only_open=only_open)
        numbers = every if incident_id is None else [incident_id]
        await tx.jobs.put([_reading(outside, key, number) for number in numbers])


def _reading(outside: Outside, request_key: str, number: IncidentId) -> NewJob:
    """One key an incident: an older reading never comes after a newer one, and none waits for another incident's."""
    key, about = _key(number), {"incident_id": number}
    return NewJob(f"{key}:{request_key}"[:160], key, JobKind.READ_MEMBERS, outside.clock.now(), about)


def _key(number: IncidentId) -> str:
    return f"members:{number}"
