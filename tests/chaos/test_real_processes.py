"""Replicas are killed, stopped past their leases, ended and cut off, their database restarted: nothing is lost.

Each run takes half a minute; `python -m tests.chaos --help` says how to have a thousand of them.
"""

import random

from tests.chaos.run import Plan, run


async def test_killed_at_any_moment() -> None:
    trouble = await run(Plan(("kill",), 8, 1, False, random.randrange(10**6)), print)
    assert trouble.count == {"kill": 8}


async def test_whatever_happens_to_one_the_other_goes_on() -> None:
    faults = ("kill", "stop", "term", "postgres", "sockets")
    trouble = await run(Plan(faults, 10, 2, True, random.randrange(10**6)), print)
    assert sum(trouble.count.values()) == 10
