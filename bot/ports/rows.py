"""What the use cases need of each table: one Protocol a noun, kept by the class of the same name in `storage/`."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from bot.domain.audit import Act, AuditRow, Entry
from bot.domain.backfill import ChannelRead
from bot.domain.change import Change, ChangeState
from bot.domain.draft import Draft, FollowUp
from bot.domain.freeze import Hold
from bot.domain.ids import (
    ChangeId,
    ChannelId,
    DraftId,
    EntryId,
    HoldId,
    IncidentId,
    MessageTs,
    ServerId,
    SlackUserId,
)
from bot.domain.incident import Incident, TimeName
from bot.domain.message import Message
from bot.domain.question import Hit, Term
from bot.domain.sight import Sight
from bot.ports.gate_rows import Around


class Incidents(Protocol):
    """See `storage/incident.py`."""

    async def add(self, new: Incident, request_key: str) -> Incident:
        """Writes a new incident; its id is the next number."""
        ...

    async def by_request_key(self, key: str) -> Incident | None:
        """The incident that this very submission already made."""
        ...

    async def of_words(self, title: str, *, reporter: SlackUserId, since: datetime) -> Sequence[Incident]:
        """What this person declared with this title since then, the newest first."""
        ...

    async def get(self, number: IncidentId) -> Incident | None:
        """By its number."""
        ...

    async def lock(self, number: IncidentId) -> Incident | None:
        """By its number, and nobody else changes it until this transaction ends."""
        ...

    async def by_channel(self, channel: ChannelId) -> Incident | None:
        """The incident whose channel this is."""
        ...

    async def recent(self, limit: int, *, only_open: bool) -> Sequence[Incident]:
        """The newest first."""
        ...

    async def followed(self, since: datetime) -> Sequence[Incident]:
        """Those with a channel that are open, or were resolved or closed since then."""
        ...

    async def named(self, numbers: Sequence[IncidentId], *, sight: Sight | None = None) -> Sequence[Incident]:
        """Those with these numbers, veiled where need be; `sight` where it is another than the transaction's."""
        ...

    async def private_channels(self, *, only_open: bool = False) -> Sequence[IncidentId]:
        """The private incidents that have a channel."""
        ...

    async def to_forget(self, before: datetime) -> Sequence[tuple[Incident, datetime]]:
        """Those that ended before then and of which words are still kept, with when it was said that they ended."""
        ...

    async def save(self, changed: Incident) -> None:
        """Writes everything but the number and the key."""
        ...

    async def add_time_versions(
        self,
        number: IncidentId,
        times: Mapping[TimeName, datetime | None],
        by: SlackUserId,
        at: datetime,
        reason: str,
    ) -> None:
        """Keeps one version of each of these times; None says that the time no longer holds."""
        ...

    async def time_versions(self, number: IncidentId) -> Sequence[tuple[TimeName, datetime | None, SlackUserId, str]]:
        """(name, value, who, why) of every version, oldest first."""
        ...

    async def forget_reasons(self, number: IncidentId, by: SlackUserId) -> None:
        """Why this one corrected its times is no longer known."""
        ...


class Entries(Protocol):
    """See `storage/timeline.py`."""

    async def add(self, new: Entry) -> Entry:
        """Writes an entry; its id is the next number."""
        ...

    async def of_incident(self, number: IncidentId) -> Sequence[Entry]:
        """The newest version of each entry, in the order things happened."""
        ...

    async def of_message(self, number: IncidentId, channel: ChannelId, ts: MessageTs) -> Entry | None:
        """The entry that stands for this message, if somebody put it on the timeline."""
        ...

    async def get(self, number: EntryId) -> Entry | None:
        """By its id."""
        ...

    async def shown_as(self, number: EntryId, channel: ChannelId, ts: MessageTs) -> None:
        """Notes the message that shows an entry in its channel."""
        ...

    async def forget_messages(self, number: IncidentId) -> None:
        """Entries that stand for a message no longer say what it said."""
        ...


class Holds(Protocol):
    """See `storage/freeze.py`."""

    async def add(self, new: Hold) -> Hold:
        """Writes a hold; its id is the next number."""
        ...

    async def get(self, number: HoldId) -> Hold | None:
        """By its id."""
        ...

    async def of_incident(self, number: IncidentId) -> Sequence[Hold]:
        """All of one incident, released ones too, oldest first."""
        ...

    async def open_on(self, ids: Sequence[ServerId]) -> Sequence[Hold]:
        """Those that freeze these servers."""
        ...

    async def around(self, ids: Sequence[ServerId]) -> Around:
        """The line, and of these servers their epochs and open holds: one statement, one moment."""
        ...

    async def on(self, ids: Sequence[ServerId]) -> Sequence[Hold]:
        """All that ever held these servers, released ones too."""
        ...

    async def open(self) -> Sequence[Hold]:
        """Everything that is frozen."""
        ...

    async def save(self, changed: Hold) -> None:
        """Writes everything but the id."""
        ...


class Changes(Protocol):
    """See `storage/change.py`."""

    async def add(self, new: Change, request_key: str) -> Change:
        """Writes a change; its id is the next number."""
        ...

    async def by_request_key(self, key: str) -> Change | None:
        """The change that this very submission already made."""
        ...

    async def get(self, number: ChangeId) -> Change | None:
        """By its number."""
        ...

    async def lock(self, number: ChangeId) -> Change | None:
        """By its number, and nobody else changes it until this transaction ends."""
        ...

    async def recent(self, limit: int, *, states: Sequence[ChangeState] = ()) -> Sequence[Change]:
        """The newest first."""
        ...

    async def ended_since(self, since: datetime) -> Sequence[Change]:
        """Those that ended since then, newest first."""
        ...

    async def save(self, changed: Change) -> None:
        """Writes everything but the id and the key."""
        ...


class Audit(Protocol):
    """See `storage/audit.py`."""

    async def add(
        self,
        *,
        at: datetime,
        act: Act,
        actor: str,
        subject: str,
        incident_id: IncidentId | None,
        detail: Mapping[str, Any],
        request_key: str = "",
    ) -> int:
        """Writes one row and returns its number."""
        ...

    async def rows(
        self,
        *,
        acts: Sequence[Act] = (),
        subject: str = "",
        request_key: str = "",
        since: datetime | None = None,
    ) -> Sequence[AuditRow]:
        """In the order of their numbers."""
        ...

    async def has(self, act: Act, subject: str, incident_id: IncidentId) -> bool:
        """Whether there is a row of this act for this subject in this incident."""
        ...


class Messages(Protocol):
    """See `storage/message.py`."""

    async def put(self, seen: Sequence[Message]) -> None:
        """Keeps versions; one that is there already stays as it is."""
        ...

    async def of_channel(self, channel: ChannelId) -> Sequence[Message]:
        """The newest version of each message, in the order they were posted."""
        ...

    async def between(
        self, channel: ChannelId, after: str, before: str, *, thread: MessageTs | None
    ) -> Sequence[Message]:
        """Those that were posted after one ts and before another: replies of this thread, or all of them."""
        ...

    async def replies_between(self, channel: ChannelId, after: str, before: str) -> Sequence[Message]:
        """The replies to messages that were posted after one ts and before another."""
        ...

    async def get(self, channel: ChannelId, ts: MessageTs) -> Message | None:
        """The newest version of one message."""
        ...

    async def erase(self, who: SlackUserId, instead: str) -> int:
        """Every version of what somebody wrote loses its text and has `instead` for its author; how many."""
        ...

    async def count(self, channel: ChannelId) -> int:
        """How many messages have a text, in whatever version."""
        ...

    async def forget(self, channel: ChannelId, *, limit: int) -> int:
        """So many versions that have a text lose it; how many it were."""
        ...


class ChannelReads(Protocol):
    """See `storage/backfill.py`."""

    async def ask(self, channel: ChannelId, *, through: bool, at: datetime) -> int:
        """One more request to read it, from its beginning where that is wanted; the request's number."""
        ...

    async def lock(self, channel: ChannelId) -> ChannelRead | None:
        """How far it is read, and nobody else changes that until this transaction ends."""
        ...

    async def of(self, channels: Sequence[ChannelId]) -> dict[ChannelId, ChannelRead]:
        """How far these are read; those that nobody asked for yet are left out."""
        ...

    async def save(self, changed: ChannelRead) -> None:
        """Writes everything but the channel."""
        ...


class Drafts(Protocol):
    """See `storage/draft.py`."""

    async def add(self, new: Draft) -> Draft:
        """Writes the next version; its id is the next number."""
        ...

    async def get(self, number: DraftId) -> Draft | None:
        """By its id."""
        ...

    async def of_incident(self, number: IncidentId) -> Sequence[Draft]:
        """Every version of every kind, oldest first."""
        ...

    async def proposed(self) -> Sequence[Draft]:
        """Those that wait for a decision, oldest first."""
        ...

    async def save(self, changed: Draft) -> None:
        """Writes the decision."""
        ...

    async def add_follow_up(self, new: FollowUp) -> FollowUp:
        """Writes a follow-up; its id is the next number."""
        ...

    async def follow_ups(self, number: IncidentId) -> Sequence[FollowUp]:
        """Those of one incident, oldest first."""
        ...

    async def save_follow_up(self, changed: FollowUp) -> None:
        """Writes everything but the id."""
        ...


class Search(Protocol):
    """See `storage/search.py`."""

    async def replace(self, number: IncidentId, documents: Sequence[tuple[str, str]]) -> None:
        """Indexes the (source, text) documents of one incident anew."""
        ...

    async def find(self, terms: Sequence[Term], *, all_terms: bool, limit: int) -> Sequence[Hit]:
        """The best documents that hold all terms, or any of them."""
        ...


class Facts(Protocol):
    """See `storage/facts.py`."""

    async def get(self, name: str) -> Any:
        """The value, or None."""
        ...

    async def put(self, name: str, value: Any) -> None:
        """Writes the value, plain JSON."""
        ...
