"""What is promised of judging a pasted log: it is looked through once, and Slack is answered meanwhile."""

import asyncio
import time
from collections.abc import Awaitable, Sequence
from typing import TypeVar
from zoneinfo import ZoneInfo

from bot.adapters.offline_model import OfflineModel
from bot.domain.citation import Section, Sentence, judge_sections
from bot.domain.ids import MessageTs
from bot.domain.message import Message
from bot.domain.sight import WHOLE
from bot.domain.spending import Meter
from bot.domain.transcript import Line, LineKind
from bot.ports.outside import Outside
from bot.use_cases.ask import find_answer, index_incident
from bot.use_cases.proposal import Means, propose_sections
from tests.acts import ANN, EVERYBODY
from tests.clocks import FrozenClock
from tests.conftest import AddPeople
from tests.use_cases.reading_models import START
from tests.use_cases.test_proposal_promises import CHANNEL, incident_with

T = TypeVar("T")
ROW = "2026-05-20T05:52:11.123Z relay-7 ERROR conn=0x7f1 latency_ms=312 path=/v1/send user_id=88213 status=502\n"
PASTE = (ROW * 400)[:40_000]
SENTENCES = 30


def said_of_it(heading: str, count: int) -> list[Section]:
    """Sentences that the paste bears out, none of which is a whole quotation."""
    return [
        Section(heading, tuple(Sentence(f"Relay-7 told 312, status 502, {'and ' * n}", (1,)) for n in range(count)))
    ]


class Fluent(OfflineModel):
    """Says much of one line."""

    name = "fluent"
    capacity = 48_000

    async def draft(self, kind: str, lines: Sequence[Line], language: str, meter: Meter) -> Sequence[Section]:
        return said_of_it("impact", SENTENCES)

    async def answer(self, question: str, lines: Sequence[Line], language: str) -> Sequence[Section]:
        return said_of_it("answer", SENTENCES)


async def share_of_standstill(work: Awaitable[T]) -> tuple[T, float]:
    """What it gives, and how much of its work kept the loop from all else at a stretch.

    Both in seconds of the processor: what else runs on the machine changes nothing.
    """
    worst = 0.0

    async def others() -> None:
        nonlocal worst
        while True:
            before = time.thread_time()
            await asyncio.sleep(0.001)
            worst = max(worst, time.thread_time() - before)

    beside = asyncio.ensure_future(others())
    await asyncio.sleep(0.01)
    began, worst = time.process_time(), 0.0
    given = await work
    took = time.process_time() - began
    await asyncio.sleep(0.01)
    beside.cancel()
    return given, worst / took


def test_what_a_paste_bears_out_is_found_once_however_many_sentences_cite_it() -> None:
    line = Line(1, LineKind.MESSAGE, START, "Ann", PASTE, "")
    took = []
    for count in (1, SENTENCES):
        began = time.thread_time()
        kept, refused = judge_sections(said_of_it("impact", count), [line])
        took.append(time.thread_time() - began)
        assert (len(kept[0].sentences), refused) == (count, ())
    assert took[1] < 6 * took[0]


async def test_others_are_answered_while_a_draft_of_a_paste_is_judged() -> None:
    lines = [Line(n, LineKind.MESSAGE, START, "Ann", PASTE, "") for n in range(1, 4)]
    work = propose_sections(Means(Fluent(), OfflineModel()), "postmortem", lines, language="en")
    proposed, standstill = await share_of_standstill(work)
    assert (len(proposed.sections[0].sentences), proposed.dropped) == (SENTENCES, 0)
    assert standstill < 0.4


async def test_others_are_answered_while_an_answer_is_looked_for_in_a_long_channel(
    outside: Outside, add_people: AddPeople, clock: FrozenClock
) -> None:
    await add_people(*EVERYBODY)
    number, _ = await incident_with(outside, clock, "the relay latency is high")
    texts = (f"{n} " + "checkout on relay-7 is slow, 결제 지연이 계속됩니다, latency 9 ms " * 40 for n in range(500))
    said = (Message(CHANNEL, MessageTs(f"{1716184300 + n}.000100"), "", ANN, text) for n, text in enumerate(texts))
    async with outside.store.write() as tx:
        await tx.messages.put([*said])
    await index_incident(outside, number)
    about = {"by": ANN, "question": "what was the cause of the relay latency?", "language": "en", "zone": "UTC"}
    offline = OfflineModel()
    work = find_answer(outside, offline, offline, sight=WHOLE, **about)  # type: ignore[arg-type]
    (answer, _), standstill = await share_of_standstill(work)
    assert answer.sentences
    assert standstill < 0.4


async def test_others_are_answered_while_an_answer_from_a_paste_is_judged(
    outside: Outside, add_people: AddPeople, clock: FrozenClock
) -> None:
    await add_people(*EVERYBODY)
    number, _ = await incident_with(outside, clock, PASTE)
    await index_incident(outside, number)
    zone = ZoneInfo(outside.policy.zone)
    asked = {"by": ANN, "question": "relay latency", "language": "en", "zone": zone.key, "sight": WHOLE}
    (answer, _), standstill = await share_of_standstill(find_answer(outside, Fluent(), OfflineModel(), **asked))
    assert len(answer.sentences) == SENTENCES
    assert standstill < 0.4
