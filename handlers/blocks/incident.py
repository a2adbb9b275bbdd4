"""How an incident looks: its card, its modals, its lists."""

from collections.abc import Sequence

from bot.domain.freeze import Hold, open_holds
from bot.domain.ids import IncidentId, incident_label
from bot.domain.incident import MOVES, Incident, Role, Severity, Status, TimeName, durations
from bot.i18n.texts import Texts
from bot.use_cases.incident import Overview
from handlers.blocks import ids
from handlers.blocks.freeze import hold_blocks
from handlers.blocks.parts import (
    MESSAGE_BLOCKS,
    Block,
    actions,
    button,
    context,
    divider,
    field,
    header,
    modal,
    option,
    section,
    select,
    text_input,
)

CARD_HOLDS = 12
"""More servers than these are counted and left to `/freeze list`."""

MARK = {
    Severity.SEV1: ":red_circle:",
    Severity.SEV2: ":large_orange_circle:",
    Severity.SEV3: ":large_yellow_circle:",
    Severity.SEV4: ":large_blue_circle:",
}


def headline(texts: Texts, incident: Incident) -> str:
    """INC-7 · SEV2 · title, as markup."""
    return texts(
        "incident.headline",
        incident=incident_label(incident.id),
        severity=texts.plain(f"severity.{incident.severity}"),
        title=incident.title,
    )


def card(texts: Texts, view: Overview, *, notes: Sequence[str] = ()) -> list[Block]:
    """The pinned message of the channel. `notes` are lines of markup under the facts."""
    incident = view.incident
    held = open_holds(view.holds)
    blocks = [
        header(f"{incident_label(incident.id)} · {incident.title}"),
        section(_facts(texts, incident)),
        context(_times(texts, incident)),
        *([context(texts("private.card"))] if incident.private else []),
        *[section(note) for note in notes],
        *([section(texts("incident.nothing_frozen"))] if incident.is_open and not view.holds else []),
        *_card_actions(texts, view),
    ]
    if held:
        blocks += [divider(), section(texts("freeze.heading", count=len(held)))]
        for hold in held[:CARD_HOLDS]:
            blocks += hold_blocks(texts, hold)
    if len(held) > CARD_HOLDS:
        blocks.append(context(texts("freeze.more", count=len(held) - CARD_HOLDS)))
    return blocks[:MESSAGE_BLOCKS]


def where(incident: Incident) -> list[str]:
    """The way to the channel, as a note on a card that is shown elsewhere."""
    return [f"<#{incident.channel}>"] if incident.channel else []


def _facts(texts: Texts, incident: Incident) -> str:
    lines = [
        texts(
            "incident.facts",
            mark=MARK[incident.severity],
            severity=texts.plain(f"severity.{incident.severity}"),
            status=texts.plain(f"status.{incident.status}"),
        ),
        texts("incident.reporter", who=incident.reporter),
    ]
    for role in Role:
        if role.value in incident.roles:
            lines.append(texts("incident.role_line", role=texts.plain(f"role.{role}"), who=incident.roles[role.value]))
    if incident.commander is None:
        lines.append(texts("incident.no_commander"))
    return "\n".join(lines)


def _times(texts: Texts, incident: Incident) -> str:
    parts = [
        texts("incident.time_line", time=texts.plain(f"time.{name}"), at=incident.times[name])
        for name in (TimeName.STARTED, TimeName.MITIGATED, TimeName.RESOLVED, TimeName.CLOSED)
        if name in incident.times
    ]
    impact = durations(incident.times)["impact_duration"]
    if impact is not None:
        parts.append(texts("incident.impact", span=impact))
    return " · ".join(parts)


def _card_actions(texts: Texts, view: Overview) -> list[Block]:
    incident, number = view.incident, str(view.incident.id)
    if not incident.is_open:
        return [actions(*_ended_actions(texts, view), block_id=f"incident.{number}.ended")]
    forward = [status for status in Status if status in MOVES[incident.status] and status in _BY_SELECT]
    statuses = [option(texts.plain(f"status.{s}"), f"{number}:{s}") for s in (incident.status, *forward)]
    severities = [option(texts.plain(f"severity.{s}"), f"{number}:{s}") for s in Severity]
    say = texts.plain
    return [
        actions(
            select(say("button.status"), ids.INCIDENT_STATUS, statuses, chosen=f"{number}:{incident.status}"),
            select(say("button.severity"), ids.INCIDENT_SEVERITY, severities, chosen=f"{number}:{incident.severity}"),
            button(say("button.take_command"), ids.INCIDENT_COMMAND, number, style="primary")
            if incident.commander is None
            else None,
            button(say("button.role"), ids.INCIDENT_ROLE, number),
            block_id=f"incident.{number}.state",
        ),
        actions(
            button(say("button.note"), ids.INCIDENT_NOTE, number),
            button(say("button.time"), ids.INCIDENT_TIME, number),
            button(say("button.servers"), ids.INCIDENT_SERVERS, number),
            button(say("button.timeline"), ids.INCIDENT_TIMELINE, number),
            draft_select(texts, incident.id),
            button(say("button.resolve"), ids.INCIDENT_RESOLVE, number),
            button(say("button.cancel_incident"), ids.INCIDENT_CANCEL, number),
            block_id=f"incident.{number}.work",
        ),
    ]


_BY_SELECT = frozenset({Status.IDENTIFIED, Status.MITIGATED})


def draft_select(texts: Texts, incident_id: IncidentId) -> Block:
    """The menu of what can be drafted."""
    kinds = ("status_update", "user_notice", "root_cause", "follow_ups", "postmortem")
    options = [option(texts.plain(f"draft.{kind}"), f"{incident_id}:{kind}") for kind in kinds]
    return select(texts.plain("button.draft"), ids.INCIDENT_DRAFT, options)


def _ended_actions(texts: Texts, view: Overview) -> list[Block | None]:
    incident, number, say = view.incident, str(view.incident.id), texts.plain
    resolved = incident.status is Status.RESOLVED
    return [
        button(say("button.close"), ids.INCIDENT_CLOSE, number, style="primary") if resolved else None,
        button(say("button.reopen"), ids.INCIDENT_REOPEN, number),
        button(say("button.timeline"), ids.INCIDENT_TIMELINE, number),
        draft_select(texts, incident.id),
    ]


def summary_blocks(texts: Texts, incident: Incident, holds: Sequence[Hold] = ()) -> list[Block]:
    """One incident in a list, with its button."""
    line: str = texts(
        "incident.summary",
        mark=MARK[incident.severity],
        headline=headline(texts, incident),
        status=texts.plain(f"status.{incident.status}"),
        at=incident.times.get(TimeName.STARTED, incident.times[TimeName.DECLARED]),
    )
    if incident.channel:
        line += " " + f"<#{incident.channel}>"
    if holds:
        line += "\n" + texts("incident.frozen_line", servers=list(dict.fromkeys(hold.server for hold in holds)))
    return [section(line, button(texts.plain("button.show"), ids.INCIDENT_SHOW, str(incident.id)))]


def declare_modal(texts: Texts, *, channel: str, title: str = "", servers: str = "") -> Block:
    """What hurts, how badly, on which servers, since when."""
    say = texts.plain
    severities = [option(say(f"severity.{s}.long"), s.value) for s in Severity]
    choice = select(say("modal.severity"), "input", severities, chosen=Severity.SEV2.value)
    only = {"type": "checkboxes", "options": [option(say("modal.private.only"), "private")]}
    blocks = [
        text_input("title", say("modal.title"), value=title, hint=say("modal.title.hint")),
        field("severity", say("modal.severity"), choice),
        text_input(
            "servers", say("modal.servers"), value=servers, optional=True, hint=say("modal.servers.freeze_hint")
        ),
        text_input("time", say("modal.started"), optional=True, hint=say("modal.started.hint")),
        field("private", say("modal.private"), only, optional=True, hint=say("modal.private.hint")),
    ]
    return modal(
        ids.INCIDENT_DECLARE,
        say("modal.declare"),
        blocks,
        submit=say("button.declare"),
        close=say("button.cancel"),
        about={"channel": channel},
    )


def words_modal(texts: Texts, kind: str, incident: Incident, *, name: str, multiline: bool = True) -> Block:
    """A modal of one field: a note, servers to add, a reason. `kind` is its callback id and its text key."""
    say = texts.plain
    blocks = [
        context(headline(texts, incident)),
        text_input(name, say(f"modal.{kind}.label"), multiline=multiline, hint=say(f"modal.{kind}.hint")),
    ]
    return modal(
        kind,
        say(f"modal.{kind}"),
        blocks,
        submit=say("button.save"),
        close=say("button.cancel"),
        about={"incident_id": incident.id},
    )


def time_modal(texts: Texts, incident: Incident) -> Block:
    """Which time, its right value, and why."""
    say = texts.plain
    names = [option(say(f"time.{name}"), name.value) for name in TimeName]
    shown = [
        texts("incident.time_line", time=say(f"time.{name}"), at=at) for name, at in sorted(incident.times.items())
    ]
    blocks = [
        context(headline(texts, incident) + "\n" + " · ".join(shown)),
        field("name", say("modal.time.name"), select(say("modal.time.name"), "input", names)),
        text_input("time", say("modal.time.value"), hint=say("modal.time.hint")),
        text_input("reason", say("modal.reason"), optional=True),
    ]
    return modal(
        ids.INCIDENT_TIME,
        say("modal.time"),
        blocks,
        submit=say("button.save"),
        close=say("button.cancel"),
        about={"incident_id": incident.id},
    )


def role_modal(texts: Texts, incident: Incident) -> Block:
    """Who does what."""
    say = texts.plain
    roles = [option(say(f"role.{role}"), role.value) for role in Role]
    chosen = select(say("modal.role.role"), "input", roles, chosen=Role.COMMANDER.value)
    blocks = [
        context(headline(texts, incident)),
        field("role", say("modal.role.role"), chosen),
        field("who", say("modal.role.who"), {"type": "users_select"}),
    ]
    return modal(
        ids.INCIDENT_ROLE,
        say("modal.role"),
        blocks,
        submit=say("button.save"),
        close=say("button.cancel"),
        about={"incident_id": incident.id},
    )


def ask_modal(texts: Texts) -> Block:
    """A question about the past."""
    say = texts.plain
    return modal(
        ids.INCIDENT_ASK,
        say("modal.ask"),
        [text_input("question", say("modal.ask.label"), hint=say("modal.ask.hint"))],
        submit=say("button.ask"),
        close=say("button.cancel"),
        about={},
    )


def channel_notes(texts: Texts, added: Sequence[str], near: Sequence[str]) -> list[str]:
    """What the card says of servers that nobody knew."""
    if not added:
        return []
    lines = [texts("incident.new_servers", servers=added)]
    return [lines[0] + (" " + texts("incident.near_servers", near=near) if near else "")]
