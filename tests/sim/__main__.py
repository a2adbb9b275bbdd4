"""`python -m tests.sim [--events 100000] [--seed N]`: days of incidents; the seed is printed and makes the same ones.

1 where the bot knows anything else in the end than what people did.
"""

import argparse
import asyncio
import random
import sys
import tempfile
import time
from pathlib import Path

from bot.logs import set_up_logs
from tests.databases import migrated
from tests.sim.run import Broken, Plan, Simulation


async def played(plan: Plan, folder: Path) -> dict[str, object]:
    """One simulation on a fresh SQLite file. Raises Broken."""
    await migrated(f"sqlite:///{folder / 'sim.db'}")
    return await Simulation(plan, folder).play()


def main() -> int:
    """0 where every byte is the same."""
    parser = argparse.ArgumentParser(prog="python -m tests.sim")
    parser.add_argument("--events", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    asked = parser.parse_args()
    print(f"seed {asked.seed}", flush=True)
    set_up_logs("CRITICAL")
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="stopline-sim-") as folder:
        try:
            found = asyncio.run(played(Plan(asked.events, asked.seed), Path(folder)))
        except Broken as broken:
            print(f"seed {asked.seed}: {broken}")
            return 1
    print(f"{asked.events} events in {time.monotonic() - began:.0f} s, every byte the same")
    print("\n".join(f"  {name}: {value}" for name, value in found.items()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
