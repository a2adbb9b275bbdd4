"""How the freeze looks: held servers with their buttons, the claim, the check."""

from collections.abc import Sequence

from bot.domain.freeze import Hold, HoldState
from bot.domain.ids import incident_label
from bot.domain.incident import Incident
from bot.domain.shortening import shorten
from bot.i18n.texts import Texts
from bot.ports.gate_rows import Line
from bot.use_cases.freeze import Frozen
from handlers.blocks import ids, sight
from handlers.blocks.parts import (
    MESSAGE_BLOCKS,
    Block,
    actions,
    button,
    context,
    header,
    in_full,
    modal,
    section,
    text_input,
)

EVIDENCE_SHOWN = 1500
"""Characters of evidence in a message; the check shows all of it."""


def hold_blocks(texts: Texts, hold: Hold) -> list[Block]:
    """One frozen server with what can be done about it."""
    say, number = texts.plain, str(hold.id)
    shared = f"\n{texts('freeze.reached_from', server=hold.reached_from)}" if hold.reached_from else ""
    if hold.state is HoldState.CLAIMED:
        line = texts(_claim_key(hold), server=hold.server, who=hold.claimed_by, at=hold.claimed_at)
        quoted = texts("freeze.evidence_line", evidence=shorten(hold.evidence, EVIDENCE_SHOWN))
        return [
            section(f"{line}{shared}\n{quoted}"),
            actions(
                button(say("button.verify"), ids.FREEZE_VERIFY, number, style="primary"),
                button(say("button.reject"), ids.FREEZE_REJECT, number, style="danger"),
                block_id=f"hold.{number}",
            ),
        ]
    line = texts("freeze.active_line", server=hold.server, who=hold.held_by, at=hold.held_at)
    return [section(f"{line}{shared}", button(say("button.fixed"), ids.FREEZE_FIXED, number))]


def _claim_key(hold: Hold) -> str:
    return "freeze.mistake_line" if hold.mistaken else "freeze.claimed_line"


def stopped(texts: Texts, line: Line) -> list[Block]:
    """In a quarantine what is said first, whatever is frozen."""
    if not line.quarantined_at:
        return []
    return [section(texts("freeze.quarantined", since=line.quarantined_at, why=line.quarantine_reason))]


def frozen_list(texts: Texts, frozen: Sequence[Frozen]) -> list[Block]:
    """Everything that is frozen, by server, with room for one block before it."""
    if not frozen:
        return [section(texts("freeze.nothing"))]
    blocks = [header(texts.plain("freeze.list", count=count_servers(frozen)))]
    for one in frozen:
        rows = frozen_blocks(texts, one)
        if len(blocks) + len(rows) > MESSAGE_BLOCKS - 2:
            blocks.append(context(texts("freeze.too_many", count=len(frozen))))
            break
        blocks += rows
    return blocks


def frozen_blocks(texts: Texts, one: Frozen) -> list[Block]:
    """A frozen server with the incident that holds it; of a private one those outside see no more than that."""
    because = context(_why(texts, one.incident))
    if one.incident.is_veiled:
        return [because, section(texts("private.frozen_line", server=one.hold.server, at=one.hold.held_at))]
    return [because, *hold_blocks(texts, one.hold)]


def count_servers(frozen: Sequence[Frozen]) -> int:
    """A server that two incidents hold is one server."""
    return len({one.hold.server_id for one in frozen})


def _why(texts: Texts, incident: Incident) -> str:
    channel = f" <#{incident.channel}>" if incident.channel else ""
    return texts("freeze.because", incident=incident_label(incident.id), title=sight.title(texts, incident)) + channel


def claim_modal(texts: Texts, hold: Hold, incident: Incident, *, mistaken: bool = False) -> Block:
    """What was done, or why it was never at fault, and how somebody else can check it."""
    say, ask = texts.plain, "modal.mistake.why" if mistaken else "modal.evidence"
    return modal(
        ids.FREEZE_MISTAKE if mistaken else ids.FREEZE_FIXED,
        say("modal.mistake" if mistaken else "modal.fixed"),
        [
            section(texts("modal.fixed.about", server=hold.server, incident=incident_label(incident.id))),
            text_input("evidence", say(ask), multiline=True, hint=say(f"{ask}.hint")),
        ],
        submit=say("button.claim"),
        close=say("button.cancel"),
        about={"hold_id": hold.id},
    )


def verify_modal(texts: Texts, hold: Hold, incident: Incident) -> Block:
    """The evidence in full; the submission approves exactly this, by its digest."""
    say = texts.plain
    return modal(
        ids.FREEZE_VERIFY,
        say("modal.verify"),
        [
            section(texts("modal.verify.about", server=hold.server, incident=incident_label(incident.id))),
            section(texts(_claim_key(hold), server=hold.server, who=hold.claimed_by, at=hold.claimed_at)),
            section(texts("freeze.evidence_line", evidence="")),
            *in_full(hold.evidence),
            context(texts("modal.verify.mistake" if hold.mistaken else "modal.verify.meaning")),
        ],
        submit=say("button.verify"),
        close=say("button.cancel"),
        about={"hold_id": hold.id, "digest": hold.digest},
    )


def reject_modal(texts: Texts, hold: Hold) -> Block:
    """Why the evidence does not convince."""
    say = texts.plain
    return modal(
        ids.FREEZE_REJECT,
        say("modal.reject"),
        [
            section(texts("freeze.evidence_line", evidence="")),
            *in_full(hold.evidence),
            text_input("reason", say("modal.reason"), multiline=True),
        ],
        submit=say("button.reject"),
        close=say("button.cancel"),
        about={"hold_id": hold.id},
    )
