"""How an override looks: its form, and the loud question to a second person."""

from datetime import datetime

from bot.domain.ids import override_label
from bot.domain.override import Override
from bot.domain.shortening import shorten
from bot.i18n.texts import Texts
from handlers.blocks import ids
from handlers.blocks.parts import Block, actions, button, context, header, modal, section, text_input

REASON = 1000
"""Characters of the reason in a message."""


def override_line(texts: Texts, override: Override) -> str:
    """What is asked, in one line."""
    return texts(
        "override.asked", override=override_label(override.id), who=override.asked_by, servers=override.servers
    )


def override_blocks(texts: Texts, override: Override, *, at: datetime) -> list[Block]:
    """Loud: who wants to work on what is frozen, why, and whether somebody else agreed."""
    label = override_label(override.id)
    blocks = [
        header(f"🚨 {texts.plain('override.heading', override=label)}"),
        section(override_line(texts, override)),
        section(texts("override.reason", reason=shorten(override.reason, REASON))),
    ]
    if override.used_at is not None:
        return [*blocks, section(texts("override.used", at=override.used_at))]
    if at >= override.expires_at:
        return [*blocks, context(texts("override.over"))]
    if override.confirmed_by is not None:
        return [*blocks, *_confirmed(texts, override)]
    confirm = button(texts.plain("button.confirm_override"), ids.OVERRIDE_CONFIRM, str(override.id), style="danger")
    return [
        *blocks,
        actions(confirm, block_id=f"override.{override.id}"),
        context(texts("override.meaning", until=override.expires_at)),
    ]


def _confirmed(texts: Texts, override: Override) -> list[Block]:
    label = override_label(override.id)
    return [
        section(texts("override.confirmed", who=override.confirmed_by, until=override.expires_at, override=label)),
        context(texts("override.use", override=label)),
    ]


def override_modal(texts: Texts, *, servers: str = "") -> Block:
    """On which frozen servers, and why it cannot wait."""
    say = texts.plain
    return modal(
        ids.FREEZE_OVERRIDE,
        say("modal.override"),
        [
            section(texts("modal.override.about")),
            text_input("servers", say("modal.servers"), value=servers),
            text_input("reason", say("modal.override.reason"), multiline=True),
        ],
        submit=say("button.ask_override"),
        close=say("button.cancel"),
        about={},
    )
