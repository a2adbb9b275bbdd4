"""What a replica keeps outside the database: how far the audit log went when it last looked."""

from typing import Protocol

from bot.domain.audit_chain import Head


class Witness(Protocol):
    """One place of this replica alone."""

    def last(self) -> Head | None:
        """What was kept; None where nothing was, or it cannot be read. Raises OSError."""
        ...

    def keep(self, head: Head) -> None:
        """Takes the place of what was kept. Raises OSError."""
        ...
