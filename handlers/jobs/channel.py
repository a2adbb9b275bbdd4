"""The incident's channel: opened once, its card kept true, its entries told."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

from bot.domain.audit import Act, Entry
from bot.domain.ids import ChannelId, EntryId, IncidentId, SlackUserId
from bot.domain.incident import Incident, TimeName
from bot.domain.names import channel_name, nearest_names, shorten
from bot.domain.sight import WHOLE
from bot.i18n.texts import SLACK_ID
from bot.i18n.timeline import entry_text
from bot.jobs.worker import Run
from bot.ports.chat import ChatPermanent
from bot.use_cases import incident as incidents
from bot.use_cases.authority import people_named
from bot.use_cases.incident import Overview
from bot.use_cases.record import topic_job
from bot.use_cases.sight import keep_members, read_members_again
from handlers.blocks.incident import card, channel_notes, headline, summary_blocks
from handlers.desk import Desk

log = logging.getLogger(__name__)

TOPIC_LIMIT = 250
NAMES_TRIED = 9
"""So many incidents of one title a day get a channel name of their own."""


async def open_channel(desk: Desk, run: Run) -> None:
    """Two calls in a row until people can talk: the channel, then everything else at once; the pin comes after."""
    number = IncidentId(run.payload["incident_id"])
    view = await incidents.overview(desk.outside, incident_id=number, sight=WHOLE)
    (channel, name), shown = await asyncio.gather(_create(desk, run, view.incident), _card(desk, view))
    ends = await asyncio.gather(
        _keep_channel(desk, run, number, channel, name),
        run.step("invite", lambda: _invite(desk, view, channel)),
        run.step("card", lambda: _post_card(desk, run, view, channel, shown)),
        run.step("bookmark", lambda: _bookmark(desk, run, view, channel)),
        run.step("announce", lambda: _announce(desk, run, view, channel)),
        return_exceptions=True,
    )
    await _pin_card(desk, run, number, channel, shown)
    _raise_first(ends)


def _raise_first(ends: Sequence[object]) -> None:
    """Each step came to its end, so that the next run repeats none of them; what may pass is tried again first."""
    failures = [end for end in ends if isinstance(end, BaseException)]
    failures.sort(key=lambda failure: isinstance(failure, ChatPermanent))
    if failures:
        raise failures[0]


async def _pin_card(
    desk: Desk, run: Run, number: IncidentId, channel: ChannelId, shown: Sequence[Mapping[str, Any]]
) -> None:
    after = await incidents.overview(desk.outside, incident_id=number, sight=WHOLE)
    ts = after.incident.card_ts
    if ts is None:
        return
    await run.step("pin", lambda: desk.chat.pin(channel, ts))
    blocks = await _card(desk, after)
    if blocks != shown or run.again:
        await desk.chat.update(channel, ts, headline(desk.house_texts(after.incident), after.incident), blocks=blocks)


async def _create(desk: Desk, run: Run, one: Incident) -> tuple[ChannelId, str]:
    """The channel and its name. A crashed run's channel is found again by its name: that we made it is its record."""
    if one.channel:
        return one.channel, one.channel_name or ""
    zone = ZoneInfo(desk.outside.policy.zone)
    day = one.times.get(TimeName.STARTED, one.times[TimeName.DECLARED]).astimezone(zone).date()
    for attempt in range(NAMES_TRIED):
        name = channel_name(day, one.title, one.id, attempt)
        channel = await desk.chat.create_channel(name, private=one.private)
        if channel is None and run.again:
            channel = await _ours(desk, name)
        if channel:
            return channel, name
    raise ChatPermanent("name_taken")


async def _ours(desk: Desk, name: str) -> ChannelId | None:
    """A crashed run may have made it; one that belongs to another incident is not ours."""
    channel = await desk.chat.find_own_channel(name)
    if channel is None:
        return None
    async with desk.outside.store.read(WHOLE) as tx:
        return None if await tx.incidents.by_channel(channel) else channel


async def _keep_channel(desk: Desk, run: Run, number: IncidentId, channel: ChannelId, name: str) -> None:
    async with desk.outside.store.write() as tx:
        one = await tx.incidents.lock(number)
        assert one
        await tx.incidents.save(replace(one, channel=channel, channel_name=name))
        named = topic_job(number, f"topic:{run.job.id}", desk.outside.clock.now(), urgency=run.job.urgency)
        await tx.jobs.put([named])


async def _invite(desk: Desk, view: Overview, channel: ChannelId) -> None:
    people = [view.incident.reporter, *await people_named(desk.outside, desk.outside.policy.on_call)]
    people += [SlackUserId(who) for who in view.incident.roles.values()]
    await desk.chat.invite(channel, list(dict.fromkeys(people)))
    if view.incident.private:
        await read_members_again(desk.outside, incident_id=view.incident.id)


async def read_members(desk: Desk, run: Run) -> None:
    """Who may see a private incident is who is in its channel: Slack is asked once more."""
    async with desk.outside.store.read(WHOLE) as tx:
        one = await tx.incidents.get(IncidentId(run.payload["incident_id"]))
    if one and one.channel:
        members = await _members(desk, one.channel)
        await keep_members(desk.outside, incident_id=one.id, members=members, reading=run.job.id)


async def _members(desk: Desk, channel: ChannelId) -> Sequence[SlackUserId]:
    """Nobody where Slack does not tell us: those who were invited by name may see it still."""
    try:
        return await desk.chat.members(channel)
    except ChatPermanent as refused:
        log.warning("Slack does not say who is in a private channel: %s", refused.reason, extra={"channel": channel})
        return ()


async def _card(desk: Desk, view: Overview) -> list[dict[str, Any]]:
    texts = desk.house_texts(view.incident)
    async with desk.outside.store.read() as tx:
        names = [server.name for server in await tx.servers.all()]
        rows = await tx.audit.rows(acts=(Act.SERVER_ADDED,))
    held = {hold.server for hold in view.holds}
    declared = view.incident.times[TimeName.DECLARED]
    added = [row.subject for row in rows if row.subject in held and row.at == declared]
    near = [n for name in added for n in nearest_names(name, [k for k in names if k not in added])]
    return card(texts, view, notes=channel_notes(texts, added, near))


async def _post_card(desk: Desk, run: Run, view: Overview, channel: ChannelId, blocks: list[dict[str, Any]]) -> str:
    text = headline(desk.house_texts(view.incident), view.incident)
    ts = await desk.chat.post(
        channel, text, blocks=blocks, key=f"card:{view.incident.id}", thread_ts=None, again=run.again
    )
    async with desk.outside.store.write() as tx:
        one = await tx.incidents.lock(view.incident.id)
        assert one
        await tx.incidents.save(replace(one, card_ts=ts))
    return ts


async def set_topic(desk: Desk, run: Run) -> None:
    """The topic says how things stand; before there is a channel there is nothing to do. One does for all that wait.

    Where Slack refuses it (an archived channel, a workspace that lets nobody set topics) the log is told, no person.
    """
    async with desk.outside.store.write() as tx:
        await tx.jobs.overtake(run.job.id, key=run.job.key)
    view = await incidents.overview(desk.outside, incident_id=IncidentId(run.payload["incident_id"]), sight=WHOLE)
    if view.incident.channel is None:
        return
    try:
        await desk.chat.set_topic(view.incident.channel, topic(desk, view))
    except ChatPermanent as refused:
        log.warning("Slack refuses a topic: %s", refused.reason, extra={"channel": view.incident.channel})


def topic(desk: Desk, view: Overview) -> str:
    """Severity, title and what is frozen, within Slack's 250 characters."""
    texts = desk.house_texts(view.incident)
    servers = sorted({hold.server for hold in view.holds if hold.freezes})
    key = "incident.topic_frozen" if servers else "incident.topic"
    severity = texts.plain(f"severity.{view.incident.severity}")
    said = texts.plain(key, severity=severity, title=view.incident.title, servers=servers)
    return shorten(texts.plain("private.topic", topic=said) if view.incident.private else said, TOPIC_LIMIT)


async def _bookmark(desk: Desk, run: Run, view: Overview, channel: ChannelId) -> None:
    async with desk.outside.store.read() as tx:
        link = await tx.facts.get("home_link")
    if link:
        title = desk.house_texts(view.incident).plain("incident.bookmark")
        await desk.chat.add_bookmark(channel, title, link, again=run.again)


async def _announce(desk: Desk, run: Run, view: Overview, channel: ChannelId) -> None:
    where = desk.outside.policy.announce_channel
    if not where or view.incident.private:
        return
    texts = desk.house_texts()
    shown = replace(view.incident, channel=channel)
    text = texts("incident.announced", headline=headline(texts, shown))
    holds = [hold for hold in view.holds if hold.freezes]
    blocks, key = summary_blocks(texts, shown, holds), f"announce:{view.incident.id}"
    try:
        await desk.chat.post(where, text, blocks=blocks, key=key, thread_ts=None, again=run.again)
    except ChatPermanent as refused:
        log.error("not announced in %s: %s. Is STOPLINE_ANNOUNCE_CHANNEL right?", where, refused.reason)
        told, key = desk.house_texts(view.incident), f"not-announced:{view.incident.id}"
        text = told("incident.not_announced", where=where, reason=refused.reason)
        await desk.chat.post(channel, text, blocks=None, key=key, thread_ts=None, again=run.again)


async def refresh_card(desk: Desk, run: Run) -> None:
    """The card says how things stand; before it is posted there is nothing to do. One edit does for all that wait."""
    async with desk.outside.store.write() as tx:
        await tx.jobs.overtake(run.job.id, key=run.job.key)
    view = await incidents.overview(desk.outside, incident_id=IncidentId(run.payload["incident_id"]), sight=WHOLE)
    one = view.incident
    if one.channel is None or one.card_ts is None:
        return
    await desk.chat.update(
        one.channel, one.card_ts, headline(desk.house_texts(one), one), blocks=await _card(desk, view)
    )


async def post_entry(desk: Desk, run: Run) -> None:
    """Tells the channel one entry, and notes which message shows it."""
    number, entry_id = IncidentId(run.payload["incident_id"]), EntryId(run.payload["entry_id"])
    async with desk.outside.store.read(WHOLE) as tx:
        one, entry = await tx.incidents.get(number), await tx.entries.get(entry_id)
    if one is None or entry is None or one.channel is None:
        return
    channel = one.channel
    text = entry_text(desk.house_texts(one, names=await _names(desk, entry)), entry)
    ts = await desk.chat.post(channel, text, blocks=None, key=f"entry:{entry_id}", thread_ts=None, again=run.again)
    async with desk.outside.store.write() as tx:
        await tx.entries.shown_as(entry_id, channel, ts)


async def _names(desk: Desk, entry: Entry) -> dict[str, str]:
    """Who acted, by name: a mention would ring their phone. A machine has no other name than its own."""
    if not SLACK_ID.fullmatch(entry.actor):
        return {}
    return {entry.actor: (await desk.reader(entry.actor)).person.name}


async def invite(desk: Desk, run: Run) -> None:
    """Brings people into the channel."""
    view = await incidents.overview(desk.outside, incident_id=IncidentId(run.payload["incident_id"]), sight=WHOLE)
    if view.incident.channel:
        await desk.chat.invite(view.incident.channel, [SlackUserId(who) for who in run.payload["people"]])
        if view.incident.private:
            await read_members_again(desk.outside, incident_id=view.incident.id)
