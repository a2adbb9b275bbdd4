"""`/incident` and its verbs."""

from collections.abc import Awaitable, Callable
from typing import Any

from slack_bolt.async_app import AsyncApp

from bot.domain.draft import DraftKind
from bot.domain.errors import TitleMissing
from bot.domain.ids import incident_label
from bot.domain.incident import Incident, Role, Severity, Status, TimeName
from bot.use_cases import ask as questions
from bot.use_cases import draft as drafts
from bot.use_cases import freeze, incident, server, timeline
from bot.use_cases.brief import catch_up
from bot.use_cases.merge import merge_incident
from handlers.blocks.draft import asked_line, catch_up_blocks
from handlers.blocks.help import help_blocks
from handlers.blocks.incident import (
    ask_modal,
    card,
    channel_notes,
    declare_modal,
    headline,
    role_modal,
    summary_blocks,
    time_modal,
    where,
    words_modal,
)
from handlers.blocks.parts import section
from handlers.blocks.timeline import read_blocks
from handlers.desk import Call, Desk, call_of_command
from handlers.fresh import check_channel
from handlers.parsing import (
    ADD_WORDS,
    ALL_WORDS,
    DRAFT_WORDS,
    INCIDENT_VERBS,
    ROLE_WORDS,
    SEVERITY_WORDS,
    STATUS_WORDS,
    TIME_WORDS,
    NoIncidentNumber,
    choose,
    parse_declare,
    parse_incident,
    parse_moment,
    parse_person,
    split_verb,
    spoken,
    take_choice,
    take_incident,
    take_wide,
)

Verb = Callable[[Desk, Call], Awaitable[None]]


def register(app: AsyncApp, desk: Desk) -> None:
    """One command, many verbs."""

    @app.command("/incident")
    async def on_incident(ack: Any, command: dict[str, Any], respond: Any) -> None:
        await ack()
        reader = await desk.reader(command["user_id"])
        verb, rest = split_verb(command.get("text", ""), INCIDENT_VERBS, command="/incident")
        await VERBS[verb](desk, call_of_command(reader, command, respond, desk.chat, rest))


async def _declare(desk: Desk, call: Call) -> None:
    if not call.text:
        await call.open(declare_modal(call.texts, channel=call.channel or ""))
        return
    names = await server.known_names(desk.outside)
    words = parse_declare(
        call.text,
        now=desk.outside.clock.now(),
        zone=call.reader.zone,
        is_known=lambda name: name.lower() in names,
    )
    if not words.title:
        raise TitleMissing
    declared = await incident.declare(
        desk.outside,
        by=call.by,
        title=words.title,
        severity=words.severity,
        servers=words.servers,
        request_key=call.key,
        language=call.texts.language,
        started_at=words.started_at,
        private=words.private,
        typed=True,
    )
    line = call.texts("incident.declared", headline=headline(call.texts, declared.incident))
    notes = channel_notes(call.texts, declared.added, declared.near)
    frozen = call.texts("incident.frozen_line", servers=declared.frozen)
    notes.insert(0, frozen if declared.frozen else call.texts("incident.nothing_frozen"))
    if declared.incident.private:
        notes.append(call.texts("private.declared"))
    await call.say(line, [section("\n".join([line, *notes]))])


async def _named(desk: Desk, call: Call) -> tuple[Incident, str]:
    number, rest = take_incident(call.text)
    one = await incident.find_incident(desk.outside, channel=call.channel, incident_id=number, sight=call.sight)
    return one, rest


async def _status(desk: Desk, call: Call) -> None:
    one, rest = await _named(desk, call)
    if not rest:
        await _show_one(desk, call, one)
        return
    to, reason = take_choice(rest, STATUS_WORDS, command="/incident status")
    await _set_status(desk, call, one, Status(to), spoken(reason).strip())


async def _set_status(desk: Desk, call: Call, one: Incident, to: Status, reason: str) -> None:
    unread = await check_channel(desk, call, one.id, to)
    await incident.set_status(desk.outside, by=call.by, incident_id=one.id, to=to, reason=reason, request_key=call.key)
    status = call.texts.plain(f"status.{to}")
    said = call.texts("incident.status_is", incident=incident_label(one.id), status=status)
    await call.say("\n".join(filter(None, (said, unread))))


async def _severity(desk: Desk, call: Call) -> None:
    one, rest = await _named(desk, call)
    to = Severity(choose(rest, SEVERITY_WORDS, command="/incident severity"))
    await incident.set_severity(desk.outside, by=call.by, incident_id=one.id, to=to, request_key=call.key)
    severity = call.texts.plain(f"severity.{to}")
    await call.say(call.texts("incident.severity_is", incident=incident_label(one.id), severity=severity))


async def _role(desk: Desk, call: Call) -> None:
    one, rest = await _named(desk, call)
    if not rest:
        await call.open(role_modal(call.texts, one))
        return
    word, person = take_choice(rest, ROLE_WORDS, command="/incident role")
    role, who = Role(word), parse_person(person) if person else call.by
    await incident.assign_role(desk.outside, by=call.by, incident_id=one.id, role=role, who=who, request_key=call.key)
    await call.say(call.texts("incident.role_is", role=call.texts.plain(f"role.{role}"), who=who))


async def _note(desk: Desk, call: Call) -> None:
    one, rest = await _named(desk, call)
    if not rest:
        await call.open(words_modal(call.texts, "incident.note", one, name="note"))
        return
    await timeline.add_note(desk.outside, by=call.by, incident_id=one.id, text=spoken(rest), request_key=call.key)
    await call.say(call.texts("incident.noted", incident=incident_label(one.id)))


async def _time(desk: Desk, call: Call) -> None:
    one, rest = await _named(desk, call)
    if not rest:
        await call.open(time_modal(call.texts, one))
        return
    word, value = take_choice(rest, TIME_WORDS, command="/incident time")
    name = TimeName(word)
    moment = parse_moment(value, now=desk.outside.clock.now(), zone=call.reader.zone)
    fixed = await incident.set_time(
        desk.outside, by=call.by, incident_id=one.id, name=name, value=moment, request_key=call.key
    )
    await call.say(call.texts("incident.time_is", time=call.texts.plain(f"time.{name}"), at=fixed.after))


async def _servers(desk: Desk, call: Call) -> None:
    one, rest = await _named(desk, call)
    word, _, names = rest.partition(" ")
    typed = names if word.lower() in ADD_WORDS else rest
    if not typed:
        await call.open(words_modal(call.texts, "incident.servers", one, name="servers", multiline=False))
        return
    asked, wide = take_wide(typed)
    named = await freeze.add_servers(
        desk.outside, by=call.by, incident_id=one.id, names=asked, wide=wide, request_key=call.key
    )
    line: str = call.texts("incident.frozen_line", servers=[s.name for s in named.servers])
    await call.say("\n".join([line, *channel_notes(call.texts, named.added, named.near)]))


async def _timeline(desk: Desk, call: Call) -> None:
    one, _ = await _named(desk, call)
    entries = await timeline.read_timeline(desk.outside, incident_id=one.id, sight=call.sight)
    await call.say(headline(call.texts, one), read_blocks(call.texts, one, entries))


async def _list(desk: Desk, call: Call) -> None:
    everything = call.text.strip().lower() in ALL_WORDS
    found = await incident.list_incidents(desk.outside, only_open=not everything, sight=call.sight)
    if not found:
        await call.say(call.texts("incident.none"))
        return
    blocks = [block for one in found for block in summary_blocks(call.texts, one)]
    await call.say(call.texts("incident.list", count=len(found)), blocks)


async def _show(desk: Desk, call: Call) -> None:
    word = call.text.partition(" ")[0]
    number = parse_incident(word)
    if word and number is None:
        raise NoIncidentNumber(text=word)
    one = await incident.find_incident(desk.outside, channel=call.channel, incident_id=number, sight=call.sight)
    await _show_one(desk, call, one)


async def _show_one(desk: Desk, call: Call, one: Incident) -> None:
    view = await incident.overview(desk.outside, incident_id=one.id, sight=call.sight)
    await call.say(headline(call.texts, one), card(call.texts, view, notes=where(one)))


async def _draft(desk: Desk, call: Call) -> None:
    one, rest = await _named(desk, call)
    word, _ = take_choice(rest, DRAFT_WORDS, command="/incident draft")
    kind = DraftKind(word)
    await drafts.ask_for_draft(desk.outside, by=call.by, incident_id=one.id, kind=kind, request_key=call.key)
    await call.say(asked_line(call.texts, kind, one))


async def _catchup(desk: Desk, call: Call) -> None:
    """Only they see it."""
    one, _ = await _named(desk, call)
    texts = call.texts
    told, one = await catch_up(
        desk.outside,
        by=call.by,
        incident_id=one.id,
        language=texts.language,
        zone=texts.zone,
        sight=call.sight,
    )
    await call.say(texts("draft.catchup", incident=incident_label(one.id)), catch_up_blocks(texts, told, one))


async def _ask(desk: Desk, call: Call) -> None:
    if not call.text:
        await call.open(ask_modal(call.texts))
        return
    await questions.ask(
        desk.outside,
        by=call.by,
        question=spoken(call.text),
        channel=None,
        thread_ts=None,
        request_key=call.key,
    )
    await call.say(call.texts("ask.searching", question=spoken(call.text)))


async def _resolve(desk: Desk, call: Call) -> None:
    one, rest = await _named(desk, call)
    await _set_status(desk, call, one, Status.RESOLVED, rest)


async def _close(desk: Desk, call: Call) -> None:
    one, rest = await _named(desk, call)
    await _set_status(desk, call, one, Status.CLOSED, rest)


async def _reopen(desk: Desk, call: Call) -> None:
    await _with_reason(desk, call, Status.INVESTIGATING, "incident.reopen")


async def _cancel(desk: Desk, call: Call) -> None:
    await _with_reason(desk, call, Status.CANCELLED, "incident.cancel")


async def _merge(desk: Desk, call: Call) -> None:
    """The incident of this channel goes into the named one; both named: the first into the second."""
    first, rest = take_incident(call.text)
    second, _ = take_incident(rest)
    into = await incident.find_incident(desk.outside, incident_id=second or first, sight=call.sight)
    one = await incident.find_incident(
        desk.outside, channel=call.channel, incident_id=first if second else None, sight=call.sight
    )
    await merge_incident(desk.outside, by=call.by, merged=one.id, into=into.id)
    await call.say(call.texts("incident.merged", merged=incident_label(one.id), into=incident_label(into.id)))


async def _with_reason(desk: Desk, call: Call, to: Status, kind: str) -> None:
    one, reason = await _named(desk, call)
    if not reason:
        await incident.check_status(desk.outside, incident_id=one.id, to=to, sight=call.sight)
        await call.open(words_modal(call.texts, kind, one, name="reason"))
        return
    await _set_status(desk, call, one, to, spoken(reason))


async def _help(desk: Desk, call: Call) -> None:
    await call.say(call.texts("help.title"), help_blocks(call.texts))


VERBS: dict[str, Verb] = {
    "": _declare,
    "declare": _declare,
    "status": _status,
    "severity": _severity,
    "role": _role,
    "note": _note,
    "time": _time,
    "servers": _servers,
    "timeline": _timeline,
    "list": _list,
    "show": _show,
    "draft": _draft,
    "catchup": _catchup,
    "ask": _ask,
    "resolve": _resolve,
    "close": _close,
    "reopen": _reopen,
    "cancel": _cancel,
    "merge": _merge,
    "help": _help,
}
