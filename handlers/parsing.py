"""Typed commands as requests: verbs in English and Korean, names, numbers, times. Pure."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches
from typing import Any
from unicodedata import normalize
from zoneinfo import ZoneInfo

from bot.domain.errors import Refused, TimeCannotBe
from bot.domain.ids import ChangeId, IncidentId, PermitId, SlackUserId
from bot.domain.incident import Severity, TimeName
from bot.domain.message import readable
from bot.domain.moments import TimeAmbiguous, TimeUnreadable, read_moment
from bot.domain.names import looks_like_server
from bot.domain.server import is_selector
from bot.i18n.texts import catalogue

INCIDENT_VERBS = {
    "declare": ("declare", "new", "open", "선언", "발생", "열기"),
    "status": ("status", "상태"),
    "severity": ("severity", "sev", "심각도", "등급"),
    "role": ("role", "역할", "담당"),
    "note": ("note", "메모", "기록"),
    "time": ("time", "시각", "시간"),
    "servers": ("servers", "server", "서버"),
    "timeline": ("timeline", "타임라인", "경과"),
    "list": ("list", "목록"),
    "show": ("show", "보기"),
    "draft": ("draft", "초안"),
    "catchup": ("catchup", "catch-up", "요약", "따라잡기"),
    "ask": ("ask", "질문", "문의"),
    "resolve": ("resolve", "resolved", "해결"),
    "close": ("close", "종료", "닫기"),
    "reopen": ("reopen", "재개", "다시"),
    "cancel": ("cancel", "취소"),
    "merge": ("merge", "합치기", "병합"),
    "help": ("help", "도움말", "도움"),
}
FREEZE_VERBS = {
    "list": ("list", "목록"),
    "show": ("show", "보기"),
    "fixed": ("fixed", "fix", "조치", "수정"),
    "mistake": ("mistake", "실수", "오동결"),
    "verify": ("verify", "검증", "확인"),
    "reject": ("reject", "반려"),
    "override": ("override", "긴급", "예외"),
    "held": ("held", "보류", "미뤄진"),
    "peers": ("peers", "peer", "비슷한", "같은"),
    "server": ("server", "서버"),
    "shadow": ("shadow", "관찰"),
    "help": ("help", "도움말", "도움"),
}
SERVER_VERBS = {
    "add": ("add", "추가", "등록"),
    "connect": ("connect", "연결"),
    "disconnect": ("disconnect", "해제", "연결해제"),
}
CHANGE_VERBS = {
    "request": ("request", "new", "요청", "신청"),
    "approve": ("approve", "승인"),
    "start": ("start", "시작"),
    "finish": ("finish", "done", "완료", "끝"),
    "withdraw": ("withdraw", "철회", "취소"),
    "list": ("list", "목록"),
    "help": ("help", "도움말", "도움"),
}

Verbs = Mapping[str, tuple[str, ...]]

SEVERITY = re.compile(r"(?i)\bsev-?([1-4])\b|\b심각도\s*([1-4])\b|\b([1-4])\s*등급\b")
SERVERS = re.compile(r"(?i)(?:^|\s)(?:on|서버|대상)[:\s]\s*")
SINCE = re.compile(r"(?i)(?:^|\s)since\s+(?P<en>[^,]+?)$|(?:^|\s)(?P<ko>(?:\S+\s+){0,3}?\S*(?:시|분|:\d\d))부터\b")
INCIDENT_LABEL = re.compile(r"(?i)^(?:inc-?)?#?(\d{1,18})$")
PERMIT_LABEL = re.compile(r"(?i)^p-(\d{1,18})$")
CHANGE_LABEL = re.compile(r"(?i)^(?:chg-?)?#?(\d{1,18})$")
LINK = re.compile(r"<(https?://[^<>|]+|mailto:[^<>|]+)(?:\|([^<>]*))?>")
MENTION = re.compile(r"^<@([UW][A-Z0-9]+)(?:\|[^>]*)?>$")

LABEL_WORDS = 12
"""Words of the longest label."""


def squeezed(words: str) -> str:
    """Letters and digits only: `원인 파악`, `원인파악` and `Root-cause` are one word each."""
    return re.sub(r"[\W_]+", "", words).casefold()


def _and_labels(choices: Mapping[Any, tuple[str, ...]], *families: str) -> Verbs:
    """Each choice with the words that people see for it, in every language, after those that are only typed."""
    keys = {name: [f"{family}.{name}{end}" for family in families for end in ("", ".long")] for name in choices}
    return {
        str(name): (*words, *(label for key in keys[name] for label in catalogue().get(key, {}).values()))
        for name, words in choices.items()
    }


TIME_WORDS = _and_labels(
    {
        TimeName.STARTED: ("started", "start", "시작"),
        TimeName.DETECTED: ("detected", "감지", "탐지"),
        TimeName.DECLARED: ("declared", "선언"),
        TimeName.ACKNOWLEDGED: ("acknowledged", "접수"),
        TimeName.IDENTIFIED: ("identified", "파악", "원인파악"),
        TimeName.MITIGATED: ("mitigated", "완화", "복구"),
        TimeName.RESOLVED: ("resolved", "해결"),
        TimeName.CLOSED: ("closed", "종료"),
    },
    "time",
)
STATUS_WORDS = _and_labels(
    {
        "investigating": ("investigating", "조사", "조사중"),
        "identified": ("identified", "파악", "원인파악"),
        "mitigated": ("mitigated", "완화", "복구"),
        "resolved": ("resolved", "해결"),
        "closed": ("closed", "종료"),
        "cancelled": ("cancelled", "canceled", "취소"),
    },
    "status",
)
SEVERITY_WORDS = _and_labels(
    {level: (level.value, level.value[-1], f"{level.value[-1]}등급") for level in Severity}, "severity"
)
ADD_WORDS = ("add", "추가")
PRIVATE_WORDS = ("private", "비공개")
WIDE_WORDS = ("wide", "전체")
ALL_WORDS = ("all", "전체", "모두")
ROLE_WORDS = _and_labels(
    {
        "commander": ("commander", "ic", "지휘", "지휘자"),
        "communications": ("communications", "comms", "소통", "공지"),
        "scribe": ("scribe", "기록", "서기"),
    },
    "role",
)
DRAFT_WORDS = _and_labels(
    {
        "postmortem": ("postmortem", "사후보고", "보고서", "포스트모템", "장애 보고서", ""),
        "root_cause": ("root_cause", "root-cause", "rootcause", "cause", "원인", "근본 원인"),
        "follow_ups": ("follow_ups", "follow-ups", "followups", "후속", "후속조치", "재발방지"),
        "status_update": ("status_update", "status-update", "update", "진행 상황", "상황 공유"),
        "user_notice": ("user_notice", "user-notice", "notice", "사용자 공지", "공지"),
    },
    "draft",
)
EDGE_WORDS = _and_labels(
    {
        "shared_fate": ("shared_fate", "shared-fate", "fate", "공유", ""),
        "serves": ("serves", "serve", "서비스"),
    },
    "edge",
)
OUTCOME_WORDS = _and_labels(
    {
        "done": ("done", "완료", "성공", ""),
        "failed": ("failed", "fail", "실패"),
        "aborted": ("aborted", "abort", "stopped", "중단"),
        "rolled_back": ("rolled_back", "rollback", "rolled-back", "롤백", "원복"),
    },
    "outcome",
    "state",
)


class WordUnknown(Refused):
    """A word that the command does not know; `nearest` are those it may have meant."""

    key = "refused.word_unknown"

    def __init__(self, *, word: str, nearest: Sequence[str], all_words: Sequence[str], command: str = "") -> None:
        super().__init__(word=word, nearest=tuple(nearest), all=tuple(all_words), command=command)
        self.sentence = self.key + (".near" if nearest else "")


class NoIncidentNumber(Refused):
    """An incident is named by its number."""

    key = "refused.no_incident_number"


class PersonUnknown(Refused):
    """A person is named by a mention."""

    key = "refused.person_unknown"
    field = "who"


class TimeNotRead(Refused):
    """A time that cannot be read, or that may mean two moments: the person says which."""

    key = "refused.time_not_read"
    field = "time"

    def __init__(self, *, text: str, candidates: Sequence[datetime] = ()) -> None:
        super().__init__(text=text, candidates=tuple(candidates))
        self.candidates = tuple(candidates)
        self.sentence = self.key + (".ambiguous" if len(candidates) > 1 else "")


def spoken(text: str) -> str:
    """Free words of a command as people read them: Slack's mentions and links by their labels."""
    return readable(LINK.sub(lambda found: found[2] or found[1], text), {})


def split_verb(text: str, verbs: Verbs, *, command: str) -> tuple[str, str]:
    """The verb in its canonical form and the rest; ("", "") for an empty text. Raises WordUnknown."""
    word, _, rest = text.replace("\0", "").strip().partition(" ")
    if not word:
        return "", ""
    return choose(word, verbs, command=command), rest.strip()


def choose(word: str, choices: Verbs, *, command: str = "") -> str:
    """The choice that a word means. Raises WordUnknown with the nearest."""
    typed = word.strip().lower()
    meant = _meant(typed, choices)
    if meant is not None:
        return meant
    words_of_all = [words[0] for words in choices.values()]
    raise WordUnknown(word=word, nearest=_nearest(typed, choices), all_words=words_of_all, command=command)


def take_choice(text: str, choices: Verbs, *, command: str = "") -> tuple[str, str]:
    """The choice that the first words mean, as many of them as make a label, and the rest. Raises WordUnknown."""
    words = list(re.finditer(r"\S+", text))
    for last in reversed(words[:LABEL_WORDS]):
        meant = _meant(text[: last.end()], choices)
        if meant is not None:
            return meant, text[last.end() :].strip()
    return choose(words[0][0] if words else "", choices, command=command), ""


def _meant(typed: str, choices: Verbs) -> str | None:
    plain = squeezed(typed)
    for name, words in choices.items():
        if typed in words or (plain and plain in map(squeezed, (name, *words))):
            return name
    return None


def _nearest(typed: str, choices: Verbs) -> list[str]:
    """Compared by single letters, so that a Korean syllable with one wrong vowel is near; one spelling a choice."""
    every = {normalize("NFD", word): (name, word) for name, words in choices.items() for word in words if word}
    found = [every[one] for one in get_close_matches(normalize("NFD", typed), every, n=3, cutoff=0.55)]
    best = {name: word for name, word in reversed(found)}
    return list(reversed(best.values()))


@dataclass(frozen=True, slots=True)
class DeclareWords:
    """What a declaration says."""

    title: str
    severity: Severity
    servers: tuple[str, ...]
    started_at: datetime | None
    private: bool = False


def parse_declare(text: str, *, now: datetime, zone: ZoneInfo, is_known: Callable[[str], bool]) -> DeclareWords:
    """`sev2 checkout errors on web-3 since 14:52`, `sev1 메시지 지연 서버 relay-1, relay-2 13:44부터`.

    What follows "on" is servers only where each name is known, a group, or looks like a host; else it is the title's.
    The first word may say that it is private. Raises TimeNotRead.
    """
    first, _, others = text.strip().partition(" ")
    private = first.lower() in PRIVATE_WORDS
    rest, started_at = _take_since(others.strip() if private else text.strip(), now=now, zone=zone)
    rest, servers = take_servers(rest, is_known)
    found = SEVERITY.search(rest)
    severity = Severity(f"sev{next(g for g in found.groups() if g)}") if found else Severity.SEV2
    title = (rest[: found.start()] + " " + rest[found.end() :]) if found else rest
    return DeclareWords(" ".join(spoken(title).split()), severity, servers, started_at, private)


def _take_since(text: str, *, now: datetime, zone: ZoneInfo) -> tuple[str, datetime | None]:
    found = SINCE.search(text)
    if not found:
        return text, None
    typed = (found["en"] or found["ko"]).strip()
    for words in _endings(typed) if found["ko"] else [typed]:
        try:
            started_at = read_moment(words, now=now, zone=zone)
        except TimeAmbiguous as two:
            raise TimeNotRead(text=words, candidates=two.candidates) from two
        except TimeUnreadable:
            continue
        kept = text[: found.start()] + " " + typed[: len(typed) - len(words)] + text[found.end() :]
        return kept.strip(), started_at
    return text, None


def _endings(typed: str) -> list[str]:
    words = typed.split()
    return [" ".join(words[n:]) for n in range(len(words))]


def take_servers(text: str, is_known: Callable[[str], bool]) -> tuple[str, tuple[str, ...]]:
    """The text before the last `on a, b` (`서버 a, b`) whose names look like servers, and those names."""
    for found in reversed(list(SERVERS.finditer(text))):
        names = split_names(text[found.end() :])
        if names and all(is_known(n) or is_selector(n) or looks_like_server(n) for n in names):
            return text[: found.start()], names
    return text, ()


def split_names(text: str) -> tuple[str, ...]:
    """Names between commas or spaces."""
    return tuple(dict.fromkeys(part for part in re.split(r"[,\s]+", text.strip()) if part))


def take_wide(text: str) -> tuple[tuple[str, ...], bool]:
    """The names, and whether the last word says that all that share their fate are meant, however many."""
    names = split_names(text)
    if names and names[-1].lower() in WIDE_WORDS:
        return names[:-1], True
    return names, False


def parse_incident(text: str) -> IncidentId | None:
    """7 of INC-7, #7 or 7; None where the text is no incident's number."""
    found = INCIDENT_LABEL.match(text.strip())
    return IncidentId(int(found[1])) if found else None


def take_incident(text: str) -> tuple[IncidentId | None, str]:
    """An incident named first (INC-7 …) and the rest of the text."""
    word, _, rest = text.strip().partition(" ")
    number = parse_incident(word) if word[:4].lower() == "inc-" else None
    return (number, rest.strip()) if number is not None else (None, text.strip())


def parse_change(text: str) -> ChangeId | None:
    """7 of CHG-7, #7 or 7; None where the text is no change's number."""
    found = CHANGE_LABEL.match(text.strip())
    return ChangeId(int(found[1])) if found else None


def parse_permit(text: str) -> PermitId | None:
    """12 of P-12; None where the text is no permit's number."""
    found = PERMIT_LABEL.match(text.strip())
    return PermitId(int(found[1])) if found else None


def parse_person(text: str) -> SlackUserId:
    """Who is mentioned (docs.slack.dev: `<@U…|name>` with should_escape). Raises PersonUnknown."""
    found = MENTION.match(text.strip())
    if not found:
        raise PersonUnknown(text=text.strip())
    return SlackUserId(found[1])


def parse_moment(text: str, *, now: datetime, zone: ZoneInfo) -> datetime:
    """A typed time. Raises TimeNotRead, TimeCannotBe for what lies ahead."""
    try:
        value = read_moment(text, now=now, zone=zone)
    except TimeAmbiguous as two:
        raise TimeNotRead(text=text, candidates=two.candidates) from two
    except TimeUnreadable as unreadable:
        raise TimeNotRead(text=text) from unreadable
    if value > now:
        raise TimeCannotBe(why="ahead", value=value)
    return value
