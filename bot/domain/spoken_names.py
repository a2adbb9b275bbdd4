"""People in a sentence: who of the channel it names, and whether its lines name them too."""

import re
from collections.abc import Iterable

from bot.domain.glossary import GLOSSARY
from bot.domain.korean_names import korean_names_in
from bot.domain.korean_words import KOREAN_STOP_WORDS, stem
from bot.domain.wording import key_of

_ORDINARY_WORDS = """
will may mark grace hope art bill sue rob pat drew faith guy max miles rich rose sky dash jack bob chase chance page
penny ray rusty sandy wade ward grant dean earl young gray brown green white black bot admin user system oncall ops
team root support test alert pagerduty slack api web app web-app monitoring status
"""
_ORDINARY = frozenset(_ORDINARY_WORDS.split()) | frozenset(
    word for group in GLOSSARY for entry in group for word in entry.split()
)
_TITLES = r"님|씨|매니저|엔지니어|책임|선임|수석|팀장|파트장|대리|과장|차장|부장"
_TITLED = re.compile(rf"([가-힣]{{2,4}})\s?(?:{_TITLES})(?:께서)?(?![가-힣]{{2}})")
_ROLE_WORDS = "고객 담당자 담당 책임자 사용자 이용자 관리자 운영자 개발자 당번 지휘자 엔지니어 매니저 팀장"
_ROLES = frozenset(_ROLE_WORDS.split())
_CAPITALISED = re.compile(r"(?<![\w@.'-])[A-Z][a-z]{1,20}(?:'s)?(?![\w@-])")
_SAID = re.compile(
    r"\s(?:\w+ed|said|ran|found|saw|wrote|told|took|made|did|has|had|was|went|began|gave|suspects?|says|thinks?)\b"
)


class SpokenNames:
    """The names under which the people of a channel are spoken of: whole, and each part that is no ordinary word."""

    def __init__(self, speakers: Iterable[str]) -> None:
        self._names = frozenset(name for speaker in set(speakers) for name in _names(speaker))
        words = sorted(map(re.escape, self._names), key=len, reverse=True)
        joined = "|".join(words)
        self._pattern = re.compile(rf"(?<![\w-])(?:{joined})(?![a-zA-Z0-9_])", re.IGNORECASE) if words else None

    def are_in(self, testimony: str, text: str) -> bool:
        """Whether everybody whom `text` names is named in `testimony`; also who never spoke in the channel."""
        known = testimony.casefold()
        return all(name.casefold() in known for name in (*self._known(text), *_strangers(text, known)))

    def left_out_of(self, text: str) -> str:
        """Return the text without these names, because a name says nothing of what happened."""
        return self._pattern.sub(" ", text) if self._pattern else text

    def _known(self, text: str) -> list[str]:
        return [found[0] for found in self._pattern.finditer(text)] if self._pattern else []


def _names(speaker: str) -> list[str]:
    parts = [part for part in re.split(r"[\s._]+", speaker) if _is_telling(part)]
    return [speaker, *parts] if _is_telling(speaker) else parts


def _is_telling(name: str) -> bool:
    """Whether a name cannot be an ordinary word, so that finding it in a sentence means the person."""
    plain = name.casefold()
    if re.fullmatch("[가-힣]+", name):
        return len(name) >= 2 and name not in KOREAN_STOP_WORDS and name not in _ORDINARY
    return len(name) >= 3 and plain not in _ORDINARY and (not name.isascii() or key_of(plain) != "" or " " in name)


def _strangers(text: str, known: str) -> list[str]:
    """Names of nobody in the channel: Korean ones, or in capitals and no first word, or doing something."""
    titled = [found[1] for found in _TITLED.finditer(text) if stem(found[1]) not in _ROLES and found[1] not in _ROLES]
    capitals = [found[0] for found in _CAPITALISED.finditer(text) if _is_name(found, text, known)]
    return [*titled, *korean_names_in(text), *capitals]


def _is_name(found: re.Match[str], text: str, known: str) -> bool:
    word = found[0].removesuffix("'s").casefold()
    key = key_of(word)
    if not key or key.startswith("=") or word.rstrip("s")[:5] in known:
        return False
    begins = re.search(r"(?:^|[.!?:]\s|[\"'“‘]|\n)\W*$", text[: found.start()]) is not None
    return not begins or (_SAID.match(text, found.end()) is not None and not word.endswith(("s", "ing")))
