"""What is promised whatever a server sends: a usable answer is read however it comes, else people get quotations."""

import json
import math
import time
from typing import Any

import pytest

from bot.adapters.offline_model import OfflineModel
from bot.domain.reading import Stopped
from bot.domain.spending import Meter
from bot.ports.language_model import ModelUnavailable
from bot.use_cases.proposal import Means, propose_sections
from prompts.library import edition
from tests.adapters.conftest import LINES, SAID, Ask, Serve
from tests.adapters.llm_server import (
    GOOD,
    Asked,
    Behaviour,
    LlmServer,
    body,
    breaks_off,
    completion,
    events,
    falls_silent,
    piece,
    refusal,
    says,
    streams,
    without_end,
)
from tests.waiting import until

TEXT = json.dumps(GOOD, ensure_ascii=False)
FIRST = "The config on lb-07 was empty."
USED = {"choices": [], "usage": {"prompt_tokens": 812, "completion_tokens": 77}}
DONE = "[DONE]"


def whole(text: str = TEXT, *, reason: str | None = "stop") -> list[Any]:
    """An answer in pieces of three letters, and how it ended."""
    return [*(piece(text[at : at + 3]) for at in range(0, len(text), 3)), piece(reason=reason)]


@pytest.mark.parametrize(
    "behaviour",
    [
        streams(events(*whole(), USED, DONE)),
        streams(events(*whole(), USED, DONE), each=7),
        streams(events(*whole(), USED, DONE).replace(b"\n", b"\r\n").replace(b"data: ", b"data:")),
        streams(b": waiting\n\nevent: message\nid: 4\n" + events(*whole(), USED)),
        streams(events(*whole(reason=None), USED, DONE)),
        streams(events({"choices": None}, {"choices": [], "prompt_filter_results": []}, *whole(), USED, DONE)),
        streams(events(*(piece(reasoning_content="{hm}") for _ in range(9)), *whole(), USED, DONE)),
        streams(events(*whole(), USED, DONE), then=falls_silent),
        streams(events(*whole(), USED, DONE, {"choices": "none"})),
        streams(events(*whole("<think>{what?}</think>" + TEXT), USED, DONE)),
        streams(events(*whole(f"It was so {{maybe}}.</thinking>```json\n{TEXT}\n```"), USED, DONE)),
        streams(events(*whole(), {**USED, "usage": {"prompt_tokens": 1}}, USED, {"choices": [], "usage": None}, DONE)),
        body(json.dumps({"choices": [{"message": {"content": TEXT}}], **{"usage": USED["usage"]}}, indent=1)),
    ],
    ids=[
        *("pieces", "bytes torn", "other line ends", "comments and no end mark", "no reason", "nothing chosen yet"),
        *("thinks aloud", "line kept open", "more after its end", "thinks in it", "fence after thoughts"),
        *("counts as it goes", "all at once, in lines"),
    ],
)
async def test_a_usable_answer_is_read_however_it_comes_and_counted(
    serve: Serve, model_at: Ask, behaviour: Behaviour
) -> None:
    meter = Meter()
    (section,) = await model_at(await serve(behaviour)).draft("root_cause", LINES, "en", meter)
    assert section.sentences[0].text == FIRST
    assert (
        (meter.spent.tokens_in, meter.spent.tokens_out) == (812, 77)
        and meter.spent.requests == 1
        and meter.writing >= len(TEXT)
    )


@pytest.mark.parametrize("count", [math.nan, math.inf, -5, 1e300, 10**400, "812", None, [812], {}, True])
async def test_a_count_that_is_none_is_taken_from_the_characters(serve: Serve, model_at: Ask, count: Any) -> None:
    meter, used = Meter(), {"choices": [], "usage": {"prompt_tokens": count, "completion_tokens": count}}
    model = model_at(await serve(streams(events(*whole(), used, DONE))))
    try:
        assert (await model.draft("root_cause", LINES, "en", meter))[0].sentences[0].text == FIRST
    finally:
        assert 300 < meter.spent.tokens_in < 2_000 and len(TEXT) / 4 < meter.spent.tokens_out < len(TEXT)


class Noting(Meter):
    """Notes how long the answer was each time a piece of it came in."""

    def __init__(self) -> None:
        super().__init__()
        self.lengths: list[int] = []

    def wrote(self, characters: int) -> None:
        super().wrote(characters)
        self.lengths.append(self.writing)


async def test_it_can_be_seen_while_it_is_written(serve: Serve, model_at: Ask) -> None:
    meter = Noting()
    await model_at(await serve(streams(events(*whole(), DONE), each=300))).draft("root_cause", LINES, "en", meter)
    assert len(set(meter.lengths)) > 10 and meter.lengths == sorted(meter.lengths)


WRONG = [
    {"choices": "none"},
    {"choices": [{"delta": "text"}]},
    {"choices": [{"delta": {"content": 5}}]},
    {"choices": [{"delta": {"content": TEXT}, "finish_reason": 7}]},
    ["choices"],
    None,
    5,
]
CALL = {"index": 0, "id": "c", "type": "function", "function": {"name": "release_hold", "arguments": "{}"}}


@pytest.mark.parametrize(
    "behaviour",
    [
        streams(events(*whole()[:9], piece(refusal="I cannot help"), piece(reason="stop"), DONE)),
        streams(events(*whole(reason="content_filter"), DONE)),
        streams(events(*whole(reason="length"), DONE)),
        without_end(events(piece("and then again " * 20))),
        without_end(events(piece(reasoning_content="what if " * 10_000))),
        without_end(b": still thinking\n\n", pause=0.05),
        without_end(b"data: " + b"x" * 50_000),
        without_end(b"<p>" * 5_000 + b"\n"),
        streams(events(*whole(TEXT[:-40]), DONE)),
        streams(events(*whole()[:20])),
        streams(events(*whole()[:20]), then=breaks_off),
        streams(events(*whole()[:20]), then=falls_silent),
        streams(b"", then=falls_silent),
        streams(b""),
        streams(events(DONE)),
        streams(events(piece(reason="stop"), DONE)),
        streams(events(*(piece(tool_calls=[CALL]) for _ in range(3)), piece(reason="tool_calls"), DONE)),
        *(streams(events(one, *whole(), DONE)) for one in WRONG),
        streams(events(*whole()[:9], {"error": {"code": 500, "message": "out of memory"}}, *whole(), DONE)),
        streams(events(*whole())[:400].replace(b"lb", b"\xff\xfe") + events(DONE)),
        streams(b"data: " + b"[" * 90_000 + b"\n\n"),
        streams(events(*whole("<think>" * 8_000), DONE)),
        streams(events(*whole("```json\nnothing\n```"), DONE)),
        streams(events(*whole('{"sections": [{"heading": "root_cause", "sentences": NaN}]}'), DONE)),
        body('{"choices": [{"message": {"content": "x"}}], "usage": ' + "9" * 5_000 + "}"),
        body("", status=204),
        body("<html>" * 400_000, content_type="text/html"),
    ],
)
async def test_from_anything_else_people_get_quotations_that_say_so(
    serve: Serve, model_at: Any, behaviour: Behaviour
) -> None:
    model, began = model_at(await serve(behaviour), timeout=0.4, deadline=2.0), time.monotonic()
    proposed = await propose_sections(Means(model, OfflineModel()), "root_cause", LINES, language="en")
    assert proposed.source == "offline" and proposed.reading.stopped is Stopped.UNAVAILABLE
    assert SAID[2] in [sentence.text for section in proposed.sections for sentence in section.sentences]
    assert proposed.reading.spent.requests >= 1 and time.monotonic() - began < 60


@pytest.mark.parametrize("sent", [b"", events(*whole()[:20])])
async def test_who_falls_silent_is_said_to_be_late(serve: Serve, model_at: Any, sent: bytes) -> None:
    model = model_at(await serve(streams(sent, then=falls_silent)), timeout=0.2)
    with pytest.raises(ModelUnavailable, match="timeout"):
        await model.draft("root_cause", LINES, "en", Meter())


@pytest.mark.parametrize("said", [piece("and then again " * 20), piece(reasoning_content="what if " * 10_000)])
async def test_who_rambles_is_cut_off(serve: Serve, model_at: Ask, said: Any) -> None:
    server, meter = await serve(without_end(events(said))), Meter()
    model = model_at(server)
    proposed = await propose_sections(Means(model, OfflineModel(), meter=meter), "root_cause", LINES, language="en")
    assert proposed.source == "offline" and meter.writing <= 64_000 + 300
    await until(lambda: server.ended == len(server.asked))  # nobody listens, so nothing more is sent
    assert server.sent < 25_000_000
    assert said["choices"][0]["delta"]["content"] is None or meter.spent.tokens_out > 10_000


async def test_an_error_in_the_answer_may_be_our_log(serve: Serve, model_at: Ask) -> None:
    told = {"error": {"type": "exceed_context_size_error", "message": "the request exceeds the context size"}}
    model = model_at(await serve(streams(events(told))))
    capacity = model.capacity
    await propose_sections(Means(model, OfflineModel()), "root_cause", LINES, language="en")
    assert model.capacity < capacity


@pytest.mark.parametrize(("wait", "tries", "source"), [("0.05", 2, f"m#{edition()}"), ("3600", 1, "offline")])
async def test_who_is_busy_is_asked_once_more_unless_it_wants_to_wait_for_long(
    serve: Serve, model_at: Any, wait: str, tries: int, source: str
) -> None:
    async def busy(server: LlmServer, asked: Asked) -> Any:
        answer = refusal(429, "slow down")
        answer.headers["Retry-After"] = wait
        return answer if len(server.asked) == 1 else completion(TEXT)

    server = await serve(busy)
    proposed = await propose_sections(
        Means(model_at(server, deadline=30.0), OfflineModel()), "root_cause", LINES, language="en"
    )
    assert proposed.source == source and len(server.asked) == tries


UNKNOWN = {"stream_options", "response_format", "max_tokens", "stream"}


@pytest.mark.parametrize(
    ("refused", "message", "left"),
    [
        ({"stream_options"}, "Extra inputs are not permitted: body.stream_options", UNKNOWN - {"stream_options"}),
        ({"response_format"}, "Invalid schema for response_format 'proposal'", UNKNOWN - {"response_format"}),
        ({"response_format"}, "failed to parse grammar", UNKNOWN - {"response_format"}),
        ({"stream"}, "'stream' must be false", {"response_format", "max_tokens"}),
        ({"stream"}, "not supported", {"max_tokens"}),
        ({"max_tokens"}, "Unsupported parameter: 'max_tokens'", UNKNOWN - {"max_tokens"}),
        (UNKNOWN, "unknown: {}", set()),
    ],
)
@pytest.mark.parametrize("status", [400, 422])
async def test_what_a_server_refuses_is_left_out_and_not_offered_again(
    serve: Serve, model_at: Ask, refused: set[str], message: str, left: set[str], status: int
) -> None:
    async def picky(server: LlmServer, asked: Asked) -> Any:
        wrong = sorted(refused & set(asked))
        return refusal(status, message.format(wrong[0])) if wrong else completion(TEXT)

    server = await serve(picky)
    model = model_at(server)
    for _ in range(2):
        (section,) = await model.draft("root_cause", LINES, "en", Meter())
        assert section.sentences[0].text == FIRST
    assert UNKNOWN & set(server.asked[-1]) == left
    assert not refused & set(server.asked[-2]), "the second draft asks once"


async def test_the_schema_is_one_that_servers_hold_a_model_to(serve: Serve, model_at: Ask) -> None:
    """What OpenAI asks of a strict schema: every object closed, every field of it required, no default."""
    server = await serve(says(GOOD))
    await model_at(server).draft("follow_ups", LINES, "en", Meter())
    form = server.asked[-1]["response_format"]["json_schema"]
    assert form["strict"] is True and form["name"]
    schema = form["schema"]
    objects = [schema, *schema["$defs"].values()]
    assert len(objects) == 3
    for one in objects:
        assert one["additionalProperties"] is False and sorted(one["required"]) == sorted(one["properties"])
        assert not any("default" in field for field in one["properties"].values())
    assert schema["$defs"]["ProposedSection"]["properties"]["heading"]["enum"] == ["follow_ups"]
