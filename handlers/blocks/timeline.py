"""How a timeline reads: the day once, then a line an entry."""

from collections.abc import Sequence

from bot.domain.audit import Act, Entry
from bot.domain.ids import incident_label
from bot.domain.incident import Incident
from bot.i18n.texts import Texts
from bot.i18n.timeline import entry_text
from handlers.blocks.parts import (
    MESSAGE_BLOCKS,
    MESSAGE_LENGTH,
    SECTION_LIMIT,
    Block,
    context,
    fit,
    fitting,
    header,
    section,
)


def read_blocks(texts: Texts, incident: Incident, entries: Sequence[Entry]) -> list[Block]:
    """Oldest first; of a very long one the newest part, and how much came before it."""
    title = header(texts.plain("timeline.heading", incident=incident_label(incident.id)))
    chunks = _chunks([_row(texts, entry) for entry in entries])
    newest_first = ["\n".join(chunk) for chunk in reversed(chunks)]
    room = min(MESSAGE_BLOCKS - 2, fitting(newest_first, MESSAGE_LENGTH))
    left_out = sum(len(chunk) for chunk in chunks[: len(chunks) - room])
    older = [context(texts("timeline.older", count=left_out))] if left_out else []
    return [title, *older, *[section(chunk) for chunk in reversed(newest_first[:room])]]


def _row(texts: Texts, entry: Entry) -> str:
    pin = ":pushpin: " if entry.kind in (Act.MESSAGE_PINNED, Act.NOTE_ADDED) else ""
    return f"{texts('timeline.row', at=entry.at)} {pin}{entry_text(texts, entry)}"


def _chunks(rows: Sequence[str]) -> list[list[str]]:
    chunks: list[list[str]] = [[]]
    for row in rows:
        if sum(len(one) + 1 for one in chunks[-1]) + len(row) > SECTION_LIMIT - 200 and chunks[-1]:
            chunks.append([])
        chunks[-1].append(fit(row, SECTION_LIMIT - 200))
    return [chunk for chunk in chunks if chunk]
