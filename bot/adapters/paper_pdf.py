"""A paper as PDF, with its timeline as a picture: laid out by typst from `bot/assets/paper.typ`.

typst is an extra (`pip install stopline[pdf]`): 80 MB that a bot does not need to run. A font with the paper's letters
comes from the system; Debian's fonts-nanum has Korean.
"""

import json
from pathlib import Path
from typing import Any

from bot.domain.draft import DraftKind
from bot.domain.ids import incident_label
from bot.domain.incident import Times
from bot.domain.labels import with_speaker
from bot.domain.paper import Paper
from bot.domain.timeline_picture import marks_of, spans_of
from bot.i18n.paper import (
    certainty_told,
    duration_rows,
    follow_up_rows,
    frozen,
    gaps_line,
    log_rows,
    marks,
    reading_notes,
    said_at,
    source_line,
    title_of,
    unlinked_rows,
    unlinked_title,
)
from bot.i18n.texts import Texts

TEMPLATE = Path(__file__).parents[1] / "assets" / "paper.typ"


class NoPdf(Exception):
    """typst is not installed."""


def as_pdf(texts: Texts, paper: Paper) -> bytes:
    """The whole paper on A4. Raises NoPdf."""
    try:
        import typst
    except ImportError as missing:
        raise NoPdf from missing
    made: bytes = typst.compile(
        str(TEMPLATE), sys_inputs={"paper": json.dumps(_said(texts, paper), ensure_ascii=True)}, format="pdf"
    )
    return made


def _said(texts: Texts, paper: Paper) -> dict[str, Any]:
    draft, incident, say = paper.draft, paper.incident, texts.plain
    title = title_of(texts, draft)
    whole = draft.kind is DraftKind.POSTMORTEM
    stays = frozen(paper.holds)
    notes = [say("draft.still_frozen", servers=stays)] if whole and stays else []
    notes += reading_notes(texts, draft)
    notes += [gaps] if (gaps := gaps_line(texts, draft)) else []
    notes += [say("draft.read_to", at=draft.read_to)] if draft.read_to else []
    return {
        "language": texts.language,
        "title": title,
        "about": f"{incident.title} · {incident.severity.value.upper()}",
        "source": source_line(texts, paper),
        "footer": f"{incident_label(incident.id)} · {texts.clock(draft.made_at, 'moment')} ({texts.zone})",
        "notes": notes if draft.sections else [*notes, say("draft.empty")],
        "facts": duration_rows(texts, incident) if whole else [],
        "parts": _parts(texts, paper),
        "sheets": _sheets(texts, paper, whole=whole),
        **_picture(texts, incident.times),
    }


def _parts(texts: Texts, paper: Paper) -> list[dict[str, Any]]:
    lines = {line.n: line for line in paper.draft.lines}
    return [
        {
            "title": texts.plain(f"heading.{part.heading}"),
            "sentences": [
                {
                    "text": when
                    + " ".join(
                        [with_speaker(part.heading, one, lines), *(f"({mark})" for mark in marks(texts, one, lines))]
                    ),
                    "key": one.certainty,
                    "certainty": certainty_told(texts, one.certainty) if one.certainty else "",
                    "sources": [{"n": str(n), "link": lines[n].permalink} for n in one.citations if n in lines],
                }
                for when, one in zip(said_at(texts, part, lines), part.sentences, strict=True)
            ],
        }
        for part in paper.draft.sections
    ]


def _sheets(texts: Texts, paper: Paper, *, whole: bool) -> list[dict[str, Any]]:
    say = texts.plain
    unlinked = {
        "title": unlinked_title(texts, paper.incident),
        "head": [say("paper.number"), say("paper.when", zone=texts.zone), say("paper.speaker")],
        "widths": [1, 3, 3],
        "rows": unlinked_rows(texts, paper.draft),
    }
    log = {
        "title": say("paper.log"),
        "head": [say("paper.when", zone=texts.zone), say("paper.what")],
        "widths": [1, 4],
        "rows": log_rows(texts, paper),
    }
    work = {
        "title": say("paper.follow_ups"),
        "head": [say(f"paper.{name}") for name in ("what", "who", "due")],
        "widths": [4, 1, 1],
        "rows": follow_up_rows(texts, paper.follow_ups),
    }
    return [sheet for sheet in ((unlinked, log, work) if whole else (unlinked,)) if sheet["rows"]]


def _picture(texts: Texts, times: Times) -> dict[str, Any]:
    marks = marks_of(times)
    shown = [
        {
            "at": one.place,
            "row": one.row,
            "flip": one.is_flipped,
            "clock": texts.clock(one.at),
            "label": " · ".join(texts.plain(f"time.{name}") for name in one.names),
        }
        for one in marks
    ]
    days = sorted({texts.clock(one.at, "day"): one.at for one in marks}.items(), key=lambda day: day[1])
    axis = " – ".join(dict.fromkeys([days[0][0], days[-1][0]])) + f" ({texts.zone})" if days else ""
    spans = [{"from": one.start, "to": one.end, "hurts": one.hurts} for one in spans_of(times)]
    return {"marks": shown, "rows": max((one.row for one in marks), default=0) + 1, "spans": spans, "axis": axis}
