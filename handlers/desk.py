"""What every Slack handler needs at hand: the outside, the chat, the models, and the person who asks."""

import json
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from bot.domain.errors import FormNotOpened, Refused
from bot.domain.ids import ChannelId, SlackUserId
from bot.domain.incident import Incident
from bot.domain.person import Person
from bot.domain.sight import Sight
from bot.i18n.texts import Texts
from bot.ports.chat import Chat, ChatPermanent, ChatTransient
from bot.ports.journal import Journal
from bot.ports.language_model import LanguageModel
from bot.ports.outside import Outside
from bot.ports.storage import Intake
from bot.use_cases import person as people
from handlers.parsing import TimeNotRead

log = logging.getLogger(__name__)

PLACES = ("now", "to", "state", "earlier", "later", "duty")
"""Parameters of a refusal whose value is a word of the catalogue."""


@dataclass(frozen=True, slots=True)
class Reader:
    """A person with their language and zone."""

    person: Person
    texts: Texts

    @property
    def id(self) -> SlackUserId:
        """Their Slack id."""
        return self.person.id

    @property
    def zone(self) -> ZoneInfo:
        """Their time zone."""
        return ZoneInfo(self.texts.zone)


@dataclass(slots=True)
class Desk:
    """Handed to each handler when it is registered."""

    outside: Outside
    chat: Chat
    intake: Intake
    journal: Journal
    model: LanguageModel
    offline: LanguageModel
    faces: dict[SlackUserId, Person] = field(default_factory=dict)
    looked_at: dict[SlackUserId, datetime] = field(default_factory=dict)
    groups_read_at: datetime | None = None

    async def reader(self, who: str) -> Reader:
        """Who asks, and the texts in their language. While Slack does not say, the workspace's language serves."""
        known = self.faces.get(SlackUserId(who))
        if known is None:
            try:
                known = await self._meet(SlackUserId(who))
            except (ChatTransient, ChatPermanent):
                policy = self.outside.policy
                known = Person(SlackUserId(who), who, policy.language, policy.zone, is_member=False, is_known=False)
        return Reader(known, Texts(known.language, known.zone))

    async def _meet(self, who: SlackUserId) -> Person:
        known = await people.known(self.outside, who)
        if known is None:
            return await self.look_at(who)
        self.faces[who] = known
        return known

    async def look_at(self, who: SlackUserId) -> Person:
        """Asks Slack who somebody is now, and keeps it. Raises ChatTransient, ChatPermanent."""
        at = self.outside.clock.now()
        self.faces[who] = person = await people.refresh(self.outside, self.chat, who)
        self.looked_at[who] = at
        return person

    def house_texts(self, incident: Incident | None = None, names: Mapping[str, str] | None = None) -> Texts:
        """For channels, where many read: the incident's language, the workspace's zone."""
        policy = self.outside.policy
        return Texts(incident.language if incident else policy.language, policy.zone, names)


@dataclass(frozen=True, slots=True)
class Call:
    """One thing a person asked for, by command or button: where, with which words, and how to answer them."""

    reader: Reader
    channel: ChannelId | None
    text: str
    key: str
    trigger_id: str
    respond: Callable[..., Awaitable[Any]]
    chat: Chat
    typed: str = ""

    @property
    def by(self) -> SlackUserId:
        """Who asked."""
        return self.reader.id

    @property
    def sight(self) -> Sight:
        """What an answer to them alone may show: what they may see, and what this channel's people do."""
        return Sight(self.by, self.channel)

    @property
    def texts(self) -> Texts:
        """In their language."""
        return self.reader.texts

    async def say(self, text: str, blocks: Sequence[Mapping[str, Any]] | None = None) -> None:
        """An answer that only they see."""
        await answer(self.respond, text=text, blocks=list(blocks) if blocks else None)

    async def open(self, view: Mapping[str, Any]) -> None:
        """A form, tried twice at most: soon nobody waits for it. Raises FormNotOpened."""
        lost = False
        for _ in range(2):
            try:
                await self.chat.open_view(self.trigger_id, view)
                return
            except ChatTransient as trouble:
                lost = trouble.maybe_done
            except ChatPermanent as refused:
                if lost and refused.reason == "exchanged_trigger_id":
                    return  # the first try had opened it
                break
        raise FormNotOpened(typed=self.typed)


async def answer(respond: Callable[..., Awaitable[Any]], **message: Any) -> None:
    """Says how it went, to whoever asked. It is a courtesy: where it cannot be said, what was done stays done."""
    for left in (1, 0):
        try:
            await respond(**{"response_type": "ephemeral", "replace_original": False, **message})
            return
        except (ChatTransient, ChatPermanent) as trouble:
            if not left or isinstance(trouble, ChatPermanent) or trouble.maybe_done:
                log.warning("somebody could not be answered: %r", trouble)
                return


def call_of_command(reader: Reader, command: Mapping[str, Any], respond: Any, chat: Chat, text: str) -> Call:
    """A slash command as a call; its trigger id is the key under which it is done once."""
    return Call(
        reader=reader,
        channel=ChannelId(command["channel_id"]),
        text=text,
        key=f"cmd:{command['trigger_id']}",
        trigger_id=command["trigger_id"],
        respond=respond,
        chat=chat,
        typed=f"{command['command']} {command.get('text', '')}".strip(),
    )


def call_of_action(reader: Reader, body: Mapping[str, Any], respond: Any, chat: Chat) -> Call:
    """A pressed button or a choice as a call; its text is the value."""
    action = body["actions"][0]
    chosen = action.get("selected_option") or {}
    return Call(
        reader=reader,
        channel=channel_of(body),
        text=str(chosen.get("value") or action.get("value") or ""),
        key=f"act:{body['trigger_id']}",
        trigger_id=body["trigger_id"],
        respond=respond if body.get("response_url") else to_direct(chat, reader.id, f"answer:{body['trigger_id']}"),
        chat=chat,
    )


def to_direct(chat: Chat, who: SlackUserId, key: str) -> Callable[..., Awaitable[Any]]:
    """Answers where no answer's address came along: in a direct message."""

    async def respond(**message: Any) -> None:
        await chat.post(who, message["text"], blocks=message.get("blocks"), key=key, thread_ts=None, again=False)

    return respond


def typed(view: Mapping[str, Any]) -> dict[str, str]:
    """What a person put into each field of a modal, by its block id; "" for an empty one."""
    values = {}
    for name, elements in view["state"]["values"].items():
        state = next(iter(elements.values()))
        ticked = [one["value"] for one in state.get("selected_options") or ()]
        chosen = (state.get("selected_option") or {}).get("value") or ",".join(ticked)
        given = state.get("value") or chosen or state.get("selected_user") or state.get("selected_date")
        values[name] = (given or "").replace("\0", "")
    return values


def about(view: Mapping[str, Any]) -> dict[str, Any]:
    """The ids that a modal carries."""
    carried: dict[str, Any] = json.loads(view.get("private_metadata") or "{}")
    return carried


def refusal_sentence(texts: Texts, refused: Refused, *, plain: bool = False) -> str:
    """Why not, and what to do next, in the reader's language."""
    params = dict(refused.params)
    for name in PLACES:
        value = params.get(name)
        for family in ("status", "time", "state", "draft_state", "permit_state", "held_state", "duty"):
            if isinstance(value, str) and texts.has(f"{family}.{value}"):
                params[name] = texts.plain(f"{family}.{value}")
                break
    if isinstance(refused, TimeNotRead):
        params["candidates"] = [texts.clock(at, "moment") for at in refused.candidates]
    key = getattr(refused, "sentence", refused.key)
    return texts.plain(key, **params) if plain else texts(key, **params)


def first_field(view: Mapping[str, Any], wanted: str) -> str:
    """The block under which a modal shows an error: the wanted field, or the first one; "" where it has none."""
    fields = [block["block_id"] for block in view.get("blocks", ()) if block.get("type") == "input"]
    return wanted if wanted in fields else next(iter(fields), "")


def channel_of(body: Mapping[str, Any]) -> ChannelId | None:
    """The channel in which somebody pressed or chose something."""
    channel = body.get("channel") or {}
    container = body.get("container") or {}
    found = channel.get("id") or container.get("channel_id")
    return ChannelId(found) if found else None
