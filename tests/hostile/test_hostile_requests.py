"""A small part of `python -m tests.hostile` in every test run."""

from pathlib import Path

import pytest

from tests.hostile.__main__ import attack


def test_no_request_breaks_the_gate_or_gets_a_permit_on_a_frozen_server(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    attack(f"sqlite:///{tmp_path / 'gate.db'}", 400, 20240520)
    assert "no 5xx, no traceback, no permit" in capsys.readouterr().out
