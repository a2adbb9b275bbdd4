"""Incidents that Stopline was not in: what an exported channel says of itself, and what it leaves unknown."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.domain.ids import ChannelId, IncidentId, MessageTs, SlackUserId
from bot.domain.incident import Incident, Severity, Status, TimeName, Times, check_title
from bot.domain.message import Message, Reaction, moment
from bot.domain.moments import TimeAmbiguous, TimeUnreadable, read_moment

LONGEST = timedelta(hours=24)
"""A clock time is not taken for one that lies further back behind the message that says it."""
LOWEST = Severity.SEV4
"""The severity of an incident of which nobody said one."""


@dataclass(frozen=True, slots=True)
class Said:
    """A time that somebody said: where they did, and in which words."""

    at: datetime
    message: Message


@dataclass(frozen=True, slots=True)
class OldChannel:
    """A channel as an export gives it. `names`: what people were called there; `left_out`: lines that nobody said.

    `pins`: the messages that somebody put on the timeline by a reaction, and who did first.
    """

    channel: ChannelId
    name: str
    topic: str
    private: bool
    opened_at: datetime
    opened_by: SlackUserId | None
    messages: tuple[Message, ...]
    names: Mapping[SlackUserId, str]
    pins: tuple[tuple[MessageTs, SlackUserId], ...] = ()
    reactions: tuple[Reaction, ...] = ()
    left_out: int = 0


def closed_incident(old: OldChannel, said: Mapping[TimeName, Said], *, reporter: SlackUserId) -> Incident:
    """The closed incident that such a channel becomes. A time that nobody said is unknown."""
    times: Times = {TimeName.DECLARED: old.opened_at, **{name: one.at for name, one in said.items()}}
    return Incident(
        IncidentId(0),
        check_title(old.topic or f"#{old.name}"),
        said_severity(old) or LOWEST,
        Status.CLOSED,
        reporter,
        _language(old.messages),
        times,
        {},
        channel=old.channel,
        channel_name=old.name[:80],
        private=old.private,
    )


_SEVERITY = re.compile(r"\bsev(?:erity)?[-_ ]?([1-4])(?!\d)", re.IGNORECASE)


def said_severity(old: OldChannel) -> Severity | None:
    """What the channel's name or topic says, else the first message that says one."""
    for text in (old.name, old.topic, *(one.text for one in old.messages)):
        if found := _SEVERITY.search(text):
            return Severity(f"sev{found[1]}")
    return None


_HANGUL = re.compile(r"[가-힣]")


def _language(messages: Sequence[Message]) -> str:
    """Korean where a fifth of what was said has Korean in it."""
    korean = sum(1 for one in messages if _HANGUL.search(one.text))
    return "ko" if messages and korean * 5 >= len(messages) else "en"


_CLOCK = (
    r"(?P<clock>(?:(?:오전|오후|새벽|아침|낮|저녁|밤)\s?)?(?:[01]?\d|2[0-3])(?::[0-5]\d|\s?시(?:\s?[0-5]?\d\s?분|\s?반)?)"
    r"(?:\s?[ap]\.?m\.?)?(?:\s?(?:utc|gmt|kst))?)"
)
_STARTED = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\b(?:start(?:ed|s)?|began|begun|since|beginning|onset)\b[^.!?\d]{{0,30}}{_CLOCK}",
        rf"{_CLOCK}\s?(?:부터|경부터|쯤부터|에\s?시작|경\s?시작|에\s?발생|경\s?발생)",
        rf"(?:시작|발생)\s?(?:시각|시간|일시)?\s?(?:은|는|[::])?\s?{_CLOCK}",
    )
)
_OVER = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"^\W*(?:(?:incident|issue|outage|problem)\W+)?(?:resolved|all clear)\b",
        r"\bstatus\b\W{0,8}(?:is |now |to |changed to )?\W{0,3}resolved\b",
        r"\b(?:incident|issue|outage|problem|this|service|it|everything)\b.{0,30}?\b(?:is|are|was|has been|have been)"
        r" (?:now |fully |all )*(?:resolved|restored|over)\b",
        r"(?:복구|해소|해결|조치)(?:가|이)?\s?(?:완료|되었|됐|됨)",
        r"(?:장애|상황)(?:가|이)?\s?(?:종료|해제)(?:합니다|되었|됐|됨|했|\W|$)",
    )
)
_UNSURE = re.compile(
    r"\?|\b(?:until|till|once|when|if|unless|before|should|would|will|might|may|expect\w*|maybe|probably|hope\w*|think"
    r"|prevent\w*|avoid\w*)\b|예정|되면|(?:완료|해결|복구)\s?(?:후|전|시|까지)|인가요|나요|것\s?같|듯",
    re.IGNORECASE,
)
_DENIED = re.compile(r"\b(?:not|never|no|partly|partially)\b|n't\b|아직|일부|부분|않|못|안\s", re.IGNORECASE)
_AGAIN = re.compile(
    r"\b(?:again|reopen\w*|recurr\w*|came back|down once more)\b"
    r"|재발(?!\s?(?:방지|예방))|다시\s?(?:발생|장애|느|안|실패)",
    re.IGNORECASE,
)
_SENTENCES = re.compile(r"(?<=[.!?])\s+|\n+")


def said_times(messages: Sequence[Message], *, zone: ZoneInfo) -> dict[TimeName, Said]:
    """The start and the end, where the channel says them; who wonders, hopes or denies has said nothing."""
    found: dict[TimeName, Said] = {}
    said = [one for one in messages if not one.deleted]
    if started := next((one for message in said if (one := _start(message, zone))), None):
        found[TimeName.STARTED] = started
    if over := _end(said, zone):
        start = found.get(TimeName.STARTED)
        if start is None or start.at <= over.at:
            found[TimeName.RESOLVED] = over
    return found


def _start(message: Message, zone: ZoneInfo) -> Said | None:
    for sentence in _sure(message):
        for pattern in _STARTED:
            at = _clock(pattern.search(sentence), message, zone)
            if at:
                return Said(at, message)
    return None


def _end(messages: Sequence[Message], zone: ZoneInfo) -> Said | None:
    """The last word that it is over, unless somebody says later that it is back."""
    over: Said | None = None
    for message in messages:
        sentences = [one for one in _sure(message) if not _DENIED.search(one)]
        sentence = next((one for one in sentences if any(pattern.search(one) for pattern in _OVER)), None)
        if sentence is not None:
            stated = _clock(re.search(_CLOCK, sentence, re.IGNORECASE), message, zone)
            over = Said(stated or moment(message.ts), message)
        elif over and any(_AGAIN.search(one) for one in sentences):
            over = None
    return over


def _sure(message: Message) -> list[str]:
    return [one for one in _SENTENCES.split(message.text) if one.strip() and not _UNSURE.search(one)]


def _clock(found: re.Match[str] | None, message: Message, zone: ZoneInfo) -> datetime | None:
    if found is None:
        return None
    said_at = moment(message.ts)
    try:
        at = read_moment(found["clock"], now=said_at, zone=zone)
    except (TimeAmbiguous, TimeUnreadable):
        return None
    return at if said_at - LONGEST < at <= said_at else None
