"""`python -m tests.race --pairs N --url postgresql|sqlite|postgresql://… [--without-lock] [--latency]`: 1 on a fault.

With an address, databases are made and dropped on that server; otherwise on the packaged one.
"""

import argparse
import asyncio
import itertools
import sys

from sqlalchemy import make_url

from tests.databases import TEMPLATE, Postgres, migrated
from tests.race.pairs import race


class Elsewhere(Postgres):
    """A PostgreSQL server that somebody else runs."""

    def __init__(self, address: str) -> None:
        self._address = make_url(address)
        self._numbers = itertools.count(1)
        asyncio.run(self._prepare())

    def url(self, name: str) -> str:
        """The address of one database."""
        return self._address.set(database=name).render_as_string(hide_password=False)

    async def _prepare(self) -> None:
        await self.say(f"DROP DATABASE IF EXISTS {TEMPLATE}", f"CREATE DATABASE {TEMPLATE}")
        await migrated(self.url(TEMPLATE))

    def stop(self) -> None:
        """It is not ours."""


def options() -> argparse.Namespace:
    """What was asked for."""
    parser = argparse.ArgumentParser(prog="python -m tests.race")
    parser.add_argument("--pairs", type=int, default=10_000)
    parser.add_argument("--url", default="postgresql")
    parser.add_argument("--without-lock", action="store_true")
    parser.add_argument("--latency", action="store_true")
    return parser.parse_args()


def main() -> int:
    """0 where nothing started on a frozen server (or, without the lock, where something was seen to)."""
    asked = options()
    kind = asked.url.partition(":")[0]
    server = None if kind == "sqlite" else Elsewhere(asked.url) if "://" in asked.url else Postgres()
    try:
        if asked.latency:
            from tests.race.latency import latency

            return 0 if asyncio.run(latency(server)) else 1
        pairs = min(asked.pairs, 100) if asked.without_lock else asked.pairs
        tally = asyncio.run(race(kind, pairs, server, without_lock=asked.without_lock))
    finally:
        if server is not None:
            server.stop()
    print(f"{kind}{' without the lock' if asked.without_lock else ''}: {tally}")
    return int(bool(tally.violations) != asked.without_lock)


if __name__ == "__main__":
    sys.exit(main())
