"""The witness in a file beside the journal: one line of JSON {log, n, hash}, replaced as a whole."""

import json
import os
from dataclasses import asdict
from pathlib import Path

from bot.domain.audit_chain import Head


class WitnessFile:
    """Implements `bot.ports.witness.Witness`."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._kept: Head | None = None

    def last(self) -> Head | None:
        """As the port says."""
        if self._kept is None and self._path.exists():
            try:
                self._kept = Head(**json.loads(self._path.read_text()))
            except (ValueError, TypeError):
                return None
        return self._kept

    def keep(self, head: Head) -> None:
        """As the port says."""
        if head == self._kept:
            return
        beside = self._path.with_name(f"{self._path.name}.new")
        with beside.open("w") as file:
            file.write(json.dumps(asdict(head)))
            file.flush()
            os.fsync(file.fileno())
        beside.replace(self._path)
        self._kept = head
