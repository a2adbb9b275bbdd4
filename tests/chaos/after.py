"""What must hold when everything is over, as the audit log and the workspace tell it, without any rule of ours."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select

from bot.adapters.system_clock import SystemClock
from bot.ports.outside import Outside, Policy
from bot.use_cases.audit import verify_audit
from storage.database import Database
from storage.tables import audit, audit_link, incident, job, permit
from tests.chaos.people import ANNOUNCED, Pipeline, Story, World

ONCE = {"incident_declared": 1, "server_held": 2, "server_verified": 2, "status_changed": 1}


async def check(world: World, stories: Sequence[Story], pipelines: Sequence[Pipeline]) -> dict[str, int]:
    """Raises AssertionError for what was lost, doubled or started on a frozen server; how much there was of each."""
    rows = await log(world.records)
    numbers = [await _once(world, story, rows) for story in stories]
    started = nothing_started_on_a_frozen_server(rows)
    finished = Counter(row.subject for row in rows if row.act == "permit_finished")
    assert max(finished.values(), default=0) <= 1, "work that ended twice"
    for pipeline in pipelines:
        missing = [one for one in pipeline.finished if not finished[f"permit-{one}"]]
        assert not missing, f"acknowledged and lost: {missing}"
    keys = Counter(await _rows(world.records, select(permit.c.caller, permit.c.key)))
    assert max(keys.values(), default=0) <= 1, "two permits for one key"
    dead = await _rows(world.records, select(job.c.id, job.c.error).where(job.c.state == "dead"))
    assert not dead, dead
    assert not world.told, world.told
    outside = Outside(world.records, SystemClock(), Policy())
    verdict = await verify_audit(outside)
    assert not verdict.wrong, verdict.wrong
    return {"incidents": len(numbers), "starts": started, "audit rows": len(rows)}


async def log(records: Database) -> list[Any]:
    """The audit rows in the order of their commits: the chain's."""
    query = select(audit).join(audit_link, audit_link.c.seq == audit.c.seq).order_by(audit_link.c.n)
    return await _rows(records, query)


async def _rows(records: Database, query: Any) -> list[Any]:
    async with records.engine.connect() as connection:
        return list((await connection.execute(query)).all())


async def _once(world: World, story: Story, rows: Sequence[Any]) -> int:
    (number,) = await story.numbers()
    acts = Counter(row.act for row in rows if row.incident_id == number)
    assert acts["fix_claimed"] <= story.claims, (story.title, acts)
    assert {act: acts[act] for act in ONCE} == ONCE, (story.title, acts)
    assert acts["fix_claimed"] >= len(story.names), (story.title, acts)
    (name,) = await _rows(
        world.records, select(incident.c.channel, incident.c.channel_name).where(incident.c.id == number)
    )
    mine = [one for one in world.server.workspace.channels.values() if f"no{story.number}x" in one.name]
    assert [one.id for one in mine] == [name.channel], f"one channel for {story.title}: {[one.name for one in mine]}"
    person = world.server.person(story.reporter)
    said = [m for m in person.messages(mine[0].id) if m.get("bot_id") and not m.get("ephemeral")]
    keys = Counter(map(key_of, said))
    doubled = [(m["ts"], key_of(m)) for m in said if keys[key_of(m)] > 1]
    assert "None" not in keys and not doubled, (story.title, doubled, keys)
    assert len(mine[0].pins) == 1
    announced = [m for m in person.messages(ANNOUNCED) if f"no{story.number}x" in str(m)]
    assert len(announced) == 1, f"one announcement of {story.title}, not {len(announced)}"
    return int(number)


def key_of(message: Mapping[str, Any]) -> str:
    """What the message says that it is; `None` where it says nothing."""
    return str((message.get("metadata") or {}).get("event_payload", {}).get("key"))


def nothing_started_on_a_frozen_server(rows: Sequence[Any]) -> int:
    """I1 and I4 by commit order: the number of starts."""
    held: dict[str, set[int]] = {}
    started = 0
    for row in rows:
        match row.act:
            case "server_held":
                for name in row.detail["servers"]:
                    held.setdefault(name, set()).add(row.incident_id)
            case "server_verified" | "mistake_verified":
                held[row.subject].discard(row.incident_id)
            case "permit_started" | "permit_used":
                started += 1
                on = [name for name in row.detail["servers"] if held.get(name)]
                assert not on, f"{row.subject} was started on {on}"
    return started
