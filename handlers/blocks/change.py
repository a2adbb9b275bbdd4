"""How changes look: the request, the gate's answer, the list."""

from collections.abc import Mapping, Sequence

from bot.domain.change import ENDABLE, ENDS, WAITING, Change, ChangeKind, ChangeState
from bot.domain.gate import Decision, Verdict
from bot.domain.ids import ChangeId, change_label, incident_label, permit_label
from bot.domain.incident import Incident
from bot.domain.permit import PermitState
from bot.domain.shortening import shorten
from bot.i18n.texts import Texts
from bot.use_cases.change import ChangeAnswer
from bot.use_cases.past import Past
from bot.use_cases.run import Run
from handlers.blocks import ids, sight
from handlers.blocks.parts import (
    MESSAGE_BLOCKS,
    Block,
    actions,
    button,
    context,
    field,
    header,
    modal,
    option,
    section,
    select,
    text_input,
)

SHOWN = 5
"""Incidents and follow-ups of the past at most, each."""
OFFERED = 100
"""Options in a menu at most."""


def request_modal(
    texts: Texts, *, channel: str, title: str = "", servers: str = "", incidents: Sequence[Incident] = ()
) -> Block:
    """What, where, when, how to go back, what was tested and how that differed from production."""
    say = texts.plain
    kinds = [option(say(f"kind.{kind}.long"), kind.value) for kind in ChangeKind]
    chosen = select(say("modal.kind"), "input", kinds, chosen=ChangeKind.MINOR.value)
    blocks = [
        text_input("title", say("modal.change.title"), value=title),
        field("kind", say("modal.kind"), chosen),
        text_input("servers", say("modal.servers"), value=servers, hint=say("modal.servers.hint")),
        *_fix_for(texts, incidents),
        text_input("planned", say("modal.planned"), optional=True),
        text_input("rollback", say("modal.rollback"), multiline=True, optional=True),
        text_input("tested", say("modal.tested"), multiline=True, optional=True, hint=say("modal.tested.hint")),
        text_input(
            "differences", say("modal.differences"), multiline=True, optional=True, hint=say("modal.differences.hint")
        ),
    ]
    return modal(
        ids.CHANGE_REQUEST,
        say("modal.change"),
        blocks,
        submit=say("button.request"),
        close=say("button.cancel"),
        about={"channel": channel},
    )


def _fix_for(texts: Texts, incidents: Sequence[Incident]) -> list[Block]:
    """Whose fix it is, where an incident is open."""
    if not incidents:
        return []
    say = texts.plain
    options = [option(f"{incident_label(one.id)} · {one.title}", str(one.id)) for one in incidents[:OFFERED]]
    chosen = select(say("modal.fix_for.none"), "input", options)
    return [field("fix_for", say("modal.fix_for"), chosen, optional=True, hint=say("modal.fix_for.hint"))]


def refusal(texts: Texts, decision: Decision, incidents: Sequence[Incident], decision_id: str) -> str:
    """Why not: the servers, each incident, since when, who can lift it, and the decision's id. Markup."""
    lines: list[str] = [texts("gate.frozen", servers=decision.servers)]
    for incident in incidents:
        holds = [hold for hold in decision.holds if hold.incident_id == incident.id]
        where = f" <#{incident.channel}>" if incident.channel else ""
        lines.append(
            texts(
                "gate.frozen_because",
                incident=incident_label(incident.id),
                title=sight.title(texts, incident),
                since=min(hold.held_at for hold in holds),
            )
            + where
        )
        fixers = [] if incident.is_veiled else sorted({who for hold in holds for who in hold.fixers})
        lines.append(texts("gate.who_lifts"))
        lines += [texts("gate.who_lifts_not", who=who) for who in fixers]
    lines.append(texts("gate.decision", decision=decision_id))
    return "\n".join(lines)


def answer_blocks(texts: Texts, answer: ChangeAnswer) -> list[Block]:
    """The gate's word on a change, and what can be done next."""
    change, decision = answer.change, answer.decision
    if decision.verdict is Verdict.FROZEN:
        return [*_refused(texts, answer), *_warnings(texts, decision)]
    blocks = [section(_state_line(texts, change)), *_verdict(texts, answer), *_warnings(texts, decision)]
    if decision.verdict is Verdict.WAITING and change.is_approved:
        return [*blocks, _again(texts, change)]
    return blocks + _next_steps(texts, change)


def _refused(texts: Texts, answer: ChangeAnswer) -> list[Block]:
    return [
        section(texts("change.refused", change=change_label(answer.change.id), title=answer.change.title)),
        section(refusal(texts, answer.decision, answer.incidents, answer.decision_id)),
        _again(texts, answer.change),
    ]


def _again(texts: Texts, change: Change) -> Block:
    """The same work once more, or not at all."""
    number = str(change.id)
    return actions(
        button(texts.plain("button.ask_again"), ids.CHANGE_START, number),
        button(texts.plain("button.withdraw"), ids.CHANGE_WITHDRAW, number),
        block_id=f"change.{number}",
    )


def _verdict(texts: Texts, answer: ChangeAnswer) -> list[Block]:
    """What the gate adds to a yes, or to a yes that is not complete."""
    decision = answer.decision
    incidents = [incident_label(one.id) for one in answer.incidents]
    match decision.verdict:
        case Verdict.WAITING:
            waiting = [one for one in answer.incidents if one.id in decision.waiting_for]
            return [section("\n".join(_waiting_line(texts, one) for one in waiting))]
        case Verdict.FIX:
            return [context(texts("gate.fix", incidents=incidents))]
        case Verdict.OVERRIDDEN:
            return [section(texts("gate.overridden", servers=decision.servers, incidents=incidents))]
        case Verdict.WOULD_REFUSE:
            return [section(texts("gate.would_refuse", servers=decision.servers, incidents=incidents))]
        case Verdict.FREE | Verdict.FROZEN:
            return []


def _waiting_line(texts: Texts, incident: Incident) -> str:
    label = incident_label(incident.id)
    if incident.commander:
        return texts("gate.waits_for", incident=label, title=sight.title(texts, incident), who=incident.commander)
    return texts("gate.waits_for_anybody", incident=label, title=sight.title(texts, incident))


def _warnings(texts: Texts, decision: Decision) -> list[Block]:
    """Neighbours over `serves` edges that are frozen: they stop nothing."""
    held = {hold.server: incident_label(hold.incident_id) for hold in decision.warnings}
    return (
        [context("\n".join(texts("gate.neighbour", server=s, incident=i) for s, i in sorted(held.items())))]
        if held
        else []
    )


def answer_modal(texts: Texts, answer: ChangeAnswer) -> Block:
    """The answer in the place of the request."""
    blocks = answer_blocks(texts, answer)
    return modal(
        ids.CHANGE_LIST, texts.plain("modal.change.answer"), blocks, close=texts.plain("button.done"), about={}
    )


def _state_line(texts: Texts, change: Change) -> str:
    return texts(
        f"change.{change.state}",
        change=change_label(change.id),
        title=change.title,
        servers=change.servers,
        who=change.requester,
    )


def _next_steps(texts: Texts, change: Change, past: Past | None = None) -> list[Block]:
    say, number = texts.plain, str(change.id)
    if change.state in ENDABLE:
        return [actions(_finish_menu(texts, number), block_id=f"change.{number}")]
    if change.state not in WAITING:
        return []
    withdraw = button(say("button.withdraw"), ids.CHANGE_WITHDRAW, number)
    if not change.is_approved:
        approve = button(say("button.approve"), ids.CHANGE_APPROVE, number, style="primary")
        return [
            *_to_weigh(texts, change),
            *_past(texts, past),
            actions(approve, withdraw, block_id=f"change.{number}"),
            context(_whose_word(texts, change)),
        ]
    start = button(say("button.start"), ids.CHANGE_START, number, style="primary")
    return [actions(start, withdraw, block_id=f"change.{number}")]


def _finish_menu(texts: Texts, number: str) -> Block:
    outcomes = [option(texts.plain(f"outcome.{end}"), f"{number}:{end}") for end in ChangeState if end in ENDS]
    return select(texts.plain("button.finish"), ids.CHANGE_FINISH, outcomes)


def _whose_word(texts: Texts, change: Change) -> str:
    if change.approver is not None:
        return texts("change.needs_second_look", who=change.approver)
    return texts("change.needs_two" if change.needs_second_look else "change.needs_approval")


def _past(texts: Texts, past: Past | None) -> list[Block]:
    """What the approver should know of these servers before they agree."""
    if past is None or not (past.unresolved or past.overdue):
        return []
    lines = [
        texts("past.unresolved", incident=incident_label(one.id), title=sight.title(texts, one))
        for one in past.unresolved[:SHOWN]
    ]
    lines += [
        texts(
            "past.overdue", incident=incident_label(one.id), text=shorten(follow_up.text, 200), due=str(follow_up.due)
        )
        for follow_up, one in past.overdue[:SHOWN]
    ]
    return [section("\n".join([texts("past.heading"), *lines]))]


def _to_weigh(texts: Texts, change: Change) -> list[Block]:
    """What the approver reads before they agree, as far as it was said."""
    said = {
        "planned": change.planned,
        "rollback": change.rollback,
        "tested": change.tested,
        "differences": change.differences,
    }
    return [section(texts(f"change.{name}", **{name: words})) for name, words in said.items() if words]


def change_blocks(texts: Texts, change: Change, past: Past | None = None) -> list[Block]:
    """One change with its next step; for who may approve it also what is known of its servers."""
    return [section(_state_line(texts, change)), *_next_steps(texts, change, past)]


def change_list(
    texts: Texts, changes: Sequence[Change], runs: Sequence[Run] = (), pasts: Mapping[ChangeId, Past] | None = None
) -> list[Block]:
    """What machines run, then the changes, the newest first."""
    if not changes and not runs:
        return [section(texts("change.nothing"))]
    blocks = [header(texts.plain("change.list"))]
    rows = [run_blocks(texts, run) for run in runs]
    rows += [change_blocks(texts, change, (pasts or {}).get(change.id)) for change in changes]
    for row in rows:
        if len(blocks) + len(row) > MESSAGE_BLOCKS:
            break
        blocks += row
    return blocks


def run_blocks(texts: Texts, run: Run) -> list[Block]:
    """Work of a machine that runs, or that nobody knows the end of."""
    permit, label = run.permit, permit_label(run.permit.id)
    key = "run.unknown" if permit.state is PermitState.UNKNOWN else "run.runs"
    line = texts(
        key,
        permit=label,
        purpose=shorten(permit.purpose, 200),
        servers=run.servers,
        caller=permit.caller,
        since=permit.started_at or permit.granted_at,
    )
    return [section(line, _finish_menu(texts, label))]
