"""The states of the authority matrix that speak of frozen servers and of work on them."""

from typing import Any

from bot.domain.change import ChangeKind, ChangeState
from bot.domain.ids import ChangeId, PermitId
from bot.domain.permit import Directive
from bot.domain.sight import WHOLE
from bot.ports.outside import Outside
from bot.use_cases.change import ChangeWords, approve_change, finish_change, start_change
from bot.use_cases.fix import claim_fix, verify_server
from bot.use_cases.freeze import get_hold
from bot.use_cases.override import ask_override, confirm_override
from bot.use_cases.permit import approve_fix, end_permit, refuse_fix, start_permit
from bot.use_cases.thaw import decide_held_back, everything_held_back
from tests.acts import ask as ask_gate
from tests.acts import hold_on, permit_for, request
from tests.clocks import FrozenClock
from tests.use_cases.authority_scenes import (
    APPROVER,
    ASKER,
    CLAIMER,
    GONE,
    HELPER,
    WORKER,
    Given,
    incident,
    leave,
    scene,
)

TESTED = {"tested": "staging, https://ci.example/7", "differences": "half the nodes", "kind": ChangeKind.MAJOR}

# -- the freeze


async def _worked_on(outside: Outside, server: str) -> Given:
    """A fix was done here by the one who works."""
    number = await incident(outside, server)
    change_id = (await request(outside, server, by=WORKER, fix_for=number)).change.id  # type: ignore[arg-type]
    permit_id = await permit_of(outside, change_id)
    await approve_fix(outside, by=HELPER, permit_id=permit_id, incident_id=number)
    await start_change(outside, by=WORKER, change_id=change_id)
    await finish_change(outside, by=WORKER, change_id=change_id, outcome=ChangeState.DONE)
    return {"hold_id": (await hold_on(outside, server)).id}


async def permit_of(outside: Outside, change_id: ChangeId) -> PermitId:
    """Under which a change waits or runs."""
    async with outside.store.read() as tx:
        found = await tx.permits.of_change(change_id)
    assert found
    return found.id


async def _held(outside: Outside, state: str) -> Given:
    given = await _worked_on(outside, "lb-01")
    if state != "active":
        mistaken = state == "claimed as a mistake"
        await claim_fix(outside, by=CLAIMER, hold_id=given["hold_id"], evidence="a graph", mistaken=mistaken)
    if state == "released":
        await verify_server(outside, by=HELPER, hold_id=given["hold_id"])
    return given


HOLD_STATES = ("active", "claimed", "released")
for name, given in (
    ("claim_fix", {"evidence": "rebooted; see the graph"}),
    ("reject_fix", {"reason": "it is not"}),
    ("verify_server", {}),
):
    for state in HOLD_STATES:

        @scene(name, state)
        async def _hold(outside: Outside, clock: FrozenClock, given: Given = given, state: str = state) -> Given:
            return {**await _held(outside, state), **given}


@scene("verify_server", "claimed as a mistake")
async def _mistake(outside: Outside, clock: FrozenClock) -> Given:
    return await _held(outside, "claimed as a mistake")


@scene("verify_server", "claimed, other evidence was shown")
async def _evidence(outside: Outside, clock: FrozenClock) -> Given:
    given = await _held(outside, "claimed")
    old, _ = await get_hold(outside, given["hold_id"], sight=WHOLE)
    clock.forward(seconds=1)
    await claim_fix(outside, by=CLAIMER, hold_id=old.id, evidence="another graph")
    return {**given, "digest": old.digest}


# -- changes


@scene("request_change", "")
async def _request(outside: Outside, clock: FrozenClock) -> Given:
    return {"words": ChangeWords("rotate", ChangeKind.MINOR, ["lb-01"]), "request_key": "k", "channel": None}


async def _change(outside: Outside, *, approvals: int = 0, started: bool = False, **words: Any) -> ChangeId:
    number = (await request(outside, "lb-01", by=ASKER, **(words or TESTED))).change.id
    for who in (APPROVER, HELPER)[:approvals]:
        await approve_change(outside, by=who, change_id=number)
    if started:
        await start_change(outside, by=ASKER, change_id=number)
    return number


CHANGES: dict[str, tuple[tuple[str, ...], Given]] = {
    "major, asked for": (("approve_change", "start_change", "withdraw_change"), {}),
    "major, approved once of twice": (("approve_change", "start_change"), {"approvals": 1}),
    "major, approved": (("approve_change", "start_change"), {"approvals": 2}),
    "running": (
        ("approve_change", "start_change", "finish_change", "withdraw_change"),
        {"approvals": 2, "started": True},
    ),
    "not begun": (("finish_change",), {}),
}
for state, (names, how) in CHANGES.items():
    for name in names:

        @scene(name, state)
        async def _on_change(outside: Outside, clock: FrozenClock, how: Given = how, name: str = name) -> Given:
            more = {"outcome": ChangeState.DONE} if name == "finish_change" else {}
            return {"change_id": await _change(outside, **how), **more}


@scene("start_change", "its server is held")
async def _frozen(outside: Outside, clock: FrozenClock) -> Given:
    await incident(outside, "lb-01")
    return {"change_id": await _change(outside, kind=ChangeKind.MINOR)}


@scene("start_change", "its server is held; an override was asked for and confirmed")
async def _overridden(outside: Outside, clock: FrozenClock) -> Given:
    given = await _frozen(outside, clock)
    await confirm_override(outside, by=APPROVER, number=(await _override(outside, clock))["number"])
    return given


@scene("approve_change", "major, approved by somebody who left since")
async def _approver_left(outside: Outside, clock: FrozenClock) -> Given:
    number = await _change(outside, **{**TESTED, "differences": "none"})
    await approve_change(outside, by=GONE, change_id=number)
    await leave(outside)
    return {"change_id": number}


@scene("start_change", "major, approved by somebody who left since")
async def _unapproved(outside: Outside, clock: FrozenClock) -> Given:
    return await _approver_left(outside, clock)


@scene("start_change", "its server is held; an override was confirmed by somebody who left since")
async def _confirmer_left(outside: Outside, clock: FrozenClock) -> Given:
    given = await _frozen(outside, clock)
    await confirm_override(outside, by=GONE, number=(await _override(outside, clock))["number"])
    await leave(outside)
    return given


@scene("start_change", "a fix, agreed to by somebody who left since")
async def _agreed_left(outside: Outside, clock: FrozenClock) -> Given:
    number = await incident(outside, "lb-01")
    change_id = (await request(outside, "lb-01", by=ASKER, fix_for=number)).change.id  # type: ignore[arg-type]
    permit_id = await permit_of(outside, change_id)
    await approve_fix(outside, by=GONE, permit_id=permit_id, incident_id=number)
    await leave(outside)
    return {"change_id": change_id}


@scene("approve_fix", "agreed to by somebody who left since")
async def _agreed_again(outside: Outside, clock: FrozenClock) -> Given:
    given = await _fix(outside, led=False)
    await approve_fix(outside, by=GONE, **given)
    await leave(outside)
    return given


# -- the gate's questions


async def _fix(outside: Outside, *, led: bool) -> Given:
    number = await incident(outside, "lb-01", led=led)
    change_id = (await request(outside, "lb-01", by=ASKER, fix_for=number)).change.id  # type: ignore[arg-type]
    return {"permit_id": await permit_of(outside, change_id), "incident_id": number}


for name in ("approve_fix", "refuse_fix"):
    for led in (False, True):

        @scene(name, "a fix waits, led" if led else "a fix waits, nobody leads")
        async def _waits(outside: Outside, clock: FrozenClock, led: bool = led) -> Given:
            return await _fix(outside, led=led)

    @scene(name, "refused")
    async def _refused(outside: Outside, clock: FrozenClock) -> Given:
        given = await _fix(outside, led=False)
        await refuse_fix(outside, by=HELPER, **given)
        return given


for led in (False, True):
    for to in (Directive.CONTINUE, Directive.STOP):

        @scene("direct_run", f"work drains, {'led' if led else 'nobody leads'}, to {to}")
        async def _drains(outside: Outside, clock: FrozenClock, led: bool = led, to: Directive = to) -> Given:
            change_id = await _change(outside, kind=ChangeKind.MINOR, started=True)
            number = await incident(outside, "lb-01", led=led)
            return {"permit_id": await permit_of(outside, change_id), "incident_id": number, "directive": to}


async def _run(outside: Outside) -> PermitId:
    permit = await permit_for(outside, "lb-01")
    await start_permit(outside, caller="pipeline", permit_id=permit.id)
    return permit.id


@scene("direct_run", "work runs, nothing stopped it")
async def _runs(outside: Outside, clock: FrozenClock) -> Given:
    number, permit_id = await incident(outside, "lb-02"), await _run(outside)
    return {"permit_id": permit_id, "incident_id": number, "directive": Directive.CONTINUE}


@scene("end_permit", "work runs")
async def _running(outside: Outside, clock: FrozenClock) -> Given:
    return {"permit_id": await _run(outside), "outcome": ChangeState.DONE}


@scene("end_permit", "it ended")
async def _over(outside: Outside, clock: FrozenClock) -> Given:
    given = await _running(outside, clock)
    await end_permit(outside, by=HELPER, **given)
    return given


@scene("decide_held_back", "offered")
async def _offered(outside: Outside, clock: FrozenClock) -> Given:
    await incident(outside, "lb-01")
    await ask_gate(outside, "lb-01")
    hold_id = (await hold_on(outside, "lb-01")).id
    await claim_fix(outside, by=CLAIMER, hold_id=hold_id, evidence="a graph")
    await verify_server(outside, by=HELPER, hold_id=hold_id)
    (one,) = await everything_held_back(outside)
    return {"number": one.id, "resume": True}


@scene("decide_held_back", "decided")
async def _taken(outside: Outside, clock: FrozenClock) -> Given:
    given = await _offered(outside, clock)
    await decide_held_back(outside, by=HELPER, **given)
    return given


GLASS = {"servers": ["lb-01"], "reason": "users are cut off", "request_key": "glass"}


@scene("ask_override", "held")
async def _glass(outside: Outside, clock: FrozenClock) -> Given:
    await incident(outside, "lb-01")
    return GLASS


@scene("ask_override", "free")
async def _no_need(outside: Outside, clock: FrozenClock) -> Given:
    return GLASS


@scene("confirm_override", "asked for")
async def _override(outside: Outside, clock: FrozenClock) -> Given:
    await incident(outside, "lb-01")
    asked = await ask_override(outside, by=ASKER, **GLASS)
    assert asked
    return {"number": asked.id}


@scene("confirm_override", "confirmed")
async def _confirmed(outside: Outside, clock: FrozenClock) -> Given:
    given = await _override(outside, clock)
    await confirm_override(outside, by=APPROVER, **given)
    return given
