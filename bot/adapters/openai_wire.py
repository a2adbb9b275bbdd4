"""The only file that knows the openai client: one question over the wire, every failure of it as ModelUnavailable."""

import re
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

import httpx2
from openai import (
    APIConnectionError,
    APIStatusError,
    APITimeoutError,
    AsyncOpenAI,
    BadRequestError,
    OpenAIError,
    UnprocessableEntityError,
)
from openai.types.chat import ChatCompletionMessageParam

from bot.adapters.openai_stream import Answer, names_our_log
from bot.domain.spending import CHARACTERS_PER_TOKEN, Meter, Spent
from bot.ports.language_model import LogTooLong, ModelUnavailable
from prompts.schemas import Proposal, proposal_schema

OPENAI = "https://api.openai.com/v1"
ANSWER_TOKENS = 4_096
THINKING_TOKENS = 8_192
"""OpenAI's own limit counts what a model thinks before it answers as well."""
RETRIES = 1
_THINKS = re.compile(r"(?:gpt-[5-9]|o\d)")
_STREAMED: Mapping[str, Any] = {"stream": True, "stream_options": {"include_usage": True}}
_UNNAMED = ("response_format", "stream")
"""In this order they are done without where a server refuses something and does not say what."""


class Wire:
    """One endpoint and one model. What the endpoint does not know is found out once."""

    def __init__(
        self, base_url: str, model: str, api_key: str, *, timeout: float, now: Callable[[], float] = time.monotonic
    ) -> None:
        """Connects to nothing yet. `timeout`: seconds of silence. Raises ModelUnavailable for a wrong address."""
        host = _host(base_url or OPENAI)
        self._client = AsyncOpenAI(
            base_url=base_url or OPENAI, api_key=api_key or "none", timeout=timeout, max_retries=RETRIES
        )
        self._model, self._now = model, now
        self._limits = _limits(host, model)
        self._unknown: frozenset[str] = frozenset()

    async def close(self) -> None:
        """Closes its connections."""
        await self._client.close()

    async def ask(self, instructions: str, log_text: str, headings: Sequence[str], meter: Meter) -> Proposal:
        """The model's answer to this log. Raises LogTooLong and, for anything else, ModelUnavailable."""
        began, answer = self._now(), Answer()
        messages: list[ChatCompletionMessageParam] = [
            {"role": "system", "content": instructions},
            {"role": "user", "content": log_text},
        ]
        try:
            wanted = {"response_format": _form(headings), **_STREAMED, **self._limits}
            await self._read(messages, wanted, answer, meter)
            return answer.proposal()
        except (APITimeoutError, httpx2.TimeoutException) as failed:
            raise ModelUnavailable("timeout") from failed
        except (APIConnectionError, httpx2.HTTPError) as failed:
            raise ModelUnavailable("no connection") from failed
        except APIStatusError as failed:
            if _is_too_long(failed):
                raise LogTooLong("the log is longer than the model can hold") from failed
            raise ModelUnavailable(f"status {failed.status_code}") from failed
        except (OpenAIError, ValueError) as failed:
            raise ModelUnavailable(f"unreadable: {type(failed).__name__}") from failed
        finally:
            asked = len(instructions) + len(log_text)
            meter.add(_spent(answer, asked, self._now() - began))

    async def _read(
        self, messages: list[ChatCompletionMessageParam], wanted: Mapping[str, Any], answer: Answer, meter: Meter
    ) -> None:
        """Asks until the server knows every setting, and reads its answer.

        The raw pieces, because the client takes anything for a completion and fails in its own ways on what is none.
        """
        completions, unknown = self._client.chat.completions.with_streaming_response, self._unknown
        while True:
            settings = {name: value for name, value in wanted.items() if name not in unknown}
            try:
                async with completions.create(model=self._model, messages=messages, **settings) as response:
                    self._unknown = unknown
                    return await answer.read(response.iter_bytes(), meter)
            except (BadRequestError, UnprocessableEntityError) as refused:
                more = frozenset[str]() if _is_too_long(refused) else _refused_of(settings, refused.message)
                if not more:
                    raise
                unknown |= more


def _form(headings: Sequence[str]) -> Mapping[str, Any]:
    """The schema as servers ask for it."""
    schema = proposal_schema(headings)
    return {"type": "json_schema", "json_schema": {"name": "proposal", "strict": True, "schema": schema}}


def _host(base_url: str) -> str:
    try:
        address = urlsplit(base_url)
        _ = address.port  # read for its check alone
        return address.hostname or ""
    except ValueError as wrong:
        raise ModelUnavailable("the address of the model is not one") from wrong


def _limits(host: str, model: str) -> Mapping[str, Any]:
    """How we bound the answer: OpenAI gave the setting a new name, others still go by the old one."""
    if host == "openai.com" or host.endswith(".openai.com"):
        if _THINKS.match(model):
            return {"max_completion_tokens": ANSWER_TOKENS + THINKING_TOKENS, "reasoning_effort": "low"}
        return {"max_completion_tokens": ANSWER_TOKENS}
    return {"max_tokens": ANSWER_TOKENS}


def _refused_of(settings: Mapping[str, Any], message: str) -> frozenset[str]:
    """Which settings the server named, else the next one to do without; none where nothing is left."""
    named = {name for name in settings if re.search(rf"\b{name}\b", message)}
    refused = named or set([name for name in _UNNAMED if name in settings][:1])
    return frozenset(refused | set(_STREAMED) if "stream" in refused else refused)


def _is_too_long(refused: APIStatusError) -> bool:
    """Whether it is our log: OpenAI and llama.cpp name it in the code or type, others only in their sentence."""
    if refused.status_code == 413:
        return True
    return refused.status_code == 400 and names_our_log(f"{refused.code} {refused.type} {refused.message}")


def _spent(answer: Answer, asked: int, seconds: float) -> Spent:
    """What the server counted; what it left out of an answer that began is taken from the characters."""
    tokens_in = answer.tokens_in or (asked // CHARACTERS_PER_TOKEN if answer.began else 0)
    return Spent(tokens_in, answer.tokens_out or answer.characters // CHARACTERS_PER_TOKEN, 1, seconds)
