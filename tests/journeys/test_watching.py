"""What whoever watches over us reads: `/readyz` and `/metrics`, without a token, without a name."""

import asyncio
import re
from datetime import timedelta

import aiohttp
import pytest
from sqlalchemy import insert, update

from bot.ports.storage import StoreUnavailable
from bot.sandbox.faults import RateLimited
from storage.tables import job
from tests.journeys.stage import DOYUN, MINJI, Stage
from tests.waiting import PLENTY_SECONDS

LINE = re.compile(r'([a-z_]+)(?:\{([a-z]+="[^"\\\n]*"(?:,[a-z]+="[^"\\\n]*")*)\})? (-?[0-9.e+]+)')


def base(stage: Stage) -> str:
    return str(stage.app.request_url).removesuffix("/slack/events")


async def get(stage: Stage, path: str) -> tuple[int, str, str]:
    async with aiohttp.ClientSession() as session, session.get(base(stage) + path) as answer:
        return answer.status, answer.headers["Content-Type"], await answer.text()


def read(page: str) -> dict[str, float]:
    """name{labels} → value; every line is as the format wants it, and each family says what it is first."""
    found, described = {}, set()
    assert page.endswith("\n")
    for line in page.splitlines():
        if said := re.fullmatch(r"# (HELP|TYPE) ([a-z_]+) (.+)", line):
            described.add((said[1], said[2]))
            assert said[1] == "HELP" or said[3] in ("gauge", "counter")
            continue
        sample = LINE.fullmatch(line)
        assert sample, line
        assert {("HELP", sample[1]), ("TYPE", sample[1])} <= described
        key = f"{sample[1]}{{{sample[2]}}}" if sample[2] else sample[1]
        assert key not in found
        found[key] = float(sample[3])
    return found


async def metrics(stage: Stage) -> dict[str, float]:
    status, kind, page = await get(stage, "/metrics")
    assert status == 200 and kind == "text/plain; version=0.0.4; charset=utf-8"
    return read(page)


async def test_ready(http_stage: Stage) -> None:
    status, _, body = await get(http_stage, "/readyz")
    assert status == 200 and '"status": "ready"' in body and "false" not in body


async def test_the_figures(http_stage: Stage) -> None:
    stage = http_stage
    channel = await stage.declare(MINJI, "sev2 비밀스러운 결제 오류 서버 web-3, web-4")
    await stage.declare(MINJI, "sev3 느려짐 서버 web-3")
    await stage.command(DOYUN, "/freeze fixed web-4 설정을 되돌렸고 오류율이 0입니다", channel)
    now = stage.clock.now()
    async with stage.product.database.begun(writing=True) as connection:
        rows = [
            dict(kind="slack_delivery", state="open", run_at=now - timedelta(seconds=90)),
            dict(kind="post", state="open", run_at=now - timedelta(seconds=40)),
            dict(kind="post", state="open", run_at=now - timedelta(seconds=10)),
            dict(kind="nag", state="open", run_at=now + timedelta(days=1), attempts=3),
            dict(kind="post", state="dead", run_at=now, error="a sentence that somebody typed"),
        ]
        for number, row in enumerate(rows):
            leased = {"lease": now + timedelta(days=1), "owner": "another"}
            same = {"id": f"x{number}", "key": f"x{number}", "payload": {"text": "typed"}, "attempts": 0}
            await connection.execute(insert(job).values({**same, **({} if row["kind"] == "nag" else leased), **row}))
    figures = await metrics(stage)
    assert figures["stopline_inbox_deliveries"] == 1 and 90 <= figures["stopline_inbox_age_seconds"] < 110
    assert figures['stopline_outbox_jobs{kind="post"}'] == 2 and 40 <= figures["stopline_outbox_lag_seconds"] < 60
    assert figures["stopline_jobs_tried_again"] == 1 and figures["stopline_jobs_dead"] == 1
    assert figures['stopline_holds{state="active"}'] == 2 and figures['stopline_holds{state="claimed"}'] == 1
    assert figures["stopline_servers_held"] == 2 and figures["stopline_incidents_open"] == 2
    assert figures['stopline_permits{state="granted"}'] == 0 and figures["stopline_database_up"] == 1
    assert abs(figures["stopline_slack_last_event_timestamp_seconds"] - now.timestamp()) < 60
    assert 20e6 < figures["process_resident_memory_bytes"] < 2e9
    _, _, page = await get(stage, "/metrics")
    assert not re.search(r"web-3|결제|typed|minji|U01|somebody", page, re.IGNORECASE)
    stage.expected.add("dead job x4")
    async with stage.product.database.begun(writing=True) as connection:
        await connection.execute(update(job).where(job.c.key.like("x%"), job.c.state == "open").values(state="done"))


async def test_what_slack_refuses_for_coming_too_often(http_stage: Stage) -> None:
    stage = http_stage
    stage.expected.add("RateLimited")
    stage.server.faults.on("conversations.create", RateLimited(retry_after=1))
    await stage.declare(MINJI, "sev3 느려짐")
    figures = await metrics(stage)
    assert figures['stopline_slack_rate_limited_total{method="conversations.create"}'] == 1


async def test_what_rests_says_for_how_long(http_stage: Stage) -> None:
    http_stage.product.pace.rest("conversations_create", "", 30)
    figures = await metrics(http_stage)
    assert 0 < figures['stopline_slack_resting_seconds{method="conversations.create"}'] <= 30


async def test_a_database_that_is_away(http_stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    from storage import operations

    async def away(*_: object) -> None:
        raise StoreUnavailable("gone")

    monkeypatch.setattr(operations.DatabaseMeter, "schema_is_ours", away)
    monkeypatch.setattr(operations.DatabaseMeter, "figures", away)
    status, _, body = await get(http_stage, "/readyz")
    assert status == 503 and '"database": false, "schema": false' in body
    figures = await metrics(http_stage)
    assert figures["stopline_database_up"] == 0 and "stopline_jobs_dead" not in figures


async def test_a_database_that_hangs(http_stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    from storage import operations

    async def hang(*_: object) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(operations.DatabaseMeter, "schema_is_ours", hang)
    async with asyncio.timeout(PLENTY_SECONDS):
        assert (await get(http_stage, "/readyz"))[0] == 503


@pytest.mark.parametrize("version, ready", [("0001", False), ("9999", True)])
async def test_an_old_schema_is_not_ready_and_a_newer_one_is(http_stage: Stage, version: str, ready: bool) -> None:
    """A replica of the version before serves on while the next one rolls out."""
    async with http_stage.product.database.begun(writing=True) as connection:
        await connection.exec_driver_sql(f"UPDATE alembic_version SET version_num = '{version}'")
    checks = await http_stage.product._vitals().checks()
    assert checks == {"database": True, "schema": ready, "slack": True, "socket": True, "worker": True}


async def test_without_slack_or_a_worker_it_is_not_ready(stage: Stage) -> None:
    vitals = stage.product._vitals()
    assert all((await vitals.checks()).values()) and "stopline_slack_connections" in read(await vitals.metrics())
    stage.server.faults.latencies["apps.connections.open"] = 30.0
    stage.server.drop_sockets()
    while stage.product.sockets and stage.product.sockets.up:
        await asyncio.sleep(0.05)
    assert not (await vitals.checks())["socket"]
    stage.product.slack._identity = None
    assert not (await vitals.checks())["slack"]
    stage.server.faults.clear()
    await stage.product.worker.stop()
    while stage.product.working and not stage.product.working.done():
        await asyncio.sleep(0.05)
    assert not (await vitals.checks())["worker"]
