"""The figures stay cheap: what was done long ago is not looked at, however much of it there is."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from sqlalchemy import event, insert, text

from bot.domain.permit import PermitState
from storage.database import Database
from storage.operations import _LIVE, DatabaseMeter
from storage.tables import job, permit
from tests.clocks import FrozenClock

MANY = 20_000


@contextmanager
def statements(store: Database) -> Iterator[list[tuple[str, Any]]]:
    """What is asked of the database meanwhile."""
    asked: list[tuple[str, Any]] = []

    def note(_: Any, __: Any, statement: str, parameters: Any, *___: Any) -> None:
        asked.append((statement, parameters))

    event.listen(store.engine.sync_engine, "before_cursor_execute", note)
    yield asked
    event.remove(store.engine.sync_engine, "before_cursor_execute", note)


async def test_nothing_that_grows_is_read_whole(store: Database, clock: FrozenClock) -> None:
    now = clock.now()
    done = dict(kind="post", payload={}, state="done", run_at=now, attempts=1)
    over = dict(caller="ci", digest="x", state="finished", granted_at=now, expires_at=now, shadow=False)
    async with store.begun(writing=True) as connection:
        await connection.execute(insert(job), [{**done, "id": f"d{n}", "key": f"d{n}"} for n in range(MANY)])
        await connection.execute(insert(permit), [{**over, "key": f"k{n}"} for n in range(MANY)])
    async with store.engine.connect() as connection:
        await connection.execution_options(isolation_level="AUTOCOMMIT")
        await connection.execute(text("ANALYZE"))
    with statements(store) as asked:
        figures = await DatabaseMeter(store).figures(now)
    assert figures.dead == figures.deliveries == 0 and not any(figures.permits.values())
    sqlite = store.engine.dialect.name == "sqlite"
    async with store.engine.connect() as connection:
        for statement, parameters in asked:
            if not statement.startswith("SELECT"):
                continue
            explain = "EXPLAIN QUERY PLAN " if sqlite else "EXPLAIN "
            rows = await connection.exec_driver_sql(explain + statement, parameters)
            plan = "\n".join(str(row[-1]) for row in rows)
            whole = r"SCAN (job|permit)(?! USING)" if sqlite else r"Seq Scan on (job|permit)\b"
            assert not re.search(whole, plan), f"{statement}\n{plan}"


async def test_a_granted_permit_matters_as_long_as_it_may_start(store: Database, clock: FrozenClock) -> None:
    now, minute = clock.now(), timedelta(minutes=1)
    same = dict(caller="ci", digest="x", granted_at=now - minute, shadow=False)
    states = [(state.value, now - minute) for state in PermitState] + [("granted", now + minute)] * 2
    async with store.begun(writing=True) as connection:
        for number, (state, until) in enumerate(states):
            row = {**same, "state": state, "expires_at": until, "key": f"k{number}"}
            await connection.execute(insert(permit).values(row))
    figures = await DatabaseMeter(store).figures(now)
    assert figures.permits == {**dict.fromkeys(_LIVE, 1), "granted": 2}
    dead = {"revoked", "refused", "finished"}
    assert {*_LIVE} | dead == {state.value for state in PermitState}
