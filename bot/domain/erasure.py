"""Takes a person out of what was written down: everywhere they are named stands "erased"."""

import re
from collections.abc import Mapping
from typing import Any

from bot.domain.audit_chain import ERASED


class Erasure:
    """Knows a person by their Slack id and, where we have it, their name (`words`); both as whole words.

    Latin words end at other letters and digits; in Korean a particle may follow a name at once.
    """

    def __init__(self, who: str, name: str = "") -> None:
        words = sorted({word for word in (who, name.strip()) if len(word) > 1}, key=len, reverse=True)
        self.words = words
        either = "|".join(re.escape(word) for word in words)
        self._named = re.compile(rf"(?<![A-Za-z0-9])(?:{either})(?![A-Za-z0-9])")

    def in_text(self, text: str) -> str:
        """The text without the person."""
        return self._named.sub(ERASED, text)

    def names(self, value: Any) -> bool:
        """Whether the person stands anywhere in plain JSON."""
        return bool(self._within(value) != value)

    def names_in(self, payload: Mapping[str, Any]) -> bool:
        """Whether an audit row's payload names the person."""
        return self.in_payload(payload) != payload

    def in_payload(self, payload: Mapping[str, Any]) -> dict[str, Any]:
        """An audit row's payload without the person; who acts and what on are replaced whole."""
        actor, subject = (
            ERASED if self._named.search(payload[name]) else payload[name] for name in ("actor", "subject")
        )
        return {"actor": actor, "subject": subject, "detail": self._within(payload["detail"])}

    def _within(self, value: Any) -> Any:
        if isinstance(value, str):
            return self.in_text(value)
        if isinstance(value, list):
            return [self._within(one) for one in value]
        if isinstance(value, dict):
            return {self.in_text(key): self._within(one) for key, one in value.items()}
        return value
