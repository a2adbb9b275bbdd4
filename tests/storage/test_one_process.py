"""One process serves a SQLite file: a second one is told who does, and a killed one leaves nothing behind."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest

from storage.one_process import Occupied, holder, lock_file, only_process
from tests.waiting import PLENTY_SECONDS

ROOT = Path(__file__).parents[2]
NOBODY = "http://127.0.0.1:9/api/"
Serving = Callable[[], AbstractAsyncContextManager[asyncio.subprocess.Process]]


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    return os.environ | {
        "SLACK_BOT_TOKEN": "xoxb-1",
        "SLACK_APP_TOKEN": "xapp-1",
        "STOPLINE_SLACK_API_URL": NOBODY,
        "STOPLINE_DATABASE_URL": f"sqlite:///{tmp_path / 'x.db'}",
        "LC_ALL": "C",
    }


async def stopline(env: dict[str, str], *arguments: str) -> tuple[int, str]:
    """(exit code, what it said on standard error)."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "bot", *arguments),
        cwd=ROOT,
        env=env,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    _, said = await asyncio.wait_for(process.communicate(), PLENTY_SECONDS)
    return process.returncode or 0, said.decode()


@pytest.fixture
def serving(env: dict[str, str]) -> Serving:
    @asynccontextmanager
    async def serve() -> AsyncIterator[asyncio.subprocess.Process]:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", "serve", cwd=ROOT, env=env, stderr=asyncio.subprocess.PIPE
        )
        assert process.stderr
        async with asyncio.timeout(PLENTY_SECONDS):
            while line := await process.stderr.readline():
                if b"does not say who we are yet" in line:
                    break
            else:
                raise AssertionError("it did not start")
        yield process
        if process.returncode is None:
            process.kill()
        await process.communicate()

    return serve


async def test_a_second_one_is_told_who_serves_the_file(env: dict[str, str], serving: Serving) -> None:
    async with serving() as first:
        code, said = await stopline(env, "serve")
        assert code == 2 and "Traceback" not in said
        assert f"(process {first.pid}) already serves this database" in said
        code, said = await stopline(env | {"LC_ALL": "ko_KR.UTF-8"}, "serve")
        assert code == 2 and f"다른 Stopline(프로세스 {first.pid})이 이미" in said
        assert first.returncode is None


async def test_tools_work_beside_it(env: dict[str, str], serving: Serving) -> None:
    async with serving():
        for command in (["token", "ci"], ["token"], ["quarantine", "begin", "a test"], ["quarantine", "end"]):
            assert await stopline(env, *command) == (0, ""), command


async def test_a_killed_one_leaves_no_lock(env: dict[str, str], serving: Serving) -> None:
    url = env["STOPLINE_DATABASE_URL"]
    async with serving() as first:
        assert holder(url) == str(first.pid)
        first.kill()
        await first.wait()
    assert holder(url) is None and (lock_file(url) or Path()).exists()
    async with serving() as second:
        assert holder(url) == str(second.pid)


def test_two_names_of_one_file_meet_one_lock(tmp_path: Path) -> None:
    (tmp_path / "real.db").touch()
    (tmp_path / "link.db").symlink_to(tmp_path / "real.db")
    with only_process(f"sqlite:///{tmp_path / 'real.db'}"):
        for name in ("link.db", "x/../real.db"):
            with pytest.raises(Occupied) as taken, only_process(f"sqlite:///{tmp_path / name}"):
                raise AssertionError
            assert taken.value.holder == str(os.getpid())
    with only_process(f"sqlite:///{tmp_path / 'link.db'}"):
        pass


@pytest.mark.parametrize("url", ["postgresql://bot@db/stopline", "sqlite://", "sqlite:///:memory:"])
def test_nothing_is_locked_where_there_is_no_file(url: str) -> None:
    with only_process(url), only_process(url):
        assert lock_file(url) is None and holder(url) is None
