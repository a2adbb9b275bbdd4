"""How the gate asks an incident: may this fix go ahead, and how does work go on that ran when the freeze came."""

from bot.domain.ids import change_label, incident_label, permit_label
from bot.domain.incident import Incident
from bot.domain.permit import RUNNING, Directive, PermitState
from bot.domain.shortening import shorten
from bot.i18n.texts import Markup, Texts
from bot.use_cases.run import Run
from handlers.blocks import ids
from handlers.blocks.parts import Block, actions, button, context, section

PURPOSE = 300
"""Characters of a purpose in a message."""
AGREED = frozenset({PermitState.GRANTED, PermitState.STARTED, PermitState.DRAINING, PermitState.FINISHED})


def _about(run: Run) -> dict[str, object]:
    permit = run.permit
    label = change_label(permit.change_id) if permit.change_id is not None else permit_label(permit.id)
    return {
        "work": label,
        "caller": permit.person or permit.caller,
        "servers": run.servers,
        "purpose": shorten(permit.purpose, PURPOSE),
    }


def _value(run: Run, incident: Incident) -> str:
    return f"{run.permit.id}:{incident.id}"


def fix_line(texts: Texts, run: Run) -> str:
    """The question in one line."""
    return texts("fix.asked_person" if run.permit.person else "fix.asked", **_about(run))


def fix_blocks(texts: Texts, run: Run, incident: Incident) -> list[Block]:
    """Who asks to mend what, and the incident's answer once it is there."""
    blocks = [section(fix_line(texts, run))]
    if run.permit.state is PermitState.WAITING and incident.id not in run.agreed:
        return [
            *blocks,
            actions(
                button(texts.plain("button.approve"), ids.FIX_APPROVE, _value(run, incident), style="primary"),
                button(texts.plain("button.refuse"), ids.FIX_REFUSE, _value(run, incident), style="danger"),
                block_id=f"fix.{run.permit.id}",
            ),
            context(_who_decides(texts, run, incident)),
        ]
    return [*blocks, section(_fix_stands(texts, run))]


def _who_decides(texts: Texts, run: Run, incident: Incident) -> str:
    """Whose word counts: the commander's, unless it is their own work."""
    if incident.commander and incident.commander != run.permit.person:
        return texts("fix.commander_decides", who=incident.commander)
    return texts("fix.anybody_decides")


def _fix_stands(texts: Texts, run: Run) -> str:
    permit = run.permit
    agreed = [one.by for one in permit.approvals]
    who = texts.join(f"<@{one}>" for one in agreed)
    if permit.state is PermitState.REFUSED:
        return texts("fix.refused")
    if permit.state is PermitState.WAITING and run.missing:
        waits = [incident_label(one.id) for one in run.missing]
        return texts("fix.approved_partly", incidents=waits, who=Markup(who))
    if permit.state is PermitState.WAITING or permit.state in AGREED:
        key = "fix.approved_change" if permit.change_id is not None else "fix.approved"
        return texts(key, who=Markup(who), **_about(run))
    return texts("fix.over")


def direction_line(texts: Texts, run: Run) -> str:
    """The question in one line."""
    return texts("direct.asked", **_about(run))


def direction_blocks(texts: Texts, run: Run, incident: Incident) -> list[Block]:
    """Work that ran when the freeze came: what it is told now, and the three answers."""
    blocks = [section(direction_line(texts, run))]
    if run.permit.state not in RUNNING:
        key = "direct.unknown" if run.permit.state is PermitState.UNKNOWN else "direct.ended"
        return [*blocks, context(texts(key, **_about(run)))]
    blocks.append(section(directed(texts, run)))
    say, value = texts.plain, _value(run, incident)
    return [
        *blocks,
        actions(
            button(say("directive.continue"), ids.RUN_CONTINUE, value),
            button(say("directive.roll_back"), ids.RUN_ROLL_BACK, value, style="primary"),
            button(say("directive.stop"), ids.RUN_STOP, value, style="danger"),
            block_id=f"direct.{run.permit.id}",
        ),
        context(_who_decides(texts, run, incident)),
    ]


def directed(texts: Texts, run: Run) -> str:
    """What the work is told now, and whose word is missing for what was chosen."""
    told = texts("direct.told", directive=texts.plain(f"directive.{run.told}"))
    chosen = run.permit.directive
    if chosen is run.told or chosen in (Directive.GO, Directive.DRAIN):
        return told
    missing = [incident_label(one.id) for one in run.missing]
    wanted = texts("direct.waits", directive=texts.plain(f"directive.{chosen}"), incidents=missing)
    return f"{told}\n{wanted}"
