"""Where checkpoints of the audit log are kept: a file (best on another machine's disk), an address."""

import asyncio
import os
from pathlib import Path

import aiohttp

from bot.domain.checkpoint import Checkpoint
from bot.ports.anchor import AnchorAway

SECONDS = 10.0
"""So long an address may take."""


class FileAnchor:
    """Implements `bot.ports.anchor.Anchor`: one line a checkpoint, on the disk before it counts as kept."""

    def __init__(self, path: Path) -> None:
        self._path = path

    async def keep(self, checkpoint: Checkpoint) -> None:
        """Raises AnchorAway."""
        try:
            await asyncio.to_thread(self._append, checkpoint.line)
        except OSError as trouble:
            raise AnchorAway(trouble.strerror or type(trouble).__name__) from trouble

    def _append(self, line: str) -> None:
        """A line that a crash cut short stays alone: the next one begins after it."""
        with self._path.open("ab+") as file:
            if file.tell():
                file.seek(-1, os.SEEK_END)
                if file.read(1) != b"\n":
                    line = "\n" + line
            file.write(f"{line}\n".encode())
            file.flush()
            os.fsync(file.fileno())


class WebAnchor:
    """Implements `bot.ports.anchor.Anchor`: the line is POSTed; anything but 2xx is no."""

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        self._session, self._url = session, url

    async def keep(self, checkpoint: Checkpoint) -> None:
        """Raises AnchorAway."""
        how = {"timeout": aiohttp.ClientTimeout(SECONDS), "headers": {"Content-Type": "application/json"}}
        body = checkpoint.line.encode()
        try:
            async with self._session.post(self._url, data=body, allow_redirects=False, **how) as answer:  # type: ignore[arg-type]
                if not 200 <= answer.status < 300:
                    raise AnchorAway(f"HTTP {answer.status}")
        except (aiohttp.ClientError, TimeoutError, OSError) as trouble:
            raise AnchorAway(type(trouble).__name__) from trouble
