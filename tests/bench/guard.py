"""`python -m tests.bench.guard`: what the guard adds to `true` against a real gate, beside Python's own start."""

import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from aiohttp import web
from aiohttp.test_utils import TestServer

ROOT = Path(__file__).parents[2]
RUNS = 200
GOAL_MS = 150
SECRET = "a-secret-of-the-bench"
GUARDED = ["--server", "lb-01", "--purpose", "bench", "--", "true"]
CASES = {
    "true": ["true"],
    "python -c pass": [sys.executable, "-c", "pass"],
    "python -I -S guard.py": [sys.executable, "-I", "-S", str(ROOT / "bot" / "guard.py"), *GUARDED],
    "python -m bot guard": [sys.executable, "-m", "bot", "guard", *GUARDED],
}


@asynccontextmanager
async def gate(folder: Path) -> AsyncIterator[tuple[str, str]]:
    """The address of a gate, and which it is: the real one on SQLite, or a bare server where that cannot start."""
    try:
        async with _real(folder) as url:
            yield url, "the real gate, SQLite"
    except ImportError as trouble:
        from tests.guard_gate import opened

        async with opened() as pretend:
            yield pretend.url, f"a pretend gate (the real one does not import: {trouble})"


@asynccontextmanager
async def _real(folder: Path) -> AsyncIterator[str]:
    from bot.ports.outside import Outside, Policy
    from bot.use_cases.token import make_token
    from handlers.http.entrance import Entrance
    from handlers.http.gate import add_gate
    from storage.database import Database
    from tests.acts import add_server
    from tests.clocks import FrozenClock
    from tests.databases import migrated

    where = f"sqlite:///{folder / 'bench.db'}"
    await migrated(where)
    database = Database(where)
    outside = Outside(database, FrozenClock(), Policy())
    await add_server(outside, "lb-01")
    await make_token(outside, name="bench", secret=SECRET)
    app = web.Application()
    add_gate(app, Entrance(outside))
    async with TestServer(app) as server:
        yield str(server.make_url("/"))
    await database.close()


async def main() -> None:
    """Each case in turn, run by run, so that a busy moment of the machine falls on all of them."""
    with tempfile.TemporaryDirectory() as folder:
        async with gate(Path(folder)) as (url, which):
            environment = os.environ | {"STOPLINE_GATE_URL": url, "STOPLINE_GATE_TOKEN": SECRET, "LANG": "C.UTF-8"}
            environment["STOPLINE_GUARD_LOG"] = str(Path(folder) / "guard.jsonl")
            took: dict[str, list[float]] = {name: [] for name in CASES}
            for _ in range(RUNS):
                for name, command in CASES.items():
                    took[name].append(await asyncio.to_thread(_milliseconds, command, environment))
    print(json.dumps(_table(took, which), indent=2))


def _milliseconds(command: list[str], environment: dict[str, str]) -> float:
    began = time.perf_counter()
    subprocess.run(command, env=environment, cwd=ROOT, check=True)
    return (time.perf_counter() - began) * 1000


def _table(took: dict[str, list[float]], which: str) -> dict[str, object]:
    """Medians and p99 in ms; what is added is over the same run's `true`."""
    table: dict[str, object] = {"gate": which, "runs": RUNS, "goal_ms": GOAL_MS}
    for name, values in took.items():
        added = [value - bare for value, bare in zip(values, took["true"], strict=True)]
        table[name] = {"median_ms": _median(values), "p99_ms": _p99(values)} | (
            {} if name == "true" else {"added_median_ms": _median(added), "added_p99_ms": _p99(added)}
        )
    return table


def _median(values: list[float]) -> float:
    return round(statistics.median(values), 1)


def _p99(values: list[float]) -> float:
    return round(sorted(values)[int(0.99 * (len(values) - 1))], 1)


if __name__ == "__main__":
    asyncio.run(main())
