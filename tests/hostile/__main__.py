"""`python -m tests.hostile [--cases 10000] [--seed N]`: attacks a gate of its own; prints what it answered."""

import argparse
import asyncio
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from sqlalchemy import func, select

from bot.adapters.system_clock import SystemClock
from bot.ports.outside import Outside, Policy
from bot.use_cases.token import make_token
from storage.database import Database
from storage.tables import permit
from tests.acts import stop_the_line
from tests.databases import migrated
from tests.hostile.schema import Attack

SECRET = "a-secret-of-the-attacker"


async def frozen_world(url: str) -> None:
    """Three servers, all of them held, and a token."""
    await migrated(url)
    outside = Outside(Database(url), SystemClock(), Policy())
    await stop_the_line(outside, "lb-01", "lb-02", "web-1")
    await make_token(outside, name="attacker", secret=SECRET)
    await outside.store.close()  # type: ignore[attr-defined]


async def permits(url: str) -> int:
    """How many there are."""
    database = Database(url)
    async with database.engine.connect() as connection:
        count = (await connection.execute(select(func.count()).select_from(permit))).scalar_one()
    await database.close()
    return int(count)


def main() -> None:
    """Fails with an AssertionError that shows the request."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=random.randrange(2**32))
    options = parser.parse_args()
    print(f"seed {options.seed}", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        attack(f"sqlite:///{Path(folder) / 'gate.db'}", options.cases, options.seed)


def attack(url: str, cases: int, number: int) -> None:
    """One gate on a fresh database, attacked and looked at."""
    asyncio.run(frozen_world(url))
    command = [sys.executable, "-m", "tests.bench.gate_server", url]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as gate:
        assert gate.stdout is not None and gate.stderr is not None
        hostile = Attack(f"http://127.0.0.1:{int(gate.stdout.readline())}", SECRET)
        began = time.perf_counter()
        try:
            hostile.run(cases, number=number)
        finally:
            gate.kill()
        said = gate.stderr.read()
    assert "Traceback" not in said, said[-3000:]
    assert asyncio.run(permits(url)) == 0, "a permit on a frozen server"
    for (label, status), count in sorted(hostile.answers.items()):
        print(f"{label:<36} {status}  {count}")
    print(f"{hostile.answers.total()} requests in {time.perf_counter() - began:.1f} s, no 5xx, no traceback, no permit")


if __name__ == "__main__":
    main()
