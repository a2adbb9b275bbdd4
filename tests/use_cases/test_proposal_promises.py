"""What is promised of proposals: a refused sentence has one more attempt, and a cited message's fate is told."""

from collections.abc import Sequence
from dataclasses import replace

from bot.adapters.offline_model import OfflineModel
from bot.domain.citation import Reason, Refused, Section, Sentence
from bot.domain.draft import Draft, DraftKind
from bot.domain.ids import ChannelId, IncidentId, MessageTs, SlackUserId
from bot.domain.message import Message, ts_of
from bot.domain.spending import Meter
from bot.domain.transcript import Line, LineFate
from bot.ports.outside import Outside
from bot.use_cases.draft import get_draft, make_draft
from tests.acts import ANN, EVERYBODY, stop_the_line
from tests.clocks import FrozenClock
from tests.conftest import AddPeople

CHANNEL = ChannelId("C0INC")


class Liar:
    """A model that gets a number wrong, and mends it when it is told so, or not at all."""

    name = "liar"
    capacity = 48_000

    def __init__(self, *, mends: bool) -> None:
        self._mends = mends
        self.told: list[Reason] = []

    async def draft(self, kind: str, lines: Sequence[Line], language: str, meter: Meter) -> Sequence[Section]:
        n = next(line.n for line in lines if "orders" in line.text)
        said = (Sentence("80% of the orders fail.", (n,)), Sentence("90% of the orders fail.", (n,)))
        return [Section("impact", said)]

    async def mend(
        self, lines: Sequence[Line], language: str, refused: Sequence[Refused], meter: Meter
    ) -> Sequence[Section]:
        self.told += [one.reason for one in refused]
        (n,) = refused[0].sentence.citations
        return [Section("impact", (Sentence(f"Orders fail, {'80' if self._mends else '95'}% of them.", (n,)),))]

    async def merge(self, kind: str, parts: Sequence[Section], language: str, meter: Meter) -> Sequence[Section]:
        raise AssertionError("one part has nothing to merge")

    async def close(self) -> None:
        return

    async def answer(self, question: str, lines: Sequence[Line], language: str) -> Sequence[Section]:
        return []


async def incident_with(outside: Outside, clock: FrozenClock, *texts: str) -> tuple[IncidentId, MessageTs]:
    number = (await stop_the_line(outside, "lb-01", by=ANN)).incident.id
    ts = MessageTs(ts_of(clock.now()))
    async with outside.store.write() as tx:
        one = await tx.incidents.lock(number)
        assert one
        await tx.incidents.save(replace(one, channel=CHANNEL))
        await tx.messages.put([Message(CHANNEL, ts, "", SlackUserId(ANN), text) for text in texts])
    return number, ts


async def drafted(outside: Outside, model: Liar, number: IncidentId) -> Draft:
    return await make_draft(outside, model, OfflineModel(), by=ANN, incident_id=number, kind=DraftKind.POSTMORTEM)


async def test_a_refused_sentence_is_proposed_once_more_with_the_reason(
    outside: Outside, add_people: AddPeople, clock: FrozenClock
) -> None:
    await add_people(*EVERYBODY)
    number, _ = await incident_with(outside, clock, "about 80% of the orders fail")
    for mends, kept, dropped in ((True, 2, 0), (False, 1, 1)):
        model = Liar(mends=mends)
        draft = await drafted(outside, model, number)
        assert model.told == [Reason.NUMBER]
        assert (draft.sentence_count, draft.dropped) == (kept, dropped)


async def test_a_citation_says_that_its_message_was_edited_or_deleted_since(
    outside: Outside, add_people: AddPeople, clock: FrozenClock
) -> None:
    await add_people(*EVERYBODY)
    number, ts = await incident_with(outside, clock, "about 80% of the orders fail")
    draft = await drafted(outside, Liar(mends=True), number)
    assert [line.since for line in (await get_draft(outside, draft.id))[0].lines] == [LineFate.NOTHING]
    for deleted, fate in ((False, LineFate.EDITED), (True, LineFate.DELETED)):
        clock.forward(minutes=5)
        version = Message(CHANNEL, ts, ts_of(clock.now()), SlackUserId(ANN), "about 8% of them", deleted=deleted)
        async with outside.store.write() as tx:
            await tx.messages.put([version])
        assert [line.since for line in (await get_draft(outside, draft.id))[0].lines] == [fate]
