"""What a server answers, as it comes in: read piece by piece, bounded, and taken for a proposal or for nothing."""

import re
from collections.abc import AsyncIterator, Mapping
from typing import Any

from pydantic import BaseModel, ValidationError

from bot.domain.spending import Meter
from bot.ports.language_model import LogTooLong, ModelUnavailable
from prompts.schemas import Proposal

ANSWER_CHARACTERS = 64_000
ANSWER_BYTES = 8_000_000
"""Each word of a stream comes in a frame of some hundred bytes, and so does each one thought before the answer."""
MOST_TOKENS = 100_000_000
_THOUGHTS_END = re.compile(r"</think(?:ing)?>")


class _Message(BaseModel):
    content: str | None = None
    refusal: str | None = None


class _Choice(BaseModel):
    delta: _Message | None = None
    message: _Message | None = None
    finish_reason: str | None = None


class _Chunk(BaseModel):
    """A chat completion or a piece of one, as far as we read it (OpenAI's API reference, chat completion objects)."""

    choices: list[_Choice] | None = None
    usage: Any = None
    error: Any = None


class Answer:
    """What has come in so far. `tokens_in`, `tokens_out`: what the server counted, 0 where it did not."""

    def __init__(self) -> None:
        self.began = False
        self.characters = 0
        self.tokens_in = self.tokens_out = 0
        self._text: list[str] = []
        self._reason = ""
        self._refused = self._ended = False

    async def read(self, pieces: AsyncIterator[bytes], meter: Meter) -> None:
        """Takes a stream of events up to its end mark, or one JSON body. Raises LogTooLong, ModelUnavailable."""
        size, rest = 0, bytearray()
        async for piece in pieces:
            self.began = True
            size += len(piece)
            rest += piece
            if size > ANSWER_BYTES:
                raise ModelUnavailable("too much text")
            if b"\n" in piece and not _is_body(rest):
                *lines, rest = rest.split(b"\n")
                for line in lines:
                    self._take_event(line)
                meter.wrote(self.characters)
            if self._ended:
                return
        if _is_body(rest):
            self._take(rest)
        else:
            self._take_event(rest)
        meter.wrote(self.characters)

    def proposal(self) -> Proposal:
        """What the model meant to say. Raises ModelUnavailable."""
        if self._refused or self._reason == "content_filter":
            raise ModelUnavailable("the model refuses")
        if self._reason == "length":
            raise ModelUnavailable("the model rambles")
        try:
            return Proposal.model_validate_json(_json_in("".join(self._text)))
        except ValidationError as garbage:
            raise ModelUnavailable("not the form we asked for") from garbage

    def _take_event(self, line: bytearray) -> None:
        """One line of server-sent events (WHATWG HTML, 9.2.6); other fields than `data` say nothing to us."""
        field, _, data = line.partition(b":")
        if field == b"data" and data.strip() == b"[DONE]":
            self._ended = True
        elif field == b"data" and not self._ended:
            self._take(data)

    def _take(self, told: bytearray) -> None:
        try:
            chunk = _Chunk.model_validate_json(told)
        except ValidationError as garbage:
            raise ModelUnavailable("not a chat completion") from garbage
        if chunk.error:
            raise LogTooLong() if names_our_log(str(chunk.error)) else ModelUnavailable("an error in the answer")
        self._count(chunk.usage)
        for choice in chunk.choices or ():
            self._add(choice)

    def _add(self, choice: _Choice) -> None:
        said = choice.delta or choice.message or _Message()
        self._reason = choice.finish_reason or self._reason
        self._refused = self._refused or bool(said.refusal)
        self._text.append(said.content or "")
        self.characters += len(self._text[-1])
        if self.characters > ANSWER_CHARACTERS:
            raise ModelUnavailable("the model rambles")

    def _count(self, usage: object) -> None:
        """A server may count while it writes; the newest figures hold, and what is no figure counts for nothing."""
        if isinstance(usage, Mapping):
            self.tokens_in = _tokens(usage.get("prompt_tokens")) or self.tokens_in
            self.tokens_out = _tokens(usage.get("completion_tokens")) or self.tokens_out


def names_our_log(told: str) -> bool:
    """Whether an error says that the log is too long: by a code or type, or only in its sentence."""
    told = told.lower()
    return "context" in told and ("length" in told or "size" in told)


def _is_body(told: bytearray) -> bool:
    """Whether it is one JSON object; a line of a stream begins with the name of a field."""
    return re.match(rb"\s*\{", told) is not None


def _tokens(count: object) -> int:
    return count if type(count) is int and 0 < count <= MOST_TOKENS else 0


def _json_in(text: str) -> str:
    """The JSON object in a text, without what the model thought before it and the fence around it."""
    text = _THOUGHTS_END.split(text)[-1]
    return text[text.find("{") : text.rfind("}") + 1]
