"""How drafts look: sentences with their sources, and the manager's three buttons."""

from collections.abc import Mapping, Sequence
from datetime import date

from bot.domain.citation import Sentence
from bot.domain.draft import BRIEFS, Draft, DraftKind, DraftState, FollowUp
from bot.domain.freeze import Hold, server_names
from bot.domain.ids import incident_label
from bot.domain.incident import Incident
from bot.domain.labels import with_speaker, without_label
from bot.domain.shortening import shorten
from bot.domain.transcript import Line
from bot.domain.versions import Changed, changes
from bot.i18n.paper import (
    certainty_told,
    duration_rows,
    gaps_line,
    name_of,
    reading_line,
    reading_notes,
    said_at,
    source_told,
    title_of,
)
from bot.i18n.texts import Texts, escape
from handlers.blocks import ids
from handlers.blocks.parts import (
    MESSAGE_BLOCKS,
    MESSAGE_LENGTH,
    SECTION_LIMIT,
    Block,
    actions,
    button,
    context,
    field,
    fit,
    fitting,
    header,
    length,
    modal,
    quoted,
    section,
    text_input,
    unmarked,
)

FOLLOW_UP_ROWS = 6
AROUND = 4
"""Blocks that a draft's message has besides: what is left out, a line, the buttons."""
SENTENCE_LIMIT = 2000
COMMENT_LIMIT = 500
CHANGED_LIMIT = 200


def asked_line(texts: Texts, kind: DraftKind, incident: Incident) -> str:
    """That it is on its way, and where it will be."""
    key = "_alone" if kind in BRIEFS else "_managers" if kind is DraftKind.POSTMORTEM else ""
    draft = texts.plain(f"draft.{kind}")
    return texts(f"draft.asked{key or '_alone' * incident.is_past}", draft=draft)


def draft_blocks(
    texts: Texts, draft: Draft, incident: Incident, holds: Sequence[Hold], *, beside: Sequence[Block] = ()
) -> list[Block]:
    """The whole draft with its links; the postmortem opens with the durations and what is still frozen.

    `beside`: what stands in the same message.
    """
    blocks = [header(title_of(texts, draft)), context(_source_line(texts, draft)), *_how_read(texts, draft)]
    blocks += _missing(texts, draft)
    if draft.kind is DraftKind.POSTMORTEM:
        blocks += [section(escape(" · ".join(duration_rows(texts, incident)))), *_still_frozen(texts, holds)]
    if not draft.sections:
        blocks.append(section(texts("draft.empty")))
    room, places = MESSAGE_LENGTH - length([*beside, *blocks]), MESSAGE_BLOCKS - len(beside) - len(blocks) - AROUND
    return [*blocks, *_body(texts, draft, room, places)]


def _body(texts: Texts, draft: Draft, room: int, places: int) -> list[Block]:
    """The sections that have room, and how many sentences had none."""
    lines = {line.n: line for line in draft.lines}
    blocks: list[Block] = []
    shown = 0
    for part in draft.sections:
        heading = f"*{texts(f'heading.{part.heading}')}*"
        told = zip(said_at(texts, part, lines), part.sentences, strict=True)
        rows = [_sentence(texts, when, part.heading, sentence, lines) for when, sentence in told]
        chunks = _chunks(rows[: fitting(rows, room - length(blocks) - len(heading))])
        if not chunks or len(blocks) + 1 + len(chunks) > places:
            break
        blocks += [section(heading), *(quoted(chunk) for chunk in chunks)]
        shown += sum(chunk.count("\n") + 1 for chunk in chunks)
    hidden = draft.sentence_count - shown
    return [*blocks, context(texts("draft.more", count=hidden))] if hidden else blocks


def decision_blocks(texts: Texts, draft: Draft) -> list[Block]:
    """Approve, edit, send back."""
    say, number = texts.plain, str(draft.id)
    if draft.state is not DraftState.PROPOSED:
        key = f"draft.{draft.state}_line"
        return [
            context(
                texts(key, who=draft.decided_by or draft.by, comment=shorten(draft.comment, COMMENT_LIMIT)),
                verbatim=True,
            )
        ]
    return [
        actions(
            button(say("button.approve"), ids.DRAFT_APPROVE, number, style="primary"),
            button(say("button.edit"), ids.DRAFT_EDIT, number),
            button(say("button.send_back"), ids.DRAFT_SEND_BACK, number, style="danger"),
            block_id=f"draft.{number}",
        ),
    ]


def changed_blocks(texts: Texts, before: Draft | None, draft: Draft) -> list[Block]:
    """What changed since the version before, section by section; nothing of a first one."""
    if before is None:
        return []
    rows = [_changed(texts, one) for one in changes(before, draft)] or [texts("draft.unchanged")]
    title = texts("draft.changed", before=before.version, version=draft.version)
    return [quoted("\n".join([f"*{title}*", *rows]))]


def _changed(texts: Texts, changed: Changed) -> str:
    """Struck through what is gone, in bold what came."""
    marks = [("−", "~", changed.gone), ("+", "", changed.new)]
    rows = [
        f"{sign} {mark}{escape(shorten(unmarked(without_label(changed.heading, one)), CHANGED_LIMIT))}{mark}"
        for sign, mark, sentences in marks
        for one in sentences
    ]
    return "\n".join([f"_{texts(f'heading.{changed.heading}')}_", *rows])


def catch_up_blocks(texts: Texts, told: Draft, incident: Incident) -> list[Block]:
    """What somebody who joins late should know."""
    say = texts.plain
    title = header(say("draft.catchup", incident=incident_label(incident.id)))
    blocks = [title, quoted(f"*{escape(incident.title)}*")]
    return [*blocks, *_body(texts, told, MESSAGE_LENGTH - length(blocks), MESSAGE_BLOCKS - len(blocks) - AROUND)]


def to_send_blocks(texts: Texts, draft: Draft) -> list[Block]:
    """The words of a brief without their sources, to be copied by whoever sends it, or edited before."""
    rows = [unmarked(one.text) for part in draft.sections for one in part.sentences]
    words = quoted(f"```{fit(escape(chr(10).join(rows)), SENTENCE_LIMIT)}```")
    edit = button(texts.plain("button.edit"), ids.DRAFT_EDIT, str(draft.id))
    return [context(texts(f"draft.to_send_{draft.kind}")), words, actions(edit, block_id=f"draft.{draft.id}")]


def published_blocks(texts: Texts, draft: Draft, link: str, *, has_file: bool) -> list[Block]:
    """What the channel sees of an approved draft; `link` leads to its canvas, where there is one."""
    name = name_of(texts, draft)
    said = texts("draft.published", draft=name, who=draft.decided_by or draft.by)
    where = f"<{link}|{escape(name)}>" if link else texts("draft.no_canvas")
    file = texts("draft.file" if has_file else "draft.no_file")
    return [section(said), context(f"{where} · {file}"), context(_source_line(texts, draft))]


def kept_blocks(texts: Texts, follow_ups: Sequence[FollowUp]) -> list[Block]:
    """The follow-ups that people took so far, each with its owner and date where it has them."""
    rows = [
        texts("draft.kept_row", text=shorten(one.text, CHANGED_LIMIT), due=one.due or texts.plain("paper.no_due"))
        + (f" <@{one.owner}>" if one.owner else f" {texts('paper.no_owner')}")
        for one in follow_ups
    ]
    return [quoted("\n".join([f"*{texts('paper.follow_ups')}*", *rows]))] if rows else []


def follow_up_blocks(texts: Texts, draft: Draft) -> list[Block]:
    """The button that takes follow-ups over from their draft."""
    keep = button(texts.plain("button.follow_ups"), ids.DRAFT_FOLLOW_UPS, str(draft.id), style="primary")
    return [actions(keep, block_id=f"draft.{draft.id}")]


def _how_read(texts: Texts, draft: Draft) -> list[Block]:
    told = [reading_line(texts, draft), *(f":warning: {note}" for note in reading_notes(texts, draft))]
    return [context("\n".join(filter(None, told)))] if any(told) else []


def _source_line(texts: Texts, draft: Draft) -> str:
    key, about = source_told(draft)
    return texts(key, **about)


def _missing(texts: Texts, draft: Draft) -> list[Block]:
    unread = [context(texts("draft.read_to", at=draft.read_to))] if draft.read_to else []
    return [*unread, context(gaps)] if (gaps := gaps_line(texts, draft)) else unread


def _still_frozen(texts: Texts, holds: Sequence[Hold]) -> list[Block]:
    names = server_names(holds)
    return [quoted(texts("draft.still_frozen", servers=names))] if names else []


def _sentence(texts: Texts, when: str, heading: str, sentence: Sentence, lines: Mapping[int, Line]) -> str:
    text = fit(escape(unmarked(with_speaker(heading, sentence, lines))), SENTENCE_LIMIT)
    sources = " ".join(_source(texts, n, lines.get(n)) for n in sentence.citations)
    sure = f" _{certainty_told(texts, sentence.certainty)}_" if sentence.certainty else ""
    computed = f" _({texts('mark.computed')})_" if sentence.computed else ""
    return f"• {when}{text}{computed}{sure} {sources}"


def _source(texts: Texts, number: int, line: Line | None) -> str:
    marks = [texts("mark.late")] if line and line.late else []
    marks += [texts(f"mark.{line.since}_since")] if line and line.since else []
    said = f" _({', '.join(marks)})_" if marks else ""
    return (f"<{line.permalink}|[{number}]>" if line and line.permalink else f"[{number}]") + said


def _chunks(rows: Sequence[str]) -> list[str]:
    chunks = [""]
    for row in rows:
        if len(chunks[-1]) + len(row) + 1 > SECTION_LIMIT:
            chunks.append("")
        chunks[-1] = f"{chunks[-1]}\n{row}".strip()
    return [chunk for chunk in chunks if chunk]


def send_back_modal(texts: Texts, draft: Draft) -> Block:
    """What is missing."""
    say = texts.plain
    return modal(
        ids.DRAFT_SEND_BACK,
        say("modal.send_back"),
        [text_input("reason", say("modal.send_back.label"), multiline=True)],
        submit=say("button.send_back"),
        close=say("button.cancel"),
        about={"draft_id": draft.id},
    )


def follow_ups_modal(texts: Texts, draft: Draft, kept: Sequence[FollowUp], *, due: date) -> Block:
    """Owner and due date of each follow-up, the loose and the proposed first; an emptied text leaves it out."""
    say = texts.plain
    known = {follow_up.text: follow_up for follow_up in kept}
    proposed = {s.text: without_label(part.heading, s) for part in draft.sections for s in part.sentences}
    proposals = [" ".join(text.split()) for said, text in proposed.items() if " ".join(said.split()) not in known]
    loose = [follow_up.text for follow_up in kept if follow_up.is_loose]
    undecided = list(dict.fromkeys([*loose, *(text for text in proposals if text not in known)]))
    blocks: list[Block] = []
    for n, text in enumerate(list(dict.fromkeys([*undecided, *known]))[:FOLLOW_UP_ROWS]):
        blocks += _follow_up_row(texts, n, text, known.get(text), due)
    if len(undecided) > FOLLOW_UP_ROWS:
        blocks.append(context(texts("modal.follow_ups_more", count=len(undecided) - FOLLOW_UP_ROWS)))
    if not blocks:
        blocks = _follow_up_row(texts, 0, "", None, due)
    return modal(
        ids.DRAFT_FOLLOW_UPS,
        say("modal.follow_ups"),
        blocks,
        submit=say("button.save"),
        close=say("button.cancel"),
        about={"incident_id": draft.incident_id},
    )


def _follow_up_row(texts: Texts, n: int, text: str, kept: FollowUp | None, due: date) -> list[Block]:
    say = texts.plain
    owner: Block = {"type": "users_select"}
    if kept and kept.owner:
        owner["initial_user"] = kept.owner
    until: Block = {"type": "datepicker", "initial_date": ((kept and kept.due) or due).isoformat()}
    return [
        text_input(f"text.{n}", say("modal.follow_up", number=n + 1), value=text, multiline=True, optional=True),
        field(f"owner.{n}", say("modal.owner"), owner, optional=True),
        field(f"due.{n}", say("modal.due"), until, optional=True),
    ]
