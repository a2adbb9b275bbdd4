"""A paper as Markdown (CommonMark with tables), in the language and zone of its texts."""

import re
from collections.abc import Iterable, Mapping, Sequence
from math import floor, log10
from zoneinfo import ZoneInfo

from bot.domain.citation import Sentence
from bot.domain.draft import OFFLINE, Draft, DraftKind, FollowUp
from bot.domain.freeze import FREEZING, Hold
from bot.domain.ids import incident_label
from bot.domain.incident import UNSEEN, Incident, durations
from bot.domain.paper import Paper
from bot.domain.spans import begins_with_time
from bot.domain.transcript import Line
from bot.i18n.texts import Texts
from bot.i18n.timeline import entry_text

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~!])")


def markdown(texts: Texts, paper: Paper) -> str:
    """The whole paper; each sentence's sources are links to its messages."""
    draft, incident = paper.draft, paper.incident
    say = texts.plain
    title = say("draft.title", draft=say(f"draft.{draft.kind}"), incident=incident_label(incident.id))
    parts = [f"# {_text(title)}", f"**{_text(incident.title)}** · {incident.severity.value.upper()}"]
    parts.append(_text(source_line(texts, paper)))
    parts += [_text(note) for note in reading_notes(texts, draft)]
    if draft.read_to:
        parts.append(_text(say("draft.read_to", at=draft.read_to)))
    if draft.kind is DraftKind.POSTMORTEM:
        parts += [_text(" · ".join(duration_rows(texts, paper))), *_holds(texts, paper.holds)]
    lines = {line.n: line for line in draft.lines}
    for section in draft.sections:
        rows = [_row(texts, section.heading, sentence, lines) for sentence in section.sentences]
        parts += [f"## {say(f'heading.{section.heading}')}", "\n".join(rows)]
    if not draft.sections:
        parts.append(_text(say("draft.empty")))
    parts += _unlinked(texts, paper)
    if draft.kind is DraftKind.POSTMORTEM:
        parts += [*_log(texts, paper), *_follow_ups(texts, paper.follow_ups)]
    return "\n\n".join(parts) + "\n"


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
    draft = paper.draft
    return texts.plain(
        "draft.source_offline" if draft.source == OFFLINE else "draft.source_model",
        version=draft.version or 1,
        source=draft.source,
        sentences=draft.sentence_count,
        citations=draft.citation_count,
        dropped=draft.dropped,
    )


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


def _money(amount: float) -> str:
    """With two decimals, and with as many more as it takes to show two digits that are not 0."""
    return f"{amount:,.{max(2, 1 - floor(log10(amount))) if amount else 2}f}"


def duration_rows(texts: Texts, paper: Paper) -> list[str]:
    """Every duration of the incident; what is not known is said to be unknown."""
    rows = []
    for name, span in durations(paper.incident.times).items():
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


def _row(texts: Texts, heading: str, sentence: Sentence, lines: dict[int, Line]) -> str:
    said = f"{said_at(texts, heading, sentence, lines)}{_certainty(texts, sentence.certainty)}{_text(sentence.text)}"
    return f"- {said}{_marks(texts, sentence, lines)} {_sources(sentence.citations, lines)}".rstrip()


def _holds(texts: Texts, holds: Iterable[Hold]) -> list[str]:
    names = frozen(holds)
    return [_text(texts.plain("draft.still_frozen", servers=names))] if names else []


def _certainty(texts: Texts, certainty: str) -> str:
    return f"**[{texts.plain(f'certainty.{certainty}')}]** " if certainty else ""


def marks(texts: Texts, sentence: Sentence, lines: Mapping[int, Line]) -> list[str]:
    """What a reader should know of a sentence: it was computed, or what it rests on came late or was changed since."""
    cited = [lines[n] for n in sentence.citations if n in lines]
    known = ["computed"] * sentence.computed + ["late"] * any(line.late for line in cited)
    known += sorted({f"{line.since}_since" for line in cited if line.since})
    return [texts.plain(f"mark.{name}") for name in known]


def said_at(texts: Texts, heading: str, sentence: Sentence, lines: Mapping[int, Line]) -> str:
    """When the first line was written that a turning point rests on; "" where the sentence begins with a time."""
    first = min((lines[n].at for n in sentence.citations if n in lines), default=None)
    if heading != "timeline" or not first:
        return ""
    return "" if begins_with_time(sentence.text, first.astimezone(ZoneInfo(texts.zone))) else f"{texts.clock(first)} "


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
