"""The only file that knows the openai client: one question over the wire, every failure of it as ModelUnavailable."""

import re
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

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
from pydantic import BaseModel, ValidationError

from bot.domain.spending import Meter, Spent
from bot.ports.language_model import LogTooLong, ModelUnavailable
from prompts.schemas import Proposal

OPENAI = "https://api.openai.com/v1"
ANSWER_TOKENS = 4_096
THINKING_TOKENS = 8_192
"""OpenAI's own limit counts what a model thinks before it answers as well."""
BODY_BYTES = 1_000_000
ANSWER_CHARACTERS = 64_000
RETRIES = 1
_THINKS = re.compile(r"(?:gpt-[5-9]|o\d)")


class _Message(BaseModel):
    content: str | None = None
    refusal: str | None = None


class _Choice(BaseModel):
    message: _Message
    finish_reason: str | None = None


class _Usage(BaseModel):
    prompt_tokens: int = 0
    completion_tokens: int = 0


class _Completion(BaseModel):
    """What we need of a chat completion (developers.openai.com/api/docs, the chat completion object)."""

    choices: list[_Choice]
    usage: _Usage | None = None


class Wire:
    """One endpoint and one model. Whether the endpoint knows schemas is found out once."""

    def __init__(self, base_url: str, model: str, api_key: str, *, timeout: float) -> None:
        """Connects to nothing yet. Raises ModelUnavailable for an address that cannot be one."""
        host = _host(base_url or OPENAI)
        self._client = AsyncOpenAI(
            base_url=base_url or OPENAI, api_key=api_key or "none", timeout=timeout, max_retries=RETRIES
        )
        self._model = model
        self._limits = _limits(host, model)
        self._knows_schemas = True

    async def close(self) -> None:
        """Closes its connections."""
        await self._client.close()

    async def ask(self, instructions: str, log_text: str, meter: Meter) -> Proposal:
        """The model's answer to this log. Raises LogTooLong and, for anything else, ModelUnavailable."""
        began, usage = time.monotonic(), _Usage()
        try:
            completion = await self._ask(instructions, log_text)
            usage = completion.usage or usage
            return _proposal(completion)
        finally:
            meter.add(Spent(usage.prompt_tokens, usage.completion_tokens, 1, time.monotonic() - began))

    async def _ask(self, instructions: str, log_text: str) -> _Completion:
        messages: list[ChatCompletionMessageParam] = [
            {"role": "system", "content": instructions},
            {"role": "user", "content": log_text},
        ]
        try:
            return _completion(await self._complete(messages))
        except APITimeoutError as failed:
            raise ModelUnavailable("timeout") from failed
        except APIConnectionError as failed:
            raise ModelUnavailable("no connection") from failed
        except APIStatusError as failed:
            if _is_too_long(failed):
                raise LogTooLong("the log is longer than the model can hold") from failed
            raise ModelUnavailable(f"status {failed.status_code}") from failed
        except (OpenAIError, ValueError) as failed:
            raise ModelUnavailable(f"unreadable: {type(failed).__name__}") from failed

    async def _complete(self, messages: list[ChatCompletionMessageParam]) -> bytes:
        """The body of the answer: in our schema, or where that is refused in the words of the instructions alone.

        The raw body, because the client takes any body for a completion and fails in its own ways on those that
        are none.
        """
        limits: Mapping[str, Any] = self._limits
        completions = self._client.chat.completions.with_raw_response
        if self._knows_schemas:
            try:
                answer = await completions.parse(
                    model=self._model, messages=messages, response_format=Proposal, **limits
                )
                return bytes(answer.content)
            except (BadRequestError, UnprocessableEntityError) as refused:
                if _is_too_long(refused):
                    raise
                limits = {name: value for name, value in limits.items() if name not in refused.message}
        plain = await completions.create(model=self._model, messages=messages, **limits)
        self._knows_schemas, self._limits = False, limits
        return bytes(plain.content)


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


def _is_too_long(refused: APIStatusError) -> bool:
    """Whether it is our log: OpenAI and llama.cpp name it in the code or type, others only in their sentence."""
    if refused.status_code == 413:
        return True
    named = f"{refused.code} {refused.type} {refused.message}".lower()
    return refused.status_code == 400 and "context" in named and ("length" in named or "size" in named)


def _completion(body: bytes) -> _Completion:
    if len(body) > BODY_BYTES:
        raise ModelUnavailable("too much text")
    try:
        return _Completion.model_validate_json(body)
    except ValidationError as garbage:
        raise ModelUnavailable("not a chat completion") from garbage


def _proposal(completion: _Completion) -> Proposal:
    if not completion.choices:
        raise ModelUnavailable("no answer")
    message, reason = completion.choices[0].message, completion.choices[0].finish_reason
    if message.refusal or reason == "content_filter":
        raise ModelUnavailable("the model refuses")
    if reason == "length" or len(message.content or "") > ANSWER_CHARACTERS:
        raise ModelUnavailable("the model rambles")
    try:
        return Proposal.model_validate_json(_json_in(message.content or ""))
    except ValidationError as garbage:
        raise ModelUnavailable("not the form we asked for") from garbage


_THOUGHTS = re.compile(r"<think(?:ing)?>.*?</think(?:ing)?>", re.DOTALL)


def _json_in(text: str) -> str:
    """The JSON object in a text, without what the model thought before it and the fence around it."""
    text = _THOUGHTS.sub("", text)
    return text[text.find("{") : text.rfind("}") + 1]
