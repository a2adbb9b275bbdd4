"""One replica of the bot in a process of its own, as a supervisor keeps it: killed, stopped, started again."""

import asyncio
import signal
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from bot.sandbox import SandboxServer
from bot.sandbox.model import App
from tests.ports import free_port

ROOT = Path(__file__).parents[2]
READY_SECONDS = 240


class Replica:
    """`gate`: where it answers machines. `log`: what all its lives said. `program`: the folder of its source."""

    def __init__(
        self, server: SandboxServer, app: App, env: Mapping[str, str], log: Path, program: Path = ROOT
    ) -> None:
        self._server, self._app, self._log, self._program = server, app, log, program
        self._port, self.journal = free_port(), log.with_suffix(".journal")
        self.gate = f"http://127.0.0.1:{self._port}"
        about = {"STOPLINE_HTTP_PORT": str(self._port), "STOPLINE_JOURNAL_FILE": str(self.journal)}
        self._env = {**env, **about}
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> float:
        """Seconds from its spawn until its /readyz says yes."""
        began = time.monotonic()
        with self._log.open("ab") as log:
            command = (sys.executable, "-m", "bot", "serve")
            self._process = await asyncio.create_subprocess_exec(*command, env=self._env, cwd=self._program, stderr=log)
        while not await self._is_ready():
            assert self._process.returncode is None, self._log.read_text()[-3000:]
            assert time.monotonic() - began < READY_SECONDS, "it does not get ready"
            await asyncio.sleep(0.01)
        return time.monotonic() - began

    async def _is_ready(self) -> bool:
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        except OSError:
            return False
        try:
            writer.write(b"GET /readyz HTTP/1.0\r\n\r\n")
            async with asyncio.timeout(2):
                return b" 200 " in (await reader.read())[:16]
        except (OSError, TimeoutError):
            return False
        finally:
            writer.close()

    @property
    def number(self) -> int:
        """Of the process, as the system counts."""
        assert self._process
        return self._process.pid

    def signal(self, what: signal.Signals) -> None:
        """Sends it a signal."""
        assert self._process
        self._process.send_signal(what)

    async def kill(self) -> None:
        """As a lost machine: nothing is said any more."""
        self.signal(signal.SIGKILL)
        await self.ended()

    async def ended(self) -> int:
        """Its exit code, once it has ended."""
        assert self._process
        return await self._process.wait()
