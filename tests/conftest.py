"""What every test may ask for: a database of each kind, a clock that stands still, people who may decide."""

import os
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from xdist.scheduler import LoadScopeScheduling

from bot.domain.ids import SlackUserId
from bot.domain.person import Person
from bot.ports.outside import Outside, Policy
from storage.database import Database
from tests.clocks import FrozenClock
from tests.databases import NoPostgres, Postgres, migrated, run

settings.register_profile("patient", settings(), deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")  # how long an example takes says how busy the machine is

OURS = ("STOPLINE_", "SLACK_", "OPENAI_")

AddPeople = Callable[..., Awaitable[None]]

TOGETHER = ("tests/adapters/test_small_model.py",)
"""Files whose tests follow one another on one worker: they share what must run once and alone."""


class Scheduling(LoadScopeScheduling):
    """Tests go one by one to whichever worker is free, those of a file that stays together first and as one.

    A mark would say it more shortly, but xdist 3.8 writes it into a field that pytest 9.2 no longer has.
    """

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.split("::")[0]
        return file if file in TOGETHER else nodeid


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Scheduling:
    return Scheduling(config, log)


@pytest.fixture(autouse=True)
def no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the developer's shell says of Stopline, Slack or a model is not part of any promise."""
    for name in list(os.environ):
        if name.startswith(OURS):
            monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "stopline.db"
    run(lambda: migrated(f"sqlite:///{path}"))
    return path


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    try:
        server = Postgres()
    except NoPostgres as trouble:
        reason = f"NOTHING WAS PROVED ON POSTGRESQL: the packaged server does not start ({trouble})"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    yield server
    server.stop()


@pytest.fixture(params=["sqlite", "postgresql"])
async def url(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    """The address of a fresh, migrated database; whatever uses it runs once on each kind."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("sqlite_template"), tmp_path / "stopline.db")
        yield f"sqlite:///{tmp_path / 'stopline.db'}"
        return
    server: Postgres = request.getfixturevalue("postgres")
    name = await server.copy()
    yield server.url(name)
    await server.drop(name)


@pytest.fixture
async def store(url: str) -> AsyncIterator[Database]:
    database = Database(url)
    yield database
    await database.close()


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock()


@pytest.fixture
def outside(store: Database, clock: FrozenClock) -> Outside:
    return Outside(store, clock, Policy())


@pytest.fixture
def add_people(outside: Outside) -> AddPeople:
    """`await add_people("U1", "U2", is_member=False)`: deciders are people whom we know."""

    async def add(*ids: str, **traits: object) -> None:
        async with outside.store.write() as tx:
            for who in ids:
                known = {"name": who.lower(), "locale": "ko-KR", "zone": "Asia/Seoul", **traits}
                await tx.people.save(Person(SlackUserId(who), **known))  # type: ignore[arg-type]

    return add
