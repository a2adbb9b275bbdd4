"""I8: every transition has exactly one audit row, in its transaction; a refusal that changes nothing has none."""

import contextlib
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

from bot.domain.audit import Act
from bot.domain.change import ChangeKind, ChangeState
from bot.domain.errors import Refused
from bot.domain.incident import Role, Severity, Status, TimeName
from bot.ports.outside import Outside
from bot.use_cases.change import approve_change, finish_change, start_change
from bot.use_cases.fix import claim_fix, reject_fix, verify_server
from bot.use_cases.freeze import add_servers
from bot.use_cases.incident import assign_role, set_severity, set_status, set_time
from bot.use_cases.permit import finish_permit, start_permit
from bot.use_cases.token import make_token
from tests.acts import ANN, BEN, CHO, EVERYBODY, add_server, ask, audit, hold_on, permit_for, request, stop_the_line
from tests.clocks import START, FrozenClock
from tests.conftest import AddPeople

Step = tuple[Callable[[], Awaitable[Any]], list[Act]]


async def left_by(outside: Outside, act: Callable[[], Awaitable[Any]]) -> list[Act]:
    """The audit rows that an act added."""
    before = len(await audit(outside))
    with contextlib.suppress(Refused):
        await act()
    return [row.act for row in (await audit(outside))[before:]]


async def check(outside: Outside, *steps: Step) -> None:
    """Each act leaves exactly its rows."""
    for number, (act, rows) in enumerate(steps):
        assert await left_by(outside, act) == rows, f"step {number}"


async def test_the_life_of_an_incident(outside: Outside, add_people: AddPeople, clock: FrozenClock) -> None:
    await add_people(*EVERYBODY)
    await add_server(outside, "lb-01")
    await check(
        outside,
        (
            lambda: stop_the_line(outside, "lb-01", "lb-02", request_key="one"),
            [Act.SERVER_ADDED, Act.INCIDENT_DECLARED, Act.SERVER_HELD],
        ),
        (lambda: stop_the_line(outside, "lb-01", request_key="one"), []),
    )
    hold = await hold_on(outside, "lb-01")
    other = await hold_on(outside, "lb-02")
    number = hold.incident_id
    clock.forward(minutes=9)

    def status(to: Status, reason: str = "") -> Callable[[], Awaitable[Any]]:
        return lambda: set_status(outside, by=ANN, incident_id=number, to=to, reason=reason)

    await check(
        outside,
        (lambda: add_servers(outside, by=ANN, incident_id=number, names=["lb-01"]), []),
        (
            lambda: add_servers(outside, by=ANN, incident_id=number, names=["web-1"]),
            [Act.SERVER_ADDED, Act.SERVER_HELD],
        ),
        (lambda: set_severity(outside, by=ANN, incident_id=number, to=Severity.SEV2), [Act.SEVERITY_CHANGED]),
        (lambda: assign_role(outside, by=ANN, incident_id=number, role=Role.COMMANDER, who=BEN), [Act.ROLE_ASSIGNED]),
        (
            lambda: set_time(
                outside, by=ANN, incident_id=number, name=TimeName.STARTED, value=START - timedelta(minutes=1)
            ),
            [Act.TIME_CORRECTED],
        ),
        (status(Status.IDENTIFIED), [Act.STATUS_CHANGED]),
        (status(Status.RESOLVED), []),
        (lambda: claim_fix(outside, by=ANN, hold_id=hold.id, evidence="rebooted"), [Act.FIX_CLAIMED]),
        (lambda: verify_server(outside, by=ANN, hold_id=hold.id), []),
        (lambda: reject_fix(outside, by=BEN, hold_id=hold.id, reason="errors"), [Act.FIX_REJECTED]),
        (lambda: claim_fix(outside, by=ANN, hold_id=hold.id, evidence="again"), [Act.FIX_CLAIMED]),
        (lambda: verify_server(outside, by=BEN, hold_id=hold.id), [Act.SERVER_VERIFIED]),
        (lambda: verify_server(outside, by=CHO, hold_id=hold.id), []),
        (status(Status.RESOLVED), []),
        (lambda: claim_fix(outside, by=ANN, hold_id=other.id, evidence="rebooted"), [Act.FIX_CLAIMED]),
        (lambda: verify_server(outside, by=BEN, hold_id=other.id), [Act.SERVER_VERIFIED]),
    )
    web = await hold_on(outside, "web-1")
    await check(
        outside,
        (lambda: claim_fix(outside, by=ANN, hold_id=web.id, evidence="rebooted"), [Act.FIX_CLAIMED]),
        (lambda: verify_server(outside, by=BEN, hold_id=web.id), [Act.SERVER_VERIFIED]),
        (status(Status.RESOLVED), [Act.STATUS_CHANGED]),
        (status(Status.CLOSED), []),
        (status(Status.INVESTIGATING, "again"), [Act.INCIDENT_REOPENED]),
        (status(Status.CANCELLED, "it was a test"), [Act.STATUS_CHANGED]),
    )


async def test_the_life_of_work(outside: Outside, add_people: AddPeople) -> None:
    await add_people(*EVERYBODY)
    await add_server(outside, "lb-01", "lb-02")
    major = (await request(outside, "lb-01", kind=ChangeKind.MAJOR, tested="https://ci/1", differences="none")).change
    permit = await permit_for(outside, "lb-01", key="run-1")
    waits = await permit_for(outside, "lb-01", "lb-02")
    await check(
        outside,
        (lambda: request(outside, "lb-01"), [Act.CHANGE_REQUESTED]),
        (lambda: start_change(outside, by=ANN, change_id=major.id), []),
        (lambda: approve_change(outside, by=BEN, change_id=major.id), [Act.CHANGE_APPROVED]),
        (lambda: start_change(outside, by=ANN, change_id=major.id), [Act.CHANGE_STARTED]),
        (lambda: ask(outside, "lb-02"), [Act.PERMIT_GRANTED]),
        (lambda: ask(outside, "lb-01", key="run-1"), []),
        (lambda: start_permit(outside, caller="pipeline", permit_id=permit.id), [Act.PERMIT_STARTED]),
        (lambda: start_permit(outside, caller="pipeline", permit_id=permit.id), []),
    )
    rows = await left_by(outside, lambda: stop_the_line(outside, "lb-01"))
    stopped = [Act.CHANGE_DRAINING, Act.PERMIT_DRAINING, Act.PERMIT_REVOKED]
    assert sorted(rows) == sorted([Act.INCIDENT_DECLARED, Act.SERVER_HELD, *stopped])
    await check(
        outside,
        (lambda: ask(outside, "lb-01"), [Act.PERMIT_REFUSED]),
        (lambda: start_permit(outside, caller="pipeline", permit_id=waits.id), []),
        (lambda: request(outside, "lb-01"), [Act.CHANGE_REQUESTED, Act.CHANGE_REFUSED]),
        (
            lambda: finish_permit(outside, caller="pipeline", permit_id=permit.id, outcome="done"),
            [Act.PERMIT_FINISHED],
        ),
        (
            lambda: finish_change(outside, by=ANN, change_id=major.id, outcome=ChangeState.DONE),
            [Act.CHANGE_FINISHED],
        ),
        (lambda: make_token(outside, name="ci", secret="x"), [Act.TOKEN_MADE]),
    )
