"""How changes look: the request, the gate's answer, the list."""

from collections.abc import Sequence

from bot.domain.change import ENDS, RUNNING, Change, ChangeKind, ChangeState
from bot.domain.gate import Decision
from bot.domain.ids import change_label, incident_label
from bot.domain.incident import Incident
from bot.i18n.texts import Texts
from bot.use_cases.change import ChangeAnswer
from handlers.blocks import ids
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


def request_modal(texts: Texts, *, channel: str, title: str = "", servers: str = "") -> Block:
    """What, where, when, how to go back, what was tested and how that differed from production."""
    say = texts.plain
    kinds = [option(say(f"kind.{kind}.long"), kind.value) for kind in ChangeKind]
    chosen = select(say("modal.kind"), "input", kinds, chosen=ChangeKind.MINOR.value)
    blocks = [
        text_input("title", say("modal.change.title"), value=title),
        field("kind", say("modal.kind"), chosen),
        text_input("servers", say("modal.servers"), value=servers, hint=say("modal.servers.hint")),
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
                title=incident.title,
                since=min(hold.held_at for hold in holds),
            )
            + where
        )
        fixers = sorted({who for hold in holds for who in hold.fixers})
        lines.append(texts("gate.who_lifts"))
        lines += [texts("gate.who_lifts_not", who=who) for who in fixers]
    lines.append(texts("gate.decision", decision=decision_id))
    return "\n".join(lines)


def answer_blocks(texts: Texts, answer: ChangeAnswer) -> list[Block]:
    """The gate's word on a change, and what can be done next."""
    change, label = answer.change, change_label(answer.change.id)
    if not answer.decision.allows:
        return [
            section(texts("change.refused", change=label, title=change.title)),
            section(refusal(texts, answer.decision, answer.incidents, answer.decision_id)),
            actions(
                button(texts.plain("button.ask_again"), ids.CHANGE_START, str(change.id)),
                block_id=f"change.{change.id}",
            ),
        ]
    blocks = [section(_state_line(texts, change))]
    if answer.decision.holds:
        incidents = [incident_label(i.id) for i in answer.incidents]
        blocks.append(section(texts("gate.would_refuse", servers=answer.decision.servers, incidents=incidents)))
    return blocks + _next_steps(texts, change)


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


def _next_steps(texts: Texts, change: Change) -> list[Block]:
    say, number = texts.plain, str(change.id)
    if change.state in ENDS:
        return []
    if change.state in RUNNING:
        outcomes = [option(say(f"outcome.{end}"), f"{number}:{end}") for end in ChangeState if end in ENDS]
        menu = select(say("button.finish"), ids.CHANGE_FINISH, outcomes)
        return [actions(menu, block_id=f"change.{number}")]
    if change.kind is ChangeKind.MAJOR and change.approver is None:
        approve = button(say("button.approve"), ids.CHANGE_APPROVE, number, style="primary")
        return [
            *_to_weigh(texts, change),
            actions(approve, block_id=f"change.{number}"),
            context(texts("change.needs_approval")),
        ]
    start = button(say("button.start"), ids.CHANGE_START, number, style="primary")
    return [actions(start, block_id=f"change.{number}")]


def _to_weigh(texts: Texts, change: Change) -> list[Block]:
    """What the approver reads before they agree, as far as it was said."""
    said = {
        "planned": change.planned,
        "rollback": change.rollback,
        "tested": change.tested,
        "differences": change.differences,
    }
    return [section(texts(f"change.{name}", **{name: words})) for name, words in said.items() if words]


def change_blocks(texts: Texts, change: Change) -> list[Block]:
    """One change with its next step."""
    return [section(_state_line(texts, change)), *_next_steps(texts, change)]


def change_list(texts: Texts, changes: Sequence[Change]) -> list[Block]:
    """The newest first."""
    if not changes:
        return [section(texts("change.nothing"))]
    blocks = [header(texts.plain("change.list"))]
    for change in changes:
        rows = change_blocks(texts, change)
        if len(blocks) + len(rows) > MESSAGE_BLOCKS:
            break
        blocks += rows
    return blocks
