"""The whole line against its model: any order of acts, every answer, every hold, every epoch, every permit."""

import asyncio
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.databases import Postgres
from tests.property.freeze_rules import FreezeRules
from tests.property.work_rules import WorkRules

PHASES = tuple(Phase) if os.environ.get("SHRINK") else (Phase.explicit, Phase.reuse, Phase.generate)
"""A failure is shown as it was found; SHRINK=1 makes it smaller (minutes), EXAMPLES=1000 looks longer."""


class Line(FreezeRules, WorkRules):
    """Whatever people and machines may do, in any order."""


def play(machine: type[Line], *, examples: int) -> None:
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=int(os.environ.get("EXAMPLES", examples)),
            stateful_step_count=50,
            deadline=None,
            phases=PHASES,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_on_sqlite(sqlite_template: Path) -> None:
    def fresh() -> tuple[str, Callable[[], None]]:
        folder = tempfile.mkdtemp(prefix="stopline-line-")
        shutil.copy(sqlite_template, Path(folder) / "line.db")
        return f"sqlite:///{folder}/line.db", lambda: shutil.rmtree(folder)

    play(type("LineOnSqlite", (Line,), {"fresh": staticmethod(fresh)}), examples=60)


def test_on_postgresql(postgres: Postgres) -> None:
    def fresh() -> tuple[str, Callable[[], None]]:
        name = asyncio.run(postgres.copy())
        return postgres.url(name), lambda: asyncio.run(postgres.drop(name))

    play(
        type("LineOnPostgresql", (Line,), {"fresh": staticmethod(fresh)}), examples=int(os.environ.get("EXAMPLES", 12))
    )
