"""Who may know of a private incident: the one rule. `storage/sight.py` says the same in SQL."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from bot.domain.ids import ChannelId, SlackUserId
from bot.domain.incident import Incident


@dataclass(frozen=True, slots=True)
class Sight:
    """For whose eyes something is looked up: `who` alone, whoever reads `channel`, or (neither) everybody.

    Both together is an answer that only `who` sees, asked for in a channel that they are in. `whole` is our own work,
    which tells an incident to its own channel, and the operator's.
    """

    who: SlackUserId | None = None
    channel: ChannelId | None = None
    whole: bool = False


EVERYBODY = Sight()
WHOLE = Sight(whole=True)


def may_see(incident: Incident, sight: Sight, insiders: Collection[SlackUserId]) -> bool:
    """Whether these eyes may see more of an incident than its number and its commander."""
    if sight.whole or not incident.private:
        return True
    if sight.channel is not None and sight.channel == incident.channel:
        return True
    return sight.who is not None and sight.who in insiders


def insiders_of(incident: Incident, members: Iterable[SlackUserId]) -> frozenset[SlackUserId]:
    """The members of its channel, and those whom we invite by name: who declared it and who has a role in it."""
    return frozenset([*members, incident.reporter, *(SlackUserId(who) for who in incident.roles.values())])
