"""What machines say in free text, made fit for our records; and whose fix they say it is, where no field does."""

import re

from bot.domain.ids import IncidentId

_FIX = re.compile(r"(?:^|[\s/])fix(?:/|-for:? ?|-for/)INC-([1-9][0-9]{0,8})(?![0-9])", re.IGNORECASE)
_READ = 2_000
"""Characters that are looked at."""


def fix_in(*words: str) -> IncidentId | None:
    """The incident of a branch `fix/INC-7-relay` or of `fix-for: INC-7` in a message; the first one, if any."""
    for text in words:
        found = _FIX.search(text[:_READ])
        if found:
            return IncidentId(int(found[1]))
    return None


def printable(words: str, limit: int) -> str:
    """The words without what databases, headers and terminals read in their own ways, cut to the limit."""
    return "".join(letter if letter.isprintable() else "?" for letter in words[:limit])
