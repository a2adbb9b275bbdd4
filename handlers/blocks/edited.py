"""How a draft is edited: a form of its sentences, and what a person typed into it."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.domain.citation import HEADINGS, Section, Sentence
from bot.domain.draft import BRIEFS, Draft
from bot.domain.extract import HEADINGS_OF
from bot.domain.shortening import shorten
from bot.domain.transcript import Line, LineKind
from bot.i18n.texts import Texts, escape
from handlers.blocks import ids
from handlers.blocks.parts import INPUT_LIMIT, Block, context, in_full, modal, section, text_input

VIEW_BYTES = 200_000
"""Bytes of text in the editor: a view has 250 kB (docs.slack.dev, views)."""
_NUMBERS = r"\[\d+(?:\s*,\s*\d+)*\]"
_LINK = r"<?https?://[^\s/]+/archives/(?P<channel>[A-Z0-9]+)/p(?P<ts>\d{10,})[^\s<>]*>?"
SOURCES = re.compile(rf"\s*((?:(?:{_NUMBERS}|{re.sub('[?]P<[a-z]+>', '?:', _LINK)})[\s,.]*)+)$")
SOURCE = re.compile(rf"{_LINK}|(?P<number>\d+)")
ROW_SHOWN = 60


def edit_modal(texts: Texts, draft: Draft) -> Block:
    """A field a section, or as many as it needs: a sentence a line, its sources behind it in brackets.

    A heading under which the draft has nothing is an empty field.
    """
    say = texts.plain
    about = "modal.edit.brief" if draft.kind in BRIEFS else "modal.edit.about"
    blocks = [context(texts(about, first=min((line.n for line in draft.lines), default=1)))]
    room = VIEW_BYTES
    for first, part in _parts(draft):
        label = say(f"heading.{part.heading}")
        for name, sentences in _fields(first, part):
            value = "\n".join(written(sentence) for sentence in sentences)
            room -= len(json.dumps(value))
            if room < 0:
                continue
            if len(value) > INPUT_LIMIT:
                blocks += [section(f"*{escape(label)}*"), *in_full(value)]
            else:
                blocks.append(text_input(name, label, value=value, multiline=True, optional=True))
    if room < 0:
        blocks.append(context(texts("modal.edit.left_out")))
    return modal(
        ids.DRAFT_EDIT,
        say("modal.edit"),
        blocks,
        submit=say("button.save"),
        close=say("button.cancel"),
        about={"draft_id": draft.id},
    )


def _parts(draft: Draft) -> list[tuple[str, Section]]:
    """The sections with the name of each one's first field, and those that a draft of this kind may have besides."""
    parts = [(f"section.{n}", part) for n, part in enumerate(draft.sections)]
    there = {part.heading for part in draft.sections}
    parts += [(f"section.{one}", Section(one, ())) for one in HEADINGS_OF.get(draft.kind, ()) if one not in there]
    return sorted(parts, key=lambda part: HEADINGS.index(part[1].heading) if part[1].heading in HEADINGS else 0)


def _fields(first: str, part: Section) -> list[tuple[str, list[Sentence]]]:
    """What stands in each field of a section; a sentence that no field can hold stands alone, and is kept as it is."""
    fields: list[list[Sentence]] = [[]]
    for sentence in part.sentences:
        if sum(len(written(one)) + 1 for one in [*fields[-1], sentence]) > INPUT_LIMIT and fields[-1]:
            fields.append([])
        fields[-1].append(sentence)
    return [(f"{first}.{k}" if k else first, sentences) for k, sentences in enumerate(fields)]


def written(sentence: Sentence) -> str:
    """A sentence as the editor shows it: text [3] [7]."""
    return " ".join([" ".join(sentence.text.split()), *[f"[{n}]" for n in sentence.citations]])


@dataclass(frozen=True, slots=True)
class Unsourced:
    """The first line a person typed that has no source, or one that is no line of the log; in which field it is."""

    field: str
    row: str
    source: str = ""


def read_written(
    draft: Draft, typed: dict[str, str], lines: Sequence[Line]
) -> tuple[tuple[Section, ...], Unsourced | None]:
    """The sections a person typed, or the first of their lines whose sources are none of these lines.

    A line of a brief needs none: it is sent without them.
    """
    sections = []
    for first, part in _parts(draft):
        sentences: list[Sentence] = []
        for name, before in _fields(first, part):
            if name not in typed:
                sentences += before
                continue
            for row in filter(str.strip, typed[name].splitlines()):
                read = _read_row(part, name, row, lines)
                if isinstance(read, Unsourced) and draft.kind in BRIEFS and not read.source:
                    read = _before(part, read.row) or Sentence(read.row, ())
                if isinstance(read, Unsourced):
                    return (), read
                sentences.append(read)
        sections.append(Section(part.heading, tuple(sentences)))
    return tuple(section for section in sections if section.sentences), None


def unsourced_line(texts: Texts, draft: Draft, wrong: Unsourced) -> str:
    """What is missing in that line and how to find it."""
    key = "refused.source_unknown" if wrong.source else "refused.source_missing"
    first = min((line.n for line in draft.lines), default=1)
    return texts.plain(key, row=shorten(wrong.row, ROW_SHOWN), source=shorten(wrong.source, ROW_SHOWN), first=first)


def _read_row(part: Section, field: str, row: str, lines: Sequence[Line]) -> Sentence | Unsourced:
    sources = SOURCES.search(row)
    text, found = SOURCES.sub("", row).strip(), list(SOURCE.finditer(sources[1])) if sources else []
    numbers = [_number_of(source, lines) for source in found]
    if None in numbers:
        unknown = found[numbers.index(None)]
        return Unsourced(field, text, f"[{unknown['number']}]" if unknown["number"] else unknown[0])
    cited = tuple(dict.fromkeys(n for n in numbers if n is not None))
    return _kept(part, text, cited) if cited else Unsourced(field, text)


def _number_of(source: re.Match[str], lines: Sequence[Line]) -> int | None:
    """Of the line that a typed number or the link of a message means."""
    place = f"/archives/{source['channel']}/p{source['ts']}"
    for line in lines:
        linked = line.kind is LineKind.MESSAGE and line.permalink.partition("?")[0].endswith(place)
        if linked or source["number"] == str(line.n):
            return line.n
    return None


def _kept(part: Section, text: str, numbers: tuple[int, ...]) -> Sentence:
    before = _before(part, text)
    return replace(before, text=text, citations=numbers) if before else Sentence(text, numbers)


def _before(part: Section, text: str) -> Sentence | None:
    """The sentence that stood there in these words."""
    return next((one for one in part.sentences if " ".join(one.text.split()) == text), None)
