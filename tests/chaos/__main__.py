"""`python -m tests.chaos --faults kill,stop,term,postgres,sockets --count 1000 --replicas 3 --url postgresql|sqlite`.

Real processes are killed, stopped and ended at any moment while people run incidents and pipelines ask the gate.
The seed is printed, and `--seed` draws the same faults again. 1 on a fault.
"""

import argparse
import asyncio
import random
import sys

from tests.chaos.run import FAULTS, Plan, run

READY_SECONDS = 5.0
"""So soon a life serves again, on a machine that has nothing else to do."""


def options() -> Plan:
    """What was asked for."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos")
    parser.add_argument("--faults", default="kill")
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--replicas", type=int, default=1)
    parser.add_argument("--url", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    asked = parser.parse_args()
    faults = tuple(asked.faults.split(","))
    if unknown := set(faults) - FAULTS:
        parser.error(f"no such fault: {', '.join(sorted(unknown))}")
    return Plan(faults, asked.count, asked.replicas, asked.url == "postgresql", asked.seed)


if __name__ == "__main__":
    plan = options()
    try:
        trouble = asyncio.run(run(plan, print))
        assert max(trouble.ready, default=0) <= READY_SECONDS, f"ready only after {max(trouble.ready):.2f} s"
    except AssertionError as fault:
        print(f"seed {plan.seed}: {fault}")
        sys.exit(1)
