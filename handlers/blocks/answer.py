"""How an answer about the past looks: sentences with their sources, and the incidents they come from."""

from collections.abc import Sequence

from bot.domain.citation import Sentence
from bot.domain.ids import incident_label
from bot.domain.incident import Incident, TimeName
from bot.domain.question import Answer
from bot.i18n.texts import Texts, escape
from handlers.blocks.parts import (
    MESSAGE_BLOCKS,
    MESSAGE_LENGTH,
    Block,
    context,
    fit,
    fitting,
    length,
    quoted,
    section,
    unmarked,
)

SENTENCE_LIMIT = 2000


def answer_blocks(texts: Texts, answer: Answer, incidents: Sequence[Incident]) -> list[Block]:
    """Says plainly when the log has nothing."""
    blocks = [quoted(texts("ask.question", question=unmarked(answer.question)))]
    if not answer.sentences:
        blocks.append(section(texts("ask.only_incidents" if incidents else "ask.nothing")))
    found = [context(_incident(texts, incident), verbatim=True) for incident in incidents]
    places = MESSAGE_BLOCKS - len(blocks) - len(found) - 1
    rows = [_sentence(answer, sentence) for sentence in answer.sentences]
    shown = rows[: min(places, fitting(rows, MESSAGE_LENGTH - length(blocks) - length(found)))]
    blocks += [quoted(row) for row in shown]
    if len(shown) < len(rows):
        blocks.append(context(texts("draft.more", count=len(rows) - len(shown))))
    return [*blocks, *found]


def _sentence(answer: Answer, sentence: Sentence) -> str:
    links = {line.n: line for line in answer.lines}
    cited = [links[n] for n in sentence.citations if n in links]
    sources = " ".join(f"<{line.permalink}|[{line.n}]>" for line in cited if line.permalink)
    who = f" — {escape(unmarked(cited[0].speaker))}" if cited and not cited[0].entry_kind else ""
    return f"> {fit(escape(unmarked(sentence.text)), SENTENCE_LIMIT)}{who} {sources}"


def _incident(texts: Texts, incident: Incident) -> str:
    at = incident.times.get(TimeName.STARTED, incident.times[TimeName.DECLARED])
    label = incident_label(incident.id)
    line = texts("ask.incident", incident=label, title=incident.title, at=at)
    return f"{line} <#{incident.channel}>" if incident.channel else line
