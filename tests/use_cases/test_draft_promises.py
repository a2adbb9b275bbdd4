"""What is promised of papers: an approval stands, guests decide nothing, and what is done at once is done once."""

import asyncio
from dataclasses import replace

import pytest

from bot.adapters.offline_model import OfflineModel
from bot.domain.audit import Act
from bot.domain.draft import Draft, DraftKind, DraftState
from bot.domain.errors import DraftDecided, NoAuthority, NotTheManager, PostmortemMissing
from bot.domain.ids import ChannelId, IncidentId, MessageTs, SlackUserId
from bot.domain.incident import Role, Status
from bot.domain.message import Message
from bot.domain.spending import Budget
from bot.ports.outside import Outside
from bot.use_cases.draft import (
    ask_for_draft,
    decide_draft,
    edit_draft,
    get_draft,
    make_draft,
    managers_of,
)
from bot.use_cases.follow_up import add_follow_ups, follow_ups_of
from bot.use_cases.incident import assign_role, set_status
from bot.use_cases.timeline import add_note, pin_message, read_timeline
from tests.acts import ANN, BEN, EVERYBODY, audit, stop_the_line
from tests.clocks import FrozenClock
from tests.conftest import AddPeople
from tests.use_cases.reading_models import TOKENS, PartReader

GIL = SlackUserId("U0GIL")
CHANNEL = ChannelId("C0INC")


async def proposed(outside: Outside, number: IncidentId) -> Draft:
    offline = OfflineModel()
    return await make_draft(outside, offline, offline, by=ANN, incident_id=number, kind=DraftKind.POSTMORTEM)


async def incident_of(outside: Outside, by: SlackUserId = ANN) -> IncidentId:
    number = (await stop_the_line(outside, "lb-01", by=by)).incident.id
    async with outside.store.write() as tx:
        one = await tx.incidents.lock(number)
        assert one
        await tx.incidents.save(replace(one, channel=CHANNEL))
    return number


async def test_an_approval_stands_whatever_is_drafted_at_the_same_moment(
    outside: Outside, add_people: AddPeople
) -> None:
    await add_people(*EVERYBODY)
    number = await incident_of(outside)
    for _ in range(8):
        first = await proposed(outside, number)
        approval, _ = await asyncio.gather(
            decide_draft(outside, by=ANN, draft_id=first.id, state=DraftState.APPROVED),
            proposed(outside, number),
            return_exceptions=True,
        )
        now, _ = await get_draft(outside, first.id)
        refused = isinstance(approval, DraftDecided)
        assert now.state is (DraftState.REPLACED if refused else DraftState.APPROVED), approval


async def test_a_draft_says_what_all_drafts_of_its_incident_took(outside: Outside, add_people: AddPeople) -> None:
    await add_people(*EVERYBODY)
    number, other = await incident_of(outside), (await stop_the_line(outside, "lb-02", by=ANN)).incident.id
    outside = replace(outside, policy=replace(outside.policy, budget=Budget(tokens=50_000)))
    told = []
    for one in (number, number, other):
        about = {"by": ANN, "incident_id": one, "kind": DraftKind.POSTMORTEM}
        made = await make_draft(outside, PartReader(8_000), OfflineModel(), **about)  # type: ignore[arg-type]
        kept, _ = await get_draft(outside, made.id)
        assert kept.reading and kept.reading.spent.tokens == TOKENS
        told.append((kept.reading.used, kept.reading.allowed))
    assert told == [(TOKENS, 50_000), (2 * TOKENS, 50_000), (TOKENS, 50_000)]


async def test_each_end_of_a_draft_has_its_row(outside: Outside, add_people: AddPeople) -> None:
    await add_people(*EVERYBODY)
    number = await incident_of(outside)
    first = await proposed(outside, number)
    second = await proposed(outside, number)
    third = await edit_draft(outside, by=ANN, draft_id=second.id, sections=())
    rows = await audit(outside, Act.DRAFT_REPLACED)
    assert [row.subject for row in rows] == [f"draft-{first.id}", f"draft-{second.id}"]
    assert third.version == 3


async def test_guests_decide_and_write_nothing(outside: Outside, add_people: AddPeople) -> None:
    await add_people(*EVERYBODY)
    await add_people(GIL, is_member=False)
    outside = replace(outside, policy=replace(outside.policy, managers=(GIL,)))
    number = await incident_of(outside)
    draft = await proposed(outside, number)
    before = len(await audit(outside))
    for act in (
        decide_draft(outside, by=GIL, draft_id=draft.id, state=DraftState.APPROVED),
        edit_draft(outside, by=GIL, draft_id=draft.id, sections=()),
        add_follow_ups(outside, by=GIL, incident_id=number, items=[("test more", None, None)]),
        ask_for_draft(outside, by=GIL, incident_id=number, kind=DraftKind.POSTMORTEM, request_key="k"),
        add_note(outside, by=GIL, incident_id=number, text="a word"),
    ):
        with pytest.raises(NoAuthority):
            await act
    assert len(await audit(outside)) == before


async def test_where_no_manager_is_named_no_guest_becomes_one(outside: Outside, add_people: AddPeople) -> None:
    number = await incident_of(outside, by=GIL)
    await add_people(*EVERYBODY)
    await add_people(GIL, is_member=False)
    draft, incident = await get_draft(outside, (await proposed(outside, number)).id)
    assert await managers_of(outside, incident) == ()
    with pytest.raises(NotTheManager):
        await decide_draft(outside, by=ANN, draft_id=draft.id, state=DraftState.APPROVED)
    one = await assign_role(outside, by=ANN, incident_id=number, role=Role.COMMANDER, who=BEN)
    assert await managers_of(outside, one) == (BEN,)
    guest_leads = await assign_role(outside, by=ANN, incident_id=number, role=Role.COMMANDER, who=GIL)
    assert await managers_of(outside, replace(guest_leads, reporter=ANN)) == (ANN,)


async def test_equal_follow_ups_at_once_are_one(outside: Outside, add_people: AddPeople) -> None:
    await add_people(*EVERYBODY)
    number = await incident_of(outside)
    items = [("load test before each release", None, None)]
    await asyncio.gather(*(add_follow_ups(outside, by=ANN, incident_id=number, items=items) for _ in range(6)))
    assert len(await follow_ups_of(outside, number)) == 1


async def test_a_message_pinned_by_four_at_once_is_one_entry(outside: Outside, add_people: AddPeople) -> None:
    await add_people(*EVERYBODY)
    number = await incident_of(outside)
    message = Message(CHANNEL, MessageTs("1716184380.000100"), "", ANN, "errors at 80%")
    pins = await asyncio.gather(*(pin_message(outside, by=who, message=message) for who in EVERYBODY))
    entries = [e for e in await read_timeline(outside, incident_id=number) if e.kind is Act.MESSAGE_PINNED]
    assert len(entries) == 1 and sum(not pin.again for pin in pins) == 1


async def test_a_reopened_incident_needs_a_postmortem_of_its_own(
    outside: Outside, add_people: AddPeople, clock: FrozenClock
) -> None:
    await add_people(*EVERYBODY)
    number = (await stop_the_line(outside)).incident.id

    async def resolved_and_approved(*, again: bool) -> None:
        clock.forward(minutes=5)
        await set_status(outside, by=ANN, incident_id=number, to=Status.RESOLVED)
        if again:
            with pytest.raises(PostmortemMissing):
                await set_status(outside, by=ANN, incident_id=number, to=Status.CLOSED)
        draft = await proposed(outside, number)
        await decide_draft(outside, by=ANN, draft_id=draft.id, state=DraftState.APPROVED)

    await resolved_and_approved(again=False)
    clock.forward(minutes=5)
    await set_status(outside, by=ANN, incident_id=number, to=Status.INVESTIGATING, reason="it is back")
    await resolved_and_approved(again=True)
    assert (await set_status(outside, by=ANN, incident_id=number, to=Status.CLOSED)).status is Status.CLOSED
