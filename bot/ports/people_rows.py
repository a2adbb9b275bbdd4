"""What the use cases need of the tables that say who people are, in which groups, what they see and how they react."""

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from bot.domain.authority import Group
from bot.domain.ids import ChannelId, GroupId, IncidentId, MessageTs, SlackUserId
from bot.domain.message import Reaction
from bot.domain.person import Person


class People(Protocol):
    """See `storage/person.py`."""

    async def get(self, who: SlackUserId) -> Person | None:
        """The person with this Slack id."""
        ...

    async def lock(self, who: SlackUserId) -> None:
        """What this person does at the same moment waits until this transaction ends."""
        ...

    async def save(self, seen: Person) -> None:
        """Writes who they are now."""
        ...

    async def forget(self, who: SlackUserId) -> None:
        """The person's row is gone."""
        ...


class Groups(Protocol):
    """See `storage/authority.py`."""

    async def named(self, wanted: Sequence[GroupId]) -> Sequence[Group]:
        """Those of these groups that were ever read, with who was in them then."""
        ...

    async def save(self, read: Group) -> None:
        """Writes who is in it now."""
        ...

    async def forget(self, who: SlackUserId) -> None:
        """The person is in no group any more."""
        ...


class Reactions(Protocol):
    """See `storage/reaction.py`."""

    async def put(self, given: Sequence[Reaction]) -> None:
        """Keeps them; one that is there already stays."""
        ...

    async def take(self, back: Reaction) -> None:
        """It is gone."""
        ...

    async def of_channel(self, channel: ChannelId) -> Mapping[MessageTs, Sequence[Reaction]]:
        """All reactions to each message."""
        ...

    async def of_messages(self, channel: ChannelId, among: Sequence[MessageTs]) -> Sequence[Reaction]:
        """All reactions to these messages."""
        ...

    async def forget(self, who: SlackUserId) -> None:
        """The person reacted to nothing."""
        ...

    async def forget_channel(self, channel: ChannelId) -> None:
        """Nobody reacted to anything there."""
        ...


class Insiders(Protocol):
    """See `storage/sight.py`."""

    async def of_incident(self, number: IncidentId) -> frozenset[SlackUserId]:
        """Everybody who may see it."""
        ...

    async def put(self, number: IncidentId, people: Collection[SlackUserId]) -> None:
        """These and nobody else."""
        ...
