"""What is promised of the model's adapter: sections or ModelUnavailable, nothing else; and no secret leaves."""

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from bot.adapters.offline_model import OfflineModel
from bot.adapters.openai_model import DEFAULT_MODEL, OpenAIModel, make_model
from bot.domain.citation import Section, keep_grounded
from bot.domain.draft import DraftKind
from bot.domain.ids import ChannelId, MessageTs
from bot.domain.incident import Incident
from bot.domain.message import Message
from bot.domain.outgoing import outgoing_lines, outgoing_text, sent_characters
from bot.domain.spending import Meter
from bot.domain.transcript import LineKind
from bot.ports.language_model import LogTooLong, ModelUnavailable
from bot.ports.outside import Outside
from bot.use_cases.draft import make_draft
from bot.use_cases.transcript import read_transcript
from prompts.library import edition
from storage import tables
from tests.acts import ANN, BEN, stop_the_line
from tests.adapters.conftest import LINES, SAID, Ask, Serve
from tests.adapters.llm_server import (
    GOOD,
    Behaviour,
    body,
    fails,
    hangs,
    hangs_up,
    holds,
    knows_no_schema,
    refuses_setting,
    says,
)
from tests.clocks import START
from tests.conftest import AddPeople

FENCED = f"Here you are:\n```json\n{json.dumps(GOOD, indent=1)}\n```\n"


def wording(sections: Sequence[Section]) -> list[str]:
    return [sentence.text for section in sections for sentence in section.sentences]


@pytest.mark.parametrize(
    "behaviour",
    [
        says(GOOD),
        says("<think>{what?}</think>" + FENCED),
        knows_no_schema(FENCED),
        knows_no_schema(json.dumps(GOOD), status=422),
        refuses_setting("max_tokens", GOOD),
        holds(1_000, "This model's maximum context length is 512 tokens", GOOD),
    ],
    ids=["schema", "fence though schema", "no schema, fence", "no schema 422", "other setting", "fits"],
)
async def test_a_usable_answer_becomes_sections(serve: Serve, model_at: Ask, behaviour: Behaviour) -> None:
    sections = await model_at(await serve(behaviour)).draft("root_cause", LINES, "en", Meter())
    assert [section.heading for section in sections] == ["root_cause"]
    first, second = sections[0].sentences
    assert (first.text, first.citations, first.certainty) == ("The config on lb-07 was empty.", (3,), "confirmed")
    assert second.certainty == "inconclusive", "a cause nobody marked is not taken for one that is known"


@pytest.mark.parametrize(
    "behaviour",
    [
        fails(500),
        fails(401),
        fails(404),
        fails(429),
        fails(400),
        fails(400, "context size exceeded", type="exceed_context_size_error"),
        fails(413),
        body("<html>Bad gateway</html>", content_type="text/html"),
        body("<html>Bad gateway</html>", status=502, content_type="text/html"),
        body("no json at all"),
        body(b"\xff\xfe\x00"),
        body("null"),
        body("[]"),
        body('{"choices": null}'),
        body('{"choices": []}'),
        body('{"choices": [{"message": null}]}'),
        body('{"choices": [{"message": {"content": [{"type": "text"}]}}]}'),
        body('{"choices":' + "[" * 100_000),
        says(None),
        says(""),
        says("I would rather not."),
        says('{"sections": "none"}'),
        says('{"sections": [{"heading": "summary", "sentences": [{"text": "x", "citations": ["all"]}]}]}'),
        says('{"sections": [{"heading": "summary", "sentences": [{"text": "\\ud800", "citations": [1e999]}]}]}'),
        says("{" * 50_000),
        says(GOOD, reason="length"),
        says(GOOD, reason="content_filter"),
        says(None, refusal="I cannot help with that."),
        says("word " * 1_000_000),
        says({"sections": [{"heading": "summary", "sentences": [{"text": "x" * 5_000_000, "citations": [1]}]}]}),
        knows_no_schema("no JSON here either"),
        hangs,
        hangs_up,
    ],
)
@pytest.mark.parametrize("task", ["postmortem", "answer"])
async def test_anything_else_is_unavailable(serve: Serve, model_at: Any, behaviour: Behaviour, task: str) -> None:
    model = model_at(await serve(behaviour), timeout=0.3)
    with pytest.raises(ModelUnavailable):
        await (model.answer("why?", LINES, "en") if task == "answer" else model.draft(task, LINES, "en", Meter()))


async def test_nobody_there_is_unavailable(serve: Serve, model_at: Ask) -> None:
    server = await serve(says(GOOD))
    await server.stop()
    with pytest.raises(ModelUnavailable):
        await model_at(server).draft("postmortem", LINES, "en", Meter())


@pytest.mark.parametrize("key", ["", "ключ", "two\nlines"])
async def test_a_key_that_cannot_be_sent_is_unavailable_or_unneeded(serve: Serve, key: str) -> None:
    model = OpenAIModel((await serve(says(GOOD))).url, "m", key)
    try:
        assert wording(await model.draft("root_cause", LINES, "en", Meter()))
    except ModelUnavailable:
        assert key
    finally:
        await model.close()


@pytest.mark.parametrize("address", ["http://[broken", "http://", "http://127.0.0.1:99999/v1"])
async def test_an_address_that_is_none_is_unavailable(address: str) -> None:
    model = OpenAIModel(address, "m", "key")
    with pytest.raises(ModelUnavailable):
        await model.draft("root_cause", LINES, "en", Meter())
    await model.close()


async def test_it_gives_up_at_the_deadline(serve: Serve, model_at: Any) -> None:
    started = asyncio.get_running_loop().time()
    with pytest.raises(ModelUnavailable):
        await model_at(await serve(hangs), timeout=30, deadline=1.5).draft("postmortem", LINES, "en", Meter())
    assert asyncio.get_running_loop().time() - started < 25


async def test_without_lines_nothing_is_asked(serve: Serve, model_at: Ask) -> None:
    server = await serve(says(GOOD))
    assert await model_at(server).draft("postmortem", (), "en", Meter()) == ()
    assert await model_at(server).answer("why?", (), "en") == () and not server.asked


async def test_an_answer_is_one_section_that_grounding_keeps(serve: Serve, model_at: Ask) -> None:
    server = await serve(says(GOOD))
    sections = await model_at(server).answer("왜 실패했나요? <!channel> password=hunter2!", LINES, "ko")
    kept, dropped = keep_grounded(sections, LINES)
    assert len(sections) == 1 and wording(kept) == wording(sections) and dropped == 0
    assert server.log[0] == {"question": "왜 실패했나요? someone password=[redacted:password]"}


async def test_headings_nobody_asked_for_are_left_out(serve: Serve, model_at: Ask) -> None:
    one = {"text": "Ask lb-07 to be checked.", "citations": [3, 3], "certainty": "confirmed"}
    proposed = [{"heading": name, "sentences": [one]} for name in ("follow_ups", "conclusion", "impact", "follow_ups")]
    sections = await model_at(await serve(says({"sections": proposed}))).draft("follow_ups", LINES, "en", Meter())
    assert [(s.heading, len(s.sentences)) for s in sections] == [("follow_ups", 1)]
    assert sections[0].sentences[0].citations == (3,) and sections[0].sentences[0].certainty == ""


async def test_what_is_said_twice_is_said_once(serve: Serve, model_at: Ask) -> None:
    sentence = {"text": "The config on lb-07 was empty.", "citations": [3], "certainty": None}
    server = await serve(says({"sections": [{"heading": "answer", "sentences": [sentence] * 9}]}))
    assert len(wording(await model_at(server).answer("why?", LINES, "en"))) == 1


async def test_a_flood_of_sentences_is_bounded(serve: Serve, model_at: Ask) -> None:
    one = {"text": "y" * 900, "citations": list(range(99)), "certainty": "sure"}
    many = [{**one, "text": f"{number} {one['text']}"} for number in range(40)] + [one, one]
    server = await serve(says({"sections": [{"heading": "root_cause", "sentences": many}]}))
    (section,) = await model_at(server).draft("root_cause", LINES, "en", Meter())
    assert len(section.sentences) == 30
    assert len(section.sentences[0].text) == 600 and len(section.sentences[0].citations) == 20
    assert section.sentences[0].certainty == "inconclusive"


async def test_no_secret_no_mention_and_no_link_leaves(serve: Serve, model_at: Ask) -> None:
    planted = (
        "the key is AKIAIOSFODNN7EXAMPLE and xoxb-123456789012-abcdefghijkl",
        "비밀번호는 hunter2!Zq 입니다, 주민번호 900101-1234567",
        "psql postgres://app:s3cr3tpass@db-1/orders",
        "<@U123ABC> <!here> see <https://evil.example/x|the dashboard> or www.evil.example/y",
        "https://evil.example/z?token=abc123xyz",
        "<<@U999|!channel>> and @everyone \ud800",
        "x" * 1_990 + " AKIAIOSFODNN7EXAMPLE",
    )
    lines = tuple(replace(LINES[0], n=n, text=text, speaker=f"<@U77{n}>") for n, text in enumerate(planted, 1))
    lines += (replace(LINES[0], n=9, text="taken back", deleted=True),)
    server = await serve(says(GOOD))
    await model_at(server).draft("root_cause", lines, "en", Meter())
    sent = json.dumps(server.asked[-1], ensure_ascii=False)
    secrets = ("AKIA", "xoxb-1", "hunter2", "900101-1234567", "s3cr3tpass", "abc123xyz", "taken back")
    leaving = ("evil.example", "U123ABC", "U999", "U771", "<@", "<!", "@everyone", "https://")
    assert not [word for word in (*secrets, *leaving) if word in sent.split('"user"')[1]]
    assert "the dashboard" in sent and "[link]" in sent and "[redacted:aws_key]" in sent


async def test_what_is_asked_of_the_server(serve: Serve, model_at: Ask) -> None:
    server = await serve(says(GOOD))
    await model_at(server).draft("postmortem", LINES, "ko", Meter())
    (asked,) = server.asked
    assert asked["max_tokens"] == 4096 and asked["response_format"]["json_schema"]["strict"] is True
    assert not {"tools", "functions", "tool_choice"} & set(asked)
    assert [message["role"] for message in asked["messages"]] == ["system", "user"]
    assert "회고 초안" in asked["messages"][0]["content"] and server.headers["Authorization"] == "Bearer key"
    assert server.log[0] == {"n": 1, "at": "05:53", "who": "Ann 1", "text": SAID[0]}


async def test_a_refused_schema_is_not_offered_again(serve: Serve, model_at: Ask) -> None:
    server = await serve(knows_no_schema(FENCED))
    model = model_at(server)
    for _ in range(2):
        await model.draft("root_cause", LINES, "en", Meter())
    assert ["response_format" in asked for asked in server.asked] == [True, False, False]


async def test_a_small_model_is_given_less_of_the_log(serve: Serve, model_at: Ask) -> None:
    lines = tuple(replace(LINES[0], n=n, text=f"nothing new in minute {n} of this outage") for n in range(1, 1_001))
    lines = (replace(lines[0], text="first"), *lines[1:499], replace(LINES[2], n=500), *lines[500:])
    server = await serve(holds(6_000, "exceeds the available context size (2048 tokens)", GOOD))
    model = model_at(server)
    assert await model.answer("why?", lines, "en")
    numbers = [line["n"] for line in server.log if "n" in line]
    assert len(server.asked) == 4 and numbers == sorted(numbers)
    assert 500 in numbers and 1000 in numbers, "the line that names the cause, and the newest"
    assert model.capacity <= 6_000
    with pytest.raises(LogTooLong):
        await model.draft("root_cause", lines, "en", Meter())
    assert len(server.asked) == 4, "what is known not to fit is not tried"


async def test_lies_are_dropped_and_without_a_true_word_the_log_is_quoted(
    serve: Serve, model_at: Ask, outside: Outside, add_people: AddPeople
) -> None:
    await add_people(ANN, BEN)
    incident = (await stop_the_line(outside, "lb-07")).incident
    channel = ChannelId("C0STORY")
    async with outside.store.write() as tx:
        await tx.incidents.save(replace(incident, channel=channel))
        ts = [MessageTs(f"{START.timestamp() + 60 * n:.6f}") for n in range(1, 5)]
        await tx.messages.put([Message(channel, at, "", BEN, text) for at, text in zip(ts, SAID, strict=True)])
    cause = await _number_of(outside, incident, SAID[2])
    said = [
        ("The config on lb-07 was empty.", [cause]),
        ("The config was empty for 47 minutes.", [cause]),
        ("The config on db-01 was empty.", [cause]),
        ("Somebody wrote that the config was bad.", [999]),
        ("Nobody knows.", []),
        ("Read https://evil.example/x about the config.", [cause]),
    ]
    lies = [{"text": text, "citations": numbers, "certainty": "confirmed"} for text, numbers in said]

    async def draft(sentences: list[dict[str, Any]]) -> tuple[list[str], int, str]:
        model = model_at(await serve(says({"sections": [{"heading": "root_cause", "sentences": sentences}]})))
        about = {"by": ANN, "incident_id": incident.id, "kind": DraftKind.ROOT_CAUSE}
        made = await make_draft(outside, model, OfflineModel(), **about)  # type: ignore[arg-type]
        return wording(made.sections), made.dropped, made.source

    assert await draft(lies) == ([said[0][0]], 5, f"m#{edition()}")
    quoted, dropped, source = await draft(lies[1:])
    assert SAID[2] in quoted and dropped == 5 and source == "offline"


async def _number_of(outside: Outside, incident: Incident, text: str) -> int:
    """The number under which the model is told of a message."""
    async with outside.store.read() as tx:
        now = await tx.incidents.get(incident.id)
        assert now is not None
        lines = await read_transcript(tx, now, zone="UTC")
    return next(line.n for line in lines if line.text == text)


def test_a_long_log_is_cut_to_what_matters_in_time() -> None:
    lines = [replace(LINES[0], n=n, text=f"minute {n}: {'still looking at it ' * 3}") for n in range(1, 4_001)]
    lines[1_400] = replace(LINES[2], n=1_401)
    lines[1_600] = replace(lines[1_600], reactions=("pushpin",))
    lines[1_800] = replace(lines[1_800], kind=LineKind.ENTRY, entry_kind="note")
    sent = outgoing_lines(lines)
    numbers = [line.n for line in sent]
    assert {1, 1_401, 1_601, 1_801, 4_000} <= set(numbers) and numbers == sorted(numbers)
    assert 40_000 < sum(sent_characters(line) for line in sent) <= 48_000


def test_a_hostile_text_is_made_plain_in_no_time() -> None:
    for text in ("<a|" * 13_000, "<" * 40_000, "<@" * 20_000, "a" * 40_000 + "://", "<@U1|" * 8_000 + ">" * 8_000):
        started = time.thread_time()
        plain = outgoing_text(text)
        assert time.thread_time() - started < 5 and "<@" not in plain


def test_the_default_model_is_named_once() -> None:
    assert make_model("", "", "key").name == f"{DEFAULT_MODEL}#{edition()}"
    assert make_model("http://127.0.0.1:1/v1", "own", "").name == f"own#{edition()}"


def test_a_long_name_of_a_model_fits_beside_a_draft_and_keeps_the_edition_of_the_prompts() -> None:
    name = make_model("http://127.0.0.1:1/v1", "/models/" + "very-" * 40 + "long.gguf", "").name
    assert len(name) == tables.draft.c.source.type.length and name.startswith("/models/very-") and edition() in name


def test_neither_the_client_nor_pydantic_is_loaded_before_the_first_question() -> None:
    program = (
        "import sys; from bot.adapters.openai_model import make_model; make_model('', '', 'k'); "
        "print([name for name in ('openai', 'pydantic', 'httpx2') if name in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", program], capture_output=True, text=True).stdout.strip() == "[]"
