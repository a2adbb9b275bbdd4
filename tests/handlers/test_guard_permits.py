"""What is promised of fix permits, overrides and waiting: people approve, and the guard neither forgets nor hurries."""

import asyncio

import pytest

from tests.guard_gate import FROZEN, GIVEN, HASTY, LOST, STALE, WAITING, guard, opened

RAN = ("--", "echo", "ran")
QUICK = {"POLL_SECONDS": 0.05}


@pytest.mark.parametrize(
    ("words", "fields"),
    [
        ((), {}),
        (("--fix-for", "INC-7"), {"fix_for": "INC-7"}),
        (("--override=O-3",), {"override": "O-3"}),
    ],
)
async def test_what_the_work_is_for_is_asked(words: tuple[str, ...], fields: dict[str, str]) -> None:
    async with opened() as gate:
        ended = await guard(gate.url, *words, "--purpose", "relay 4.2", *RAN)
    (asked,) = gate.bodies("ask")
    assert (ended.code, ended.out) == (0, "ran\n")
    assert len(asked.pop("key")) == 32
    assert asked == {"servers": ["lb-01"], "purpose": "relay 4.2", **fields}


@pytest.mark.parametrize(
    "words",
    [
        ("--fix-for", "INC-7", "--override", "O-3", *RAN),
        ("--fix-for", "--override", "O-3", *RAN),
        ("--purpose", "a", "--purpose", "b", *RAN),
        ("--wait", "-1", *RAN),
        ("--wait", "86401", *RAN),
        ("--wait", "soon", *RAN),
        ("--break-glass", "", *RAN),
        ("--break-glass", " \n\x1b ", *RAN),
        ("--break-glass", "x" * 501, *RAN),
        ("--report", *RAN),
        ("--report", "--purpose", "x"),
        ("--repor", *RAN),
        ("--report=yes", *RAN),
        ("echo", "ran"),
        ("--",),
        (*["--server", "x"] * 100, *RAN),
    ],
)
async def test_what_makes_no_sense_asks_nothing_and_runs_nothing(words: tuple[str, ...]) -> None:
    async with opened() as gate:
        ended = await guard(gate.url, *words)
    assert ended.code == 2 and not ended.out and not gate.heard
    assert "stopline guard --server NAME" in ended.err and "Traceback" not in ended.err


async def test_without_wait_a_waiting_permit_runs_nothing_and_is_gone_on_with_by_its_key() -> None:
    async with opened(ask=[(202, WAITING), (200, GIVEN)]) as gate:
        first = await guard(gate.url, "--fix-for", "INC-7", *RAN)
        key = first.err.split("--key ")[1].split()[0]
        second = await guard(gate.url, "--fix-for", "INC-7", "--key", key, *RAN)
    assert first.code == 77 and not first.out and not gate.bodies("poll")
    assert "permit 12 waits for approval" in first.err and "--wait 900" in first.err
    assert first.err.count("INC-7 must agree") == 1
    assert (second.code, second.out) == (0, "ran\n")
    assert [asked["key"] for asked in gate.bodies("ask")] == [key, key]


async def test_with_wait_it_runs_once_people_have_approved_and_the_reason_is_said_once() -> None:
    answers = [(202, WAITING), (503, {"error": "unavailable"}), LOST, (202, WAITING), (200, GIVEN)]
    async with opened(ask=[(202, WAITING)], poll=answers) as gate:
        ended = await guard(gate.url, "--fix-for", "INC-7", "--wait", "30", *RAN, tuned=QUICK)
    assert (ended.code, ended.out) == (0, "ran\n") and ended.err.count("INC-7 must agree") == 1
    assert [what for what, _ in gate.heard] == ["ask", *["poll"] * 5, "start", "finish"]


async def test_a_refusal_while_it_waits_is_final() -> None:
    async with opened(ask=[(202, WAITING)], poll=[(202, WAITING), (403, FROZEN)]) as gate:
        ended = await guard(gate.url, "--fix-for", "INC-7", "--wait", "30", *RAN, tuned=QUICK)
    assert ended.code == 77 and not ended.out and "lb-01 is frozen by INC-7" in ended.err
    assert [what for what, _ in gate.heard] == ["ask", "poll", "poll"]


async def test_a_permit_that_went_stale_while_it_waited_is_asked_for_anew() -> None:
    async with opened(ask=[(202, WAITING), (200, GIVEN)], poll=[(409, STALE)]) as gate:
        ended = await guard(gate.url, "--fix-for", "INC-7", "--wait", "30", *RAN, tuned=QUICK)
    assert (ended.code, ended.out) == (0, "ran\n")
    one, two = (asked["key"] for asked in gate.bodies("ask"))
    assert one != two


@pytest.mark.parametrize("poll", [(202, WAITING), (200, {**GIVEN, "permit": "13"}), (200, {"state": "granted"})])
async def test_waiting_ends_with_its_time_and_nothing_runs(poll: tuple[int, object]) -> None:
    async with opened(ask=[(202, WAITING)], poll=[poll]) as gate:
        ended = await guard(gate.url, "--fix-for", "INC-7", "--wait", "2", *RAN, tuned={"POLL_SECONDS": 0.3})
    assert ended.code == 77 and not ended.out and "waits for approval" in ended.err
    assert 2 <= ended.seconds < 40 and "start" not in dict(gate.heard)


@pytest.mark.parametrize("said", [{**WAITING, "permit": 12}, {**WAITING, "state": "granted"}, {"state": "waiting"}])
async def test_202_without_a_waiting_permit_is_no_answer(said: dict[str, object]) -> None:
    async with opened(ask=[(202, said)]) as gate:
        ended = await guard(gate.url, "--fix-for", "INC-7", "--wait", "5", *RAN)
    assert ended.code == 75 and not ended.out and not gate.bodies("poll")


async def test_where_the_answer_was_lost_the_same_key_asks_again_so_that_nothing_is_asked_for_twice() -> None:
    async with opened(ask=[LOST, (503, {"error": "unavailable"}), (200, GIVEN)]) as gate:
        ended = await guard(gate.url, "--override", "O-3", *RAN)
    assert (ended.code, ended.out) == (0, "ran\n")
    assert len(gate.bodies("ask")) == 3 and len({asked["key"] for asked in gate.bodies("ask")}) == 1


async def test_a_permit_that_cannot_be_started_is_never_asked_for_under_its_key_again() -> None:
    async with opened(start=[(409, STALE), LOST, (200, {**GIVEN, "state": "started"})]) as gate:
        ended = await guard(gate.url, *RAN)
    assert (ended.code, ended.out) == (0, "ran\n")
    assert len({asked["key"] for asked in gate.bodies("ask")}) == 3
    assert gate.bodies("finish") == [
        {"outcome": "never ran", "result": "failed"},
        {"outcome": "exit 0", "result": "done"},
    ]


@pytest.mark.parametrize(("code", "result"), [(0, "done"), (1, "failed"), (137, "failed")])
async def test_the_end_is_told_with_its_result(code: int, result: str) -> None:
    async with opened() as gate:
        ended = await guard(gate.url, "--", "sh", "-c", f"exit {code}")
    assert ended.code == code and gate.bodies("finish") == [{"outcome": f"exit {code}", "result": result}]


async def test_an_end_that_cannot_be_told_changes_no_exit_code() -> None:
    async with opened(finish=[(503, {})]) as gate:
        ended = await guard(gate.url, "--", "sh", "-c", "exit 7")
    assert ended.code == 7 and "could not be told" in ended.err


async def test_a_name_server_that_hangs_is_given_up() -> None:
    one, two = await asyncio.gather(
        guard("http://gate.invalid", *RAN, tuned={**HASTY, "DNS": 0}),
        guard("http://gate.invalid", "--wait", "1", *RAN, tuned={**HASTY, "DNS": 0}),
    )
    assert (one.code, one.out, two.code, two.out) == (75, "", 75, "")
    assert max(one.seconds, two.seconds) < 40
