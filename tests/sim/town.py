"""What people do in incident channels: they write, answer, edit, delete and pin; each deed is remembered."""

import random
from dataclasses import dataclass, field

from bot.sandbox import Workspace, content, messages
from bot.sandbox.model import Channel

PEOPLE = {"U01MINJI": "minji", "U02DOYUN": "doyun", "U03SEOYEON": "seoyeon", "U06ALEX": "alex"}
WORDS = (
    "결제 오류율이 {n}% 입니다",
    "rolled back to 4.{n}",
    "<@U02DOYUN> lb-{n} 확인 부탁드려요",
    "errors &gt; {n} &amp; rising",
    "원인은 {n}번째 배포의 커넥션 풀입니다",
)
RECENT = 300
"""Most of what people answer, edit, delete or pin is among the last so many messages."""


@dataclass
class Said:
    """A message as the people know it, whatever anybody was told of it."""

    channel: str
    ts: str
    who: str
    text: str
    thread: str | None = None
    edited: bool = False
    deleted: bool = False
    pinned: bool = False


@dataclass
class Town:
    """The people. `act` does one thing."""

    workspace: Workspace
    chance: random.Random
    channels: list[Channel]
    said: list[Said] = field(default_factory=list)
    deeds: dict[str, int] = field(default_factory=dict)
    _numbers: int = 0

    def act(self) -> None:
        """One deed of somebody."""
        deed = self.chance.choices(("say", "answer", "edit", "delete", "pin"), (60, 16, 12, 5, 7))[0]
        if len(self.said) < len(self.channels):
            deed = "say"
        self.deeds[deed] = self.deeds.get(deed, 0) + 1
        who = self.chance.choice(list(PEOPLE))
        if deed == "say":
            self._say(who, self.chance.choice(self.channels), None)
        elif (one := self._some()) is not None:
            getattr(self, f"_{deed}")(who, one)

    def _text(self) -> str:
        self._numbers += 1
        return self.chance.choice(WORDS).format(n=self._numbers)

    def _some(self) -> Said | None:
        """A message that is still there, seldom an old one."""
        old = self.chance.random() < 0.1
        one = self.chance.choice(self.said if old else self.said[-RECENT:])
        return None if one.deleted else one

    def _held(self, one: Said) -> Channel:
        return self.workspace.channels[one.channel]

    def _say(self, who: str, channel: Channel, thread: str | None) -> None:
        text = self._text()
        by = messages.author(self.workspace, who)
        posted = messages.post(self.workspace, channel, by, text, thread_ts=thread)
        self.said.append(Said(channel.id, posted["ts"], who, text, thread))

    def _answer(self, who: str, one: Said) -> None:
        self._say(who, self._held(one), one.thread or one.ts)

    def _edit(self, _: str, one: Said) -> None:
        one.text, one.edited = self._text(), True
        messages.edit(self.workspace, self._held(one), one.ts, one.who, text=one.text)

    def _delete(self, _: str, one: Said) -> None:
        if one.pinned:
            return
        channel = self._held(one)
        for member in channel.members:  # they have read it; else the pretend Slack counts all of it anew
            channel.read[member] = next(reversed(channel.messages))
        one.deleted = True
        messages.delete(self.workspace, channel, one.ts)

    def _pin(self, who: str, one: Said) -> None:
        message = self._held(one).messages[one.ts]
        if not any(who in reaction["users"] for reaction in message.get("reactions", ())):
            one.pinned = True
            content.react(self.workspace, self._held(one), one.ts, who, "pushpin")
