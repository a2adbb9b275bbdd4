"""What is promised of a check of the database's own log: whoever may do anything there is found."""

import pytest

from bot.domain.audit_check import Why
from bot.domain.checkpoint import read_checkpoint
from bot.ports.outside import Outside
from bot.use_cases.audit import checkpoint_now, verify_audit
from storage.database import Database
from tests.acts import ANN, add_server, ask, stop_the_line
from tests.chains import as_owner


@pytest.fixture
async def history(outside: Outside) -> None:
    """Seven rows and more."""
    await add_server(outside, "lb-01")
    await stop_the_line(outside, "web-3", by=ANN)
    for _ in range(4):
        await ask(outside, "lb-01")


@pytest.mark.usefixtures("history")
async def test_what_nobody_touched_is_whole(outside: Outside) -> None:
    found = await verify_audit(outside, checkpoints=[await checkpoint_now(outside)])
    assert found.entries > 6 and found.wrong == [] and found.checkpoints == 1


@pytest.mark.usefixtures("history")
@pytest.mark.parametrize(
    ("statement", "why"),
    [
        ("UPDATE audit SET actor = 'U0X' WHERE seq = 3", Why.PAYLOAD),
        ("UPDATE audit SET act = 'note_added' WHERE seq = 3", Why.HASH),
        ("UPDATE audit_link SET salt = 'zz' WHERE n = 3", Why.PAYLOAD),
        ("DELETE FROM audit_link WHERE n = 3", Why.GAP),
        ("UPDATE audit_link SET prev = hash WHERE n = 3", Why.NOT_LINKED),
    ],
)
async def test_a_change_is_found(outside: Outside, store: Database, statement: str, why: Why) -> None:
    await as_owner(store, statement)
    first = (await verify_audit(outside)).wrong[0]
    assert (first.n, first.why) == (3, why)


@pytest.mark.usefixtures("history")
async def test_a_row_put_in_beside_the_chain_is_found(outside: Outside, store: Database) -> None:
    columns = "act, at, actor, subject, detail"
    await as_owner(store, f"INSERT INTO audit ({columns}) SELECT {columns} FROM audit WHERE seq = 1")
    assert [one.why for one in (await verify_audit(outside)).wrong] == [Why.UNSEALED]


@pytest.mark.usefixtures("history")
async def test_a_cut_off_end_is_found_by_a_checkpoint_alone(outside: Outside, store: Database) -> None:
    anchor = await checkpoint_now(outside)
    last = anchor.n
    await as_owner(
        store,
        f"DELETE FROM audit_link WHERE n = {last}",
        f"DELETE FROM audit WHERE seq = {last}",
        f"UPDATE audit_head SET n = {last - 1}, hash = (SELECT hash FROM audit_link WHERE n = {last - 1})",
    )
    assert (await verify_audit(outside)).wrong == []
    assert [(one.n, one.why) for one in (await verify_audit(outside, checkpoints=[anchor])).wrong] == [
        (last, Why.TRUNCATED)
    ]


@pytest.mark.usefixtures("history")
async def test_a_checkpoint_says_what_is_frozen(outside: Outside) -> None:
    anchor = await checkpoint_now(outside)
    assert [(one.incident, one.server, one.state) for one in anchor.held] == [("1", "web-3", "active")]
    assert read_checkpoint(anchor.line) == anchor


@pytest.mark.usefixtures("history")
async def test_a_checkpoint_of_another_log_and_a_false_signature_are_faults(outside: Outside) -> None:
    anchor = await checkpoint_now(outside)
    found = await verify_audit(outside, checkpoints=[anchor], is_genuine=lambda one: False)
    assert [(one.n, one.why) for one in found.wrong] == [(anchor.n, Why.SIGNATURE)]
    line = anchor.line.replace(anchor.log, "f" * 32)
    found = await verify_audit(outside, checkpoints=[read_checkpoint(line)])
    assert [one.why for one in found.wrong] == [Why.OTHER_LOG]


@pytest.mark.usefixtures("history")
@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("detail = '{'", Why.PAYLOAD),
        ("at = 'yesterday'", Why.HASH),
        ("act = x'00'", Why.HASH),
        ("actor = x'00'", Why.PAYLOAD),
    ],
)
async def test_what_is_of_no_type_is_a_fault_too(outside: Outside, store: Database, value: str, why: Why) -> None:
    """SQLite keeps whatever it is given."""
    if store.engine.dialect.name == "sqlite":
        await as_owner(
            store, f"UPDATE audit SET {value} WHERE seq = 3", "UPDATE audit_link SET salt = x'01' WHERE n = 5"
        )
        found = (await verify_audit(outside)).wrong
        assert [(one.n, one.why) for one in found] == [(3, why), (5, Why.PAYLOAD)]
