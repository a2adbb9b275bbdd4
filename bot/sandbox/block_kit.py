"""Answers for validation: what Slack would refuse in a list of blocks or a view, as a list of its complaints."""

from typing import Any

COUNTS = {"message": 50, "modal": 100, "home": 100}


def check_blocks(blocks: Any, surface: str) -> list[str]:
    return [] if len(blocks) <= COUNTS[surface] else ["too many blocks"]


def check_view(view: Any) -> list[str]:
    return check_blocks(view.get("blocks", []), view.get("type", "modal"))
