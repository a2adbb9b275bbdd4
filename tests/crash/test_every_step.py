"""Kill -9 at every step of declare, freeze, permit, verify and close: one channel, one record, the same holds.

`STEPS` is a few more than there are, and the run without a cut says so. `CRASH_EVERY=10` cuts every tenth only.
"""

import os
from collections import Counter
from pathlib import Path

import pytest

from bot.domain.audit import Act
from bot.domain.freeze import HoldState
from bot.domain.ids import IncidentId
from bot.domain.incident import Status
from bot.use_cases.permit import finish_permit, start_permit
from tests.acts import ask
from tests.crash.world import Deed, World, a_world
from tests.journeys.conftest import SERVERS
from tests.journeys.stage import DOYUN, MINJI

STEPS = 206
EVERY = int(os.environ.get("CRASH_EVERY", "1"))
FIRST = IncidentId(1)


async def declare(world: World) -> None:
    await world.server.person(MINJI).command(world.ops, "/incident", "declare sev2 checkout errors on web-3")


async def freeze(world: World) -> None:
    await world.server.person(MINJI).command(await channel(world), "/incident", "server web-4")


async def claim(world: World) -> None:
    minji, place = world.server.person(MINJI), await channel(world)
    for name in ("web-3", "web-4"):
        if (await holds(world)).get(name) == HoldState.ACTIVE:
            await minji.command(place, "/freeze", f"fixed {name} rolled back to 4.2.1")


async def verify(world: World) -> None:
    doyun, place = world.server.person(DOYUN), await channel(world)
    for name in ("web-3", "web-4"):
        if (await holds(world)).get(name) == HoldState.CLAIMED:
            life = world.lights
            for view in doyun.views():
                await doyun.close(view)
            await doyun.command(place, "/freeze", f"verify {name}")
            while not doyun.views() and not life.out.is_set():
                await world.server.settle()
            await doyun.submit(doyun.views()[-1])


async def permit(world: World) -> None:
    """A pipeline that asks again with its own key, as its guard does."""
    assert world.product
    outside = world.product.desk.outside
    answer = await ask(outside, "lb-01", key="deploy-7", caller="ci")
    assert answer.permit
    if answer.permit.started_at is None:
        await start_permit(outside, caller="ci", permit_id=answer.permit.id)
    await finish_permit(outside, caller="ci", permit_id=answer.permit.id, outcome="done")


async def close(world: World) -> None:
    await world.server.person(MINJI).command(await channel(world), "/incident", "status resolved")


async def channel(world: World) -> str:
    async with world.records.store.read() as tx:
        one = await tx.incidents.get(FIRST)
    assert one and one.channel
    return str(one.channel)


async def holds(world: World) -> dict[str, HoldState]:
    async with world.records.store.read() as tx:
        return {str(hold.server): hold.state for hold in await tx.holds.of_incident(FIRST)}


async def opened(world: World) -> bool:
    async with world.records.store.read() as tx:
        one = await tx.incidents.get(FIRST)
    return bool(one and one.channel and one.card_ts)


async def permitted(world: World) -> bool:
    return bool(await acts(world, Act.PERMIT_FINISHED))


async def acts(world: World, *wanted: Act) -> int:
    async with world.records.store.read() as tx:
        return len(await tx.audit.rows(acts=wanted))


async def resolved(world: World) -> bool:
    async with world.records.store.read() as tx:
        one = await tx.incidents.get(FIRST)
    return one is not None and one.status is Status.RESOLVED


async def all_of(world: World, state: HoldState, count: int) -> bool:
    return list((await holds(world)).values()) == [state] * count


STORY = (
    Deed("declare", declare, opened),
    Deed("freeze", freeze, lambda world: all_of(world, HoldState.ACTIVE, 2)),
    Deed("permit", permit, permitted),
    Deed("claim", claim, lambda world: all_of(world, HoldState.CLAIMED, 2)),
    Deed("verify", verify, lambda world: all_of(world, HoldState.RELEASED, 2)),
    Deed("close", close, resolved),
)
ONCE = {
    Act.INCIDENT_DECLARED: 1,
    Act.SERVER_HELD: 2,
    Act.PERMIT_GRANTED: 1,
    Act.PERMIT_STARTED: 1,
    Act.PERMIT_FINISHED: 1,
    Act.FIX_CLAIMED: 2,
    Act.SERVER_VERIFIED: 2,
    Act.STATUS_CHANGED: 1,
}


async def play(world: World) -> None:
    """The whole story, and what stands in the end."""
    for deed in STORY:
        await world.do(deed)
    await world.settled()
    async with world.records.store.read() as tx:
        rows = Counter(row.act for row in await tx.audit.rows())
        dead = await tx.jobs.dead()
    assert {act: rows[act] for act in ONCE} == ONCE and not dead, (rows, dead)
    channels = [one for one in world.server.workspace.channels.values() if one.name.startswith("inc-")]
    assert [one.id for one in channels] == [await channel(world)], "one channel"
    minji = world.server.person(MINJI)
    ours = [m for m in minji.messages(channels[0].id) if m.get("bot_id") and not m.get("ephemeral")]
    keys = Counter(str((m.get("metadata") or {}).get("event_payload", {}).get("key")) for m in ours)
    assert "None" not in keys and set(keys.values()) == {1}, keys
    assert len(channels[0].pins) == 1 and len(channels[0].bookmarks) <= 1
    announced = [m for m in minji.messages(_named(world, "incidents")) if m.get("bot_id")]
    assert len(announced) == 1, "one announcement"


def _named(world: World, name: str) -> str:
    return next(one.id for one in world.server.workspace.channels.values() if one.name == name)


@pytest.mark.parametrize("at", range(0, STEPS + 1, EVERY))
async def test_whatever_step_is_the_last_of_a_life_the_next_one_finishes(
    at: int, monkeypatch: pytest.MonkeyPatch, database_file: Path, tmp_path: Path
) -> None:
    servers = tmp_path / "servers.yaml"
    servers.write_text(SERVERS)
    async with a_world(f"sqlite:///{database_file}", str(servers), at, monkeypatch) as world:
        await play(world)
        if at == 0:
            (life,) = world.lives[1:]
            assert STEPS - 40 < len(life.steps) < STEPS, f"all {len(life.steps)} steps are cut, and hardly more"
