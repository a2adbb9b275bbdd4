"""What is promised of proposals: a refused sentence has one more attempt, and a cited message's fate is told."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime

import pytest
from sqlalchemy import update

from bot.adapters.offline_model import OfflineModel
from bot.domain.citation import Reason, Refused, Section, Sentence
from bot.domain.draft import Draft, DraftKind
from bot.domain.ids import ChannelId, IncidentId, MessageTs, SlackUserId
from bot.domain.message import Message, ts_of
from bot.domain.spending import Meter
from bot.domain.transcript import Line, LineFate, LineKind
from bot.ports.outside import Outside
from bot.use_cases.draft import edit_draft, get_draft, make_draft
from bot.use_cases.timeline import keep_messages
from storage import tables
from storage.database import Database
from storage.draft import _line_as_json
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


class Slow(OfflineModel):
    """A model in whose time the channel goes on."""

    name = "slow"
    capacity = 48_000

    def __init__(self, meanwhile: Callable[[], Awaitable[None]]) -> None:
        self._meanwhile = meanwhile

    async def draft(self, kind: str, lines: Sequence[Line], language: str, meter: Meter) -> Sequence[Section]:
        proposed = await super().draft(kind, lines, language, meter)
        await self._meanwhile()
        return proposed


SAID = "root cause: the gateway lb-01 had an empty weight in its config"


async def changed(outside: Outside, ts: MessageTs, at: datetime, *, deleted: bool = False) -> None:
    """Its author takes it back, or takes it away."""
    text = "" if deleted else "root cause: no idea, lb-01 is fine"
    await keep_messages(outside, [Message(CHANNEL, ts, ts_of(at), SlackUserId(ANN), text, deleted=deleted)])


async def fates(outside: Outside, draft: Draft) -> set[LineFate]:
    now, _ = await get_draft(outside, draft.id)
    return {line.since for line in now.lines if line.kind is LineKind.MESSAGE}


@pytest.mark.parametrize(("deleted", "fate"), [(False, LineFate.EDITED), (True, LineFate.DELETED)])
async def test_a_managers_edit_keeps_what_became_of_the_messages(
    outside: Outside, add_people: AddPeople, clock: FrozenClock, deleted: bool, fate: LineFate
) -> None:
    await add_people(*EVERYBODY)
    number, ts = await incident_with(outside, clock, SAID)
    first = await make_draft(
        outside, OfflineModel(), OfflineModel(), by=ANN, incident_id=number, kind=DraftKind.POSTMORTEM
    )
    assert await fates(outside, first) == {LineFate.NOTHING}
    clock.forward(minutes=1)
    await changed(outside, ts, clock.now(), deleted=deleted)
    clock.forward(minutes=1)
    second = await edit_draft(outside, by=ANN, draft_id=first.id, sections=first.sections)
    assert [await fates(outside, draft) for draft in (first, second)] == [{fate}, {fate}]


async def test_what_is_edited_while_the_model_reads_is_marked(
    outside: Outside, add_people: AddPeople, clock: FrozenClock
) -> None:
    await add_people(*EVERYBODY)
    number, ts = await incident_with(outside, clock, SAID)

    async def meanwhile() -> None:
        clock.forward(seconds=30)
        await changed(outside, ts, clock.now())
        clock.forward(seconds=30)

    draft = await make_draft(
        outside, Slow(meanwhile), OfflineModel(), by=ANN, incident_id=number, kind=DraftKind.POSTMORTEM
    )
    assert await fates(outside, draft) == {LineFate.EDITED}


async def test_an_edit_that_is_heard_of_late_is_marked(
    outside: Outside, add_people: AddPeople, clock: FrozenClock
) -> None:
    await add_people(*EVERYBODY)
    number, ts = await incident_with(outside, clock, SAID)
    clock.forward(minutes=5)
    edited_at = clock.now()
    clock.forward(minutes=5)
    offline, kind = OfflineModel(), DraftKind.POSTMORTEM
    before = await make_draft(outside, offline, offline, by=ANN, incident_id=number, kind=kind)
    await changed(outside, ts, edited_at)
    assert await fates(outside, before) == {LineFate.EDITED}
    after = await make_draft(outside, offline, offline, by=ANN, incident_id=number, kind=kind)
    assert await fates(outside, after) <= {LineFate.NOTHING}, "this one has read it"


async def test_a_draft_that_noted_no_versions_says_what_changed_after_it_was_made(
    outside: Outside, store: Database, add_people: AddPeople, clock: FrozenClock
) -> None:
    """A replica of yesterday wrote it."""
    await add_people(*EVERYBODY)
    number, ts = await incident_with(outside, clock, SAID)
    clock.forward(minutes=1)
    await changed(outside, ts, clock.now())
    offline, kind = OfflineModel(), DraftKind.POSTMORTEM
    made = await make_draft(outside, offline, offline, by=ANN, incident_id=number, kind=kind)
    async with store.begun(writing=True) as connection:
        lines = [{k: v for k, v in _line_as_json(line).items() if k != "version"} for line in made.lines]
        await connection.execute(update(tables.draft).values(lines=lines))
    assert await fates(outside, made) == {LineFate.NOTHING}
    clock.forward(minutes=1)
    await changed(outside, ts, clock.now())
    assert await fates(outside, made) == {LineFate.EDITED}
