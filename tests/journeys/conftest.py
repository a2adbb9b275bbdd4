"""Stages for journeys: the usual one, one on each door and database, and one with a policy of its own."""

import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.databases import Postgres
from tests.journeys.stage import Stage, set_up
from tests.ports import free_port

SERVERS = """servers:
  - {name: web-3, role: web, service: shop, pool: main}
  - {name: web-4, role: web, service: shop, pool: main}
  - {name: lb-01, role: lb, service: messaging, pool: main, aliases: [lb-01.dc1.example.net]}
  - {name: lb-02, role: lb, service: messaging, pool: main}
"""

SetUp = Callable[..., AbstractAsyncContextManager[Stage]]


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A bot on PostgreSQL keeps its journal where it runs."""
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def servers_file(tmp_path: Path) -> str:
    path = tmp_path / "servers.yaml"
    path.write_text(SERVERS)
    return str(path)


@pytest.fixture
def database_file(tmp_path: Path, sqlite_template: Path) -> Path:
    return Path(shutil.copy(sqlite_template, tmp_path / "journey.db"))


@pytest.fixture
def set_up_stage(database_file: Path, servers_file: str) -> SetUp:
    """`async with set_up_stage(shadow=True) as stage`."""

    def begin(**policy: Any) -> AbstractAsyncContextManager[Stage]:
        return set_up(f"sqlite:///{database_file}", servers_file=servers_file, **policy)

    return begin


@pytest.fixture
async def stage(set_up_stage: SetUp) -> AsyncIterator[Stage]:
    async with set_up_stage() as ready:
        yield ready


@pytest.fixture(params=["socket-sqlite", "http-postgresql"])
async def everywhere(request: pytest.FixtureRequest, servers_file: str) -> AsyncIterator[Stage]:
    """The stage over both of Slack's doors and on both databases."""
    async with _any_stage(request, servers_file) as ready:
        yield ready


@pytest.fixture(params=["http-sqlite", "http-postgresql"])
async def http_stage(request: pytest.FixtureRequest, servers_file: str) -> AsyncIterator[Stage]:
    """The stage with the gate's port open, on both databases."""
    async with _any_stage(request, servers_file) as ready:
        yield ready


@pytest.fixture(params=["socket-sqlite", "socket-postgresql", "http-sqlite", "http-postgresql"])
async def in_every_way(request: pytest.FixtureRequest, servers_file: str) -> AsyncIterator[Stage]:
    """Each door with each database."""
    async with _any_stage(request, servers_file) as ready:
        yield ready


@asynccontextmanager
async def _any_stage(request: pytest.FixtureRequest, servers_file: str) -> AsyncIterator[Stage]:
    door, _, kind = str(request.param).partition("-")
    port = free_port() if door == "http" else None
    if kind == "sqlite":
        async with set_up(
            f"sqlite:///{request.getfixturevalue('database_file')}", http_port=port, servers_file=servers_file
        ) as ready:
            yield ready
        return
    postgres: Postgres = request.getfixturevalue("postgres")
    name = await postgres.copy()
    async with set_up(postgres.url(name), http_port=port, servers_file=servers_file) as ready:
        yield ready
    await postgres.drop(name)
