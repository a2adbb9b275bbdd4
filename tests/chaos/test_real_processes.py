"""Replicas are killed, stopped past their leases, ended and cut off, their database restarted: nothing is lost.

Each run takes half a minute; `python -m tests.chaos --help` says how to have a thousand of them.
"""

import subprocess
import tarfile
from io import BytesIO
from pathlib import Path

import pytest

from storage.migrate import VERSIONS, newest_version
from tests.chaos.replica import ROOT
from tests.chaos.run import Plan, run

SEED = 20240520
"""What happens is the same in every run; when it happens is not. The command draws another one each time."""


async def test_killed_at_any_moment() -> None:
    trouble = await run(Plan(("kill",), 8, 1, False, SEED), print)
    assert trouble.count == {"kill": 8}


async def test_whatever_happens_to_one_the_other_goes_on() -> None:
    faults = ("kill", "stop", "term", "postgres", "sockets")
    trouble = await run(Plan(faults, 10, 2, True, SEED), print)
    assert sum(trouble.count.values()) == 10


def program_before(version: str, folder: Path) -> Path:
    """The source as it was before this migration came; the test is skipped where the history is not here."""
    (migration,) = VERSIONS.glob(f"{version}_*.py")
    try:
        came = git("log", "--diff-filter=A", "--format=%H", "--", str(migration)).decode().split()
        archive = git("archive", f"{came[-1]}~1")
    except (OSError, IndexError, subprocess.CalledProcessError):
        pytest.skip("NOTHING WAS PROVED OF ROLLING UPGRADES: the history of the source is not here")
    with tarfile.open(fileobj=BytesIO(archive)) as source:
        source.extractall(folder, filter="data")
    return folder


def git(*words: str) -> bytes:
    return subprocess.run(["git", *words], cwd=ROOT, check=True, capture_output=True).stdout


async def test_the_program_before_beside_this_one(tmp_path: Path) -> None:
    """A rolling upgrade: the newest schema, and a replica that does not know it yet among those that do."""
    older = program_before(newest_version(), tmp_path / "older")
    trouble = await run(Plan(("kill", "term"), 4, 2, True, SEED, older), print)
    assert sum(trouble.count.values()) == 4
