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
from bot.domain.time_words import DAYS, WEEKDAY

LONGEST = timedelta(hours=24)
"""A clock time is not taken for one that lies further back behind the message that says it."""
LONGEST_OF_A_DAY = timedelta(days=7)
"""As LONGEST, where the day was said too."""
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

    `pins`: the messages that somebody put on the timeline by a reaction, and who did first. `zone`: the time zone
    of most of its people, "" where it is not told.
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
    zone: str = ""


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


_DAY = rf"(?:last )?{WEEKDAY}|(?:지난 ?)?[월화수목금토일]요일|{'|'.join(sorted(DAYS, key=len, reverse=True))}"
_CLOCK = (
    rf"(?:\b(?P<day>{_DAY})[^.!?\d\n]{{0,12}}?)?"
    r"(?P<clock>(?:(?:오전|오후|새벽|아침|낮|저녁|밤)\s?)?(?:[01]?\d|2[0-3])(?::[0-5]\d|\s?시(?:\s?[0-5]?\d\s?분|\s?반)?)"
    r"(?:\s?[ap]\.?m\.?)?(?:\s?(?:utc|gmt|kst))?)"
)
_END_OF_RANGE = _CLOCK.replace("?P<day>", "?P<day_of_end>").replace("?P<clock>", "?P<end>")
_RANGE = re.compile(
    rf"(?<![\d:]){_CLOCK}(?:ish)?\s?(?:[-–—~〜]|to|and|until|till|부터|에서)\s?{_END_OF_RANGE}(?![\d:])", re.IGNORECASE
)
_HARM = re.compile(
    r"\b(?:down|outage|fail\w*|errors?|lost|loss|unavailable|unreachable|degraded|slow\w*|affected|impact\w*|delay\w*"
    r"|broken|time ?outs?|timed out|5\d\ds?|rejected|missing|wrong|stale|duplicate\w*|latency|(?:not|never) \w+ed"
    r"|could ?n[o']t|can'?t)\b"
    r"|장애|실패|오류|에러|중단|끊[겼김긴]|느[렸린림]|지연|불가|영향|유실|누락|노출|풀림|미도착|먹통|안\s?[됐됨된보]|못\s?[하했]"
)
_WELL = re.compile(
    r"(?<!not )(?<!n't )(?<!never )\b(?:green|ok(?:ay)?|fine|stable|steady|healthy|clean|clear|normal|quiet|recovered"
    r"|restored|working|passing|serving|resolved|mitigated|gone|no (?:\w+ )?(?:errors?|alerts?|failures?|timeouts?)"
    r"|(?:all|stayed|back) up)\b"
    r"|^(?!.*(?:error|latenc|\dxx|rate|p\d\d|load|traffic|alert|queue|time ?out|cpu|memory|lag|cost))"
    r".*\b(?:is|are|was|were|been) up\b"
    r"|(?<!비)정상|복구|안정|회복|해소|양호|[음었습]?\s?재개|(?:에러|오류|알람|장애|실패)\S*\s?(?:0건|없)",
    re.IGNORECASE,
)
"""It is well since then: that is no beginning."""
_SINCE = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\bsince\b[^.!?\d]{{0,30}}?{_CLOCK}",
        rf"{_CLOCK}\s?(?:부터|경부터|쯤부터)",
    )
)
_STARTED = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\b(?:start(?:ed|s)?|began|begun|beginning|onset)\b[^.!?\d]{{0,30}}?{_CLOCK}",
        rf"{_CLOCK}\s?(?:에\s?시작|경\s?시작|에\s?발생|경\s?발생)",
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
_DENIED = re.compile(
    r"\b(?:not|never|no|partly|partially)\b|n't\b|아직|일부|부분|않|못|안\s"
    r"|(?:모델|버전|설정|데이터|백업|파일|권한|계정|노드|파드|디스크|가격)\S?\s?(?:복구|조치)",
    re.IGNORECASE,
)
_AGAIN = re.compile(
    r"\b(?:again|reopen\w*|recurr\w*|came back|down once more)\b"
    r"|재발(?!\s?(?:방지|예방))|다시\s?(?:발생|장애|느|안|실패)",
    re.IGNORECASE,
)
_OF_ANOTHER = re.compile(r"[\"“][^\"“”\n]{1,300}[\"”]|^\s*(?:>|&gt;).*$", re.MULTILINE)
"""What another said, in quotation marks or as a quotation."""
_BOUNDS = re.compile(r"\b(?:until|till|before|when|once)\b|까지")
_SENTENCES = re.compile(r"(?<=[.!?])\s+|\n+")


def said_times(messages: Sequence[Message], *, zone: ZoneInfo) -> dict[TimeName, Said]:
    """The start and the end, where the channel says them; who wonders, hopes or denies has said nothing.

    What is not said by itself is taken from the range that looks back: "down 23:44–00:35".
    """
    found: dict[TimeName, Said] = {}
    said = [one for one in messages if not one.deleted]
    looked_back = _range(said, zone)
    started = next((one for message in said if (one := _start(message, zone))), looked_back and looked_back[0])
    over = _end(said, zone) or (looked_back and looked_back[1])
    if started:
        found[TimeName.STARTED] = started
    if over and (started is None or started.at <= over.at):
        found[TimeName.RESOLVED] = over
    return found


def _start(message: Message, zone: ZoneInfo) -> Said | None:
    for sentence in _sure(message):
        for pattern in (*_STARTED, *(() if _WELL.search(sentence) else _SINCE)):
            if found := pattern.search(sentence):
                at = _clock(found["day"], found["clock"], message, zone)
                if at:
                    return Said(at, message)
    return None


def _range(messages: Sequence[Message], zone: ZoneInfo) -> tuple[Said, Said] | None:
    """From when to when there was harm, by the message of the second half that tells of the longest."""
    ranges = [one for message in messages[len(messages) // 2 :] if (one := _range_in(message, zone))]
    return max(ranges, key=lambda one: one[1].at - one[0].at, default=None)


def _range_in(message: Message, zone: ZoneInfo) -> tuple[Said, Said] | None:
    moments = []
    for sentence in _SENTENCES.split(_OF_ANOTHER.sub(" ", message.text)):
        if _HARM.search(sentence) and not _UNSURE.search(_BOUNDS.sub(" ", sentence)):
            for found in _RANGE.finditer(sentence):
                begin = _clock(found["day"], found["clock"], message, zone)
                end = _clock(found["day_of_end"] or found["day"], found["end"], message, zone)
                moments += [begin, end] if begin and end and begin < end else []
    return (Said(min(moments), message), Said(max(moments), message)) if moments else None


def _end(messages: Sequence[Message], zone: ZoneInfo) -> Said | None:
    """The last word that it is over, unless somebody says later that it is back."""
    over: Said | None = None
    for message in messages:
        sentences = [one for one in _sure(message) if not _DENIED.search(one)]
        sentence = next((one for one in sentences if any(pattern.search(one) for pattern in _OVER)), None)
        if sentence is not None:
            clock = re.search(_CLOCK, sentence, re.IGNORECASE)
            stated = _clock(clock["day"], clock["clock"], message, zone) if clock else None
            over = Said(stated or moment(message.ts), message)
        elif over and any(_AGAIN.search(one) for one in sentences):
            over = None
    return over


def _sure(message: Message) -> list[str]:
    return [one for one in _SENTENCES.split(message.text) if one.strip() and not _UNSURE.search(one)]


def _clock(day: str | None, clock: str, message: Message, zone: ZoneInfo) -> datetime | None:
    said_at = moment(message.ts)
    try:
        at = read_moment(f"{day or ''} {clock}", now=said_at, zone=zone)
    except (TimeAmbiguous, TimeUnreadable):
        return None
    return at if said_at - (LONGEST_OF_A_DAY if day else LONGEST) < at <= said_at else None
