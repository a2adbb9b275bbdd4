"""`python -m tests.bench.storm`: fifty incidents in ten seconds under Slack's real limits of calls a minute.

Takes about two and a half minutes: twenty channels a minute is what Slack allows.
"""

import asyncio
import tempfile
import time
from collections import Counter
from pathlib import Path

from storage.sqlite_library import sqlite3
from tests.bench.__main__ import percentile, row
from tests.bench.bot_process import PEOPLE, Bench, bot

INCIDENTS, SECONDS = 50, 10.0
SEVERITIES = ("sev3", "sev2", "sev4", "sev1", "sev3")
LONGEST_SECONDS = 240


async def declare(bench: Bench, n: int, asked: dict[str, float]) -> None:
    """One person, one incident, one server of its own."""
    await asyncio.sleep(n * SECONDS / INCIDENTS)
    asked[f"storm-{n}"] = time.monotonic()
    line = f"declare {SEVERITIES[n % len(SEVERITIES)]} outage {n} on storm-{n}"
    outcome = await bench.server.person(PEOPLE[n]).command("C0OPS", "/incident", line)
    assert outcome.acked, outcome.error


async def watch(path: Path, held: dict[str, float], opened: dict[str, tuple[str, float]]) -> None:
    """When each server's hold, and each incident's channel, stood in the database."""
    database = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=5, check_same_thread=False)
    names = "SELECT server.name FROM hold JOIN server ON server.id = hold.server_id"
    channels = "SELECT title, severity FROM incident WHERE channel IS NOT NULL"
    while len(opened) < INCIDENTS:
        now = time.monotonic()
        for (name,) in await asyncio.to_thread(_all, database, names):
            held.setdefault(name, now)
        for title, severity in await asyncio.to_thread(_all, database, channels):
            opened.setdefault(title, (severity, now))
        await asyncio.sleep(0.02)
    database.close()


def _all(database: sqlite3.Connection, query: str) -> list[tuple[str, ...]]:
    try:
        return database.execute(query).fetchall()
    except sqlite3.OperationalError:  # a writer commits at this moment
        return []


async def main() -> None:
    """The table."""
    with tempfile.TemporaryDirectory() as folder:
        async with bot(Path(folder)) as bench:
            bench.server.faults.tiers = True
            asked: dict[str, float] = {}
            held: dict[str, float] = {}
            opened: dict[str, tuple[str, float]] = {}
            began = time.monotonic()
            async with asyncio.timeout(LONGEST_SECONDS), asyncio.TaskGroup() as tasks:
                path = Path(folder) / "bench.db"
                tasks.create_task(watch(path, held, opened))
                for n in range(INCIDENTS):
                    tasks.create_task(declare(bench, n, asked))
            calls = [call for call in bench.server.calls if call.started >= began]
            frozen = [held[name] - at for name, at in asked.items()]
            row(f"{INCIDENTS} incidents in {SECONDS:.0f} s: freezes, slowest", max(frozen), "s", "<= 1")
            row("  p50", percentile(frozen, 0.5), "s", "")
            row("  all channels open after", max(at for _, at in opened.values()) - began, "s", "<= 180")
            for severity in sorted(set(SEVERITIES)):
                late = max(at - began for one, at in opened.values() if one == severity)
                row(f"    the last of {severity}", late, "s", "")
            refused = Counter(call.method for call in calls if call.error == "RateLimited")
            row("  refused with 429", 100 * refused.total() / len(calls), "% of calls", "<= 5")
            row("  calls", len(calls), "", " ".join(f"{m}:{n}" for m, n in refused.items()))


if __name__ == "__main__":
    asyncio.run(main())
