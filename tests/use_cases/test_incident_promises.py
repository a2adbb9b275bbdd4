"""What is promised of an incident: one transaction, one incident a submission, nothing ended over a frozen server."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.domain.draft import Draft, DraftKind, DraftState
from bot.domain.errors import (
    HoldsRemain,
    IncidentEnded,
    NoAuthority,
    PostmortemMissing,
    ReasonMissing,
    StatusImpossible,
    TimeCannotBe,
    TitleMissing,
    TitleTooLong,
)
from bot.domain.ids import DraftId, IncidentId, SlackUserId
from bot.domain.incident import Role, Severity, Status, TimeName
from bot.domain.job import JobKind
from bot.ports.outside import Outside
from bot.use_cases.fix import claim_fix, reject_fix, verify_server
from bot.use_cases.freeze import add_servers, frozen_servers
from bot.use_cases.incident import (
    Declared,
    assign_role,
    declare,
    find_incident,
    list_incidents,
    set_severity,
    set_status,
    set_time,
)
from storage.database import Database
from tests.acts import ANN, BEN, EVERYBODY, add_server, ask, hold_on, request, stop_the_line
from tests.clocks import START, FrozenClock
from tests.conftest import AddPeople
from tests.faults import Boom, FailingStore, everything


async def test_declare_is_one_transaction(outside: Outside, store: Database) -> None:
    """Whichever step fails: no incident, no server, no hold, no job, no row is left."""
    await stop_the_line(outside, "lb-01")
    before = await everything(store)
    for step in range(1, 60):
        broken = replace(outside, store=FailingStore(store, at=step))
        try:
            await stop_the_line(broken, "lb-01", "lb-02", request_key="once")
            break
        except Boom:
            assert await everything(store) == before
    assert step > 8, "the fault was never met"
    assert len(await list_incidents(outside, only_open=True)) == 2


async def test_the_same_submission_makes_one_incident(outside: Outside, store: Database) -> None:
    first = await stop_the_line(outside, "lb-01", request_key="view-1")
    after_first = await everything(store)
    again = await stop_the_line(outside, "lb-01", "lb-02", request_key="view-1", title="typed again")
    assert again.again and again.incident.id == first.incident.id and again.frozen == ("lb-01",)
    assert await everything(store) == after_first


async def test_a_declared_incident_has_its_channel_queued_and_its_times_logged(outside: Outside) -> None:
    made = await stop_the_line(outside, "lb-01", started_at=START - timedelta(minutes=4))
    times = made.incident.times
    assert times[TimeName.STARTED] == START - timedelta(minutes=4)
    assert times[TimeName.DETECTED] == times[TimeName.DECLARED] == START
    async with outside.store.write() as tx:
        jobs = await tx.jobs.claim(owner="w", now=START, lease=timedelta(seconds=30), limit=99)
    assert JobKind.OPEN_CHANNEL in {job.kind for job in jobs}


@pytest.mark.parametrize(
    ("words", "refusal"),
    [
        ({"title": " \n "}, TitleMissing),
        ({"title": "x" * 201}, TitleTooLong),
        ({"started_at": START + timedelta(minutes=1)}, TimeCannotBe),
    ],
)
async def test_a_refused_declaration_leaves_nothing(
    outside: Outside, store: Database, words: dict[str, Any], refusal: type[Exception]
) -> None:
    before = await everything(store)
    with pytest.raises(refusal):
        await stop_the_line(outside, "lb-01", **words)
    assert await everything(store) == before


@pytest.mark.parametrize("to", [Status.RESOLVED, Status.CANCELLED])
async def test_no_incident_ends_over_an_active_hold(outside: Outside, add_people: AddPeople, to: Status) -> None:
    await add_people(*EVERYBODY)
    made = await stop_the_line(outside, "lb-01", "lb-02")
    for server in ("lb-01", "lb-02"):
        with pytest.raises(HoldsRemain):
            await set_status(outside, by=ANN, incident_id=made.incident.id, to=to, reason="over")
        hold = await hold_on(outside, server)
        await claim_fix(outside, by=ANN, hold_id=hold.id, evidence="rebooted, graph is flat")
        with pytest.raises(HoldsRemain):
            await set_status(outside, by=ANN, incident_id=made.incident.id, to=to, reason="over")
        await verify_server(outside, by=BEN, hold_id=hold.id)
    ended = await set_status(outside, by=ANN, incident_id=made.incident.id, to=to, reason="over")
    assert ended.status is to


async def test_nothing_is_closed_over_a_hold_that_came_after_the_resolution(
    outside: Outside, add_people: AddPeople
) -> None:
    """A resolved incident takes no new server; it is reopened first, and then it cannot be closed."""
    await add_people(*EVERYBODY)
    made = await stop_the_line(outside)
    await set_status(outside, by=ANN, incident_id=made.incident.id, to=Status.RESOLVED)
    with pytest.raises(IncidentEnded):
        await add_servers(outside, by=ANN, incident_id=made.incident.id, names=["lb-01"])
    await set_status(outside, by=ANN, incident_id=made.incident.id, to=Status.INVESTIGATING, reason="it is back")
    await add_servers(outside, by=ANN, incident_id=made.incident.id, names=["lb-01"])
    for to in (Status.RESOLVED, Status.CLOSED, Status.CANCELLED):
        with pytest.raises((HoldsRemain, StatusImpossible)):
            await set_status(outside, by=ANN, incident_id=made.incident.id, to=to, reason="over")


async def test_lower_severity_lifts_no_hold(outside: Outside, add_people: AddPeople) -> None:
    await add_people(*EVERYBODY)
    made = await stop_the_line(outside, "lb-01")
    await set_severity(outside, by=ANN, incident_id=made.incident.id, to=Severity.SEV4)
    assert [f.hold.server for f in await frozen_servers(outside)] == ["lb-01"]
    assert not (await ask(outside, "lb-01")).decision.allows


async def test_closing_needs_the_approved_postmortem(outside: Outside, add_people: AddPeople) -> None:
    await add_people(*EVERYBODY)
    made = await stop_the_line(outside)
    await set_status(outside, by=ANN, incident_id=made.incident.id, to=Status.RESOLVED)
    with pytest.raises(PostmortemMissing):
        await set_status(outside, by=ANN, incident_id=made.incident.id, to=Status.CLOSED)
    async with outside.store.write() as tx:
        await tx.drafts.add(_postmortem(made.incident.id))
    closed = await set_status(outside, by=ANN, incident_id=made.incident.id, to=Status.CLOSED)
    assert closed.times[TimeName.CLOSED] == START


def _postmortem(incident_id: IncidentId) -> Draft:
    return Draft(
        id=DraftId(0),
        incident_id=incident_id,
        kind=DraftKind.POSTMORTEM,
        version=1,
        state=DraftState.APPROVED,
        sections=(),
        lines=(),
        by=ANN,
        made_at=START,
        source="test",
        dropped=0,
    )


async def test_the_way_back_needs_a_reason_and_forgets_the_times_of_the_end(
    outside: Outside, add_people: AddPeople, clock: FrozenClock
) -> None:
    await add_people(*EVERYBODY)
    number = (await stop_the_line(outside)).incident.id
    clock.forward(minutes=6)
    await set_status(outside, by=ANN, incident_id=number, to=Status.MITIGATED)
    with pytest.raises(ReasonMissing):
        await set_status(outside, by=ANN, incident_id=number, to=Status.INVESTIGATING, reason=" ")
    back = await set_status(outside, by=ANN, incident_id=number, to=Status.INVESTIGATING, reason="errors again")
    assert TimeName.MITIGATED not in back.times
    async with outside.store.read() as tx:
        kept = [(v, who, why) for n, v, who, why in await tx.incidents.time_versions(number) if n is TimeName.MITIGATED]
    assert kept == [(START + timedelta(minutes=6), ANN, ""), (None, ANN, "errors again")]


async def test_a_corrected_time_keeps_the_first_value_and_who_and_why(
    outside: Outside, add_people: AddPeople, clock: FrozenClock
) -> None:
    await add_people(*EVERYBODY)
    number = (await stop_the_line(outside)).incident.id
    clock.forward(minutes=10)
    await set_status(outside, by=ANN, incident_id=number, to=Status.MITIGATED)
    true = START + timedelta(minutes=6)
    await set_time(outside, by=BEN, incident_id=number, name=TimeName.MITIGATED, value=true, reason="by the graph")
    assert (await find_incident(outside, incident_id=number)).times[TimeName.MITIGATED] == true
    async with outside.store.read() as tx:
        kept = [v for v in await tx.incidents.time_versions(number) if v[0] is TimeName.MITIGATED]
    assert kept == [
        (TimeName.MITIGATED, START + timedelta(minutes=10), ANN, ""),
        (TimeName.MITIGATED, true, BEN, "by the graph"),
    ]


async def test_the_worst_has_its_channel_first(outside: Outside, store: Database, clock: FrozenClock) -> None:
    for severity in (Severity.SEV3, Severity.SEV4, Severity.SEV1, Severity.SEV2, Severity.SEV1):
        await stop_the_line(outside, severity=severity)
    async with store.write() as tx:
        about = {"owner": "a worker", "now": clock.now(), "lease": timedelta(seconds=4)}
        jobs = await tx.jobs.claim(limit=50, **about)  # type: ignore[arg-type]
    opened = [one.payload["incident_id"] for one in jobs if one.kind is JobKind.OPEN_CHANNEL]
    assert opened == [3, 5, 4, 1, 2]


async def test_no_time_lies_ahead_or_before_its_cause(
    outside: Outside, add_people: AddPeople, clock: FrozenClock
) -> None:
    await add_people(*EVERYBODY)
    number = (await stop_the_line(outside)).incident.id
    clock.forward(minutes=10)
    for value in (START + timedelta(minutes=11), START - timedelta(minutes=1)):
        with pytest.raises(TimeCannotBe):
            await set_time(outside, by=ANN, incident_id=number, name=TimeName.MITIGATED, value=value)


async def test_the_first_commander_acknowledges(outside: Outside, add_people: AddPeople, clock: FrozenClock) -> None:
    await add_people(*EVERYBODY)
    number = (await stop_the_line(outside)).incident.id
    clock.forward(minutes=2)
    await assign_role(outside, by=ANN, incident_id=number, role=Role.COMMANDER, who=ANN)
    clock.forward(minutes=2)
    later = await assign_role(outside, by=ANN, incident_id=number, role=Role.COMMANDER, who=BEN)
    assert later.commander == BEN
    assert later.times[TimeName.ACKNOWLEDGED] == START + timedelta(minutes=2)


@pytest.mark.parametrize("traits", [{"is_member": False}, {"is_bot": True}])
async def test_guests_and_bots_decide_nothing(
    outside: Outside, store: Database, add_people: AddPeople, traits: dict[str, bool]
) -> None:
    await add_people(*EVERYBODY)
    await add_people("U9", **traits)
    guest = SlackUserId("U9")
    made = await stop_the_line(outside, "lb-01")
    hold = await hold_on(outside, "lb-01")
    await claim_fix(outside, by=ANN, hold_id=hold.id, evidence="rebooted")
    before = await everything(store)
    number = made.incident.id
    for act in (
        lambda: stop_the_line(outside, "lb-02", by=guest),
        lambda: add_servers(outside, by=guest, incident_id=number, names=["lb-02"]),
        lambda: claim_fix(outside, by=guest, hold_id=hold.id, evidence="mine"),
        lambda: reject_fix(outside, by=guest, hold_id=hold.id, reason="no"),
        lambda: verify_server(outside, by=guest, hold_id=hold.id),
        lambda: set_status(outside, by=guest, incident_id=number, to=Status.MITIGATED),
        lambda: set_severity(outside, by=guest, incident_id=number, to=Severity.SEV4),
        lambda: assign_role(outside, by=guest, incident_id=number, role=Role.SCRIBE, who=guest),
        lambda: set_time(outside, by=guest, incident_id=number, name=TimeName.STARTED, value=START),
        lambda: request(outside, "lb-01", by=guest),
    ):
        with pytest.raises(NoAuthority):
            await act()
        assert await everything(store) == before


async def test_whom_nobody_met_verifies_nothing_but_may_stop_the_line(outside: Outside, add_people: AddPeople) -> None:
    """An incident does not wait until the chat service told us who somebody is; a release does."""
    await add_people(*EVERYBODY)
    unknown = SlackUserId("U0NEVER")
    await stop_the_line(outside, "lb-01", by=unknown)
    hold = await hold_on(outside, "lb-01")
    await claim_fix(outside, by=ANN, hold_id=hold.id, evidence="rebooted")
    with pytest.raises(NoAuthority):
        await verify_server(outside, by=unknown, hold_id=hold.id)


async def test_a_severity_that_comes_again_takes_nobodys_later_word_back(
    outside: Outside, add_people: AddPeople
) -> None:
    await add_people(ANN, BEN)
    number = (await stop_the_line(outside, "lb-01", by=ANN)).incident.id
    first = {"by": ANN, "incident_id": number, "to": Severity.SEV1, "request_key": "slack:command-1"}
    await set_severity(outside, **first)
    await set_severity(outside, by=BEN, incident_id=number, to=Severity.SEV3, request_key="slack:command-2")
    assert (await set_severity(outside, **first)).severity is Severity.SEV3


async def typed(outside: Outside, key: str, **other: Any) -> Declared:
    words = {"by": ANN, "title": "Checkout fails", "severity": Severity.SEV2, "servers": ["lb-01"], "language": "en"}
    return await declare(outside, **{**words, "request_key": key, "typed": True, **other})


async def test_what_is_typed_again_after_a_time_out_is_the_same_incident(
    outside: Outside, add_people: AddPeople
) -> None:
    """Slack says that nobody answered, the person types it again, and a replica that stood still does both."""
    await add_people(*EVERYBODY)
    await add_server(outside, "lb-01")
    first, second = await asyncio.gather(typed(outside, "a"), typed(outside, "b"))
    third = await typed(outside, "c")
    assert first.incident.id == second.incident.id == third.incident.id and third.again
    assert third.frozen == ("lb-01",)


@pytest.mark.parametrize(
    "other",
    [
        {"title": "Login fails"},
        {"severity": Severity.SEV1},
        {"servers": ["lb-02"]},
        {"private": True},
        {"typed": False},
    ],
    ids=["other words", "worse", "another server", "private", "a machine"],
)
async def test_other_words_are_another_incident(outside: Outside, other: dict[str, Any]) -> None:
    first = await typed(outside, "a")
    assert (await typed(outside, "b", **other)).incident.id != first.incident.id


async def test_the_same_words_later_or_after_the_end_are_another_incident(
    outside: Outside, clock: FrozenClock, add_people: AddPeople
) -> None:
    await add_people(*EVERYBODY)
    first = await typed(outside, "a", servers=[])
    assert (await typed(outside, "b", servers=[], by=BEN)).incident.id != first.incident.id
    await set_status(outside, by=ANN, incident_id=first.incident.id, to=Status.RESOLVED)
    second = await typed(outside, "c", servers=[])
    assert second.incident.id != first.incident.id
    clock.forward(minutes=3)
    assert (await typed(outside, "d", servers=[])).incident.id != second.incident.id
