"""What is promised with a real model behind a real server: it is heard, it ends in time, its inventions stay unseen."""

import asyncio
import os
import platform
import sys
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from bot.adapters import openai_wire
from bot.adapters.offline_model import OfflineModel
from bot.adapters.openai_model import OpenAIModel
from bot.domain.citation import Section, Sentence, judge_sections
from bot.domain.draft import DraftKind
from bot.domain.ids import ChannelId, MessageTs
from bot.domain.message import Message
from bot.domain.spending import Meter
from bot.domain.transcript import Line
from bot.evals.checker import complaints
from bot.ports.language_model import LogTooLong, ModelUnavailable
from bot.ports.outside import Outside
from bot.use_cases.draft import make_draft
from tests.acts import ANN, BEN, stop_the_line
from tests.adapters.llm_server import Asked, LlmServer, refusal
from tests.adapters.small_model import NoSmallModel, SmallModel
from tests.clocks import START
from tests.conftest import AddPeople
from tests.evals.channels import Channel, channels

TOKENS = 320
"""Of one answer: at most ten seconds of this model's."""
PATIENCE = {"timeout": 240.0, "deadline": 300.0}
"""It may have to share its core."""
LONG = 4_000
"""Tokens that take it two minutes and more."""
LINES = 6


@pytest.fixture(scope="session")
def small_model() -> Iterator[SmallModel]:
    try:
        server = SmallModel()
    except NoSmallModel as trouble:
        reason = f"NOTHING WAS PROVED WITH A REAL MODEL: {trouble}"
        if os.environ.get("CI") and (sys.platform, platform.machine()) == ("linux", "x86_64"):
            pytest.fail(reason)
        pytest.skip(reason)
    yield server
    server.stop()


@pytest.fixture(autouse=True)
def short_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(openai_wire, "ANSWER_TOKENS", TOKENS)


@pytest.fixture
async def model(small_model: SmallModel) -> AsyncIterator[OpenAIModel]:
    made = OpenAIModel(small_model.url, "SmolLM2", "", **PATIENCE)
    yield made
    await made.close()


@pytest.fixture
def url(request: pytest.FixtureRequest, tmp_path: Any) -> str:
    """One kind of database is enough here: what the model says is the same on both."""
    (tmp_path / "stopline.db").write_bytes(request.getfixturevalue("sqlite_template").read_bytes())
    return f"sqlite:///{tmp_path / 'stopline.db'}"


def few(language: str) -> list[Channel]:
    """Two made-up channels in this language."""
    return [one for one in islice(channels(seed=3), 4) if one.language == language]


class Heard(Meter):
    """Notes how long the answer was each time a piece of it came in."""

    def __init__(self) -> None:
        super().__init__()
        self.lengths: list[int] = []
        self.begun = asyncio.Event()

    def wrote(self, characters: int) -> None:
        super().wrote(characters)
        self.lengths.append(characters)
        if characters:
            self.begun.set()


async def idle(small_model: SmallModel, *, within: float) -> bool:
    """Whether the server stops writing in so many seconds."""
    ends = time.monotonic() + within
    async with aiohttp.ClientSession() as client:
        while time.monotonic() < ends:
            async with client.get(f"{small_model.root}/slots") as response:
                if not any(slot["is_processing"] for slot in await response.json()):
                    return True
            await asyncio.sleep(0.05)
    return False


def shown(sections: Sequence[Section]) -> list[Sentence]:
    return [sentence for section in sections for sentence in section.sentences]


def ungrounded(sections: Sequence[Section], lines: Sequence[Line]) -> list[str]:
    """What the independent checker finds in sentences that people would read."""
    known = {line.n: line for line in lines}
    return [one.text for one in shown(sections) if complaints(one.text, one.citations, known)]


async def test_silence_ends_in_time_and_leaves_nothing_running(small_model: SmallModel) -> None:
    """The first test: this server reads a question to its end before it sees that nobody waits, and then knows it."""
    (channel, _), before, began = few("en"), asyncio.all_tasks(), time.monotonic()
    hasty = OpenAIModel(small_model.url, "SmolLM2", "", timeout=0.3, deadline=120.0)
    with pytest.raises(ModelUnavailable, match="timeout"):
        await hasty.draft("root_cause", channel.lines[:LINES], "en", Meter())
    assert time.monotonic() - began < 60
    await hasty.close()
    assert await idle(small_model, within=600)
    assert asyncio.all_tasks() == before


async def test_it_is_heard_while_it_writes_and_what_it_invents_is_not_shown_whatever_it_cites(
    model: OpenAIModel,
) -> None:
    invented = rambled = 0
    for channel in few("en"):
        lines, heard = channel.lines[:LINES], Heard()
        try:
            proposed = await model.draft("root_cause", lines, "en", heard)
        except ModelUnavailable as cut:
            assert str(cut) == "the model rambles"
            proposed, rambled = (), rambled + 1
        assert len(heard.lengths) > 20 and heard.lengths == sorted(heard.lengths) and heard.writing > 100
        assert heard.spent.requests == 1 and 500 < heard.spent.tokens_in < 2_000
        assert 20 < heard.spent.tokens_out <= TOKENS
        everywhere = tuple(line.n for line in lines)
        for cited in ((), everywhere, *((n,) for n in everywhere)):
            told = [
                Section(one.heading, tuple(Sentence(s.text, cited or s.citations, s.certainty) for s in one.sentences))
                for one in proposed
            ]
            kept, refused = judge_sections(told, lines)
            invented += len(refused)
            assert ungrounded(kept, lines) == []
    assert invented > 10 or rambled == 2


async def test_a_log_that_it_cannot_hold_is_known_as_such_at_once(model: OpenAIModel) -> None:
    (channel, _), meter, began = few("en"), Meter(), time.monotonic()
    (line, *_) = channel.lines
    lines = [Line(n, line.kind, line.at, line.speaker, f"{n} errors of 502 on web-{n}", "") for n in range(1, 400)]
    capacity = model.capacity
    with pytest.raises(LogTooLong):
        await model.draft("root_cause", lines, "en", meter)
    assert model.capacity < capacity and meter.spent.requests == 1
    assert meter.spent.tokens == 0 and time.monotonic() - began < 60


async def test_whoever_no_longer_waits_does_not_keep_it_busy(
    model: OpenAIModel, small_model: SmallModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(openai_wire, "ANSWER_TOKENS", LONG)
    (channel, _), before = few("en"), asyncio.all_tasks()
    asking = asyncio.ensure_future(model.draft("root_cause", channel.lines[:LINES], "en", meter := Heard()))
    await meter.begun.wait()
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert await idle(small_model, within=30) and meter.spent.tokens_in > 0
    assert asyncio.all_tasks() == before


async def test_a_server_without_schemas_or_streams_is_asked_in_words(
    small_model: SmallModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The real server behind one that refuses what older servers do not know."""
    monkeypatch.setattr(openai_wire, "ANSWER_TOKENS", 60)

    async def relay(server: LlmServer, asked: Asked) -> web.StreamResponse:
        if unknown := {"response_format", "stream_options"} & set(asked):
            return refusal(400, f"unknown field '{min(unknown)}'")
        async with (
            aiohttp.ClientSession() as client,
            client.post(f"{small_model.url}/chat/completions", json=asked) as answer,
        ):
            return web.Response(body=await answer.read(), status=answer.status, content_type=answer.content_type)

    server = LlmServer(relay)
    await server.start()
    model = OpenAIModel(server.url, "SmolLM2", "", **PATIENCE)
    (channel, _), meter = few("en"), Meter()
    try:
        await model.draft("root_cause", channel.lines[:LINES], "en", meter)
    except ModelUnavailable as garbage:
        assert str(garbage) in ("not the form we asked for", "the model rambles"), "it read the answer to its end"
    finally:
        await model.close()
        await server.stop()
    assert [sorted({"response_format", "stream_options"} & set(asked)) for asked in server.asked] == [
        ["response_format", "stream_options"],
        ["stream_options"],
        [],
    ]
    assert meter.spent.tokens_in > 300 and meter.spent.tokens_out > 0


@pytest.mark.parametrize(("language", "tokens"), [("en", TOKENS), ("ko", TOKENS // 3)])
async def test_a_draft_is_made_with_it_from_end_to_end(
    model: OpenAIModel,
    outside: Outside,
    add_people: AddPeople,
    monkeypatch: pytest.MonkeyPatch,
    language: str,
    tokens: int,
) -> None:
    monkeypatch.setattr(openai_wire, "ANSWER_TOKENS", tokens)
    await add_people(ANN, BEN)
    incident = (await stop_the_line(outside, "lb-07")).incident
    room = ChannelId("C0STORY")
    async with outside.store.write() as tx:
        await tx.incidents.save(replace(incident, channel=room, language=language))
        ts = [MessageTs(f"{START.timestamp() + 60 * n:.6f}") for n in range(1, 5)]
        channel = few(language)[0]
        cause = next(n for told, n, _ in channel.told if told.heading == "root_cause")
        said = [line.text for line in channel.lines if line.n in (1, 2, 3, cause)]
        await tx.messages.put([Message(room, at, "", BEN, text) for at, text in zip(ts, said, strict=False)])
    draft = await make_draft(outside, model, OfflineModel(), by=ANN, incident_id=incident.id, kind=DraftKind.ROOT_CAUSE)
    assert draft.reading and draft.reading.spent.requests >= 1 and draft.reading.spent.tokens_in > 500
    assert ungrounded(draft.sections, draft.lines) == []
    assert shown(draft.sections) and draft.source in ("offline", model.name)
