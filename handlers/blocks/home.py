"""App Home: what is on fire, what is frozen, what waits for me."""

from collections.abc import Mapping

from bot.domain.ids import ChangeId, incident_label
from bot.i18n.texts import Texts
from bot.use_cases.home import Home
from bot.use_cases.past import Past
from bot.use_cases.shadow import Shadow
from handlers.blocks import ids
from handlers.blocks.change import change_blocks
from handlers.blocks.draft import decision_blocks
from handlers.blocks.freeze import count_servers, frozen_blocks, hold_blocks, stopped
from handlers.blocks.incident import summary_blocks
from handlers.blocks.parts import VIEW_BLOCKS, Block, actions, button, context, divider, header, section

SHOWN = 12
"""Rows of each part at most: a home has 100 blocks."""


def home_view(
    texts: Texts, home: Home, pasts: Mapping[ChangeId, Past] | None = None, shadow: Shadow | None = None
) -> Block:
    """The whole view."""
    say = texts.plain
    blocks = [
        actions(
            button(say("button.declare"), ids.INCIDENT_DECLARE, style="danger"),
            button(say("button.request_change"), ids.CHANGE_REQUEST),
            button(say("button.ask"), ids.INCIDENT_ASK),
            button(say("button.changes"), ids.CHANGE_LIST),
            button(say("button.help"), ids.INCIDENT_HELP),
            block_id="home.actions",
        ),
        *stopped(texts, home.line),
        *([context(shadow_line(texts, shadow))] if shadow and shadow.is_on else []),
        *_waiting(texts, home, pasts or {}),
        *_incidents(texts, home),
        *_frozen(texts, home),
    ]
    return {"type": "home", "blocks": blocks[:VIEW_BLOCKS]}


def refused_view(sentence: str) -> Block:
    """For somebody who is no member: why there is nothing to see."""
    return {"type": "home", "blocks": [section(sentence)]}


def shadow_line(texts: Texts, shadow: Shadow) -> str:
    """What would have been refused this week."""
    if not shadow.work:
        return texts("shadow.nothing" if shadow.is_on else "shadow.off")
    key = "shadow.counted" if shadow.is_on else "shadow.off_counted"
    return texts(key, work=shadow.work, count=len(shadow.servers), servers=shadow.servers[:SHOWN])


def _waiting(texts: Texts, home: Home, pasts: Mapping[ChangeId, Past]) -> list[Block]:
    blocks: list[Block] = [header(texts.plain("home.waiting"))]
    if home.waiting.is_empty:
        return [*blocks, section(texts("home.nothing_waits"))]
    for one in home.waiting.fixes[:SHOWN]:
        blocks += hold_blocks(texts, one.hold)
    for change in home.waiting.changes[:SHOWN]:
        blocks += change_blocks(texts, change, pasts.get(change.id))
    for draft, incident in home.waiting.drafts[:SHOWN]:
        line = texts("home.draft_waits", incident=incident_label(incident.id), title=incident.title)
        blocks += [section(line), *decision_blocks(texts, draft)]
    return blocks


def _incidents(texts: Texts, home: Home) -> list[Block]:
    blocks = [divider(), header(texts.plain("home.incidents", count=len(home.incidents)))]
    if not home.incidents:
        return [*blocks, section(texts("home.no_incidents"))]
    for incident in home.incidents[:SHOWN]:
        blocks += summary_blocks(texts, incident)
    return blocks


def _frozen(texts: Texts, home: Home) -> list[Block]:
    blocks = [divider(), header(texts.plain("home.frozen", count=count_servers(home.frozen)))]
    if not home.frozen:
        return [*blocks, section(texts("freeze.nothing"))]
    waiting = {one.hold.id for one in home.waiting.fixes}
    for one in [f for f in home.frozen if f.hold.id not in waiting][:SHOWN]:
        blocks += frozen_blocks(texts, one)
    return blocks
