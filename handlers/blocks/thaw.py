"""How what was held back looks: each piece of work with its two ways on."""

from collections.abc import Sequence

from bot.domain.held_back import HeldBack, HeldBackState
from bot.domain.ids import change_label, incident_label
from bot.domain.shortening import shorten
from bot.i18n.texts import Texts
from handlers.blocks import ids
from handlers.blocks.parts import MESSAGE_BLOCKS, Block, actions, button, context, header, section

PURPOSE = 300
"""Characters of a purpose in a message."""


def thaw_blocks(texts: Texts, work: Sequence[HeldBack], *, heading: str) -> list[Block]:
    """Each piece of work, oldest first; the waiting ones wait for their thaw."""
    blocks = [header(heading)]
    for one in work:
        rows = held_blocks(texts, one)
        if len(blocks) + len(rows) > MESSAGE_BLOCKS - 1:
            blocks.append(context(texts("thaw.more", count=len(work))))
            break
        blocks += rows
    return blocks


def held_line(texts: Texts, one: HeldBack) -> str:
    """Who was refused what, since when, how often."""
    work = change_label(one.change_id) if one.change_id is not None else texts.plain("thaw.machine")
    return texts(
        "thaw.again" if one.asked > 1 else "thaw.line",
        work=work,
        purpose=shorten(one.purpose, PURPOSE),
        servers=one.servers,
        caller=one.caller,
        at=one.at,
        asked=one.asked,
        decision=one.decision,
    )


def held_blocks(texts: Texts, one: HeldBack) -> list[Block]:
    """One piece of work with what can be done about it."""
    say, number, line = texts.plain, str(one.id), held_line(texts, one)
    if one.state is HeldBackState.OFFERED:
        row = actions(
            button(say("button.resume"), ids.HELD_RESUME, number, style="primary"),
            button(say("button.withdraw"), ids.HELD_WITHDRAW, number),
            block_id=f"held.{number}",
        )
        return [section(line), row]
    if one.state is HeldBackState.WAITING:
        incidents = [incident_label(incident) for incident in one.incident_ids]
        return [section(f"{line}\n{texts('thaw.waits', incidents=incidents)}")]
    key = "thaw.resumed" if one.state is HeldBackState.RESUMED else "thaw.withdrawn"
    decided = texts(f"{key}_by", who=one.decided_by) if one.decided_by else texts(key)
    return [section(f"{line}\n{decided}")]
