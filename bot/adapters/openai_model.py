"""A language model behind an OpenAI-compatible endpoint: what is sent to it, and what is taken from its answer."""

import asyncio
import importlib
import json
import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from bot.domain.citation import Refused, Section, Sentence
from bot.domain.outgoing import LOG_CHARACTERS, outgoing_lines, outgoing_text, sent_characters
from bot.domain.shortening import shorten
from bot.domain.spending import Meter
from bot.domain.transcript import Line
from bot.ports.language_model import LogTooLong, ModelUnavailable
from prompts.library import HEADINGS_OF, MEND, MERGE, edition, instructions, recites

if TYPE_CHECKING:
    from bot.adapters.openai_wire import Wire
    from prompts.schemas import Proposal, ProposedSentence

DEFAULT_MODEL = "gpt-5.4-mini"
"""Asked when only a key is set: small, answers in a schema, and among the names in the client's own ChatModel."""

TIMEOUT_SECONDS = 60.0
"""How long one request may stay silent."""
DEADLINE_SECONDS = 90.0
"""How long a draft may take with every repetition."""
LOG_SIZES = (LOG_CHARACTERS, 24_000, 12_000, 6_000, 3_000)
"""Characters of the log: the next smaller is remembered when the model says that it cannot hold so many."""
MEND_CHARACTERS = 6_000
NAME_CHARACTERS = 55
"""A draft keeps 64 of what made it (storage/tables.py); the name of a local model may be a path."""
QUESTION_CHARACTERS = 2_000
SENTENCE_CHARACTERS = 600
SENTENCES = 30
"""Sentences of a heading at most."""
CITATIONS = 20
_CAUSES = frozenset(("root_cause", "contributing"))
_CERTAINTIES = frozenset(("confirmed", "likely", "inconclusive"))

log = logging.getLogger(__name__)


def make_model(base_url: str, model: str, api_key: str) -> "OpenAIModel":
    """The model at this address; "" means OpenAI's own, and there its default model."""
    return OpenAIModel(base_url, model or DEFAULT_MODEL, api_key)


class OpenAIModel:
    """Implements `bot.ports.language_model.LanguageModel`. The client is loaded with the first question."""

    def __init__(
        self,
        base_url: str,
        model: str,
        api_key: str,
        *,
        timeout: float = TIMEOUT_SECONDS,
        deadline: float = DEADLINE_SECONDS,
    ) -> None:
        self._base_url, self._model, self._api_key = base_url, model, api_key
        self._timeout, self._deadline = timeout, deadline
        self._opening = asyncio.Lock()
        self._wire: Wire | None = None
        self._capacity = LOG_SIZES[0]

    @property
    def name(self) -> str:
        """The model's own name and the edition of our prompts: which words made a draft can be told later."""
        return f"{shorten(self._model, NAME_CHARACTERS)}#{edition()}"

    @property
    def capacity(self) -> int:
        """Characters of the log that one request can carry, as far as is known."""
        return self._capacity

    async def draft(self, kind: str, lines: Sequence[Line], language: str, meter: Meter) -> Sequence[Section]:
        """Sections under the headings of this kind. Raises LogTooLong, ModelUnavailable."""
        if not lines:
            return ()
        if len(lines) > 1 and sum(sent_characters(line) for line in lines) > self._capacity:
            raise LogTooLong("more lines than fit")
        told = await asyncio.to_thread(_log_text, lines, self._capacity)
        return _sections(await self._ask(kind, told, HEADINGS_OF[kind], language, meter), HEADINGS_OF[kind])

    async def mend(
        self, lines: Sequence[Line], language: str, refused: Sequence[Refused], meter: Meter
    ) -> Sequence[Section]:
        """Another attempt at refused sentences, with the reasons. Raises ModelUnavailable."""
        again = [_json(_refusal(one)) for one in refused[:SENTENCES]]
        told = await asyncio.to_thread(_log_text, lines, min(MEND_CHARACTERS, self._capacity))
        headings = [name for name in HEADINGS_OF["postmortem"] if any(one.heading == name for one in refused)]
        return _sections(await self._ask(MEND, "\n".join([*again, told]), headings, language, meter), headings)

    async def merge(self, kind: str, parts: Sequence[Section], language: str, meter: Meter) -> Sequence[Section]:
        """One draft of several; a citation is the place of a sentence, from 1. Raises LogTooLong, ModelUnavailable."""
        told = "\n".join(_json(one) for one in _numbered(parts))
        return _sections(await self._ask(MERGE, told, HEADINGS_OF[kind], language, meter), HEADINGS_OF[kind])

    async def answer(self, question: str, lines: Sequence[Line], language: str) -> Sequence[Section]:
        """All that was answered, as one section. Raises ModelUnavailable."""
        if not lines:
            return ()
        asked = _json({"question": shorten(outgoing_text(question), QUESTION_CHARACTERS)})
        while True:
            told = await asyncio.to_thread(_log_text, lines, self._capacity)
            try:
                proposal = await self._ask("answer", f"{asked}\n{told}", HEADINGS_OF["answer"], language, Meter())
                break
            except LogTooLong:
                continue
        proposed = (sentence for section in proposal.sections for sentence in section.sentences)
        return (Section("answer", _bounded(_sentence(one, one.certainty or "") for one in proposed)),)

    async def close(self) -> None:
        """Closes its connections; another question opens new ones."""
        async with self._opening:
            wire, self._wire = self._wire, None
        if wire:
            await wire.close()

    async def _ask(self, task: str, told: str, headings: Sequence[str], language: str, meter: Meter) -> "Proposal":
        """What the model proposes. Raises LogTooLong while there is a smaller size to try, ModelUnavailable."""
        capacity = self._capacity
        try:
            async with asyncio.timeout(self._deadline):
                rules = instructions(task, language)
                return _uncited_where_recited(await (await self._open()).ask(rules, told, headings, meter), rules)
        except TimeoutError as late:
            log.warning("the model was not ready in time", extra={"model": self._model, "task": task})
            raise ModelUnavailable("deadline") from late
        except ModelUnavailable as failed:
            about = {"model": self._model, "task": task, "reason": str(failed)}
            log.warning("the model gave nothing to use", extra=about)
            if isinstance(failed, LogTooLong):
                self._shrink(capacity)
            raise

    def _shrink(self, capacity: int) -> None:
        """The next size, unless another request found it out meanwhile. Raises ModelUnavailable after the last."""
        smaller = next((size for size in LOG_SIZES if size < capacity), None)
        if smaller is None:
            raise ModelUnavailable("no size fits")
        self._capacity = min(self._capacity, smaller)

    async def _open(self) -> "Wire":
        """The client, loaded in a thread because the import alone takes longer than Slack should wait."""
        async with self._opening:
            if self._wire is None:
                await asyncio.to_thread(importlib.import_module, "bot.adapters.openai_wire")
                from bot.adapters.openai_wire import Wire

                self._wire = await asyncio.to_thread(
                    Wire, self._base_url, self._model, self._api_key, timeout=self._timeout
                )
            return self._wire


def _log_text(lines: Sequence[Line], size: int) -> str:
    """The log in about `size` characters: `[n, time, who, text]` a line, before each day its date in a list."""
    told, day = [], ""
    for line in outgoing_lines(lines, size):
        if day != (day := f"{line.at:%Y-%m-%d}"):
            told.append(_json([day]))
        told.append(_json([line.n, f"{line.at:%H:%M}", line.speaker, line.text]))
    return "\n".join(told)


def _json(told: Mapping[str, object] | Sequence[object]) -> str:
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"))


def _numbered(parts: Sequence[Section]) -> Iterator[Mapping[str, object]]:
    """The sentences of several drafts as the model sees them."""
    said = ((part.heading, sentence) for part in parts for sentence in part.sentences)
    for n, (heading, sentence) in enumerate(said, start=1):
        text = shorten(outgoing_text(sentence.text), SENTENCE_CHARACTERS)
        yield {"n": n, "heading": heading, "text": text, "certainty": sentence.certainty or None}


def _refusal(one: Refused) -> dict[str, object]:
    """A refused sentence as the model sees it again."""
    text = shorten(outgoing_text(one.sentence.text), SENTENCE_CHARACTERS)
    return {"refused": text, "heading": one.heading, "citations": one.sentence.citations, "why": one.reason.value}


def _uncited_where_recited(proposal: "Proposal", rules: str) -> "Proposal":
    """A sentence that repeats our instructions rests on no line of the log, whatever it cites."""
    for sentence in (one for section in proposal.sections for one in section.sentences):
        if recites(sentence.text, rules):
            sentence.citations = []
    return proposal


def _sections(proposal: "Proposal", headings: Sequence[str]) -> tuple[Section, ...]:
    """The sections in our order; a heading that was not asked for is left out."""
    found = ((heading, _bounded(_sentences_under(heading, proposal))) for heading in headings)
    return tuple(Section(heading, sentences) for heading, sentences in found if sentences)


def _sentences_under(heading: str, proposal: "Proposal") -> Iterator[Sentence]:
    """Its sentences; a cause that is not marked is inconclusive, and nothing but a cause is marked."""
    for section in proposal.sections:
        if section.heading == heading:
            for proposed in section.sentences:
                yield _sentence(proposed, (proposed.certainty or "inconclusive") if heading in _CAUSES else "")


def _bounded(sentences: Iterable[Sentence]) -> tuple[Sentence, ...]:
    """So many sentences, each said once: a weak model goes round in circles."""
    return tuple({sentence.text: sentence for sentence in sentences}.values())[:SENTENCES]


def _sentence(proposed: "ProposedSentence", certainty: str) -> Sentence:
    if certainty and certainty not in _CERTAINTIES:
        certainty = "inconclusive"
    text = shorten(proposed.text.strip(), SENTENCE_CHARACTERS)
    return Sentence(text, tuple(dict.fromkeys(proposed.citations))[:CITATIONS], certainty)
