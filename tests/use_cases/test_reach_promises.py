"""Shared fates: what a freeze reaches, what an edge adds and never lifts, what only warns."""

import pytest

from bot.domain.errors import PermitStale, TooManyServers
from bot.domain.freeze import HoldCause
from bot.domain.gate import Verdict
from bot.domain.server import ASK_ABOVE, Edge, EdgeKind, Server
from bot.ports.outside import Outside
from bot.use_cases.catalogue import connect_servers, describe_servers
from bot.use_cases.fix import claim_fix, verify_server
from bot.use_cases.freeze import add_servers, frozen_servers
from bot.use_cases.permit import start_permit
from tests.acts import ANN, BEN, EVERYBODY, add_server, ask, described, epochs, hold_on, permit_for, stop_the_line
from tests.conftest import AddPeople

FATE, SERVES = EdgeKind.SHARED_FATE, EdgeKind.SERVES


@pytest.fixture(autouse=True)
async def people(add_people: AddPeople, outside: Outside) -> None:
    await add_people(*EVERYBODY)
    await add_server(outside, *(f"s-{n}" for n in range(6)))


async def edge(outside: Outside, one: int, other: int, *, kind: EdgeKind = FATE, removed: bool = False) -> None:
    await connect_servers(outside, by=ANN, one=f"s-{one}", other=f"s-{other}", kind=kind, removed=removed)


async def frozen(outside: Outside) -> set[str]:
    return {one.hold.server for one in await frozen_servers(outside)}


async def release(outside: Outside, server: str) -> None:
    hold = await hold_on(outside, server)
    await claim_fix(outside, by=ANN, hold_id=hold.id, evidence="a graph")
    await verify_server(outside, by=BEN, hold_id=hold.id)


async def test_a_freeze_goes_three_edges_far_and_round_no_circle(outside: Outside) -> None:
    for n in range(5):
        await edge(outside, n, n + 1)
    await edge(outside, 0, 2)
    await stop_the_line(outside, "s-0")
    assert await frozen(outside) == {"s-0", "s-1", "s-2", "s-3", "s-4"}
    hold = await hold_on(outside, "s-4")
    assert hold.cause is HoldCause.PROPAGATED and hold.reached_from == "s-0"


async def test_work_is_refused_where_a_neighbour_is_held(outside: Outside) -> None:
    await edge(outside, 0, 1)
    await stop_the_line(outside, "s-0")
    await release(outside, "s-1")
    answer = await ask(outside, "s-1")
    assert answer.decision.verdict is Verdict.FROZEN and answer.decision.servers == ("s-0",)


async def test_a_server_that_serves_another_only_warns(outside: Outside) -> None:
    await edge(outside, 0, 1, kind=SERVES)
    await stop_the_line(outside, "s-0")
    answer = await ask(outside, "s-1")
    assert answer.decision.verdict is Verdict.FREE and [hold.server for hold in answer.decision.warnings] == ["s-0"]
    assert await frozen(outside) == {"s-0"}


async def test_an_edge_that_comes_in_a_freeze_adds_holds_and_makes_permits_stale(outside: Outside) -> None:
    await stop_the_line(outside, "s-0")
    permit = await permit_for(outside, "s-1")
    other = await permit_for(outside, "s-3")
    await edge(outside, 1, 0)
    await edge(outside, 3, 4)
    assert await frozen(outside) == {"s-0", "s-1"}
    for stale in (permit, other):
        with pytest.raises(PermitStale):
            await start_permit(outside, caller="pipeline", permit_id=stale.id)


async def test_an_edge_that_goes_lifts_nothing(outside: Outside) -> None:
    await edge(outside, 0, 1)
    await stop_the_line(outside, "s-0")
    await edge(outside, 0, 1, removed=True)
    assert await frozen(outside) == {"s-0", "s-1"}
    fates = frozenset({Edge("s-2", "s-3", FATE)})  # type: ignore[arg-type]
    servers = [Server(0, f"s-{n}", 0) for n in range(6)]  # type: ignore[arg-type]
    await describe_servers(outside, described(*servers, edges=fates))
    assert await frozen(outside) == {"s-0", "s-1"}


async def test_an_edge_that_reaches_nothing_new_freezes_nothing_again(outside: Outside) -> None:
    await edge(outside, 0, 1)
    await edge(outside, 1, 2)
    await stop_the_line(outside, "s-1")
    await release(outside, "s-0")
    before = await epochs(outside)
    await edge(outside, 0, 2)
    assert await frozen(outside) == {"s-1", "s-2"} and await epochs(outside) == before


async def test_more_than_five_hundred_servers_are_asked_for_twice(outside: Outside) -> None:
    many = [f"web-{n}" for n in range(ASK_ABOVE + 1)]
    made = await stop_the_line(outside)
    await describe_servers(outside, described(*(Server(0, name, 0) for name in many)))  # type: ignore[arg-type]
    with pytest.raises(TooManyServers):
        await add_servers(outside, by=ANN, incident_id=made.incident.id, names=["web-*"])
    assert not await frozen(outside)
    await add_servers(outside, by=ANN, incident_id=made.incident.id, names=["web-*"], wide=True)
    assert len(await frozen(outside)) == ASK_ABOVE + 1
