"""How Stopline speaks up by itself: servers it suspects, and freezes that are still there."""

from collections.abc import Sequence
from datetime import datetime

from bot.domain.freeze import Hold, HoldState
from bot.domain.ids import incident_label
from bot.domain.incident import Incident
from bot.i18n.texts import Texts
from handlers.blocks import ids
from handlers.blocks.freeze import hold_blocks
from handlers.blocks.parts import Block, button, context, section
from handlers.blocks.server import add_value

SHOWN = 15


def suspect_blocks(texts: Texts, incident: Incident, servers: Sequence[str], heading: str) -> list[Block]:
    """Each server with a button that freezes it."""
    say, blocks = texts.plain, [section(heading)]
    for name in servers[:SHOWN]:
        press = button(say("button.freeze"), ids.FREEZE_ADD, add_value(incident.id, [name]), style="danger")
        blocks.append(section(texts("suspects.server", server=name), press))
    return blocks


def nag_blocks(texts: Texts, incident: Incident, holds: Sequence[Hold], *, now: datetime) -> list[Block]:
    """How long each server is frozen, and what is missing to release it."""
    blocks = [section(nag_line(texts, incident, holds))]
    for hold in holds[:SHOWN]:
        claimed = hold.state is HoldState.CLAIMED
        key = "nag.claimed" if claimed else "nag.active"
        line = texts(key, server=hold.server, age=_age(hold, now), who=hold.claimed_by or hold.held_by)
        blocks += [context(line), *hold_blocks(texts, hold)]
    if len(holds) > SHOWN:
        blocks.append(context(texts("freeze.more", count=len(holds) - SHOWN)))
    return blocks


def _age(hold: Hold, now: datetime) -> object:
    return max(now - hold.held_at, now - now)


def nag_line(texts: Texts, incident: Incident, holds: Sequence[Hold]) -> str:
    """The reminder in one line."""
    return texts("nag.heading", incident=incident_label(incident.id), title=incident.title, count=len(holds))
