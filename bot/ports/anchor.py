"""Places outside that keep checkpoints of the audit log."""

from typing import Protocol

from bot.domain.checkpoint import Checkpoint


class AnchorAway(Exception):
    """The place did not take the checkpoint this time."""


class Anchor(Protocol):
    """One place."""

    async def keep(self, checkpoint: Checkpoint) -> None:
        """Returns once it is kept. Raises AnchorAway."""
        ...
