"""How an answer about the past looks: sentences with their sources, and the incidents they come from."""

from collections.abc import Sequence

from bot.domain.ids import incident_label
from bot.domain.incident import Incident, TimeName
from bot.domain.question import Answer
from bot.i18n.texts import Texts, escape
from handlers.blocks.parts import MESSAGE_BLOCKS, Block, context, section


def answer_blocks(texts: Texts, answer: Answer, incidents: Sequence[Incident]) -> list[Block]:
    """Says plainly when the log has nothing."""
    blocks = [section(texts("ask.question", question=answer.question))]
    if not answer.sentences:
        blocks.append(section(texts("ask.only_incidents" if incidents else "ask.nothing")))
    links = {line.n: line for line in answer.lines}
    for sentence in answer.sentences:
        cited = [links[n] for n in sentence.citations if n in links]
        sources = " ".join(f"<{line.permalink}|[{line.n}]>" for line in cited if line.permalink)
        who = f" — {escape(cited[0].speaker)}" if cited and not cited[0].entry_kind else ""
        blocks.append(section(f"> {escape(' '.join(sentence.text.split()))}{who} {sources}"))
    for incident in incidents:
        blocks.append(context(_incident(texts, incident)))
    return blocks[:MESSAGE_BLOCKS]


def _incident(texts: Texts, incident: Incident) -> str:
    at = incident.times.get(TimeName.STARTED, incident.times[TimeName.DECLARED])
    label = incident_label(incident.id)
    line = texts("ask.incident", incident=label, title=incident.title, at=at)
    return f"{line} <#{incident.channel}>" if incident.channel else line
