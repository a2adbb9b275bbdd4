"""A paper as Markdown (CommonMark with tables), in the language and zone of its texts."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from math import floor, log10
from typing import Any
from zoneinfo import ZoneInfo

from bot.domain.citation import Section, Sentence
from bot.domain.draft import OFFLINE, Draft, DraftKind, DraftState, FollowUp
from bot.domain.freeze import FREEZING, Hold
from bot.domain.ids import incident_label
from bot.domain.incident import UNSEEN, Incident, durations
from bot.domain.labels import with_speaker
from bot.domain.paper import Paper
from bot.domain.spans import begins_with_date, times_begun_with
from bot.domain.transcript import Line
from bot.i18n.texts import Texts
from bot.i18n.timeline import entry_text

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~!])")


def markdown(texts: Texts, paper: Paper) -> str:
    """The whole paper; each sentence's sources are links to its messages."""
    draft, incident = paper.draft, paper.incident
    say = texts.plain
    title = title_of(texts, draft)
    parts = [f"# {_text(title)}", f"**{_text(incident.title)}** · {incident.severity.value.upper()}"]
    parts.append(_text(source_line(texts, paper)))
    parts += [_text(note) for note in reading_notes(texts, draft)]
    parts += [_text(gaps)] if (gaps := gaps_line(texts, draft)) else []
    if draft.read_to:
        parts.append(_text(say("draft.read_to", at=draft.read_to)))
    if draft.kind is DraftKind.POSTMORTEM:
        parts += [_text(" · ".join(duration_rows(texts, paper.incident))), *_holds(texts, paper.holds)]
    lines = {line.n: line for line in draft.lines}
    for section in draft.sections:
        rows = [
            _row(texts, when, section.heading, sentence, lines)
            for when, sentence in zip(said_at(texts, section, lines), section.sentences, strict=True)
        ]
        parts += [f"## {say(f'heading.{section.heading}')}", "\n".join(rows)]
    if not draft.sections:
        parts.append(_text(say("draft.empty")))
    parts += _unlinked(texts, paper)
    if draft.kind is DraftKind.POSTMORTEM:
        parts += [*_log(texts, paper), *_follow_ups(texts, paper.follow_ups)]
    return "\n\n".join(parts) + "\n"


def name_of(texts: Texts, draft: Draft) -> str:
    """What it is called: a draft until people approve it."""
    part = "approved_paper" if draft.state is DraftState.APPROVED else "draft"
    return texts.plain(f"{part}.{draft.kind}")


def title_of(texts: Texts, draft: Draft) -> str:
    """What it is called, and of which incident it is."""
    return texts.plain("draft.title", draft=name_of(texts, draft), incident=incident_label(draft.incident_id))


CANVAS_CELLS = 300
"""Of a table in a canvas at most (docs.slack.dev, canvases)."""


def for_canvas(paper: str) -> str:
    """The same Markdown, with a table that is too long for a canvas as a list."""
    parts = paper.split("\n\n")
    return "\n\n".join(_as_list(part) if part.startswith("| ") else part for part in parts)


def _as_list(table: str) -> str:
    rows = [row.strip("| ").split(" | ") for row in table.split("\n")]
    if len(rows) * len(rows[0]) <= CANVAS_CELLS:
        return table
    return "\n".join(f"- {' · '.join(cells)}" for cells in rows[2:])


def source_line(texts: Texts, paper: Paper) -> str:
    """Who proposed it, how many sentences it has, how many were dropped."""
    key, about = source_told(paper.draft)
    return texts.plain(key, **about)


def source_told(draft: Draft) -> tuple[str, Mapping[str, Any]]:
    """The key of that line and what is filled in; an edited version says who edited it."""
    key = "draft.source_offline" if draft.source == OFFLINE else "draft.source_model"
    if draft.kind is DraftKind.USER_NOTICE and not draft.is_edited:
        key = "draft.source_notice"
    return f"{key}_edited" if draft.is_edited else key, {
        "version": draft.version or 1,
        "source": draft.source,
        "sentences": draft.sentence_count,
        "citations": draft.citation_count,
        "dropped": draft.dropped,
        "who": draft.by,
        "by_hand": draft.by_hand_count,
    }


def reading_line(texts: Texts, draft: Draft) -> str:
    """What the model took for it; nothing where none was asked."""
    read = draft.reading
    if read is None or not read.spent.requests:
        return ""
    say, spent = texts.plain, read.spent
    told = [say("draft.in_parts", parts=read.parts)] if read.parts > 1 else []
    told.append(say("draft.one_request" if spent.requests == 1 else "draft.requests", requests=spent.requests))
    told.append(say("draft.spent", tokens=f"{spent.tokens:,}", seconds=f"{spent.seconds:,.0f}"))
    if read.money is not None:
        told.append(say("draft.money", money=_money(read.money)))
    if read.allowed:
        told.append(say("draft.budget", used=f"{read.used:,}", allowed=f"{read.allowed:,}"))
    return " · ".join(told)


def reading_notes(texts: Texts, draft: Draft) -> list[str]:
    """What of the log no model read and why, or that it bears out nothing of what the model said."""
    read, dropped = draft.reading, draft.dropped
    if read and read.stopped:
        key = f"draft.stopped_{read.stopped}"
        some = read.quoted < read.parts
        return [texts.plain(key if some else f"{key}_whole", parts=read.parts, quoted=read.quoted)]
    if read and read.spent.requests and draft.source == OFFLINE:
        key = {0: "draft.nothing_proposed", 1: "draft.one_in_vain"}.get(dropped, "draft.in_vain")
        return [texts.plain(key, dropped=dropped)]
    return []


def gaps_line(texts: Texts, draft: Draft) -> str:
    """Under which headings nothing stands yet; nothing where all have something."""
    names = " · ".join(texts.plain(f"heading.{heading}") for heading in draft.gaps)
    return texts.plain("draft.gaps", headings=names) if names else ""


def _money(amount: float) -> str:
    """With two decimals, and with as many more as it takes to show two digits that are not 0."""
    return f"{amount:,.{max(2, 1 - floor(log10(amount))) if amount else 2}f}"


def duration_rows(texts: Texts, incident: Incident) -> list[str]:
    """Every duration of the incident; what is not known is said to be unknown, once where that is all of them."""
    known, rows = durations(incident.times), []
    if not any(known.values()):
        return [texts.plain("paper.no_durations")]
    for name, span in known.items():
        key = f"duration.{name}"
        rows.append(texts.plain(key, span=span) if span is not None else texts.plain(f"{key}.unknown"))
    return rows


def unlinked_title(texts: Texts, incident: Incident) -> str:
    """In which log the lines are found that have no link."""
    log = f"#{incident.channel_name}" if incident.channel_name else incident_label(incident.id)
    return texts.plain("paper.sources", log=log)


def unlinked_rows(texts: Texts, draft: Draft) -> list[tuple[str, str, str]]:
    """(number, when, who) of every cited line that no link leads to: Slack's address is not known, or it has none."""
    return [(f"[{line.n}]", texts.clock(line.at, "moment"), line.speaker) for line in draft.lines if not line.permalink]


def log_rows(texts: Texts, paper: Paper) -> list[tuple[str, str]]:
    """(when, what) of every timeline entry."""
    return [(texts.clock(one.at, "moment"), entry_text(texts, one, plain=True)) for one in paper.entries]


def follow_up_rows(texts: Texts, follow_ups: Iterable[FollowUp]) -> list[tuple[str, str, str]]:
    """(what, who, when) of every follow-up."""
    nobody, never = texts.plain("paper.no_owner"), texts.plain("paper.no_due")
    return [
        (one.text, texts.names.get(str(one.owner), str(one.owner)) if one.owner else nobody, f"{one.due or never}")
        for one in follow_ups
    ]


def frozen(holds: Iterable[Hold]) -> list[str]:
    """The servers that are still frozen."""
    return [str(hold.server) for hold in holds if hold.state in FREEZING]


def _row(texts: Texts, when: str, heading: str, sentence: Sentence, lines: dict[int, Line]) -> str:
    said = f"{when}{_certainty(texts, sentence.certainty)}{_text(with_speaker(heading, sentence, lines))}"
    return f"- {said}{_marks(texts, sentence, lines)} {_sources(sentence.citations, lines)}".rstrip()


def _holds(texts: Texts, holds: Iterable[Hold]) -> list[str]:
    names = frozen(holds)
    return [_text(texts.plain("draft.still_frozen", servers=names))] if names else []


def _certainty(texts: Texts, certainty: str) -> str:
    return f"**[{certainty_told(texts, certainty)}]** " if certainty else ""


def certainty_told(texts: Texts, certainty: str) -> str:
    """How sure it is; another release may have kept a word that this one does not know."""
    key = f"certainty.{certainty}"
    return texts.plain(key if texts.has(key) else "certainty.unknown")


def marks(texts: Texts, sentence: Sentence, lines: Mapping[int, Line]) -> list[str]:
    """What a reader should know of a sentence: it was computed, or what it rests on came late or was changed since."""
    cited = [lines[n] for n in sentence.citations if n in lines]
    known = ["computed"] * sentence.computed + ["late"] * any(line.late for line in cited)
    known += sorted({f"{line.since}_since" for line in cited if line.since})
    return [texts.plain(f"mark.{name}") for name in known]


def said_at(texts: Texts, part: Section, lines: Mapping[int, Line]) -> list[str]:
    """When the first line of each turning point was written; "" where it begins with that time, and elsewhere.

    Where they lie on more than one day, the first of each day says which. A dot parts it from another figure.
    """
    if part.heading != "timeline":
        return [""] * len(part.sentences)
    firsts = [min((lines[n].at for n in one.citations if n in lines), default=None) for one in part.sentences]
    days = [texts.clock(at, "day") if at else "" for at in firsts]
    told, shown = [], ""
    for sentence, at, day in zip(part.sentences, firsts, days, strict=True):
        says_so = at is None or _of_day(texts, at) in times_begun_with(sentence.text)
        is_new = (
            day not in ("", shown) and len({*days} - {""}) > 1 and not (says_so and begins_with_date(sentence.text))
        )
        pattern = ("day" if says_so else "moment") if is_new else "" if says_so else "time"
        parted = " · " if not says_so and _FIGURE_FIRST.match(sentence.text) else " "
        told.append(f"{texts.clock(at, pattern)}{parted}" if at and pattern else "")
        shown = day or shown
    return told


_FIGURE_FIRST = re.compile(r"\W*(?:오[전후]\s?)?\d")


def _of_day(texts: Texts, at: datetime) -> timedelta:
    local = at.astimezone(ZoneInfo(texts.zone))
    return timedelta(hours=local.hour, minutes=local.minute)


def _marks(texts: Texts, sentence: Sentence, lines: Mapping[int, Line]) -> str:
    known = marks(texts, sentence, lines)
    return f" *({_text(', '.join(known))})*" if known else ""


def _sources(citations: Iterable[int], lines: dict[int, Line]) -> str:
    return " ".join(
        f"[[{n}]({lines[n].permalink})]" if lines[n].permalink else f"[{n}]" for n in citations if n in lines
    )


def _unlinked(texts: Texts, paper: Paper) -> list[str]:
    say = texts.plain
    head = (say("paper.number"), say("paper.when", zone=texts.zone), say("paper.speaker"))
    return _table(unlinked_title(texts, paper.incident), head, unlinked_rows(texts, paper.draft))


def _log(texts: Texts, paper: Paper) -> list[str]:
    say = texts.plain
    head = (say("paper.when", zone=texts.zone), say("paper.what"))
    return _table(say("paper.log"), head, log_rows(texts, paper))


def _follow_ups(texts: Texts, follow_ups: Iterable[FollowUp]) -> list[str]:
    head = [texts.plain(f"paper.{name}") for name in ("what", "who", "due")]
    return _table(texts.plain("paper.follow_ups"), head, follow_up_rows(texts, follow_ups))


def _table(title: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """A heading and a table, or nothing where there is no row."""
    lines = [f"| {' | '.join(_text(cell) for cell in row)} |" for row in rows]
    return (
        [f"## {_text(title)}", "\n".join([f"| {' | '.join(head)} |", "|---" * len(head) + "|", *lines])] if rows else []
    )


def _text(words: str) -> str:
    """On one line, and nothing in it is markup; an address is code, because readers make links of bare ones."""
    pieces = _ADDRESS.split(" ".join(words.translate(UNSEEN).split()))
    return "".join(f"`{piece}`" if at % 2 else _SPECIAL.sub(r"\\\1", piece) for at, piece in enumerate(pieces))


_ADDRESS = re.compile(
    r"((?:\b[a-z][a-z0-9+.-]{1,20}://|\bwww\.|\b(?:mailto|javascript|data|tel):)[^\s`|<>]+"
    r"|[\w.+-]{1,64}@(?:[a-z0-9-]+\.)+[a-z]{2,}"
    r"|(?<![\w.-])(?:[a-z0-9-]+\.)+[a-z]{2,}(?![\w-])(?:[/:][^\s`|<>]*)?)",
    re.IGNORECASE,
)
