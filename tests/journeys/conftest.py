"""Stages for journeys: the usual one, one on each door and database, and one with a policy of its own."""

import shutil
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.stage import Stage, set_up

SERVERS = """servers:
  - {name: web-3, role: web, service: shop, pool: main}
  - {name: web-4, role: web, service: shop, pool: main}
  - {name: lb-01, role: lb, service: messaging, pool: main, aliases: [lb-01.dc1.example.net]}
  - {name: lb-02, role: lb, service: messaging, pool: main}
"""

SetUp = Callable[..., AbstractAsyncContextManager[Stage]]


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


@pytest.fixture(params=["socket", "http"])
async def everywhere(request: pytest.FixtureRequest, url: str, servers_file: str) -> AsyncIterator[Stage]:
    """The stage over both of Slack's doors, on both databases."""
    port = _free_port() if request.param == "http" else None
    async with set_up(url, http_port=port, servers_file=servers_file) as ready:
        yield ready


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
