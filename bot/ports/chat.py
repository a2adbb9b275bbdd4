"""What we need of the chat service. Failures are `ChatTransient` (try again) or `ChatPermanent` (tell somebody)."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, Protocol

from bot.domain.backfill import Page, Reading
from bot.domain.ids import ChannelId, GroupId, MessageTs, SlackUserId
from bot.domain.person import Person

Blocks = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Effects:
    """What the job at hand does in the chat service.

    `still_ours` is asked before each write, and raises where somebody else may have the job by now. `written`: the
    methods that wrote, or may have written: a job that wrote nothing yet need not look, when it is tried again,
    whether it did. `generation`: of the log that it works for; what another one posted under the same key is not ours.
    """

    still_ours: Callable[[], Awaitable[None]]
    generation: str = ""
    written: list[str] = field(default_factory=list)


EFFECTS: ContextVar[Effects | None] = ContextVar("effects", default=None)
"""Of the job at hand; None where nobody runs one."""


class ChatTransient(Exception):
    """It may work later; `after`: the seconds that the service asks us to wait, if it said so.

    `maybe_done`: it may have had its effect all the same (a cut answer, a 5xx); otherwise it had none.
    """

    def __init__(self, reason: str, *, after: float | None = None, maybe_done: bool = False) -> None:
        super().__init__(reason)
        self.after = after
        self.maybe_done = maybe_done


class ChatSignedOut(ChatTransient):
    """The service does not know our token: until an operator mends it, nothing works, and nothing is given up."""


class ChatPermanent(Exception):
    """It will not work, however often it is tried; `reason` is the service's own code."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class ChatGone(ChatPermanent):
    """Whoever or whatever was asked for is not there, or not for us to see."""


class CursorExpired(ChatPermanent):
    """What leads to the next page is too old."""


class ThreadGone(ChatPermanent):
    """There is no such thread any more."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Who we are there."""

    team_id: str
    team_url: str
    bot_user: SlackUserId
    bot_id: str
    app_id: str


class Chat(Protocol):
    """The chat service. Times are its message timestamps; texts are its markup."""

    async def who_am_i(self) -> Identity:
        """Our own ids and the workspace's address."""
        ...

    async def create_channel(self, name: str, *, private: bool = False) -> ChannelId | None:
        """A new channel, for everybody or for those who are invited; None when the name is taken."""
        ...

    async def members(self, channel: ChannelId) -> Sequence[SlackUserId]:
        """Everybody who is in a channel now, we too."""
        ...

    async def find_own_channel(self, name: str) -> ChannelId | None:
        """The channel of this name that we made."""
        ...

    async def invite(self, channel: ChannelId, people: Sequence[SlackUserId]) -> None:
        """Brings people in; who is there already is no failure."""
        ...

    async def post(
        self, channel: str, text: str, *, blocks: Blocks | None, key: str, thread_ts: str | None, again: bool
    ) -> MessageTs:
        """Posts once. With `again` an earlier try may have gone through: it is looked for by its key first."""
        ...

    async def update(self, channel: ChannelId, ts: MessageTs, text: str, *, blocks: Blocks) -> None:
        """Edits our message."""
        ...

    async def set_topic(self, channel: ChannelId, topic: str) -> None:
        """At most 250 characters."""
        ...

    async def add_bookmark(self, channel: ChannelId, title: str, link: str, *, again: bool) -> None:
        """A link at the top of the channel. With `again` it may be there already."""
        ...

    async def pin(self, channel: ChannelId, ts: MessageTs) -> None:
        """Pins; pinned already is no failure."""
        ...

    async def open_direct(self, person: SlackUserId) -> ChannelId:
        """The direct message channel with somebody."""
        ...

    async def person(self, who: SlackUserId) -> Person:
        """Who somebody is now. Raises ChatGone."""
        ...

    async def members_of(self, group: GroupId) -> Sequence[SlackUserId]:
        """Who is in a user group now; nobody where there is no such group any more."""
        ...

    async def next_page(self, channel: ChannelId, reading: Reading) -> Page:
        """The next page of a reading: of the history, or of the thread at hand."""
        ...

    async def respond(self, url: str, **message: Any) -> None:
        """Answers a command or a button at the address that came with it."""
        ...

    async def open_view(self, trigger_id: str, view: Mapping[str, Any]) -> None:
        """Opens a form for whoever pressed or typed a moment ago; a trigger lives for seconds."""
        ...

    async def create_canvas(self, channel: ChannelId, title: str, content: str, *, again: bool) -> str:
        """A document (Markdown) in the channel; its link. With `again` one of this title may be there already."""
        ...

    async def upload(self, name: str, content: bytes) -> str:
        """A file that nobody sees before it is shared; its id."""
        ...

    async def share_file(self, file: str, channel: ChannelId, title: str, *, thread_ts: str, again: bool) -> None:
        """Shows an uploaded file in a thread. With `again` it may be there already."""
        ...

    async def publish_home(self, person: SlackUserId, view: Mapping[str, Any]) -> None:
        """Shows a person their App Home."""
        ...
