"""A model's endpoint on loopback that answers, refuses, lies, stays silent or rambles as a test wants it."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from aiohttp import web

Asked = Mapping[str, Any]
Behaviour = Callable[["LlmServer", Asked], Awaitable[web.StreamResponse]]

GOOD = {
    "sections": [
        {
            "heading": "root_cause",
            "sentences": [
                {"text": "The config on lb-07 was empty.", "citations": [3], "certainty": "confirmed"},
                {"text": "The failing orders may be part of it.", "citations": [2], "certainty": None},
            ],
        }
    ]
}


class LlmServer:
    """Speaks /v1/chat/completions. `asked` holds every request body, `headers` and `request` those of the newest.

    `ended`: how many answers are over.
    """

    def __init__(self, behaviour: Behaviour) -> None:
        self.behaviour = behaviour
        self.asked: list[Asked] = []
        self.headers: Mapping[str, str] = {}
        self.request: web.Request | None = None
        self.sent = self.ended = 0
        self.stop_hanging = asyncio.Event()
        self._runner: web.AppRunner | None = None
        self.url = ""

    async def start(self) -> None:
        app = web.Application(client_max_size=10_000_000)
        app.router.add_post("/v1/chat/completions", self._completions)
        self._runner = web.AppRunner(app)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.url = f"http://{host}:{port}/v1"

    async def stop(self) -> None:
        self.stop_hanging.set()
        if self._runner:
            await self._runner.cleanup()

    async def _completions(self, request: web.Request) -> web.StreamResponse:
        self.headers, self.request = dict(request.headers), request
        self.asked.append(json.loads(await request.text()))
        try:
            return await self.behaviour(self, self.asked[-1])
        finally:
            self.ended += 1

    @property
    def log(self) -> list[dict[str, Any]]:
        """The lines of the newest request."""
        return lines_in(self.asked[-1])


def lines_in(asked: Asked) -> list[dict[str, Any]]:
    """What a request holds: lines of the log as `n`, `at`, `who`, `text`, and whatever else it says as it is."""
    told = [json.loads(line) for line in asked["messages"][1]["content"].split("\n")]
    names = ("n", "at", "who", "text")
    return [
        dict(zip(names, one, strict=True)) if isinstance(one, list) else one
        for one in told
        if isinstance(one, dict) or len(one) > 1
    ]


def completion(content: Any, *, reason: str = "stop", **message: Any) -> web.Response:
    """A chat completion with one choice."""
    choice = {"index": 0, "finish_reason": reason, "message": {"role": "assistant", "content": content, **message}}
    body = {"id": "c1", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice]}
    return web.json_response(body)


def refusal(status: int, message: str, **error: Any) -> web.Response:
    """An error in OpenAI's form."""
    return web.json_response({"error": {"message": message, "type": "invalid_request_error", **error}}, status=status)


def says(content: Any, **more: Any) -> Behaviour:
    """Answers with this, in JSON unless it is a string."""
    text = content if isinstance(content, str) or content is None else json.dumps(content, ensure_ascii=False)

    async def behave(server: LlmServer, asked: Asked) -> web.StreamResponse:
        return completion(text, **more)

    return behave


def body(text: str | bytes, *, status: int = 200, content_type: str = "application/json") -> Behaviour:
    """Answers with this body, whatever it is."""
    raw = text.encode() if isinstance(text, str) else text

    async def behave(server: LlmServer, asked: Asked) -> web.StreamResponse:
        return web.Response(body=raw, status=status, content_type=content_type)

    return behave


def fails(status: int, message: str = "no", **error: Any) -> Behaviour:
    """Answers every request with this status."""

    async def behave(server: LlmServer, asked: Asked) -> web.StreamResponse:
        return refusal(status, message, **error)

    return behave


def knows_no_schema(then: str, status: int = 400) -> Behaviour:
    """Refuses response_format; without it answers with this."""

    async def behave(server: LlmServer, asked: Asked) -> web.StreamResponse:
        if "response_format" in asked:
            return refusal(status, "response_format is not supported by this model")
        return completion(then)

    return behave


def holds(characters: int, message: str, then: Any, **error: Any) -> Behaviour:
    """Refuses a log that is longer than this."""

    async def behave(server: LlmServer, asked: Asked) -> web.StreamResponse:
        if len(asked["messages"][1]["content"]) > characters:
            return refusal(400, message, **error)
        return completion(json.dumps(then))

    return behave


def refuses_setting(name: str, then: Any) -> Behaviour:
    """Knows schemas, and refuses a setting by its name."""

    async def behave(server: LlmServer, asked: Asked) -> web.StreamResponse:
        if name in asked:
            return refusal(400, f"Unsupported parameter: '{name}' is not supported with this model.", param=name)
        return completion(json.dumps(then))

    return behave


async def hangs(server: LlmServer, asked: Asked) -> web.StreamResponse:
    """Says nothing until the test is over."""
    await server.stop_hanging.wait()
    return completion("{}")


async def hangs_up(server: LlmServer, asked: Asked) -> web.StreamResponse:
    """Closes the connection in the middle of its answer."""
    response = web.Response(body=b"{", headers={"Content-Length": "5000"})
    response.force_close()
    return response


def piece(content: Any = None, *, reason: str | None = None, **delta: Any) -> dict[str, Any]:
    """A part of an answer as it is streamed."""
    return {"object": "chat.completion.chunk", "choices": [_choice({"content": content, **delta}, reason)]}


def _choice(delta: dict[str, Any], reason: str | None) -> dict[str, Any]:
    return {"index": 0, "delta": delta, "finish_reason": reason}


def events(*told: Any) -> bytes:
    """Each as an event of a stream; words in capitals stand for themselves."""
    each = (one if isinstance(one, str) else json.dumps(one, ensure_ascii=False) for one in told)
    return "".join(f"data: {one}\n\n" for one in each).encode()


def streams(raw: bytes, *, each: int = 0, then: Callable[[LlmServer], Awaitable[None]] | None = None) -> Behaviour:
    """Sends these bytes, `each` so many at a time or all together, and then does something else than to end well."""

    async def behave(server: LlmServer, asked: Asked) -> web.StreamResponse:
        response = await _opened(server)
        for start in range(0, len(raw), each or len(raw) or 1):
            await response.write(raw[start : start + (each or len(raw))])
            if each:
                await asyncio.sleep(0)
        if then:
            await then(server)
        return response

    return behave


def without_end(raw: bytes, *, pause: float = 0.0) -> Behaviour:
    """Sends these bytes again and again until nobody listens, and counts them in `server.sent`."""

    async def behave(server: LlmServer, asked: Asked) -> web.StreamResponse:
        response = await _opened(server)
        while not server.stop_hanging.is_set():
            await response.write(raw)
            server.sent += len(raw)
            await asyncio.sleep(pause)
        return response

    return behave


async def _opened(server: LlmServer) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
    assert server.request
    await response.prepare(server.request)
    return response


async def falls_silent(server: LlmServer) -> None:
    """In the middle, until the test is over."""
    await server.stop_hanging.wait()


async def breaks_off(server: LlmServer) -> None:
    """Cuts the line in the middle."""
    assert server.request and server.request.transport
    server.request.transport.abort()
