"""What the bot must know in the end, from what people did and from what Slack gave it; none of the product's code.

Slack gave a message when an event or a page of history with it, in whatever version, reached the bot for the first
time. What was never given (posted and deleted while nothing came through) nobody can know.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from tests.sim.town import PEOPLE, Said

LATE_SECONDS = 60.0
MARKS = {
    "ko": {"edited": "수정됨", "late": "늦게 확인됨", "deleted": "삭제됨"},
    "en": {"edited": "edited", "late": "came late", "deleted": "deleted"},
}


@dataclass(frozen=True)
class Declared:
    """How an incident began."""

    channel: str
    card: str
    title: str
    who: str
    at: datetime


def transcript(one: Declared, said: Sequence[Said], given: Mapping[tuple[str, str], float], url: str) -> bytes:
    """Line by line."""
    words = f"{PEOPLE[one.who]} 님이 장애를 선언했습니다: SEV2 · {one.title}"
    begin = {
        "kind": "entry",
        "at": one.at.isoformat(),
        "speaker": PEOPLE[one.who],
        "text": words,
        "permalink": f"{url}/archives/{one.channel}/p{one.card.replace('.', '')}",
        "entry_kind": "incident_declared",
        "reactions": [],
        "edited": False,
        "deleted": False,
        "late": False,
    }
    lines = [(one.at, begin), *((_at(m.ts), _line(m, given, url)) for m in _known(one, said, given))]
    lines.sort(key=lambda pair: pair[0])
    numbered = [{"n": n, "is_bot": False, "role": "", **line} for n, (_, line) in enumerate(lines, start=1)]
    return _bytes(numbered)


def timeline(one: Declared, said: Sequence[Said], given: Mapping[tuple[str, str], float], language: str) -> bytes:
    """What is read of it, entry by entry."""
    who = f"<@{one.who}>"
    begin = {
        "ko": f"{who} 님이 장애를 선언했습니다: sev2 · {one.title}",
        "en": f"Incident declared by {who}: sev2 · {one.title}",
    }[language]
    begin = begin.replace("sev2", "SEV2")
    pinned = [m for m in _known(one, said, given) if m.pinned]
    entries = [(one.at, begin), *((_at(m.ts), _pin(m, given, language)) for m in pinned)]
    entries.sort(key=lambda pair: pair[0])
    return _bytes([{"at": at.isoformat(), "text": text} for at, text in entries])


def _known(one: Declared, said: Sequence[Said], given: Mapping[tuple[str, str], float]) -> list[Said]:
    return [m for m in said if m.channel == one.channel and (m.channel, m.ts) in given]


def _at(ts: str) -> datetime:
    return datetime.fromtimestamp(float(ts), UTC)


def _late(m: Said, given: Mapping[tuple[str, str], float]) -> bool:
    return given[m.channel, m.ts] - float(m.ts) > LATE_SECONDS


def _plain(text: str) -> str:
    for who, name in PEOPLE.items():
        text = text.replace(f"<@{who}>", f"@{name}")
    return text.replace("&gt;", ">").replace("&amp;", "&")


def _line(m: Said, given: Mapping[tuple[str, str], float], url: str) -> dict[str, object]:
    link = f"{url}/archives/{m.channel}/p{m.ts.replace('.', '')}"
    return {
        "kind": "message",
        "at": _at(m.ts).isoformat(),
        "speaker": PEOPLE[m.who],
        "text": "" if m.deleted else _plain(m.text),
        "permalink": f"{link}?thread_ts={m.thread}&cid={m.channel}" if m.thread else link,
        "entry_kind": "",
        "reactions": ["pushpin"] if m.pinned else [],
        "edited": m.edited and not m.deleted,
        "deleted": m.deleted,
        "late": _late(m, given),
    }


def _pin(m: Said, given: Mapping[tuple[str, str], float], language: str) -> str:
    held = {"edited": m.edited, "late": _late(m, given)}
    marks = ", ".join(MARKS[language][mark] for mark, holds in held.items() if holds)
    words = _plain(m.text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return f"<@{m.who}>: {words}" + (f" _({marks})_" if marks else "")


def _bytes(lines: Sequence[Mapping[str, object]]) -> bytes:
    return "\n".join(json.dumps(line, ensure_ascii=False, sort_keys=True) for line in lines).encode()
