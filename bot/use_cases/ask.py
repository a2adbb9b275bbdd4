"""Questions about the past: find incidents, read their log, answer from it only."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.domain.audit import Act
from bot.domain.citation import keep_grounded
from bot.domain.draft import Draft, DraftKind
from bot.domain.errors import QuestionMissing
from bot.domain.ids import IncidentId, SlackUserId
from bot.domain.incident import Incident, TimeName
from bot.domain.job import JobKind
from bot.domain.periods import read_period
from bot.domain.question import Answer, Term
from bot.domain.redaction import without_secrets
from bot.domain.search_text import expand, index_tokens, query_terms
from bot.domain.sight import WHOLE, Sight
from bot.domain.transcript import Line, LineKind
from bot.ports.language_model import LanguageModel, ModelUnavailable
from bot.ports.outside import Outside
from bot.ports.storage import NewJob, Transaction
from bot.use_cases.person import must_be_member
from bot.use_cases.record import record
from bot.use_cases.transcript import read_transcript

INCIDENTS = 3
"""How many past incidents an answer speaks of."""
LINES = 4
"""How many lines of each it may cite."""
FOUND = 30
_Place = tuple[LineKind, datetime]


async def ask(
    outside: Outside,
    *,
    by: SlackUserId,
    question: str,
    channel: str | None,
    thread_ts: str | None,
    request_key: str,
    alone: bool = True,
) -> None:
    """Queues the answer, so that the asker is not kept waiting; without a channel it goes to them by themselves.

    Not `alone`: others read the channel. Raises QuestionMissing, NoAuthority.
    """
    if not question.strip():
        raise QuestionMissing
    at = outside.clock.now()
    about = {"by": by, "question": question.strip(), "channel": channel, "thread_ts": thread_ts, "alone": alone}
    async with outside.store.write() as tx:
        await must_be_member(tx, by)
        await tx.jobs.put([NewJob(f"answer:{request_key}", f"answer:{by}", JobKind.ANSWER_QUESTION, at, about)])


async def find_answer(
    outside: Outside,
    model: LanguageModel,
    offline: LanguageModel,
    *,
    by: SlackUserId,
    question: str,
    language: str,
    zone: str,
    sight: Sight,
) -> tuple[Answer, tuple[Incident, ...]]:
    """The answer and the incidents it rests on; an empty answer when the log says nothing that these eyes may see."""
    async with outside.store.read(sight) as tx:
        incidents, terms = await _search(tx, question, now=outside.clock.now(), zone=zone)
        found = await _evidence(tx, incidents, terms, zone=outside.policy.zone)
        asked_in = await tx.incidents.by_channel(sight.channel) if sight.channel else None
    answer = Answer(question, tuple(i.id for i in incidents), (), ())
    for private, lines in _apart(found):
        told = private or (asked_in is not None and asked_in.private)
        source = offline if told and not outside.policy.model_reads_private else model
        answer = await _answer(answer, source, offline, lines, language, ZoneInfo(outside.policy.zone))
    await _note(outside, by, answer)
    return answer, tuple(incidents)


async def _search(
    tx: Transaction, question: str, *, now: datetime, zone: str
) -> tuple[Sequence[Incident], Sequence[Term]]:
    period = read_period(question, now=now, zone=ZoneInfo(zone))
    start, end, rest = period or (None, None, question)
    terms = expand(query_terms(rest))
    if not terms:
        return (await _in_period(tx, start, end))[:INCIDENTS], terms
    hits = await tx.search.find(terms, all_terms=True, limit=FOUND)
    if not hits:
        hits = await tx.search.find(terms, all_terms=False, limit=FOUND)
    order = {number: rank for rank, number in enumerate(dict.fromkeys(h.incident_id for h in hits))}
    found = [i for i in await tx.incidents.named(list(order)) if _within(i, start, end)]
    found.sort(key=lambda i: (-_title_matches(i, terms), order[i.id]))
    return found[:INCIDENTS], terms


async def _in_period(tx: Transaction, start: datetime | None, end: datetime | None) -> list[Incident]:
    if start is None:
        return []
    return [i for i in await tx.incidents.recent(200, only_open=False) if _within(i, start, end)]


def _within(incident: Incident, start: datetime | None, end: datetime | None) -> bool:
    at = incident.times.get(TimeName.STARTED)
    if start is None or end is None:
        return True
    return at is not None and start <= at < end


def _title_matches(incident: Incident, terms: Sequence[Term]) -> int:
    return _matches(incident.title, terms)


def _matches(text: str, terms: Sequence[Term]) -> int:
    """How many of the terms stand in a text, in any of their phrases."""
    tokens = " ".join(["", *index_tokens(text), ""])
    return sum(any(" ".join(["", *phrase, ""]) in tokens for phrase in term) for term in terms)


async def _evidence(
    tx: Transaction, incidents: Sequence[Incident], terms: Sequence[Term], *, zone: str
) -> Sequence[tuple[Incident, Line]]:
    """The lines that an answer may cite, numbered through, each with its incident."""
    chosen: list[tuple[Incident, Line]] = []
    for incident in incidents:
        lines = await read_transcript(tx, incident, zone=zone)
        causes = _cause_lines(await tx.drafts.of_incident(incident.id)) if _asks_why(terms) else frozenset()
        best = await asyncio.to_thread(_best, lines, causes, terms)
        chosen += ((incident, line) for line in best)
    told = await asyncio.to_thread(without_secrets, [line for _, line in chosen])
    return [(incident, replace(line, n=n)) for n, ((incident, _), line) in enumerate(zip(chosen, told, strict=True), 1)]


def _best(lines: Sequence[Line], causes: frozenset[_Place], terms: Sequence[Term]) -> Sequence[Line]:
    """The few lines that weigh most."""
    weights = {line.n: _weight(line, causes, terms) for line in lines if not line.deleted}
    enough = max(1.0, 0.6 * max(weights.values(), default=0.0))
    good = [line for line in lines if weights.get(line.n, 0) >= enough]
    return sorted(good, key=lambda line: -weights[line.n])[:LINES]


def _apart(found: Sequence[tuple[Incident, Line]]) -> list[tuple[bool, tuple[Line, ...]]]:
    """What is put to a model together: the open incidents; every private one is in a request by itself."""
    together = tuple(line for incident, line in found if not incident.private)
    alone = dict.fromkeys(incident.id for incident, _ in found if incident.private)
    apart = [(True, tuple(line for incident, line in found if incident.id == number)) for number in alone]
    return [(False, together), *apart] if together else apart


def _cause_lines(drafts: Sequence[Draft]) -> frozenset[_Place]:
    """Where the lines stand that the newest draft of the cause cites; not every line has a link to know it by."""
    newest = next((d for d in reversed(drafts) if d.kind is DraftKind.ROOT_CAUSE), None)
    return frozenset((line.kind, line.at) for line in newest.lines) if newest else frozenset()


def _asks_why(terms: Sequence[Term]) -> bool:
    return any(list(phrase) == ["cause"] for term in terms for phrase in term)


def _weight(line: Line, causes: frozenset[_Place], terms: Sequence[Term]) -> float:
    """Words shared with the question; people's words before entries, pinned ones first, stated causes above all."""
    shared = float(_matches(line.text, terms))
    if line.entry_kind:
        return shared / 4
    pinned = 0.5 if shared and "pushpin" in line.reactions else 0.0
    return shared + pinned + (2.0 if (line.kind, line.at) in causes else 0.0)


async def _answer(
    before: Answer,
    model: LanguageModel,
    offline: LanguageModel,
    lines: Sequence[Line],
    language: str,
    zone: ZoneInfo,
) -> Answer:
    """The answer with what these lines add to it."""
    dropped = before.dropped
    for source in (model, offline):
        try:
            proposed = await source.answer(before.question, lines, language)
        except ModelUnavailable:
            continue
        sections, lost = await asyncio.to_thread(keep_grounded, proposed, lines, zone=zone)
        dropped += lost
        sentences = tuple(sentence for section in sections for sentence in section.sentences)
        if sentences:
            told = (*before.sentences, *sentences)
            return replace(before, sentences=told, lines=(*before.lines, *lines), dropped=dropped)
    return replace(before, dropped=dropped)


async def _note(outside: Outside, by: SlackUserId, answer: Answer) -> None:
    async with outside.store.write() as tx:
        await record(
            tx,
            at=outside.clock.now(),
            act=Act.QUESTION_ASKED,
            actor=by,
            subject="question",
            detail={
                "question": answer.question,
                "incidents": list(answer.incident_ids),
                "citations": sum(len(s.citations) for s in answer.sentences),
            },
        )


async def index_incident(outside: Outside, incident_id: IncidentId) -> None:
    """Makes an incident findable by its title, servers, people's messages and entries."""
    async with outside.store.read(WHOLE) as tx:
        incident = await tx.incidents.get(incident_id)
        if incident is None:
            return
        lines = await read_transcript(tx, incident, zone=outside.policy.zone)
        servers = sorted({hold.server for hold in await tx.holds.of_incident(incident_id)})
    words = [incident.title, " ".join(servers), *(line.text for line in lines if not line.deleted)]
    async with outside.store.write() as tx:
        await tx.search.replace(incident_id, [("whole", "\n".join(words))])
