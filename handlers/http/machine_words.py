"""Which incident a machine's words say to mend, where its wire format has no field for it."""

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
