"""What is promised of the audit chain in the database: sealed with the effect, one line, only added to."""

import asyncio

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from bot.domain.audit import Act
from bot.ports.outside import Outside
from bot.use_cases.record import record
from storage.database import Database
from tests.acts import ANN, add_server, ask, stop_the_line
from tests.chains import linked
from tests.clocks import START, FrozenClock
from tests.faults import Boom


async def note(outside: Outside, *subjects: str) -> None:
    """One audit row a subject, in one transaction."""
    async with outside.store.write() as tx:
        for subject in subjects:
            detail = {"why": "한글 \ud800", "count": 3, "list": [1.5, None, True]}
            await record(tx, at=START, act=Act.SERVER_DESCRIBED, actor=ANN, subject=subject, detail=detail)


async def test_every_row_has_its_link_in_its_transaction(outside: Outside, store: Database) -> None:
    assert await linked(store) == []
    await note(outside, "a", "b")
    assert await linked(store) == ["a", "b"]
    await stop_the_line(outside, "web-3")
    await add_server(outside, "lb-01")
    await ask(outside, "lb-01")
    async with store.read() as tx:
        assert len(await linked(store)) == len(await tx.audit.rows()) > 4


async def test_what_is_rolled_back_leaves_no_link(outside: Outside, store: Database) -> None:
    await note(outside, "a")
    with pytest.raises(Boom):
        async with store.write() as tx:
            await record(tx, at=START, act=Act.SERVER_DESCRIBED, actor=ANN, subject="lost")
            raise Boom
    await note(outside, "b")
    assert await linked(store) == ["a", "b"]


async def test_what_cannot_be_sealed_is_not_written(
    outside: Outside, store: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(_: int) -> str:
        raise Boom

    with monkeypatch.context() as broken, pytest.raises(Boom):
        broken.setattr("secrets.token_hex", fails)
        await note(outside, "lost")
    assert await linked(store) == []
    async with store.read() as tx:
        assert await tx.audit.rows() == []


async def test_replicas_that_write_at_once_make_one_chain(outside: Outside, store: Database, url: str) -> None:
    """On SQLite the second one stands for the command line: the end that each remembers grows old all the time."""
    other = Outside(Database(url), FrozenClock(), outside.policy)
    each = 12
    try:
        for n in range(each):
            two = (note(one, f"{name}-{n}", f"{name}-{n}'") for name, one in (("x", outside), ("y", other)))
            await asyncio.gather(*two, note(outside, f"z-{n}"))
    finally:
        await other.store.close()  # type: ignore[attr-defined]
    assert sorted(await linked(store)) == sorted(
        name for n in range(each) for name in (f"x-{n}", f"x-{n}'", f"y-{n}", f"y-{n}'", f"z-{n}")
    )


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit SET actor = 'somebody' WHERE seq = 1",
        "UPDATE audit SET act = 'fix_claimed'",
        "UPDATE audit SET detail = '{}'",
        "UPDATE audit SET incident_id = NULL, request_key = 'x'",
        "DELETE FROM audit_link",
        "DELETE FROM audit WHERE seq = 2",
        "UPDATE audit_link SET hash = prev",
        "UPDATE audit_link SET salt = prev",
        "UPDATE audit_head SET n = 1",
        "UPDATE audit_head SET n = 0, hash = 'x', log = 'y'",
        "DELETE FROM audit_head",
        "INSERT INTO audit_head (log, n, hash) VALUES ('x', 0, 'y')",
        "INSERT INTO audit_link (n, seq, salt, commitment, prev, hash) VALUES (3, 2, '', '', '', '')",
        "INSERT INTO audit_link (n, seq, salt, commitment, prev, hash)"
        " SELECT n + 1, seq + 5, '', '', hash, 'x' FROM audit_link WHERE n = 1",
    ],
)
async def test_the_database_refuses_everything_but_adding(outside: Outside, store: Database, statement: str) -> None:
    await note(outside, "a", "b")
    with pytest.raises(DBAPIError):
        async with store.engine.begin() as connection:
            await connection.execute(text("SELECT 1"))
            await connection.execute(text(statement))
    assert await linked(store) == ["a", "b"]
