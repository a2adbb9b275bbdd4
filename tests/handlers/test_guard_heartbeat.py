"""What is promised of running work: the guard says what the gate wants of it, stops nothing and delays no end."""

from typing import Any

import pytest

from tests.guard_gate import FROZEN, HANGS, LOST, STALE, guard, opened

QUICK = {"HEARTBEAT_SECONDS": 0.1}
WORK = ("--", "sh", "-c", "sleep 1.2; echo finished")


def told(directive: object, reason: object = "") -> tuple[int, dict[str, Any]]:
    return 200, {"state": "draining", "directive": directive, "reason": reason}


@pytest.mark.parametrize(
    ("directive", "english", "korean"),
    [
        ("drain", "finish the step at hand and begin no further one", "진행 중인 단계만 마치고"),
        ("continue", "may be continued", "끝까지 진행해도"),
        ("roll_back", "roll the work back", "되돌리세요"),
        ("stop", "stop the work now", "중단하세요"),
    ],
)
async def test_what_the_gate_wants_is_said_once_and_the_command_goes_on(
    directive: str, english: str, korean: str
) -> None:
    for locale, words in (("en_US.UTF-8", english), ("ko_KR.UTF-8", korean)):
        async with opened(heartbeat=[told("go"), told(directive, "INC-7\nsays\x1b[2J so")]) as gate:
            ended = await guard(gate.url, *WORK, tuned=QUICK, LC_ALL=locale, PYTHONUTF8="1")
        assert (ended.code, ended.out) == (0, "finished\n")
        assert len(gate.bodies("heartbeat")) > 3 and set(map(str, gate.bodies("heartbeat"))) == {"{}"}
        (line,) = ended.err.splitlines()
        assert words in line and "INC-7 says" in line and "\x1b" not in line


async def test_each_change_is_said_in_its_turn_and_what_is_not_known_is_not() -> None:
    beats = [told("drain"), told("drain"), told("dance"), told(["stop"]), told(None), told("roll_back"), told("go")]
    async with opened(heartbeat=beats) as gate:
        ended = await guard(gate.url, *WORK, tuned=QUICK)
    said = ["a freeze came", "roll the work back", "may be continued"]
    assert ended.code == 0 and len(ended.err.splitlines()) == 3
    assert all(words in line for words, line in zip(said, ended.err.splitlines(), strict=True))


@pytest.mark.parametrize("beat", [LOST, (503, {}), (404, b"nothing here"), (403, FROZEN), (409, STALE), (200, b"?")])
async def test_lost_heartbeats_are_said_once_after_the_first_minute(beat: tuple[int, Any]) -> None:
    async with opened(heartbeat=[beat]) as gate:
        ended = await guard(gate.url, *WORK, tuned=QUICK)
        assert (ended.code, ended.out, ended.err) == (0, "finished\n", "")
        ended = await guard(gate.url, *WORK, tuned=QUICK | {"LOST_SECONDS": 0.3})
    assert (ended.code, ended.out) == (0, "finished\n") and ended.err.count("no answer from the gate for a minute") == 1


async def test_a_heartbeat_that_hangs_does_not_delay_the_end() -> None:
    async with opened(heartbeat=[HANGS]) as gate:
        ended = await guard(gate.url, "--", "sh", "-c", "sleep 0.5; exit 3", tuned=QUICK | {"ANSWER_SECONDS": 40})
    assert ended.code == 3 and ended.seconds < 20 and len(gate.bodies("heartbeat")) == 1
    assert gate.bodies("finish") == [{"outcome": "exit 3", "result": "failed"}]


async def test_a_short_command_sends_no_heartbeat_and_the_interval_is_15_seconds() -> None:
    from bot.guard import HEARTBEAT_SECONDS, LOST_SECONDS

    assert (HEARTBEAT_SECONDS, LOST_SECONDS) == (15, 60)
    async with opened() as gate:
        ended = await guard(gate.url, "--", "true")
    assert ended.code == 0 and [what for what, _ in gate.heard] == ["ask", "start", "finish"]
