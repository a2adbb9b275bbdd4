"""The channel and the timeline of an incident as one numbered transcript."""

from dataclasses import replace

from bot.domain.audit import Act, Entry
from bot.domain.ids import SlackUserId
from bot.domain.incident import Incident, Role
from bot.domain.message import PIN, Message, mentioned, moment, permalink, readable
from bot.domain.reaction import said_by_others
from bot.domain.retention import as_kept
from bot.domain.transcript import Line, LineKind, number_lines
from bot.i18n.texts import Texts
from bot.i18n.timeline import entry_text
from bot.ports.storage import Transaction

TEAM_URL = "team_url"
"""The fact under which the workspace's address is kept."""
OLD_NAMES = "old_names"
"""The fact under which it is kept what people of imported channels were called; being in it gives nobody authority."""

OURSELVES = "ourselves"
"""The fact under which it is kept what Slack calls us: our user and our bot."""

LEFT_OUT = frozenset(
    {
        Act.MESSAGE_PINNED,
        Act.DRAFT_MADE,
        Act.DRAFT_EDITED,
        Act.DRAFT_REPLACED,
        Act.DRAFT_APPROVED,
        Act.DRAFT_SENT_BACK,
        Act.FOLLOW_UP_ADDED,
        Act.FOLLOW_UP_OWNED,
        Act.INCIDENT_IMPORTED,
        Act.WORDS_FORGOTTEN,
    }
)
"""Entries that are no part of what happened: the message itself is there, and papers do not quote their own making."""


async def read_transcript(tx: Transaction, incident: Incident, *, zone: str) -> tuple[Line, ...]:
    """Every message and entry, numbered in the order of time, alerts of other apps too.

    What we said ourselves is left out: the entries say the same. So is what apps said while we do not know who we are,
    but not in a channel that we were never in. Who has no id is an app; of somebody's roles the one that weighs most is
    told.
    """
    team_url = await tx.facts.get(TEAM_URL) or ""
    entries = await tx.entries.of_incident(incident.id)
    messages = await tx.messages.of_channel(incident.channel) if incident.channel else ()
    messages = [as_kept(incident, message) for message in messages]
    ourselves = await tx.facts.get(OURSELVES) or []
    heard = bool(ourselves) or incident.is_past
    said = [m for m in messages if not m.is_bot or (heard and m.user not in ourselves and m.text.strip())]
    pinned = {entry.ts for entry in entries if entry.kind is Act.MESSAGE_PINNED}
    people = {m.user for m in said} | {e.actor for e in entries} | {e.params.get("who") for e in entries}
    people = people.union(*(mentioned(m.text) for m in said))
    names = await _names(tx, {SlackUserId(who) for who in people if who})
    texts = Texts(incident.language, zone, names)
    names[SlackUserId("")] = texts.plain("who.app")
    names |= {m.user: texts.plain("who.app") for m in said if m.is_bot and names[m.user] == m.user}
    given = await tx.reactions.of_channel(incident.channel) if incident.channel else {}
    reacted = {m.ts: said_by_others(given.get(m.ts, ()), m.user) for m in said}
    reacted |= {ts: (PIN, *reacted.get(ts, ())) for ts in pinned if ts}
    roles = {incident.roles[role]: role.value for role in reversed(Role) if role in incident.roles}
    lines = [
        replace(_message(m, names, team_url), reactions=reacted.get(m.ts, ()), role=roles.get(m.user, "")) for m in said
    ]
    lines += [_entry(e, names, texts, team_url, incident) for e in entries if e.kind not in LEFT_OUT]
    return number_lines(lines)


async def names_in(tx: Transaction, incident: Incident) -> dict[str, str]:
    """What everybody is called who wrote in its channel or was named there."""
    said = await tx.messages.of_channel(incident.channel) if incident.channel else ()
    people = {m.user for m in said if not m.is_bot}.union(*(mentioned(m.text) for m in said))
    return await _names(tx, {who for who in people if who})


async def _names(tx: Transaction, people: set[SlackUserId]) -> dict[str, str]:
    names: dict[str, str] = {}
    for who in people:
        person = await tx.people.get(who)
        if person:
            names[who] = person.name
    unmet = people - names.keys()
    once = (await tx.facts.get(OLD_NAMES) or {}) if unmet else {}
    return {**names, **{who: once.get(who, str(who)) for who in unmet}}


def _message(message: Message, names: dict[str, str], team_url: str) -> Line:
    return Line(
        n=0,
        kind=LineKind.MESSAGE,
        at=moment(message.ts),
        speaker=names[message.user],
        text=readable(message.text, names),
        permalink=permalink(team_url, message.channel, message.ts, message.thread_ts),
        edited=message.is_edited,
        deleted=message.deleted,
        is_bot=message.is_bot,
        late=message.came_late,
        version=message.version,
    )


def _entry(entry: Entry, names: dict[str, str], texts: Texts, team_url: str, incident: Incident) -> Line:
    channel, ts = entry.channel or incident.channel, entry.ts or incident.card_ts
    return Line(
        n=0,
        kind=LineKind.ENTRY,
        at=entry.at,
        speaker=names[entry.actor],
        text=entry_text(texts, entry, plain=True),
        permalink=permalink(team_url, channel, ts) if channel and ts else "",
        entry_kind=entry.kind.value,
    )
