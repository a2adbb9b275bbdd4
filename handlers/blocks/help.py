"""What one can say to Stopline."""

from bot.i18n.texts import Texts
from handlers.blocks.parts import Block, header, section


def help_blocks(texts: Texts) -> list[Block]:
    """Every command with an example, in the reader's language."""
    blocks = [header(texts.plain("help.title"))]
    return blocks + [section(texts(f"help.{part}")) for part in ("incident", "incident_more", "freeze", "change")]
