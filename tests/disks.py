"""Disks that are full, and disks that fail: real file systems of a few KiB, and errors of the kernel's calls."""

import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def mounted(place: Path, size: str) -> Iterator[Path]:
    """A file system of this size (as mount(8) writes it) at this place; the test is skipped where none can be had."""
    place.mkdir()
    how = ["mount", "-t", "tmpfs", "-o", f"size={size}", "none", str(place)]
    try:
        subprocess.run(how, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("nothing can be mounted here")
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True)


@contextmanager
def filled(place: Path) -> Iterator[None]:
    """No byte is free there while the block runs."""
    ballast = place / "ballast"
    try:
        with ballast.open("wb", buffering=0) as file:
            while file.write(b"x" * 4096) == 4096:
                pass
    except OSError:
        pass
    try:
        yield
    finally:
        ballast.unlink()


class FailingDisk:
    """For a process started with `env`: writes and syncs of some files fail, whenever we say so."""

    def __init__(self, folder: Path) -> None:
        """The test is skipped where there is no C compiler."""
        library, self._plan = folder / "failing_disk.so", folder / "disk.fails"
        source = Path(__file__).with_name("failing_disk.c")
        try:
            subprocess.run(["cc", "-shared", "-fPIC", "-o", library, source], check=True, capture_output=True)
        except FileNotFoundError:
            pytest.skip("no C compiler is here")
        self.env: Mapping[str, str] = {"LD_PRELOAD": str(library), "DISK_FAILS": str(self._plan)}

    @contextmanager
    def failing(self, how: str, files: Path) -> Iterator[None]:
        """`write` and `sync` fail with EIO, of `half` a part is written first; `files`: how their paths begin."""
        self._plan.with_suffix(".new").write_text(f"{how}\n{files}")
        os.replace(self._plan.with_suffix(".new"), self._plan)
        try:
            yield
        finally:
            self._plan.unlink()
