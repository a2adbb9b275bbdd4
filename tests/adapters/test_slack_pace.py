"""Our own pace: never more calls of a method in any minute than Slack allows, and a 429 is obeyed for that method."""

import random
from contextlib import suppress

import pytest

from bot.adapters.slack_pace import LOOKING, MINUTE_SECONDS, POSTS, READING, TIERS, Pace
from bot.ports.chat import ChatTransient


class Time:
    """Seconds that pass where a test says so."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize(("method", "allowed"), [("conversations_create", 20), ("chat_postMessage", POSTS)])
def test_in_no_minute_are_there_more_calls_than_allowed(time: Time, method: str, allowed: int, seed: int) -> None:
    """Whoever is told to wait waits as long as told, no longer; the oracle is Slack's sliding minute."""
    dice, pace, made, waits = random.Random(seed), Pace(time), [], [0.0] * 90
    while waits:
        waits.sort()
        time.now = max(time.now, 1_000.0 + waits.pop(0)) + dice.random()
        try:
            pace.take(method, "C1")
        except ChatTransient as early:
            assert early.after is not None and not early.maybe_done
            waits.append(time.now - 1_000.0 + early.after)
        else:
            made.append(time.now)
    assert len(made) == 90
    assert all(made[n + allowed] - made[n] >= MINUTE_SECONDS for n in range(90 - allowed))
    assert made[-1] - made[0] <= MINUTE_SECONDS * (90 // allowed + 1) + 90


def test_other_methods_and_other_channels_have_minutes_of_their_own(time: Time) -> None:
    pace = Pace(time)
    for _ in range(POSTS):
        pace.take("chat_postMessage", "C1")
    with pytest.raises(ChatTransient):
        pace.take("chat_postMessage", "C1")
    pace.take("chat_postMessage", "C2")
    for _ in range(TIERS["pins_add"]):
        pace.take("pins_add", "C1")
    with pytest.raises(ChatTransient):
        pace.take("pins_add", "C2")
    for _ in range(1_000):
        pace.take("auth_test")


def test_after_a_429_nothing_of_that_method_is_called_until_slack_said(time: Time) -> None:
    pace = Pace(time)
    pace.rest("chat_update", "C1", 7.0)
    with pytest.raises(ChatTransient) as told:
        pace.take("chat_update", "C2")
    assert told.value.after == 7.0
    pace.take("pins_add", "C1")
    time.now += 7.0
    pace.take("chat_update", "C2")
    assert pace.refused == {"chat_update": 1}


def test_ten_thousand_channels_leave_no_growing_memory(time: Time) -> None:
    pace = Pace(time)
    for n in range(10_500):
        pace.take("chat_postMessage", f"C{n}")
    time.now += MINUTE_SECONDS
    pace.take("chat_postMessage", "C0")
    assert len(pace._calls) <= 2


def test_a_clock_that_is_set_back_makes_nobody_wait_for_it(time: Time) -> None:
    pace = Pace(time)
    for _ in range(TIERS["pins_add"]):
        pace.take("pins_add", "C1")
    pace.rest("chat_update", "C1", 30)
    assert pace.resting() == {"chat_update": 30}
    time.now -= 3_600
    pace.take("pins_add", "C1")
    pace.take("chat_update", "C1")
    assert pace.resting() == {}


def test_what_rests_is_told_until_it_may_go_on(time: Time) -> None:
    pace = Pace(time)
    pace.rest("chat_postMessage", "C1", 5)
    pace.rest("chat_postMessage", "C2", 30)
    time.now += 10
    assert pace.resting() == {"chat_postMessage": 20}
    time.now += 20
    assert pace.resting() == {}


def test_reading_leaves_room_for_whoever_looks_whether_a_message_is_there(time: Time) -> None:
    pace, all_of_them = Pace(time), TIERS["conversations_history"]
    for n in range(READING + 5):
        if n < READING:
            pace.take("conversations_history", f"C{n}", reading=True)
        else:
            with pytest.raises(ChatTransient):
                pace.take("conversations_history", f"C{n}", reading=True)
    for n in range(all_of_them - READING):
        pace.take("conversations_history", f"C{n}")
    with pytest.raises(ChatTransient):
        pace.take("conversations_history", "C0")


@pytest.mark.parametrize("seed", range(20))
def test_whoever_waits_to_read_is_not_overtaken_by_those_who_come_later(time: Time, seed: int) -> None:
    """More comes to be read than fits, for ten minutes, while others look now and then: still in the order of coming,
    with those of one batch side by side."""
    dice, pace = random.Random(seed), Pace(time)
    waiting = {n: 1_000.0 + n * dice.uniform(0.4, 0.6) for n in range(1_000)}
    came, read = dict(waiting), {}
    while waiting:
        n, at = min(waiting.items(), key=lambda one: (one[1], one[0]))
        time.now = max(time.now, at)
        if dice.random() < 0.05:
            with suppress(ChatTransient):
                pace.take("conversations_history", "C1")
        try:
            pace.take("conversations_history", "C1", reading=True)
        except ChatTransient as early:
            assert early.after is not None
            waiting[n] = time.now + early.after + 0.001
        else:
            read[n] = time.now
            del waiting[n]
    for n in range(1, 1_000):
        assert read[n] >= read[n - 1] or came[n] < came[n - 1]


@pytest.mark.parametrize("lookers", [30, 38, 45, 200])
def test_however_many_look_those_who_read_come_to_it(time: Time, lookers: int) -> None:
    """Looks come all the time, each as soon as it may: what is left to the readings gets through in turn."""
    pace, waiting, read = Pace(time), [1_100.0] * 40, 0
    looks = [1_000.0 + n * 60 / lookers for n in range(lookers * 10)]
    while waiting and time.now < 1_600:
        looks.sort()
        waiting.sort()
        mine = looks[0] < waiting[0]
        time.now = max(time.now, (looks if mine else waiting).pop(0))
        try:
            pace.take("conversations_history", "C1", reading=not mine)
        except ChatTransient as early:
            assert early.after is not None
            (looks if mine else waiting).append(time.now + early.after + 0.001)
        else:
            read += not mine
    assert read == 40 and time.now <= 1_100 + 3 * 60
    assert TIERS["conversations_history"] < LOOKING + READING, "neither leaves unused what the other does not need"
