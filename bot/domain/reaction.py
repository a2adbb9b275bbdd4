"""What reactions to a message weigh: what others say of it by them, each person once."""

from collections.abc import Iterable

from bot.domain.ids import SlackUserId
from bot.domain.message import PIN, Reaction

AGREES = frozenset(("+1", "thumbsup", "white_check_mark", "heavy_check_mark", "100", "dart", "bulb", "exclamation"))
DISAGREES = frozenset(("-1", "thumbsdown", "x", "heavy_multiplication_x", "no_entry", "no_entry_sign"))


def said_by_others(given: Iterable[Reaction], author: SlackUserId) -> tuple[str, ...]:
    """The names of the reactions to one message, one for each person but its author, in their order; pins are none."""
    of_person: dict[SlackUserId, set[str]] = {}
    for one in given:
        if one.who != author and one.name != PIN:
            of_person.setdefault(one.who, set()).add(one.name)
    return tuple(sorted(name for names in of_person.values() for name in _said_by(names)))


def _said_by(names: set[str]) -> list[str]:
    """One name: whether the person agrees or not goes before the rest, and who says both says neither."""
    views = [view for view in (names & AGREES, names & DISAGREES) if view]
    return sorted(views[0] if len(views) == 1 else names - AGREES - DISAGREES)[:1]
