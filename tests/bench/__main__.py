"""`make bench`: start-up, acknowledgement, declare to channel; each figure beside its goal (SPEC §9)."""

import asyncio
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from tests.bench.bot_process import PEOPLE, Bench, bot

ACKS = 300


def row(what: str, value: float, unit: str, goal: str) -> None:
    """One line of the table."""
    print(f"{what:<68} {value:>9.3f} {unit:<4} {goal}", flush=True)


def percentile(values: list[float], share: float) -> float:
    """The value below which this share lies."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


async def main() -> None:
    """All of it, on a fresh database each."""
    with tempfile.TemporaryDirectory() as folder:
        await starting(Path(folder))
        await acknowledging(Path(folder))
        await declaring(Path(folder))


async def starting(folder: Path) -> None:
    """From spawn to Slack's hello on a migrated database, and the memory of an idle bot."""
    ready, resident = [], []
    for n in range(5):
        (folder / f"start{n}").mkdir()
        async with bot(folder / f"start{n}") as bench:
            ready.append(bench.ready_seconds)
            resident.append(bench.resident_mb())
    row("ready after spawn (median of 5)", statistics.median(ready), "s", "<= 1.2")
    row("  beside: python importing slack_bolt and SQLAlchemy alone", _import_alone(), "s", "")
    row("resident, idle", statistics.median(resident), "MB", "<= 100")


def _import_alone() -> float:
    code = "import slack_bolt.async_app, slack_bolt.adapter.socket_mode.aiohttp, sqlalchemy.ext.asyncio, aiosqlite"
    took = []
    for _ in range(5):
        began = time.perf_counter()
        subprocess.run([sys.executable, "-c", code], check=True)
        took.append(time.perf_counter() - began)
    return statistics.median(took)


async def acknowledging(folder: Path) -> None:
    """Slash commands one after the other, then a hundred at once; then twenty declares while Slack is slow."""
    (folder / "ack").mkdir()
    async with bot(folder / "ack") as bench:
        people = [bench.server.person(who) for who in PEOPLE]
        for person in people[:5]:
            await person.command("C0OPS", "/freeze", "list")
        one_by_one = [(await people[n % 100].command("C0OPS", "/freeze", "list")).ack_seconds for n in range(ACKS)]
        row(f"acknowledgement p50, {ACKS} commands one by one", statistics.median(one_by_one) * 1000, "ms", "<= 10")
        row("  p99", percentile(one_by_one, 0.99) * 1000, "ms", "")
        at_once = await asyncio.gather(*[person.command("C0OPS", "/freeze", "list") for person in people])
        row(
            "acknowledgement p99, 100 at once", percentile([o.ack_seconds for o in at_once], 0.99) * 1000, "ms", "< 100"
        )
        await bench.server.settle()
        await asyncio.sleep(2)
        bench.server.faults.latency = 0.5
        text = "declare sev3 bench at once"
        declares = await asyncio.gather(*[p.command("C0OPS", "/incident", f"{text} {p.id}") for p in people[:20]])
        row("slowest acknowledgement of 20 declares at once, Slack at 0.5 s", _slowest(declares), "s", "< 0.5")
        made = await _channels(bench, 20)
        row("  channels made of them", made, "", "= 20")


def _slowest(outcomes: list[Any]) -> float:
    assert all(outcome.acked for outcome in outcomes)
    return max(float(outcome.ack_seconds) for outcome in outcomes)


async def _channels(bench: Bench, wanted: int) -> int:
    def made() -> int:
        return sum(1 for c in bench.server.workspace.channels.values() if c.name.startswith("inc-"))

    async with asyncio.timeout(30):
        while made() < wanted:
            await asyncio.sleep(0.05)
    await asyncio.sleep(1)
    return made()


async def declaring(folder: Path) -> None:
    """At 0.1 s a Slack call: from the submitted modal to the reporter in the channel, the first message, everything."""
    (folder / "declare").mkdir()
    async with bot(folder / "declare") as bench:
        for n in range(3):
            await _declare(bench, n)
        bench.server.faults.latency = 0.1
        timings = [await _declare(bench, n) for n in range(3, 18)]
        for name, goal in (("ack", "<= 0.010"), ("reporter", "<= 0.25"), ("message", "<= 0.25"), ("done", "<= 0.45")):
            label = {"ack": "acknowledged", "reporter": "reporter in the channel", "message": "first message stands"}
            what = f"declare: submit to {label.get(name, 'everything done')} (median of 15)"
            row(what, statistics.median(t[name] for t in timings), "s", goal)
        await _twice(bench)


async def _declare(bench: Bench, n: int) -> dict[str, float]:
    person = bench.server.person(PEOPLE[n])
    await person.command("C0OPS", "/incident", "")
    view = await _view(person)
    seen = len(bench.server.calls)
    began = time.monotonic()
    outcome = await person.submit(view, {"title": f"bench {n}", "servers": f"web-{n}"})
    await _quiet(bench, seen)
    calls = list(bench.server.calls)[seen:]
    invited = next(c for c in calls if c.method == "conversations.invite")
    first = min(c.ended for c in calls if c.method == "chat.postMessage")
    return {
        "ack": outcome.ack_seconds,
        "reporter": invited.ended - began,
        "message": first - began,
        "done": max(c.ended for c in calls) - began,
    }


async def _view(person: Any) -> Any:
    async with asyncio.timeout(10):
        while not person.views():
            await asyncio.sleep(0.002)
    return person.views()[-1]


async def _quiet(bench: Bench, seen: int) -> None:
    """Until the pin is made and no call came for a while."""
    async with asyncio.timeout(20):
        while not any(c.method == "pins.add" for c in list(bench.server.calls)[seen:]):
            await asyncio.sleep(0.01)
    count = -1
    while count != len(bench.server.calls):
        count = len(bench.server.calls)
        await asyncio.sleep(0.4)


async def _twice(bench: Bench) -> None:
    """The same submission, delivered twice at once."""
    person, before = bench.server.person(PEOPLE[50]), _opened(bench)
    await person.command("C0OPS", "/incident", "")
    view, seen = await _view(person), len(bench.server.calls)
    values = {"title": "twice", "servers": "web-50"}
    await asyncio.gather(person.submit(view, values), person.submit(view, values))
    await _quiet(bench, seen)
    row("incidents made by one submission delivered twice", _opened(bench) - before, "", "= 1")


def _opened(bench: Bench) -> int:
    return sum(1 for c in bench.server.workspace.channels.values() if c.name.startswith("inc-"))


if __name__ == "__main__":
    asyncio.run(main())
